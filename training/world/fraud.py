"""Fraud: rings of five kinds and of shell companies, each with its own size, tempo and habits.

T1 rented accounts, T2 shared ring, T3 forged card, T4 dishonest dealer, T5 dead or absent holder,
T6 shell company. What a ring shares, and how often, is drawn for every ring, so that a model
learns shapes and not constants. Sizes count registrations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from training.world import forgery
from training.world.desk import Opening
from training.world.dice import Dice
from training.world.firms import new_firm, office
from training.world.market import BANK, SIM, Agent
from training.world.people import Human
from training.world.stage import OWN_DEVICE, Stage

LABELS = {
    "T1": "rented_account",
    "T2": "synthetic_identity",
    "T3": "forged_document",
    "T4": "dealer_preactivation",
    "T5": "absent_holder",
    "T6": "shell_company",
}
"""What an investigator calls each typology."""

_SHARES = {"T1": 0.26, "T2": 0.19, "T3": 0.24, "T4": 0.15, "T5": 0.1, "T6": 0.06}


class _Kit:
    """The tools of one ring: small pools of values, each used with the ring's own frequency."""

    def __init__(self, stage: Stage, size: int) -> None:
        dice, contacts = stage.dice, stage.contacts
        self._dice = dice
        few = max(1, size // dice.between(4, 14))
        self._pools: dict[str, list[Any]] = {
            "device": [contacts.device() for _ in range(few)],
            "phone": [contacts.phone() for _ in range(max(1, size // dice.between(2, 9)))],
            "ip": [contacts.home_ip() for _ in range(dice.between(1, 3))],
            "face": [contacts.face() for _ in range(max(1, size // dice.between(3, 12)))],
            "home": [stage.places.home(dice, stage.places.commune(dice)) for _ in range(few)],
        }
        # A careful ring shares one kind of value, a careless one shares all.
        self._habit = {name: dice.roll() ** 1.5 for name in self._pools}
        self._habit[dice.pick(("device", "phone", "ip"))] = dice.uniform(0.5, 1.0)

    def lend(self, opening: Opening, *names: str) -> Opening:
        """The opening with some of the ring's own values in place of the holder's."""
        dice = self._dice
        changes: dict[str, Any] = {}
        for name in names:
            held = getattr(opening, name) is not None
            if held and self._usable(name, opening) and dice.chance(self._habit[name]):
                changes[name] = dice.pick(self._pools[name])
        return replace(opening, **changes)

    @staticmethod
    def _usable(name: str, opening: Opening) -> bool:
        """An agent's tablet and network are not the ring's."""
        return opening.channel in OWN_DEVICE or name in ("phone", "home")


def _start(stage: Stage, span: int) -> int:
    return stage.dice.below(max(1, stage.calendar.days - span))


def _own_channel(dice: Dice) -> str:
    roll = dice.roll()
    return "ekyc" if roll < 0.82 else "online" if roll < 0.9 else "branch"


def _mules(stage: Stage, count: int) -> list[Human]:
    """Students and workers of one region, or anyone a recruiter reaches by an advertisement."""
    if stage.dice.chance(0.6):
        return stage.young(count)
    return [stage.someone(0) for _ in range(count)]


def rented(stage: Stage, size: int) -> list[Opening]:
    """T1: genuine holders sell accounts opened with a SIM bought just before."""
    dice, kit = stage.dice, _Kit(stage, size)
    span = dice.between(20, 110)
    start, dealer_share = _start(stage, span), dice.uniform(0.2, 0.9)
    dealer: Agent | None = None
    made: list[Opening] = []
    for mule in _mules(stage, max(2, size // 3)):
        day = start + dice.below(span)
        number: str | None = None
        if dice.chance(0.8):
            same = dealer if dealer and dice.chance(dealer_share) else None
            sim = stage.opening(mule, SIM, day, "rented", channel="agent", agent=same, phone=None)
            dealer, number = dealer or sim.agent, sim.number
            made.append(sim)
        for _ in range(dice.between(2, 6)):
            day += 1 + int(dice.waiting(dice.pick((1, 2, 4))))
            opening = stage.opening(mule, BANK, day, "rented", channel=_own_channel(dice))
            opening = replace(opening, phone=number or opening.phone)
            lent = ("device", "ip") if number and dice.chance(0.8) else ("device", "ip", "phone")
            made.append(kit.lend(opening, *lent))
    return made


def shared(stage: Stage, size: int) -> list[Opening]:
    """T2: persons, devices, phones, addresses and faces in a cluster, or in a chain."""
    dice, kit = stage.dice, _Kit(stage, size)
    span = dice.between(5, 90)
    start, chain, waves = _start(stage, span), dice.chance(0.35), dice.chance(0.5)
    persons = [stage.someone(start) for _ in range(max(2, size // dice.pick((1, 2, 3))))]
    made: list[Opening] = []
    for place in range(size):
        day = start + (span * (place * 4 // size) // 4 if waves else dice.below(span))
        kind = BANK if dice.chance(0.72) else SIM
        channel = _own_channel(dice) if kind == BANK else dice.pick(("ekyc", "agent", "ekyc"))
        human = persons[place % len(persons)]
        opening = stage.opening(human, kind, day + dice.below(2), "shared_ring", channel=channel)
        if chain and made:
            opening = _linked(dice, opening, made[-1])
        elif not chain:
            opening = kit.lend(opening, "device", "ip", "phone", "face", "home")
        made.append(opening)
    return made


def _linked(dice: Dice, opening: Opening, before: Opening) -> Opening:
    """One value handed on from the opening before; the rest stays the holder's."""
    for name in dice.shuffled(("phone", "device", "home", "face", "email")):
        value = getattr(before, name)
        tablet = name == "device" and (before.agent or opening.agent)
        if value is not None and not tablet:
            return replace(opening, **{name: value})
    return opening


def forged(stage: Stage, size: int) -> list[Opening]:
    """T3: other people's data on forged cards, one face under several identities."""
    dice, kit = stage.dice, _Kit(stage, size)
    span = dice.between(10, 100)
    start, taste = _start(stage, span), dice.sample(forgery.KINDS, 2)
    made: list[Opening] = []
    while len(made) < size:
        day = start + dice.below(span)
        victim = stage.someone(day)
        papers = forgery.forge(stage, victim, stage.calendar.date(day), dice.pick(taste))
        phone, email = stage.contacts.phone(), stage.habits(stage.someone(day)).email
        for _ in range(dice.pick((1, 2, 3, 4))):
            kind = BANK if dice.chance(0.8) else SIM
            channel = dice.pick(("ekyc", "ekyc", "ekyc", "ekyc", "online", "branch", "agent"))
            opening = stage.opening(victim, kind, day, "forged_card", channel=channel)
            opening = replace(
                opening,
                actor=None,
                papers=papers,
                phone=opening.phone and phone,
                email=email if opening.email else None,
                device=kit_device(stage, opening),
            )
            made.append(kit.lend(opening, "device", "ip", "phone", "face"))
            day += int(dice.waiting(3))
    return made


def kit_device(stage: Stage, opening: Opening) -> str | None:
    """A device of the forger's own instead of the victim's."""
    own = opening.channel in OWN_DEVICE and opening.device is not None
    return stage.contacts.device() if own else opening.device


def dealer(stage: Stage, size: int) -> list[Opening]:
    """T4: a dealer registers SIMs in bursts on borrowed or dead people's papers."""
    dice = stage.dice
    agent = dice.pick(stage.market.dealers())
    span = dice.between(15, 120)
    start = _start(stage, span)
    dead = stage.gone(("deceased", "missing", "detained", "emigrated"), start)
    night = dice.uniform(0.3, 0.95)
    made: list[Opening] = []
    while len(made) < size:
        day = start + dice.below(span)
        hour = dice.pick((20, 21, 22, 23, 0, 1)) if dice.chance(night) else dice.between(8, 19)
        stem = stage.contacts.phone(agent.institution)
        for step in range(dice.between(3, 14)):
            if step % dice.pick((1, 2, 4)) == 0:
                human = dice.pick(dead) if dead and dice.chance(0.25) else stage.someone(day)
            opening = stage.opening(human, SIM, day, "dealer", channel="agent", agent=agent)
            made.append(
                replace(
                    opening,
                    at=stage.calendar.at(dice, day, hour),
                    phone=None,
                    email=None,
                    home=human.home if dice.chance(0.9) else None,
                    number=_next_number(stem, step) if dice.chance(0.5) else opening.number,
                )
            )
    return made


def _next_number(stem: str, step: int) -> str:
    """A SIM of the same box: the numbers run on."""
    return f"{stem[:7]}{(int(stem[7:]) + step) % 1000:03d}"


def absent(stage: Stage, size: int) -> list[Opening]:
    """T5: accounts in the names of the dead, the departed and the imprisoned."""
    dice, kit = stage.dice, _Kit(stage, size)
    span = dice.between(15, 110)
    start = _start(stage, span)
    made: list[Opening] = []
    gone = stage.gone(("deceased", "emigrated", "detained", "missing"), start)
    dead = stage.gone(("deceased",), start) or gone
    while len(made) < size and gone:
        human, day = dice.pick(dead if dice.chance(0.6) else gone), start + dice.below(span)
        phone = stage.contacts.phone()
        for _ in range(dice.pick((1, 1, 2, 3))):
            kind = BANK if dice.chance(0.85) else SIM
            channel = "online" if dice.chance(0.08) else "ekyc"
            opening = stage.opening(human, kind, day, "absent_holder", channel=channel, actor=None)
            opening = replace(opening, phone=phone, email=None, device=kit_device(stage, opening))
            made.append(kit.lend(opening, "device", "ip", "phone", "face"))
            day += int(dice.waiting(4))
    return made


def shell(stage: Stage, size: int) -> list[Opening]:
    """T6: young companies without business, fronted by people who were paid for their names."""
    dice, kit, site = stage.dice, _Kit(stage, size), office(stage)
    span = dice.between(20, 120)
    start = _start(stage, span)
    agent: Agent | None = None
    made: list[Opening] = []
    fronts = [stage.someone(start) for _ in range(max(1, size // dice.between(2, 5)))]
    while len(made) < size:
        day, front, firm = start + dice.below(span), dice.pick(fronts), new_firm(stage)
        for _ in range(dice.between(1, 4)):
            channel = dice.pick(("online", "branch"))
            same = agent if channel == "branch" and dice.chance(0.7) else None
            opening = stage.opening(front, BANK, day, "shell_company", channel=channel, agent=same,
                                    firm=firm, home=site)  # fmt: skip
            agent = opening.agent or agent
            made.append(kit.lend(opening, "device", "ip", "phone"))
            day += int(dice.waiting(4))
    return made


_RINGS: dict[str, Callable[[Stage, int], list[Opening]]] = {
    "T1": rented,
    "T2": shared,
    "T3": forged,
    "T4": dealer,
    "T5": absent,
    "T6": shell,
}


def fraud(stage: Stage, rows: int) -> list[Opening]:
    """About `rows` fraudulent openings in rings of 3 to 60, every typology that fits."""
    made: list[Opening] = []
    number = 0
    for typology, share in _SHARES.items():
        budget = round(rows * share)
        while budget >= 3:
            number += 1
            size = min(budget, 60, max(3, round(stage.dice.lognormal(11, 0.75))))
            ring = _inside(stage, _RINGS[typology](stage, size)[: size + 2])
            made += [replace(o, typology=typology, ring_id=f"R{number:04d}") for o in ring]
            budget -= max(len(ring), 1)
    return made


def _inside(stage: Stage, ring: list[Opening]) -> list[Opening]:
    last = stage.calendar.date(stage.calendar.days)
    return [opening for opening in ring if opening.at.date() < last]

"""Fraud: rings of five kinds and of shell companies, each with its own size, tempo and habits.

T1 rented accounts, T2 shared ring on stolen data, T3 forged card with an invented identity,
T4 dishonest dealer, T5 dead or absent holder, T6 shell company. What a ring shares, and how often, is drawn for every ring, so that a model
learns shapes and not constants. Sizes count registrations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from training.world import forgery
from training.world.desk import Opening
from training.world.dice import Dice
from training.world.firms import new_firm, office
from training.world.kit import Kit
from training.world.market import BANK, SIM, Agent
from training.world.people import Human
from training.world.stage import Stage

LABELS = {
    "T1": "rented_account",
    "T2": "forged_document",
    "T3": "synthetic_identity",
    "T4": "dealer_preactivation",
    "T5": "absent_holder",
    "T6": "shell_company",
}
"""What an investigator calls each typology."""

_SHARES = {"T1": 0.27, "T2": 0.26, "T3": 0.18, "T4": 0.14, "T5": 0.1, "T6": 0.05}


def _start(stage: Stage, span: int) -> int:
    return stage.dice.below(max(1, stage.calendar.days - span))


def _own_channel(dice: Dice) -> str:
    roll = dice.roll()
    return "ekyc" if roll < 0.82 else "online" if roll < 0.9 else "branch"


def _mules(stage: Stage, count: int) -> list[Human]:
    """Students and workers of one region, or anyone a recruiter reaches by an advertisement."""
    if stage.dice.chance(0.75):
        return stage.young(count)
    return [stage.someone(0) for _ in range(count)]


def rented(stage: Stage, size: int) -> list[Opening]:
    """T1: genuine holders sell accounts opened with a SIM bought just before."""
    dice, kit = stage.dice, Kit(stage, size)
    span = dice.between(20, 110)
    start, dealer_share = _start(stage, span), dice.uniform(0.2, 0.9)
    dealer: Agent | None = None
    made: list[Opening] = []
    for mule in _mules(stage, max(2, size // 4)):
        day = start + dice.below(span)
        numbers: list[str] = []
        for _ in range(dice.pick((0, 1, 1, 1, 2))):
            same = dealer if dealer and dice.chance(dealer_share) else None
            sim = stage.opening(mule, SIM, day, "rented", channel="agent", agent=same, phone=None)
            dealer = dealer or sim.agent
            numbers += [sim.number] if sim.number else []
            made.append(sim)
        made += _sold(stage, kit, mule, day, numbers)
    return made


def _sold(stage: Stage, kit: Kit, mule: Human, day: int, numbers: list[str]) -> list[Opening]:
    """The accounts of one mule, at several banks within days."""
    dice, made = stage.dice, []
    pace = dice.pick((1, 2, 4))
    for _ in range(dice.between(2, 7)):
        day += 1 + int(dice.waiting(pace))
        opening = stage.opening(mule, BANK, day, "rented", channel=_own_channel(dice))
        opening = replace(opening, phone=dice.pick(numbers) if numbers else opening.phone)
        held = ("device", "ip") if numbers and dice.chance(0.8) else ("device", "ip", "phone")
        made.append(kit.lend(opening, *held))
    return made


def shared(stage: Stage, size: int) -> list[Opening]:
    """T2: persons, devices, phones, addresses and faces in a cluster, or in a chain.

    Most such rings hold copies of older people's papers with an invented date of issue; some are
    run with people who take part.
    """
    dice, kit = stage.dice, Kit(stage, size)
    span = dice.between(4, 80)
    start, chain, waves = _start(stage, span), dice.chance(0.3), dice.chance(0.5)
    stolen = dice.chance(0.85)
    count = max(2, size // dice.pick((1, 2, 2, 3)))
    persons = [stage.elder(start) if stolen else stage.someone(start) for _ in range(count)]
    shown = [forgery.copied(stage, human, stage.calendar.date(start)) for human in persons]
    made: list[Opening] = []
    for place in range(size):
        day = start + (span * (place * 4 // size) // 4 if waves else dice.below(span))
        kind = BANK if dice.chance(0.8) else SIM
        human = persons[place % count]
        opening = stage.opening(human, kind, day + dice.below(2), "shared_ring",
                                channel=_ring_channel(dice))  # fmt: skip
        if stolen:
            opening = kit.posing(stage, opening, shown[place % count])
        if chain and made:
            opening = _linked(dice, opening, made[-1])
        elif not chain:
            opening = kit.lend(opening, "device", "ip", "phone", "face", "home")
        made.append(opening)
    return made


def _ring_channel(dice: Dice) -> str:
    return dice.pick(("ekyc", "ekyc", "ekyc", "ekyc", "ekyc", "ekyc", "online", "agent", "branch"))


def _linked(dice: Dice, opening: Opening, before: Opening) -> Opening:
    """One value handed on from the opening before; the rest stays the holder's."""
    for name in dice.shuffled(("phone", "device", "home", "face", "email")):
        value = getattr(before, name)
        tablet = name == "device" and (before.agent or opening.agent)
        if value is not None and not tablet:
            return replace(opening, **{name: value})
    return opening


def forged(stage: Stage, size: int) -> list[Opening]:
    """T3: cards with an invented name or number, one face under several identities."""
    dice, kit = stage.dice, Kit(stage, size)
    span = dice.between(10, 100)
    start = _start(stage, span)
    made: list[Opening] = []
    taste = (dice.spin(forgery.KINDS), dice.spin(forgery.KINDS))
    dealers_share = dice.uniform(0.0, 0.5)
    while len(made) < size:
        day = start + dice.below(span)
        victim = stage.someone(day)
        papers = forgery.forge(stage, victim, stage.calendar.date(day), dice.pick(taste))
        phone = stage.contacts.phone()
        for _ in range(dice.pick((1, 2, 3, 4))):
            kind = BANK if dice.chance(0.72) else SIM
            channel = "agent" if dice.chance(dealers_share) else _ring_channel(dice)
            opening = stage.opening(victim, kind, day, "forged_card", channel=channel)
            opening = replace(kit.posing(stage, opening, papers), phone=opening.phone and phone)
            made.append(kit.lend(opening, "device", "ip", "phone", "face"))
            day += int(dice.waiting(3))
    return made


def dealer(stage: Stage, size: int) -> list[Opening]:
    """T4: a dealer registers SIMs in bursts on customers' copied papers, some of the dead."""
    dice = stage.dice
    agent = stage.market.dealer(dice)
    span = dice.between(10, 110)
    start, night = _start(stage, span), dice.uniform(0.35, 1.0)
    drawer = [stage.someone(start) for _ in range(max(1, size // dice.between(2, 6)))]
    dead = stage.gone(("deceased", "missing", "detained", "emigrated"), start)
    drawer += dice.sample(dead, max(1, len(drawer) // 4)) if dice.chance(0.35) else []
    made: list[Opening] = []
    while len(made) < size:
        day = start + dice.below(span)
        late = dice.chance(night)
        hour = dice.pick((20, 21, 22, 23, 0, 1)) if late else dice.between(8, 19)
        burst = dice.between(3, 14)
        made += _burst(stage, agent, [dice.pick(drawer) for _ in range(burst)], day, hour)
    return made


def _burst(stage: Stage, agent: Agent, humans: list[Human], day: int, hour: int) -> list[Opening]:
    """SIMs of one box within an hour, no contact given."""
    dice, made = stage.dice, []
    stem, boxed = stage.contacts.phone(agent.institution), dice.chance(0.5)
    for step, human in enumerate(humans):
        opening = stage.opening(human, SIM, day, "dealer", channel="agent", agent=agent)
        made.append(
            replace(
                opening,
                at=stage.calendar.at(dice, day, hour),
                phone=None,
                email=None,
                home=human.home if dice.chance(0.9) else None,
                number=_next_number(stem, step) if boxed else opening.number,
            )
        )
    return made


def _next_number(stem: str, step: int) -> str:
    """A SIM of the same box: the numbers run on."""
    return f"{stem[:7]}{(int(stem[7:]) + step) % 1000:03d}"


def absent(stage: Stage, size: int) -> list[Opening]:
    """T5: accounts in the names of the dead, the departed and the imprisoned.

    The register hears of a death late: of some it knows only after the account was opened.
    """
    dice, kit = stage.dice, Kit(stage, size)
    span = dice.between(15, 100)
    start = _start(stage, span)
    made: list[Opening] = []
    statuses = ("deceased", "emigrated", "detained", "missing")
    gone = stage.gone(statuses, start)
    late = [
        h for h in stage.gone(statuses, start + 150) if not h.gone_on(stage.calendar.date(start))
    ]
    dead = [human for human in gone if human.status == "deceased"] or gone
    while len(made) < size and gone:
        human, day = dice.pick(dead if dice.chance(0.6) else gone), start + dice.below(span)
        if late and dice.chance(0.2):
            human = dice.pick(late)
        papers = forgery.copied(stage, human, stage.calendar.date(day), invented=0.3)
        phone = stage.contacts.phone()
        for _ in range(dice.pick((1, 1, 2, 3))):
            kind = BANK if dice.chance(0.85) else SIM
            channel = "online" if dice.chance(0.08) else "ekyc"
            opening = stage.opening(human, kind, day, "absent_holder", channel=channel)
            opening = replace(kit.posing(stage, opening, papers), phone=opening.phone and phone)
            made.append(kit.lend(opening, "device", "ip", "phone", "face"))
            day += int(dice.waiting(4))
    return made


def shell(stage: Stage, size: int) -> list[Opening]:
    """T6: young companies without business, fronted by people who were paid for their names."""
    dice, kit, site = stage.dice, Kit(stage, size), office(stage)
    span = dice.between(20, 120)
    start = _start(stage, span)
    agent: Agent | None = None
    made: list[Opening] = []
    fronts = [stage.someone(start) for _ in range(max(1, size // dice.between(4, 8)))]
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

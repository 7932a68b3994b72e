"""Honest life: ordinary openings, households, and single people whose doings look odd.

Each scene returns the openings of one occasion. The table of all scenes and their shares of the
book stands in `honest_life`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from training.world import crowds, firms
from training.world.desk import Opening, Papers
from training.world.market import BANK, SIM
from training.world.names import FOREIGN
from training.world.papers import passport
from training.world.people import Human
from training.world.stage import Stage

Scene = Callable[[Stage], list[Opening]]


def ordinary(stage: Stage) -> list[Opening]:
    """A person opens something, often one or two more things in the weeks after."""
    dice, day = stage.dice, stage.day()
    human = stage.someone(day)
    made: list[Opening] = []
    while not made or dice.chance(0.22):
        made.append(_one(stage, human, day, "ordinary"))
        day += int(dice.waiting(35))
        if day >= stage.calendar.days:
            break
    return made


def _one(stage: Stage, human: Human, day: int, scene: str) -> Opening:
    kind = SIM if stage.dice.chance(0.6) else BANK
    opening = stage.opening(human, kind, day, scene)
    if kind == SIM and opening.number and stage.dice.chance(0.03):
        relative = stage.dice.pick(stage.households[human.household])  # often the buyer alone
        stage.habits(relative).phone = opening.number
    return opening


def family_day(stage: Stage) -> list[Opening]:
    """A whole household opens at one counter, or on one phone, in an hour."""
    dice, day = stage.dice, stage.day()
    members = stage.adults(dice.pick(stage.households))
    if len(members) < 2:
        return []
    kind = dice.pick((BANK, SIM))
    first = stage.opening(members[0], kind, day, "family_day")
    hour = (first.at.hour + 7) % 24
    return [first, *(_beside(stage, human, first, day, hour) for human in members[1:])]


def _beside(stage: Stage, human: Human, first: Opening, day: int, hour: int) -> Opening:
    """The next one of a family, at the same counter or on the same phone."""
    opening = stage.opening(human, first.kind, day, first.scene, channel=first.channel,
                            agent=first.agent, institution=first.institution)  # fmt: skip
    return replace(
        opening,
        at=stage.calendar.at(stage.dice, day, hour),
        device=first.device,
        ip=first.ip,
        phone=first.phone if stage.dice.chance(0.5) else opening.phone,
    )


def single_phone(stage: Stage) -> list[Opening]:
    """A family that owns one telephone gives its number for everybody, over months."""
    dice = stage.dice
    members = stage.adults(dice.pick(stage.households))
    if not members:
        return []
    owner, made = stage.habits(members[0]), []
    for human in members:
        for _ in range(dice.between(1, 3)):
            channel = dice.pick(("ekyc", "branch", "ekyc"))
            opening = stage.opening(human, BANK, stage.day(), "single_phone", channel=channel,
                                    phone=owner.phone, home=human.home)  # fmt: skip
            made.append(_on_device(opening, owner.device))
    return made


def _on_device(opening: Opening, device: str) -> Opening:
    return replace(opening, device=device) if opening.agent is None else opening


def child(stage: Stage) -> list[Opening]:
    """A parent opens an account, or registers a SIM, for a child."""
    dice, day = stage.dice, stage.day()
    household = dice.pick(stage.households)
    when = stage.calendar.date(day)
    children = [h for h in household if 0 <= h.age_on(when) < 15 and not h.gone_on(when)]
    parents = [h for h in stage.adults(household) if h not in children]
    if not children or not parents:
        return []
    parent = stage.habits(parents[0])
    kind = BANK if dice.chance(0.75) else SIM
    channel = "branch" if kind == SIM or dice.chance(0.6) else "ekyc"
    opening = stage.opening(dice.pick(children), kind, day, "child", channel=channel,
                            phone=parent.phone, face=None, email=None)  # fmt: skip
    return [_on_device(opening, parent.device)]


def bargain_hunter(stage: Stage) -> list[Opening]:
    """One person collects welcome gifts: many banks in few weeks, all on the own phone."""
    dice, day = stage.dice, stage.day()
    human, made = stage.someone(day), []
    count = dice.between(3, 8)
    if dice.chance(0.15):
        made.append(stage.opening(human, SIM, day, "bargain_hunter", channel="agent"))
        stage.habits(human).phone = made[0].number or stage.habits(human).phone
    for _ in range(count):
        day += int(dice.waiting(4))
        made.append(stage.opening(human, BANK, day, "bargain_hunter", channel="ekyc"))
    return made


def newcomer(stage: Stage) -> list[Opening]:
    """Someone who moved or lost their line buys a SIM at a dealer, then opens accounts with it."""
    dice, day = stage.dice, stage.day()
    human = stage.someone(day)
    sim = stage.opening(human, SIM, day, "newcomer", channel="agent")
    stage.habits(human).phone = sim.number or stage.habits(human).phone
    made = [sim]
    for _ in range(dice.pick((1, 1, 2, 3))):
        day += 1 + int(dice.waiting(4))
        made.append(stage.opening(human, BANK, day, "newcomer"))
    return made


def lost_phone(stage: Stage) -> list[Opening]:
    """A new device and number, and everything opened again within days, by night if need be."""
    dice, day = stage.dice, stage.day()
    human = stage.someone(day)
    habits, made = stage.habits(human), []
    made.append(stage.opening(human, BANK, max(0, day - dice.between(20, 120)), "lost_phone"))
    habits.device = stage.contacts.device()
    made.append(stage.opening(human, SIM, day, "lost_phone", phone=None))
    habits.phone = made[-1].number or habits.phone
    for _ in range(dice.between(1, 3)):
        day += int(dice.waiting(2.5))
        made.append(stage.opening(human, BANK, day, "lost_phone", channel="ekyc"))
    return made


def recycled_number(stage: Stage) -> list[Opening]:
    """A number lies idle after its first holder and is sold again months later."""
    dice = stage.dice
    first_day = dice.below(max(1, stage.calendar.days - 170))
    later = first_day + dice.between(120, 165)
    before, after = stage.someone(first_day), stage.someone(later)
    old = stage.opening(before, SIM, first_day, "recycled_number")
    made = [old]
    if dice.chance(0.6):
        made.append(stage.opening(before, BANK, first_day + 3, "recycled_number", phone=old.number))
    again = stage.opening(after, SIM, later, "recycled_number", institution=old.institution,
                          number=old.number)  # fmt: skip
    made.append(again)
    if dice.chance(0.6):
        made.append(stage.opening(after, BANK, later + 4, "recycled_number", phone=old.number))
    return made


def foreigner(stage: Stage) -> list[Opening]:
    """A foreigner with a passport; the register does not hold them."""
    dice, day = stage.dice, stage.day()
    name, nationality = stage.names.foreigner(dice)
    guest = stage.someone(day)  # lends age, sex and where to live; nothing of theirs is written
    papers = Papers(None, "passport", passport(dice, nationality), name, guest.born, guest.male,
                    None, nationality)  # fmt: skip
    home = stage.places.home(dice, stage.places.magnet(dice))
    habits = (stage.contacts.phone(), stage.contacts.device(), stage.contacts.face())
    made = []
    for _ in range(dice.pick((1, 1, 2, 3))):
        kind = dice.pick((BANK, SIM))
        opening = stage.opening(guest, kind, day, FOREIGN, actor=None, papers=papers, home=home,
                                phone=habits[0], email=None)  # fmt: skip
        opening = _on_device(opening, habits[1])
        made.append(_with_face(opening, habits[2]))
        day += int(dice.waiting(9))
    return made


def _with_face(opening: Opening, face: str) -> Opening:
    return replace(opening, face=face) if opening.face else opening


def emigrant(stage: Stage) -> list[Opening]:
    """Someone recorded as emigrated opens from abroad or on a visit."""
    day = stage.day()
    abroad = stage.gone(("emigrated",), day)
    if not abroad:
        return []
    human = stage.dice.pick(abroad)
    return [
        stage.opening(human, BANK if stage.dice.chance(0.7) else SIM, day, "emigrant")
        for _ in range(stage.dice.pick((1, 1, 2)))
    ]


def wrong_status(stage: Stage) -> list[Opening]:
    """The register calls dead or missing someone who stands at the counter."""
    day = stage.day()
    gone = stage.gone(("deceased", "missing", "detained"), day)
    return [stage.opening(stage.dice.pick(gone), BANK, day, "wrong_status")] if gone else []


SCENES: dict[str, tuple[float, Scene]] = {
    "family_day": (0.035, family_day),
    "single_phone": (0.03, single_phone),
    "child": (0.008, child),
    "bargain_hunter": (0.025, bargain_hunter),
    "newcomer": (0.012, newcomer),
    "lost_phone": (0.02, lost_phone),
    "recycled_number": (0.012, recycled_number),
    "foreign": (0.009, foreigner),
    "emigrant": (0.002, emigrant),
    "wrong_status": (0.0006, wrong_status),
    **crowds.SCENES,
    **firms.SCENES,
}
"""Share of the book, and the occasion, by the name of the scene; ordinary life fills the rest."""


def honest_life(stage: Stage, rows: int) -> list[Opening]:
    """About `rows` honest openings within the calendar, every scene at least once."""
    made: list[Opening] = []
    for share, scene in SCENES.values():
        made += _filled(stage, scene, max(1, round(rows * share)))
    return made + _filled(stage, ordinary, rows - len(made))


def _filled(stage: Stage, scene: Scene, rows: int) -> list[Opening]:
    made: list[Opening] = []
    for _ in range(40 + rows * 8):  # a scene may find nobody fitting; it is not tried for ever
        if len(made) >= rows:
            break
        made += scene(stage)
    return made

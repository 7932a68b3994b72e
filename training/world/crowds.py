"""Honest crowds: workplaces, campuses, dormitories, shops and helpers that many people share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from training.world.desk import Opening
from training.world.market import BANK, SIM
from training.world.people import Human
from training.world.places import FORMS
from training.world.stage import Stage

_PARKS = [
    "Tân Tạo",
    "Sóng Thần",
    "Thăng Long",
    "Quế Võ",
    "Vĩnh Lộc",
    "Hòa Khánh",
    "Nhơn Trạch",
    "Tràng Duệ",
]
_SCHOOLS = [
    "Bách Khoa",
    "Kinh tế",
    "Sư phạm",
    "Công nghiệp",
    "Y Dược",
    "Nông Lâm",
    "Ngoại thương",
    "Giao thông",
]


def _crowd(stage: Stage, day: int, low: int, high: int) -> list[Human]:
    """Active people by the dozen; a small world holds smaller crowds."""
    most = max(low, min(high, len(stage.people) // 60))
    count = stage.dice.between(low, most)
    return list({h.index: h for h in (stage.someone(day) for _ in range(count))}.values())


def _site(stage: Stage, spot: str) -> str:
    """A large place as people write it: one address, in one of two forms."""
    commune = stage.places.magnet(stage.dice)
    home = replace(stage.places.home(stage.dice, commune), spot=spot)
    return home.written(stage.dice.pick(FORMS))


def payroll(stage: Stage) -> list[Opening]:
    """A bank opens accounts for a company's workers at the gate, on one tablet, in a morning."""
    dice, day = stage.dice, stage.day()
    day -= max(0, stage.calendar.date(day).weekday() - 4)
    park = f"Lô {dice.pick('ABCDE')}{dice.between(1, 25)}, KCN {dice.pick(_PARKS)}"
    site, phone = _site(stage, park), stage.contacts.phone()
    by_office = 0.8 if dice.chance(0.15) else 0.03  # some offices give one number for everybody
    first, made = None, []
    for human in _crowd(stage, max(day, 0), 8, 160):
        opening = stage.opening(human, BANK, max(day, 0), "payroll", channel="payroll",
                                agent=first.agent if first else None)  # fmt: skip
        first = first or opening
        at_site = dice.chance(0.6)
        made.append(
            replace(
                opening,
                home=site if at_site else opening.home,
                phone=phone if dice.chance(by_office) else opening.phone,
                ip=opening.ip if dice.chance(0.5) else None,
            )
        )
    return made


def dormitory(stage: Stage) -> list[Opening]:
    """Students give their dormitory as the address and use its network; the term begins."""
    dice = stage.dice
    site = _site(stage, f"KTX Đại học {dice.pick(_SCHOOLS)}")
    lines = [stage.contacts.home_ip() for _ in range(dice.between(1, 3))]
    start, made = dice.below(max(1, stage.calendar.days - 90)), []
    for human in stage.young(min(dice.between(8, 70), max(8, len(stage.people) // 80))):
        for _ in range(dice.pick((1, 1, 2, 3))):
            kind = BANK if dice.chance(0.65) else SIM
            day = start + int(dice.waiting(25))
            opening = stage.opening(human, kind, day, "dormitory", home=site)
            near = opening.agent is None and dice.chance(0.5)
            made.append(replace(opening, ip=dice.pick(lines)) if near else opening)
    return made


def campus_day(stage: Stage) -> list[Opening]:
    """A bank's stand at a school: one collaborator, one tablet, dozens of students in a day."""
    dice, day = stage.dice, stage.day()
    agent = stage.market.agent(dice, BANK, "agent", "")
    domain = dice.pick(("neu", "hust", "ueh", "hcmute", "dut")) + ".edu.vn"
    made = []
    for human in stage.young(min(dice.between(6, 45), max(6, len(stage.people) // 100))):
        opening = stage.opening(human, BANK, day, "campus_day", channel="agent", agent=agent)
        mail = stage.habits(human).email.split("@")[0] + "@" + domain
        made.append(replace(opening, email=mail) if dice.chance(0.3) else opening)
        if dice.chance(0.4):
            made.append(stage.opening(human, BANK, day + dice.below(20), "campus_day"))
    return made


def roommates(stage: Stage) -> list[Opening]:
    """Unrelated young people share a room, its network, now and then a phone."""
    dice = stage.dice
    room = stage.places.home(dice, stage.places.magnet(dice))
    line, tenants = stage.contacts.home_ip(), stage.young(dice.between(2, 6))
    lent = stage.habits(tenants[0])
    start, made = stage.day(), []
    for human in tenants:
        for _ in range(dice.between(1, 3)):
            kind = BANK if dice.chance(0.7) else SIM
            day = start + int(dice.waiting(30))
            opening = stage.opening(human, kind, day, "roommates", home=room)
            if opening.agent is None:
                opening = replace(opening, ip=line if dice.chance(0.7) else opening.ip)
                if dice.chance(0.25):
                    opening = replace(opening, device=lent.device)
            made.append(opening)
    return made


def phone_shop(stage: Stage) -> list[Opening]:
    """A shop sets up its customers' apps on its own phone and network, all year."""
    dice = stage.dice
    device, line, counter = (
        stage.contacts.device(),
        stage.contacts.home_ip(),
        stage.contacts.phone(),
    )
    first = dice.below(max(1, stage.calendar.days // 2))
    made = []
    for _ in range(min(dice.between(4, 45), max(5, len(stage.people) // 60))):
        day = first + dice.below(stage.calendar.days - first)
        kind = BANK if dice.chance(0.7) else SIM
        opening = stage.opening(stage.someone(day), kind, day, "phone_shop", channel="ekyc")
        made.append(
            replace(
                opening,
                at=stage.calendar.moment(dice, day, "agent"),
                device=device if dice.chance(0.9) else opening.device,
                ip=line,
                phone=counter if dice.chance(0.08) else opening.phone,
            )
        )
    return made


def village_helper(stage: Stage) -> list[Opening]:
    """One person of a village gives their own number for the old people they help."""
    dice, day = stage.dice, stage.day()
    helper = stage.someone(day)
    own, code = stage.habits(helper), helper.home.commune.birth_code
    start = stage.calendar.start
    old = [h for h in stage.people if h.age_on(start) >= 60 and h.status == "living"]
    near = [h for h in old if h.home.commune.birth_code == code] or old
    made = []
    for human in dice.sample(near, min(dice.between(4, 25), max(4, len(stage.people) // 150))):
        channel = dice.pick(("branch", "branch", "ekyc", "agent"))
        opening = stage.opening(human, BANK, day + int(dice.waiting(20)), "village_helper",
                                channel=channel, phone=own.phone, email=None)  # fmt: skip
        made.append(replace(opening, device=own.device) if channel == "ekyc" else opening)
    return made


def sim_promotion(stage: Stage) -> list[Opening]:
    """A person buys a handful of cheap data SIMs at one dealer, in one visit or two."""
    dice, day = stage.dice, stage.day()
    human = stage.someone(day)
    first = stage.opening(human, SIM, day, "sim_promotion", channel="agent")
    made = [first]
    for _ in range(dice.pick((2, 2, 3, 3, 4, 6, 9))):
        if dice.chance(0.15):
            day += dice.between(1, 20)
        made.append(stage.opening(human, SIM, day, "sim_promotion", channel="agent",
                                  agent=first.agent, device=first.device))  # fmt: skip
    return made


def market_day(stage: Stage) -> list[Opening]:
    """A dealer's evening stand sells SIMs to a crowd, two or three a minute, partly after dark."""
    dice, day = stage.dice, stage.day()
    agent = stage.market.agent(dice, SIM, "agent", stage.places.commune(dice).birth_code)
    hour = dice.pick((17, 18, 19, 20, 21, 22))
    made = []
    for human in _crowd(stage, day, 5, 40):
        opening = stage.opening(human, SIM, day, "market_day", channel="agent", agent=agent)
        made.append(replace(opening, at=stage.calendar.at(dice, day, hour)))
    return made


SCENES: dict[str, tuple[float, Callable[[Stage], list[Opening]]]] = {
    "payroll": (0.035, payroll),
    "dormitory": (0.03, dormitory),
    "campus_day": (0.015, campus_day),
    "roommates": (0.03, roommates),
    "phone_shop": (0.03, phone_shop),
    "village_helper": (0.012, village_helper),
    "sim_promotion": (0.03, sim_promotion),
    "market_day": (0.015, market_day),
}
"""Share of the book and occasion, by the name of the scene."""

"""The stage on which life and fraud play: the people, what each is reached by, and how they open.

`Stage.opening` makes one ordinary opening of a person; scenes and typologies change what differs.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from training.world.contacts import Contacts
from training.world.desk import Opening, papers_of
from training.world.dice import Dice, Wheel
from training.world.market import BANK, SIM, Agent, Calendar, Market
from training.world.names import Names
from training.world.people import Census, Human
from training.world.places import Home, Places

_ACTIVITY = ((14, 0.0), (18, 0.6), (30, 1.3), (40, 1.25), (50, 1.05), (60, 0.75), (70, 0.4))
_MAIL_SHARE = {(BANK, "ekyc"): 0.44, (BANK, "online"): 0.44, (BANK, "branch"): 0.22,
               (BANK, "agent"): 0.22, (BANK, "payroll"): 0.24}  # fmt: skip
OWN_DEVICE = ("ekyc", "online")


@dataclass(slots=True)
class Habits:
    """What one person uses at present; a new SIM or a lost phone changes it."""

    phone: str
    device: str
    email: str
    face: str
    ip: str
    home: Home


class Stage:
    """Everything a scene needs; all its chance comes from `dice`, corrections from `office`."""

    def __init__(self, dice: Dice, office: Dice, persons: int, start: date, days: int) -> None:
        self.dice = dice
        self.names, self.places = Names(), Places(dice, max(40, persons // 80))
        self.contacts = Contacts(dice, persons)
        self.calendar = Calendar(start, days)
        census = Census(dice, office, self.names, self.places, start + timedelta(days=days - 1))
        census.fill(persons)
        self.people, self.households = census.people, census.households
        self.market = Market(dice, self.contacts, self.places, persons)
        self._habits: dict[int, Habits] = {}
        self._lines: dict[int, str] = {}
        self._active = Wheel((human, self._activity(human)) for human in self.people)
        young: dict[str, list[Human]] = defaultdict(list)
        for human in self.people:
            if 18 <= human.age_on(start) < 29 and human.status == "living":
                young[human.home.commune.birth_code].append(human)
        self._young = dict(young)

    def _activity(self, human: Human) -> float:
        age = human.age_on(self.calendar.start)
        weight = next((w for limit, w in _ACTIVITY if age < limit), 0.1)
        return weight * self.dice.lognormal(1.0, 0.45)

    def day(self) -> int:
        """Any day, by how busy it is."""
        return self.calendar.day(self.dice)

    def someone(self, day: int) -> Human:
        """A living person of at least 14, the active ones more often."""
        when = self.calendar.date(day)
        while True:
            human = self.dice.spin(self._active)
            if not human.gone_on(when) and human.age_on(when) >= 14:
                return human

    def elder(self, day: int) -> Human:
        """Someone of at least 45, as whose papers are stolen most."""
        for _ in range(40):
            human = self.dice.pick(self.people)
            when = self.calendar.date(day)
            if human.age_on(when) >= 45 and not human.gone_on(when) and human.cards:
                return human
        return self.someone(day)

    def young(self, count: int) -> list[Human]:
        """Up to `count` young adults of one province."""
        groups = [group for group in self._young.values() if len(group) >= count]
        group = self.dice.pick(groups or list(self._young.values()))
        return self.dice.sample(group, count)

    def adults(self, household: list[Human]) -> list[Human]:
        """The living grown-ups of a household."""
        start = self.calendar.start
        return [h for h in household if h.age_on(start) >= 18 and h.status == "living"]

    def gone(self, statuses: tuple[str, ...], day: int) -> list[Human]:
        """Those whom the register knows by a day as dead, abroad and so on."""
        when = self.calendar.date(day)
        return [
            human
            for human in self.people
            if human.status in statuses
            and human.gone_on(when)
            and human.age_on(when) >= 16
            and human.cards
        ]

    def habits(self, human: Human) -> Habits:
        """What a person uses; children and some of the old use another family member's phone."""
        found = self._habits.get(human.index)
        if found is None:
            found = self._habits[human.index] = self._new_habits(human)
        return found

    def _new_habits(self, human: Human) -> Habits:
        dice, contacts = self.dice, self.contacts
        if human.household not in self._lines:
            self._lines[human.household] = contacts.home_ip()
        age = human.age_on(self.calendar.start)
        helper = next(
            (h for h in self.households[human.household] if h.index in self._habits), None
        )
        borrowed = age < 14 or dice.chance(0.45 if age >= 70 else 0.05)
        lender = self._habits[helper.index] if helper and borrowed else None
        return Habits(
            phone=lender.phone if lender else contacts.phone(),
            device=lender.device if lender else contacts.device(),
            email=self._email(human, self._habits[helper.index] if helper else None),
            face=contacts.face(),
            ip=self._lines[human.household],
            home=human.home if dice.chance(0.9) else self._elsewhere(human),
        )

    def _email(self, human: Human, relative: Habits | None) -> str:
        if relative is not None and self.dice.chance(0.2):
            return relative.email
        return self.contacts.email(human.name.text, human.born)

    def _elsewhere(self, human: Human) -> Home:
        near = self.dice.chance(0.5)
        code = human.home.commune.birth_code
        commune = (
            self.places.commune_within(self.dice, code) if near else self.places.magnet(self.dice)
        )
        return self.places.home(self.dice, commune)

    def opening(self, human: Human, kind: str, day: int, scene: str, **changes: Any) -> Opening:  # noqa: ANN401 - any field of an opening
        """One opening of a person as they would ordinarily do it, with `changes` in its fields.

        `channel`, `institution` and `agent` among the changes steer what follows from them.
        """
        dice = self.dice
        institution = changes.get("institution") or self.market.institution(dice, kind)
        channel = changes.get("channel") or self.market.channel(dice, kind, institution)
        agent = changes.get("agent")
        if agent is None and channel not in OWN_DEVICE:
            desk = "branch" if channel == "payroll" else channel
            agent = self.market.agent(dice, kind, desk, human.home.commune.birth_code)
        institution = agent.institution if agent else institution
        made = Opening(
            actor=human,
            papers=papers_of(human, self.calendar.date(day)),
            kind=kind,
            institution=institution,
            at=self.calendar.moment(dice, day, channel),
            channel=channel,
            scene=scene,
            home=self.habits(human).home,
            agent=agent,
            number=self.contacts.phone(institution) if kind == SIM else None,
            **self._reached_by(human, kind, channel, agent),
        )
        fixed = ("institution", "channel", "agent")
        return replace(made, **{k: v for k, v in changes.items() if k not in fixed})

    def _reached_by(
        self, human: Human, kind: str, channel: str, agent: Agent | None
    ) -> dict[str, Any]:
        """Contacts as the channel records them: the agent's tablet and line, or the holder's own."""
        dice, habits = self.dice, self.habits(human)
        own = channel in OWN_DEVICE
        device: str | None = None if dice.chance(0.14 if channel == "online" else 0.05) else "held"
        ip = self.contacts.renewed(habits.ip) if dice.chance(0.48) else self.contacts.carrier_ip()
        if not own:
            tablets = agent.tablets if agent else ()
            device = dice.pick(tablets) if device and tablets else None
            ip = (agent.ip if agent else None) or ""
        return {
            "phone": habits.phone if kind == BANK or dice.chance(0.61) else None,
            "email": self._mail(human)
            if dice.chance(_MAIL_SHARE.get((kind, channel), 0.06))
            else None,
            "device": habits.device if own and device else device,
            "ip": None if not ip or dice.chance(0.035) else ip,
            "face": habits.face if channel == "ekyc" and not dice.chance(0.06) else None,
        }

    def _mail(self, human: Human) -> str:
        """The usual e-mail; some make a new one for each service."""
        if self.dice.chance(0.12):
            return self.contacts.email(human.name.text, human.born)
        return self.habits(human).email

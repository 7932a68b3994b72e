"""The market: banks and operators with their tellers, dealers and tablets, and its calendar."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from training.world.contacts import Contacts
from training.world.dice import Dice, Wheel
from training.world.places import Places

BANK, SIM = "bank_account", "sim"

# Rough shares of new accounts and new lines; codes as NAPAS and the operators write them.
_BANKS = Wheel(
    (("AGRIBANK", 12.2), ("BID", 10.9), ("VCB", 9.8), ("TCB", 8.7), ("MBB", 7.7), ("CTG", 7.7),
     ("VPB", 5.4), ("TPB", 4.9), ("ACB", 4.9), ("STB", 4.7), ("SHB", 4.1), ("HDB", 3.1),
     ("VIB", 3.1), ("MSB", 2.9), ("ABB", 2.2), ("LPB", 2.6), ("OCB", 2.4), ("SSB", 2.2),
     ("CAKE", 2.2), ("TIMO", 1.4), ("BVB", 0.8), ("KLB", 0.6), ("NAB", 0.6))
)  # fmt: skip
_OPERATORS = Wheel(
    (("VIETTEL", 53), ("VINAPHONE", 22), ("MOBIFONE", 17.8), ("ITEL", 2.8), ("WINTEL", 2.4),
     ("VIETNAMOBILE", 1.9))
)  # fmt: skip
_APP_ONLY = frozenset({"CAKE", "TIMO"})
_CHANNELS = {
    BANK: Wheel((("ekyc", 57), ("branch", 34), ("online", 4.5), ("agent", 2.4))),
    SIM: Wheel((("agent", 71), ("branch", 9.3), ("ekyc", 15), ("online", 4.5))),
}
_HOURS = {
    "branch": "0 0 0 0 0 0 0 4 87 140 157 89 23 89 126 120 80 30 17 18 11 5 2 0",
    "agent": "1 0 0 0 0 0 0 19 48 77 87 79 51 52 72 79 80 88 86 80 55 27 14 3",
    "own": "16 11 6 4 5 12 21 33 45 58 65 63 57 48 53 55 53 51 56 65 75 71 49 26",
    "payroll": "0 0 0 0 0 0 0 0 66 192 212 212 199 114 6 0 0 0 0 0 0 0 0 0",
}
_LENGTHS = (10, 10, 12, 10, 13, 12, 9, 10, 13, 11, 14, 10, 12)


@dataclass(frozen=True, slots=True, eq=False)
class Agent:
    """A teller, dealer or collaborator; `tablets` and `ip` are empty where none are recorded."""

    agent_id: str
    institution: str
    province: str
    tablets: tuple[str, ...]
    ip: str | None


class Calendar:
    """A year of days from `start`, with the hours at which each channel works."""

    def __init__(self, start: date, days: int = 365) -> None:
        self.start, self.days = start, days
        self._hours = {
            channel: Wheel((hour, float(weight)) for hour, weight in enumerate(text.split()))
            for channel, text in _HOURS.items()
        }
        self._weights = Wheel((day, self._weight(day)) for day in range(days))

    def _weight(self, day: int) -> float:
        """The new year's holiday (late January to February) is quiet."""
        when = self.start + timedelta(days=day)
        holiday = (when.month, when.day) >= (2, 10) and (when.month, when.day) <= (2, 22)
        return 0.15 if holiday else 1.0

    def day(self, dice: Dice) -> int:
        """A day of the year by how busy it is."""
        return dice.spin(self._weights)

    def date(self, day: int) -> date:
        """The date of a day's number."""
        return self.start + timedelta(days=day)

    def moment(self, dice: Dice, day: int, channel: str) -> datetime:
        """A UTC moment at the working hours of the channel; day 0 begins at 00:00 UTC."""
        hours = self._hours.get(channel, self._hours["own"])
        if channel == "branch" and self.date(day).weekday() >= 5 and dice.chance(0.75):
            day -= self.date(day).weekday() - 4
        return self.at(dice, day, dice.spin(hours))

    def at(self, dice: Dice, day: int, hour: int) -> datetime:
        """A UTC moment in an hour of the Vietnamese clock."""
        midnight = datetime.combine(self.date(day), datetime.min.time(), UTC)
        when = midnight + timedelta(hours=hour - 7, seconds=dice.below(3600))
        first = datetime.combine(self.start, datetime.min.time(), UTC)
        return when if when >= first else when + timedelta(days=1)


class Market:
    """All institutions and agents."""

    def __init__(self, dice: Dice, contacts: Contacts, places: Places, persons: int) -> None:
        self._dice, self._contacts = dice, contacts
        self._agents: dict[tuple[str, str], list[Agent]] = defaultdict(list)
        self._local: dict[tuple[str, str, str], list[Agent]] = defaultdict(list)
        for kind, mark, share in ((SIM, "D", 24), (BANK, "T", 24), (SIM, "T", 5), (BANK, "C", 5)):
            for _ in range(max(5, persons * share // 10_000)):
                self._hire(kind, mark, places)

    def _hire(self, kind: str, mark: str, places: Places) -> None:
        """Opens a shop or a counter with one to four agents."""
        dice = self._dice
        institution = self.institution(dice, kind)
        province = places.commune(dice).birth_code
        shop = f"{institution}-{province}-{dice.digits(3)}"
        tablets = tuple(self._contacts.device() for _ in range(dice.pick((0, 1, 1, 1, 1, 2))))
        ip = self._contacts.home_ip() if dice.chance(0.65) else None
        for seat in dice.sample(range(10, 99), dice.pick((1, 1, 1, 2, 4))):
            agent = Agent(f"{shop}-{mark}{seat}", institution, province, tablets, ip)
            channel = "branch" if mark == "T" else "agent"
            self._agents[kind, channel].append(agent)
            self._local[kind, channel, province].append(agent)

    def institution(self, dice: Dice, kind: str) -> str:
        """A bank or an operator by its share."""
        return dice.spin(_BANKS if kind == BANK else _OPERATORS)

    def channel(self, dice: Dice, kind: str, institution: str) -> str:
        """How it is opened there."""
        return "ekyc" if institution in _APP_ONLY else dice.spin(_CHANNELS[kind])

    def agent(self, dice: Dice, kind: str, channel: str, province: str) -> Agent:
        """An agent near a province, mostly one of few busy ones."""
        near = self._local[kind, channel, province]
        pool = near if near and dice.chance(0.85) else self._agents[kind, channel]
        return pool[int(dice.roll() ** 1.9 * len(pool))]

    def dealer(self, dice: Dice) -> Agent:
        """A SIM dealer, seldom one whose tablet is not recorded."""
        pool = self._agents[SIM, "agent"]
        recorded = [agent for agent in pool if agent.tablets]
        return dice.pick(recorded if recorded and dice.chance(0.9) else pool)


def account_number(dice: Dice, institution: str) -> str:
    """An account number in its bank's length."""
    length = _LENGTHS[sum(map(ord, institution)) % len(_LENGTHS)]
    return str(dice.between(1, 9)) + dice.digits(length - 1)

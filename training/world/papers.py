"""Identity papers of the simulated people: numbers, former numbers, passports, dates by law.

A citizen's number is `PPP G YY RRRRRR`: province of birth, century and sex, year, six random
digits. A card runs to the birthday at 25, 40 or 60 after its issue, then without end
(Law 26/2023/QH15); one issued within two years before such a birthday runs to the next.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from training.world.dice import Dice, Wheel

_RENEWALS = (25, 40, 60)
# The chip card was given out in a national drive in 2021.
_ISSUE_YEARS = Wheel(((2018, 1), (2019, 1.5), (2020, 2), (2021, 50), (2022, 14), (2023, 14)))
_PASSPORTS = {"KOR": "M", "CHN": "E", "JPN": "TS", "FRA": "C", "LAO": "P", "KHM": "N", "IND": "C"}


@dataclass(frozen=True, slots=True)
class Card:
    """An identity card's dates; `expires` is None after 60."""

    issued: date
    expires: date | None


def make_day(year: int, month: int, day: int) -> date:
    """A date; a day past the month's end becomes its last."""
    return date(year, month, min(day, monthrange(year, month)[1]))


def birthday(born: date, age: int) -> date:
    """The day of reaching an age."""
    return make_day(born.year + age, born.month, born.day)


def stem_of(province: str, born: date, *, male: bool) -> str:
    """The first six digits of a citizen's number."""
    sex_and_century = (0 if male else 1) + (2 if born.year >= 2000 else 0)
    return f"{province}{sex_and_century}{born.year % 100:02d}"


class Numbers:
    """Gives out citizens' numbers and old card numbers, each once."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._given: set[str] = set()

    def citizen(self, province: str, born: date, *, male: bool) -> str:
        """A free 12-digit number."""
        stem = stem_of(province, born, male=male)
        if self._dice.chance(0.001):  # offices gave out numbers with a wrong year, now and then
            stem = f"{stem[:4]}{(born.year + 1) % 100:02d}"
        while True:
            number = stem + self._dice.digits(6)
            if number not in self._given:
                self._given.add(number)
                return number

    def former(self, number: str, born: date) -> tuple[str, ...]:
        """9-digit card numbers of those of age before the chip card, rarely a cancelled 12-digit."""
        found: list[str] = []
        if born.year <= 2002 and self._dice.chance(0.78):
            found.append(f"{int(number[:3]) * 4 % 39:02d}{self._dice.digits(7)}")
            if self._dice.chance(0.05):
                found.append(f"{int(number[:3]) * 4 % 39:02d}{self._dice.digits(7)}")
        if self._dice.chance(0.0006):
            found.append(f"{number[:4]}{(born.year + 1) % 100:02d}{self._dice.digits(6)}")
        return tuple(found)


def passport(dice: Dice, nationality: str) -> str:
    """A foreign passport's number."""
    return _PASSPORTS.get(nationality, "") + dice.digits(8)


def cards_of(dice: Dice, born: date, died: date | None, until: date) -> tuple[Card, ...]:
    """All cards a person has held, the oldest first, to the day `until`."""
    issued = _first_issue(dice, born, until)
    cards: list[Card] = []
    while issued is not None and issued <= until and (died is None or issued <= died):
        expires = _expiry(born, issued)
        cards.append(Card(issued, expires))
        issued = _next_issue(dice, cards[-1], until)
    return tuple(cards)


def renewed(cards: tuple[Card, ...], born: date, day: date) -> tuple[Card, ...]:
    """The cards of a holder who is given a new one on a day in place of the next."""
    held = tuple(card for card in cards if card.issued < day)
    return (*held, Card(day, _expiry(born, day))) if held else cards


def _first_issue(dice: Dice, born: date, until: date) -> date | None:
    fourteen = birthday(born, 14)
    if fourteen > until:  # a card under fourteen is given on request, since July 2024
        asked = date(2024, 7, 1) + timedelta(days=dice.below(730))
        return max(asked, born + timedelta(days=60)) if dice.chance(0.24) else None
    if fourteen > date(2021, 2, 1):
        return fourteen + timedelta(days=dice.between(5, 200))
    issued = date(dice.spin(_ISSUE_YEARS), 1, 1) + timedelta(days=dice.below(365))
    return max(issued, fourteen)


def _next_issue(dice: Dice, card: Card, until: date) -> date | None:
    """The next card comes about when one runs out, or is asked for (lost, moved, new design)."""
    if dice.chance(0.17):
        span = max((until - card.issued).days, 60)
        return card.issued + timedelta(days=dice.between(30, span))
    if card.expires is None:
        return None
    return max(card.expires + timedelta(days=dice.between(-60, 90)), card.issued + timedelta(30))


def _expiry(born: date, issued: date) -> date | None:
    for age in _RENEWALS:
        if issued < birthday(born, age - 2):
            return birthday(born, age)
    return None

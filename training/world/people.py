"""The simulated people: households, numbers, documents, statuses, and what the register holds.

A `Human` is the truth; its `Record` is the register's version, which is sometimes wrong. Ages
follow the World Population Prospects projection of Vietnam for 2025, in rounded shares.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from training.world.corrections import Correction, Identity, identity_before
from training.world.dice import Dice, Wheel
from training.world.names import FullName, Names, misspelt
from training.world.papers import Card, Numbers, cards_of, make_day, renewed
from training.world.places import FORMS, Commune, Home, Places

_HEAD_AGES = Wheel(
    ((20, 2.5), (25, 6.5), (30, 8.4), (35, 8.3), (40, 7.6), (45, 6.9), (50, 6.4), (55, 5.6))
)
_ELDER_AGES = Wheel(((58, 4.0), (62, 5.0), (66, 4.0), (70, 2.7), (75, 1.4), (80, 0.9), (86, 0.5)))
_FORM_SHARES = Wheel(zip(FORMS, (0.47, 0.37, 0.09, 0.07), strict=True))
_YEAR = 365
_STATUSES = Wheel((("emigrated", 0.6), ("detained", 0.18), ("missing", 0.12), ("deceased", 0.9)))


@dataclass(frozen=True, slots=True)
class Record:
    """The register's version of a person; `errors` names the fields in which it is wrong."""

    full_name: str
    birth_date: str
    sex: str
    residence: str
    errors: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Human:
    """A person as they truly are. `household` numbers the home they share with others."""

    index: int
    id_number: str
    former: tuple[str, ...]
    name: FullName
    born: date
    male: bool
    home: Home
    household: int
    cards: tuple[Card, ...]
    status: str
    status_since: date | None
    record: Record
    correction: Correction | None = None

    def identity_on(self, day: date) -> Identity:
        """Number, name and birth date as the person's papers show them on a day."""
        if self.correction is not None and day < self.correction.day:
            return self.correction.before
        return Identity(self.id_number, self.name, self.born)

    def age_on(self, day: date) -> int:
        """Completed years."""
        return day.year - self.born.year - ((day.month, day.day) < (self.born.month, self.born.day))

    def card_on(self, day: date) -> Card | None:
        """The document valid on a day: the last one issued by then."""
        held = [card for card in self.cards if card.issued <= day]
        return held[-1] if held else None

    def gone_on(self, day: date) -> bool:
        """True when the register knows by then that they are not simply living."""
        return self.status_since is not None and self.status_since <= day

    def row(self, snapshot: date) -> dict[str, Any]:
        """The person's row of the population file, as the register stood on `snapshot`."""
        card, gone = self.card_on(snapshot), self.gone_on(snapshot)
        return {
            "id_number": self.id_number,
            "former_id_numbers": list(self.former),
            "full_name": self.record.full_name,
            "birth_date": self.record.birth_date,
            "sex": self.record.sex,
            "nationality": "VNM",
            "residence": self.record.residence,
            "province_code": self.home.commune.new_code,
            "status": self.status if gone else "living",
            "status_since": self.status_since if gone else None,
            "document_issued_on": card.issued if card else None,
            "document_expires_on": card.expires if card else None,
        }


class Census:
    """Makes people, household by household, up to a day; `office` is the chance of corrections."""

    def __init__(self, dice: Dice, office: Dice, names: Names, places: Places, until: date) -> None:
        self._dice, self._office = dice, office
        self._names, self._places, self._until = names, places, until
        self._numbers = Numbers(dice)
        self.people: list[Human] = []
        self.households: list[list[Human]] = []

    def fill(self, persons: int) -> None:
        """Adds households until exactly `persons` people live."""
        while len(self.people) < persons:
            room = persons - len(self.people)
            commune, origin = self._whereabouts()
            home = self._places.home(self._dice, commune)
            form = self._dice.spin(_FORM_SHARES)
            members: list[Human] = []
            family = ""
            for age, male in self._members()[:room]:
                human = self._human(age, family, home, form, origin, male=male)
                family = family or human.name.text.split()[0] if human.male else family
                members.append(human)
            self.households.append(members)

    def _whereabouts(self) -> tuple[Commune, str]:
        """Where a household is registered, and the province its people were born in."""
        commune = self._places.commune(self._dice)
        if self._dice.chance(0.1):
            return self._places.magnet(self._dice), commune.birth_code
        return commune, commune.birth_code

    def _members(self) -> list[tuple[int, bool]]:
        """(age, male) of a household: head, partner, children, perhaps a grandparent."""
        dice = self._dice
        if dice.chance(0.16):
            elders = [(dice.spin(_ELDER_AGES) + dice.below(5), male) for male in (False, True)]
            return elders[: 2 if dice.chance(0.5) else 1]
        head = dice.spin(_HEAD_AGES) + dice.below(5)
        if dice.chance(0.1):
            return [(head, False), (max(0, head - dice.between(22, 30)), dice.chance(0.5))]
        members = [(head, True)]
        if dice.chance(0.84):
            members.append((max(19, head + dice.between(-7, 3)), False))
        for _ in range(dice.pick((0, 1, 1, 2, 2, 2, 3))):
            age = head - dice.between(23, 36)
            if 0 <= age < 28:
                members.append((age, dice.chance(0.51)))
        if dice.chance(0.1):
            members.append((min(97, head + dice.between(22, 33)), dice.chance(0.3)))
        return members

    def _human(
        self, age: int, family: str, home: Home, form: str, origin: str, *, male: bool
    ) -> Human:
        dice = self._dice
        born = self._until - timedelta(days=int((age + dice.roll()) * 365.25))
        name = self._names.person(dice, origin, born.year, male=male)
        if family and age < 28 and name.group == "kinh":
            name = FullName(" ".join((family, *name.text.split()[1:])), name.group)
        number = self._numbers.citizen(origin, born, male=male)
        status, since = self._status(age, born)
        human = Human(
            index=len(self.people),
            id_number=number,
            former=self._numbers.former(number, born),
            name=name,
            born=born,
            male=male,
            home=home,
            household=len(self.households),
            cards=cards_of(dice, born, since if status == "deceased" else None, self._until),
            status=status,
            status_since=since,
            record=self._record(name, born, home.written(form), male=male),
        )
        human = self._corrected(human)
        self.people.append(human)
        return human

    def _corrected(self, human: Human) -> Human:
        """The person; of a few, what the register held of them earlier in its last year."""
        now, sound = human.identity_on(self._until), human.record.birth_date == str(human.born)
        if human.status != "living" or human.record.errors or not sound:
            return human
        before = identity_before(self._office, self._names, now, male=human.male)
        if before == now or before.born > self._until - timedelta(days=_YEAR):
            return human
        day = self._until - timedelta(days=self._office.below(_YEAR))
        cancelled = () if before.id_number == now.id_number else (before.id_number,)
        carded = cancelled or self._office.chance(0.85)
        return replace(
            human,
            former=(*human.former, *cancelled),
            cards=renewed(human.cards, human.born, day) if carded else human.cards,
            correction=Correction(day, before),
        )

    def _status(self, age: int, born: date) -> tuple[str, date | None]:
        dice = self._dice
        if not dice.chance(0.16 if age >= 70 else 0.05 if age >= 50 else 0.032):
            return "living", None
        status = "deceased" if age >= 60 and dice.chance(0.85) else dice.spin(_STATUSES)
        back = dice.below(3200) if dice.chance(0.7) else dice.below(500)
        return status, max(born, self._until - timedelta(days=back))

    def _record(self, name: FullName, born: date, residence: str, *, male: bool) -> Record:
        """The register's version: now and then a clerk's old slip, or a date known by year only."""
        dice = self._dice
        full_name, birth_date, sex = name.text, born.isoformat(), "male" if male else "female"
        wrong = set()
        if dice.chance(0.004):
            full_name = misspelt(dice, full_name)
            wrong |= {"full_name"} if full_name != name.text else set()
        if born.year < 1975 and dice.chance(0.03):
            birth_date = birth_date[: 4 if dice.chance(0.85) else 7]
        elif dice.chance(0.004):
            birth_date = _slip_of(born).isoformat()
            wrong |= {"birth_date"} if birth_date != born.isoformat() else set()
        if dice.chance(0.0012):
            sex = "female" if male else "male"
            wrong.add("sex")
        return Record(full_name, birth_date, sex, residence, frozenset(wrong))


def _slip_of(born: date) -> date:
    """Day and month swapped where the day can be a month, otherwise the tens of the day one less."""
    if born.day <= 12:
        return make_day(born.year, born.day, born.month)
    return born.replace(day=born.day - 10)

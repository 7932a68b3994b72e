"""A hard set for the verdict: households, twins, namesakes and impostors, made from one seed.

Households share surname and residence; twins and fathers and sons bear names a letter or a word
apart. Every holder registers once, as people type in Vietnam; one registration in twenty is an
impostor's: a real person's name, sex and district, and a birth date that is not theirs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
from rapidfuzz.distance import OSA

from features.cross_check import cross_check
from features.evidence import Evidence, Identity, PopulationRegister
from features.name import stripped
from features.registration import (
    DocumentType,
    IdNumber,
    Institution,
    Kind,
    Person,
    Registration,
    RegistrationId,
    Sex,
)
from training.world import noise
from training.world.dice import Dice, Wheel
from training.world.names import Names
from training.world.papers import Numbers, birthday, cards_of, make_day
from training.world.places import FORMS, Commune, Home, Places

TODAY = date(2026, 6, 1)
_NOW = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)
_COMMUNES = 6_000
_FORM = Wheel(zip(FORMS, (0.47, 0.37, 0.09, 0.07), strict=True))
_RELATIVE = Wheel((("stranger", 80), ("twin", 8), ("like_father", 12)))
_MISTYPED = {"full_name": 0.4, "birth_date": 0.025, "document_number": 0.03}
_ADDRESS = Wheel((("same", 40), ("other_units", 25), ("careless", 22), ("moved", 13)))
_ISSUED = Wheel((("not_given", 50), ("same", 44), ("earlier", 3), ("slip", 3)))
_DATE_SLIP = Wheel((("swapped", 30), ("one_digit", 40), ("year_only", 15), ("january", 15)))


@dataclass(frozen=True, slots=True)
class Row:
    """One registration; `person` is its holder or, of an impostor, the one whose name is borne.

    `noise` names what differs from the record, as `field:kind`.
    """

    registration: Registration
    person: Person
    impostor: bool
    noise: tuple[str, ...] = ()

    @property
    def holder(self) -> IdNumber | None:
        """The number of the true holder; None of an impostor."""
        return None if self.impostor else self.person.id_number


@dataclass(frozen=True, slots=True)
class HardSet:
    """The persons of the register and the registrations, without any number."""

    persons: list[Person]
    rows: list[Row]

    def with_numbers(self, seed: int) -> list[Row]:
        """The same rows with a number, as typed, on nine true holders' forms of ten."""
        dice = Dice(np.random.SeedSequence(seed))
        return [row if row.impostor else _numbered(dice, row) for row in self.rows]


def make(persons: int, seed: int) -> HardSet:
    """A set of about `persons` people and as many registrations; equal seeds give equal sets."""
    dice = Dice(np.random.SeedSequence(seed))
    town = _Town(dice)
    while len(town.people) < persons:
        town.add_household()
    rows = [_Form(town, person, home).holder() for person, home in town.people]
    for _ in range(round(len(rows) / 19)):
        person, home = dice.pick(town.people)
        rows.append(_Form(town, person, home).impostor())
    named = [
        replace(row, registration=replace(row.registration, registration_id=_key(place)))
        for place, row in enumerate(dice.shuffled(rows))
    ]
    return HardSet([person for person, _ in town.people], named)


def _key(place: int) -> RegistrationId:
    return RegistrationId(f"H-{place:07}")


class _Town:
    """The people, household by household."""

    def __init__(self, dice: Dice) -> None:
        self.dice, self.names, self.places = dice, Names(), Places(dice, _COMMUNES)
        self.people: list[tuple[Person, Home]] = []
        self._numbers = Numbers(dice)
        self._near = _similar_words(dice, self.names)

    def add_household(self) -> None:
        """Father, mother and one to three children, all of an age to register."""
        dice = self.dice
        commune = self.places.commune(dice)
        home, form = self.places.home(dice, commune), dice.spin(_FORM)
        age = dice.between(38, 66)
        father = self._add(self._name(commune, age, male=True), age, home, form, male=True)
        self._add(self._name(commune, age, male=False), age - dice.between(-2, 6), home, form)
        elder: Person | None = None
        for _ in range(dice.pick((1, 2, 2, 2, 3))):
            elder = self._child(father, elder, home, form, dice.between(14, age - 22))

    def _child(
        self, father: Person, elder: Person | None, home: Home, form: str, age: int
    ) -> Person:
        family = father.full_name.split()[0]
        kin = self.dice.spin(_RELATIVE)
        if kin == "twin" and elder is not None:
            name = self._like(elder.full_name)
            twin = self._add(name, age, home, form, male=elder.sex is Sex.MALE)
            self.people[-1] = (replace(twin, birth_date=elder.birth_date), home)
            return self.people[-1][0]
        male = kin == "like_father" or self.dice.chance(0.5)
        name = self._name(home.commune, age, male=male)
        name = " ".join((family, *name.split()[1:]))
        return self._add(
            self._like(father.full_name) if kin == "like_father" else name,
            age,
            home,
            form,
            male=male,
        )

    def _name(self, commune: Commune, age: int, *, male: bool) -> str:
        born = TODAY.year - age
        return self.names.person(self.dice, commune.birth_code, born, male=male).text

    def _like(self, name: str) -> str:
        """A name with another last word: half of the time one that sounds or looks alike."""
        *before, last = name.split()
        near = self._near.get(last, ())
        alike = bool(near) and self.dice.chance(0.5)
        return " ".join((*before, self.dice.pick(near if alike else list(self._near))))

    def _add(self, name: str, age: int, home: Home, form: str, *, male: bool = False) -> Person:
        dice = self.dice
        born = birthday(TODAY, -age) - timedelta(days=dice.below(365))
        cards = cards_of(dice, born, None, TODAY)
        person = Person(
            id_number=IdNumber(self._numbers.citizen(home.commune.birth_code, born, male=male)),
            full_name=name,
            birth_date=born.isoformat(),
            sex=Sex.MALE if male else Sex.FEMALE,
            nationality="VNM",
            residence=home.written(form),
            province_code=home.commune.new_code,
            document_issued_on=cards[-1].issued if cards else None,
        )
        self.people.append((person, home))
        return person


def _similar_words(dice: Dice, names: Names) -> dict[str, list[str]]:
    """Given names as drawn, each with those a letter or a mark away."""
    drawn = {names.person(dice, "001", 1990, male=place % 2 == 0).text.split()[-1]
             for place in range(1_500)}  # fmt: skip
    return {
        word: [o for o in sorted(drawn) if o != word and _alike(word, o)] for word in sorted(drawn)
    }


def _alike(one: str, other: str) -> bool:
    return OSA.distance(one, other) == 1 or stripped(one) == stripped(other)


class _Form:
    """One form filled in with the data of one person."""

    def __init__(self, town: _Town, person: Person, home: Home) -> None:
        self._town, self._dice, self._person, self._home = town, town.dice, person, home
        self._noise: list[str] = []

    def holder(self) -> Row:
        """The holder's own, as typed."""
        person, dice = self._person, self._dice
        born = date.fromisoformat(str(person.birth_date))
        registration = _registration(
            self._mistyped("full_name", person.full_name, noise.name(dice, person.full_name)),
            self._birth_date(born),
            person.sex if dice.chance(0.85) else None,
            self._address(),
            self._issued_on(),
        )
        return Row(registration, person, impostor=False, noise=tuple(self._noise))

    def impostor(self) -> Row:
        """Somebody else's, who knows the name, the sex and the district of this person."""
        person, dice = self._person, self._dice
        away = dice.between(1, 400) * dice.pick((-1, 1))
        born = date.fromisoformat(str(person.birth_date)) + timedelta(days=away)
        near = self._home
        while near == self._home:
            near = self._town.places.home(dice, self._same_district())
        registration = _registration(
            person.full_name, born.isoformat(), person.sex, near.written(dice.spin(_FORM)), None
        )
        return Row(registration, person, impostor=True, noise=(f"birth_date:{away:+}_days",))

    def _same_district(self) -> Commune:
        here, dice = self._home.commune, self._dice
        while True:
            commune = self._town.places.commune_within(dice, here.birth_code)
            if commune.district == here.district:
                return commune

    def _mistyped(self, field: str, clean: str, typed: tuple[str, str] | None) -> str:
        if typed is None or not self._dice.chance(_MISTYPED[field]):
            return clean
        self._noise.append(f"{field}:{typed[1]}")
        return typed[0]

    def _birth_date(self, born: date) -> str:
        slip = self._mistyped("birth_date", born.isoformat(), _date_slip(self._dice, born))
        if slip == born.isoformat() and self._dice.chance(0.3):
            return f"{born:%d/%m/%Y}"
        return slip

    def _address(self) -> str:
        dice, residence = self._dice, str(self._person.residence)
        how = dice.spin(_ADDRESS)
        if how != "same":
            self._noise.append(f"address:{how}")
        if how == "other_units":
            return self._home.written(dice.spin(_FORM))
        if how == "moved":
            places = self._town.places
            far = dice.chance(0.5)
            code = self._home.commune.birth_code
            commune = places.magnet(dice) if far else places.commune_within(dice, code)
            return places.home(dice, commune).written(dice.spin(_FORM))
        careless = noise.address(dice, residence) if how == "careless" else None
        return careless[0] if careless else residence

    def _issued_on(self) -> date | None:
        how, issued = self._dice.spin(_ISSUED), self._person.document_issued_on
        if how == "not_given" or issued is None:
            return None
        if how == "same":
            return issued
        self._noise.append(f"document_issued_on:{how}")
        if how == "earlier":
            return issued - timedelta(days=self._dice.between(300, 3000))
        return noise.shifted(self._dice, issued)


def _date_slip(dice: Dice, born: date) -> tuple[str, str] | None:
    kind = dice.spin(_DATE_SLIP)
    if kind == "year_only":
        return str(born.year), kind
    if kind == "january":
        return f"{born.year}-01-01", kind
    if kind == "swapped":
        return (make_day(born.year, born.day, born.month).isoformat(), kind) if (
            born.day <= 12 and born.day != born.month
        ) else None  # fmt: skip
    return _one_digit(dice, born.isoformat()), kind


def _one_digit(dice: Dice, born: str) -> str:
    """Another day of living memory, one digit away."""
    while True:
        place = dice.pick((2, 3, 5, 6, 8, 9))
        typed = f"{born[:place]}{dice.below(10)}{born[place + 1 :]}"
        try:
            if typed != born and date.fromisoformat(typed) < TODAY:
                return typed
        except ValueError:  # no such day
            continue


def _registration(
    full_name: str, born: str, sex: Sex | None, address: str, issued: date | None
) -> Registration:
    return Registration(
        registration_id=_key(0),
        kind=Kind.SIM,
        institution=Institution("HARD"),
        registered_at=_NOW,
        document_type=DocumentType.CCCD,
        full_name=full_name,
        birth_date=born,
        sex=sex,
        address=address,
        document_issued_on=issued,
    )


def _numbered(dice: Dice, row: Row) -> Row:
    if not dice.chance(0.9):
        return row
    number, kinds = str(row.person.id_number), row.noise
    typed = noise.number(dice, number) if dice.chance(_MISTYPED["document_number"]) else None
    if typed is not None:
        number, kinds = typed[0], (*kinds, f"document_number:{typed[1]}")
    registration = replace(row.registration, document_number=number)
    return replace(row, registration=registration, noise=kinds)


@dataclass(frozen=True, slots=True)
class Marks:
    """How many were accepted: true holders, holders as another person, impostors."""

    holders: int
    accepted: int
    wrong: int
    impostors: int
    let_in: int


def judged(rows: Sequence[Row], register: PopulationRegister) -> list[Evidence]:
    """The evidence of each row."""
    registrations = [row.registration for row in rows]
    return [
        cross_check(registration, answer)
        for registration, answer in zip(registrations, register.ask(registrations), strict=True)
    ]


def marks(rows: Sequence[Row], accepted: Sequence[IdNumber | None]) -> Marks:
    """The count of rows by the person each was accepted as, None where it was not."""
    counts: Counter[str] = Counter()
    for row, number in zip(rows, accepted, strict=True):
        counts["impostors" if row.impostor else "holders"] += 1
        if number is not None:
            counts["let_in" if row.impostor else "right" if number == row.holder else "wrong"] += 1
    return Marks(
        counts["holders"], counts["right"], counts["wrong"], counts["impostors"], counts["let_in"]
    )


def accepted(evidence: Sequence[Evidence]) -> list[IdNumber | None]:
    """Whom each row was verified as."""
    return [e.matched_id_number if e.identity is Identity.VERIFIED else None for e in evidence]


def refused_by_noise(
    rows: Sequence[Row], evidence: Sequence[Evidence]
) -> Iterator[tuple[str, int, int]]:
    """Each kind of noise with its true holders, and how many of them were not verified."""
    kinds: dict[str, list[bool]] = defaultdict(list)
    for row, found in zip(rows, evidence, strict=True):
        for kind in () if row.impostor else row.noise or ("none",):
            kinds[kind].append(found.identity is not Identity.VERIFIED)
    for kind, refused in sorted(kinds.items(), key=lambda item: -sum(item[1])):
        yield kind, len(refused), sum(refused)

"""How a person is looked for: by the number as typed, repaired, former, and by name and birth date.

Whoever was not found by the very number typed is named only where the holder is the likeliest
explanation of all fields, and leads whoever else fits by far; otherwise the answer is that several
fit. The register never guesses. Every question reads a bounded number of records.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from rapidfuzz.distance import OSA

from features import birth_date, identity_number, name, weights
from features.birth_date import BirthDate
from features.comparison import differences
from features.difference import outcome
from features.evidence import Found, FoundBy, NotCovered, NotFound, Outcome, RegisterAnswer, Several
from features.identity_number import Reading
from features.register.record import name_keys
from features.registration import DocumentType, IdNumber, Person, Registration

MOST = 256
"""Records read under one key; of names borne by more people, born on the days asked for, no more
can be told apart anyway."""

_EXACT = frozenset(["same", "case_or_spacing", "tone_placement"])
Dates = Sequence[tuple[int, int]]


class Lookup(Protocol):
    """A store of persons at one moment of its life."""

    def person(self, number: IdNumber) -> Person | None:
        """The person of a 12-digit number."""
        ...

    def former(self, number: str) -> Sequence[Person]:
        """The persons who once had this number."""
        ...

    def named(self, key: bytes, dates: Iterable[tuple[int, int]], limit: int) -> Sequence[Person]:
        """The persons under a name's key born in one of the ranges (YYYYMMDD, ends included)."""
        ...


def find(lookup: Lookup, registration: Registration) -> RegisterAnswer:
    """What the store answers for one registration; persons as of the registration."""
    if registration.document_type is DocumentType.PASSPORT:
        return NotCovered()
    typed = identity_number.given(registration.document_number)
    if typed is None:
        return _by_name(lookup, registration) or NotCovered()
    reading = identity_number.read(typed)
    found = (
        _by_number(lookup, registration, reading)
        or _by_former(lookup, registration, reading)
        or _by_slip(lookup, registration, reading)
    )
    if found is None:
        return _without_number(lookup, registration, reading)
    if isinstance(found, Found) and _has_namesake(lookup, registration, found.person):
        return replace(found, namesake=True)
    return found


def _has_namesake(lookup: Lookup, registration: Registration, person: Person) -> bool:
    """Whether another person bears exactly the name and birth date that this one bears in part.

    A name typed with marks is exact letter by letter; one without marks can be no more exact.
    """
    code = name.compare(registration.full_name, person.full_name)
    marked = not registration.full_name.isascii()
    if outcome(code) is not Outcome.PARTIAL and not (marked and code == "diacritics_missing"):
        return False
    born = _born(registration)
    if born is None or born.day is None:
        return False
    codes = [
        name.compare(registration.full_name, other.full_name)
        for whole, *_ in _keys(registration)
        for other in lookup.named(whole, [(born.number, born.number)], MOST)
        if other.id_number != person.id_number
    ]
    if marked:
        return not _EXACT.isdisjoint(codes)
    return any(outcome(code) is Outcome.MATCH for code in codes)


def _by_number(lookup: Lookup, registration: Registration, reading: Reading) -> Found | None:
    for number, repair in reading.candidates:
        person = lookup.person(number)
        if person is not None:
            by = FoundBy.NUMBER if repair == "same" else FoundBy.REPAIRED_NUMBER
            return Found(person.as_of(registration.registered_at), by)
    return None


def _by_former(
    lookup: Lookup, registration: Registration, reading: Reading
) -> Found | Several | None:
    if registration.document_type is DocumentType.BIRTH_CERTIFICATE:
        return None
    had = [person for number in reading.formers for person in lookup.former(number)]
    persons = _as_of(registration, had)
    if len(persons) < 2:
        return Found(persons[0], FoundBy.FORMER_NUMBER) if persons else None
    # One 9-digit number was sometimes given to two people.
    return _likeliest(registration, persons, FoundBy.FORMER_NUMBER) or Several(tuple(persons))


def _by_slip(
    lookup: Lookup, registration: Registration, reading: Reading
) -> Found | Several | None:
    """Persons whose number is one slip away, or two under the same name and birth date."""
    if not 10 <= len(reading.digits) <= 14:
        return None
    numbers = identity_number.neighbours(reading.digits)
    near = [person for number in set(numbers) if (person := lookup.person(number)) is not None]
    found = _likeliest(registration, _as_of(registration, near), FoundBy.REPAIRED_NUMBER)
    if found is not None:
        return found
    named = [
        person
        for person in _named(lookup, registration)
        if OSA.distance(reading.digits, person.id_number, score_cutoff=2) <= 2
    ]
    return _likeliest(registration, named, FoundBy.REPAIRED_NUMBER)


def _without_number(lookup: Lookup, registration: Registration, reading: Reading) -> RegisterAnswer:
    """A sound 12-digit number of nobody is an answer; one of another paper leaves the name.

    A birth certificate has a number of its own, which this register does not hold.
    """
    if len(reading.digits) == 12:
        return NotFound()
    certificate = registration.document_type is DocumentType.BIRTH_CERTIFICATE
    return _by_name(lookup, registration) or (NotCovered() if certificate else NotFound())


def _by_name(lookup: Lookup, registration: Registration) -> Found | Several | None:
    persons = _named(lookup, registration)
    return _likeliest(registration, persons, FoundBy.NAME_AND_BIRTH_DATE)


def _named(lookup: Lookup, registration: Registration) -> list[Person]:
    """Persons of this name with a slip in the birth date, or of this birth date with one in the name.

    The key of a whole name is also that of a longer one without one of its words, and the other
    way round; so a word that is missing, added, misspelt or another one is found.
    """
    born = _born(registration)
    if born is None:
        return []
    told = _as_registered(born)
    dates = [*told, *birth_date.slips(born)]
    persons: list[Person] = []
    for whole, *parts in _keys(registration):
        persons.extend(lookup.named(whole, dates, MOST))
        for key in parts:
            persons.extend(lookup.named(key, told, MOST))
    return _as_of(registration, {p.id_number: p for p in persons}.values())


def _keys(registration: Registration) -> list[tuple[bytes, ...]]:
    """The keys of the name as typed, and of what it was meant to be."""
    readings = dict.fromkeys((registration.full_name, name.repaired(registration.full_name)))
    return [keys for reading in readings if (keys := name_keys(reading))]


def _born(registration: Registration) -> BirthDate | None:
    return birth_date.read(registration.birth_date) if registration.birth_date else None


def _as_registered(born: BirthDate) -> Dates:
    """The dates under which a register holds this one: it may know less, and so may the form."""
    year = born.year * 10_000
    if born.month is None:
        return [(year, year + 1231)]
    month = year + born.month * 100
    if born.day is None:
        return [(year, year), (month, month + 31)]
    return [(year, year), (month, month), (born.number, born.number)]


def _as_of(registration: Registration, persons: Iterable[Person]) -> list[Person]:
    return [person.as_of(registration.registered_at) for person in persons]


def _likeliest(
    registration: Registration, persons: Sequence[Person], by: FoundBy
) -> Found | Several | None:
    """The one person who fits by far best, several where that is nobody, none where none fits."""
    rules = weights.default()
    # Of one birth date and one home, and a word apart: twins. Only a number tells them apart.
    others = weights.OTHER_NAMES if by is FoundBy.NAME_AND_BIRTH_DATE else frozenset[str]()
    fitting: list[tuple[float, Person]] = []
    for person in persons:
        codes = differences(registration, person)
        contradicted = {outcome(codes[field]) for field in ("full_name", "birth_date")}
        if codes["full_name"] in others or Outcome.MISMATCH in contradicted:
            continue
        names = registration.full_name, person.full_name
        bits = rules.weigh(codes, by, *names).against_stranger
        if bits >= 0:
            fitting.append((bits, person))
    if not fitting:
        return None
    fitting.sort(key=lambda pair: pair[0], reverse=True)
    most = fitting[0][0]
    close = tuple(person for bits, person in fitting if bits > most - rules.distinct_bits)
    return Found(close[0], by) if len(close) == 1 else Several(close)

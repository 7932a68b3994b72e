"""How a person is looked for: by the number as typed, repaired, former, and by name and birth date.

Whoever is found by a mended number, by one that two people had, or by name and birth date is named
only where all fields together speak for them rather than for a stranger, and for them by far more than
for whoever else fits; otherwise the answer is that several fit. Every question reads a bounded number
of records, and where there are more, nobody is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from rapidfuzz.distance import OSA

from features import address, birth_date, identity_number, name, weights
from features.birth_date import BirthDate
from features.comparison import differences
from features.difference import outcome
from features.evidence import Found, FoundBy, NotCovered, NotFound, Outcome, RegisterAnswer, Several
from features.identity_number import Reading
from features.register.record import name_keys
from features.registration import DocumentType, IdNumber, Person, Registration

MOST = 256
"""Records read under one key. Of a name borne by more people, born on the days asked for, the one
who fits best may be among those not read."""

_DECISIVE = ("full_name", "birth_date")
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
    if isinstance(found, Found) and found.by is FoundBy.NUMBER:
        found = _by_cancelled(lookup, registration, reading, found.person) or found
    if isinstance(found, Found) and _has_namesake(lookup, registration, found.person):
        return replace(found, namesake=True)
    return found


def _by_cancelled(
    lookup: Lookup, registration: Registration, reading: Reading, person: Person
) -> Found | None:
    """Who had the number before `person`, where the name is theirs and not the present holder's."""
    if _name_outcome(registration, person) is not Outcome.MISMATCH:
        return None
    had = [p for number in reading.formers for p in lookup.former(number)]
    found = _likeliest(registration, _as_of(registration, had), FoundBy.FORMER_NUMBER)
    return found if isinstance(found, Found) else None


def _has_namesake(lookup: Lookup, registration: Registration, person: Person) -> bool:
    """Whether somebody else bears exactly the name and birth date that this one bears in part.

    A twin, that is, of the same home; a namesake elsewhere in the nation says nothing, unless the
    name is another one than this person's. A name typed with marks is exact letter by letter; one
    without marks can be no more exact.
    """
    code = name.compare(registration.full_name, person.full_name)
    marked = not registration.full_name.isascii()
    if outcome(code) is not Outcome.PARTIAL and not (marked and code == "diacritics_missing"):
        return False
    born = _born(registration)
    if born is None or born.day is None:
        return False
    anywhere = code in weights.OTHER_NAMES
    codes = [
        name.compare(registration.full_name, other.full_name)
        for whole, *_ in _keys(registration)
        for other in lookup.named(whole, [(born.number, born.number)], MOST)
        if other.id_number != person.id_number
        and (anywhere or _same_home(registration, person, other))
    ]
    if marked:
        return not _EXACT.isdisjoint(codes)
    return any(outcome(code) is Outcome.MATCH for code in codes)


def _same_home(registration: Registration, person: Person, other: Person) -> bool:
    """Whether the other lives where the person does, or where the registration says."""
    if other.residence is None:
        return False
    homes = [home for home in (person.residence, registration.address) if home is not None]
    return any(
        outcome(code := address.compare(home, other.residence)) is not Outcome.MISMATCH
        and code not in _NOT_A_HOME
        for home in homes
    )


_NOT_A_HOME = frozenset(["same_commune", "unreadable"])


def _name_outcome(registration: Registration, person: Person) -> Outcome:
    return outcome(name.compare(registration.full_name, person.full_name))


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
    found = _likeliest(registration, persons, FoundBy.FORMER_NUMBER)
    named = [p for p in persons if _name_outcome(registration, p) is not Outcome.MISMATCH]
    return found or (Several(tuple(named)) if named else Found(persons[0], FoundBy.FORMER_NUMBER))


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
        for person in _named(lookup, registration).persons
        if OSA.distance(reading.digits, person.id_number, score_cutoff=2) <= 2
    ]
    return _likeliest(registration, named, FoundBy.REPAIRED_NUMBER)


def _without_number(lookup: Lookup, registration: Registration, reading: Reading) -> RegisterAnswer:
    """A sound 12-digit number of nobody is an answer; one of another paper leaves the name.

    Birth certificates and passports have numbers of their own, which this register does not hold.
    """
    if len(reading.digits) == 12:
        return NotFound()
    elsewhere = registration.document_type is DocumentType.BIRTH_CERTIFICATE
    elsewhere = elsewhere or identity_number.is_passport(registration.document_number or "")
    return _by_name(lookup, registration) or (NotCovered() if elsewhere else NotFound())


def _by_name(lookup: Lookup, registration: Registration) -> Found | Several | None:
    read = _named(lookup, registration)
    found = _likeliest(registration, read.persons, FoundBy.NAME_AND_BIRTH_DATE)
    if read.more_of_name or (found is None and read.more_of_parts):
        return Several(tuple(read.persons))
    return found


@dataclass(frozen=True, slots=True)
class _Bearers:
    """Who was read, and whether there are more of the whole name, or of it less a word."""

    persons: list[Person]
    more_of_name: bool = False
    more_of_parts: bool = False


def _named(lookup: Lookup, registration: Registration) -> _Bearers:
    """Persons of this name with a slip in the birth date, or of this birth date with one in the name.

    The key of a whole name is also that of a longer one without one of its words, and the other
    way round; so a word that is missing, added, misspelt or another one is found.
    """
    born = _born(registration)
    if born is None:
        return _Bearers([])
    told = _as_registered(born)
    dates = [*told, *birth_date.slips(born)]
    persons: dict[IdNumber, Person] = {}
    more = [False, False]
    for whole, *parts in _keys(registration):
        for kind, key, days in ((0, whole, dates), *((1, part, told) for part in parts)):
            read = lookup.named(key, days, MOST)
            more[kind] |= len(read) >= MOST
            persons |= {person.id_number: person for person in read}
    return _Bearers(_as_of(registration, persons.values()), *more)


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
        contradicted = {outcome(codes[field]) for field in _DECISIVE}
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

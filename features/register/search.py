"""How a person is looked for: by the number as typed, repaired, former, and by name and birth date.

A number repaired by more than a rule of writing counts only where name and birth date of the
person found agree; a register never guesses between several.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from rapidfuzz.distance import OSA

from features import birth_date, identity_number, name
from features.difference import outcome
from features.evidence import Found, FoundBy, NotCovered, NotFound, Outcome, RegisterAnswer, Several
from features.identity_number import Reading
from features.register import record
from features.registration import DocumentType, IdNumber, Person, Registration

_MOST_BEARERS = 1000
_EXACT = frozenset(["same", "case_or_spacing", "tone_placement"])


class Lookup(Protocol):
    """A store of persons at one moment of its life."""

    def person(self, number: IdNumber) -> Person | None:
        """The person of a 12-digit number."""
        ...

    def former(self, number: str) -> Sequence[Person]:
        """The persons who once had this number."""
        ...

    def named(self, key: bytes, dates: Iterable[tuple[int, int]], limit: int) -> Sequence[Person]:
        """Persons of a name's key (`record.name_keys`), born in a range of days (`record.born`)."""
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
    born = birth_date.normal(registration.birth_date) if registration.birth_date else None
    if born is None or len(born) < len("YYYY-MM-DD"):
        return False
    codes = [
        name.compare(registration.full_name, other.full_name)
        for other in _bearers(lookup, registration.full_name, born)
        if other.id_number != person.id_number
    ]
    if marked:
        return not _EXACT.isdisjoint(codes)
    return any(outcome(code) is Outcome.MATCH for code in codes)


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
) -> RegisterAnswer | None:
    if reading.former is None or registration.document_type is DocumentType.BIRTH_CERTIFICATE:
        return None
    persons = lookup.former(reading.former)
    if len(persons) > 1:  # one 9-digit number was sometimes given to two people
        agreeing = [person for person in persons if _agrees(person, registration)]
        persons = agreeing if len(agreeing) == 1 else persons
    return _answer(persons, registration, FoundBy.FORMER_NUMBER)


def _by_slip(lookup: Lookup, registration: Registration, reading: Reading) -> RegisterAnswer | None:
    """Persons whose number is one slip away, or near under the same name and birth date."""
    if registration.birth_date is None or not 10 <= len(reading.digits) <= 14:
        return None
    near = (lookup.person(number) for number in identity_number.neighbours(reading.digits))
    persons = _distinct(p for p in near if p is not None and _agrees(p, registration))
    if not persons:
        persons = [
            person
            for person in _namesakes(lookup, registration)
            if OSA.distance(reading.digits, person.id_number, score_cutoff=2) <= 2
        ]
    return _answer(persons, registration, FoundBy.REPAIRED_NUMBER)


def _without_number(lookup: Lookup, registration: Registration, reading: Reading) -> RegisterAnswer:
    """A sound 12-digit number of nobody is an answer; one of another paper leaves the name.

    A birth certificate has a number of its own, which this register does not hold.
    """
    if len(reading.digits) == 12:
        return NotFound()
    certificate = registration.document_type is DocumentType.BIRTH_CERTIFICATE
    return _by_name(lookup, registration) or (NotCovered() if certificate else NotFound())


def _by_name(lookup: Lookup, registration: Registration) -> RegisterAnswer | None:
    persons = _namesakes(lookup, registration)
    return _answer(persons, registration, FoundBy.NAME_AND_BIRTH_DATE)


def _namesakes(lookup: Lookup, registration: Registration) -> list[Person]:
    born = birth_date.normal(registration.birth_date) if registration.birth_date else None
    if born is None:
        return []
    found: list[Person] = []
    for known in dict.fromkeys((born, born[:7], born[:4])):  # a register may know less
        found.extend(_bearers(lookup, registration.full_name, known))
    return _distinct(person for person in found if _agrees(person, registration))


def _bearers(lookup: Lookup, full_name: str, born: str) -> list[Person]:
    """The persons of this name, as typed or as meant, and this birth date in register form."""
    day = record.born(born)
    keys = {record.name_keys(text)[:1] for text in (full_name, name.repaired(full_name))}
    return [p for key in keys for k in key for p in lookup.named(k, [(day, day)], _MOST_BEARERS)]


def _agrees(person: Person, registration: Registration) -> bool:
    """Whether name and birth date are those of the person, with a slip in one of them at most."""
    if registration.birth_date is None or person.birth_date is None:
        return False
    outcomes = (
        outcome(birth_date.compare(registration.birth_date, person.birth_date)),
        _name_outcome(registration, person),
    )
    return Outcome.MATCH in outcomes and set(outcomes) <= {Outcome.MATCH, Outcome.PARTIAL}


def _distinct(persons: Iterable[Person]) -> list[Person]:
    return list({person.id_number: person for person in persons}.values())


def _answer(
    persons: Sequence[Person], registration: Registration, by: FoundBy
) -> Found | Several | None:
    if not persons:
        return None
    as_of = [person.as_of(registration.registered_at) for person in persons]
    return Found(as_of[0], by) if len(as_of) == 1 else Several(tuple(as_of))

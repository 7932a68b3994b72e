"""The cross-check: how far a registration agrees with the register's answer, field by field.

It names each difference, and says of the whole whether the papers are those of the person. One
slip does not unmake an identity that everything else proves; another name or another birth date
does. Address, issue date, sex alone, status and age never do.
"""

from __future__ import annotations

from collections.abc import Callable

from rapidfuzz.distance import OSA

from features import address, birth_date, identity_number, name
from features.difference import evidence, outcome
from features.evidence import (
    FIELDS,
    Evidence,
    FieldEvidence,
    Found,
    FoundBy,
    Identity,
    NotFound,
    Outcome,
    RegisterAnswer,
    Several,
    Unavailable,
)
from features.registration import DocumentType, Person, Registration

Compare = Callable[[str, str], str]

_SUPPORT = (Outcome.MATCH, Outcome.PARTIAL)


def cross_check(registration: Registration, answer: RegisterAnswer) -> Evidence:
    """The evidence of one registration; all six fields are always there."""
    if isinstance(answer, Found):
        return _against(registration, answer)
    fields = _without_person()
    if isinstance(answer, NotFound):
        fields["document_number"] = evidence("not_in_register")
        return Evidence(Identity.NOT_FOUND, fields)
    if isinstance(answer, Several):
        return Evidence(Identity.UNVERIFIABLE, fields, several=True)
    return Evidence(
        Identity.UNVERIFIABLE, fields, register_available=not isinstance(answer, Unavailable)
    )


def _without_person() -> dict[str, FieldEvidence]:
    return dict.fromkeys(FIELDS, evidence("no_person"))


def _against(registration: Registration, answer: Found) -> Evidence:
    person, by = answer.person, answer.by
    codes = {
        "document_number": _document_number(registration, person),
        "full_name": _full_name(registration, answer),
        "birth_date": _optional(registration.birth_date, person.birth_date, birth_date.compare),
        "sex": _sex(registration, person),
        "address": _optional(registration.address, person.residence, address.compare),
        "document_issued_on": _issued_on(registration, person),
    }
    fields = {field: evidence(code) for field, code in codes.items()}
    identity = _identity(fields, by)
    another = fields["full_name"].outcome is Outcome.MISMATCH
    return Evidence(identity, fields, None if another else person, by)


def _full_name(registration: Registration, answer: Found) -> str:
    if answer.namesake:  # nearly this person's name, yet exactly another one's
        return "different_name"
    return name.compare(registration.full_name, answer.person.full_name)


def _identity(fields: dict[str, FieldEvidence], by: FoundBy) -> Identity:
    if fields["full_name"].outcome is Outcome.MISMATCH:
        return Identity.MISMATCH
    if fields["birth_date"].outcome is Outcome.MISMATCH:
        return Identity.MISMATCH
    if fields["document_number"].outcome is Outcome.MISMATCH:
        return Identity.MISMATCH
    if by is FoundBy.NAME_AND_BIRTH_DATE and not _corroborated(fields):
        return Identity.UNVERIFIABLE
    return Identity.VERIFIED


def _corroborated(fields: dict[str, FieldEvidence]) -> bool:
    """Name and birth date are no key; a residence or an issue date beside them is."""
    return any(fields[field].outcome in _SUPPORT for field in ("address", "document_issued_on"))


def _optional(typed: str | None, registered: str | None, compare: Compare) -> str:
    if typed is None:
        return "not_given"
    return "register_silent" if registered is None else compare(typed, registered)


def _document_number(registration: Registration, person: Person) -> str:
    typed = identity_number.given(registration.document_number)
    if typed is None:
        return "not_given"
    reading = identity_number.read(typed)
    for number, repair in reading.candidates:
        if number == person.id_number:
            return repair
    if reading.former is not None and reading.former in person.former_id_numbers:
        return "former_number" if reading.former == reading.digits else "leading_zero_lost"
    if (slips := OSA.distance(reading.digits, person.id_number, score_cutoff=2)) <= 2:
        return "one_digit" if slips == 1 else "two_digits"
    if registration.document_type is DocumentType.BIRTH_CERTIFICATE:
        return "other_document_number"
    return "other_number" if reading.former is None else "former_number_unknown"


def _sex(registration: Registration, person: Person) -> str:
    if registration.sex is None:
        return "not_given"
    if person.sex is None:
        return "register_silent"
    return "same" if registration.sex is person.sex else "other_sex"


def _issued_on(registration: Registration, person: Person) -> str:
    ours, theirs = registration.document_issued_on, person.document_issued_on
    if ours is None:
        return "not_given"
    if theirs is None:
        return "register_silent"
    if ours == theirs:
        return "same"
    slip = birth_date.compare(ours.isoformat(), theirs.isoformat())
    if outcome(slip) is Outcome.PARTIAL:
        return slip
    return "earlier_document" if ours < theirs else "later_document"

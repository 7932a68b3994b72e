"""How a registration differs from one person of the register: a difference code for each field."""

from __future__ import annotations

from collections.abc import Callable

from rapidfuzz.distance import OSA

from features import address, birth_date, identity_number, name
from features.identity_number import Reading
from features.registration import DocumentType, Person, Registration

Compare = Callable[[str, str], str]


_TYPING_SLIPS = frozenset(["day_month_swapped", "digits_swapped", "one_digit"])
"""Of an issue date; a wider difference is that of another card."""


def differences(registration: Registration, person: Person) -> dict[str, str]:
    """Field -> code, for all six fields in their published order."""
    codes = {
        "document_number": _document_number(registration, person),
        "full_name": name.compare(registration.full_name, person.full_name),
        "birth_date": _optional(registration.birth_date, person.birth_date, birth_date.compare),
        "sex": _sex(registration, person),
        "address": _optional(registration.address, person.residence, address.compare),
        "document_issued_on": _issued_on(registration, person),
    }
    if codes["birth_date"] == "different_date" and _of_the_number(registration, person):
        codes["birth_date"] = "corrected_since"
    return codes


def doubts(registration: Registration) -> tuple[str, ...]:
    """What the structure of the number given contradicts, as codes of `CONTRADICTIONS`.

    Police have issued such numbers: a reason to verify, never one to refuse.
    """
    candidates = identity_number.read(registration.document_number or "").candidates
    if not candidates or registration.document_type is DocumentType.PASSPORT:
        return ()
    born = birth_date.read(registration.birth_date or "")
    year = None if born is None else born.year
    return identity_number.contradictions(candidates[0][0], year, registration.sex)


def _of_the_number(registration: Registration, person: Person) -> bool:
    """Whether the number, present or cancelled, has the year of birth as typed, not as registered.

    A corrected year of birth leaves cards behind that were right when they were issued, and
    numbers made of the year before.
    """
    candidates = identity_number.read(registration.document_number or "").candidates
    typed, registered = (
        birth_date.read(d or "") for d in (registration.birth_date, person.birth_date)
    )
    if not candidates or typed is None or registered is None:
        return False
    number, _ = candidates[0]
    held = number == person.id_number or number in person.former_id_numbers
    year = identity_number.structure(number).birth_year
    return held and typed.year == year != registered.year


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
    for former in reading.formers:
        if former in person.former_id_numbers:
            return "former_number" if former == reading.digits else "leading_zero_lost"
    if (slips := OSA.distance(reading.digits, person.id_number, score_cutoff=2)) <= 2:
        return "one_digit" if slips == 1 else "two_digits"
    return _other_number(registration, reading, person)


def _other_number(registration: Registration, reading: Reading, person: Person) -> str:
    """Which kind of number it is that is none of the person's."""
    kind = registration.document_type
    if kind is DocumentType.BIRTH_CERTIFICATE or identity_number.is_passport(
        registration.document_number or ""
    ):
        return "other_document_number"
    if reading.former is None:
        return "other_number"
    known = any(len(former) == len(reading.former) for former in person.former_id_numbers)
    return "other_former_number" if known else "former_number_unknown"


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
    if registration.document_type is not DocumentType.CCCD:
        return "other_document"
    slip = birth_date.compare(ours.isoformat(), theirs.isoformat())
    if slip in _TYPING_SLIPS:
        return slip
    return "earlier_document" if ours < theirs else "later_document"

"""The cross-check: how far a registration agrees with the register's answer, field by field.

It names each difference, weighs them all together, and says of the whole whether the papers are
those of the person. One slip does not unmake an identity that everything else proves; another name
or another birth date does, and so does what an impostor who knows a part of the record would also
have written. Address, issue date, status and age never make a mismatch.
"""

from __future__ import annotations

from collections.abc import Mapping

from features import name, weights
from features.comparison import differences
from features.difference import evidence
from features.evidence import (
    FIELDS,
    Balance,
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
    Verdicts,
)
from features.registration import Registration

_DECISIVE = ("document_number", "full_name", "birth_date")


def cross_check(registration: Registration, answer: RegisterAnswer) -> Evidence:
    """The evidence of one registration; all six fields are always there."""
    if isinstance(answer, Found):
        return _against(registration, answer)
    if isinstance(answer, Verdicts):
        return _by_verdicts(registration, answer)
    fields = dict.fromkeys(FIELDS, evidence("no_person"))
    if isinstance(answer, NotFound):
        fields["document_number"] = evidence("not_in_register")
        return Evidence(Identity.NOT_FOUND, fields)
    if isinstance(answer, Several):
        return Evidence(Identity.UNVERIFIABLE, fields, several=True)
    return Evidence(
        Identity.UNVERIFIABLE, fields, register_available=not isinstance(answer, Unavailable)
    )


def _against(registration: Registration, answer: Found) -> Evidence:
    person, by = answer.person, answer.by
    codes = differences(registration, person)
    if answer.namesake:  # nearly this person's name, yet exactly another one's
        codes["full_name"] = "name_of_another"
    names = registration.full_name, person.full_name
    identity, fields, balance = _weighed(codes, by, *names)
    named = person if _names_somebody(identity, fields, by, balance) else None
    return Evidence(identity, fields, named, by, balance=balance)


def _by_verdicts(registration: Registration, answer: Verdicts) -> Evidence:
    by = answer.by
    given = {f: getattr(registration, f) is not None for f in FIELDS}
    codes = {f: _VERDICTS[answer.fields.get(f)] if given[f] else "not_given" for f in FIELDS}
    if by in _FOUND_ANYWAY and given["document_number"]:
        codes["document_number"] = by.value
    typed = name.repaired(registration.full_name)
    identity, fields, balance = _weighed(codes, by, typed, typed)
    number = answer.number if _names_somebody(identity, fields, by, balance) else None
    return Evidence(identity, fields, found_by=by, number=number, balance=balance)


_FOUND_ANYWAY = (FoundBy.FORMER_NUMBER, FoundBy.REPAIRED_NUMBER)
"""The number typed is not the person's, and led to them all the same; codes of differences too."""
_VERDICTS = {True: "register_agrees", False: "register_differs", None: "register_silent"}


def _weighed(
    codes: Mapping[str, str], by: FoundBy, typed: str, registered: str
) -> tuple[Identity, dict[str, FieldEvidence], Balance]:
    rules = weights.default()
    balance = rules.weigh(codes, by, typed, registered)
    fields = {field: evidence(code) for field, code in codes.items()}
    identity = _identity(fields, by, verified=balance.bits >= rules.verified_bits)
    return identity, fields, balance


def _identity(fields: Mapping[str, FieldEvidence], by: FoundBy, *, verified: bool) -> Identity:
    # A name that is another one in part is borne where the birth date proves whose it is.
    outcomes = {fields[field].outcome for field in _DECISIVE}
    renamed = fields["full_name"].difference in weights.OTHER_NAMES
    born = fields["birth_date"].outcome is Outcome.MATCH
    if Outcome.MISMATCH in outcomes or (renamed and not born):
        return Identity.MISMATCH
    if verified:
        return Identity.VERIFIED
    # Without a number, a slip is no contradiction: it leaves open who it is.
    open_still = by is FoundBy.NAME_AND_BIRTH_DATE or Outcome.PARTIAL not in outcomes
    return Identity.UNVERIFIABLE if open_still else Identity.MISMATCH


def _names_somebody(
    identity: Identity, fields: Mapping[str, FieldEvidence], by: FoundBy, balance: Balance
) -> bool:
    """Whether it may be said whom the papers are about: number and name have to mean one person."""
    code = fields["full_name"].difference
    other = code in weights.OTHER_NAMES or fields["full_name"].outcome is Outcome.MISMATCH
    if other and identity is Identity.MISMATCH:
        return False
    return balance.bits >= 0 or by is not FoundBy.NAME_AND_BIRTH_DATE

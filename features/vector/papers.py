"""Features of the papers: what was typed, when and how, and what the register says of it.

The holder's age, sex and name's origin are none. Fraud does prefer the young and the old, so with
age among the features honest students and pensioners were asked to explain themselves three times
as often as others; without it the average precision on a sample world fell from 0.88 to 0.87.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from datetime import date

from rapidfuzz import fuzz

from features import name as names
from features import phone
from features.evidence import FIELDS, FoundBy, Identity, Outcome
from features.registration import (
    VIETNAM,
    Channel,
    DocumentType,
    HolderType,
    Kind,
    Person,
    Registration,
    Status,
)
from features.vector.feature import MISSING, Direction, Facts, Feature, feature

_OUTCOMES = {
    Outcome.MATCH: 0.0,
    Outcome.PARTIAL: 1.0,
    Outcome.MISMATCH: 2.0,
    Outcome.UNAVAILABLE: MISSING,
}
_CHANNELS = {c: float(i) for i, c in enumerate(Channel)}
_DOCUMENTS = {d: float(i) for i, d in enumerate(DocumentType)}
_IDENTITIES = {i: float(n) for n, i in enumerate(Identity)}
_FOUND_BY = {f: float(n) for n, f in enumerate(FoundBy)}


def _day(registration: Registration) -> date:
    return registration.registered_at.astimezone(VIETNAM).date()


def _person(facts: Facts) -> Person | None:
    return facts.evidence.person


_NOT_LIVING = frozenset(Status) - {Status.LIVING}


def _status_among(facts: Facts, among: AbstractSet[Status]) -> float:
    """0 also of a person whom a register confirms without showing data: it said no such thing."""
    if facts.evidence.matched_id_number is None:
        return MISSING
    person = _person(facts)
    return float(person is not None and person.status in among)


@feature("ACCOUNT_OR_SIM")
def is_sim(facts: Facts) -> float:
    """A SIM is being registered, not an account."""
    return float(facts.registration.kind is Kind.SIM)


@feature("CHANNEL", unit="code")
def channel(facts: Facts) -> float:
    """How it was opened: branch, agent, eKYC, online, payroll."""
    given = facts.registration.channel
    return MISSING if given is None else _CHANNELS[given]


@feature("CHANNEL", unit="code")
def document_type(facts: Facts) -> float:
    """Which document was shown."""
    return _DOCUMENTS[facts.registration.document_type]


@feature("ORGANISATION")
def is_organisation(facts: Facts) -> float:
    """The holder is an organisation, the person its legal representative."""
    return float(facts.registration.holder_type is HolderType.ORGANISATION)


@feature("TIME_OF_DAY", unit="hours")
def hour(facts: Facts) -> float:
    """Hour of the day in Vietnam."""
    moment = facts.registration.registered_at.astimezone(VIETNAM)
    return moment.hour + moment.minute / 60


@feature("TIME_OF_DAY", unit="day of week")
def weekday(facts: Facts) -> float:
    """Day of the week in Vietnam, Monday 0."""
    return float(_day(facts.registration).weekday())


@feature("IDENTITY", unit="code")
def identity(facts: Facts) -> float:
    """The cross-check as a whole: verified, mismatch, not found, unverifiable."""
    return _IDENTITIES[facts.evidence.identity]


@feature("IDENTITY", unit="code")
def found_by(facts: Facts) -> float:
    """The key by which the register's person was found."""
    key = facts.evidence.found_by
    return MISSING if key is None else _FOUND_BY[key]


def _agreement(column: str) -> Feature:
    """How one field compares: 0 match, 1 partial, 2 mismatch, NaN unavailable."""

    def compute(facts: Facts) -> float:
        return _OUTCOMES[facts.evidence.fields[column].outcome]

    doc = f"How {column} compares with the register: 0 match, 1 partial, 2 mismatch."
    direction = Direction.RISES if column in {"full_name", "document_number"} else Direction.FREE
    reason = f"DIFFERENT_{column.upper()}"
    return Feature(f"{column}_disagrees", doc, "degree", direction, reason, compute)


@feature("DISAGREEMENTS", unit="fields")
def disagreements(facts: Facts) -> float:
    """How many fields contradict the register."""
    return float(sum(f.outcome is Outcome.MISMATCH for f in facts.evidence.fields.values()))


@feature("DISAGREEMENTS", unit="fields")
def partial_agreements(facts: Facts) -> float:
    """How many fields agree only in part."""
    return float(sum(f.outcome is Outcome.PARTIAL for f in facts.evidence.fields.values()))


@feature("HOLDER_NOT_LIVING", direction=Direction.RISES)
def holder_is_not_living(facts: Facts) -> float:
    """The register held the person for deceased, missing, emigrated or detained at the time."""
    return _status_among(facts, _NOT_LIVING)


@feature("HOLDER_NOT_LIVING", direction=Direction.RISES)
def holder_is_deceased(facts: Facts) -> float:
    """The register held the person for deceased at the time."""
    return _status_among(facts, {Status.DECEASED})


@feature("HOLDER_NOT_LIVING", unit="days")
def days_since_status(facts: Facts) -> float:
    """Days since the person's status ceased to be living."""
    person = _person(facts)
    if person is None or person.status is Status.LIVING or person.status_since is None:
        return MISSING
    return float((_day(facts.registration) - person.status_since).days)


@feature("DOCUMENT_DATES", unit="days")
def document_age(facts: Facts) -> float:
    """Days from the document's issue, as typed, to the registration."""
    issued = facts.registration.document_issued_on
    return MISSING if issued is None else float((_day(facts.registration) - issued).days)


@feature("DOCUMENT_DATES", unit="days", direction=Direction.RISES)
def document_days_expired(facts: Facts) -> float:
    """Days since the document that the register holds valid expired; 0 while it had not.

    Not the days left: cards expire on birthdays, so these would tell the holder's age.
    """
    person = _person(facts)
    if person is None:
        return MISSING
    if person.document_expires_on is None:
        return 0.0
    return max(0.0, float((_day(facts.registration) - person.document_expires_on).days))


@feature("DOCUMENT_DATES", unit="days")
def issue_date_apart(facts: Facts) -> float:
    """Days between the issue date as typed and as registered."""
    person, typed = _person(facts), facts.registration.document_issued_on
    if person is None or typed is None or person.document_issued_on is None:
        return MISSING
    return float((typed - person.document_issued_on).days)


@feature("CONTACT")
def has_contact_phone(facts: Facts) -> float:
    """A contact phone was given."""
    return float(facts.registration.contact_phone is not None)


@feature("CONTACT")
def has_email(facts: Facts) -> float:
    """An e-mail address was given."""
    return float(facts.registration.email is not None)


@feature("CONTACT")
def has_device(facts: Facts) -> float:
    """A device is known."""
    return float(facts.registration.device_id is not None)


@feature("CONTACT")
def has_face(facts: Facts) -> float:
    """A face template is known."""
    return float(facts.registration.face_template is not None)


@feature("CONTACT")
def has_address(facts: Facts) -> float:
    """An address was given."""
    return float(facts.registration.address is not None)


@feature("CONTACT")
def contact_phone_is_own_number(facts: Facts) -> float:
    """The contact phone is the number being registered, or the account's number."""
    typed = facts.registration.contact_phone
    own = facts.registration.msisdn or facts.registration.account_number
    if typed is None or own is None:
        return MISSING
    number = phone.normal(typed)
    return float(number is not None and number == phone.normal(own))


@feature("CONTACT", unit="prefix")
def contact_phone_prefix(facts: Facts) -> float:
    """The first three digits of the contact phone."""
    number = phone.normal(facts.registration.contact_phone or "")
    return MISSING if number is None else float(number[:3])


@feature("EMAIL_PATTERN", unit="share")
def email_digits(facts: Facts) -> float:
    """Share of digits in the name part of the e-mail address."""
    user = (facts.registration.email or "").partition("@")[0]
    return sum(c.isdigit() for c in user) / len(user) if user else MISSING


@feature("EMAIL_PATTERN", unit="similarity")
def email_resembles_name(facts: Facts) -> float:
    """How far the letters of the e-mail address are found in the holder's name, 0 to 1."""
    user = re.sub("[^A-Z]", "", (facts.registration.email or "").partition("@")[0].upper())
    if not user:
        return MISSING
    written = names.stripped(facts.registration.full_name)
    return (
        max(fuzz.partial_ratio(user, part) for part in (written.replace(" ", ""), *written.split()))
        / 100
    )


@feature("NAME_FORM")
def name_has_no_marks(facts: Facts) -> float:
    """The name was typed without diacritics."""
    return float(facts.registration.full_name.isascii())


@feature("NAME_FORM")
def name_is_upper_case(facts: Facts) -> float:
    """The name was typed in capitals."""
    return float(facts.registration.full_name.isupper())


@feature("HOLDER_PLACE")
def born_in_province_of_residence(facts: Facts) -> float:
    """The number's province prefix is the register's province of residence today; weak."""
    person = _person(facts)
    if person is None or person.province_code is None:
        return MISSING
    return float(person.id_number[1:3] == person.province_code)


PAPERS: tuple[Feature, ...] = (
    is_sim,
    channel,
    document_type,
    is_organisation,
    hour,
    weekday,
    identity,
    found_by,
    *(_agreement(column) for column in FIELDS),
    disagreements,
    partial_agreements,
    holder_is_not_living,
    holder_is_deceased,
    days_since_status,
    document_age,
    document_days_expired,
    issue_date_apart,
    has_contact_phone,
    has_email,
    has_device,
    has_face,
    has_address,
    contact_phone_is_own_number,
    contact_phone_prefix,
    email_digits,
    email_resembles_name,
    name_has_no_marks,
    name_is_upper_case,
    born_in_province_of_residence,
)

"""The nouns: one registration of an account or SIM, and one person as the register knows them.

Both are frozen and typed; the column names are those of the published file format. The `repr` of
either shows no personal data, so that no careless log line can.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from enum import StrEnum
from operator import attrgetter
from typing import NewType
from zoneinfo import ZoneInfo

RegistrationId = NewType("RegistrationId", str)
Institution = NewType("Institution", str)
IdNumber = NewType("IdNumber", str)

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
"""Night, age, payday and report days are read on this clock."""


class Kind(StrEnum):
    """What is being registered."""

    BANK_ACCOUNT = "bank_account"
    SIM = "sim"


class Channel(StrEnum):
    """How it was opened."""

    BRANCH = "branch"
    AGENT = "agent"
    EKYC = "ekyc"
    ONLINE = "online"
    PAYROLL = "payroll"


class HolderType(StrEnum):
    """For an organisation the person columns are its legal representative's."""

    INDIVIDUAL = "individual"
    ORGANISATION = "organisation"


class DocumentType(StrEnum):
    """`cccd` also stands for the newer card, thẻ căn cước."""

    CCCD = "cccd"
    CMND = "cmnd"
    PASSPORT = "passport"
    BIRTH_CERTIFICATE = "birth_certificate"


class Sex(StrEnum):
    """As a register or a form records it."""

    MALE = "male"
    FEMALE = "female"


class Status(StrEnum):
    """What the register says of a person's life; sometimes wrong, like everything in a register."""

    LIVING = "living"
    DECEASED = "deceased"
    MISSING = "missing"
    EMIGRATED = "emigrated"
    DETAINED = "detained"


@dataclass(frozen=True, slots=True, repr=False)
class Registration:
    """One bank account opened or one SIM registered, as its sender typed it.

    `registered_at` is an aware UTC moment. Everything that people type freely stays as typed.
    """

    registration_id: RegistrationId
    kind: Kind
    institution: Institution
    registered_at: datetime
    document_type: DocumentType
    full_name: str
    document_number: str | None = None
    channel: Channel | None = None
    agent_id: str | None = None
    holder_type: HolderType = HolderType.INDIVIDUAL
    organisation_tax_code: str | None = None
    organisation_name: str | None = None
    document_issued_on: date | None = None
    birth_date: str | None = None
    sex: Sex | None = None
    nationality: str | None = None
    address: str | None = None
    contact_phone: str | None = None
    email: str | None = None
    account_number: str | None = None
    msisdn: str | None = None
    device_id: str | None = None
    ip_address: str | None = None
    face_template: str | None = None

    def __reduce__(self) -> tuple[type[Registration], tuple[object, ...]]:
        """Between processes; what a dataclass has of itself takes half as long again."""
        return Registration, _values(self)

    def __repr__(self) -> str:
        """Key, kind and time alone."""
        return (
            f"Registration({self.institution}/{self.registration_id}, {self.kind.value}, "
            f"{self.registered_at.isoformat()})"
        )

    @property
    def key(self) -> tuple[Institution, RegistrationId]:
        """What makes a registration unique."""
        return self.institution, self.registration_id

    @property
    def order(self) -> tuple[datetime, RegistrationId, Institution]:
        """Its place in the order of the world."""
        return self.registered_at, self.registration_id, self.institution


_values = attrgetter(*(field.name for field in fields(Registration)))


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """What the national population database knows of one person.

    `birth_date` is `YYYY-MM-DD`, or `YYYY-MM` or `YYYY` where the register knows no more.
    """

    id_number: IdNumber
    full_name: str
    birth_date: str | None = None
    former_id_numbers: tuple[str, ...] = ()
    sex: Sex | None = None
    nationality: str | None = None
    residence: str | None = None
    province_code: str | None = None
    status: Status = Status.LIVING
    status_since: date | None = None
    document_issued_on: date | None = None
    document_expires_on: date | None = None

    def __repr__(self) -> str:
        """No name, no number."""
        return f"Person(id_number=********{self.id_number[-2:]})"

    def as_of(self, moment: datetime) -> Person:
        """The person as a register asked at `moment` (aware) would have answered.

        A snapshot is usually newer than a registration: a dated fact counts only from its date on.
        A later `status_since` means living; a later `document_issued_on` takes that document's
        dates away. Undated columns are taken as they stand.
        """
        day = moment.astimezone(VIETNAM).date()
        person = self
        if person.status is not Status.LIVING and (
            person.status_since is not None and person.status_since > day
        ):
            person = replace(person, status=Status.LIVING, status_since=None)
        if person.document_issued_on is not None and person.document_issued_on > day:
            person = replace(person, document_issued_on=None, document_expires_on=None)
        return person

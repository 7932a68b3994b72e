"""What the register answered, and what the cross-check makes of it: the product's own evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from features.registration import IdNumber, Person, Registration


class FoundBy(StrEnum):
    """Which key led to the person."""

    NUMBER = "number"
    REPAIRED_NUMBER = "repaired_number"
    FORMER_NUMBER = "former_number"
    NAME_AND_BIRTH_DATE = "name_and_birth_date"


@dataclass(frozen=True, slots=True)
class Found:
    """The register holds exactly one person for the question; `person` is as of the registration.

    `namesake`: the number is this person's, while name and birth date as typed are exactly those
    of another one (a twin, say), and this person's name only in part or not at all.
    """

    person: Person
    by: FoundBy
    namesake: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Verdicts:
    """A register that shows no data says of each field whether it agrees; None where it cannot say.

    `number` is the 12-digit number that the verdicts are about, None where the register found
    the person without telling the number.
    """

    number: IdNumber | None
    by: FoundBy
    fields: dict[str, bool | None]

    def __repr__(self) -> str:
        """Yes and no alone, no personal data."""
        return f"Verdicts({self.by.value}, {self.fields})"


@dataclass(frozen=True, slots=True)
class NotFound:
    """The register answered, covers this document, and holds nobody under it."""


@dataclass(frozen=True, slots=True)
class Several:
    """More than one person fits; the register does not guess."""

    persons: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The register could not be asked. An outage is an answer."""


@dataclass(frozen=True, slots=True)
class NotCovered:
    """The register does not cover this holder (a passport), or nothing to ask by was given."""


RegisterAnswer = Found | Verdicts | NotFound | Several | Unavailable | NotCovered


class PopulationRegister(Protocol):
    """A national population register, asked in bulk. One law-suite runs against every adapter."""

    def ask(self, registrations: Sequence[Registration]) -> list[RegisterAnswer]:
        """One answer a registration, in order, each as of `registered_at`."""
        ...


class Identity(StrEnum):
    """Whether the papers agree with the register; status, expiry and age are no part of it."""

    VERIFIED = "verified"
    MISMATCH = "mismatch"
    NOT_FOUND = "not_found"
    UNVERIFIABLE = "unverifiable"


class Outcome(StrEnum):
    """How one field compares."""

    MATCH = "match"
    PARTIAL = "partial"
    MISMATCH = "mismatch"
    UNAVAILABLE = "unavailable"


FIELDS = (
    "document_number",
    "full_name",
    "birth_date",
    "sex",
    "address",
    "document_issued_on",
)
"""The fields of a cross-check, in the order of the published format."""


@dataclass(frozen=True, slots=True)
class FieldEvidence:
    """How one field compares, and the name of the difference (`same` where there is none).

    `difference` is a code such as `diacritics_missing`; it names no value, so it may be logged.
    """

    outcome: Outcome
    difference: str


class Alternative(StrEnum):
    """Who else than the holder may have made a registration that led to a person."""

    STRANGER = "stranger"
    IMPOSTOR = "impostor"


@dataclass(frozen=True, slots=True)
class Balance:
    """What all fields say together: bits (log2 of the odds) for the holder against each alternative.

    `rarity` is the part of those against a stranger that the name's rareness adds.
    """

    against_stranger: float
    against_impostor: float
    rarity: float

    @property
    def likelier(self) -> Alternative:
        """The alternative that is left over longest."""
        if self.against_stranger < self.against_impostor:
            return Alternative.STRANGER
        return Alternative.IMPOSTOR

    @property
    def bits(self) -> float:
        """Bits for the holder against the likelier alternative."""
        return min(self.against_stranger, self.against_impostor)


@dataclass(frozen=True, slots=True, repr=False)
class Evidence:
    """The cross-check of one registration: identity, the person it rests on, and each field.

    `number` is that of the person where the register shows no data; `balance` is absent where
    there was nobody to compare with; `several` says that the register holds more than one person
    for the papers as given.
    """

    identity: Identity
    fields: dict[str, FieldEvidence] = field(default_factory=dict)
    person: Person | None = None
    found_by: FoundBy | None = None
    register_available: bool = True
    several: bool = False
    number: IdNumber | None = None
    balance: Balance | None = None

    def __repr__(self) -> str:
        """Codes alone, no personal data."""
        return f"Evidence({self.identity.value}, {self.fields})"

    @property
    def matched_id_number(self) -> IdNumber | None:
        """The person the register holds for the registration, None where there is no single one."""
        return self.number if self.person is None else self.person.id_number

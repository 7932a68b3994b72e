"""The rows of the ledger as values, and their sealed forms."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from features import weights
from features.evidence import (
    FIELDS,
    Balance,
    Evidence,
    FieldEvidence,
    FoundBy,
    Identity,
    Outcome,
)
from features.parsing import parse_person, parse_registration
from features.registration import Institution, Person, Registration, RegistrationId
from graph.attributes import Key, Node
from models.decision import Screening

COMPANY_AGAIN = ("chinhchu", "graph-is-back")
"""Who asks, and why, where nothing but the company is looked at again."""

LONGEST_KEY = 200
LONGEST_TEXT = 1_000


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked, why, and when the answer was made."""

    asked_by: str
    purpose: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Judged:
    """A screening about to be recorded: the judgement, the node, and where the graph stood.

    `in_ledger` tells that the registration came earlier, with a book, and only its screening is
    new; `rescreens` names the screening that it repeats.
    """

    screening: Screening
    node: Node
    asked: Asked
    graph_position: int
    in_ledger: bool
    rescreens: UUID | None = None


@dataclass(frozen=True, slots=True, repr=False)
class StoredScreening:
    """A committed screening. `fields` maps a field to its outcome and difference.

    `vector` is in the order that the features had then.
    """

    position: int
    screening_id: UUID
    institution: Institution
    registration_id: RegistrationId
    screened_at: datetime
    purpose: str
    asked_by: str
    decision: str
    risk: float
    risk_band: str
    identity: str
    matched_id_number: str | None
    fields: Mapping[str, Mapping[str, str]]
    reasons: tuple[str, ...]
    ring_id: str | None
    vector: bytes
    model_version: str
    policy_version: str
    graph_position: int
    rescreens: UUID | None

    def __repr__(self) -> str:
        """Key and decision alone."""
        return f"StoredScreening({self.institution}/{self.registration_id}, {self.decision})"

    def row(self) -> dict[str, Any]:
        """The published decision row, one value a column."""
        return {
            "registration_id": self.registration_id,
            "decision": self.decision,
            "risk": self.risk,
            "risk_band": self.risk_band,
            "identity": self.identity,
            "matched_id_number": self.matched_id_number,
            **{f"match_{name}": self.fields[name]["outcome"] for name in FIELDS},
            "reasons": list(self.reasons),
            "ring_id": self.ring_id,
            "model_version": self.model_version,
            "policy_version": self.policy_version,
        }


@dataclass(frozen=True, slots=True)
class NewOutcome:
    """What became known of one registration, as its institution reports it."""

    institution: Institution
    registration_id: RegistrationId
    is_fraud: bool
    typology: str | None
    confirmed_at: datetime

    @property
    def key(self) -> Key:
        """The registration it speaks of."""
        return self.institution, self.registration_id


@dataclass(frozen=True, slots=True)
class StoredOutcome:
    """A committed outcome."""

    position: int
    outcome: NewOutcome
    received_at: datetime


def content(registration: Registration) -> bytes:
    """The registration in one canonical form: equal content gives equal bytes."""
    form = {
        f.name: _plain(value)
        for f in fields(registration)
        if (value := getattr(registration, f.name)) is not None
    }
    return json.dumps(form, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def too_long(registration: Registration) -> str | None:
    """The first column whose text is longer than the ledger takes, None where none is.

    A key stands in an index, which is bounded; nobody types the rest at such length, and it would
    cost everybody who waits behind it.
    """
    for f in fields(registration):
        value = getattr(registration, f.name)
        longest = LONGEST_KEY if f.name in {"registration_id", "institution"} else LONGEST_TEXT
        if isinstance(value, str) and len(value) > longest:
            return f.name
    return None


def registration_of(plain: bytes) -> Registration:
    """The registration that `content` wrote."""
    made = parse_registration(json.loads(plain))
    if not isinstance(made, Registration):
        raise TypeError("a stored registration does not parse")
    return made


def vector_bytes(vector: NDArray[np.float64]) -> bytes:
    """A vector as it is stored: float64, little-endian."""
    return vector.astype("<f8").tobytes()


def vector_of(stored: bytes) -> NDArray[np.float64]:
    """The vector that `vector_bytes` wrote."""
    return np.frombuffer(stored, dtype="<f8")


def evidence_bytes(evidence: Evidence) -> bytes:
    """The whole evidence, the register's record of the person and what weighed it included."""
    form = {
        "identity": evidence.identity.value,
        "fields": field_forms(evidence),
        "person": None if evidence.person is None else _person_form(evidence.person),
        "found_by": None if evidence.found_by is None else evidence.found_by.value,
        "register_available": evidence.register_available,
        "several": evidence.several,
        "number": evidence.number,
        "balance": None if evidence.balance is None else asdict(evidence.balance),
        "weights": weights.default().version,
    }
    return json.dumps(form, ensure_ascii=False, sort_keys=True).encode()


def evidence_of(plain: bytes) -> Evidence:
    """The evidence that `evidence_bytes` wrote."""
    form = json.loads(plain)
    person = None if form["person"] is None else parse_person(form["person"])
    if isinstance(person, list):
        raise TypeError("a stored person does not parse")
    return Evidence(
        identity=Identity(form["identity"]),
        fields={
            name: FieldEvidence(Outcome(found["outcome"]), found["difference"])
            for name, found in form["fields"].items()
        },
        person=person,
        found_by=None if form["found_by"] is None else FoundBy(form["found_by"]),
        register_available=form["register_available"],
        several=form["several"],
        number=form["number"],
        balance=None if form["balance"] is None else Balance(**form["balance"]),
    )


def field_forms(evidence: Evidence) -> dict[str, dict[str, str]]:
    """Outcome and difference of each field: codes alone."""
    return {
        name: {"outcome": found.outcome.value, "difference": found.difference}
        for name, found in evidence.fields.items()
    }


def _person_form(person: Person) -> dict[str, Any]:
    return {f.name: _plain(getattr(person, f.name)) for f in fields(person)}


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    return list(value) if isinstance(value, tuple) else value

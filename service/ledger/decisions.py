"""Past decisions read whole from the ledger: what a trial of another policy goes by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from features.evidence import Evidence
from features.registration import Institution, Registration, RegistrationId
from graph.attributes import Key
from service.keys import Keys
from service.ledger.records import evidence_of, registration_of
from service.ledger.writing import bound

# Of a registration that was screened again, the last screening is what holds.
_DECIDED = """
SELECT DISTINCT ON (s.institution, s.registration_id)
    s.institution, s.registration_id, s.screening_id, first.screened_at, s.risk, s.decision, s.reasons,
    o.is_fraud, r.node->>'province', r.inputs_ciphertext, s.evidence_ciphertext
FROM screenings first
JOIN screenings s USING (institution, registration_id)
JOIN registrations r USING (institution, registration_id)
LEFT JOIN outcomes o USING (institution, registration_id)
WHERE first.rescreens IS NULL AND first.screened_at >= %s AND first.screened_at < %s
ORDER BY s.institution, s.registration_id, s.position DESC
"""
_LATEST = "SELECT max(screened_at) FROM screenings WHERE rescreens IS NULL"
_ROWS_AT_ONCE = 2_000

_TALLIES = """
SELECT institution, model_version, policy_version, count(*), count(*) FILTER (WHERE decision <> 'clear'),
    max(position)
FROM screenings WHERE rescreens IS NULL AND screened_at >= %s GROUP BY 1, 2, 3
"""


@dataclass(frozen=True, slots=True, repr=False)
class Decided:
    """One decision of the past; `is_fraud` is what became known by now.

    `examined` is whose papers were examined, None where that was erased.
    """

    key: Key
    screening_id: UUID
    at: datetime
    risk: float
    decision: str
    reasons: tuple[str, ...]
    is_fraud: bool | None
    province: str
    examined: tuple[Registration, Evidence] | None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many decisions of an institution one model and one policy made, and how many stopped.

    `last_position` is that of the last of them.
    """

    institution: str
    model_version: str
    policy_version: str
    decisions: int
    stopped: int
    last_position: int


def tallies(door: psycopg.Connection, since: datetime) -> list[Tally]:
    """What each model and policy decided in each institution since a moment."""
    return [Tally(*row) for row in door.execute(_TALLIES, [since])]


def latest(door: psycopg.Connection) -> datetime | None:
    """The moment of the last first screening, None in an empty ledger."""
    row = door.execute(_LATEST).fetchone()
    return None if row is None else row[0]


def decided(
    door: psycopg.Connection, keys: Keys, since: datetime, before: datetime
) -> Iterator[Decided]:
    """The decisions on what was first screened from `since` on and before another moment."""
    with door.transaction(), door.cursor("decided") as cursor:
        cursor.itersize = _ROWS_AT_ONCE
        cursor.execute(_DECIDED, [since, before])
        for row in cursor:
            yield _decided(row, keys)


def _decided(row: tuple[Any, ...], keys: Keys) -> Decided:
    institution, registration_id, screening_id, at, risk, decision, reasons, is_fraud, *rest = row
    province, inputs, evidence = rest
    key = Institution(institution), RegistrationId(registration_id)
    examined = None
    if inputs:
        registration = registration_of(keys.unseal(bytes(inputs), bound("inputs", key)))
        plain = keys.unseal(bytes(evidence), bound("evidence", key))
        examined = registration, evidence_of(plain)
    held = tuple(reasons)
    return Decided(
        key, screening_id, at, float(risk), decision, held, is_fraud, province or "", examined
    )

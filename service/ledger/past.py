"""The past that is watched: every first screening of some months, beside what became known of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import dict_row

from features.registration import Institution, Registration, RegistrationId
from service.keys import Keys
from service.ledger.records import registration_of
from service.ledger.writing import bound

_SCREENED = """
SELECT s.institution, s.registration_id, r.registered_at, s.decision, s.risk, s.identity, s.fields,
    s.ring_id, s.vector, s.model_version, r.inputs_ciphertext, o.is_fraud, o.confirmed_at
FROM screenings s JOIN registrations r USING (institution, registration_id)
    LEFT JOIN outcomes o USING (institution, registration_id)
WHERE s.rescreens IS NULL AND r.registered_at >= %s
ORDER BY r.registered_at, s.registration_id, s.institution
"""
_ROWS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True, repr=False)
class Screened:
    """One answer and what became known; `typed` is None where it was erased.

    `differences` names the difference found in each field, `vector` is float64, little-endian.
    """

    institution: Institution
    registered_at: datetime
    decision: str
    risk: float
    identity: str
    differences: Mapping[str, str]
    ring_id: str | None
    vector: bytes
    model_version: str
    typed: Registration | None
    outcome: tuple[datetime, bool] | None


def last_screened(door: psycopg.Connection) -> datetime | None:
    """The moment of the latest registration that was screened."""
    row = door.execute(
        "SELECT max(r.registered_at) FROM screenings s "
        "JOIN registrations r USING (institution, registration_id)"
    ).fetchone()
    return None if row is None else row[0]


def screened(door: psycopg.Connection, keys: Keys, since: datetime) -> Iterator[Screened]:
    """Every first screening of what was registered from a moment on, in the order of the world."""
    with door.transaction(), door.cursor("past", row_factory=dict_row) as cursor:
        cursor.itersize = _ROWS_AT_ONCE
        cursor.execute(_SCREENED, [since])
        for row in cursor:
            key = (Institution(row["institution"]), RegistrationId(row["registration_id"]))
            sealed = bytes(row["inputs_ciphertext"])
            yield Screened(
                institution=key[0],
                registered_at=row["registered_at"],
                decision=row["decision"],
                risk=row["risk"],
                identity=row["identity"],
                differences={name: found["difference"] for name, found in row["fields"].items()},
                ring_id=row["ring_id"],
                vector=bytes(row["vector"]),
                model_version=row["model_version"],
                typed=registration_of(keys.unseal(sealed, bound("inputs", key)))
                if sealed
                else None,
                outcome=None if row["is_fraud"] is None else (row["confirmed_at"], row["is_fraud"]),
            )

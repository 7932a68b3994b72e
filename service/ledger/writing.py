"""What the lane writes, each batch in one transaction on the connection that holds its lease.

Positions come from one sequence and are handed out by this writer alone, so they are committed in
order: a reader that stands at a position has seen everything up to it.
"""

from __future__ import annotations

import os
import socket
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.types.json import Jsonb

from features.errors import DataFolderError
from features.registration import Registration
from graph.attributes import Key, Node
from service.errors import UnavailableError
from service.keys import Keys
from service.ledger.records import (
    Judged,
    NewOutcome,
    StoredOutcome,
    StoredScreening,
    content,
    evidence_bytes,
    field_forms,
    vector_bytes,
)

AWAY = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError)
"""What psycopg raises when the database is away, goes away in the middle, or cannot write."""

_LEASE = 0x6368_6E02
_PATIENCE = 1.0
"""Seconds to wait for a lease that its last owner has just let go."""

_REGISTRATION = """
INSERT INTO registrations (position, institution, registration_id, registered_at, received_at,
    source, content_digest, inputs_ciphertext, token_key, node)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_SCREENING = """
INSERT INTO screenings (position, screening_id, institution, registration_id, screened_at,
    purpose, asked_by, decision, risk, ring_risk, risk_band, identity,
    matched_ciphertext, evidence_ciphertext, fields, reasons, ring_id, vector, model_version,
    policy_version, graph_position, rescreens)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_OUTCOME = """
INSERT INTO outcomes (position, institution, registration_id, is_fraud, typology, confirmed_at,
    received_at, source)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""


@dataclass(frozen=True, slots=True)
class BookRow:
    """A registration of a book that is recorded without being screened."""

    registration: Registration
    node: Node


class Writer:
    """The one writer of the ledger, for as long as its connection holds the lease."""

    def __init__(self, door: psycopg.Connection, keys: Keys) -> None:
        self._door = door
        self._keys = keys

    @property
    def door(self) -> psycopg.Connection:
        """The connection; what reads for the lane uses it too, and so dies with the lease."""
        return self._door

    def record_screenings(self, judged: Sequence[Judged]) -> list[StoredScreening]:
        """Commits a batch, in the order given; all of it or nothing."""
        fresh = [j for j in judged if not j.in_ledger]
        with self._door.transaction(), self._door.cursor() as cursor:
            positions = self._positions(len(fresh) + len(judged))
            cursor.executemany(
                _REGISTRATION,
                [
                    self._registration_row(p, j.screening.registration, j.node, "api", j.asked.at)
                    for p, j in zip(positions, fresh, strict=False)
                ],
            )
            stored = [_stored(p, j) for p, j in zip(positions[len(fresh) :], judged, strict=True)]
            rows = [self._screening_row(s, j) for s, j in zip(stored, judged, strict=True)]
            cursor.executemany(_SCREENING, rows)
        return stored

    def record_book(self, rows: Sequence[BookRow], received_at: datetime) -> int:
        """Commits a part of a book; the caller has left out what the ledger holds already."""
        with self._door.transaction(), self._door.cursor() as cursor:
            positions = self._positions(len(rows))
            cursor.executemany(
                _REGISTRATION,
                [
                    self._registration_row(p, row.registration, row.node, "book", received_at)
                    for p, row in zip(positions, rows, strict=True)
                ],
            )
        return len(rows)

    def record_outcomes(
        self, outcomes: Sequence[NewOutcome], received_at: datetime, source: str = "api"
    ) -> list[StoredOutcome]:
        """Commits outcomes of known registrations, in the order given; all or nothing.

        Of a `source` that is `book`, when it was received does not tell when it was known.
        """
        with self._door.transaction(), self._door.cursor() as cursor:
            positions = self._positions(len(outcomes))
            stored = [
                StoredOutcome(p, o, received_at) for p, o in zip(positions, outcomes, strict=True)
            ]
            cursor.executemany(_OUTCOME, [(*_outcome_row(s), source) for s in stored])
        return stored

    def _positions(self, count: int) -> list[int]:
        found = self._door.execute(
            "SELECT nextval('ledger_position') FROM generate_series(1, %s)", [count]
        )
        return sorted(int(row[0]) for row in found)

    def _registration_row(
        self, position: int, registration: Registration, node: Node, source: str, at: datetime
    ) -> tuple[object, ...]:
        plain = content(registration)
        return (
            position,
            registration.institution,
            registration.registration_id,
            registration.registered_at,
            at,
            source,
            self._keys.digest(plain),
            self._keys.seal(plain, bound("inputs", registration.key)),
            self._keys.token_key_id,
            Jsonb(node.to_json()),
        )

    def _screening_row(self, stored: StoredScreening, judged: Judged) -> tuple[object, ...]:
        key = (stored.institution, stored.registration_id)
        matched = stored.matched_id_number
        seal = self._keys.seal
        return (
            stored.position,
            stored.screening_id,
            *key,
            stored.screened_at,
            stored.purpose,
            stored.asked_by,
            stored.decision,
            stored.risk,
            float(judged.screening.risk_without_outcomes),
            stored.risk_band,
            stored.identity,
            None if matched is None else seal(matched.encode(), bound("matched", key)),
            seal(evidence_bytes(judged.screening.evidence), bound("evidence", key)),
            Jsonb(stored.fields),
            Jsonb(list(stored.reasons)),
            stored.ring_id,
            stored.vector,
            stored.model_version,
            stored.policy_version,
            stored.graph_position,
            stored.rescreens,
        )


def bound(column: str, key: Key) -> str:
    """What a ciphertext is bound to: its column and its row."""
    return "\x1f".join((column, *key))


def open_lease(database_url: str, keys: Keys) -> Writer:
    """Connects and takes the lease; the writer is the only one until it is closed or lost.

    The lease is a lock of the very connection that writes: whoever has lost it cannot commit.

    Raises:
        UnavailableError: the database is away, or another process holds the lease.
    """
    try:
        door = psycopg.connect(database_url, autocommit=True, connect_timeout=5)
    except AWAY:
        raise UnavailableError("the ledger is not available") from None
    try:
        _take(door)
        _check_keys(door, keys)
    except AWAY:
        door.close()
        raise UnavailableError("the ledger is not available") from None
    except BaseException:
        door.close()
        raise
    return Writer(door, keys)


@contextmanager
def lease(database_url: str, keys: Keys) -> Iterator[Writer]:
    """`open_lease` for the length of a block."""
    writer = open_lease(database_url, keys)
    try:
        yield writer
    finally:
        writer.door.close()


def _take(door: psycopg.Connection) -> None:
    # A server lets go of a lock some moments after the connection that held it was closed.
    until = time.monotonic() + _PATIENCE
    while not _locked(door):
        if time.monotonic() >= until:
            raise UnavailableError("another process holds the screening lane")
        time.sleep(0.05)
    door.execute(
        "INSERT INTO lease (name, owner, since) VALUES ('lane', %s, now()) "
        "ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, since = excluded.since",
        [f"{socket.gethostname()}:{os.getpid()}"],
    )


def _locked(door: psycopg.Connection) -> bool:
    row = door.execute("SELECT pg_try_advisory_lock(%s)", [_LEASE]).fetchone()
    return row is not None and bool(row[0])


def _check_keys(door: psycopg.Connection, keys: Keys) -> None:
    """Other keys than the ledger's would lose every link of the past without a word."""
    row = door.execute(
        "SELECT token_key, substring(inputs_ciphertext FOR 4) FROM registrations "
        "WHERE inputs_ciphertext <> ''::bytea ORDER BY position DESC LIMIT 1"
    ).fetchone()
    if row is None:
        return
    if row[0] != keys.token_key_id:
        raise DataFolderError("the ledger was written with another token key than the present one")
    if not keys.knows(bytes(row[1])):
        raise DataFolderError(
            "the ledger was written with an encryption key that is not configured"
        )


def _stored(position: int, judged: Judged) -> StoredScreening:
    screening, asked = judged.screening, judged.asked
    registration, evidence = screening.registration, screening.evidence
    return StoredScreening(
        position=position,
        screening_id=uuid.uuid4(),
        institution=registration.institution,
        registration_id=registration.registration_id,
        screened_at=asked.at,
        purpose=asked.purpose,
        asked_by=asked.asked_by,
        decision=screening.decision.code,
        risk=float(screening.risk),
        risk_band=screening.risk_band.value,
        identity=evidence.identity.value,
        matched_id_number=evidence.matched_id_number,
        fields=field_forms(evidence),
        reasons=screening.reasons,
        ring_id=screening.ring_id,
        vector=vector_bytes(screening.vector),
        model_version=screening.model_version,
        policy_version=screening.policy_version,
        graph_position=judged.graph_position,
        rescreens=judged.rescreens,
    )


def _outcome_row(stored: StoredOutcome) -> tuple[object, ...]:
    o = stored.outcome
    return (
        stored.position,
        *o.key,
        o.is_fraud,
        o.typology,
        o.confirmed_at,
        stored.received_at,
    )

"""What is read from the ledger.

`Reader` is scoped: every function takes an institution, and another institution's rows do not
exist for it. `WholeLedger` is not: it serves the lane, the projection and the console, whose
reader is an administrator, and nothing that an institution can call.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from features.registration import Institution, Registration, RegistrationId
from graph.attributes import Key, Mark, Node
from models.screening import Examined
from service.keys import Keys
from service.ledger.records import (
    COMPANY_AGAIN,
    NewOutcome,
    StoredOutcome,
    StoredScreening,
    evidence_of,
    registration_of,
)
from service.ledger.writing import bound

_SCREENING = """
SELECT position, screening_id, institution, registration_id, screened_at, purpose, asked_by,
    decision, risk, risk_band, identity, matched_ciphertext, fields, reasons, ring_id, vector,
    model_version, policy_version, graph_position, rescreens
FROM screenings
"""
_EVENTS = """
SELECT position, node, is_fraud, confirmed_at FROM (
    SELECT position, node, NULL::boolean AS is_fraud, NULL::timestamptz AS confirmed_at
    FROM registrations WHERE position > %(after)s
    UNION ALL
    SELECT o.position, r.node, o.is_fraud, o.confirmed_at
    FROM outcomes o JOIN registrations r USING (institution, registration_id)
    WHERE o.position > %(after)s
) AS events ORDER BY position LIMIT %(limit)s
"""

# A second look at the company alone is as of the first screening, so it counts from then on.
_RISKS = """
SELECT r.node, last.risk FROM (
    SELECT DISTINCT ON (s.institution, s.registration_id)
        s.institution, s.registration_id, s.ring_risk AS risk
    FROM screenings s LEFT JOIN screenings first
        ON first.screening_id = s.rescreens AND (s.asked_by, s.purpose) = (%(asked_by)s, %(purpose)s)
    WHERE coalesce(first.screened_at, s.screened_at) < %(before)s
    ORDER BY s.institution, s.registration_id, s.position DESC
) AS last JOIN registrations r USING (institution, registration_id)
WHERE r.registered_at < %(before)s
"""

_ROWS_AT_ONCE = 10_000

_UNCHECKED = """
SELECT s.position, s.screening_id, s.ring_id, r.institution, r.registration_id, r.inputs_ciphertext
FROM screenings s JOIN registrations r USING (institution, registration_id)
WHERE s.position > %s AND s.reasons ? 'REGISTER_UNAVAILABLE'
    AND NOT EXISTS (SELECT FROM screenings again WHERE again.rescreens = s.screening_id)
    AND r.inputs_ciphertext <> ''::bytea
ORDER BY s.position LIMIT %s
"""

_UNSEEN = """
SELECT s.position, s.screening_id, s.screened_at, r.institution, r.registration_id,
    r.inputs_ciphertext, s.evidence_ciphertext, r.node
FROM screenings s JOIN registrations r USING (institution, registration_id)
WHERE s.position > %s AND s.reasons ? 'GRAPH_UNAVAILABLE'
    AND NOT EXISTS (SELECT FROM screenings again WHERE again.rescreens = s.screening_id)
    AND r.inputs_ciphertext <> ''::bytea
ORDER BY s.position LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Unseen:
    """A screening whose company could not be seen, and what was examined for it, sealed."""

    position: int
    screening_id: UUID
    screened_at: datetime
    sealed: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Unchecked:
    """A registration that was screened while the register was away, and that screening."""

    position: int
    screening_id: UUID
    ring_id: str | None
    registration: Registration


@dataclass(frozen=True, slots=True)
class Event:
    """One step of the projection: a node to remember, or a mark on one."""

    position: int
    node: Node | None
    mark: Mark | None


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger holds of a key: the digest of its content, and its screening if any."""

    digest: bytes
    erased: bool
    screening: StoredScreening | None


class Reader:
    """Reads for one institution at a time."""

    def __init__(self, door: psycopg.Connection, keys: Keys) -> None:
        self._door = door
        self._keys = keys

    def screening(self, institution: Institution, screening_id: UUID) -> StoredScreening | None:
        """A screening by its own id; None where it is another institution's."""
        found = self._screenings(
            "WHERE institution = %s AND screening_id = %s", institution, screening_id
        )
        return found[0] if found else None

    def screenings_of(
        self, institution: Institution, registration_id: RegistrationId
    ) -> list[StoredScreening]:
        """Every screening of a registration, the first one first."""
        return self._screenings(
            "WHERE institution = %s AND registration_id = %s ORDER BY position",
            institution,
            registration_id,
        )

    def latest(
        self,
        institution: Institution,
        limit: int,
        *,
        decision: str | None = None,
        before: int | None = None,
    ) -> list[StoredScreening]:
        """The latest screenings, newest first: of one decision, and below a position, if named."""
        return self._screenings(
            "WHERE institution = %s AND (%s::text IS NULL OR decision = %s) "
            "AND (%s::bigint IS NULL OR position < %s) ORDER BY position DESC LIMIT %s",
            institution,
            decision,
            decision,
            before,
            before,
            limit,
        )

    def counts(self, institution: Institution, since: datetime) -> dict[str, int]:
        """How many screenings ended in each decision since a moment."""
        rows = self._door.execute(
            "SELECT decision, count(*) FROM screenings "
            "WHERE institution = %s AND screened_at >= %s GROUP BY decision",
            [institution, since],
        )
        return {decision: int(count) for decision, count in rows}

    def outcome(
        self, institution: Institution, registration_id: RegistrationId
    ) -> StoredOutcome | None:
        """What became known of a registration."""
        row = self._door.execute(
            "SELECT position, is_fraud, typology, confirmed_at, received_at FROM outcomes "
            "WHERE institution = %s AND registration_id = %s",
            [institution, registration_id],
        ).fetchone()
        if row is None:
            return None
        known = NewOutcome(institution, registration_id, row[1], row[2], row[3])
        return StoredOutcome(row[0], known, row[4])

    def registration(
        self, institution: Institution, registration_id: RegistrationId
    ) -> Registration | None:
        """A registration as its sender typed it: personal data, to be shown to few.

        None where there is none, and where it was erased.
        """
        row = self._door.execute(
            "SELECT inputs_ciphertext FROM registrations "
            "WHERE institution = %s AND registration_id = %s",
            [institution, registration_id],
        ).fetchone()
        if row is None or not row[0]:
            return None
        return self._registration(row[0], (institution, registration_id))

    def _registration(self, sealed: bytes, key: Key) -> Registration:
        return registration_of(self._keys.unseal(bytes(sealed), bound("inputs", key)))

    def _screenings(self, where: str, *values: object) -> list[StoredScreening]:
        with self._door.cursor(row_factory=dict_row) as cursor:
            cursor.execute(f"{_SCREENING} {where}", values)
            return [self._stored(row) for row in cursor]

    def _stored(self, row: dict[str, Any]) -> StoredScreening:
        sealed = row.pop("matched_ciphertext")
        key = (row["institution"], row["registration_id"])
        matched = None
        if sealed is not None:
            matched = self._keys.unseal(bytes(sealed), bound("matched", key)).decode()
        row["reasons"], row["vector"] = tuple(row["reasons"]), bytes(row["vector"])
        return StoredScreening(matched_id_number=matched, **row)


class WholeLedger(Reader):
    """Reads across institutions, for the lane, the projection and administrators."""

    def screening_of_anybody(self, screening_id: UUID) -> StoredScreening | None:
        """A screening by its own id alone."""
        found = self._screenings("WHERE screening_id = %s", screening_id)
        return found[0] if found else None

    def known(self, keys: Sequence[Key]) -> dict[Key, Known]:
        """What is held under each of these keys; absent keys are absent."""
        if not keys:
            return {}
        lists = [[k[0] for k in keys], [k[1] for k in keys]]
        wanted = "(institution, registration_id) IN (SELECT * FROM unnest(%s::text[], %s::text[]))"
        first = {
            (s.institution, s.registration_id): s
            for s in self._screenings(f"WHERE rescreens IS NULL AND {wanted}", *lists)
        }
        rows = self._door.execute(
            "SELECT institution, registration_id, content_digest, inputs_ciphertext = ''::bytea "  # noqa: S608
            f"FROM registrations WHERE {wanted}",
            lists,
        )
        return {(i, r): Known(bytes(d), e, first.get((i, r))) for i, r, d, e in rows}

    def known_outcomes(self, keys: Sequence[Key]) -> dict[Key, StoredOutcome]:
        """The outcomes held for these registrations."""
        rows = self._door.execute(
            "SELECT institution, registration_id, is_fraud, typology, confirmed_at, position, "
            "received_at FROM outcomes WHERE (institution, registration_id) IN "
            "(SELECT * FROM unnest(%s::text[], %s::text[]))",
            [[k[0] for k in keys], [k[1] for k in keys]],
        )
        return {(r[0], r[1]): StoredOutcome(r[5], NewOutcome(*r[:5]), r[6]) for r in rows}

    def last_position(self) -> int:
        """The position of the last event that concerns the graph; 0 in an empty ledger."""
        row = self._door.execute(
            "SELECT greatest((SELECT max(position) FROM registrations), "
            "(SELECT max(position) FROM outcomes))"
        ).fetchone()
        return 0 if row is None or row[0] is None else int(row[0])

    def events(self, after: int, limit: int) -> list[Event]:
        """What the graph has to learn after a position, in order."""
        rows = self._door.execute(_EVENTS, {"after": after, "limit": limit})
        return [_event(row) for row in rows]

    def risks(self, before: datetime) -> list[tuple[Node, float]]:
        """Nodes and risks of what was registered and screened before a moment.

        The risk is that without outcomes, so that nobody's own outcome decides a membership. Of a
        registration that was screened again its last screening counts.
        """
        asked_by, purpose = COMPANY_AGAIN
        values = {"before": before, "asked_by": asked_by, "purpose": purpose}
        # A cursor of the server's: all rows at once would lie in memory twice.
        with self._door.transaction(), self._door.cursor("risks") as cursor:
            cursor.itersize = _ROWS_AT_ONCE
            cursor.execute(_RISKS, values)
            return [(Node.from_json(node), float(risk)) for node, risk in cursor]

    def unchecked(self, after: int, limit: int) -> list[Unchecked]:
        """Screenings without the register that were not repeated yet, the earliest first."""
        rows = self._door.execute(_UNCHECKED, [after, limit])
        return [
            Unchecked(position, screening_id, ring_id, self._registration(sealed, (i, r)))
            for position, screening_id, ring_id, i, r, sealed in rows
        ]

    def unseen(self, after: int, limit: int) -> list[Unseen]:
        """Screenings without the graph that were not repeated yet, the earliest first."""
        rows = self._door.execute(_UNSEEN, [after, limit])
        return [Unseen(p, s, at, tuple(sealed)) for p, s, at, *sealed in rows]

    def examined(self, unseen: Unseen) -> Examined:
        """What was examined for a screening whose company could not be seen."""
        institution, registration_id, inputs, evidence, node = unseen.sealed
        key = Institution(institution), RegistrationId(registration_id)
        plain = self._keys.unseal(bytes(evidence), bound("evidence", key))
        return self._registration(inputs, key), evidence_of(plain), Node.from_json(node)

    def nodes(self, keys: Sequence[Key]) -> list[Node]:
        """The nodes of these registrations, in the order of the world."""
        rows = self._door.execute(
            "SELECT node FROM registrations WHERE (institution, registration_id) IN "
            "(SELECT * FROM unnest(%s::text[], %s::text[])) "
            "ORDER BY registered_at, registration_id, institution",
            [[k[0] for k in keys], [k[1] for k in keys]],
        )
        return [Node.from_json(row[0]) for row in rows]


def _event(row: tuple[Any, ...]) -> Event:
    position, form, is_fraud, confirmed_at = row
    node = Node.from_json(form)
    if is_fraud is None:
        return Event(position, node, None)
    return Event(position, None, Mark(node, confirmed_at, is_fraud))

"""Erasures in the ledger: asked for, found due, carried out on the rows that hold personal data.

A row that is erased keeps what was decided and by what, and the keyed digest of its content, so that
a repeated call is answered as before. Its ciphertext is gone, and neither its node nor a ring run ties
it to anybody; of which ring it was a member stays, by its key.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import psycopg

from features.registration import Institution, RegistrationId
from graph.attributes import Key, Mark, Node
from graph.sight import Place

_ASK = """
INSERT INTO erasures (institution, registration_id, reason, asked_at)
SELECT institution, registration_id, %(reason)s, %(at)s FROM registrations
WHERE (institution, registration_id) IN
    (SELECT * FROM unnest(%(institutions)s::text[], %(ids)s::text[]))
ON CONFLICT DO NOTHING
"""
_ASKED = """
SELECT count(*) FILTER (WHERE carried_out_at IS NULL), count(carried_out_at) FROM erasures
WHERE (institution, registration_id) IN
    (SELECT * FROM unnest(%(institutions)s::text[], %(ids)s::text[]))
"""
_PENDING = """
SELECT r.node, o.confirmed_at, o.is_fraud
FROM erasures e JOIN registrations r USING (institution, registration_id)
    LEFT JOIN outcomes o USING (institution, registration_id)
WHERE e.carried_out_at IS NULL ORDER BY e.asked_at LIMIT %s
"""
_EXPIRED = """
SELECT institution, registration_id FROM registrations r
WHERE inputs_ciphertext <> ''::bytea AND registered_at < %s
    AND NOT EXISTS (SELECT FROM erasures e WHERE e.institution = r.institution
                    AND e.registration_id = r.registration_id)
ORDER BY registered_at LIMIT %s
"""
_OF_PERSON = """
SELECT institution, registration_id FROM registrations
WHERE inputs_ciphertext <> ''::bytea
    AND (node->'tokens'->>'holder' = %s OR node->'tokens'->>'document' = %s)
"""
_CARRY_OUT = (
    """
UPDATE registrations r
SET (inputs_ciphertext, node) = (''::bytea, erased(to_jsonb(r))->'node')
WHERE (institution, registration_id) IN
    (SELECT * FROM unnest(%(institutions)s::text[], %(ids)s::text[]))
""",
    """
UPDATE screenings SET (matched_ciphertext, evidence_ciphertext) = (NULL, ''::bytea)
WHERE (institution, registration_id) IN
    (SELECT * FROM unnest(%(institutions)s::text[], %(ids)s::text[]))
""",
    """
DELETE FROM ring_ties t USING rings m
WHERE (m.institution, m.registration_id) IN
    (SELECT * FROM unnest(%(institutions)s::text[], %(ids)s::text[]))
    AND (t.ring_id, t.run_at) = (m.ring_id, m.run_at) AND m.place = ANY (t.places)
    AND cardinality(places_left(t)) < 2
""",
    """
UPDATE ring_ties t SET places = places_left(t) FROM rings m
WHERE (m.institution, m.registration_id) IN
    (SELECT * FROM unnest(%(institutions)s::text[], %(ids)s::text[]))
    AND (t.ring_id, t.run_at) = (m.ring_id, m.run_at) AND m.place = ANY (t.places)
""",
    """
UPDATE erasures SET carried_out_at = %(at)s
WHERE carried_out_at IS NULL AND (institution, registration_id) IN
    (SELECT * FROM unnest(%(institutions)s::text[], %(ids)s::text[]))
""",
)
_AT_PLACES = """
SELECT found.node, found.confirmed_at, found.is_fraud
FROM unnest(%(attributes)s::text[], %(tokens)s::text[]) AS place (attribute, token)
CROSS JOIN LATERAL (
    SELECT r.node, o.confirmed_at, o.is_fraud
    FROM registrations r LEFT JOIN outcomes o USING (institution, registration_id)
    WHERE r.inputs_ciphertext <> ''::bytea AND r.node->'tokens'->>place.attribute = place.token
        AND NOT EXISTS (SELECT FROM erasures e WHERE e.institution = r.institution
                        AND e.registration_id = r.registration_id)
        AND {moment} <= %(until)s
    ORDER BY {moment} DESC FETCH FIRST %(most)s ROWS WITH TIES
) AS found
"""


class Erasures:
    """Reads what is to be erased, and erases it; on the connection that holds the lease."""

    def __init__(self, door: psycopg.Connection) -> None:
        self._door = door

    def ask(self, keys: Collection[Key], reason: str, at: datetime) -> None:
        """Asks for erasure, of what is asked for already once."""
        self._door.execute(_ASK, {**_lists(keys), "reason": reason, "at": at})

    def asked(self, keys: Collection[Key]) -> tuple[int, int]:
        """Of how many of these erasure is asked and to come, and of how many carried out."""
        ((waiting, done),) = self._door.execute(_ASKED, _lists(keys)).fetchall()
        return waiting, done

    def pending(self, limit: int) -> tuple[list[Node], list[Mark]]:
        """Some of whom erasure is asked, and what became known of them."""
        return _nodes_and_marks(self._door.execute(_PENDING, [limit]).fetchall())

    def expired(self, before: datetime, limit: int) -> list[Key]:
        """Some of those registered before a moment of whom nobody asked it yet."""
        return [_key(row) for row in self._door.execute(_EXPIRED, [before, limit])]

    def of_person(self, holder: str, document: str) -> list[Key]:
        """Every registration held under a token of the person, or carrying that document's."""
        return [_key(row) for row in self._door.execute(_OF_PERSON, [holder, document])]

    def carry_out(self, keys: Collection[Key], at: datetime) -> None:
        """Erases, all of them or none."""
        with self._door.transaction():
            for statement in _CARRY_OUT:
                self._door.execute(statement, {**_lists(keys), "at": at})

    def latest_at(
        self, places: Sequence[Place], until: datetime, most: int
    ) -> tuple[list[Node], list[Mark]]:
        """The latest of each place that stay, up to a moment: by registration and by outcome."""
        values = {
            "attributes": [attribute.value for attribute, _ in places],
            "tokens": [token for _, token in places],
            "until": until,
            "most": most,
        }
        rows = [
            row
            for moment in ("r.registered_at", "o.confirmed_at")
            for row in self._door.execute(_AT_PLACES.format(moment=moment), values)
        ]
        return _nodes_and_marks(rows)


def _lists(keys: Collection[Key]) -> dict[str, list[str]]:
    return {"institutions": [k[0] for k in keys], "ids": [k[1] for k in keys]}


def _key(row: tuple[str, str]) -> Key:
    return Institution(row[0]), RegistrationId(row[1])


def _nodes_and_marks(rows: Sequence[tuple[Any, ...]]) -> tuple[list[Node], list[Mark]]:
    nodes = [Node.from_json(form) for form, _, _ in rows]
    known = zip(nodes, rows, strict=True)
    return nodes, [Mark(node, at, fraud) for node, (_, at, fraud) in known if at is not None]

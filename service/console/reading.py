"""What the console reads from the ledger: always for one institution, never a ciphertext.

Of another institution's registration nothing leaves this file but which ties of a ring hold it; no
token does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import class_row, dict_row

from features.registration import VIETNAM, Institution, RegistrationId
from graph.rings import PRIVATE
from service.explaining import READ_AS, refuse_erased
from service.ledger.readings import Reading, record_reading
from service.ledger.rings import RingLedger
from service.ring_story import Words, happened, story

PAGE = 25
DRAWN = 150
"""The most members of a ring that are read and drawn; more is no longer legible."""

_LINES = """
SELECT s.position, s.screening_id, s.registration_id, r.node->>'kind' AS kind, s.screened_at,
    s.identity, s.decision, s.risk, s.risk_band, s.ring_id, s.rescreens IS NOT NULL AS repeated
FROM screenings s JOIN registrations r USING (institution, registration_id)
WHERE s.institution = %(institution)s
    AND (%(decision)s::text IS NULL OR s.decision = %(decision)s)
"""
_OLDER = _LINES + "AND s.position < %(from)s ORDER BY s.position DESC LIMIT %(limit)s"
_NEWER = _LINES + "AND s.position > %(from)s ORDER BY s.position LIMIT %(limit)s"
_COUNTS = """
SELECT decision, count(*) FILTER (WHERE screened_at > %(now)s - interval '24 hours'), count(*)
FROM screenings
WHERE institution = %(institution)s AND screened_at > %(now)s - interval '7 days'
GROUP BY decision
"""
_SCREENING = """
SELECT s.position, s.screening_id, s.institution, s.registration_id, r.node->>'kind' AS kind,
    s.screened_at, s.identity, s.decision, s.risk, s.risk_band, s.ring_id, r.registered_at, s.purpose,
    s.asked_by, s.fields, s.reasons, s.vector, s.model_version, s.policy_version, s.graph_position,
    o.is_fraud, o.typology, o.confirmed_at,
    (SELECT m.ring_id FROM rings m
     JOIN ring_steps found ON found.ring_id = m.ring_id AND found.since = m.run_at
     WHERE m.institution = s.institution AND m.registration_id = s.registration_id
         AND found.run_at = (SELECT max(run_at) FROM ring_runs)) AS ring_now,
    ARRAY(SELECT t.screening_id FROM screenings t
          WHERE t.institution = s.institution AND t.registration_id = s.registration_id
              AND t.screening_id <> s.screening_id ORDER BY t.position) AS others
FROM screenings s
JOIN registrations r USING (institution, registration_id)
LEFT JOIN outcomes o USING (institution, registration_id)
WHERE s.institution = %(institution)s AND s.screening_id = %(screening)s
"""
# A ring is its members at the last run that found it, and those who reached it after that run by
# their last screening: who reached it before was weighed by that run, and left out. A tie holds
# the members that the run recorded, and who reached the ring by its value since.
_MEMBERS = """
WITH run AS (
    SELECT run_at, since FROM ring_steps WHERE ring_id = %(ring)s AND since IS NOT NULL
    ORDER BY run_at DESC LIMIT 1
), held AS (
    SELECT institution, registration_id, ring_risk, place
    FROM rings, run WHERE ring_id = %(ring)s AND rings.run_at = run.since
), ties AS (
    SELECT attribute, token, places, row_number() OVER (ORDER BY attribute, token, places) AS tie
    FROM ring_ties, run WHERE ring_id = %(ring)s AND ring_ties.run_at = run.since
), members AS (
    SELECT institution, registration_id, ring_risk, place, true AS in_run FROM held
    UNION ALL
    SELECT s.institution, s.registration_id, NULL::float8, NULL::integer, false
    FROM screenings s LEFT JOIN held USING (institution, registration_id)
    WHERE s.ring_id = %(ring)s AND held.institution IS NULL
        AND s.screened_at > coalesce((SELECT run_at FROM run), '-infinity')
        AND NOT EXISTS (
            SELECT FROM screenings t WHERE t.institution = s.institution
                AND t.registration_id = s.registration_id AND t.position > s.position)
)
SELECT m.institution = %(institution)s AS own, m.ring_risk, m.in_run,
    r.node->'tokens' = '{}' AS erased,
    (SELECT coalesce(jsonb_object_agg(tie, attribute), '{}') FROM ties WHERE CASE
        WHEN m.in_run THEN m.place = ANY (places)
        ELSE attribute = ANY (%(private)s) AND token IN (
            SELECT value FROM jsonb_each_text(r.node->'tokens') WHERE key = ANY (%(private)s))
     END) AS ties,
    CASE WHEN m.institution = %(institution)s THEN m.registration_id END AS registration_id,
    CASE WHEN m.institution = %(institution)s THEN r.node->>'kind' END AS kind,
    CASE WHEN m.institution = %(institution)s THEN r.registered_at END AS registered_at,
    s.screening_id, s.decision, s.risk_band,
    (SELECT run_at FROM run) AS run_at,
    count(*) OVER () AS total,
    count(*) FILTER (WHERE m.institution = %(institution)s) OVER () AS own_total,
    EXISTS (SELECT FROM screenings t
            WHERE t.ring_id = %(ring)s AND t.institution = %(institution)s) AS was_told
FROM members m
JOIN registrations r USING (institution, registration_id)
LEFT JOIN LATERAL (
    SELECT t.screening_id, t.decision, t.risk_band FROM screenings t
    WHERE t.institution = m.institution AND t.registration_id = m.registration_id
        AND m.institution = %(institution)s
    ORDER BY t.position DESC LIMIT 1
) s ON true
ORDER BY own DESC, r.registered_at, m.registration_id
LIMIT %(limit)s
"""

_OF_ALL = {"run_at", "total", "own_total", "was_told"}
"""What each row of a ring's members tells of the ring."""


@dataclass(frozen=True, slots=True)
class Line:
    """One screening as a line of the list."""

    position: int
    screening_id: UUID
    registration_id: str
    kind: str
    screened_at: datetime
    identity: str
    decision: str
    risk: float
    risk_band: str
    ring_id: str | None
    repeated: bool


@dataclass(frozen=True, slots=True)
class Lines:
    """A page of the list, newest first, and whether there is more on either side."""

    lines: Sequence[Line]
    newer: bool
    older: bool


@dataclass(frozen=True, slots=True)
class Count:
    """How many screenings had one decision in the last day and the last week."""

    day: int = 0
    week: int = 0


@dataclass(frozen=True, slots=True)
class Detail:
    """One screening with all that may be shown of it. `fields` maps a field to its codes."""

    position: int
    screening_id: UUID
    institution: str
    registration_id: str
    kind: str
    screened_at: datetime
    identity: str
    decision: str
    risk: float
    risk_band: str
    ring_id: str | None
    registered_at: datetime
    purpose: str
    asked_by: str
    fields: Mapping[str, Mapping[str, str]]
    reasons: Sequence[str]
    vector: bytes
    model_version: str
    policy_version: str
    graph_position: int
    is_fraud: bool | None
    typology: str | None
    confirmed_at: datetime | None
    ring_now: str | None
    others: Sequence[UUID]


@dataclass(frozen=True, slots=True, repr=False)
class Member:
    """One member of a ring; of another institution's nothing but risk, ties and `erased` is told.

    `ties` maps a tie of the ring that holds it to the attribute whose value is shared. `in_run` is
    False for one who reached the ring later; `erased` says that its personal data is erased.
    """

    own: bool
    ring_risk: float | None
    in_run: bool
    ties: Mapping[str, str]
    erased: bool = False
    registration_id: str | None = None
    kind: str | None = None
    registered_at: datetime | None = None
    screening_id: UUID | None = None
    decision: str | None = None
    risk_band: str | None = None


@dataclass(frozen=True, slots=True)
class Life:
    """What is told of a whole ring: counts, days and other rings' ids, nobody's registration."""

    story: Words
    first_seen: date
    alive: bool
    steps: Sequence[tuple[datetime, Words]]


@dataclass(frozen=True, slots=True)
class Ring:
    """A ring as one institution may see it; `members` are its own first, at most `DRAWN`.

    `life` is None where no run ever found it.
    """

    ring_id: str
    run_at: datetime | None
    members: Sequence[Member]
    total: int
    own_total: int
    life: Life | None = None

    @property
    def risk(self) -> float | None:
        """The risk of the ring at its last run."""
        return max((m.ring_risk for m in self.members if m.ring_risk is not None), default=None)


class ConsoleReader:
    """Reads for one institution over one connection."""

    def __init__(
        self, door: psycopg.Connection, institution: Institution, read_by: str = ""
    ) -> None:
        """`read_by` is whom a reading that is recorded is told of."""
        self._door = door
        self._institution = institution
        self._read_by = read_by

    def lines(self, decision: str | None, before: int | None, after: int | None) -> Lines:
        """A page of screenings: those before a position, those after one, or the latest."""
        going_up = before is None and after is not None
        values = {
            "institution": self._institution,
            "decision": decision,
            "from": after if going_up else before if before is not None else 2**63 - 1,
            "limit": PAGE + 1,
        }
        with self._door.cursor(row_factory=class_row(Line)) as cursor:
            found = cursor.execute(_NEWER if going_up else _OLDER, values).fetchall()
        more, page = len(found) > PAGE, found[:PAGE]
        if going_up:
            return Lines(page[::-1], newer=more, older=True)
        return Lines(page, newer=before is not None, older=more)

    def counts(self, now: datetime) -> dict[str, Count]:
        """Decision -> how often it was taken lately; absent where never."""
        rows = self._door.execute(_COUNTS, {"institution": self._institution, "now": now})
        return {decision: Count(day, week) for decision, day, week in rows}

    def screening(self, screening_id: UUID) -> Detail | None:
        """One screening; None where there is none or it is another institution's."""
        values = {"institution": self._institution, "screening": screening_id}
        with self._door.cursor(row_factory=class_row(Detail)) as cursor:
            return cursor.execute(_SCREENING, values).fetchone()

    def refuse_erased(self, detail: Detail) -> None:
        """Raises ErasedError where the person of a screening was erased."""
        refuse_erased(self._door, (self._institution, RegistrationId(detail.registration_id)))

    def record_examined(self, detail: Detail, now: datetime) -> None:
        """Commits that the explanation of a screening is about to be read."""
        key = self._institution, RegistrationId(detail.registration_id)
        record_reading(self._door, Reading(now, self._read_by, "console", READ_AS), [key])

    def ring(self, ring_id: str, now: datetime) -> Ring | None:
        """One ring; None where it does not exist, or nobody of one's own is in it or reached it."""
        values = {
            "institution": self._institution,
            "ring": ring_id,
            "private": [attribute.value for attribute in PRIVATE],
            "limit": DRAWN,
        }
        with self._door.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(_MEMBERS, values).fetchall()
        if not rows or not (rows[0]["own_total"] or rows[0]["was_told"]):
            return None
        whole = {name: rows[0][name] for name in ("run_at", "total", "own_total")}
        members, life = [_member(row) for row in rows], self._life(ring_id, now)
        return Ring(ring_id=ring_id, members=members, life=life, **whole)

    def _life(self, ring_id: str, now: datetime) -> Life | None:
        seen = RingLedger(self._door).seen(ring_id, now)
        if seen is None:
            return None
        steps = [(told.run_at, happened(told)) for told in seen.told]
        words = story(seen.ring, len(seen.confirmed))
        first_seen = seen.ring.first_seen.astimezone(VIETNAM).date()
        return Life(words, first_seen, seen.alive, steps)


def _member(row: dict[str, Any]) -> Member:
    return Member(**{k: v for k, v in row.items() if k not in _OF_ALL})

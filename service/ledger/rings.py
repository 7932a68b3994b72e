"""Ring runs in the ledger: every ring of every run, the evidence of its ties, what became of it.

It reads across institutions: for the lane, administrators, and what the console tells of a ring in
counts alone. What is written is written on the connection that holds the lease.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import psycopg

from features.registration import Institution, RegistrationId
from graph.attributes import Attribute, Key, Node
from graph.lineage import Happening, Known, Step, strongest_first
from graph.rings import PRIVATE, Ring, Tie

_MEMORY = """
SELECT m.ring_id, m.institution, m.registration_id,
    last.run_at = (SELECT max(run_at) FROM ring_runs)
FROM (
    SELECT DISTINCT ON (ring_id) ring_id, run_at, since FROM ring_steps
    WHERE since IS NOT NULL ORDER BY ring_id, run_at DESC
) AS last JOIN rings m ON m.ring_id = last.ring_id AND m.run_at = last.since
"""
_MEMBERS = """
SELECT m.ring_id, m.ring_risk, r.node
FROM ring_steps s JOIN rings m ON m.ring_id = s.ring_id AND m.run_at = s.since
JOIN registrations r USING (institution, registration_id)
WHERE s.run_at = %(run)s AND (%(ring)s::text IS NULL OR s.ring_id = %(ring)s)
ORDER BY m.ring_id, m.place, r.registered_at, r.registration_id
"""
_TIES = """
SELECT t.ring_id, t.attribute, t.token, t.places
FROM ring_steps s JOIN ring_ties t ON t.ring_id = s.ring_id AND t.run_at = s.since
WHERE s.run_at = %(run)s AND (%(ring)s::text IS NULL OR s.ring_id = %(ring)s)
ORDER BY t.ring_id, t.attribute, t.token, t.places
"""
_CONFIRMED = """
SELECT m.ring_id, m.institution, m.registration_id
FROM ring_steps s JOIN rings m ON m.ring_id = s.ring_id AND m.run_at = s.since
JOIN outcomes o USING (institution, registration_id)
WHERE s.run_at = %(run)s AND o.is_fraud AND o.confirmed_at < %(before)s
"""
_KNOWN = """
SELECT count(*) FROM outcomes
WHERE (institution, registration_id) IN (SELECT * FROM unnest(%s::text[], %s::text[]))
    AND is_fraud AND confirmed_at < %s
"""
_TOLD = """
SELECT run_at, happening, parents, joined, parted, coalesce(members, 0),
    ARRAY(SELECT into_.ring_id FROM ring_steps into_
          WHERE into_.run_at = s.run_at AND s.ring_id = ANY (into_.parents) ORDER BY 1)
FROM ring_steps s WHERE ring_id = %s AND happening <> 'kept' ORDER BY run_at
"""
# The last run before a registration that found the ring which a screening of it names. The graph
# did not know yet what was run after the screening: who registers ahead of the clock may say so.
_STANDINGS = """
SELECT asked.screening_id, s.run_at, s.first_seen, s.members, s.holders, s.recent, s.confirmed
FROM screenings asked JOIN registrations r USING (institution, registration_id)
CROSS JOIN LATERAL (
    SELECT * FROM ring_steps JOIN ring_runs run USING (run_at)
    WHERE ring_steps.ring_id = asked.ring_id AND run.run_at <= r.registered_at
        AND run.position <= asked.graph_position AND members IS NOT NULL
    ORDER BY run_at DESC LIMIT 1
) AS s
WHERE asked.screening_id = ANY (%s)
"""
# Of several rings that one value ties the strongest comes last.
_LED = """
SELECT s.run_at, t.token, t.ring_id
FROM ring_ties t JOIN ring_steps s ON s.ring_id = t.ring_id AND s.since = t.run_at
CROSS JOIN LATERAL (
    SELECT ring_risk FROM rings WHERE ring_id = t.ring_id AND run_at = t.run_at LIMIT 1
) AS m
WHERE s.run_at = ANY (%s) AND t.token = ANY (%s) AND t.attribute = ANY (%s)
ORDER BY m.ring_risk * s.members, t.ring_id COLLATE "C" DESC
"""
_OF_DAYS = """
SELECT run_at FROM (
    SELECT run_at, dense_rank() OVER (ORDER BY (run_at AT TIME ZONE 'UTC')::date DESC) AS day
    FROM ring_runs
) AS ranked WHERE day <= %s ORDER BY run_at
"""

_RINGS = "rings (run_at, ring_id, institution, registration_id, ring_risk, place)"
_RING_TIES = "ring_ties (run_at, ring_id, attribute, token, places)"
_RING_STEPS = """
ring_steps (run_at, ring_id, happening, parents, joined, parted, since, first_seen, members,
    holders, recent, confirmed)
"""
_RECENT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Told:
    """One step in the life of a ring as the ledger keeps it.

    `members` is how many it had then, `children` the rings that have it as a parent at that run.
    """

    run_at: datetime
    happening: Happening
    parents: tuple[str, ...]
    joined: int
    left: int
    members: int
    children: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """A ring as the run at `run_at` found it; `alive` if that was the last run.

    `confirmed` are its members of whom fraud is known by now, `told` is its life up to now.
    """

    ring: Ring
    run_at: datetime
    alive: bool
    confirmed: frozenset[Key]
    told: Sequence[Told]


@dataclass(frozen=True, slots=True)
class Standing:
    """A ring in counts, as the run at `run_at` found it.

    `recent` of its members had registered in the seven days before, of `confirmed` fraud was known.
    """

    run_at: datetime
    first_seen: datetime
    members: int
    holders: int
    recent: int
    confirmed: int


class RingLedger:
    """Reads ring runs, and records one."""

    def __init__(self, door: psycopg.Connection) -> None:
        self._door = door

    def last_run(self) -> datetime | None:
        """The moment of the last run."""
        row = self._door.execute("SELECT max(run_at) FROM ring_runs").fetchone()
        return None if row is None else row[0]

    def has_run(self, run_at: datetime) -> bool:
        """Whether the run of a moment is recorded."""
        row = self._door.execute("SELECT 1 FROM ring_runs WHERE run_at = %s", [run_at]).fetchone()
        return row is not None

    def anybody_screened(self, before: datetime) -> bool:
        """Whether there was anybody whom a run of that moment could find: the others have no risk."""
        sql = "SELECT 1 FROM screenings WHERE screened_at < %s LIMIT 1"
        return self._door.execute(sql, [before]).fetchone() is not None

    def runs_of_days(self, days: int) -> list[datetime]:
        """The runs of the latest days that had any (in UTC), the earliest first."""
        return [row[0] for row in self._door.execute(_OF_DAYS, [days])]

    def last_run_of(self, ring_id: str) -> datetime | None:
        """The last run that found a ring."""
        row = self._door.execute(
            "SELECT max(run_at) FROM ring_steps WHERE ring_id = %s AND since IS NOT NULL",
            [ring_id],
        ).fetchone()
        return None if row is None else row[0]

    def memory(self) -> dict[str, Known]:
        """Every ring that was ever found, as the last run that found it saw it."""
        members: dict[str, set[Key]] = defaultdict(set)
        alive: dict[str, bool] = {}
        for ring_id, institution, registration_id, of_last_run in self._door.execute(_MEMORY):
            members[ring_id].add((Institution(institution), RegistrationId(registration_id)))
            alive[ring_id] = bool(of_last_run)
        return {r: Known(frozenset(keys), alive[r]) for r, keys in members.items()}

    def rings(self, run_at: datetime, ring_id: str | None = None) -> list[Ring]:
        """The rings of a run, strongest first; of one id alone where it is named."""
        wanted = {"run": run_at, "ring": ring_id}
        members: dict[str, list[Node]] = defaultdict(list)
        risk: dict[str, float] = {}
        for found, ring_risk, node in self._door.execute(_MEMBERS, wanted):
            members[found].append(Node.from_json(node))
            risk[found] = ring_risk
        ties: dict[str, list[Tie]] = defaultdict(list)
        for found, attribute, token, places in self._door.execute(_TIES, wanted):
            keys = tuple(members[found][place].key for place in places)
            ties[found].append(Tie(Attribute(attribute), token, keys))
        return strongest_first(
            Ring(r, tuple(nodes), tuple(ties[r]), risk[r]) for r, nodes in members.items()
        )

    def led(
        self, runs: Sequence[datetime], tokens: Collection[str]
    ) -> dict[datetime, dict[str, str]]:
        """Where these tokens lead by each of the runs, as `ring_of_token` has it of their rings."""
        led: dict[datetime, dict[str, str]] = {run_at: {} for run_at in runs}
        asked = [list(runs), list(tokens), [attribute.value for attribute in PRIVATE]]
        for run_at, token, ring_id in self._door.execute(_LED, asked):
            led[run_at][token] = ring_id
        return led

    def seen(self, ring_id: str, now: datetime) -> Seen | None:
        """A ring as the last run that found it saw it; None where there never was one."""
        run_at = self.last_run_of(ring_id)
        if run_at is None:
            return None
        (ring,) = self.rings(run_at, ring_id)
        known = frozenset(self.confirmed(run_at, now).get(ring_id, ()))
        return Seen(ring, run_at, run_at == self.last_run(), known, self.told(ring_id))

    def confirmed(self, run_at: datetime, before: datetime) -> dict[str, set[Key]]:
        """The members of each ring of a run of whom fraud was confirmed before a moment."""
        found: dict[str, set[Key]] = defaultdict(set)
        for ring_id, *key in self._door.execute(_CONFIRMED, {"run": run_at, "before": before}):
            found[ring_id].add((Institution(key[0]), RegistrationId(key[1])))
        return found

    def told(self, ring_id: str) -> list[Told]:
        """What became of a ring at each run that changed it, the first one first."""
        return [
            Told(at, Happening(what), tuple(parents), joined, left, members, tuple(children))
            for at, what, parents, joined, left, members, children in self._door.execute(
                _TOLD, [ring_id]
            )
        ]

    def standings(self, screenings: Collection[UUID]) -> dict[UUID, Standing]:
        """The rings that these screenings name, as they stood at the last run before each.

        Absent where no run before the registration found the ring.
        """
        rows = self._door.execute(_STANDINGS, [list(screenings)])
        return {screening_id: Standing(*found) for screening_id, *found in rows}

    def ask(self, run_at: datetime) -> None:
        """Asks whoever holds the lease for a run; asking again changes nothing."""
        self._door.execute(
            "INSERT INTO ring_requests VALUES (%s, now()) ON CONFLICT DO NOTHING", [run_at]
        )

    def asked(self) -> datetime | None:
        """The earliest run that is asked for; what lies before the last run cannot be made."""
        row = self._door.execute(
            "SELECT min(run_at) FROM ring_requests "
            "WHERE run_at > coalesce((SELECT max(run_at) FROM ring_runs), '-infinity')"
        ).fetchone()
        return None if row is None else row[0]

    def record(
        self, run_at: datetime, found: Sequence[Ring], steps: Sequence[Step], position: int
    ) -> None:
        """Commits one run, whole or not at all; `position` is where the ledger stood for it.

        Of a ring that is just as the run before found it, members and ties are not written again.
        """
        since = self._unchanged(found)
        changed = [ring for ring in found if ring.ring_id not in since]
        members = [
            (run_at, ring.ring_id, *node.key, ring.risk, place)
            for ring in changed
            for place, node in enumerate(ring.members)
        ]
        ties = [(run_at, *row) for ring in changed for row in _tie_rows(ring)]
        standing = {
            ring.ring_id: (since.get(ring.ring_id, run_at), *self._standing(ring, run_at))
            for ring in found
        }
        told = [(run_at, *_step_row(s), *standing.get(s.ring_id, _GONE)) for s in steps]
        with self._door.transaction(), self._door.cursor() as cursor:
            cursor.execute("INSERT INTO ring_runs VALUES (%s, now(), %s)", [run_at, position])
            for columns, rows in ((_RINGS, members), (_RING_TIES, ties), (_RING_STEPS, told)):
                with cursor.copy(f"COPY {columns} FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)

    def _unchanged(self, found: Sequence[Ring]) -> dict[str, datetime]:
        """Since which run each ring has been as it is now; absent where it has changed."""
        last = self.last_run()
        if last is None:
            return {}
        before = {ring.ring_id: ring for ring in self.rings(last)}
        same = {r.ring_id for r in found if r.ring_id in before and _alike(r, before[r.ring_id])}
        rows = self._door.execute("SELECT ring_id, since FROM ring_steps WHERE run_at = %s", [last])
        return {ring_id: since for ring_id, since in rows if ring_id in same}

    def _standing(self, ring: Ring, run_at: datetime) -> tuple[object, ...]:
        keys = [node.key for node in ring.members]
        row = self._door.execute(_KNOWN, [[i for i, _ in keys], [r for _, r in keys], run_at])
        recent = sum(node.registered_at >= run_at - _RECENT for node in ring.members)
        return ring.first_seen, len(keys), ring.holders, recent, *(row.fetchone() or (0,))


_GONE = (None,) * 6


def _alike(one: Ring, other: Ring) -> bool:
    """Whether two rings have the same members, ties and risk; ties have no order of their own."""
    same = one.members == other.members and one.risk == other.risk
    return same and set(one.ties) == set(other.ties)


def _tie_rows(ring: Ring) -> Iterator[tuple[object, ...]]:
    place = {node.key: i for i, node in enumerate(ring.members)}
    for tie in ring.ties:
        places = [place[key] for key in tie.members]
        yield ring.ring_id, tie.attribute.value, tie.token, places


def _step_row(step: Step) -> tuple[object, ...]:
    happening, parents = step.happening.value, list(step.parents)
    return step.ring_id, happening, parents, len(step.joined), len(step.left)

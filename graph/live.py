"""The live graph: what every attribute remembers, in Valkey (or Redis), bounded a place.

Two sorted sets a place: the latest events by time, and the latest marks by moment of confirmation,
both as `graph/packing.py` writes them; and the personal values of each registration, from which the
second look goes on. A batch is asked in one script and, where anybody is met, a second one, and
recorded in one transaction, which also moves the watermark: the ledger position up to which the graph is a
projection of the ledger, and the format in which it is written.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from typing import Any

import redis

from features.registration import Institution, RegistrationId
from graph.aggregates import KEPT, KEPT_BEYOND, KEPT_MARKS
from graph.attributes import Key, Mark, Node
from graph.company import Company
from graph.counting import count
from graph.halves import Builder, aside, in_force
from graph.measures import Event, MarkEvent, event_of, mark_event_of, microseconds
from graph.packing import (
    FORMAT,
    VALUES,
    events_key,
    marks_key,
    pack_event,
    pack_mark,
    pack_values,
    unpack_event,
    unpack_mark,
    unpack_values,
    values_key,
)
from graph.rings import PRIVATE, reached
from graph.sight import (
    Place,
    personal,
    places_asked,
    places_beyond,
    places_left,
    sight,
)

_POSITION = b"position"
_CLEARING = "clearing"
_RING_RUNS = b"rings"
RING_DAYS = 8
"""Days whose ring runs are remembered: who comes some days late still meets the one before him."""

# For each (key, before, kept): all members at the very moment (ties are settled by id in Python)
# and the `kept` latest ones before it.
_ASK = """
local out = {}
for i, key in ipairs(KEYS) do
  local at, kept = ARGV[2 * i - 1], ARGV[2 * i]
  local latest = redis.call('ZRANGE', key, '(' .. at, '-inf', 'BYSCORE', 'REV',
                            'LIMIT', 0, kept, 'WITHSCORES')
  local ties = redis.call('ZRANGE', key, at, at, 'BYSCORE', 'WITHSCORES')
  for _, v in ipairs(ties) do latest[#latest + 1] = v end
  out[i] = latest
end
return out
"""
_KEYS_A_SCRIPT = 2_000
_KEYS_CLEARED = 5_000
_DISK_MS = 3_000
"""Below what a caller waits for any answer: who is cut off would not hear that it is not there."""
_ASKED = b"chinhchu-on-disk"

# More is remembered than is ever counted, so that who comes late, or in a batch that spans some
# days, still finds the latest before its own moment.
_REMEMBERED = {attribute: 2 * kept for attribute, kept in KEPT.items()}
_REMEMBERED_MARKS = 8 * KEPT_MARKS
MOST_REMEMBERED = max(_REMEMBERED_MARKS, *_REMEMBERED.values())
"""Of any place."""


_Events = dict[Place, list[Event]]
_Marks = dict[Place, list[MarkEvent]]


class LiveGraph:
    """The graph behind the service; `client` must not decode responses."""

    def __init__(self, client: redis.Redis, half: bytes | None = None) -> None:
        """The graph in force, as `position` found it last; or that of one half, whichever is."""
        self._client = client
        self._ask = client.register_script(_ASK)
        self._wanted = self._half = half

    @property
    def half(self) -> bytes:
        """What its keys begin with."""
        if self._half is None:
            self._half = in_force(self._client)
        return self._half

    def around(self, nodes: Sequence[Node]) -> list[Company]:
        """The company of each node: all recorded before it, and its batch-mates before it."""
        if not nodes:
            return []
        mates = _mates(nodes)
        first = [[(p, KEPT[p[0]]) for _, p in places_asked(node)] for node in nodes]
        events, marks = self._remembered(nodes, first, mates)
        seen = [sight(node, found) for node, found in zip(nodes, events, strict=True)]
        ways = self._ways(nodes, [look.neighbours for look in seen])
        second = [
            [(p, KEPT_BEYOND) for p in dict.fromkeys(p for led in way.values() for p in led)]
            for way in ways
        ]
        more_events, more_marks = self._remembered(nodes, second, mates)
        for i in range(len(nodes)):
            events[i].update(more_events[i])
            marks[i].update(more_marks[i])
        rings = self._rings_of(nodes)
        rows = zip(nodes, events, marks, seen, ways, strict=True)
        return [Company(count(*row), ring_id) for row, ring_id in zip(rows, rings, strict=True)]

    def project(self, nodes: Sequence[Node], marks: Sequence[Mark], position: int) -> None:
        """Records nodes and marks and moves the watermark, all at once; repeating changes nothing.

        Args:
            nodes: registrations to remember.
            marks: outcomes that became known.
            position: ledger position up to which the graph now stands.
        """
        ours, pipe = self.half, self._client.pipeline(transaction=True)
        for node in nodes:
            member, at = pack_event(event_of(node)), microseconds(node.registered_at)
            for place in places_left(node):
                pipe.zadd(events_key(place, ours), {member: at})
                pipe.zremrangebyrank(events_key(place, ours), 0, -_REMEMBERED[place[0]] - 1)
            if values := personal(node):
                pipe.set(values_key(node.key, ours), pack_values(values))
        for mark in marks:
            member, at = pack_mark(mark_event_of(mark)), microseconds(mark.confirmed_at)
            for place in places_left(mark.node):
                pipe.zadd(marks_key(place, ours), {member: at})
                pipe.zremrangebyrank(marks_key(place, ours), 0, -_REMEMBERED_MARKS - 1)
        pipe.set(ours + _POSITION, f"{FORMAT} {position}")
        pipe.execute()

    def forget(self, nodes: Sequence[Node], marks: Sequence[Mark]) -> list[Place]:
        """Removes what they left behind; gives the places that were full.

        There something older would be remembered by now, had they never been: the caller knows it.
        """
        ours, pipe = self.half, self._client.pipeline(transaction=True)
        left: list[tuple[Place, int]] = []
        for node in nodes:
            member = pack_event(event_of(node))
            for place in places_left(node):
                _remove(pipe, events_key(place, ours), member)
                left.append((place, _REMEMBERED[place[0]]))
        for mark in marks:
            member = pack_mark(mark_event_of(mark))
            for place in places_left(mark.node):
                _remove(pipe, marks_key(place, ours), member)
                left.append((place, _REMEMBERED_MARKS))
        for node in nodes:
            pipe.unlink(values_key(node.key, ours))
        found: list[int] = pipe.execute()[: 2 * len(left)]
        answers = zip(left, found[::2], found[1::2], strict=True)
        return [place for (place, kept), held, gone in answers if gone and held >= kept]

    def make_durable(self) -> None:
        """Waits until what was done is on the server's disk, where it keeps one.

        Raises:
            redis.TimeoutError: it was not there in time.
        """
        try:
            # A server waits for what the asking connection wrote, and that may be a new one.
            with self._client.pipeline(transaction=False) as asked:
                asked.set(_ASKED, b"", px=_DISK_MS)
                asked.waitaof(1, 0, _DISK_MS)
                _, (on_disk, _) = asked.execute()
        except redis.ResponseError:
            return
        if not on_disk:
            raise redis.TimeoutError

    def position(self) -> int:
        """The ledger position of the graph; 0 where it is empty.

        A graph of another format, or one whose clearing was cut short, is cleared.
        """
        self._half = self._wanted
        found: Any = self._client.get(self.half + _POSITION)
        form, _, position = (found or b"").decode().partition(" ")
        if found is not None and form != FORMAT:
            self.clear()
        return int(position) if form == FORMAT else 0

    def clear(self) -> None:
        """Forgets everything of ours; a shared server keeps the rest."""
        for _ in self.clearing():
            pass

    def clearing(self) -> Iterator[None]:
        """Forgets some thousand keys a step, the watermark last."""
        position = self.half + _POSITION
        self._client.set(position, _CLEARING)
        found = self._client.scan_iter(self.half + b"*", count=1_000)
        others = (key for key in found if key != position)
        while keys := list(islice(others, _KEYS_CLEARED)):
            self._client.unlink(*keys)
            yield
        self._client.unlink(position)

    def aside(self) -> LiveGraph:
        """The one that nobody asks, where a graph may be built anew."""
        return LiveGraph(self._client, aside(self._client))

    def put_in_force(self, builder: Builder) -> bool:
        """Has it asked from here on; False where its builder was given up for dead."""
        return builder.put_in_force(self.half)

    def is_empty(self) -> bool:
        """Whether nothing of it is there."""
        return not self._client.exists(self.half + _POSITION)

    def builder(self, name: str) -> Builder:
        """Somebody who builds aside; `name` is like no other's."""
        return Builder(self._client, name)

    def dump(self) -> dict[bytes, Any]:
        """Everything the graph remembers, for comparison of two graphs."""
        content: dict[bytes, Any] = {_POSITION: self.position()}
        ours = self.half
        for key in sorted(self._client.scan_iter(ours + b"*", count=1_000, _type="zset")):
            content[key.removeprefix(ours)] = self._client.zrange(key, 0, -1, withscores=True)
        for key in sorted(self._client.scan_iter(ours + VALUES + b"*", count=1_000)):
            content[key.removeprefix(ours)] = self._client.get(key)
        return content

    def set_rings(self, run_at: datetime, ring_of_token: Mapping[str, str]) -> None:
        """Remembers the rings of a ring run, and those of a week before."""
        run_at = run_at.astimezone(UTC)
        known = {*self._ring_runs(), run_at}
        days = sorted({run.date() for run in known})[-RING_DAYS:]
        pipe = self._client.pipeline(transaction=True)
        runs = self.half + _RING_RUNS
        for gone in (*(run for run in known if run.date() < days[0]), run_at):
            pipe.delete(self._rings(gone))
            pipe.srem(runs, gone.isoformat())
        for token, ring_id in ring_of_token.items():
            pipe.hset(self._rings(run_at), token, ring_id)
        pipe.sadd(runs, run_at.isoformat())
        pipe.execute()

    def forget_rings(
        self, tokens: Collection[str], left: Mapping[datetime, Mapping[str, str]]
    ) -> None:
        """Forgets where tokens lead, but for what is `left` of each ring run."""
        if not tokens:
            return
        pipe = self._client.pipeline(transaction=True)
        for run_at in self._ring_runs():
            pipe.hdel(self._rings(run_at), *tokens)
            for token, ring_id in left.get(run_at, {}).items():
                pipe.hset(self._rings(run_at), token, ring_id)
        pipe.execute()

    def last_rings(self) -> datetime | None:
        """The moment of the last ring run, None before the first."""
        return max(self._ring_runs(), default=None)

    def _ring_runs(self) -> list[datetime]:
        """The moments (in UTC) of the ring runs that are remembered, in order."""
        found: Any = self._client.smembers(self.half + _RING_RUNS)
        return sorted(datetime.fromisoformat(run_at.decode()) for run_at in found)

    def _rings(self, run_at: datetime) -> bytes:
        return self.half + _RING_RUNS + f":{run_at.isoformat()}".encode()

    def _rings_of(self, nodes: Sequence[Node]) -> list[str | None]:
        """The ring that each node reaches at the last run before it that is remembered."""
        runs = self._ring_runs()
        of_run: dict[datetime, list[int]] = defaultdict(list)
        for i, node in enumerate(nodes):
            before = bisect_right(runs, node.registered_at)
            if before:
                of_run[runs[before - 1]].append(i)
        rings: list[str | None] = [None] * len(nodes)
        for run_at, places in of_run.items():
            asked = sorted({t for i in places for a, t in nodes[i].tokens.items() if a in PRIVATE})
            found: Any = self._client.hmget(self._rings(run_at), asked) if asked else []
            ring_of = {t: r.decode() for t, r in zip(asked, found, strict=True) if r is not None}
            for i in places:
                rings[i] = reached(nodes[i], ring_of)
        return rings

    def _ways(
        self, nodes: Sequence[Node], neighbours: Sequence[Sequence[Event]]
    ) -> list[dict[Event, list[Place]]]:
        """Where the neighbours of each node lead."""
        values = {node.key: personal(node) for node in nodes}
        wanted = {_of(e) for found in neighbours for e in found} - values.keys()
        if asked := sorted(wanted):
            found: Any = self._client.mget([values_key(key, self.half) for key in asked])
            values.update(
                (key, unpack_values(packed or b""))
                for key, packed in zip(asked, found, strict=True)
            )
        return [
            {e: places_beyond(node, values[_of(e)]) for e in found}
            for node, found in zip(nodes, neighbours, strict=True)
        ]

    def _remembered(
        self,
        nodes: Sequence[Node],
        asked: Sequence[Sequence[tuple[Place, int]]],
        mates: Mapping[Place, Sequence[Event]],
    ) -> tuple[list[_Events], list[_Marks]]:
        """Events, so many as asked, and marks of each node's places, its batch-mates' too."""
        ours, keys, args = self.half, [], []
        for node, places in zip(nodes, asked, strict=True):
            at = microseconds(node.registered_at)
            for place, kept in places:
                keys += [events_key(place, ours), marks_key(place, ours)]
                args += [at, kept, at, KEPT_MARKS]
        found = iter(self._answers(keys, args))
        # A batch finds most members many times over: each is unpacked once.
        event, mark = cache(unpack_event), cache(unpack_mark)
        events: list[_Events] = [{} for _ in nodes]
        marks: list[_Marks] = [{} for _ in nodes]
        for i, (node, places) in enumerate(zip(nodes, asked, strict=True)):
            own = event_of(node)
            for place, kept in places:
                one, other = next(found), next(found)
                stored = map(event, one[::2], one[1::2])
                events[i][place] = [*{*stored, *_latest(mates.get(place, ()), own, kept)}]
                marks[i][place] = list(map(mark, other[::2], other[1::2]))
        return events, marks

    def _answers(self, keys: Sequence[bytes], args: Sequence[int]) -> list[list[bytes]]:
        """What the script finds, in as few round trips as fit."""
        found: list[list[bytes]] = []
        for j in range(0, len(keys), _KEYS_A_SCRIPT):
            part = slice(2 * j, 2 * (j + _KEYS_A_SCRIPT))
            found += self._ask(keys=keys[j : j + _KEYS_A_SCRIPT], args=args[part])
        return found


def _of(event: Event) -> Key:
    return Institution(event.institution), RegistrationId(event.registration_id)


def _mates(nodes: Sequence[Node]) -> dict[Place, list[Event]]:
    """What a batch leaves at each place, in the order of the world."""
    mates: dict[Place, list[Event]] = defaultdict(list)
    for node in sorted(nodes, key=lambda n: n.order):
        for place in places_left(node):
            mates[place].append(event_of(node))
    return mates


def _latest(events: Sequence[Event], own: Event, kept: int) -> Sequence[Event]:
    """The `kept` latest before `own` of events that are in order."""
    before = bisect_left(events, own[:3], key=lambda e: e[:3])
    return events[max(0, before - kept) : before]


def _remove(pipe: redis.client.Pipeline, key: bytes, member: bytes) -> None:
    pipe.zcard(key)
    pipe.zrem(key, member)

"""The live graph: what every attribute remembers, in Valkey (or Redis), bounded a place.

Two sorted sets a place: `e:{attribute}:{token}`, the latest events by time, and
`m:{attribute}:{token}`, the latest marks by moment of confirmation. A batch is asked in one
script and recorded in one transaction, which also moves the watermark: the ledger position up to
which the graph is a projection of the ledger.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

import redis

from graph.aggregates import (
    KEPT,
    KEPT_MARKS,
    Event,
    MarkEvent,
    event_of,
    mark_event_of,
    microseconds,
)
from graph.attributes import Mark, Node
from graph.company import Company
from graph.counting import Place, count, places_asked, places_left
from graph.rings import PRIVATE, reached

_SEPARATOR = "\x1f"
"""No identifier holds it: the readers refuse control characters in keys."""
_POSITION = "position"
_RINGS = "rings"
_RINGS_DAY = "rings:day"

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

# More is remembered than is ever counted, so that who comes late, or in a batch that spans some
# days, still finds the latest before its own moment.
_REMEMBERED = {attribute: 2 * kept for attribute, kept in KEPT.items()}
_REMEMBERED_MARKS = 8 * KEPT_MARKS


class LiveGraph:
    """The graph behind the service; `client` must not decode responses."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._ask = client.register_script(_ASK)

    def around(self, nodes: Sequence[Node]) -> list[Company]:
        """The company of each node: all recorded before it, and its batch-mates before it."""
        if not nodes:
            return []
        stored, marks = self._remembered(nodes)
        rings = self._rings_of(nodes)
        mates = _mates(nodes)
        companies = []
        for i, (node, ring_id) in enumerate(zip(nodes, rings, strict=True)):
            places, own = [p for _, p in places_asked(node)], event_of(node)
            events = {
                p: [*{*stored[i, p], *_latest(mates.get(p, ()), own, KEPT[p[0]])}] for p in places
            }
            known = {p: marks[i, p] for p in places}
            companies.append(Company(count(node, events, known), ring_id))
        return companies

    def project(self, nodes: Sequence[Node], marks: Sequence[Mark], position: int) -> None:
        """Records nodes and marks and moves the watermark, all at once; repeating changes nothing.

        Args:
            nodes: registrations to remember.
            marks: outcomes that became known.
            position: ledger position up to which the graph now stands.
        """
        pipe = self._client.pipeline(transaction=True)
        for node in nodes:
            member, at = _pack_event(event_of(node)), microseconds(node.registered_at)
            for place in places_left(node):
                pipe.zadd(_key("e", place), {member: at})
                pipe.zremrangebyrank(_key("e", place), 0, -_REMEMBERED[place[0]] - 1)
        for mark in marks:
            member, at = _pack_mark(mark_event_of(mark)), microseconds(mark.confirmed_at)
            for place in places_left(mark.node):
                pipe.zadd(_key("m", place), {member: at})
                pipe.zremrangebyrank(_key("m", place), 0, -_REMEMBERED_MARKS - 1)
        pipe.set(_POSITION, position)
        pipe.execute()

    def position(self) -> int:
        """The ledger position of the graph; 0 where it is empty."""
        return int(self._client.get(_POSITION) or 0)

    def clear(self) -> None:
        """Forgets everything, the watermark included."""
        self._client.flushdb()

    def dump(self) -> dict[str, Any]:
        """Everything the graph remembers, for comparison of two graphs."""
        content: dict[str, Any] = {}
        for key in sorted(self._client.scan_iter(count=1_000)):
            name = key.decode()
            if name[:2] in {"e:", "m:"}:
                content[name] = self._client.zrange(key, 0, -1, withscores=True)
        content[_POSITION] = self.position()
        return content

    def set_rings(self, day: date, ring_of_token: Mapping[str, str]) -> None:
        """Puts the rings of the ring run at 00:00 UTC of `day` in place of the last ones."""
        pipe = self._client.pipeline(transaction=True)
        pipe.delete(_RINGS)
        for token, ring_id in ring_of_token.items():
            pipe.hset(_RINGS, token, ring_id)
        pipe.set(_RINGS_DAY, day.isoformat())
        pipe.execute()

    def rings_day(self) -> date | None:
        """The day of the last ring run, None before the first."""
        day: Any = self._client.get(_RINGS_DAY)
        return None if day is None else date.fromisoformat(day.decode())

    def _rings_of(self, nodes: Sequence[Node]) -> list[str | None]:
        """The ring that each node reaches; none for a node older than the last ring run."""
        day = self.rings_day()
        asked = sorted({t for n in nodes for a, t in n.tokens.items() if a in PRIVATE})
        if day is None or not asked:
            return [None] * len(nodes)
        found: Any = self._client.hmget(_RINGS, asked)
        ring_of = {t: r.decode() for t, r in zip(asked, found, strict=True) if r is not None}
        return [reached(n, ring_of) if n.registered_at.date() >= day else None for n in nodes]

    def _remembered(
        self, nodes: Sequence[Node]
    ) -> tuple[dict[tuple[int, Place], list[Event]], dict[tuple[int, Place], list[MarkEvent]]]:
        """Events and marks of every (node, place asked), in as few round trips as fit."""
        asks = [(i, place) for i, n in enumerate(nodes) for _, place in places_asked(n)]
        keys, args = [], []
        for i, place in asks:
            at = microseconds(nodes[i].registered_at)
            keys += [_key("e", place), _key("m", place)]
            args += [at, KEPT[place[0]], at, KEPT_MARKS]
        found: list[list[bytes]] = []
        for j in range(0, len(keys), _KEYS_A_SCRIPT):
            part = slice(2 * j, 2 * (j + _KEYS_A_SCRIPT))
            found += self._ask(keys=keys[j : j + _KEYS_A_SCRIPT], args=args[part])
        # A batch finds most members many times over: each is unpacked once.
        event, mark = cache(_unpack_event), cache(_unpack_mark)
        events = {
            a: list(map(event, f[::2], f[1::2])) for a, f in zip(asks, found[::2], strict=True)
        }
        marks = {
            a: list(map(mark, f[::2], f[1::2])) for a, f in zip(asks, found[1::2], strict=True)
        }
        return events, marks


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


def _key(kind: str, place: Place) -> str:
    return f"{kind}:{place[0].value}:{place[1]}"


def _pack_event(event: Event) -> str:
    flags = f"{event.is_sim:d}{event.verified:d}"
    parts = (event.registration_id, event.institution, event.holder, event.family, flags)
    return _SEPARATOR.join(parts)


def _unpack_event(member: bytes, at: bytes) -> Event:
    identifier, institution, holder, family, flags = member.decode().split(_SEPARATOR)
    return Event(int(at), identifier, institution, holder, family, flags[0] == "1", flags[1] == "1")


def _pack_mark(mark: MarkEvent) -> str:
    # The zero-padded time comes first: members of one score are kept by their bytes, which must
    # be the order that the other counters use.
    at, known = f"{mark.at:020d}", f"{mark.is_fraud:d}"
    return _SEPARATOR.join((at, mark.registration_id, mark.institution, mark.holder, known))


def _unpack_mark(member: bytes, confirmed: bytes) -> MarkEvent:
    at, identifier, institution, holder, is_fraud = member.decode().split(_SEPARATOR)
    return MarkEvent(int(confirmed), int(at), identifier, institution, holder, is_fraud == "1")

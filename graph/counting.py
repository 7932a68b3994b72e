"""The table of aggregates, interpreted over bounded lists of events; shared by all live graphs."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from graph.aggregates import (
    AGGREGATES,
    IDLE_US,
    KEPT,
    KEPT_MARKS,
    LENGTH_US,
    LINKS,
    NUMBER,
    Event,
    Link,
    MarkEvent,
    Measure,
    event_of,
)
from graph.attributes import Attribute, Node

Place = tuple[Attribute, str]
"""Where events are remembered: an attribute and the token of its value."""


def places_asked(node: Node) -> list[tuple[Link, Place]]:
    """The places a registration looks at, one a link whose attribute it has."""
    return [(k, (k.theirs, node.tokens[k.mine])) for k in LINKS if k.mine in node.tokens]


def places_left(node: Node) -> list[Place]:
    """The places that remember a registration: its attributes that any link looks up."""
    return [(a, t) for a, t in node.tokens.items() if a in _LOOKED_UP]


_LOOKED_UP = {link.theirs for link in LINKS}
_START: dict[Link, int] = {}
for _i, _aggregate in enumerate(AGGREGATES):
    _START.setdefault(_aggregate.link, _i)


def count(
    node: Node,
    events: Mapping[Place, Sequence[Event]],
    marks: Mapping[Place, Sequence[MarkEvent]],
) -> NDArray[np.float64]:
    """All aggregates of one node, from what its places remember, in any order.

    Args:
        node: the registration.
        events: what each place remembers, at least its `KEPT` latest before the node.
        marks: what became known at each place, at least the `KEPT_MARKS` latest before the node.

    Returns:
        float64 of shape (len(AGGREGATES),).
    """
    values = np.full(len(AGGREGATES), np.nan)
    own = event_of(node)
    begun = _uses_begun(node, own, events)
    for link, place in places_asked(node):
        began = begun.get(link.mine, _EVER)
        before = [e for e in earlier(events.get(place, ()), own, KEPT[place[0]]) if e >= began]
        known = known_marks(marks.get(place, ()), own)
        ats = [e.at for e in before]
        confirmed = [m.confirmed for m in known]
        i = _START[link]
        for measure, windows in LINKS[link].items():
            for window in windows:
                since = own.at - LENGTH_US[window]
                if isinstance(measure, Measure):
                    first = bisect_left(ats, since)
                    values[i] = measure.count(before[first:], before[:first], own)
                else:
                    inside = known[bisect_left(confirmed, since) :]
                    values[i] = measure.count([m for m in inside if began <= m[1:4] < own[:3]])
                i += 1
    return values


_EVER: tuple[int, ...] = ()
"""Before every moment."""


def _uses_begun(
    node: Node, own: Event, events: Mapping[Place, Sequence[Event]]
) -> dict[Attribute, tuple[int | str, ...]]:
    """Where in the order of the world the present use of my numbers began, by attribute."""
    begun: dict[Attribute, tuple[int | str, ...]] = {}
    for attribute in NUMBER & node.tokens.keys():
        token = node.tokens[attribute]
        named, sims = (
            earlier(events.get((a, token), ()), own, KEPT[a])
            for a in (Attribute.PHONE, Attribute.SIM)
        )
        if node.tokens.get(Attribute.SIM) == token:
            sims.append(own)
        begun[attribute] = _use_began(sims, named)
    return begun


def _use_began(sims: Sequence[Event], named: Sequence[Event]) -> tuple[int | str, ...]:
    """Where the present use of a number began, of its SIM's registrations and what names it.

    A use begins where the SIM goes to another holder than before, after the number was idle for so
    long that it can have been given out anew. Whoever registers the SIM anew sooner washes nothing.
    """
    began: tuple[int | str, ...] = _EVER
    registered = set(sims)
    last_at, last_holder = 0, None
    for event in sorted({*sims, *named}):
        if event in registered:
            if last_holder not in (None, event.holder) and event.at - last_at >= IDLE_US:
                began = event[:3]
            last_holder = event.holder
        last_at = event.at
    return began


def earlier(events: Sequence[Event], own: Event, kept: int) -> list[Event]:
    """The `kept` latest events before `own` in the order of the world, latest last."""
    return sorted(e for e in events if e[:3] < own[:3])[-kept:]


def known_marks(marks: Sequence[MarkEvent], own: Event) -> list[MarkEvent]:
    """The `KEPT_MARKS` latest marks confirmed before `own`, latest last."""
    return sorted(m for m in marks if m.confirmed < own.at)[-KEPT_MARKS:]

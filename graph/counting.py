"""The table of aggregates, interpreted over bounded lists of events; shared by all live graphs."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from graph.aggregates import (
    AGGREGATES,
    BEYOND,
    LENGTH_US,
    LINKS,
    REACHES,
    TWICE,
    Link,
    Reach,
    Table,
)
from graph.attributes import Node
from graph.measures import Event, MarkEvent, Measure
from graph.sight import (
    EVER,
    Place,
    Remembered,
    Sight,
    beyond,
    known_marks,
    places_asked,
    sight,
)

_START: dict[Link | Reach, int] = {}
for _i, _aggregate in enumerate(AGGREGATES):
    _START.setdefault(_aggregate.link, _i)


def count(
    node: Node,
    events: Remembered,
    marks: Mapping[Place, Sequence[MarkEvent]],
    seen: Sight | None = None,
    ways: Mapping[Event, Sequence[Place]] | None = None,
) -> NDArray[np.float64]:
    """All aggregates of one node, from what its places remember, in any order.

    Args:
        node: the registration.
        events: what each place remembers, at least its `KEPT` latest before the node.
        marks: what became known at each place, at least the `KEPT_MARKS` latest before the node.
        seen: what the node sees of the events, where that was looked for already.
        ways: the further places to which each of its neighbours leads.

    Returns:
        float64 of shape (len(AGGREGATES),).
    """
    values = np.full(len(AGGREGATES), np.nan)
    seen = seen or sight(node, events)
    for link, place in places_asked(node):
        start = seen.began.get(link.mine, EVER)
        known = known_marks(marks.get(place, ()), seen.own)
        mine = [m for m in known if start <= m[1:4] < seen.own[:3]]
        _put(values, link, LINKS[link], seen.own, seen.events[link], mine)
    _put(values, TWICE, REACHES[TWICE], seen.own, seen.twice, [])
    far = beyond(seen, ways or {}, events)
    far_marks = _marks_of(far, seen, ways or {}, marks)
    _put(values, BEYOND, REACHES[BEYOND], seen.own, far, far_marks)
    return values


def _marks_of(
    far: Sequence[Event],
    seen: Sight,
    ways: Mapping[Event, Sequence[Place]],
    marks: Mapping[Place, Sequence[MarkEvent]],
) -> list[MarkEvent]:
    """What is known, at the places where they were met, of the registrations beyond."""
    keys = {event[:3] for event in far}
    places = {place for led in ways.values() for place in led}
    known = {m for place in places for m in known_marks(marks.get(place, ()), seen.own)}
    return sorted(m for m in known if m[1:4] in keys)


def _put(
    values: NDArray[np.float64],
    link: Link | Reach,
    table: Table,
    own: Event,
    events: Sequence[Event],
    marks: Sequence[MarkEvent],
) -> None:
    """Writes the aggregates of one link; events and marks are in order."""
    for i, value in enumerate(_counted(table, own, events, marks), _START[link]):
        values[i] = value


def _counted(
    table: Table, own: Event, events: Sequence[Event], marks: Sequence[MarkEvent]
) -> Iterator[float]:
    ats = [e.at for e in events]
    confirmed = [m.confirmed for m in marks]
    for measure, windows in table.items():
        for window in windows:
            since = own.at - LENGTH_US[window]
            if isinstance(measure, Measure):
                first = bisect_left(ats, since)
                yield measure.count(events[first:], events[:first], own)
            else:
                yield measure.count(marks[bisect_left(confirmed, since) :])

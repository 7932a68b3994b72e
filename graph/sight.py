"""What a registration sees: the events of its links, in bound and of the present use, and two looks on.

The second look sees who shares several personal values with me, and whom those who share one reach
over another value, so that a chain that never shares two values comes into sight.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graph.aggregates import (
    IDLE_US,
    KEPT,
    KEPT_BEYOND,
    KEPT_MARKS,
    LINKS,
    NEIGHBOURS,
    NUMBER,
    PERSONAL,
    Link,
)
from graph.attributes import Attribute, Node
from graph.measures import Event, MarkEvent, event_of

Place = tuple[Attribute, str]
"""Where events are remembered: an attribute and the token of its value."""
Remembered = Mapping[Place, Sequence[Event]]
Start = tuple[int | str, ...]
"""A place in the order of the world."""

EVER: Start = ()
"""Before every moment."""
_LOOKED_UP = {link.theirs for link in LINKS}


@dataclass(frozen=True, slots=True)
class Sight:
    """What a registration sees over its links, earliest first.

    `began` says where the present use of its numbers began; `met` are the registrations of others
    over personal links, each with the values that it shares.
    """

    own: Event
    began: dict[Attribute, Start]
    events: dict[Link, list[Event]]
    met: dict[Event, set[str]]

    @property
    def twice(self) -> list[Event]:
        """Who shares two values or more."""
        return sorted(event for event, shared in self.met.items() if len(shared) > 1)

    @property
    def neighbours(self) -> list[Event]:
        """From whom the second step goes on."""
        return sorted(self.met)[-NEIGHBOURS:]


def places_asked(node: Node) -> list[tuple[Link, Place]]:
    """The places a registration looks at, one a link whose attribute it has."""
    return [(k, (k.theirs, node.tokens[k.mine])) for k in LINKS if k.mine in node.tokens]


def places_left(node: Node) -> list[Place]:
    """The places that remember a registration: its attributes that any link looks up."""
    return [(a, t) for a, t in node.tokens.items() if a in _LOOKED_UP]


def personal(node: Node) -> list[Place]:
    """The values over which others go on from a registration."""
    return [(a, t) for a, t in node.tokens.items() if a in PERSONAL]


def sight(node: Node, events: Remembered) -> Sight:
    """What a node sees of what its places remember, in any order."""
    own = event_of(node)
    began = {a: _use_began(node, own, node.tokens[a], events) for a in NUMBER & node.tokens.keys()}
    seen: dict[Link, list[Event]] = {}
    met: dict[Event, set[str]] = defaultdict(set)
    for link, place in places_asked(node):
        start = began.get(link.mine, EVER)
        before = earlier(events.get(place, ()), own, KEPT[place[0]])
        seen[link] = [e for e in before if e >= start]
        if link.mine in PERSONAL:
            for event in seen[link]:
                if event.holder != own.holder:
                    met[event].add(place[1])
    return Sight(own, began, seen, dict(met))


def _use_began(node: Node, own: Event, number: str, events: Remembered) -> Start:
    """Where the present use of a number began.

    A use begins where the SIM goes to another holder than before, after the number was idle for so
    long that it can have been given out anew. Whoever registers the SIM anew sooner washes nothing.
    """
    named, sims = (
        earlier(events.get((a, number), ()), own, KEPT[a]) for a in (Attribute.PHONE, Attribute.SIM)
    )
    if node.tokens.get(Attribute.SIM) == number:
        sims.append(own)
    registered = set(sims)
    began, last_at, last_holder = EVER, 0, None
    for event in sorted({*sims, *named}):
        if event in registered:
            if last_holder not in (None, event.holder) and event.at - last_at >= IDLE_US:
                began = event[:3]
            last_holder = event.holder
        last_at = event.at
    return began


def places_beyond(node: Node, values: Sequence[Place]) -> list[Place]:
    """Where a neighbour's values lead, save to what the node sees itself."""
    own = set(node.tokens.values())
    return [
        (theirs, token)
        for attribute, token in values
        if token not in own
        for theirs in (sorted(NUMBER) if attribute in NUMBER else (attribute,))
    ]


def beyond(seen: Sight, ways: Mapping[Event, Sequence[Place]], events: Remembered) -> list[Event]:
    """The registrations of strangers to me and to the neighbour that leads to them.

    Args:
        seen: what I see.
        ways: the places to which each neighbour leads.
        events: what those places remember.
    """
    reached = set()
    for neighbour, places in ways.items():
        known = {seen.own.holder, neighbour.holder}
        for place in places:
            for event in earlier(events.get(place, ()), seen.own, KEPT_BEYOND):
                if event.holder not in known and event not in seen.met:
                    reached.add(event)
    return sorted(reached)


def earlier(events: Sequence[Event], own: Event, kept: int) -> list[Event]:
    """The `kept` latest events before `own` in the order of the world, latest last."""
    ordered = sorted(events)
    before = bisect_left(ordered, own[:3])  # an event comes after the three that it begins with
    return ordered[max(0, before - kept) : before]


def known_marks(marks: Sequence[MarkEvent], own: Event) -> list[MarkEvent]:
    """The `KEPT_MARKS` latest marks confirmed before `own`, latest last."""
    return sorted(m for m in marks if m.confirmed < own.at)[-KEPT_MARKS:]

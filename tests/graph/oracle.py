"""The naive oracle: every aggregate by its name, in plain loops over all that was earlier.

It shares no code with the counters it judges: the nouns, the names of the aggregates and how many
events and marks an attribute keeps are all that it takes from them. One list a token, in order, is
its only haste.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from features.registration import VIETNAM, Kind
from graph.aggregates import AGGREGATES, KEPT, KEPT_BEYOND, KEPT_MARKS, NEIGHBOURS
from graph.attributes import Attribute, Mark, Node

SAME = ("holder", "document", "phone", "device", "email", "mailbox", "address", "face",
        "organisation", "sim", "agent", "branch", "tablet", "network", "subnet", "peers")  # fmt: skip
LINKS = {name: (Attribute(name), Attribute(name)) for name in SAME} | {
    "phone_as_sim": (Attribute.PHONE, Attribute.SIM),
    "sim_as_phone": (Attribute.SIM, Attribute.PHONE),
}
"""Name of a link -> the attribute of mine that is looked up, and where it is looked up."""
PERSONAL = [Attribute(a) for a in ("document", "phone", "sim", "device", "email", "address", "face",
                                    "organisation")]  # fmt: skip
"""What the second look goes over; a telephone number is one, as SIM and as contact phone."""
WINDOWS = {
    "1h": timedelta(hours=1),
    "1d": timedelta(days=1),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "90d": timedelta(days=90),
    "all": timedelta.max,
}
HOUR = timedelta(hours=1)
IDLE = timedelta(days=45)
ASKED: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
"""Name of a link -> (column, measure, window) of each of its aggregates."""
for _column, _aggregate in enumerate(AGGREGATES):
    _link, _measure, _window = _aggregate.name.split(".")
    ASKED[_link].append((_column, _measure, _window))


def relation(node: Node, me: Node) -> str:
    """Of another registration's holder to mine."""
    if node.holder == me.holder:
        return "same"
    return "kin" if node.family == me.family else "stranger"


def count_events(  # noqa: C901, PLR0911, PLR0912  # a list to read
    measure: str, seen: Sequence[Node], older: Sequence[Node], me: Node
) -> float:
    """One measure over the earlier registrations of a window, oldest first."""
    if measure == "registrations":
        return len(seen)
    if measure == "holders":
        return len({n.holder for n in seen} - {me.holder})
    if measure == "kin":
        return len({n.holder for n in seen if relation(n, me) == "kin"})
    if measure == "strangers":
        return len({n.holder for n in seen if relation(n, me) == "stranger"})
    if measure == "new_holders":
        known = [n.holder for n in older]
        return len({n.holder for n in seen if n.holder not in known})
    if measure == "relation":
        return ["same", "kin", "stranger"].index(relation(seen[-1], me)) if seen else np.nan
    if measure == "provinces":
        return len({n.province for n in seen if n.province} - {me.province})
    if measure == "same_province":
        return len([n for n in seen if n.province and n.province == me.province])
    if measure == "burst":
        ats = [n.registered_at for n in seen]
        return max((sum(end - HOUR <= at <= end for at in ats) for end in ats), default=0)
    if measure == "accounts":
        return len([n for n in seen if n.kind is Kind.BANK_ACCOUNT])
    if measure == "families":
        return len({n.family for n in seen} - {me.family})
    if measure == "institutions":
        return len({n.institution for n in seen} - {me.institution})
    if measure == "same_holder":
        return len([n for n in seen if n.holder == me.holder])
    if measure == "sims":
        return len([n for n in seen if n.kind is Kind.SIM])
    if measure == "unverified":
        return len([n for n in seen if not n.verified])
    if measure == "nights":
        return len([n for n in seen if n.registered_at.astimezone(VIETNAM).hour < 5])
    if measure == "gap_hours":
        return (me.registered_at - seen[-1].registered_at) / HOUR if seen else np.nan
    if measure == "age_hours":
        return (me.registered_at - seen[0].registered_at) / HOUR if seen else np.nan
    raise AssertionError(f"the oracle does not know {measure}")


def count_marks(measure: str, seen: Sequence[Mark]) -> float:
    """One measure over what became known in a window."""
    if measure == "frauds":
        return len([m for m in seen if m.is_fraud])
    if measure == "cleared":
        return len([m for m in seen if not m.is_fraud])
    raise AssertionError(f"the oracle does not know {measure}")


MARK_MEASURES = {"frauds", "cleared"}


class Oracle:
    """Remembers a whole book, and answers any registration as of its own moment."""

    def __init__(self, nodes: Sequence[Node], marks: Sequence[Mark]) -> None:
        self._events: dict[tuple[Attribute, str], list[Node]] = defaultdict(list)
        self._marks: dict[tuple[Attribute, str], list[Mark]] = defaultdict(list)
        for node in sorted(nodes, key=lambda n: n.order):
            for place in node.tokens.items():
                self._events[place].append(node)
        for mark in sorted(marks, key=lambda m: (m.confirmed_at, *m.node.order)):
            for place in mark.node.tokens.items():
                self._marks[place].append(mark)

    def values(self, nodes: Sequence[Node]) -> NDArray[np.float64]:
        """All aggregates of the nodes: float64 of shape (len(nodes), len(AGGREGATES))."""
        return np.array([self.row(n) for n in nodes]).reshape(len(nodes), len(AGGREGATES))

    def row(self, me: Node) -> list[float]:
        """The aggregates of one registration, in their order."""
        row = [np.nan] * len(AGGREGATES)
        for link, asked in ASKED.items():
            if link == "twice":
                events, marks = self._twice(me), []
            elif link == "beyond":
                events, marks = self._beyond(me)
            elif LINKS[link][0] in me.tokens:
                events, marks = self._seen(*LINKS[link], me)
            else:
                continue
            for column, measure, window in asked:
                reach = WINDOWS[window]
                if measure in MARK_MEASURES:
                    known = [m for m in marks if me.registered_at - m.confirmed_at <= reach]
                    row[column] = count_marks(measure, known)
                else:
                    seen = [n for n in events if me.registered_at - n.registered_at <= reach]
                    older = [n for n in events if me.registered_at - n.registered_at > reach]
                    row[column] = count_events(measure, seen, older, me)
        return row

    def _seen(self, mine: Attribute, theirs: Attribute, me: Node) -> tuple[list[Node], list[Mark]]:
        """What one link shows, of the present use of a number."""
        events = self._before((theirs, me.tokens[mine]), me)
        marks = self._known((theirs, me.tokens[mine]), me)
        if mine in (Attribute.PHONE, Attribute.SIM):
            began = self._use_began(me.tokens[mine], me)
            events = [n for n in events if not began or n.order >= began]
            marks = [m for m in marks if not began or m.node.order >= began]
        return events, marks

    def _others(self, me: Node) -> list[tuple[Node, str]]:
        """Registrations of others that share a personal value with me, and the value."""
        return [
            (node, me.tokens[mine])
            for mine, theirs in LINKS.values()
            if mine in PERSONAL and mine in me.tokens
            for node in self._seen(mine, theirs, me)[0]
            if node.holder != me.holder
        ]

    def _twice(self, me: Node) -> list[Node]:
        """Those that share two values or more, oldest first."""
        pairs = {(node.order, value) for node, value in self._others(me)}
        found = {n.order: n for n, _ in self._others(me)}
        orders = [order for order, _ in pairs]
        return [found[order] for order in sorted(found) if orders.count(order) > 1]

    def _beyond(self, me: Node) -> tuple[list[Node], list[Mark]]:
        """Whom the latest of those lead to over values that I do not have, and what is known."""
        met = {n.order: n for n, _ in self._others(me)}
        found: dict[tuple[object, ...], Node] = {}
        places = set()
        for order in sorted(met)[-NEIGHBOURS:]:
            for attribute, value in met[order].tokens.items():
                if attribute not in PERSONAL or value in me.tokens.values():
                    continue
                number = attribute in (Attribute.PHONE, Attribute.SIM)
                for theirs in (Attribute.PHONE, Attribute.SIM) if number else (attribute,):
                    places.add((theirs, value))
                    for far in self._before((theirs, value), me, KEPT_BEYOND):
                        if far.holder not in (me.holder, met[order].holder):
                            found[far.order] = far
        found = {order: far for order, far in found.items() if order not in met}
        known = {m.node.order: m for place in places for m in self._known(place, me)}
        marks = [m for order, m in known.items() if order in found]
        return [found[order] for order in sorted(found)], marks

    def _use_began(self, number: str, me: Node) -> tuple[object, ...] | None:
        """The place in order of the last SIM registration that took an idle number over."""
        sims = self._before((Attribute.SIM, number), me)
        if me.tokens.get(Attribute.SIM) == number:
            sims = [*sims, me]
        used = sims + self._before((Attribute.PHONE, number), me)
        began = None
        for before, sim in pairwise(sims):
            last = max(n.registered_at for n in used if n.order < sim.order)
            if sim.holder != before.holder and sim.registered_at - last >= IDLE:
                began = sim.order
        return began

    def _before(
        self, place: tuple[Attribute, str], me: Node, kept: int | None = None
    ) -> list[Node]:
        """The latest that lie strictly before me in the order of the world."""
        events = self._events.get(place, [])
        earlier = events[: bisect_left(events, me.order, key=lambda n: n.order)]
        return earlier[-(kept or KEPT[place[0]]) :]

    def _known(self, place: tuple[Attribute, str], me: Node) -> list[Mark]:
        """The latest confirmed strictly before my moment, of registrations before me."""
        marks = self._marks.get(place, [])
        known = marks[: bisect_left(marks, me.registered_at, key=lambda m: m.confirmed_at)]
        return [m for m in known[-KEPT_MARKS:] if m.node.order < me.order]

"""What is counted, declared once: which link, which measure, over which window.

The table is interpreted in Python over a bounded list of events (the live graph, the oracle's
counterpart) and compiled to SQL (whole books). Every attribute keeps its `KEPT` latest events by
the order of the world and its `KEPT_MARKS` latest marks by time of confirmation; a measure sees
those of them that lie before the registration, so every count saturates there, on both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from graph.attributes import Attribute, Mark, Node

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
VIETNAM_OFFSET_HOURS = 7
"""Vietnam keeps one offset from UTC the whole year."""
NIGHT_ENDS_AT = 5
"""Night is from midnight to this hour, in Vietnam."""

_HUBS = (Attribute.AGENT, Attribute.TABLET, Attribute.NETWORK, Attribute.SUBNET)
KEPT: dict[Attribute, int] = {a: 128 if a in _HUBS else 64 for a in Attribute}
KEPT_MARKS = 32


class Window(StrEnum):
    """How far back a measure looks: [t - w, t)."""

    HOUR = "1h"
    DAY = "1d"
    WEEK = "7d"
    MONTH = "30d"
    QUARTER = "90d"
    ALL = "all"


LENGTH_US: dict[Window, int] = {
    Window.HOUR: HOUR_US,
    Window.DAY: DAY_US,
    Window.WEEK: 7 * DAY_US,
    Window.MONTH: 30 * DAY_US,
    Window.QUARTER: 90 * DAY_US,
    Window.ALL: 1 << 62,
}


class Event(NamedTuple):
    """One earlier registration as an attribute remembers it; `at` in microseconds since 1970."""

    at: int
    registration_id: str
    institution: str
    holder: str
    family: str
    is_sim: bool
    verified: bool


class MarkEvent(NamedTuple):
    """What became known of one registration; `confirmed` and `at` in microseconds since 1970."""

    confirmed: int
    at: int
    registration_id: str
    institution: str
    holder: str
    is_fraud: bool


def microseconds(moment: datetime) -> int:
    """Whole microseconds since 1970, exact."""
    return (moment - EPOCH) // MICROSECOND


def event_of(node: Node) -> Event:
    """The event that a node leaves with each of its attributes."""
    return Event(
        microseconds(node.registered_at),
        node.registration_id,
        node.institution,
        node.holder,
        node.family,
        node.kind.value == "sim",
        node.verified,
    )


def mark_event_of(mark: Mark) -> MarkEvent:
    """The event that a confirmed outcome leaves with each attribute of its registration."""
    return MarkEvent(
        microseconds(mark.confirmed_at),
        microseconds(mark.node.registered_at),
        mark.node.registration_id,
        mark.node.institution,
        mark.node.holder,
        mark.is_fraud,
    )


def _is_night(at: int) -> bool:
    return (at // HOUR_US + VIETNAM_OFFSET_HOURS) % 24 < NIGHT_ENDS_AT


Events = Sequence[Event]
Marks = Sequence[MarkEvent]


@dataclass(frozen=True, slots=True)
class Measure:
    """One way to count events before a registration, in Python and in SQL.

    In SQL `e` is the earlier event and `r` the registration; `{w}` stands for the window's test.
    `count` gets the events in the window, latest last, and the registration's own event.
    """

    name: str
    count: Callable[[Events, Event], float]
    sql: str


@dataclass(frozen=True, slots=True)
class MarkMeasure:
    """The same over confirmed outcomes; the window is on the moment of confirmation."""

    name: str
    count: Callable[[Marks, Event], float]
    sql: str


REGISTRATIONS = Measure("registrations", lambda es, _: len(es), "count(*) FILTER ({w})")
HOLDERS = Measure(
    "holders",
    lambda es, r: len({e.holder for e in es if e.holder != r.holder}),
    "count(DISTINCT e.holder) FILTER ({w} AND e.holder <> r.holder)",
)
FAMILIES = Measure(
    "families",
    lambda es, r: len({e.family for e in es if e.family != r.family}),
    "count(DISTINCT e.family) FILTER ({w} AND e.family <> r.family)",
)
INSTITUTIONS = Measure(
    "institutions",
    lambda es, r: len({e.institution for e in es if e.institution != r.institution}),
    "count(DISTINCT e.institution) FILTER ({w} AND e.institution <> r.institution)",
)
SAME_HOLDER = Measure(
    "same_holder",
    lambda es, r: sum(e.holder == r.holder for e in es),
    "count(*) FILTER ({w} AND e.holder = r.holder)",
)
SIMS = Measure(
    "sims", lambda es, _: sum(e.is_sim for e in es), "count(*) FILTER ({w} AND e.is_sim)"
)
UNVERIFIED = Measure(
    "unverified",
    lambda es, _: sum(not e.verified for e in es),
    "count(*) FILTER ({w} AND NOT e.verified)",
)
NIGHTS = Measure(
    "nights",
    lambda es, _: sum(_is_night(e.at) for e in es),
    f"count(*) FILTER ({{w}} AND (e.at // {HOUR_US} + {VIETNAM_OFFSET_HOURS}) % 24"
    f" < {NIGHT_ENDS_AT})",
)
GAP_HOURS = Measure(
    "gap_hours",
    lambda es, r: (r.at - es[-1].at) / HOUR_US if es else float("nan"),
    f"(any_value(r.at) - max(e.at) FILTER ({{w}})) / {HOUR_US}.0::DOUBLE",
)
AGE_HOURS = Measure(
    "age_hours",
    lambda es, r: (r.at - es[0].at) / HOUR_US if es else float("nan"),
    f"(any_value(r.at) - min(e.at) FILTER ({{w}})) / {HOUR_US}.0::DOUBLE",
)
FRAUDS = MarkMeasure(
    "frauds", lambda ms, _: sum(m.is_fraud for m in ms), "count(*) FILTER ({w} AND e.is_fraud)"
)
CLEARED = MarkMeasure(
    "cleared",
    lambda ms, _: sum(not m.is_fraud for m in ms),
    "count(*) FILTER ({w} AND NOT e.is_fraud)",
)


@dataclass(frozen=True, slots=True)
class Link:
    """A way to meet others: my value of `mine` looked up among those recorded under `theirs`."""

    name: str
    mine: Attribute
    theirs: Attribute


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One number about one registration."""

    link: Link
    measure: Measure | MarkMeasure
    window: Window

    @property
    def name(self) -> str:
        """As the vector and the analyst call it, e.g. `phone.holders.30d`."""
        return f"{self.link.name}.{self.measure.name}.{self.window.value}"


_H, _D, _W, _M, _Q, _A = Window
_PRIVATE: dict[Measure | MarkMeasure, tuple[Window, ...]] = {
    REGISTRATIONS: (_D, _W, _M, _A),
    HOLDERS: (_D, _W, _M, _Q, _A),
    FAMILIES: (_M, _A),
    INSTITUTIONS: (_W, _A),
    SAME_HOLDER: (_A,),
    UNVERIFIED: (_M, _A),
    GAP_HOURS: (_A,),
    AGE_HOURS: (_A,),
    FRAUDS: (_Q, _A),
    CLEARED: (_A,),
}
_PUBLIC: dict[Measure | MarkMeasure, tuple[Window, ...]] = {
    REGISTRATIONS: (_H, _D, _W, _M),
    HOLDERS: (_D, _W),
    SAME_HOLDER: (_D, _A),
    SIMS: (_D,),
    UNVERIFIED: (_D, _W, _M),
    NIGHTS: (_D, _W, _M),
    GAP_HOURS: (_A,),
    AGE_HOURS: (_A,),
    FRAUDS: (_M, _A),
    CLEARED: (_M, _A),
}
_HOLDER: dict[Measure | MarkMeasure, tuple[Window, ...]] = {
    REGISTRATIONS: (_D, _W, _M, _Q, _A),
    INSTITUTIONS: (_D, _W, _M, _A),
    SIMS: (_D, _W, _M, _A),
    NIGHTS: (_M,),
    GAP_HOURS: (_A,),
    AGE_HOURS: (_A,),
    FRAUDS: (_A,),
    CLEARED: (_A,),
}


def _same(attribute: Attribute) -> Link:
    return Link(attribute.value, attribute, attribute)


LINKS: dict[Link, dict[Measure | MarkMeasure, tuple[Window, ...]]] = {
    _same(Attribute.HOLDER): _HOLDER,
    **{
        _same(a): _PRIVATE
        for a in (
            Attribute.DOCUMENT,
            Attribute.PHONE,
            Attribute.DEVICE,
            Attribute.EMAIL,
            Attribute.ADDRESS,
            Attribute.FACE,
            Attribute.ORGANISATION,
        )
    },
    # An account's contact phone meets the SIM of that number, and the other way round.
    Link("phone_as_sim", Attribute.PHONE, Attribute.SIM): {
        HOLDERS: (_A,),
        SAME_HOLDER: (_A,),
        GAP_HOURS: (_A,),
        FRAUDS: (_A,),
    },
    Link("sim_as_phone", Attribute.SIM, Attribute.PHONE): {
        REGISTRATIONS: (_M, _A),
        HOLDERS: (_A,),
        SAME_HOLDER: (_A,),
        GAP_HOURS: (_A,),
        FRAUDS: (_A,),
    },
    _same(Attribute.SIM): {REGISTRATIONS: (_A,), HOLDERS: (_A,), GAP_HOURS: (_A,), FRAUDS: (_A,)},
    **{
        _same(a): _PUBLIC
        for a in (Attribute.AGENT, Attribute.TABLET, Attribute.NETWORK, Attribute.SUBNET)
    },
}

AGGREGATES: tuple[Aggregate, ...] = tuple(
    Aggregate(link, measure, window)
    for link, measures in LINKS.items()
    for measure, windows in measures.items()
    for window in windows
)

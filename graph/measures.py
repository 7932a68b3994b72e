"""What is counted among earlier registrations: the measures, each in Python and in SQL.

The table of `aggregates.py` says over which link and window each is taken.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from graph.attributes import Mark, Node

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
VIETNAM_OFFSET_HOURS = 7
"""Vietnam keeps one offset from UTC the whole year."""
NIGHT_ENDS_AT = 5
"""Night is from midnight to this hour, in Vietnam."""


class Event(NamedTuple):
    """One earlier registration as an attribute remembers it; `at` in microseconds since 1970."""

    at: int
    registration_id: str
    institution: str
    holder: str
    family: str
    is_sim: bool
    verified: bool
    province: str = ""


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
        node.province,
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

    In SQL `e` is the earlier event and `r` the registration; `{w}` stands for the window's test, and
    an unknown province is 0. Events that `r` sees are numbered `e.seq` from `r.first` to `r.seq`;
    `e.next_holder` and `e.past_holder` are the numbers of the next and the last event of the same
    holder, so that different holders are counted by the latest event of each. `next_family` and so on
    are alike.
    `count` gets the events in the window, latest last, those that are older, and the registration's
    own event.
    """

    name: str
    count: Callable[[Events, Events, Event], float]
    sql: str


@dataclass(frozen=True, slots=True)
class MarkMeasure:
    """The same over confirmed outcomes; the window is on the moment of confirmation."""

    name: str
    count: Callable[[Marks], float]
    sql: str


def _busiest_hour(events: Events) -> int:
    """The most events within one hour."""
    ats = [e.at for e in events]
    return max((i + 1 - bisect_left(ats, at - HOUR_US) for i, at in enumerate(ats)), default=0)


def _relation(event: Event, own: Event) -> int:
    """Of the holder of an event to mine: the same, of one family name, a stranger."""
    if event.holder == own.holder:
        return 0
    return 1 if event.family == own.family else 2


REGISTRATIONS = Measure("registrations", lambda es, _o, _r: len(es), "count_if({w})")
HOLDERS = Measure(
    "holders",
    lambda es, _, r: len({e.holder for e in es if e.holder != r.holder}),
    "count_if({w} AND e.holder <> r.holder AND e.next_holder > r.seq)",
)
KIN = Measure(
    "kin",
    lambda es, _, r: len({e.holder for e in es if _relation(e, r) == 1}),
    "count(DISTINCT e.holder) FILTER ({w} AND e.holder <> r.holder AND e.family = r.family)",
)
STRANGERS = Measure(
    "strangers",
    lambda es, _, r: len({e.holder for e in es if _relation(e, r) == 2}),
    "count(DISTINCT e.holder) FILTER ({w} AND e.holder <> r.holder AND e.family <> r.family)",
)
NEW_HOLDERS = Measure(
    "new_holders",
    lambda es, older, _: len({e.holder for e in es} - {e.holder for e in older}),
    "count_if({w} AND e.past_holder < r.first)",
)
RELATION = Measure(
    "relation",
    lambda es, _, r: _relation(es[-1], r) if es else float("nan"),
    "max_by(CASE WHEN e.holder = r.holder THEN 0 WHEN e.family = r.family THEN 1 ELSE 2 END, e.seq)"
    " FILTER ({w})",
)
FAMILIES = Measure(
    "families",
    lambda es, _, r: len({e.family for e in es if e.family != r.family}),
    "count_if({w} AND e.family <> r.family AND e.next_family > r.seq)",
)
INSTITUTIONS = Measure(
    "institutions",
    lambda es, _, r: len({e.institution for e in es if e.institution != r.institution}),
    "count_if({w} AND e.institution <> r.institution AND e.next_institution > r.seq)",
)
PROVINCES = Measure(
    "provinces",
    lambda es, _, r: len({e.province for e in es} - {r.province, ""}),
    "count_if({w} AND e.province NOT IN (r.province, 0) AND e.next_province > r.seq)",
)
SAME_PROVINCE = Measure(
    "same_province",
    lambda es, _, r: sum(e.province == r.province != "" for e in es),
    "count_if({w} AND e.province = r.province AND r.province <> 0)",
)
SAME_HOLDER = Measure(
    "same_holder",
    lambda es, _, r: sum(e.holder == r.holder for e in es),
    "count_if({w} AND e.holder = r.holder)",
)
SIMS = Measure("sims", lambda es, _o, _r: sum(e.is_sim for e in es), "count_if({w} AND e.is_sim)")
ACCOUNTS = Measure(
    "accounts",
    lambda es, _o, _r: sum(not e.is_sim for e in es),
    "count_if({w} AND NOT e.is_sim)",
)
UNVERIFIED = Measure(
    "unverified",
    lambda es, _o, _r: sum(not e.verified for e in es),
    "count_if({w} AND NOT e.verified)",
)
NIGHTS = Measure(
    "nights",
    lambda es, _o, _r: sum(_is_night(e.at) for e in es),
    f"count_if({{w}} AND (e.at // {HOUR_US} + {VIETNAM_OFFSET_HOURS}) % 24 < {NIGHT_ENDS_AT})",
)
_ATS = "list(e.at) FILTER ({w})"
BURST = Measure(
    "burst",
    lambda es, _o, _r: _busiest_hour(es),
    f"coalesce(list_max(list_transform({_ATS}, lambda x: len(list_filter({_ATS},"
    f" lambda y: y BETWEEN x - {HOUR_US} AND x)))), 0)",
)
GAP_HOURS = Measure(
    "gap_hours",
    lambda es, _, r: (r.at - es[-1].at) / HOUR_US if es else float("nan"),
    f"(any_value(r.at) - max(e.at) FILTER ({{w}})) / {HOUR_US}.0::DOUBLE",
)
AGE_HOURS = Measure(
    "age_hours",
    lambda es, _, r: (r.at - es[0].at) / HOUR_US if es else float("nan"),
    f"(any_value(r.at) - min(e.at) FILTER ({{w}})) / {HOUR_US}.0::DOUBLE",
)
FRAUDS = MarkMeasure(
    "frauds", lambda ms: sum(m.is_fraud for m in ms), "count_if({w} AND e.is_fraud)"
)
CLEARED = MarkMeasure(
    "cleared",
    lambda ms: sum(not m.is_fraud for m in ms),
    "count_if({w} AND NOT e.is_fraud)",
)

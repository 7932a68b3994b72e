"""What is counted, declared once: which link, which measure, over which window.

The table is interpreted in Python over a bounded list of events (the live graph, the oracle's
counterpart) and compiled to SQL (whole books). Every attribute keeps its `KEPT` latest events by
the order of the world and its `KEPT_MARKS` latest marks by time of confirmation; a measure sees
those of them that lie before the registration, so every count saturates there, on both sides.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from graph.attributes import Attribute
from graph.measures import (
    ACCOUNTS,
    AGE_HOURS,
    BURST,
    CLEARED,
    DAY_US,
    FAMILIES,
    FRAUDS,
    GAP_HOURS,
    HOLDERS,
    HOUR_US,
    INSTITUTIONS,
    KIN,
    NEW_HOLDERS,
    NIGHTS,
    PROVINCES,
    REGISTRATIONS,
    RELATION,
    SAME_HOLDER,
    SAME_PROVINCE,
    SIMS,
    STRANGERS,
    UNVERIFIED,
    MarkMeasure,
    Measure,
)

_DESKS = (Attribute.AGENT, Attribute.BRANCH, Attribute.TABLET)
_NETWORKS = (Attribute.NETWORK, Attribute.SUBNET)
_HUBS = frozenset({*_DESKS, *_NETWORKS, Attribute.PEERS})
KEPT: dict[Attribute, int] = {a: 128 if a in _HUBS else 64 for a in Attribute}
KEPT_MARKS = 32

NUMBER = frozenset({Attribute.PHONE, Attribute.SIM})
"""The attributes whose value is a telephone number, which goes from one holder to another."""
PERSONAL = NUMBER | {
    Attribute.DOCUMENT,
    Attribute.DEVICE,
    Attribute.EMAIL,
    Attribute.ADDRESS,
    Attribute.FACE,
    Attribute.ORGANISATION,
}
"""The attributes over which the second look goes: what strangers do not share by chance."""
NEIGHBOURS = 8
"""The second step goes on from so many of the latest registrations of others that share a value."""
KEPT_BEYOND = 16
"""Events of a place that the second step sees."""
IDLE_US = 45 * DAY_US
"""A number is out of use for longer than this before it is given out anew.

VinaPhone locks a prepaid number 10 days after the first warning and keeps it 45 days (peer practice
of the operators, 2025); Viettel's older rule was 60 idle days and 10 days of recall.
"""


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


@dataclass(frozen=True, slots=True)
class Link:
    """A way to meet others: my value of `mine` looked up among those recorded under `theirs`."""

    name: str
    mine: Attribute
    theirs: Attribute


@dataclass(frozen=True, slots=True)
class Reach:
    """A way to meet others over what several links tell together."""

    name: str


TWICE = Reach("twice")
"""Registrations of others that share two or more of my personal values."""
BEYOND = Reach("beyond")
"""Those that I share nothing with, but that share a personal value with one who shares mine."""


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One number about one registration."""

    link: Link | Reach
    measure: Measure | MarkMeasure
    window: Window

    @property
    def name(self) -> str:
        """As the vector and the analyst call it, e.g. `phone.holders.30d`."""
        return f"{self.link.name}.{self.measure.name}.{self.window.value}"


_H, _D, _W, _M, _Q, _A = Window
Table = dict[Measure | MarkMeasure, tuple[Window, ...]]
_PRIVATE: Table = {
    REGISTRATIONS: (_H, _D, _W, _M, _A),
    HOLDERS: (_D, _W, _M, _Q, _A),
    KIN: (_A,),
    FAMILIES: (_M, _A),
    INSTITUTIONS: (_W, _A),
    PROVINCES: (_A,),
    SAME_HOLDER: (_A,),
    UNVERIFIED: (_M, _A),
    BURST: (_M,),
    GAP_HOURS: (_A,),
    AGE_HOURS: (_A,),
    FRAUDS: (_Q, _A),
    CLEARED: (_A,),
}
_DESK: Table = {
    REGISTRATIONS: (_H, _D, _W, _M),
    HOLDERS: (_D, _W),
    NEW_HOLDERS: (_D, _W),
    PROVINCES: (_D, _W),
    SAME_PROVINCE: (_W,),
    SAME_HOLDER: (_D, _A),
    SIMS: (_D,),
    UNVERIFIED: (_D, _W, _M),
    NIGHTS: (_D, _W, _M),
    GAP_HOURS: (_A,),
    AGE_HOURS: (_A,),
    FRAUDS: (_M, _A),
    CLEARED: (_M, _A),
}
_NETWORK: Table = _DESK | {INSTITUTIONS: (_D, _W)}
_PEERS: Table = {REGISTRATIONS: (_W,), UNVERIFIED: (_W,), NIGHTS: (_W,), NEW_HOLDERS: (_W,)}
_HOLDER: Table = {
    REGISTRATIONS: (_H, _D, _W, _M, _Q, _A),
    INSTITUTIONS: (_D, _W, _M, _A),
    SIMS: (_D, _W, _M, _A),
    ACCOUNTS: (_D, _W, _M, _A),
    NIGHTS: (_M,),
    BURST: (_M,),
    GAP_HOURS: (_A,),
    AGE_HOURS: (_A,),
    FRAUDS: (_A,),
    CLEARED: (_A,),
}


def _same(attribute: Attribute) -> Link:
    return Link(attribute.value, attribute, attribute)


LINKS: dict[Link, Table] = {
    _same(Attribute.HOLDER): _HOLDER,
    **{
        _same(a): _PRIVATE
        for a in (
            Attribute.DOCUMENT,
            Attribute.PHONE,
            Attribute.DEVICE,
            Attribute.EMAIL,
            Attribute.MAILBOX,
            Attribute.ADDRESS,
            Attribute.FACE,
            Attribute.ORGANISATION,
        )
    },
    # An account's contact phone meets the SIM of that number, and the other way round.
    Link("phone_as_sim", Attribute.PHONE, Attribute.SIM): {
        HOLDERS: (_A,),
        STRANGERS: (_A,),
        SAME_HOLDER: (_A,),
        RELATION: (_A,),
        GAP_HOURS: (_A,),
        FRAUDS: (_A,),
    },
    Link("sim_as_phone", Attribute.SIM, Attribute.PHONE): {
        REGISTRATIONS: (_M, _A),
        HOLDERS: (_A,),
        STRANGERS: (_M, _A),
        SAME_HOLDER: (_A,),
        RELATION: (_A,),
        GAP_HOURS: (_A,),
        FRAUDS: (_A,),
    },
    _same(Attribute.SIM): {
        REGISTRATIONS: (_A,),
        HOLDERS: (_A,),
        RELATION: (_A,),
        GAP_HOURS: (_A,),
        FRAUDS: (_A,),
    },
    **{_same(a): _DESK for a in _DESKS},
    **{_same(a): _NETWORK for a in _NETWORKS},
    _same(Attribute.PEERS): _PEERS,
}

REACHES: dict[Reach, Table] = {
    TWICE: {REGISTRATIONS: (_M, _A), HOLDERS: (_A,), STRANGERS: (_A,)},
    BEYOND: {REGISTRATIONS: (_M, _A), HOLDERS: (_M, _A), FRAUDS: (_A,)},
}

_TABLES: tuple[tuple[Link | Reach, Table], ...] = (*LINKS.items(), *REACHES.items())
AGGREGATES: tuple[Aggregate, ...] = tuple(
    Aggregate(link, measure, window)
    for link, measures in _TABLES
    for measure, windows in measures.items()
    for window in windows
)

"""Features of the company a registration keeps: aggregates of the graph as of its own moment.

Most are one aggregate each. The others set aggregates against each other: a share of what is known,
a desk's day against its own past, its nights against those of its peers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import numpy as np

from features.vector.feature import MISSING, Compute, Counts, Direction, Facts, Feature

_PRIVATE = (
    "registrations 1h 1d 7d 30d all",
    "holders 1d 7d 30d 90d all",
    "kin all",
    "families 30d all",
    "institutions 7d all",
    "provinces all",
    "same_holder all",
    "unverified 30d all",
    "burst 30d",
    "gap_hours all",
    "age_hours all",
    "frauds 90d all",
    "cleared all",
)
_DESK = (
    "registrations 1h 1d 7d 30d",
    "holders 1d 7d",
    "new_holders 1d 7d",
    "provinces 1d 7d",
    "same_province 7d",
    "same_holder 1d all",
    "sims 1d",
    "unverified 1d 7d 30d",
    "nights 1d 7d 30d",
    "gap_hours all",
    "age_hours all",
    "frauds 30d all",
    "cleared 30d all",
)
_DESKS = ("agent", "branch", "tablet")
_NETWORKS = ("network", "subnet")
_HUBS = (*_DESKS, *_NETWORKS)
_PRIVATES = (
    "document",
    "phone",
    "device",
    "email",
    "mailbox",
    "address",
    "face",
    "organisation",
)
_WANTED: dict[str, tuple[str, ...]] = {
    "holder": (
        "registrations 1h 1d 7d 30d 90d all",
        "institutions 1d 7d 30d all",
        "sims 1d 7d 30d all",
        "accounts 1d 7d 30d all",
        "nights 30d",
        "burst 30d",
        "gap_hours all",
        "age_hours all",
        "frauds all",
        "cleared all",
    ),
    **dict.fromkeys(_PRIVATES, _PRIVATE),
    "phone_as_sim": (
        "holders all",
        "strangers all",
        "same_holder all",
        "relation all",
        "gap_hours all",
        "frauds all",
    ),
    "sim_as_phone": (
        "registrations 30d all",
        "holders all",
        "strangers 30d all",
        "same_holder all",
        "relation all",
        "gap_hours all",
        "frauds all",
    ),
    "sim": ("registrations all", "holders all", "relation all", "gap_hours all", "frauds all"),
    **dict.fromkeys(_DESKS, _DESK),
    **dict.fromkeys(_NETWORKS, (*_DESK, "institutions 1d 7d")),
    "peers": ("registrations 7d", "unverified 7d", "nights 7d", "new_holders 7d"),
    "twice": ("registrations 30d all", "holders all", "strangers all"),
    "beyond": ("registrations 30d all", "holders 30d all", "frauds all"),
}
_LINKS = {
    "holder": "of this holder",
    "document": "with this document number",
    "phone": "with this contact phone",
    "device": "from this device of the holder",
    "email": "with this e-mail address",
    "mailbox": "with an e-mail address that differs in its number alone",
    "address": "with this address",
    "face": "with this face",
    "organisation": "for this organisation",
    "phone_as_sim": "of the SIM whose number is the contact phone",
    "sim_as_phone": "naming this SIM's number as contact phone",
    "sim": "of this SIM number",
    "agent": "entered by this agent",
    "branch": "entered at this agent's branch or shop",
    "tablet": "entered on this tablet of an agent",
    "network": "from this IP address",
    "subnet": "from this neighbourhood of IP addresses",
    "peers": "of all desks of this institution and channel",
    "twice": "that share two or more personal values with this one",
    "beyond": "that one who shares a value with this one shares another with",
}
_MEASURES = {
    "registrations": ("registrations {link}", "registrations"),
    "holders": ("other holders among the registrations {link}", "persons"),
    "kin": ("other holders of this family name among the registrations {link}", "persons"),
    "strangers": ("other holders of another family name among the registrations {link}", "persons"),
    "new_holders": ("holders not known before among the registrations {link}", "persons"),
    "relation": (
        "holder of the latest registration {link}: 0 the same, 1 of one family name, 2 a stranger",
        "degree",
    ),
    "families": ("other family names among the registrations {link}", "family names"),
    "institutions": ("other institutions among the registrations {link}", "institutions"),
    "provinces": ("other home provinces among the registrations {link}", "provinces"),
    "same_province": ("registrations {link} from this holder's province", "registrations"),
    "same_holder": ("registrations {link} that are this holder's own", "registrations"),
    "sims": ("SIMs among the registrations {link}", "registrations"),
    "accounts": ("bank accounts among the registrations {link}", "registrations"),
    "unverified": ("unverified identities among the registrations {link}", "registrations"),
    "nights": ("registrations {link} made at night", "registrations"),
    "burst": ("most registrations {link} within one hour", "registrations"),
    "gap_hours": ("time since the last registration {link}", "hours"),
    "age_hours": ("time since the first known registration {link}", "hours"),
    "frauds": ("registrations {link} confirmed as fraud", "registrations"),
    "cleared": ("registrations {link} confirmed as honest", "registrations"),
}
_WINDOWS = {"1h": "hour", "1d": "day", "7d": "7 days", "30d": "30 days", "90d": "90 days"}
_PERSONAL = {"document", "face", "device", "phone"}
_OUTCOMES = {"frauds", "cleared", "fraud_share"}


def _reason(link: str, measure: str) -> str:
    if measure in {"frauds", "fraud_share"}:
        return f"FRAUD_NEARBY_{link.upper()}"
    if measure == "cleared":
        return "HONEST_NEARBY"
    if measure in {"relation", "strangers"} and link != "twice":
        return "NUMBER_OF_ANOTHER"
    if link in {*_HUBS, "peers"}:
        return f"UNUSUAL_{link.upper()}"
    return "MANY_REGISTRATIONS" if link == "holder" else f"SHARED_{link.upper()}"


def _direction(link: str, measure: str) -> Direction:
    """Known fraud around can only raise a risk, and so can strangers on a personal attribute."""
    if measure in {"frauds", "fraud_share"}:
        return Direction.RISES
    rises = measure in {"holders", "families"} and link in _PERSONAL
    of_another = measure in {"relation", "strangers"} and link == "phone_as_sim"
    return Direction.RISES if rises or of_another else Direction.FREE


def _reader(aggregate: str) -> Compute:
    def read(facts: Facts) -> float:
        return facts.company[aggregate]

    return read


def _within(window: str) -> str:
    return f", in the last {_WINDOWS[window]}" if window in _WINDOWS else ""


def _feature(link: str, measure: str, window: str) -> Feature:
    aggregate = f"{link}.{measure}.{window}"
    text, unit = _MEASURES[measure]
    doc = text[0].upper() + text[1:].format(link=_LINKS[link])
    return Feature(
        aggregate,
        f"{doc}{_within(window)}.",
        unit,
        _direction(link, measure),
        _reason(link, measure),
        _reader(aggregate),
    )


def _share(part: str, whole: str) -> Compute:
    """One aggregate over another; no value where there is nothing to be a share of."""

    def read(facts: Facts) -> float:
        return _over(facts.company[part], facts.company[whole])

    return read


def _over(part: float, whole: float) -> float:
    """A share; like everything here it takes one number, or a column of them for a whole book."""
    column: object = whole
    if isinstance(column, np.ndarray):
        shares = np.divide(part, column, out=np.full_like(column, MISSING), where=column > 0)
        return cast(float, shares)
    return part / whole if whole > 0 else MISSING


_SHARES = {
    "fraud_share": ("frauds", "registrations", "share confirmed as fraud of the registrations"),
    "kin_share": ("kin", "holders", "share of this family name among other holders"),
    "night_share": ("nights", "registrations", "share made at night of the registrations"),
    "unverified_share": (
        "unverified",
        "registrations",
        "share of unverified identities among the registrations",
    ),
    "new_holder_share": (
        "new_holders",
        "registrations",
        "holders not known before for each of the registrations",
    ),
}
_SHARES_WANTED = {
    **dict.fromkeys(_PRIVATES, ("fraud_share all", "kin_share all")),
    **dict.fromkeys(
        _HUBS,
        (
            "fraud_share 30d",
            "night_share 1d 7d",
            "unverified_share 1d 7d",
            "new_holder_share 1d 7d",
        ),
    ),
}


def _shares() -> Iterator[Feature]:
    for link, wanted in _SHARES_WANTED.items():
        for name, *windows in (line.split() for line in wanted):
            part, whole, text = _SHARES[name]
            for window in windows:
                doc = text[0].upper() + text[1:] + f" {_LINKS[link]}"
                yield Feature(
                    f"{link}.{name}.{window}",
                    f"{doc}{_within(window)}.",
                    "share",
                    _direction(link, name),
                    _reason(link, name),
                    _share(f"{link}.{part}.{window}", f"{link}.{whole}.{window}"),
                )


_CAUTION = 10
"""Registrations of an ordinary desk that are laid beside a desk's own, so that few tell little."""
_ORDINARY = 0.05
"""Share of nights, or of unverified identities, of an ordinary desk."""


def _excess(link: str, measure: str) -> Compute:
    """What the last day has more than its registrations had in the 29 days before it."""

    def read(facts: Facts) -> float:
        day, past = _in(facts.company, link, measure)
        all_day, all_past = _in(facts.company, link, "registrations")
        usual = (past + _CAUTION * _ORDINARY) / (all_past + _CAUTION)
        return day - all_day * usual

    return read


def _in(got: Counts, link: str, measure: str) -> tuple[float, float]:
    """A measure over the last day, and over the 29 days before it."""
    day = got[f"{link}.{measure}.1d"]
    return day, got[f"{link}.{measure}.30d"] - day


def _pace(link: str) -> Compute:
    """The registrations of the last day over those of an average day before, within 30 days."""

    def read(facts: Facts) -> float:
        day, past = _in(facts.company, link, "registrations")
        days = _days_before(facts.company[f"{link}.age_hours.all"])
        return day * (days + 1) / (past + 1)

    return read


def _days_before(age: float) -> float:
    """The days within 30 that a hub is known for, less the last one; none where it is new."""
    column: object = age
    if isinstance(column, np.ndarray):
        days = np.where(column > 24, np.minimum(column, 30 * 24.0) / 24 - 1, 0.0)
        return cast(float, days)
    return min(age, 30 * 24.0) / 24 - 1 if age > 24 else 0.0


def _over_peers(link: str, measure: str) -> Compute:
    """A desk's share within 7 days less that of all desks of its kind."""
    own = _share(f"{link}.{measure}.7d", f"{link}.registrations.7d")
    theirs = _share(f"peers.{measure}.7d", "peers.registrations.7d")

    def read(facts: Facts) -> float:
        return own(facts) - theirs(facts)

    return read


def _against(link: str) -> Iterator[Feature]:
    """A hub against its own past, and a desk against its peers."""
    what = _LINKS[link]
    for measure, said in (("nights", "made at night"), ("unverified", "of unverified identity")):
        yield Feature(
            f"{link}.{measure}_excess.1d",
            f"Registrations {what} {said} in the last day, beyond what its 29 days before let expect.",
            "registrations",
            Direction.FREE,
            _reason(link, measure),
            _excess(link, measure),
        )
        if link in _DESKS:
            yield Feature(
                f"{link}.{measure}_over_peers.7d",
                f"Share {said} of the registrations {what} in the last 7 days, less the share of"
                " all desks of this institution and channel.",
                "share",
                Direction.FREE,
                _reason(link, measure),
                _over_peers(link, measure),
            )
    yield Feature(
        f"{link}.pace.1d",
        f"Registrations {what} in the last day over those of its average day in the 29 before.",
        "ratio",
        Direction.FREE,
        _reason(link, "registrations"),
        _pace(link),
    )


COMPANY: tuple[Feature, ...] = (
    *(
        _feature(link, measure, window)
        for link, wanted in _WANTED.items()
        for measure, *windows in (line.split() for line in wanted)
        for window in windows
    ),
    *_shares(),
    *(feature for link in _HUBS for feature in _against(link)),
)

OF_OUTCOMES: frozenset[str] = frozenset(
    f.name for f in COMPANY if f.name.split(".")[1] in _OUTCOMES
)
"""The features that would have no value, or count nothing, had no outcome become known."""

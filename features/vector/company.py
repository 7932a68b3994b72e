"""Features of the company a registration keeps: aggregates of the graph as of its own moment."""

from __future__ import annotations

from features.vector.feature import Compute, Direction, Facts, Feature

_PRIVATE = (
    "registrations 1d 7d 30d all",
    "holders 1d 7d 30d 90d all",
    "families 30d all",
    "institutions 7d all",
    "same_holder all",
    "unverified 30d all",
    "gap_hours all",
    "age_hours all",
    "frauds 90d all",
    "cleared all",
)
_PUBLIC = (
    "registrations 1h 1d 7d 30d",
    "holders 1d 7d",
    "same_holder 1d all",
    "sims 1d",
    "unverified 1d 7d 30d",
    "nights 1d 7d 30d",
    "gap_hours all",
    "age_hours all",
    "frauds 30d all",
    "cleared 30d all",
)
_WANTED: dict[str, tuple[str, ...]] = {
    "holder": (
        "registrations 1d 7d 30d 90d all",
        "institutions 1d 7d 30d all",
        "sims 1d 7d 30d all",
        "nights 30d",
        "gap_hours all",
        "age_hours all",
        "frauds all",
        "cleared all",
    ),
    **dict.fromkeys(
        ("document", "phone", "device", "email", "address", "face", "organisation"), _PRIVATE
    ),
    "phone_as_sim": ("holders all", "same_holder all", "gap_hours all", "frauds all"),
    "sim_as_phone": (
        "registrations 30d all",
        "holders all",
        "same_holder all",
        "gap_hours all",
        "frauds all",
    ),
    "sim": ("registrations all", "holders all", "gap_hours all", "frauds all"),
    **dict.fromkeys(("agent", "tablet", "network", "subnet"), _PUBLIC),
}
_LINKS = {
    "holder": "of this holder",
    "document": "with this document number",
    "phone": "with this contact phone",
    "device": "from this device of the holder",
    "email": "with this e-mail address",
    "address": "with this address",
    "face": "with this face",
    "organisation": "for this organisation",
    "phone_as_sim": "of the SIM whose number is the contact phone",
    "sim_as_phone": "naming this SIM's number as contact phone",
    "sim": "of this SIM number",
    "agent": "entered by this agent",
    "tablet": "entered on this tablet of an agent",
    "network": "from this IP address",
    "subnet": "from this neighbourhood of IP addresses",
}
_MEASURES = {
    "registrations": ("registrations {link}", "registrations"),
    "holders": ("other holders among the registrations {link}", "persons"),
    "families": ("other family names among the registrations {link}", "family names"),
    "institutions": ("other institutions among the registrations {link}", "institutions"),
    "same_holder": ("registrations {link} that are this holder's own", "registrations"),
    "sims": ("SIMs among the registrations {link}", "registrations"),
    "unverified": ("unverified identities among the registrations {link}", "registrations"),
    "nights": ("registrations {link} made at night", "registrations"),
    "gap_hours": ("time since the last registration {link}", "hours"),
    "age_hours": ("time since the first known registration {link}", "hours"),
    "frauds": ("registrations {link} confirmed as fraud", "registrations"),
    "cleared": ("registrations {link} confirmed as honest", "registrations"),
}
_WINDOWS = {"1h": "hour", "1d": "day", "7d": "7 days", "30d": "30 days", "90d": "90 days"}
_HUBS = {"agent", "tablet", "network", "subnet"}
_PERSONAL = {"document", "face", "device", "phone"}


def _reason(link: str, measure: str) -> str:
    if measure == "frauds":
        return f"FRAUD_NEARBY_{link.upper()}"
    if measure == "cleared":
        return "HONEST_NEARBY"
    if link in _HUBS:
        return f"UNUSUAL_{link.upper()}"
    return "MANY_REGISTRATIONS" if link == "holder" else f"SHARED_{link.upper()}"


def _direction(link: str, measure: str) -> Direction:
    """Known fraud around can only raise a risk, and so can strangers on a personal attribute."""
    if measure == "frauds" or (measure in {"holders", "families"} and link in _PERSONAL):
        return Direction.RISES
    return Direction.FREE


def _reader(aggregate: str) -> Compute:
    def read(facts: Facts) -> float:
        return facts.company[aggregate]

    return read


def _feature(link: str, measure: str, window: str) -> Feature:
    aggregate = f"{link}.{measure}.{window}"
    text, unit = _MEASURES[measure]
    doc = text[0].upper() + text[1:].format(link=_LINKS[link])
    if window in _WINDOWS:
        doc += f", in the last {_WINDOWS[window]}"
    return Feature(
        aggregate,
        f"{doc}.",
        unit,
        _direction(link, measure),
        _reason(link, measure),
        _reader(aggregate),
    )


COMPANY: tuple[Feature, ...] = tuple(
    _feature(link, measure, window)
    for link, wanted in _WANTED.items()
    for measure, *windows in (line.split() for line in wanted)
    for window in windows
)

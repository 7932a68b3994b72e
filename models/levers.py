"""Which facts about a registration could be otherwise, and what its vector would hold then.

What a person cannot help (age, place of birth, how a name is written), when and how he came, and how
an e-mail address looks are no levers: being told to look otherwise mends nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.evidence import FIELDS
from features.vector import NAMES
from models import use_by

NAN = math.nan
Vector = NDArray[np.float64]
Wanted = Callable[[Mapping[str, float]], Mapping[str, float]]
_PLACE = {name: i for i, name in enumerate(NAMES)}
_BY_LINK: dict[str, dict[str, str]] = {}
for _name in NAMES:
    if "." in _name:
        _link, _measure, _ = _name.split(".")
        _BY_LINK.setdefault(_link, {})[_name] = _measure


@dataclass(frozen=True, slots=True)
class Lever:
    """One fact that could be otherwise, named by its reason code.

    `clears` are the hard facts, or the stale parts, that would be no longer; `wanted` gives the values that the vector
    would have instead. Where `only_if` names hard facts, one of them has to hold.
    """

    code: str
    wanted: Wanted
    clears: frozenset[str] = frozenset()
    only_if: frozenset[str] = frozenset()

    def applied(self, vector: Vector, held: frozenset[str]) -> tuple[Vector, frozenset[str]] | None:
        """Vector and hard facts as they would be; None where nothing would change."""
        if self.only_if and not self.only_if & held:
            return None
        changed = vector.copy()
        for name, value in self.wanted(dict(zip(NAMES, vector.tolist(), strict=True))).items():
            changed[_PLACE[name]] = value
        left = held - self.clears
        if left == held and np.array_equal(changed, vector, equal_nan=True):
            return None
        return changed, left


# ── Company ──────────────────────────────────────────────────────────

_FROM_SOMETHING = ("_hours", "_share", "_over_peers", "relation")
"""Measures that have no value where nobody is there to be measured from."""


def _alone(link: str) -> dict[str, float]:
    """The values of a link whose value nobody has used before."""
    measures = _BY_LINK[link].items()
    return {name: NAN if m.endswith(_FROM_SOMETHING) else 0.0 for name, m in measures}


def _unshared(link: str) -> Wanted:
    """Nobody else would have used the value; the holder's own registrations are another lever."""
    neutral = _alone(link)
    return lambda values: neutral if values[f"{link}.holders.all"] > 0 else {}


def _first(values: Mapping[str, float]) -> Mapping[str, float]:
    """The holder would have no other registration, nor would what he alone uses be in any."""
    wanted = _alone("holder") if values["holder.registrations.all"] > 0 else {}
    for link in _SHARED_BY_HOLDERS:
        if wanted and values[f"{link}.holders.all"] == 0:
            wanted |= _alone(link)
    return wanted


def _innocent(link: str) -> Wanted:
    """No outcome would be known that speaks against the link."""
    names = [n for n, m in _BY_LINK[link].items() if m in {"frauds", "fraud_share"}]
    return lambda values: {n: 0.0 for n in names if values[n] > 0}


def _ordinary(link: str) -> Wanted:
    """A desk or network whose nights, unverified identities and pace are those of any day."""
    odd = {
        name: 1.0 if measure == "pace" else 0.0
        for name, measure in _BY_LINK[link].items()
        if measure.startswith(("nights", "night_", "unverified")) or measure == "pace"
    }
    return lambda values: {n: usual for n, usual in odd.items() if values[n] > usual}


def _own_number(values: Mapping[str, float]) -> Mapping[str, float]:
    names = [
        name
        for link in ("phone_as_sim", "sim_as_phone", "sim")
        for name, measure in _BY_LINK[link].items()
        if measure in {"holders", "strangers", "relation"}
    ]
    return {n: 0.0 for n in names if values[n] > 0}


_PRIVATE = ("document", "phone", "device", "email", "mailbox", "address", "face", "organisation")
_SHARED_BY_HOLDERS = (*_PRIVATE, "phone_as_sim", "sim_as_phone", "sim")
_SHARING = (*_SHARED_BY_HOLDERS, "twice", "beyond")
_HUBS = ("agent", "branch", "tablet", "network", "subnet")
_OF_FRAUD = {
    link: frozenset({f"{link.upper()}_OF_FRAUD"}) for link in ("face", "device", "phone", "holder")
}
_OF_SHARING = _OF_FRAUD | {"face": frozenset({"FACE_OF_FRAUD", "FACE_UNDER_OTHER_NAMES"})}
_NOTHING: frozenset[str] = frozenset()

# ── Papers ───────────────────────────────────────────────────────────

_NO_IDENTITY = frozenset({"IDENTITY_MISMATCH", "IDENTITY_NOT_FOUND", "REGISTER_UNAVAILABLE"})


def _verified(values: Mapping[str, float]) -> Mapping[str, float]:
    """As if the register had found the holder by the number, and nothing contradicted it."""
    compared = {
        f"{field}_disagrees": 0.0
        for field in FIELDS
        if values[f"{field}_disagrees"] > 1 or field in {"document_number", "full_name"}
    }
    unseen = ("holder_is_not_living", "holder_is_deceased")
    living = {name: 0.0 for name in unseen if math.isnan(values[name])}
    return {"identity": 0.0, "found_by": 0.0, "disagreements": 0.0} | compared | living


def _agreeing(field: str) -> Wanted:
    name = f"{field}_disagrees"

    def wanted(values: Mapping[str, float]) -> Mapping[str, float]:
        degree = values[name]
        if not degree >= 1:
            return {}
        total = "disagreements" if degree > 1 else "partial_agreements"
        mended = {name: 0.0, total: max(0.0, values[total] - 1)}
        if field == "document_issued_on" and not math.isnan(values["issue_date_apart"]):
            mended["issue_date_apart"] = 0.0
        return mended

    return wanted


def _living(values: Mapping[str, float]) -> Mapping[str, float]:
    if not values["holder_is_not_living"] > 0:
        return {}
    return {"holder_is_not_living": 0.0, "holder_is_deceased": 0.0, "days_since_status": NAN}


def _valid(values: Mapping[str, float]) -> Mapping[str, float]:
    return {"document_days_expired": 0.0} if values["document_days_expired"] > 0 else {}


_CONTACTS = {
    "has_contact_phone": ("phone", "phone_as_sim"),
    "has_email": ("email", "mailbox"),
    "has_address": ("address",),
}


def _reachable(values: Mapping[str, float]) -> Mapping[str, float]:
    """Contact details would be given, and be nobody else's."""
    given: dict[str, float] = {}
    for name, links in _CONTACTS.items():
        if values[name] == 0:
            given[name] = 1.0
            for link in links:
                given |= _alone(link)
    return given


LEVERS: tuple[Lever, ...] = (
    Lever("IDENTITY", _verified, _NO_IDENTITY, only_if=_NO_IDENTITY),
    Lever("HOLDER_NOT_LIVING", _living, frozenset({"HOLDER_DECEASED", "HOLDER_ABSENT"})),
    *(Lever(f"DIFFERENT_{field.upper()}", _agreeing(field)) for field in FIELDS),
    Lever("DOCUMENT_DATES", _valid),
    Lever("CONTACT", _reachable),
    Lever("NUMBER_OF_ANOTHER", _own_number),
    Lever("MANY_REGISTRATIONS", _first, _OF_FRAUD["holder"]),
    *(
        Lever(f"SHARED_{link.upper()}", _unshared(link), _OF_SHARING.get(link, _NOTHING))
        for link in _SHARING
    ),
    *(
        Lever(f"FRAUD_NEARBY_{link.upper()}", _innocent(link), _OF_FRAUD.get(link, _NOTHING))
        for link in _BY_LINK
        if f"{link}.frauds.all" in _PLACE
    ),
    *(Lever(f"UNUSUAL_{link.upper()}", _ordinary(link)) for link in _HUBS),
    *(Lever(code, lambda _: {}, frozenset({code})) for code in use_by.CODES),
)
"""Every fact that could be otherwise; each by its own code."""

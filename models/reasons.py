"""Which reasons are told: hard facts, named differences, then groups of the model's contributions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from features.evidence import Evidence, Outcome
from features.vector import FEATURES

AS_A_WHOLE = "RISK_AS_A_WHOLE"
"""Stands first where the model asks for a look and no group that may lead moved it."""

SENSITIVE = frozenset({"HOLDER_PLACE", "NAME_FORM"})
"""What a person cannot help, or what tells of an origin: never the first reason."""
_SAYS_LITTLE = SENSITIVE | {
    "ACCOUNT_OR_SIM",
    "CHANNEL",
    "HONEST_NEARBY",
    "IDENTITY",
    "ORGANISATION",
    "TIME_OF_DAY",
}
"""What a clerk can do nothing about: told only where better reasons are few."""
_SAID_BY: dict[str, frozenset[str]] = {
    "HOLDER_NOT_LIVING": frozenset({"HOLDER_DECEASED", "HOLDER_ABSENT"}),
    "IDENTITY": frozenset({"IDENTITY_MISMATCH", "IDENTITY_NOT_FOUND", "REGISTER_UNAVAILABLE"}),
    "SHARED_FACE": frozenset({"FACE_UNDER_OTHER_NAMES"}),
    "FRAUD_NEARBY_FACE": frozenset({"FACE_OF_FRAUD"}),
    "FRAUD_NEARBY_DEVICE": frozenset({"DEVICE_OF_FRAUD"}),
    "FRAUD_NEARBY_PHONE": frozenset({"PHONE_OF_FRAUD"}),
    "FRAUD_NEARBY_HOLDER": frozenset({"HOLDER_OF_FRAUD"}),
}
"""A group, and the hard facts that say the same more plainly."""

_PLACES: dict[str, list[int]] = defaultdict(list)
for _i, _feature in enumerate(FEATURES):
    _PLACES[_feature.reason].append(_i)
_AT_MOST = 5
_AT_LEAST = 3
_WORTH_SAYING = 0.1
"""Log-odds; a smaller push is noise to a reader, unless there is little else to tell."""
_BARELY = 0.02


def grouped(contributions: NDArray[np.float64]) -> dict[str, float]:
    """Contributions of shape (features,), in log-odds, summed by reason code."""
    return {code: float(contributions[places].sum()) for code, places in _PLACES.items()}


def reasons_of(
    held: tuple[str, ...], evidence: Evidence, contributions: NDArray[np.float64] | None
) -> tuple[str, ...]:
    """Reason codes, strongest first: hard facts, named contradictions, then the model's groups.

    Every fact is told. Groups fill up to five reasons, and to three also with weaker ones and
    with those that a clerk can do little about.

    Args:
        held: the hard facts that hold.
        evidence: its contradicting fields are named.
        contributions: log-odds of each feature, shape (features,); None where nobody pays for
            them.
    """
    facts = [*held, *_contradictions(evidence)]
    if contributions is None:
        return tuple(dict.fromkeys(facts))
    codes = [*facts, *_groups(grouped(contributions), facts)]
    if not codes or codes[0] in SENSITIVE:
        codes.insert(0, AS_A_WHOLE)
    return tuple(dict.fromkeys(codes))


def _contradictions(evidence: Evidence) -> list[str]:
    return [
        f"DIFFERENT_{name.upper()}"
        for name, field in evidence.fields.items()
        if field.outcome is Outcome.MISMATCH
    ]


def _groups(pushes: Mapping[str, float], facts: Sequence[str]) -> list[str]:
    """The groups to tell beside these facts."""
    raising = sorted((c for c in pushes if pushes[c] >= _BARELY), key=lambda c: -pushes[c])
    free = [c for c in raising if not _is_said(c, facts)]
    telling = [c for c in free if c not in _SAYS_LITTLE]
    strong = [c for c in telling if pushes[c] >= _WORTH_SAYING][: max(0, _AT_MOST - len(facts))]
    rest = [c for c in telling if c not in strong]
    rest += sorted((c for c in free if c in _SAYS_LITTLE), key=lambda c: c in SENSITIVE)
    return [*strong, *rest[: max(0, _AT_LEAST - len(facts) - len(strong))]]


def _is_said(code: str, facts: Sequence[str]) -> bool:
    if code == "DISAGREEMENTS":  # named fields need no summing up
        return any(fact.startswith("DIFFERENT_") for fact in facts)
    return code in facts or not _SAID_BY.get(code, frozenset()).isdisjoint(facts)

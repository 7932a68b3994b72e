"""Hard facts: what is known of a registration without any model, each with its own code.

One hard fact asks a person to look. Only two that rest on different sources, listed together in
the policy file, refuse.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from features.evidence import Identity
from features.registration import Status
from features.vector import Facts


@dataclass(frozen=True, slots=True)
class HardFact:
    """A code and the test that establishes it; the code is a reason code too."""

    code: str
    holds: Callable[[Facts], bool]


UNSEEN = "GRAPH_UNAVAILABLE"
"""The company could not be looked at. No fact about anybody: it asks nobody to look of itself, for
the second look comes within minutes, and an outage would fill every queue with honest people."""


def _status(facts: Facts) -> Status | None:
    return None if facts.evidence.person is None else facts.evidence.person.status


HARD_FACTS: tuple[HardFact, ...] = (
    HardFact("IDENTITY_MISMATCH", lambda f: f.evidence.identity is Identity.MISMATCH),
    HardFact("IDENTITY_NOT_FOUND", lambda f: f.evidence.identity is Identity.NOT_FOUND),
    HardFact("REGISTER_UNAVAILABLE", lambda f: not f.evidence.register_available),
    HardFact(UNSEEN, lambda f: not f.company.known),
    HardFact("HOLDER_DECEASED", lambda f: _status(f) is Status.DECEASED),
    HardFact(
        "HOLDER_ABSENT",
        lambda f: _status(f) in {Status.MISSING, Status.EMIGRATED, Status.DETAINED},
    ),
    HardFact(
        "FACE_UNDER_OTHER_NAMES",
        lambda f: f.company["face.holders.all"] >= 1 and f.company["face.families.all"] >= 1,
    ),
    HardFact("FACE_OF_FRAUD", lambda f: f.company["face.frauds.all"] >= 1),
    HardFact("DEVICE_OF_FRAUD", lambda f: f.company["device.frauds.all"] >= 1),
    HardFact("PHONE_OF_FRAUD", lambda f: f.company["phone.frauds.90d"] >= 1),
    HardFact("HOLDER_OF_FRAUD", lambda f: f.company["holder.frauds.all"] >= 1),
)
"""Comparisons with NaN are false: what is not known is no fact."""

CODES = frozenset(h.code for h in HARD_FACTS)


def hard_facts(facts: Facts) -> tuple[str, ...]:
    """The codes of the hard facts that hold, in the order of the table."""
    return tuple(h.code for h in HARD_FACTS if h.holds(facts))

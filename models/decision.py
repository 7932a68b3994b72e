"""What a screening answers: ordered decisions, risk bands, and the whole answer as one value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.evidence import FIELDS, Evidence
from features.registration import Registration


class Decision(IntEnum):
    """Ordered by how far a holder is from being served; several are combined by `max`."""

    CLEAR = 0
    REVIEW = 1
    REFUSE = 2

    @property
    def code(self) -> str:
        """The published name: `clear`, `review` or `refuse`."""
        return self.name.lower()


class RiskBand(StrEnum):
    """The calibrated risk in words."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    VERY_HIGH = "very_high"


@dataclass(frozen=True, slots=True, repr=False)
class Screening:
    """One answered registration: the decision with everything that led to it.

    `vector` is a float64 array in the order of `features.vector.FEATURES`. `reasons` are codes,
    strongest first. `risk_without_outcomes` is the risk as it would be, had no outcome become known
    of anybody: rings are found by it, for a member's own outcome raises the risk of who came after
    it, and through them it would return to the member.
    """

    registration: Registration
    evidence: Evidence
    vector: NDArray[np.float64]
    decision: Decision
    risk: float
    risk_without_outcomes: float
    risk_band: RiskBand
    reasons: tuple[str, ...]
    ring_id: str | None
    model_version: str
    policy_version: str

    def __repr__(self) -> str:
        """Key and decision alone."""
        return f"Screening({self.registration!r}, {self.decision.code})"

    def row(self) -> dict[str, Any]:
        """The published decision row, one value a column."""
        fields = self.evidence.fields
        return {
            "registration_id": self.registration.registration_id,
            "decision": self.decision.code,
            "risk": self.risk,
            "risk_band": self.risk_band.value,
            "identity": self.evidence.identity.value,
            "matched_id_number": self.evidence.matched_id_number,
            **{f"match_{name}": fields[name].outcome.value for name in FIELDS},
            "reasons": list(self.reasons),
            "ring_id": self.ring_id,
            "model_version": self.model_version,
            "policy_version": self.policy_version,
        }

"""A decision taken apart: what each group of features added, and what would lead to another one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.counterfactual import Case, Judged, Way, judged, ways_out
from models.policy import Policy
from models.reasons import grouped
from models.risk import RiskModel


@dataclass(frozen=True, slots=True)
class Explanation:
    """`base` and `groups` are in log-odds and add up to `score`, from which the risk is calibrated.

    `groups` holds every reason code whose features moved the score, the furthest first.
    """

    after: Judged
    held: tuple[str, ...]
    base: float
    groups: tuple[tuple[str, float], ...]
    score: float
    ways: tuple[Way, ...]


def explain(case: Case, held: tuple[str, ...], model: RiskModel, policy: Policy) -> Explanation:
    """Explains a decision anew, by the model and the policy that took it; dear, tens of milliseconds.

    `held` are those of the case, in their order.
    """
    (shares,) = model.shares(case.vector[np.newaxis])
    (score,) = model.raw(case.vector[np.newaxis])
    (after,) = judged([case], model, policy)
    moved = {code: push for code, push in grouped(shares[:-1]).items() if push}
    return Explanation(
        after=after,
        held=held,
        base=float(shares[-1]),
        groups=tuple(sorted(moved.items(), key=lambda pair: -abs(pair[1]))),
        score=float(score),
        ways=ways_out(case, model, policy),
    )

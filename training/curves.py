"""What a card draws of a model: precision against recall, reliability, cost against the threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.evaluate import Rows
from training.ranking import BINS
from training.resampling import Figure, draws, interval

POINTS = 200
"""No curve is drawn from more."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Costs:
    """What an hour of a reviewer and a fraud that goes through cost, in any one unit of money."""

    review: float
    missed_fraud: float


@dataclass(frozen=True, slots=True)
class CostCurve:
    """Cost of 1,000 registrations against the share reviewed.

    `estimated` takes the calibrated risk for the chance of fraud; `matured` takes the known frauds,
    corrected for those not known yet, so it is a floor.
    """

    share: Floats
    threshold: Floats
    estimated: Floats
    matured: Floats

    def best(self, cost: Floats) -> int:
        """The place of the lowest cost."""
        return int(np.argmin(cost))


def precision_recall(risk: Floats, rows: Rows) -> tuple[Floats, Floats]:
    """Recall of known frauds, and precision with unknown rows taken for no fraud (a floor)."""
    order = np.argsort(-risk, kind="stable")
    found = np.cumsum(rows.label[order] == 1)
    ends = np.append(np.flatnonzero(np.diff(risk[order])), len(order) - 1)
    ends = ends[_spread(found[ends])]
    return found[ends] / max(1, found[-1]), found[ends] / (ends + 1.0)


def _spread(values: NDArray[np.int_]) -> NDArray[np.int_]:
    """Places of at most `POINTS` of some rising values, evenly over the values."""
    wanted = np.linspace(values[0], values[-1], POINTS)
    return np.unique(np.searchsorted(values, wanted))


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows of like risk: their mean risk, the known share of frauds, the same of matured frauds."""

    risk: float
    floor: float
    matured: Figure


def reliability(risk: Floats, rows: Rows) -> list[Bin]:
    """Bins of equal mass from the lowest risk to the highest."""
    order = np.argsort(risk, kind="stable")
    starts = np.unique(np.linspace(0, len(risk), BINS + 1).astype(int)[:-1])
    fraud = (rows.label[order] == 1).astype(np.float64)
    matured = fraud / rows.share_known[order]
    drawn = [_means(matured * times[order], times[order], starts) for times in draws(rows.cluster)]
    ones = np.ones(len(order))
    means = (_means(values, ones, starts) for values in (risk[order], fraud, matured))
    return [
        Bin(float(r), float(f), interval(float(m), [float(d[i]) for d in drawn]))
        for i, (r, f, m) in enumerate(zip(*means, strict=True))
    ]


def _means(values: Floats, times: Floats, starts: Sequence[int] | NDArray[np.int_]) -> Floats:
    rows = np.add.reduceat(times, starts)
    return np.asarray(np.add.reduceat(values, starts) / np.maximum(rows, 1e-12))


def cost_curve(risk: Floats, rows: Rows, costs: Costs) -> CostCurve:
    """From nobody reviewed to everybody, at no more than `POINTS` thresholds, denser where few are."""
    order = np.argsort(-risk, kind="stable")
    n = len(order)
    at = np.unique(np.concatenate([[0], np.geomspace(1, n, POINTS).astype(int)]))
    matured = (rows.label == 1) / rows.share_known
    missed = [_missed(x[order])[at] for x in (risk, matured)]
    estimated, known = (1_000 / n * (costs.review * at + costs.missed_fraud * m) for m in missed)
    return CostCurve(at / n, risk[order][np.maximum(at, 1) - 1], estimated, known)


def _missed(frauds: Floats) -> Floats:
    """Frauds after the first k rows, for every k from 0, shape (n + 1,)."""
    return np.asarray(np.append(frauds[::-1].cumsum()[::-1], 0.0))

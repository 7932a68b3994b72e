"""Rows from the highest risk to the lowest, and what a reviewer finds among the first of them.

Three states of a label stay apart. Figures of known frauds alone (`recall`) take no view of the
unknown; those named `floor` count an unknown row as no fraud, and can only turn out higher; those
named `estimated` come from the calibrated risk alone, no label is looked at, and they are worth what
the calibration is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.dataset import FRAUD, UNKNOWN

BUDGETS = (0.005, 0.01, 0.02, 0.05)
"""Shares of all rows that people can look at."""
BINS = 20
"""Bins of equal mass in which calibration is looked at."""

Floats = NDArray[np.float64]


def named(budget: float) -> str:
    """A budget as the names of figures have it."""
    return f"{budget:.1%}"


class Ranking:
    """Rows in the order of their risk; whatever draw of the rows, the order stays.

    Args:
        risk: shape (n,), n at least 1.
        label: 1 fraud, 0 cleared, -1 unknown; shape (n,).
        share_known: the chance that a fraud would be known by now, above 0; shape (n,).
    """

    def __init__(self, risk: Floats, label: NDArray[np.int8], share_known: Floats) -> None:
        self.order = np.argsort(-risk, kind="stable")
        self.risk = risk[self.order]
        label = label[self.order]
        self._frauds = np.flatnonzero(label == FRAUD)
        self._cleared = ((label != FRAUD) & (label != UNKNOWN)).astype(np.float64)
        self._fraud = (label == FRAUD).astype(np.float64)
        self._matured = self._fraud / share_known[self.order]
        self._told = np.stack([np.ones(len(risk)), self._fraud, self._cleared, self.risk])
        # Rows of equal risk are found together, as a threshold finds them.
        self._starts = np.concatenate([[0], np.flatnonzero(np.diff(self.risk)) + 1])
        self._bins = np.unique(np.linspace(0, len(risk), BINS + 1).astype(int)[:-1])

    def figures(self, times: Floats | None = None) -> dict[str, float]:
        """All figures, of the rows as they are or of a draw.

        Args:
            times: how often each row was drawn, shape (n,), in the order of the rows given.
        """
        drawn = self._drawn(times)
        sums = np.add.reduceat(drawn * self._told, self._starts, axis=1)
        found = np.cumsum(sums, axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            figures = {
                "expected_frauds": float(found[3, -1]),
                "average_precision": _mean_precision(found[0], sums[1], found[1]),
                "estimated_average_precision": _mean_precision(found[0], sums[3], found[3]),
                **self._calibration(drawn),
            }
            for budget in BUDGETS:
                figures |= self._at(budget, sums, found)
        return figures

    def average_precision(self, times: Floats | None = None) -> float:
        """That figure alone; NaN where no fraud is known."""
        sums = np.add.reduceat(self._drawn(times) * self._told[:2], self._starts, axis=1)
        found = np.cumsum(sums, axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return _mean_precision(found[0], sums[1], found[1])

    def _drawn(self, times: Floats | None) -> Floats:
        return np.ones(len(self.order)) if times is None else times[self.order]

    def _calibration(self, drawn: Floats) -> dict[str, float]:
        risk, fraud, matured = (drawn @ x for x in (self.risk, self._fraud, self._matured))
        return {
            "expected_over_known_ceiling": float(risk / fraud),
            "expected_over_matured": float(risk / matured),
            "calibration_error_floor": self._error(drawn, self._fraud),
            "calibration_error_matured": self._error(drawn, self._matured),
        }

    def _error(self, drawn: Floats, fraud: Floats) -> float:
        apart = np.add.reduceat(drawn * (self.risk - fraud), self._bins)
        return float(np.abs(apart).sum() / drawn.sum())

    def _at(self, budget: float, sums: Floats, found: Floats) -> dict[str, float]:
        """The figures of a budget.

        Where rows of equal risk do not all fit, each is taken in part: whoever stands first in the
        file is no better known.

        Args:
            budget: a share of all rows.
            sums: rows, frauds, cleared and risk of each step of equal risk, shape (4, steps).
            found: the same of all steps up to each.
        """
        rows = max(1.0, round(budget * found[0, -1]))
        step = min(int(np.searchsorted(found[0], rows)), len(self._starts) - 1)
        missing = (found[0, step] - rows) / sums[0, step]
        _, fraud, cleared, risk = (float(x) for x in found[:, step] - missing * sums[:, step])
        name = named(budget)
        return {
            f"risk_at_{name}": float(self.risk[self._starts[step]]),
            f"recall_at_{name}": float(np.divide(fraud, found[1, -1])),
            f"precision_floor_at_{name}": fraud / rows,
            f"precision_known_at_{name}": float(np.divide(fraud, fraud + cleared)),
            f"estimated_recall_at_{name}": float(np.divide(risk, found[3, -1])),
            f"estimated_precision_at_{name}": risk / rows,
        }


def _mean_precision(rows: Floats, frauds: Floats, found: Floats) -> float:
    """Of rows up to each step of equal risk, frauds of each, and frauds up to each."""
    return float(frauds @ (found / np.maximum(rows, 1e-12)) / found[-1])

"""How good a model is on rows it did not see: ranking at review budgets, and calibration."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from training.dataset import FRAUD, UNKNOWN

BUDGETS = (0.005, 0.01, 0.02, 0.05)


def evaluate(risk: NDArray[np.float64], label: NDArray[np.int8]) -> dict[str, Any]:
    """Figures over rows of shape (n,); an unknown row counts as not fraud, so all are floors.

    `risk_at` is the risk from which a budget of reviews is filled: what a policy needs.
    """
    fraud = label == FRAUD
    figures: dict[str, Any] = {
        "rows": len(label),
        "frauds_known": int(fraud.sum()),
        "cleared_known": int((~fraud & (label != UNKNOWN)).sum()),
        "expected_frauds": float(risk.sum()),
    }
    if fraud.any():
        figures["average_precision"] = float(average_precision_score(fraud, risk))
    order = np.argsort(-risk, kind="stable")
    for budget in BUDGETS:
        top = order[: max(1, round(budget * len(order)))]
        name = f"{budget:.1%}"
        if len(top):
            figures[f"risk_at_{name}"] = float(risk[top[-1]])
        if fraud.any():
            figures[f"recall_at_{name}"] = float(fraud[top].sum() / fraud.sum())
    return figures

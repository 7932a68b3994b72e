"""How good a model is on rows it did not learn from: ranking, calibration, cost, time to catch, groups.

Every figure has an interval from draws of whole rings. What the names of figures say of unknown rows
stands in `training/ranking.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from training.dataset import FRAUD, UNKNOWN
from training.grouping import Groups, group_figures
from training.ranking import BUDGETS, Ranking, named
from training.resampling import Figure, draws, interval, intervals

REVIEWED = 0.02
"""The budget of reviews at which groups are compared."""
CAUGHT = 0.01
"""The budget of reviews at which the time to catch is told."""
FEWEST_OF_A_RING = 3
"""Known frauds of one cluster from which it counts as a ring."""
_A_DAY = 86_400.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that a model is judged on, shape (n,) each, with n at least 1.

    `label` is 1 fraud, 0 cleared, -1 unknown; `at` is in seconds since 1970; `cluster` names the
    ring; `share_known` is the chance that a fraud as old would be known by now. `groups` holds a
    value a row by what is compared (institution, channel, age group ...), empty where not told.
    """

    label: NDArray[np.int8]
    at: Floats
    cluster: NDArray[np.int64]
    share_known: Floats
    groups: Mapping[str, NDArray[np.str_]]

    def __len__(self) -> int:
        return len(self.label)

    def only(self, which: NDArray[np.bool_]) -> Rows:
        """Some of the rows."""
        groups = {name: values[which] for name, values in self.groups.items()}
        return Rows(
            self.label[which],
            self.at[which],
            self.cluster[which],
            self.share_known[which],
            groups,
        )


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a model is worth on some rows.

    `counts` holds numbers of rows; `figures` each figure by name; `groups` the figures of each
    value of what is compared; `ratios` the worst over the best group.
    """

    counts: dict[str, int]
    figures: dict[str, Figure]
    groups: Groups
    ratios: dict[str, Figure]


def counted(rows: Rows) -> dict[str, int]:
    """How many rows there are in each state of the label."""
    frauds, unknown = (int((rows.label == state).sum()) for state in (FRAUD, UNKNOWN))
    cleared = len(rows) - frauds - unknown
    return {
        "rows": len(rows),
        "frauds_known": frauds,
        "cleared_known": cleared,
        "unknown": unknown,
    }


def measure(risk: Floats, rows: Rows) -> dict[str, Figure]:
    """Ranking and calibration of a risk of shape (n,), each figure with its interval."""
    ranking = Ranking(risk, rows.label, rows.share_known)
    drawn = [ranking.figures(times) for times in draws(rows.cluster)]
    return intervals(ranking.figures(), drawn)


def assess(risk: Floats, rows: Rows) -> Assessment:
    """All that is told of a model, from its risk of shape (n,)."""
    groups, ratios = group_figures(rows.label, rows.groups, rows.cluster, first(risk, REVIEWED))
    figures = measure(risk, rows) | time_to_catch(risk, rows)
    return Assessment(counted(rows), figures, groups, ratios)


def first(risk: Floats, budget: float) -> NDArray[np.bool_]:
    """The rows that a budget of reviews takes, highest risk first."""
    taken = np.zeros(len(risk), dtype=bool)
    taken[np.argsort(-risk, kind="stable")[: max(1, round(budget * len(risk)))]] = True
    return taken


@dataclass(frozen=True, slots=True)
class Catches:
    """When the rings were first flagged, shape (rings,) each.

    `share` of a ring's known frauds came before its first flag (1 where it never was), `days` after
    its first registration (NaN where it never was); `cluster` names it.
    """

    share: Floats
    days: Floats
    cluster: NDArray[np.int64]


def catches(risk: Floats, rows: Rows) -> Catches:
    """The first flag of every ring at the budget `CAUGHT`; any row of it may raise the flag."""
    flagged = first(risk, CAUGHT)
    fraud = rows.label == FRAUD
    clusters, many = np.unique(rows.cluster[fraud], return_counts=True)
    rings = clusters[many >= FEWEST_OF_A_RING]
    inside = np.flatnonzero(np.isin(rows.cluster, rings) & (fraud | flagged))
    inside = inside[np.argsort(rows.at[inside], kind="stable")]
    share, days = np.ones(len(rings)), np.full(len(rings), np.nan)
    for i, ring in enumerate(rings):
        members = inside[rows.cluster[inside] == ring]
        flags = np.flatnonzero(flagged[members])
        if len(flags):
            earlier = members[: flags[0]]
            share[i] = fraud[earlier].sum() / fraud[members].sum()
            days[i] = (rows.at[members[flags[0]]] - rows.at[members[0]]) / _A_DAY
    return Catches(share, days, rings)


def time_to_catch(risk: Floats, rows: Rows) -> dict[str, Figure]:
    """Medians over rings; nothing where no ring is known."""
    found = catches(risk, rows)
    if not len(found.cluster):
        return {}
    name = named(CAUGHT)
    flagged = np.isfinite(found.days)
    figures = {
        f"share_before_first_flag_at_{name}": _median(found.share, found.cluster),
        f"rings_flagged_at_{name}": _mean(flagged.astype(np.float64), found.cluster),
    }
    if flagged.any():
        days = _median(found.days[flagged], found.cluster[flagged])
        figures[f"days_to_first_flag_at_{name}"] = days
    return figures


def _median(values: Floats, cluster: NDArray[np.int64]) -> Figure:
    drawn = [float(np.median(np.repeat(values, t.astype(int)))) for t in draws(cluster) if t.any()]
    return interval(float(np.median(values)), drawn)


def _mean(values: Floats, cluster: NDArray[np.int64]) -> Figure:
    drawn = [float(np.average(values, weights=t)) for t in draws(cluster)]
    return interval(float(np.mean(values)), drawn)


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

"""How good a model is on rows it did not learn from: ranking, calibration, cost, time to catch, groups.

Every figure has an interval from draws of whole rings. What the names of figures say of unknown rows
stands in `training/ranking.py`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from training.dataset import FRAUD, UNKNOWN, Dataset
from training.delay import share_known
from training.grouping import Groups, group_figures
from training.ranking import Ranking, named
from training.resampling import Figure, draws, interval, intervals
from training.split import Split

REVIEWED = 0.02
"""The budget of reviews at which groups are compared."""
CAUGHT = 0.01
"""The budget of reviews at which the time to catch is told."""
FEWEST_OF_A_RING = 3
"""Known frauds of one cluster from which it counts as a ring."""
_GROUPS = (
    "institution",
    "kind",
    "channel",
    "typology",
    "age_group",
    "sex",
    "name_group",
    "province_group",
)
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


def later_rows(data: Dataset, split: Split, until: float) -> Rows:
    """The later rows of a split, judged by what is known at `until`, in seconds since 1970."""
    later = split.later
    frauds = data.label == FRAUD
    seen_for, delay = until - data.at, data.confirmed - data.at
    groups = {name: _told(data, name)[later] for name in _GROUPS}
    groups["ring"] = np.where(split.continuing, "known_before", "new")[later]
    return Rows(
        data.label[later],
        data.at[later],
        data.cluster[later],
        share_known(seen_for[later], delay[frauds], seen_for[frauds]),
        groups,
    )


def _told(data: Dataset, column: str) -> NDArray[np.str_]:
    values = data.rows[column].cast(pa.string()).fill_null("")
    return np.asarray(values.to_numpy(), dtype=np.str_)


def flat(figures: Mapping[str, Figure]) -> dict[str, float]:
    """Figures as plain numbers, the ends of their intervals by names in `_low` and `_high`."""
    found = {}
    for name, figure in figures.items():
        found[name] = figure.value
        found[f"{name}_low"], found[f"{name}_high"] = figure.low, figure.high
    return found


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

    def told(self) -> dict[str, float]:
        """What a released model says of itself: numbers of rows and figures, no group; no NaN."""
        numbers: dict[str, float] = self.counts | flat(self.figures | self.ratios)
        return {name: value for name, value in numbers.items() if math.isfinite(value)}


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

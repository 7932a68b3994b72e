"""Whom reviews hit, group by group, and how far the worst group stands from the best."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.dataset import FRAUD, UNKNOWN
from training.resampling import Figure, draws, interval, intervals

FAIR = ("age_group", "sex", "name_group", "province_group")
"""What no group may be hit harder for."""
FEWEST_TOLD = 10
"""Smaller groups are not told: a figure of a handful of people tells of a person."""
FEWEST_COMPARED = 500
"""Smaller groups are told, but no worst or best is taken among them."""
FALSE_REVIEWS = "false_reviews_floor"
"""The share of those not known to be frauds who are reviewed: some of them may be frauds yet."""

Floats = NDArray[np.float64]
_STATES = 6


@dataclass(frozen=True, slots=True)
class Group:
    """One value of what is compared: how many rows of which label, and their figures by name."""

    rows: int
    frauds_known: int
    cleared_known: int
    figures: dict[str, Figure]


Groups = dict[str, dict[str, Group]]
"""By column, then by value."""


class Grouping:
    """Rows sorted into the values of one column, by what is known of them and whether reviewed.

    Args:
        values: a value a row, empty where not told; shape (n,).
        label: 1 fraud, 0 cleared, -1 unknown; shape (n,).
        reviewed: shape (n,).
    """

    def __init__(
        self, values: NDArray[np.str_], label: NDArray[np.int8], reviewed: NDArray[np.bool_]
    ) -> None:
        names, place, many = np.unique(values, return_inverse=True, return_counts=True)
        known = np.where(label == FRAUD, 2, np.where(label == UNKNOWN, 0, 1))
        self._cell = place * _STATES + known * 2 + reviewed
        self._cells = len(names) * _STATES
        told = (names != "") & (many >= FEWEST_TOLD)
        self._told = np.flatnonzero(told)
        self.names = [str(name) for name in names[told]]
        self.sizes = many[told]
        self.known = np.bincount(place * 3 + known, minlength=len(names) * 3).reshape(-1, 3)[told]

    def figures(self, times: Floats | None = None) -> dict[str, Floats]:
        """Each figure by name, shape (values,), of the rows as they are or of a draw."""
        cells = np.bincount(self._cell, weights=times, minlength=self._cells)
        table = cells.reshape(-1, 3, 2)[self._told].astype(np.float64)
        unknown, cleared, fraud = table[:, 0], table[:, 1], table[:, 2]
        passed, reviewed = 0, 1
        rows, honest = table.sum(axis=(1, 2)), unknown + cleared
        with np.errstate(divide="ignore", invalid="ignore"):
            return {
                "reviewed": table[:, :, reviewed].sum(axis=1) / rows,
                "recall": fraud[:, reviewed] / fraud.sum(axis=1),
                "false_reviews_known": cleared[:, reviewed] / cleared.sum(axis=1),
                FALSE_REVIEWS: honest[:, reviewed] / (honest[:, passed] + honest[:, reviewed]),
            }


def group_figures(
    label: NDArray[np.int8],
    groups: Mapping[str, NDArray[np.str_]],
    cluster: NDArray[np.int64],
    reviewed: NDArray[np.bool_],
) -> tuple[Groups, dict[str, Figure]]:
    """The figures of every group, and the worst over the best of each column of `FAIR`."""
    columns = {name: Grouping(values, label, reviewed) for name, values in groups.items()}
    found = {name: column.figures() for name, column in columns.items()}
    drawn = [
        {name: column.figures(times) for name, column in columns.items()}
        for times in draws(cluster)
    ]
    told = {
        name: {
            value: _group(i, column, found[name], [d[name] for d in drawn])
            for i, value in enumerate(column.names)
        }
        for name, column in columns.items()
    }
    ratios = {}
    for name in (n for n in FAIR if n in columns):
        large = columns[name].sizes >= FEWEST_COMPARED
        if large.sum() > 1:
            shares = [f[name][FALSE_REVIEWS][large] for f in (found, *drawn)]
            ratios[f"worst_over_best.{name}.{FALSE_REVIEWS}"] = _ratio(shares)
    return told, ratios


def _group(
    i: int, column: Grouping, found: Mapping[str, Floats], drawn: list[dict[str, Floats]]
) -> Group:
    figures = intervals(
        {name: float(values[i]) for name, values in found.items()},
        [{name: float(values[i]) for name, values in d.items()} for d in drawn],
    )
    _, cleared, frauds = (int(n) for n in column.known[i])
    return Group(int(column.sizes[i]), frauds, cleared, figures)


def _ratio(shares: list[Floats]) -> Figure:
    """The highest share over the lowest, of the rows as they are; NaN where the lowest is zero.

    The same two groups are followed through all draws: the highest of any draw over its lowest would
    be above 1 even where all groups are alike.
    """
    worst, best = int(np.argmax(shares[0])), int(np.argmin(shares[0]))
    ratios = [float(s[worst] / s[best]) if s[best] > 0 else float("nan") for s in shares]
    return interval(ratios[0], ratios[1:])

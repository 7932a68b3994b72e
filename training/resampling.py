"""Draws whole rings anew, again and again: how far a figure might have come out otherwise.

Rows of one ring rise and fall together. An interval from rows drawn one by one takes a ring of forty
for forty pieces of evidence, and is too narrow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

REPLICATES = 200


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, and from where to where 95 % of the draws have it; NaN where it has no value."""

    value: float
    low: float
    high: float


def draws(
    cluster: NDArray[np.int64], *, replicates: int | None = None, seed: int = 0
) -> Iterator[NDArray[np.float64]]:
    """How often each row was drawn, shape (n,), one array a draw; rows of one ring alike.

    Args:
        cluster: the ring of each row, shape (n,); a row alone is a ring of its own.
        replicates: how many draws; `REPLICATES` unless said.
        seed: equal seeds give equal draws.
    """
    _, place = np.unique(cluster, return_inverse=True)
    rings = int(place.max(initial=-1)) + 1
    dice = np.random.default_rng(seed)
    for _ in range(REPLICATES if replicates is None else replicates):
        times = np.bincount(dice.integers(0, rings, rings), minlength=rings)
        yield times[place].astype(np.float64)


def intervals(
    found: Mapping[str, float], drawn: Sequence[Mapping[str, float]]
) -> dict[str, Figure]:
    """Each figure with its interval.

    Args:
        found: the figures of the rows as they are.
        drawn: the same figures of each draw.
    """
    return {name: interval(value, [d[name] for d in drawn]) for name, value in found.items()}


def interval(value: float, drawn: Sequence[float]) -> Figure:
    """One figure with its interval; draws in which it has no value do not count."""
    told = np.asarray(drawn, dtype=np.float64)
    told = told[np.isfinite(told)]
    if not len(told):
        return Figure(value, np.nan, np.nan)
    low, high = np.quantile(told, (0.025, 0.975))
    return Figure(value, float(low), float(high))

"""Splits rows by time, and tells later rows of rings that were known before from new ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.dataset import FRAUD, Dataset


@dataclass(frozen=True, slots=True)
class Split:
    """Which rows, of shape (n,), lie before a moment and which later.

    `since` is the moment in seconds since 1970. `continuing` are those later rows whose cluster held
    a fraud that was known by then: finding them is no proof that a new ring would be found.
    """

    since: float
    before: NDArray[np.bool_]
    later: NDArray[np.bool_]
    continuing: NDArray[np.bool_]


def by_time(data: Dataset, later_part: float) -> Split:
    """Splits where a part of the rows, 0 to 1, is left to come."""
    since = float(np.quantile(data.at, 1 - later_part))
    later = data.at >= since
    caught = data.cluster[~later & (data.label_at(since) == FRAUD)]
    return Split(since, ~later, later, later & np.isin(data.cluster, caught))

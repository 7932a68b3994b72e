"""How long outcomes take to become known, and from when on too few of them are."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from training.dataset import UNKNOWN, Dataset
from training.delay import shares_by

_DAY = 86_400.0
MATURE = 0.9
"""From this share of outcomes known on, rows count as mature."""


@dataclass(frozen=True, slots=True)
class Maturity:
    """Delays of outcomes from registration to confirmation, in days.

    `delays` ascend, and of the outcomes that become known within the longest of them `shares` are
    known by then. `since` is the moment, in seconds since 1970, from which on rows are immature; NaN
    where nothing is known.
    """

    delays: NDArray[np.float64]
    shares: NDArray[np.float64]
    since: float

    def days(self, share: float) -> float:
        """Within how many days this share of outcomes is known; NaN where nothing is known."""
        if not len(self.delays):
            return float("nan")
        place = int(np.searchsorted(self.shares, share))
        return float(self.delays[min(place, len(self.delays) - 1)])


def maturity(data: Dataset, until: float) -> Maturity:
    """Measures the delays among the outcomes known at `until`, in seconds since 1970."""
    known = data.label != UNKNOWN
    delays, shares = shares_by(
        (data.confirmed[known] - data.at[known]) / _DAY, (until - data.at[known]) / _DAY
    )
    measured = Maturity(delays, shares, float("nan"))
    return replace(measured, since=until - measured.days(MATURE) * _DAY)

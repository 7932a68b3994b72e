"""How long outcomes take to become known, and from when on too few of them are.

What is known at a moment was confirmed before it, so of recent registrations only the quick outcomes
are seen. The delays are therefore estimated by the product-limit method for data cut off on the
right (Lynden-Bell 1971; Lagakos, Barraj and De Gruttola 1988).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.dataset import UNKNOWN, Dataset

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

    def known(self, age: NDArray[np.float64]) -> NDArray[np.float64]:
        """The share of outcomes that is known of registrations of an age in days, any shape."""
        if not len(self.delays):
            return np.full(np.shape(age), np.nan)
        place = np.searchsorted(self.delays, age, side="right")
        return np.concatenate([[0.0], self.shares])[place]


def maturity(data: Dataset, until: float) -> Maturity:
    """Measures the delays among the outcomes known at `until`, in seconds since 1970."""
    known = data.label != UNKNOWN
    delay = (data.confirmed[known] - data.at[known]) / _DAY
    seen_until = (until - data.at[known]) / _DAY
    delays, times = np.unique(delay, return_counts=True)
    # Of each delay: the outcomes that were no slower, of registrations old enough to show it.
    at_risk = np.cumsum(times) - np.searchsorted(np.sort(seen_until), delays)
    staying = np.where(at_risk > times, 1 - times / np.maximum(at_risk, 1), 1.0)
    shares = np.append(np.cumprod(staying[:0:-1])[::-1], 1.0)[: len(delays)]
    measured = Maturity(delays, shares, float("nan"))
    return Maturity(delays, shares, until - measured.days(MATURE) * _DAY)

"""How long it takes until a fraud is known, and so how many of the recent ones are not known yet."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_LEAST = 0.05
"""No known fraud speaks for more than twenty."""


def shares_by(
    delay: NDArray[np.float64], seen_for: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The different delays, ascending, and the share of all outcomes that are known by each.

    Known delays alone would be too short: of recent rows only the quick ones are known. So each delay
    is counted among those that could have shown it (the product-limit estimate under truncation on
    the right, Lagakos, Barraj and De Gruttola, Biometrika 75, 1988).

    Args:
        delay: from registration to confirmation, of what is known; in any unit of time.
        seen_for: from registration to now, of the same; never shorter than the delay.
    """
    at, many = np.unique(delay, return_counts=True)
    could = np.searchsorted(np.sort(delay), at, "right") - np.searchsorted(np.sort(seen_for), at)
    # Of those that could show a delay of `at`, who did not take shorter; the first took `at` or less.
    shorter = np.where(could > many, 1 - many / np.maximum(could, 1), 1.0)
    return at, np.append(np.cumprod(shorter[:0:-1])[::-1], 1.0)[: len(at)]


def share_known(
    age: NDArray[np.float64], delay: NDArray[np.float64], seen_for: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The chance that a fraud of an age is known, among those that become known at all; shape of `age`.

    Args:
        age: since the registration, in any unit of time.
        delay: from registration to confirmation, of the known frauds.
        seen_for: from registration to now, of the same frauds; never shorter than the delay.
    """
    if not len(delay):
        return np.ones_like(age)
    at, by = shares_by(delay, seen_for)
    found = np.searchsorted(at, age, "right")
    return np.asarray(np.maximum(np.concatenate([[0.0], by])[found], _LEAST))

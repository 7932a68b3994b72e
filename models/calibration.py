"""From a model's raw score to a probability: two arrays and a straight line between their points."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Calibration:
    """A rising curve through (`raw`, `probability`), flat beyond its ends.

    Raises:
        ValueError: it is none.
    """

    raw: tuple[float, ...]
    probability: tuple[float, ...]

    def __post_init__(self) -> None:
        rising = all(a <= b for p in (self.raw, self.probability) for a, b in pairwise(p))
        probable = all(0 <= p <= 1 for p in self.probability)
        if len(self.raw) != len(self.probability) or not self.raw or not (rising and probable):
            raise ValueError("a calibration is rising scores and as many rising probabilities")

    def apply(self, raw: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated probabilities of raw scores, of the same shape."""
        return np.interp(raw, self.raw, self.probability)

"""The values of one stored vector by feature name, and what may tell a reason from them."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from features.vector import NAMES
from models.wording.sentences import Words


class Values:
    """The values of one vector by feature name; NaN where there is no such feature."""

    def __init__(self, vector: NDArray[np.float64]) -> None:
        self._vector = vector

    def __getitem__(self, name: str) -> float:
        """One value."""
        place = PLACE.get(name)
        return math.nan if place is None else float(self._vector[place])


Teller = Callable[[Values], Words | None]
PLACE = {name: i for i, name in enumerate(NAMES)}
WHEN: dict[str, Words] = {
    "1h": (" trong một giờ qua", " in the last hour"),
    "1d": (" trong 24 giờ qua", " in the last 24 hours"),
    "7d": (" trong 7 ngày qua", " in the last 7 days"),
    "30d": (" trong 30 ngày qua", " in the last 30 days"),
    "90d": (" trong 90 ngày qua", " in the last 90 days"),
    "all": ("", ""),
}
"""Windows, the shortest first; all that lies before the registration needs no words."""


def sentence(text: str) -> str:
    """Begins with a capital, ends with a full stop."""
    return f"{text[0].upper()}{text[1:]}."

"""Seeded chance for the simulated world: one numpy generator behind cheap single draws.

A call into a generator for each single number would cost most of the simulation's time, so
uniform numbers are drawn by the thousand and every other draw is made from them.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from statistics import NormalDist
from typing import Generic, TypeVar

import numpy as np

T = TypeVar("T")

_BELL = NormalDist()
_STOCK = 16384


class Wheel(Generic[T]):
    """Items with weights, prepared once and drawn from often."""

    def __init__(self, weighted: Iterable[tuple[T, float]]) -> None:
        pairs = [(item, weight) for item, weight in weighted if weight > 0]
        self.items: list[T] = [item for item, _ in pairs]
        self._bounds = list(accumulate(weight for _, weight in pairs))

    def __len__(self) -> int:
        return len(self.items)

    def at(self, share: float) -> T:
        """The item at a share (0 to 1) of the total weight."""
        place = bisect_right(self._bounds, share * self._bounds[-1])
        return self.items[min(place, len(self.items) - 1)]


class Dice:
    """One stream of chance; equal seeds give equal streams on every machine."""

    def __init__(self, seed: np.random.SeedSequence) -> None:
        self._rng = np.random.Generator(np.random.PCG64(seed))
        self._next: Callable[[], float] = iter(()).__next__

    def roll(self) -> float:
        """Uniform in [0, 1)."""
        try:
            return self._next()
        except StopIteration:
            self._next = iter(self._rng.random(_STOCK).tolist()).__next__
            return self._next()

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.roll() < probability

    def below(self, bound: int) -> int:
        """A whole number from 0 to `bound` - 1."""
        return int(self.roll() * bound)

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self.roll() * (high - low + 1))

    def uniform(self, low: float, high: float) -> float:
        """A real number between the two."""
        return low + self.roll() * (high - low)

    def waiting(self, mean: float) -> float:
        """An exponential waiting time."""
        return -mean * math.log(1.0 - self.roll())

    def lognormal(self, median: float, spread: float) -> float:
        """A positive number about `median` with a long tail; `spread` is the sigma of its log."""
        return median * math.exp(spread * _BELL.inv_cdf(min(max(self.roll(), 1e-9), 1 - 1e-9)))

    def pick(self, items: Sequence[T]) -> T:
        """One of them, each as likely."""
        return items[int(self.roll() * len(items))]

    def spin(self, wheel: Wheel[T]) -> T:
        """One item of a wheel by its weight."""
        return wheel.at(self.roll())

    def sample(self, items: Sequence[T], count: int) -> list[T]:
        """`count` different places of `items` in chance order, or all where there are fewer."""
        return self.shuffled(items)[:count] if count * 4 > len(items) else self._few(items, count)

    def _few(self, items: Sequence[T], count: int) -> list[T]:
        places: dict[int, None] = {}
        while len(places) < count:
            places[self.below(len(items))] = None
        return [items[place] for place in places]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """All of them in chance order."""
        order = list(items)
        for place in range(len(order) - 1, 0, -1):
            other = self.below(place + 1)
            order[place], order[other] = order[other], order[place]
        return order

    def digits(self, count: int) -> str:
        """A string of decimal digits."""
        return f"{int(self.roll() * 10**count):0{count}d}"

    def hexes(self, count: int) -> str:
        """A string of lower-case hexadecimal digits, at most 12 from one draw."""
        text = ""
        while len(text) < count:
            text += f"{int(self.roll() * 16**12):012x}"
        return text[:count]

"""What a feature is: a function with a name, a text, a unit, an allowed direction and a reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from features.evidence import Evidence
from features.registration import Registration

MISSING = float("nan")


class Counts(Protocol):
    """The aggregates of one registration by name, e.g. `phone.holders.30d`; NaN where absent."""

    @property
    def known(self) -> bool:
        """Whether the graph could be asked."""
        ...

    def __getitem__(self, name: str, /) -> float:
        """One aggregate."""
        ...


class Facts(Protocol):
    """What a feature may look at."""

    @property
    def registration(self) -> Registration:
        """As its sender typed it."""
        ...

    @property
    def evidence(self) -> Evidence:
        """How far it agrees with the register."""
        ...

    @property
    def company(self) -> Counts:
        """What it shares with others."""
        ...


class Direction(IntEnum):
    """How the risk may move with the feature, where law or logic says so."""

    FALLS = -1
    FREE = 0
    RISES = 1


Compute = Callable[[Facts], float]


@dataclass(frozen=True, slots=True)
class Feature:
    """One number of the vector; `doc` is what an analyst reads, `reason` a reason code."""

    name: str
    doc: str
    unit: str
    direction: Direction
    reason: str
    compute: Compute


def feature(
    reason: str, *, unit: str = "yes/no", direction: Direction = Direction.FREE
) -> Callable[[Compute], Feature]:
    """Declares a function as a feature: its name is its assertion, its docstring its text."""

    def declare(compute: Compute) -> Feature:
        name, doc = compute.__name__, compute.__doc__
        if not doc:
            raise TypeError(f"feature {name} has no docstring")
        return Feature(name, doc.strip(), unit, direction, reason, compute)

    return declare

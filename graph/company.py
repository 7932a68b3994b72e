"""What a registration finds around it, and the protocol of the live graph and the history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from graph.aggregates import AGGREGATES
from graph.attributes import Node

PLACE: dict[str, int] = {a.name: i for i, a in enumerate(AGGREGATES)}
"""Where in `Company.values` an aggregate stands."""


@dataclass(frozen=True, slots=True, eq=False)
class Company:
    """The aggregates of one registration as of its own moment.

    `values` is a float64 array in the order of `AGGREGATES`; NaN where the registration lacks the
    attribute, or where there is nothing to measure from. `ring_id` is the ring at the last ring
    run before the registration that its private attributes reach. Where it is not `known`, the
    graph could not be asked, and the values are those of somebody alone.
    """

    values: NDArray[np.float64]
    ring_id: str | None = None
    known: bool = True

    def __getitem__(self, name: str) -> float:
        """One aggregate by its name, e.g. `phone.holders.30d`."""
        return float(self.values[PLACE[name]])


class Graph(Protocol):
    """Answers each registration as of its own moment; a batch of one or of many, equally."""

    def around(self, nodes: Sequence[Node]) -> list[Company]:
        """The company of each node: all recorded before it, and its batch-mates before it."""
        ...

"""Stands in for a live graph that cannot be asked: everybody as though nobody else had registered."""

from __future__ import annotations

from collections.abc import Sequence

from graph.attributes import Node
from graph.company import Company
from graph.counting import count


def alone(nodes: Sequence[Node]) -> list[Company]:
    """The company of each node in an empty graph, said to be unknown.

    What a registration has is counted as zero, and is not said to be absent: a model would read
    that as papers left empty. Batch-mates do not count either, so that no cut of a stream matters.
    """
    return [Company(count(node, {}, {}), known=False) for node in nodes]

"""What a registration finds around it, and the protocol that the live graph and the history share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from graph.attributes import Node


@dataclass(frozen=True, slots=True)
class Company:
    """The aggregates of one registration as of its own moment.

    `counts` maps an aggregate's name (`phone.holders.30d`) to its value; an aggregate of an
    attribute that the registration lacks is absent. `ring_id` is the ring at the last ring run
    before the registration that its private attributes reach.
    """

    counts: dict[str, float] = field(default_factory=dict)
    ring_id: str | None = None


class Graph(Protocol):
    """Answers each registration as of its own moment; a batch of one or of many, equally."""

    def around(self, nodes: Sequence[Node]) -> list[Company]:
        """The company of each node: all recorded before it, and its batch-mates before it."""
        ...

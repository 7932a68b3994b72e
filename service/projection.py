"""Brings the live graph to where the ledger stands; the graph holds nothing of its own."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Protocol

from graph.attributes import Mark, Node
from service.ledger.reading import WholeLedger

_STEP = 1_000


class Projected(Protocol):
    """What follows the ledger; `graph.live.LiveGraph` is one."""

    def project(self, nodes: Sequence[Node], marks: Sequence[Mark], position: int) -> None:
        """Records and moves the watermark, all at once; repeating changes nothing."""
        ...

    def position(self) -> int:
        """The watermark; 0 where it is empty."""
        ...

    def clear(self) -> None:
        """Forgets everything."""
        ...


def catch_up(ledger: WholeLedger, graph: Projected, steps: int | None = None) -> int:
    """Projects what the ledger holds beyond the watermark; gives the new watermark.

    At most `steps` of a thousand events each, all of them without.

    A graph ahead of its ledger followed another one (a ledger restored from a backup): it is
    built anew.
    """
    position, last = graph.position(), ledger.last_position()
    if position > last:
        graph.clear()
        position = 0
    for _ in count() if steps is None else range(steps):
        events = ledger.events(position, _STEP) if position < last else []
        if not events:
            break
        nodes = [event.node for event in events if event.node is not None]
        marks = [event.mark for event in events if event.mark is not None]
        position = events[-1].position
        graph.project(nodes, marks, position)
    return position

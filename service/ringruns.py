"""The daily ring run: at 00:00 UTC, from what was then known, before the day's first answer.

The risks are those without outcomes: a registration's own outcome never decides whether it is a
member, not even through the risk of who came after it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from graph import rings
from graph.live import LiveGraph
from graph.rings import Ring
from service.keys import Keys
from service.ledger.reading import WholeLedger
from service.ledger.writing import Writer


class RingRuns:
    """Keeps the rings of the live graph as of today; one thread at a time."""

    def __init__(self, graph: LiveGraph, keys: Keys) -> None:
        self._graph = graph
        self._keys = keys
        self._least_risk = rings.Rules().suspicious

    def run_if_due(self, writer: Writer, now: datetime) -> None:
        """Runs once a day; a graph that lost its rings gets those of today again."""
        today = now.astimezone(UTC).date()
        if self._graph.rings_day() == today:
            return
        self.run(writer, today)

    def run(self, writer: Writer, day: date) -> list[Ring]:
        """The rings at 00:00 UTC of `day`: recorded once, then put into the live graph."""
        run_at = datetime.combine(day, time(), UTC)
        ledger = WholeLedger(writer.door, self._keys)
        suspects = ledger.suspects(run_at, self._least_risk)
        risk = {node.key: value for node, value in suspects}
        found = rings.find([node for node, _ in suspects], risk)
        if not ledger.has_ring_run(run_at):
            members = [(ring.ring_id, n.key, ring.risk) for ring in found for n in ring.members]
            writer.record_rings(run_at, members, ledger.last_position())
        self._graph.set_rings(day, rings.ring_of_token(found))
        return found

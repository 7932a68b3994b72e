"""Erases personal data: of whom it is asked, and of whom the time of retention is over.

First from the live graph and its disk, then from the ledger, a bounded round after the other; a
round that was cut short is done again. What was decided stays, without anybody's data.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

import redis

from graph.attributes import Mark, Node
from graph.live import MOST_REMEMBERED, LiveGraph
from service import ringruns
from service.ledger.erasing import Erasures
from service.ledger.writing import Writer

_A_ROUND = 50
"""Registrations; who calls meanwhile waits for so many at most."""
EXPIRED = "retention"
"""The reason of who was not asked about."""


class Forgetting:
    """What whoever holds the lease does when there is time; the graph stands where the ledger does."""

    def __init__(self, graph: LiveGraph, retention_days: int | None) -> None:
        """`retention_days` after its own moment a registration is erased; None keeps it."""
        self._graph = graph
        self._builder = graph.builder(uuid.uuid4().hex)
        self._retention = None if retention_days is None else timedelta(days=retention_days)

    def round(self, writer: Writer, now: datetime) -> bool:
        """Erases some; whether there may be more."""
        erasures = Erasures(writer.door)
        if self._retention is not None:
            expired = erasures.expired(now - self._retention, _A_ROUND)
            if expired:
                erasures.ask(expired, EXPIRED, now)
        nodes, marks = erasures.pending(_A_ROUND)
        if not nodes:
            return False
        try:
            # Who builds a graph anew has perhaps read them already.
            if not self._builder.take():
                return False
            try:
                # The ledger's part comes last: a round that is cut short leaves it as it was.
                with writer.door.transaction():
                    self._forget_places(erasures, nodes, marks)
                    erasures.carry_out([node.key for node in nodes], now)
                    ringruns.forget(writer.door, self._graph, nodes)
                    self._graph.make_durable()
            finally:
                self._builder.let_go()
        except redis.RedisError:
            return False  # without the graph and its disk nobody is forgotten; a later round sees
        return True

    def _forget_places(
        self, erasures: Erasures, nodes: Sequence[Node], marks: Sequence[Mark]
    ) -> None:
        position = self._graph.position()
        full = self._graph.forget(nodes, marks)
        if full:
            moments = [n.registered_at for n in nodes] + [m.confirmed_at for m in marks]
            older = erasures.latest_at(full, max(moments), MOST_REMEMBERED)
            self._graph.project(*older, position)

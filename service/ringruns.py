"""Ring runs: daily at 00:00 UTC before the day's first answer, and whenever one is asked for.

Each goes by what was known at its moment, and is recorded once. The risks are those without
outcomes: a registration's own outcome never decides whether it is a member, not even through the
risk of who came after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta

import psycopg
import redis

from graph import rings
from graph.attributes import Node
from graph.lineage import follow
from graph.live import RING_DAYS, LiveGraph
from service.keys import Keys
from service.ledger.reading import WholeLedger
from service.ledger.rings import RingLedger
from service.ledger.writing import Writer

_LOOK_EVERY = timedelta(seconds=1)


class RingRuns:
    """Keeps the rings of the live graph as of today; one thread at a time."""

    def __init__(self, graph: LiveGraph, keys: Keys) -> None:
        self._graph = graph
        self._keys = keys
        self._held: datetime | None = None
        self._looked = datetime.min.replace(tzinfo=UTC)

    def run_if_due(self, writer: Writer, now: datetime) -> None:
        """Runs once a day and where asked; a graph that lacks a run gets the recorded ones."""
        today, held = midnight(now.astimezone(UTC).date()), self._graph.last_rings()
        fresh = self._looked <= now < self._looked + _LOOK_EVERY
        if fresh and held is not None and held == self._held and held >= today:
            return
        book = RingLedger(writer.door)
        last = book.last_run()
        if last is not None and (held is None or held < last):
            restore(writer.door, self._graph)
        if last is None or last < today:
            self.run(writer, today)
        self._held = self._graph.last_rings()
        if fresh:
            return
        self._looked = now
        asked = book.asked()
        if asked is not None and asked <= now:
            self.run(writer, asked)

    def round(self, writer: Writer, now: datetime) -> None:
        """What is due while nobody calls; without the graph a later round sees."""
        with suppress(redis.RedisError):
            self.run_if_due(writer, now)

    def run(self, writer: Writer, run_at: datetime) -> None:
        """The rings of a moment, later than that of the last run: recorded, then remembered."""
        ledger, book = WholeLedger(writer.door, self._keys), RingLedger(writer.door)
        # All of them: what a value that suspects share is worth depends on everybody who holds it.
        judged = ledger.risks(run_at)
        found = rings.find([node for node, _ in judged], {n.key: risk for n, risk in judged})
        named, steps = follow(book.memory(), found)
        book.record(run_at, named, steps, ledger.last_position())
        self._held = None  # until the graph has it: it may go away right here
        self._graph.set_rings(run_at, rings.ring_of_token(named))


def restore(door: psycopg.Connection, graph: LiveGraph) -> None:
    """Gives the live graph the rings of the latest days as they are recorded."""
    book = RingLedger(door)
    for run_at in book.runs_of_days(RING_DAYS):
        graph.set_rings(run_at, rings.ring_of_token(book.rings(run_at)))


def forget(door: psycopg.Connection, graph: LiveGraph, nodes: Sequence[Node]) -> None:
    """Has the values of nodes lead to the rings of those alone who share them in the ledger still."""
    book = RingLedger(door)
    tokens = {t for node in nodes for a, t in node.tokens.items() if a in rings.PRIVATE}
    graph.forget_rings(tokens, book.led(book.runs_of_days(RING_DAYS), tokens))


def midnight(day: date) -> datetime:
    """00:00 UTC of a day."""
    return datetime.combine(day, time(), UTC)

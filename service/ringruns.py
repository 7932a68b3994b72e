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
from graph.live import LiveGraph
from service.keys import Keys
from service.ledger.reading import WholeLedger
from service.ledger.rings import RingLedger
from service.ledger.writing import Writer

_LOOK_EVERY = timedelta(seconds=1)
_DAYS = 8
"""Days whose rings the live graph remembers: who comes late still meets those of his own day."""


class RingRuns:
    """Keeps the rings of the live graph as of today; one thread at a time."""

    def __init__(self, graph: LiveGraph, keys: Keys) -> None:
        self._graph = graph
        self._keys = keys
        self._owed = False
        self._looked = datetime.min.replace(tzinfo=UTC)

    def run_if_due(self, writer: Writer, now: datetime) -> None:
        """Runs once a day and where asked; a graph that lost its rings gets the recorded ones."""
        today, held = now.astimezone(UTC).date(), self._graph.rings_day()
        book = RingLedger(writer.door)
        if held != today or self._owed:
            last = book.last_run()
            due = last is None or last < midnight(today)
            if due:
                self.run(writer, midnight(today))
            if held is None or not due:
                restore(writer.door, self._graph)
                self._owed = False
        if self._looked <= now < self._looked + _LOOK_EVERY:
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
        self._owed = True  # until the graph has it: it may go away right here
        self._graph.set_rings(run_at.astimezone(UTC).date(), rings.ring_of_token(named))
        self._owed = False


def restore(door: psycopg.Connection, graph: LiveGraph) -> None:
    """Gives the live graph the rings of the latest days as they are recorded."""
    book = RingLedger(door)
    for run_at in book.last_runs_of_days(_DAYS):
        day = run_at.astimezone(UTC).date()
        graph.set_rings(day, rings.ring_of_token(book.rings(run_at)))


def forget(door: psycopg.Connection, graph: LiveGraph, nodes: Sequence[Node]) -> None:
    """Has the values of nodes lead to the rings of those alone who share them in the ledger still."""
    book = RingLedger(door)
    tokens = {t for node in nodes for a, t in node.tokens.items() if a in rings.PRIVATE}
    led = book.led(book.last_runs_of_days(_DAYS), tokens)
    graph.forget_rings(tokens, {at.astimezone(UTC).date(): ring_of for at, ring_of in led.items()})


def midnight(day: date) -> datetime:
    """00:00 UTC of a day."""
    return datetime.combine(day, time(), UTC)

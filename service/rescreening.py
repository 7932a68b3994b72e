"""Screens again what was screened while the register was away, once it answers and nobody waits.

A new row names the old one, which stays. Of the graph it is as of the registration, as ever; the
graph itself knows the registration already and learns nothing new.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import redis

from graph.attributes import Node
from graph.company import Company, Graph
from service.batches import Road
from service.keys import Keys
from service.ledger.reading import Unchecked, WholeLedger
from service.ledger.records import Asked, Judged
from service.ledger.writing import Writer

_A_ROUND = 50
"""Registrations; who calls meanwhile waits for so many at most."""
_ASKED_BY, _PURPOSE = "chinhchu", "register-is-back"


@dataclass(frozen=True, slots=True)
class OneByOne:
    """A graph that knows the registrations asked about: their batch must not count them again."""

    graph: Graph

    def around(self, nodes: Sequence[Node]) -> list[Company]:
        """The company of each node, from the graph alone."""
        return [company for node in nodes for company in self.graph.around([node])]


@dataclass(frozen=True, slots=True)
class RegisterState:
    """Whether the register answers, and whether it has time for what can wait."""

    answers: Callable[[], bool]
    spare: Callable[[], bool]


class Rescreening:
    """What an idle lane does, a bounded round at a time; one thread at a time."""

    def __init__(
        self,
        road: Road,
        register: RegisterState,
        keys: Keys,
        make_ready: Callable[[Writer, datetime], int],
    ) -> None:
        """`road` goes by a graph `OneByOne`; `make_ready` brings the graph to its position."""
        self._road = road
        self._register = register
        self._keys = keys
        self._make_ready = make_ready
        self._done = 0

    def round(self, writer: Writer, now: datetime) -> None:
        """The earliest one tries whether the register is back; then some more."""
        if not self._register.spare():
            return
        try:
            if self._repeat(writer, now, 1):
                self._repeat(writer, now, _A_ROUND)
        except redis.RedisError:
            return  # without the graph nothing is screened; a later round sees

    def _repeat(self, writer: Writer, now: datetime, most: int) -> bool:
        """Whether there was anything to repeat and all of it was answered."""
        waiting = WholeLedger(writer.door, self._keys).unchecked(self._done, most)
        if not waiting:
            return False
        if self._rescreen(writer, waiting, now) == len(waiting):
            self._done = waiting[-1].position
            return True
        if most == 1 and self._register.answers():  # others, only not this one: it is left alone
            self._done = waiting[0].position
        return False

    def _rescreen(self, writer: Writer, waiting: Sequence[Unchecked], now: datetime) -> int:
        """Records those that the register answers now; gives how many."""
        position = self._make_ready(writer, now)
        road = self._road.judge([again.registration for again in waiting])
        judged = [
            Judged(
                screening=screening,
                node=node,
                asked=Asked(_ASKED_BY, _PURPOSE, now),
                graph_position=position,
                in_ledger=True,
                rescreens=again.screening_id,
            )
            for again, (screening, node) in zip(waiting, road, strict=True)
            if screening.evidence.register_available
        ]
        return len(writer.record_screenings(judged)) if judged else 0

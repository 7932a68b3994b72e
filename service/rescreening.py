"""Screens again what was screened while the register was away, once it answers and nobody waits.

A new row names the old one, which stays. Of the graph it is as of the registration, as ever; the
graph itself knows the registration already and learns nothing new.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
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
        make_ready: Callable[[Writer, datetime], int | None],
    ) -> None:
        """`road` goes by a graph `OneByOne`; `make_ready` gives its position, None without it."""
        self._road = road
        self._register = register
        self._keys = keys
        self._make_ready = make_ready
        self._done = 0
        self._last = 0

    def round(self, writer: Writer, now: datetime) -> None:
        """One of those that wait tries whether the register is back, each in turn; then some more."""
        if not self._register.spare():
            return
        try:
            if self._tried(writer, now):
                self._catch_up(writer, now)
        except redis.RedisError:
            return  # as above

    def _tried(self, writer: Writer, now: datetime) -> bool:
        """Whether one was answered; the next after the one tried last, or the earliest again."""
        one = self._waiting(writer, self._last, 1) or self._waiting(writer, self._done, 1)
        if not one:
            return False
        self._last = one[0].position
        return bool(self._rescreen(writer, one, now)) and self._register.answers()

    def _catch_up(self, writer: Writer, now: datetime) -> None:
        """From the earliest on; what is not answered while a later one is, is left alone."""
        waiting = self._waiting(writer, self._done, _A_ROUND)
        if not waiting:
            return
        answered = self._rescreen(writer, waiting, now)
        answered = answered if self._register.answers() else []  # else from what was kept alone
        self._done = max([*answered, min(self._last, waiting[0].position)])
        self._last = max(self._last, self._done)

    def _waiting(self, writer: Writer, after: int, most: int) -> list[Unchecked]:
        return WholeLedger(writer.door, self._keys).unchecked(after, most)

    def _rescreen(self, writer: Writer, waiting: Sequence[Unchecked], now: datetime) -> list[int]:
        """Records those that the register answers now; gives their positions."""
        position = self._make_ready(writer, now)
        if position is None:
            return []  # without the graph nobody is screened again; a later round sees
        road = self._road.judge([again.registration for again in waiting])
        answered = [
            (again, screening, node)
            for again, (screening, node) in zip(waiting, road, strict=True)
            if screening.evidence.register_available
        ]
        judged = [
            Judged(
                # The live graph forgets the rings of older days; the row that is repeated does not.
                screening=replace(screening, ring_id=again.ring_id or screening.ring_id),
                node=node,
                asked=Asked(_ASKED_BY, _PURPOSE, now),
                graph_position=position,
                in_ledger=True,
                rescreens=again.screening_id,
            )
            for again, screening, node in answered
        ]
        if judged:
            writer.record_screenings(judged)
        return [again.position for again, _, _ in answered]

"""The live graph as the lane has it: it follows the ledger, and no answer waits for it.

While it is away, or not yet where the ledger stands, a registration is judged as though it were
alone. Such a row says so, and is looked at again (`service/lookagain.py`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Protocol

import redis

from graph.alone import alone
from graph.attributes import Mark, Node
from graph.company import Company, Graph
from service.ledger.reading import WholeLedger
from service.projection import Projected, catch_up
from service.words import said

_LEFT_ALONE = 10.0
"""Seconds for which a server that did not answer in time is not asked: every batch would wait."""

_logger = logging.getLogger(__name__)


class Followed(Projected, Graph, Protocol):
    """What is followed; `graph.live.LiveGraph` is one."""


class FollowedGraph:
    """Asked and written to by one thread, a batch after the other."""

    def __init__(self, graph: Followed, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` counts seconds."""
        self._graph = graph
        self._clock = clock
        self._position: int | None = None
        self._not_before = float("-inf")
        self._behind = False
        self.away = False
        """Whether it did not answer when it was asked last."""
        self.tells = False
        """Whether a company could be told when it was asked last; any thread may look."""
        self._silent_since: float | None = None

    def bring(self, ledger: WholeLedger, due: Callable[[], bool] = lambda: True) -> int | None:
        """Brings it a bounded step nearer to the ledger.

        Args:
            ledger: what it follows.
            due: done once it stands there; whether all that it takes to tell a company is there.

        Returns:
            The position where it stands, None where no company can be told.
        """
        self._position = None
        if self._clock() >= self._not_before:
            try:
                position = catch_up(ledger, self._graph, steps=1)
                self.away = False
                if self._is_there(position, ledger.last_position()) and due():
                    self._position = position
            except redis.RedisError as error:
                self._lose(error)
        self.tells = self._position is not None
        if self.tells:
            self._silent_since = None
        elif self._silent_since is None:
            self._silent_since = self._clock()
        return self._position

    @property
    def silent_for(self) -> timedelta:
        """For how long no company could be told, as far as this process knows."""
        since = self._silent_since
        return timedelta() if since is None else timedelta(seconds=self._clock() - since)

    def around(self, nodes: Sequence[Node]) -> list[Company]:
        """The company of each node; said to be unknown where it cannot be told."""
        if self._position is not None:
            try:
                return self._graph.around(nodes)
            except redis.RedisError as error:
                self._lose(error)
        return alone(nodes)

    def project(self, nodes: Sequence[Node], marks: Sequence[Mark], position: int) -> None:
        """Records what was committed; a graph that missed something is brought along later."""
        if self._position is None:
            return
        try:
            self._graph.project(nodes, marks, position)
        except redis.RedisError as error:
            self._lose(error)

    def _is_there(self, position: int, last: int) -> bool:
        """Whether it stands where the ledger does; says when a longer way begins and ends."""
        if position < last and not self._behind:
            _logger.warning(
                said(
                    "đồ thị đang được dựng từ sổ cái, từ vị trí %d đến %d",
                    "the live graph is being built from the ledger, from position %d to %d",
                ),
                position,
                last,
            )
        elif position == last and self._behind:
            _logger.warning(
                said(
                    "đồ thị đã theo kịp sổ cái, vị trí %d",
                    "the live graph stands where the ledger does, at position %d",
                ),
                last,
            )
        self._behind = position < last
        return not self._behind

    def _lose(self, error: redis.RedisError) -> None:
        if not self.away:
            _logger.warning(
                said(
                    "đồ thị không trả lời; sẽ được dựng lại từ sổ cái",
                    "the live graph is away; it will be caught up from the ledger",
                )
            )
        self.away, self._behind = True, True
        self._position, self.tells = None, False
        if isinstance(error, redis.TimeoutError):
            self._not_before = self._clock() + _LEFT_ALONE

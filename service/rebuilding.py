"""Builds the live graph anew from the ledger beside the one in force, and puts it in its place.

The service answers from the old one meanwhile. The lane looks which one is in force before each
batch, and brings the new one along from where its watermark stands. The old one, and what a killed
rebuilding left, is cleared away by whoever holds the lane.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator

from graph.halves import Builder
from graph.live import LiveGraph
from service.errors import UnavailableError
from service.ledger import Ledger
from service.progress import Progress
from service.projection import catch_up
from service.ringruns import restore
from service.words import said

_REBUILDING = "rebuilding "
"""How the name of a builder begins that has the place aside until its graph is built."""
_PATIENCE = 5.0
_LOOK = 0.01


def build_anew(ledger: Ledger, graph: LiveGraph, progress: Progress) -> int:
    """Puts a graph in force that is built from the ledger alone; gives its position.

    Raises:
        UnavailableError: somebody else is building, or this builder was held for dead.
    """
    builder = graph.builder(_REBUILDING + uuid.uuid4().hex)
    _take(builder)
    try:
        return _build(ledger, graph.aside(), builder, progress)
    finally:
        builder.let_go()


def _take(builder: Builder) -> None:
    """Takes the place aside; a lane that erases or clears away has it for moments alone."""
    until = time.monotonic() + _PATIENCE
    while not builder.take():
        if builder.who().startswith(_REBUILDING):
            raise UnavailableError(
                said("đồ thị đang được dựng lại rồi", "the graph is being rebuilt already")
            )
        if time.monotonic() > until:
            raise UnavailableError(
                said(
                    "dịch vụ đang xóa dữ liệu cá nhân hoặc dọn đồ thị cũ; hãy chạy lại sau ít phút",
                    "the service is erasing personal data or clearing an old graph away; run it again in some minutes",
                )
            )
        time.sleep(_LOOK)


def _build(ledger: Ledger, new: LiveGraph, builder: Builder, progress: Progress) -> int:
    for _ in new.clearing():
        _hold(builder)
    progress.stage("graph", "Dựng lại đồ thị từ sổ cái…", "Rebuilding the graph from the ledger…")
    position = 0
    with ledger.whole() as whole, ledger.connection() as door:
        while position < (last := whole.last_position()):
            position = catch_up(whole, new, steps=1)
            _hold(builder)
            progress.rows(position, last)
        restore(door, new)
        # A ring run that is put into the old one from here on is missed, and given to the new one.
        if not new.put_in_force(builder):
            raise _too_slow()
    progress.done()
    return position


def _hold(builder: Builder) -> None:
    if not builder.hold():
        raise _too_slow()


def _too_slow() -> UnavailableError:
    return UnavailableError(
        said(
            "việc dựng lại bị gián đoạn quá lâu; đồ thị cũ vẫn được dùng",
            "the rebuilding stood still for too long; the old graph stays in force",
        )
    )


class Tidying:
    """Clears away what lies aside and nobody builds any more; for whoever holds the lane."""

    def __init__(self, graph: LiveGraph) -> None:
        self._graph = graph
        self._builder = graph.builder(uuid.uuid4().hex)
        self._left = graph
        self._steps: Iterator[None] | None = None

    def round(self) -> bool:
        """A bounded step; whether there is more to do."""
        if self._graph.aside().is_empty() or not self._builder.take():
            return False
        try:
            left = self._graph.aside()
            if self._steps is None or left.half != self._left.half:
                self._left, self._steps = left, left.clearing()
            if next(self._steps, self) is self:
                self._steps = None
        finally:
            self._builder.let_go()
        return self._steps is not None

"""The challenger in the champion's shadow: it judges what was judged, and decides nothing.

It reads committed rows on a thread of its own, so no answer ever waits for it: the stored vector is
exactly what the champion saw, and the policy is the row's own, so that what differs is the model's.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from features.errors import ChinhchuError
from models import registry
from models.errors import JudgementError
from service.archive import Archive, decided
from service.lane import log_defect
from service.ledger import Ledger
from service.ledger.judged import JudgedRow, JudgedRows
from service.ledger.shadows import Shadowed, Shadows
from service.words import said

HISTORY = timedelta(days=30)
"""How far back a new challenger begins."""
_A_ROUND = 200
_PAUSE = 1.0
_RESTS = 4.0
"""Between two rounds it rests so many times as long as one took: the lane needs the cores."""

_logger = logging.getLogger(__name__)


class Challenger:
    """One model version, judging rows of others."""

    def __init__(self, version: str, archive: Archive) -> None:
        """Raises: BundleError: the version is not kept, or cannot be used."""
        self.version = version
        self._archive = archive
        self._model = archive.model(version)

    def judge(self, rows: Sequence[JudgedRow]) -> list[Shadowed]:
        """What it says of each; rows of other features, or of versions not kept, are left out."""
        groups: dict[tuple[str, str], list[JudgedRow]] = defaultdict(list)
        for row in rows:
            groups[row.model_version, row.policy_version].append(row)
        found: list[Shadowed] = []
        for (model, rules), group in groups.items():
            try:
                found += self._judged(group, model, rules)
            except JudgementError as error:
                _logger.debug("%s", error)
        return found

    def _judged(self, group: Sequence[JudgedRow], model: str, rules: str) -> list[Shadowed]:
        if self._archive.names(model) != self._archive.names(self.version):
            return []
        risks = self._model.risk(np.array([row.vector for row in group])).tolist()
        policy = self._archive.policy(rules)
        return [
            Shadowed(row.position, risk, decided(row, risk, policy).code)
            for row, risk in zip(group, risks, strict=True)
        ]


class Shadow:
    """Follows the ledger for whichever version is the challenger; `judged` and `changed` only grow."""

    def __init__(self, ledger: Ledger, home: Path, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._home = home
        self._clock = clock
        self._called: str | None = None
        self._challenger: Challenger | None = None
        self._position = 0
        self.judged = 0
        self.changed = 0

    @contextmanager
    def followed(self) -> Iterator[None]:
        """Judges round after round, on a thread of its own, until the end of the block."""
        stopping = threading.Event()
        thread = threading.Thread(target=self._follow, args=[stopping], name="shadow", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stopping.set()
            thread.join()

    def _follow(self, stopping: threading.Event) -> None:
        rest = _PAUSE
        while not stopping.wait(rest):
            began = time.monotonic()
            more = False
            try:
                more = self.round()
            except ChinhchuError as error:  # the ledger is away; a later round sees
                _logger.debug("%s", error)
            except Exception as error:  # noqa: BLE001 a defect here ends nothing that runs
                log_defect("a challenger's shadow", error)
            rest = _RESTS * (time.monotonic() - began) if more else _PAUSE

    def round(self) -> bool:
        """Judges the next rows; whether there are more.

        Raises:
            UnavailableError: the ledger is away.
        """
        challenger = self._present()
        if challenger is None:
            return False
        with self._ledger.connection() as door:
            shadows = Shadows(door, challenger.version)
            if not self._position:
                self._position = shadows.reached(self._clock() - HISTORY)
            rows = JudgedRows(door).after(self._position, _A_ROUND)
            found = challenger.judge(rows)
            shadows.record(found)
        decisions = {row.position: row.decision for row in rows}
        self.judged += len(found)
        self.changed += sum(decisions[said.position] != said.decision for said in found)
        self._position = rows[-1].position if rows else self._position
        return len(rows) == _A_ROUND

    def _present(self) -> Challenger | None:
        """The challenger of now; one that cannot be used is told once, and is none."""
        folder = registry.aliased("challenger", self._home)
        called = None if folder is None else folder.name
        if called != self._called:
            self._called, self._challenger, self._position = called, None, 0
            try:
                if called is not None:
                    self._challenger = Challenger(called, Archive(self._home))
            except JudgementError as error:
                kept = said("không xét ngầm được", "it judges nothing in the shadow")
                _logger.error("%s: %s", error, kept)  # noqa: TRY400
        return self._challenger

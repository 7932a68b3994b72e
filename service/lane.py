"""The screening lane: one thread that gathers, judges, commits and projects, batch after batch.

Calls that arrive while it works wait together and form the next batch. An answer is given after
its row is committed, never before. The lane writes on the connection that holds the lease of the
ledger; without it, it takes no calls. A cut between commit and projection is caught up from the
ledger before the next answer.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import Protocol

from features.errors import ChinhchuError
from features.registration import Registration
from service.calls import Answered, Call, OutcomeCall, ScreeningCall
from service.errors import CallError, UnavailableError
from service.ledger import Ledger
from service.ledger.records import NewOutcome, StoredOutcome
from service.ledger.writing import AWAY, Writer

LARGEST_BATCH = 500
MOST_WAITING = 20_000
_IDLE = 1.0
_LONGEST_WITHOUT_IDLING = 5.0
_RETRY = 0.2

_logger = logging.getLogger(__name__)


class Work(Protocol):
    """What the lane does with a batch; `service.batches.Batches` is it."""

    def screen(self, writer: Writer, calls: Sequence[ScreeningCall], now: datetime) -> None:
        """Answers every call, having committed and projected first."""
        ...

    def learn(self, writer: Writer, calls: Sequence[OutcomeCall], now: datetime) -> None:
        """Answers every call, having committed and projected first."""
        ...


class Lane:
    """Takes calls from any thread; works on its own."""

    def __init__(
        self,
        ledger: Ledger,
        work: Work,
        clock: Callable[[], datetime],
        *when_idle: Callable[[Writer, datetime], bool | None],
    ) -> None:
        """`when_idle` is done while nobody waits, and where calls never cease now and then.

        Each takes a moment and gives whether it has more to do. One that has keeps the later ones
        waiting, one that fails does not; if none has, all are done once a second.
        """
        self._ledger = ledger
        self._work = work
        self._clock = clock
        self._when_idle = when_idle
        self._waiting: deque[Call] = deque()
        self._bell = threading.Condition()
        self._stopping = False
        self._writer: Writer | None = None
        self._patience = _IDLE
        self._idled = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="lane", daemon=True)

    def start(self) -> None:
        """Takes the lease and begins.

        Raises:
            UnavailableError: the database is away, or another process holds the lease.
            DataFolderError: the ledger was written with other keys.
        """
        self._writer = self._ledger.open_lease()
        self._thread.start()

    def stop(self) -> None:
        """Finishes the batch at work; calls that still wait are told to come again."""
        with self._bell:
            self._stopping = True
            self._bell.notify()
        self._thread.join()
        self._turn_away("the service is stopping")
        self._drop_writer()

    @property
    def ready(self) -> bool:
        """Whether it holds the lease and takes calls."""
        return self._writer is not None and not self._stopping

    @property
    def waiting(self) -> int:
        """Calls that wait."""
        return len(self._waiting)

    def screen(self, registration: Registration, asked_by: str, purpose: str) -> Future[Answered]:
        """Puts a registration in line.

        Raises:
            UnavailableError: the lane takes no calls now.
        """
        future: Future[Answered] = Future()
        self._join(ScreeningCall(registration, asked_by, purpose, future))
        return future

    def learn(self, outcome: NewOutcome) -> Future[StoredOutcome]:
        """Puts an outcome in line.

        Raises:
            UnavailableError: the lane takes no calls now.
        """
        future: Future[StoredOutcome] = Future()
        self._join(OutcomeCall(outcome, future))
        return future

    def _join(self, call: Call) -> None:
        with self._bell:
            if not self.ready:
                raise UnavailableError("the screening lane takes no calls at the moment")
            if len(self._waiting) >= MOST_WAITING:
                raise UnavailableError("too many calls are waiting")
            self._waiting.append(call)
            self._bell.notify()

    def _run(self) -> None:
        while not self._stopping:
            writer = self._writer or self._regain()
            if writer is None:
                continue
            batch = self._next_batch()
            if batch:
                self._handle(writer, batch)
            starved = time.monotonic() - self._idled > _LONGEST_WITHOUT_IDLING
            if (starved or not batch) and not self._stopping:
                self._idle(writer)

    def _next_batch(self) -> list[Call]:
        """The calls of one kind at the head of the line, at most `LARGEST_BATCH`."""
        with self._bell:
            if not self._waiting and not self._stopping:
                self._bell.wait(self._patience)
            if self._stopping:
                return []
            batch: list[Call] = []
            while self._waiting and len(batch) < LARGEST_BATCH:
                if batch and type(self._waiting[0]) is not type(batch[0]):
                    break
                call = self._waiting.popleft()
                if call.future.set_running_or_notify_cancel():
                    batch.append(call)
            return batch

    def _handle(self, writer: Writer, batch: list[Call]) -> None:
        """Answers a batch; whatever goes wrong, every caller hears of it."""
        try:
            self._do(writer, batch)
        except AWAY:
            self._drop_writer()
            _refuse(batch, UnavailableError("the ledger is not available"))
            self._turn_away("the ledger is not available")
        except CallError as error:
            _refuse(batch, error)
        except Exception as error:  # noqa: BLE001 a defect stays with the call that meets it
            self._handle_defect(writer, batch, error)

    def _handle_defect(self, writer: Writer, batch: list[Call], error: Exception) -> None:
        """A batch that meets a defect is cut up, so that the others get their answers."""
        if len(batch) > 1:
            for call in batch:
                if not call.future.done():
                    self._handle(writer, [call])
            return
        log_defect("a call", error)
        _refuse(batch, error)

    def _do(self, writer: Writer, batch: list[Call]) -> None:
        now = self._clock()
        screenings = [call for call in batch if isinstance(call, ScreeningCall)]
        outcomes = [call for call in batch if isinstance(call, OutcomeCall)]
        if screenings:
            self._work.screen(writer, screenings, now)
        if outcomes:
            self._work.learn(writer, outcomes, now)

    def _regain(self) -> Writer | None:
        try:
            self._writer = self._ledger.open_lease()
        except ChinhchuError as error:
            _logger.debug("%s", error)
            self._turn_away("the ledger is not available")
            with self._bell:
                self._bell.wait_for(lambda: self._stopping, _RETRY)
        return self._writer

    def _idle(self, writer: Writer) -> None:
        """An idle lane notices within a second that its lease is gone, and does what can wait."""
        self._patience = _IDLE
        try:
            writer.door.execute("SELECT 1")
            if any(self._has_more(duty, writer) for duty in self._when_idle):
                self._patience = 0.0
        except AWAY:
            self._drop_writer()
        self._idled = time.monotonic()

    def _has_more(self, duty: Callable[[Writer, datetime], bool | None], writer: Writer) -> bool:
        try:
            return bool(duty(writer, self._clock()))
        except AWAY:
            raise
        except Exception as error:  # noqa: BLE001 a defect there ends no lane
            log_defect("what waits for an idle lane", error)
        return False

    def _drop_writer(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.door.close()

    def _turn_away(self, why: str) -> None:
        with self._bell:
            waiting = list(self._waiting)
            self._waiting.clear()
        _refuse([c for c in waiting if c.future.set_running_or_notify_cancel()], _away(why))


def log_defect(what: str, error: Exception) -> None:
    """Logs places in the code alone: a message could quote what somebody typed."""
    places = "".join(traceback.format_tb(error.__traceback__))
    _logger.error("%s failed with %s\n%s", what, type(error).__name__, places)


def _away(why: str) -> UnavailableError:
    return UnavailableError(why)


def _refuse(calls: Sequence[Call], error: Exception) -> None:
    for call in calls:
        if not call.future.done():
            call.future.set_exception(error)

"""What an analyst asks of the rings: a run now, the rings of the last run, one ring whole."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, datetime

import psycopg
import redis

from features.errors import InputError
from graph.rings import Ring
from service import wiring
from service.errors import FolderBusyError, UnavailableError
from service.ledger import Ledger
from service.ledger.rings import RingLedger, Seen
from service.ledger.writing import lease
from service.progress import Progress
from service.ring_story import NO_RUN
from service.ringruns import RingRuns, midnight
from service.settings import Settings
from service.words import said

_PATIENCE = 300.0
_LOOK = 0.1


@dataclass(frozen=True, slots=True)
class Found:
    """A run as it is recorded, its rings strongest first.

    `confirmed` is how many members of a ring are known to be fraud by now. Where nobody had been
    screened before the run, no ring was to be had.
    """

    run_at: datetime
    rings: list[Ring]
    confirmed: dict[str, int]
    anybody_screened: bool


def run(settings: Settings, day: date | None) -> Found:
    """Has the rings of 00:00 UTC of a day found, or those of now; gives that run.

    A service that runs does it between two batches: it alone writes. A run that is recorded
    already stays as it is.

    Raises:
        InputError: the day has not begun, or a later run is recorded.
        UnavailableError: the service was asked and did not come to it in five minutes, or the
            live graph does not answer.
    """
    now = wiring.now()
    run_at = now if day is None else midnight(day)
    if run_at > now:
        raise InputError(said("ngày ấy chưa đến", "that day has not begun"))
    try:
        with (
            wiring.opened(settings) as store,
            lease(store.parts.database_url, store.keys) as writer,
        ):
            if _to_be_made(RingLedger(writer.door), run_at):
                store.valkey.ping()  # a run is recorded before the graph is to remember it
                RingRuns(store.graph, store.keys).run(writer, run_at)
            return _found(writer.door, run_at)
    except (FolderBusyError, UnavailableError):
        with wiring.visited(settings) as ledger:
            _have_it_made(ledger, run_at)
            with ledger.connection() as door:
                return _found(door, run_at)
    except redis.RedisError:
        raise UnavailableError(
            said("đồ thị không trả lời", "the live graph does not answer")
        ) from None


def rings(settings: Settings, least_risk: float) -> Found:
    """The last run, with its rings from a risk on.

    Raises:
        InputError: there was none yet, or there is no ledger.
    """
    wiring.check_there(settings)
    with wiring.visited(settings) as ledger, ledger.connection() as door:
        run_at = RingLedger(door).last_run()
        if run_at is None:
            raise InputError(said(*NO_RUN))
        return _found(door, run_at, least_risk)


def one(settings: Settings, ring_id: str) -> Seen:
    """A ring as the last run that found it saw it.

    Raises:
        InputError: there never was such a ring, or there is no ledger.
    """
    wiring.check_there(settings)
    with wiring.visited(settings) as ledger, ledger.connection() as door:
        seen = RingLedger(door).seen(ring_id, wiring.now())
    if seen is None:
        raise InputError(said("không có nhóm nào mang mã này", "there is no ring of this id"))
    return seen


def _found(door: psycopg.Connection, run_at: datetime, least_risk: float = 0.0) -> Found:
    book = RingLedger(door)
    confirmed = book.confirmed(run_at, wiring.now())
    return Found(
        run_at,
        [ring for ring in book.rings(run_at) if ring.risk >= least_risk],
        {ring_id: len(keys) for ring_id, keys in confirmed.items()},
        book.anybody_screened(run_at),
    )


def _to_be_made(book: RingLedger, run_at: datetime) -> bool:
    """Whether it has to be made still, and can be."""
    if book.has_run(run_at):
        return False
    last = book.last_run()
    if last is not None and last > run_at:
        raise InputError(
            said(
                f"đã có đợt dò sau đó ({last:%Y-%m-%d %H:%M} UTC): các đợt phải theo thứ tự thời gian",
                f"a later run is recorded ({last:%Y-%m-%d %H:%M} UTC): runs are made in order of time",
            )
        )
    return True


def _have_it_made(ledger: Ledger, run_at: datetime) -> None:
    """Asks through the ledger, and waits until the run is recorded."""
    with ledger.connection() as door:
        book = RingLedger(door)
        if not _to_be_made(book, run_at):
            return
        book.ask(run_at)
        progress = Progress()
        progress.stage("rings", "Chờ dịch vụ dò nhóm…", "The service is finding the rings…")
        until = time.monotonic() + _PATIENCE
        while not book.has_run(run_at):
            if time.monotonic() > until:
                raise UnavailableError(
                    said(
                        "dịch vụ chưa kịp dò; yêu cầu vẫn được giữ",
                        "the service did not come to it yet; what was asked stays asked",
                    )
                )
            time.sleep(_LOOK)
        progress.done()

"""Looks again at the company of what was screened while the live graph could not be asked.

The papers were seen: their evidence is that of the first screening, and the register is not asked
again. Of the graph it is as of the registration, as ever, with the rings of the last run before it.
A new row names the old one, which stays. The order is that of the first screenings, and the ring
run of a day comes before what was screened on it, as it would have without the outage.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from itertools import takewhile

import redis

from models.decision import Screening
from models.screening import Examined
from service.keys import Keys
from service.lane import log_defect
from service.ledger.reading import Unseen, WholeLedger
from service.ledger.records import COMPANY_AGAIN, Asked, Judged
from service.ledger.rings import RingLedger
from service.ledger.writing import AWAY, Writer
from service.livegraph import FollowedGraph
from service.ringruns import RingRuns, midnight
from service.words import said

_logger = logging.getLogger(__name__)

_A_ROUND = 50
"""Registrations; who calls meanwhile waits for so many at most."""


class LookAgain:
    """What the lane does when it has time, a bounded round after the other; one thread at a time."""

    def __init__(
        self,
        judge: Callable[[Sequence[Examined]], list[Screening]],
        graph: FollowedGraph,
        rings: RingRuns,
        keys: Keys,
    ) -> None:
        """`judge` goes by a graph that knows them all, so that none of them is counted twice."""
        self._judge = judge
        self._graph = graph
        self._rings = rings
        self._keys = keys
        self._done = 0
        self._again = 0
        self._ready_for: date | None = None

    def rings_are_there(self, writer: Writer, now: datetime) -> bool:
        """Makes the day's ring run; whether its time had come.

        A ring run goes by risks, and a risk without company finds no ring: who waits from the
        days before comes first.
        """
        today = _day(now)
        if self._ready_for != today:
            last = RingLedger(writer.door).last_run()
            waiting = self._waiting(writer, 1)
            due = last is None or last < midnight(today)
            if due and waiting and _day(waiting[0].screened_at) < today:
                return False
        self._rings.run_if_due(writer, now)
        self._ready_for = today
        return True

    def round(self, writer: Writer, now: datetime) -> bool:
        """Brings the graph a step along, or looks at some again; whether there is more to do."""
        position = self._graph.bring(WholeLedger(writer.door, self._keys))
        if position is None:
            return not self._graph.away
        waiting = self._waiting(writer, _A_ROUND)
        if not waiting:
            self._say_how_many()
            return False
        first = waiting[0].screened_at
        same_day = list(takewhile(lambda w: _day(w.screened_at) == _day(first), waiting))
        asked = Asked(*COMPANY_AGAIN, now)
        try:
            self._rings.run_if_due(writer, first)
            self._look(writer, same_day, asked, position)
        except redis.RedisError:
            return False  # a later round sees
        self._done = same_day[-1].position
        return True

    def _say_how_many(self) -> None:
        if self._again:
            _logger.warning(
                said(
                    "đã sàng lọc lại %d đăng ký mà lúc đầu chưa xem được đồ thị",
                    "screened again, having been screened without the live graph: %d",
                ),
                self._again,
            )
        self._again = 0

    def _look(self, writer: Writer, waiting: Sequence[Unseen], asked: Asked, position: int) -> None:
        """Those that meet a defect are cut up, and one that meets it alone is left as it is."""
        ledger = WholeLedger(writer.door, self._keys)
        try:
            examined = [ledger.examined(w) for w in waiting]
            rows = zip(self._judge(examined), examined, waiting, strict=True)
            writer.record_screenings(
                [
                    Judged(s, e[2], asked, position, in_ledger=True, rescreens=w.screening_id)
                    for s, e, w in rows
                ]
            )
            self._again += len(waiting)
        except (redis.RedisError, *AWAY):
            raise
        except Exception as error:  # noqa: BLE001 a defect stays with the row that meets it
            if len(waiting) > 1:
                for one in waiting:
                    self._look(writer, [one], asked, position)
                return
            log_defect(f"looking again at screening {waiting[0].screening_id}", error)

    def _waiting(self, writer: Writer, most: int) -> list[Unseen]:
        return WholeLedger(writer.door, self._keys).unseen(self._done, most)


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()

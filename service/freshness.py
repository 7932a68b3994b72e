"""How old what a decision rests on is, and what of it is past its use-by date.

A change is told in one line of the log; the answers themselves name what was stale.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from models import use_by
from service.in_force import Judges
from service.words import said

_logger = logging.getLogger(__name__)

STAND_IN = "stand_in"
"""The mode of a service whose model learned from a made-up world: it has no age."""


@dataclass(frozen=True, slots=True)
class Ageing:
    """What is asked for its age.

    The day of the register's snapshot, None where it has none; for how long the graph is silent.
    """

    snapshot: Callable[[], date | None]
    graph_silent_for: Callable[[], timedelta]


class Freshness:
    """Asked by the lane ahead of each batch, and by whoever wants to know the mode."""

    def __init__(self, ageing: Ageing) -> None:
        self._ageing = ageing
        self._told: tuple[str, ...] = ()

    def stale(self, judges: Judges, now: datetime) -> tuple[str, ...]:
        """The codes of what is past its date by the limits of the policy in force."""
        return use_by.stale(self._ages(judges, now), judges.policy.use_by)

    def watched(self, judges: Judges, now: datetime) -> tuple[str, ...]:
        """The same, a change told in the log; for one thread alone."""
        found = self.stale(judges, now)
        if found != self._told:
            self._told = found
            _logger.warning(
                said("quá hạn dùng: %s", "past its use-by date: %s"), " ".join(found) or "–"
            )
        return found

    def mode(self, judges: Judges, now: datetime) -> str:
        """`normal`, `stand_in`, or what is stale."""
        found = use_by.mode(self.stale(judges, now))
        is_normal = found == use_by.NORMAL
        return STAND_IN if is_normal and judges.learned_until is None else found

    def _ages(self, judges: Judges, now: datetime) -> dict[str, timedelta]:
        ages = {
            "GRAPH_STALE": self._ageing.graph_silent_for(),
            # They came with the program: before their day only a past that is replayed can lie.
            "LISTS_STALE": max(timedelta(), now - _midnight(use_by.LISTS_AS_OF)),
        }
        if judges.learned_until is not None:
            ages["MODEL_STALE"] = now - judges.learned_until
        taken = self._ageing.snapshot()
        if taken is not None:
            ages["REGISTER_STALE"] = now - _midnight(taken)
        return ages


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)

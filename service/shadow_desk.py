"""What a challenger would have changed: counts, by institution, and the largest changes."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import psycopg

from features.registration import Institution
from models import registry
from models.decision import Decision
from models.errors import UnknownModelError
from service.archive import Archive
from service.ledger.judged import JudgedRow, JudgedRows
from service.ledger.shadows import Shadowed, Shadows
from service.settings import Settings
from service.shadow import Challenger
from service.wiring import check_there, visited
from service.words import said

_LARGEST = 20


@dataclass(frozen=True, slots=True)
class Change:
    """One decision that would have been another: what was, and what would have been."""

    screening_id: UUID
    institution: Institution
    decision: str
    would: str
    risk: float
    would_risk: float
    reasons: tuple[str, ...]


@dataclass(slots=True)
class Comparison:
    """A challenger against what was decided.

    `by_institution` counts `decisions`, `stricter` and `milder` ones; `left_out` are rows that it
    cannot judge, because the features were others then.
    """

    version: str
    decisions: int = 0
    left_out: int = 0
    by_institution: dict[Institution, Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    largest: list[Change] = field(default_factory=list)

    def total(self, what: str) -> int:
        """A count over all institutions."""
        return sum(counts[what] for counts in self.by_institution.values())


def compare(settings: Settings, days: int, now: datetime) -> Comparison:
    """What the challenger says of the last days; rows that no service judged yet it judges here.

    Raises:
        UnknownModelError: there is no challenger.
        BundleError: it cannot be used.
        ChinhchuError: the ledger does not answer.
    """
    folder = registry.aliased("challenger", settings.home)
    if folder is None:
        raise UnknownModelError(said("không có mô hình thách thức", "there is no challenger"))
    version = folder.name
    check_there(settings)
    challenger = Challenger(version, Archive(settings.home))
    made = Comparison(version)
    with visited(settings) as ledger, ledger.connection() as door:
        for row, would in _pairs(door, challenger, now - timedelta(days=days)):
            _count(made, row, would)
    return made


def _pairs(
    door: psycopg.Connection, challenger: Challenger, since: datetime
) -> Iterator[tuple[JudgedRow, Shadowed | None]]:
    shadows = Shadows(door, challenger.version)
    for part in JudgedRows(door).since(since):
        held = shadows.at([row.position for row in part])
        fresh = challenger.judge([row for row in part if row.position not in held])
        held |= {shadowed.position: shadowed for shadowed in fresh}
        for row in part:
            yield row, held.get(row.position)


def _count(made: Comparison, row: JudgedRow, would: Shadowed | None) -> None:
    made.decisions += 1
    if would is None:
        made.left_out += 1
        return
    counts = made.by_institution[row.institution]
    counts["decisions"] += 1
    if would.decision == row.decision:
        return
    stricter = Decision[would.decision.upper()] > Decision[row.decision.upper()]
    counts["stricter" if stricter else "milder"] += 1
    change = Change(
        row.screening_id,
        row.institution,
        row.decision,
        would.decision,
        row.risk,
        would.risk,
        row.reasons,
    )
    made.largest = heapq.nlargest(_LARGEST, [*made.largest, change], key=_size)


def _size(change: Change) -> float:
    return abs(change.would_risk - change.risk)

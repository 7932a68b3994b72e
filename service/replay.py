"""Judges stored vectors again with the stored versions, and tells what differs from what was decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np

from features.errors import InputError
from models.errors import BundleError, JudgementError
from service.archive import Archive, decided
from service.ledger.judged import JudgedRow, JudgedRows
from service.settings import Settings
from service.wiring import check_there, visited
from service.words import said


@dataclass(frozen=True, slots=True)
class Difference:
    """Of one decision: what was recorded and what is found now, or why nothing can be found."""

    screening_id: UUID
    what: str
    stored: str
    found: str


@dataclass(slots=True)
class Replayed:
    """How many decisions were judged again, by how many of each version, and what differs."""

    rows: int = 0
    by: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    differences: list[Difference] = field(default_factory=list)


def run(settings: Settings, screening_id: UUID | None, last: int) -> Replayed:
    """Replays one decision, or the last ones; works beside a running service too.

    Raises:
        InputError: there is nothing yet, or no such screening.
        ChinhchuError: the ledger does not answer.
    """
    check_there(settings)
    archive, made = Archive(settings.home), Replayed()
    with visited(settings) as ledger, ledger.connection() as door:
        rows = JudgedRows(door)
        if screening_id is None:
            for part in rows.latest(last):
                replay(part, archive, made)
            return made
        row = rows.one(screening_id)
    if row is None:
        raise InputError(
            said(f"không có lần sàng lọc {screening_id}", f"there is no screening {screening_id}")
        )
    replay([row], archive, made)
    return made


def replay(rows: Sequence[JudgedRow], archive: Archive, made: Replayed) -> None:
    """Judges rows again, those of one model and one policy together."""
    groups: dict[tuple[str, str, int], list[JudgedRow]] = defaultdict(list)
    for row in rows:
        groups[row.model_version, row.policy_version, len(row.vector)].append(row)
    made.rows += len(rows)
    for (*named, _), group in groups.items():
        versions = (named[0], named[1])
        made.by[versions] += len(group)
        try:
            made.differences += _differences(group, archive)
        except JudgementError as error:
            made.differences += [
                Difference(row.screening_id, "versions", " ".join(versions), str(error))
                for row in group
            ]


def _differences(group: Sequence[JudgedRow], archive: Archive) -> list[Difference]:
    model, rules = archive.model(group[0].model_version), archive.policy(group[0].policy_version)
    if len(group[0].vector) != model.features:
        raise BundleError(f"model {model.version}: it has another number of features than the row")
    risks = model.risk(np.array([row.vector for row in group]))
    found = []
    for row, risk in zip(group, risks.tolist(), strict=True):
        again = {
            "risk": repr(risk),
            "risk_band": rules.band(risk).value,
            "decision": decided(row, risk, rules).code,
        }
        stored = {"risk": repr(row.risk), "risk_band": row.risk_band, "decision": row.decision}
        found += [
            Difference(row.screening_id, what, stored[what], again[what])
            for what in again
            if stored[what] != again[what]
        ]
    return found

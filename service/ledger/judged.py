"""What was judged, as it is kept to be judged again: vectors and codes, nobody's plain values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
from numpy.typing import NDArray

from features.registration import Institution
from models import use_by
from models.hard_facts import CODES

_JUDGED = """
SELECT position, screening_id, institution, vector, risk, risk_band, decision, reasons,
    model_version, policy_version
FROM screenings
"""
_ROWS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """One screening: what the model saw, and what was decided.

    `vector` is float64 in the order of the features of its own model version.
    """

    position: int
    screening_id: UUID
    institution: Institution
    vector: NDArray[np.float64]
    risk: float
    risk_band: str
    decision: str
    reasons: tuple[str, ...]
    model_version: str
    policy_version: str

    @property
    def facts(self) -> frozenset[str]:
        """The hard facts that held: their codes are among the reasons, whatever was decided."""
        return CODES.intersection(self.reasons)

    @property
    def stale(self) -> frozenset[str]:
        """What was past its use-by date."""
        return frozenset(use_by.CODES).intersection(self.reasons)


class JudgedRows:
    """Reads across institutions, for replay and for a challenger's shadow."""

    def __init__(self, door: psycopg.Connection) -> None:
        self._door = door

    def one(self, screening_id: UUID) -> JudgedRow | None:
        """A screening by its id."""
        row = self._door.execute(f"{_JUDGED} WHERE screening_id = %s", [screening_id]).fetchone()
        return None if row is None else _judged(row)

    def latest(self, most: int) -> Iterator[list[JudgedRow]]:
        """The latest screenings in parts, the last one first."""
        before = None
        while most > 0:
            rows = self._door.execute(
                f"{_JUDGED} WHERE %s::bigint IS NULL OR position < %s "
                "ORDER BY position DESC LIMIT %s",
                [before, before, min(most, _ROWS_AT_ONCE)],
            ).fetchall()
            if not rows:
                return
            yield [_judged(row) for row in rows]
            before, most = rows[-1][0], most - len(rows)

    def after(self, position: int, most: int) -> list[JudgedRow]:
        """The first screenings after a position, in the order in which they were committed."""
        rows = self._door.execute(
            f"{_JUDGED} WHERE position > %s ORDER BY position LIMIT %s", [position, most]
        )
        return [_judged(row) for row in rows]

    def since(self, moment: datetime) -> Iterator[list[JudgedRow]]:
        """The screenings made since a moment, in parts, the first one first."""
        found = self._door.execute(
            "SELECT max(position) FROM screenings WHERE screened_at < %s", [moment]
        ).fetchone()
        position = 0 if found is None or found[0] is None else int(found[0])
        while rows := self.after(position, _ROWS_AT_ONCE):
            yield rows
            position = rows[-1].position


def _judged(row: tuple[Any, ...]) -> JudgedRow:
    position, screening_id, institution, vector, risk, band, decision, reasons, *versions = row
    values = np.frombuffer(vector, dtype="<f8")
    key = position, screening_id, Institution(institution)
    return JudgedRow(*key, values, risk, band, decision, tuple(reasons), *versions)

"""What challengers would have answered: written and read beside the screenings, by their positions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg


@dataclass(frozen=True, slots=True)
class Shadowed:
    """What a challenger says of the screening at a position."""

    position: int
    risk: float
    decision: str


class Shadows:
    """The rows of one model version; several processes may write them, each row counts once."""

    def __init__(self, door: psycopg.Connection, model_version: str) -> None:
        self._door = door
        self._version = model_version

    def reached(self, since: datetime) -> int:
        """The position up to which it has judged; of what was screened before a moment, all."""
        row = self._door.execute(
            "SELECT greatest((SELECT max(position) FROM shadows WHERE model_version = %s), "
            "(SELECT max(position) FROM screenings WHERE screened_at < %s), 0)",
            [self._version, since],
        ).fetchone()
        return 0 if row is None else int(row[0])

    def record(self, rows: Sequence[Shadowed]) -> None:
        """Commits rows, all or none."""
        values = [(self._version, row.position, row.risk, row.decision) for row in rows]
        with self._door.transaction(), self._door.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO shadows (model_version, position, risk, decision) "
                "VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
                values,
            )

    def at(self, positions: Sequence[int]) -> dict[int, Shadowed]:
        """What is recorded at these positions; absent where it has not judged."""
        rows = self._door.execute(
            "SELECT position, risk, decision FROM shadows "
            "WHERE model_version = %s AND position = ANY (%s)",
            [self._version, list(positions)],
        )
        return {position: Shadowed(position, risk, decision) for position, risk, decision in rows}

"""Books of which some rows are changed, left out or shuffled."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq

from training.book import BookFiles

UNTIL = datetime(2026, 6, 1, tzinfo=UTC)


def rewritten(files, folder, **changes) -> BookFiles:
    """The files with the rows of some of them changed."""
    made = {}
    for name in ("population", "registrations", "labels"):
        table = pq.read_table(getattr(files, name))
        change = changes.get(name, lambda rows: rows)
        made[name] = folder / f"{name}.parquet"
        pq.write_table(pa.Table.from_pylist(change(table.to_pylist()), table.schema), made[name])
    return BookFiles(**made)


def before(column):
    return lambda rows: [row for row in rows if row[column] < UNTIL]


def shuffled(rows):
    return random.Random(1).sample(rows, len(rows))


def other_outcomes(rows):
    """The same registrations are looked into; who of them is a fraud is left to chance."""
    outcomes = shuffled([(row["is_fraud"], row["typology"]) for row in rows])
    return [
        {**row, "is_fraud": is_fraud, "typology": typology}
        for row, (is_fraud, typology) in zip(rows, outcomes, strict=True)
    ]

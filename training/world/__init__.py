"""The simulated world: people, honest life, fraud and what becomes known of it, from one seed.

`simulate` makes it, `World.write` puts its four Parquet files into a folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from training.world.desk import FIELDS, Desk, Opening
from training.world.dice import Dice
from training.world.fraud import fraud
from training.world.labels import known_labels
from training.world.life import honest_life
from training.world.stage import Stage

START = date(2025, 7, 1)
DAYS = 365
_ROWS_A_PERSON = 2.0
_FRAUD_SHARE = 0.0163

_STAMP = pa.timestamp("us", tz="UTC")
_POPULATION = pa.schema(
    [(n, pa.string()) for n in ("id_number",)]
    + [("former_id_numbers", pa.list_(pa.string()))]
    + [(n, pa.string()) for n in ("full_name", "birth_date", "sex", "nationality", "residence",
                                  "province_code", "status")]
    + [(n, pa.date32()) for n in ("status_since", "document_issued_on", "document_expires_on")]
)  # fmt: skip
_REGISTRATIONS = pa.schema(
    [(n, pa.string()) for n in ("registration_id", "kind", "institution")]
    + [("registered_at", _STAMP)]
    + [(n, pa.string()) for n in ("channel", "agent_id", "holder_type", "organisation_tax_code",
                                  "organisation_name", "document_type", "document_number")]
    + [("document_issued_on", pa.date32())]
    + [(n, pa.string()) for n in ("full_name", "birth_date", "sex", "nationality", "address",
                                  "contact_phone", "email", "account_number", "msisdn",
                                  "device_id", "ip_address", "face_template")]
)  # fmt: skip
_LABELS = pa.schema(
    [("registration_id", pa.string()), ("is_fraud", pa.bool_()), ("typology", pa.string()),
     ("confirmed_at", _STAMP)]
)  # fmt: skip
_TRUTH = pa.schema(
    [("registration_id", pa.string()), ("person_id", pa.string()), ("is_fraud", pa.bool_())]
    + [(n, pa.string()) for n in ("typology", "ring_id", "matched_id_number", "scene")]
    + [("foreigner", pa.bool_())]
    + [(f"why_{name}", pa.string()) for name in FIELDS]
    + [("noise_kinds", pa.string()), ("holder_age", pa.int32())]
    + [(f"holder_{n}", pa.string()) for n in ("sex", "name_group", "province_group", "status")]
)


@dataclass(frozen=True, slots=True)
class World:
    """Four tables in the published columns; `truth` is for scoring alone."""

    population: pa.Table
    registrations: pa.Table
    labels: pa.Table
    truth: pa.Table

    def write(self, folder: Path) -> None:
        """Writes `<table>.parquet` each; an existing file is replaced in one step."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("population", "registrations", "labels", "truth"):
            aside = folder / f".{name}.parquet.part"
            pq.write_table(getattr(self, name), aside, compression="zstd")
            aside.replace(folder / f"{name}.parquet")


def simulate(persons: int, seed: int, start: date = START) -> World:
    """A world of `persons` people over the year from `start` (UTC); equal seeds, equal bytes.

    Raises:
        ValueError: for fewer than 100 persons, too few for a household to be one among others.
    """
    if persons < 100:
        raise ValueError("a simulated world has at least 100 persons")
    seeds = np.random.SeedSequence(seed).spawn(4)
    stage = Stage(Dice(seeds[0]), Dice(seeds[3]), persons, start, DAYS)
    openings = _openings(stage, round(persons * _ROWS_A_PERSON))
    desk = Desk(Dice(seeds[1]))
    written = [desk.write(opening) for opening in openings]
    end = datetime.combine(start + timedelta(days=DAYS), datetime.min.time(), UTC)
    keys = [row["registration_id"] for row, _ in written]
    labels = known_labels(Dice(seeds[2]), list(zip(keys, openings, strict=True)), end)
    snapshot = start + timedelta(days=DAYS - 1)
    return World(
        population=_table([human.row(snapshot) for human in stage.people], _POPULATION),
        registrations=_table([row for row, _ in written], _REGISTRATIONS),
        labels=_table(labels, _LABELS),
        truth=_table([truth for _, truth in written], _TRUTH),
    )


def _openings(stage: Stage, rows: int) -> list[Opening]:
    """All openings within the year in the order of time."""
    crimes = fraud(stage, round(rows * _FRAUD_SHARE))
    last = stage.calendar.date(stage.calendar.days)
    honest = [o for o in honest_life(stage, rows - len(crimes)) if o.at.date() < last]
    return sorted([*honest, *crimes], key=lambda opening: opening.at)


def _table(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=schema)

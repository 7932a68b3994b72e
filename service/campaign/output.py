"""What a run leaves behind: decisions, rings, rejected rows, a report."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from features.evidence import FIELDS
from features.reading import Rejected, write_rejected
from graph.rings import Ring
from service.results import unwritable

DECISIONS = pa.schema(
    [
        ("registration_id", pa.string()),
        ("decision", pa.string()),
        ("risk", pa.float64()),
        ("risk_band", pa.string()),
        ("identity", pa.string()),
        ("matched_id_number", pa.string()),
        *((f"match_{name}", pa.string()) for name in FIELDS),
        ("reasons", pa.list_(pa.string())),
        ("ring_id", pa.string()),
        ("model_version", pa.string()),
        ("policy_version", pa.string()),
    ]
)
RINGS = pa.schema(
    [("ring_id", pa.string()), ("registration_id", pa.string()), ("ring_risk", pa.float64())]
)


def write(
    folder: Path,
    decisions: pa.Table,
    rings: Iterable[Ring],
    rejected: Sequence[Rejected],
    report: dict[str, Any],
) -> None:
    """Writes the four files of a run into `folder`, which `service.results` keeps aside.

    Raises:
        DataFolderError: there is no room, or writing is not possible.
    """
    members = [
        {"ring_id": r.ring_id, "registration_id": n.registration_id, "ring_risk": r.risk}
        for r in rings
        for n in r.members
    ]
    try:
        pq.write_table(decisions, folder / "decisions.parquet", compression="zstd")
        pq.write_table(pa.Table.from_pylist(members, RINGS), folder / "rings.parquet")
        write_rejected(folder / "rejected.parquet", rejected)
    except OSError as error:
        raise unwritable(folder.parent, error) from error
    write_report(folder, report)


def write_report(folder: Path, report: dict[str, Any]) -> None:
    """Writes `report.json` into `folder`, which `service.results` keeps aside.

    Raises:
        DataFolderError: there is no room, or writing is not possible.
    """
    text = json.dumps(report, ensure_ascii=False, indent=1) + "\n"
    try:
        (folder / "report.json").write_text(text, encoding="utf-8")
    except OSError as error:
        raise unwritable(folder.parent, error) from error

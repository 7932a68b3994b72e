"""What a run leaves behind: decisions, rings, rejected rows, a report; each written aside first."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from features.errors import StorageFullError
from features.evidence import FIELDS
from features.reading import Rejected, write_rejected
from graph.rings import Ring

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
_RINGS = pa.schema(
    [("ring_id", pa.string()), ("registration_id", pa.string()), ("ring_risk", pa.float64())]
)


def write(
    out: Path,
    decisions: pa.Table,
    rings: Iterable[Ring],
    rejected: Sequence[Rejected],
    report: dict[str, Any],
) -> None:
    """Writes the four files of a run into `out`; existing ones are replaced, none is ever half.

    Raises:
        StorageFullError: no room; what was there before is intact.
    """
    members = [
        {"ring_id": r.ring_id, "registration_id": n.registration_id, "ring_risk": r.risk}
        for r in rings
        for n in r.members
    ]
    out.mkdir(parents=True, exist_ok=True)
    try:
        _aside(out / "decisions.parquet", decisions)
        _aside(out / "rings.parquet", pa.Table.from_pylist(members, _RINGS))
        write_rejected(out / "rejected.parquet", rejected)
        text = json.dumps(report, ensure_ascii=False, indent=1) + "\n"
        part = out / ".report.json.part"
        part.write_text(text, encoding="utf-8")
        part.replace(out / "report.json")
    except OSError as error:
        for part in out.glob(".*.part"):
            part.unlink(missing_ok=True)
        raise StorageFullError(f"{out}: cannot write there ({error.strerror})") from error


def _aside(path: Path, table: pa.Table) -> None:
    part = path.with_name(f".{path.name}.part")
    pq.write_table(table, part, compression="zstd")
    part.replace(path)

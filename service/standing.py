"""What the data folder tells of how the service stands: when it was watched last."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from service.datafolder import DataFolder


def last_watch(folder: DataFolder) -> tuple[datetime, int] | None:
    """When the ledger was watched last, and how many alerts there were."""
    noted = _read(folder.watched)
    at, alerts = _moment(noted.get("at")), noted.get("alerts")
    return (at, alerts) if at is not None and isinstance(alerts, int) else None


def _read(file: Path) -> dict[str, object]:
    try:
        form = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return form if isinstance(form, dict) else {}


def _moment(text: object) -> datetime | None:
    try:
        read = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read

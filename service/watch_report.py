"""What `watch` leaves behind: `watch.json`, `watch.md` in both languages, and plots."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from service.results import unwritable
from training.drift import FEWEST_ROWS, Alert
from training.drift_words import alert_said, percent, slice_said
from training.hindsight import BAND, Kept, Month, out_of_band
from training.watch import Watch
from training.watch_plots import draw

Said = tuple[str, str]


def write_watch(watch: Watch, folder: Path) -> None:
    """Writes everything into `folder`, which `service.results` keeps aside.

    Raises:
        DataFolderError: there is no room, or writing is not possible.
    """
    try:
        text = json.dumps(_plain(form(watch)), ensure_ascii=False, indent=1, allow_nan=False)
        (folder / "watch.json").write_text(text + "\n", encoding="utf-8")
        plots = draw(watch, folder)
        (folder / "watch.md").write_text("\n".join(_page(watch, plots)) + "\n", encoding="utf-8")
    except OSError as error:
        raise unwritable(folder.parent, error) from error


def note_alerts(file: Path, watch: Watch, at: datetime) -> None:
    """Notes in the data folder what the last look at its ledger found; the metrics tell it."""
    noted = {"at": at.isoformat(), "month": watch.period.watched[-1], "alerts": watch.alert_count}
    aside = file.with_suffix(".part")
    try:
        aside.write_text(json.dumps(noted) + "\n", encoding="utf-8")
        aside.replace(file)
    except OSError as error:
        raise unwritable(file, error) from error


def alerts_said(watch: Watch) -> list[Said]:
    """Every alert in a sentence: what changed, the farthest first, then what was not kept."""
    told = [alert_said(alert) for alert in watch.alerts]
    month = watch.hindsight.judged or ""
    return told + [
        _kept_said(level, name, month, kept) for level, name, kept in watch.hindsight.alerts
    ]


def too_few_said(watch: Watch) -> Said | None:
    """What no alert means where next to nothing came, before or in the month watched."""
    if watch.tells:
        return None
    before, now = watch.compared
    month = watch.period.watched[-1]
    return (
        f"quá ít để kết luận: số dòng của {month}: {now}, trước đó: {before}; mỗi bên cần ít nhất {FEWEST_ROWS}",
        f"too few to tell: rows in {month}: {now}, before: {before}; each has to be {FEWEST_ROWS} at least",
    )


def form(watch: Watch) -> dict[str, Any]:
    """All figures."""
    hindsight = watch.hindsight
    return {
        "alerts": watch.alert_count,
        "reference": list(watch.period.reference),
        "months": list(watch.period.watched),
        "rows": watch.rows,
        "rows_compared": list(watch.compared),
        "enough_to_tell": watch.tells,
        "columns": watch.columns,
        "slices": watch.slices,
        "changed": [_alert_form(alert) for alert in watch.alerts],
        "out_of_band": [
            {
                "level": level,
                "slice": name,
                "month": hindsight.judged,
                **asdict(kept),
                "said": _both(_kept_said(level, name, hindsight.judged or "", kept)),
            }
            for level, name, kept in hindsight.alerts
        ],
        "by_month": [asdict(month) for month in hindsight.months],
        "mature_days": hindsight.mature_days,
        "judged_month": hindsight.judged,
        "by_institution": [
            {"institution": n, **asdict(kept)} for n, kept in hindsight.institutions
        ],
        "decisions": [
            {
                "institution": name,
                "month": month,
                **dict(zip(watch.decisions, watch.mix[i, m].tolist(), strict=True)),
            }
            for i, name in enumerate(watch.institutions)
            for m, month in enumerate(watch.period.months)
            if watch.mix[i, m].sum()
        ],
    }


def _alert_form(alert: Alert) -> dict[str, Any]:
    return {
        "level": alert.level,
        "slice": alert.slice_name,
        "since": alert.changes[0].since,
        "rows": list(alert.changes[0].rows),
        "said": _both(alert_said(alert)),
        "columns": [
            {"column": c.column, "since": c.since, "distance": c.distance} for c in alert.changes
        ],
    }


def _both(said: Said) -> dict[str, str]:
    return {"vi": said[0], "en": said[1]}


def _kept_said(level: str, name: str, month: str, kept: Kept) -> Said:
    """What the risk said and what became of it."""
    vi_slice, en_slice = slice_said(level, name)
    expected = f"{kept.expected:.0f}"
    vi = f"{vi_slice}, {month}: dự tính {expected} gian lận, đã biết {kept.frauds}"
    en = f"{en_slice}, {month}: {expected} frauds expected, {kept.frauds} known"
    for value, between, vi_name, en_name in (
        (kept.estimate, kept.estimate_between, "ước tính", "estimate"),
        (kept.against_before, kept.against_before_between, "so với trước", "against before"),
    ):
        if value is not None and out_of_band(between):
            figures = f"{value:.2f} ({between[0]:.2f}–{between[1]:.2f})"
            vi += f"; {vi_name} {figures} ra ngoài {BAND[0]}–{BAND[1]}"
            en += f"; {en_name} {figures} has left {BAND[0]}–{BAND[1]}"
    return vi, en


def _page(watch: Watch, plots: list[str]) -> Iterator[str]:
    """The page, line by line."""
    period = watch.period
    yield "# Theo dõi / Watch"
    yield ""
    yield f"{period.watched[-1]}; so với / against {period.reference[0]} … {period.reference[-1]}"
    yield ""
    slices = ", ".join(f"{n} {level}" for level, n in watch.slices.items())
    yield f"{watch.rows:,} rows, {watch.columns} columns, slices: {slices}"
    yield ""
    yield f"alerts: {watch.alert_count}"
    yield ""
    few = too_few_said(watch)
    if few is not None:
        yield f"{few[0]}  <br>{few[1]}"
        yield ""
    for vietnamese, english in alerts_said(watch):
        yield f"- {vietnamese}"
        yield f"  <br>{english}"
    yield ""
    yield from _months_table(watch)
    for name in plots:
        yield ""
        yield f"![{name}]({name})"


def _months_table(watch: Watch) -> Iterator[str]:
    yield "| tháng / month | xét / screened | dừng / stopped | có kết quả / outcomes | 30, 60, 90 ngày / days | trung vị, 90 % ngày / median, 90 % days | dự tính / expected | đã biết / known | ước tính / estimate | so với trước / against before | độ chính xác, độ bao phủ dự tính / expected precision, recall |"
    yield "|" + " --- |" * 11
    for month in watch.hindsight.months:
        yield "| " + " | ".join(_month_cells(month)) + " |"


def _month_cells(month: Month) -> list[str]:
    kept = month.kept
    mature = "" if month.mature else " *"
    return [
        month.month + mature,
        f"{month.rows:,}",
        f"{month.stopped:,}",
        f"{month.known:,}",
        ", ".join(_share(share) for share in month.known_after.values()),
        "–"
        if month.delay_days is None
        else f"{month.delay_days[0]:.0f}, {month.delay_days[1]:.0f}",
        f"{kept.expected:.0f}",
        str(kept.frauds),
        _ratio(kept.estimate),
        _ratio(kept.against_before),
        f"{_share(month.expected_precision)}, {_share(month.expected_recall)}",
    ]


def _share(share: float | None) -> str:
    return "–" if share is None else percent(share)


def _ratio(value: float | None) -> str:
    return "–" if value is None or math.isinf(value) else f"{value:.2f}"


def _plain(value: object) -> object:
    """JSON knows neither NaN nor infinity."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, list | tuple) else value

"""Draws what was watched: how far institutions are from their past, what they decide, what became known.

The colours are those of Paul Tol's scheme for the colour-blind.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from training.drift import LEAST_DISTANCE
from training.hindsight import AFTER_DAYS, BAND, Interval, Month
from training.watch import Watch

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BLUE, _RED, _GREEN, _GREY = "#4477AA", "#EE6677", "#228833", "#BBBBBB"
_INK = "#222222"
_FARTHEST = 0.5
"""Bits from which on a field of the map is as dark as it gets."""
_MOST = 40
"""Institutions on a map: those that changed most."""


def draw(watch: Watch, folder: Path) -> list[str]:
    """Writes the plots into a folder; gives their names."""
    plots = {
        "institutions.png": _institutions(watch),
        "decisions.png": _decisions(watch),
        "calibration.png": _calibration(watch.hindsight.months),
        "label_delay.png": _delay(watch.hindsight.months),
    }
    for name, figure in plots.items():
        figure.savefig(folder / name, dpi=110, metadata={"Software": None})
    return list(plots)


def _figure(width: float, height: float, rows: int = 1) -> tuple[Figure, Sequence[Axes]]:
    from matplotlib.figure import Figure  # noqa: PLC0415  # only who draws pays for it

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots(rows, 1, squeeze=False)[:, 0]
    for each in axes:
        each.spines[["top", "right"]].set_visible(False)
    return figure, list(axes)


def _institutions(watch: Watch) -> Figure:
    """How far each institution was from its past in its most changed column."""
    months = watch.period.watched
    values = watch.farthest[:, -len(months) :]
    return _map(
        values,
        (watch.institutions, months),
        f"Khác trước bao nhiêu, ở cột đổi nhiều nhất\nDistance from the past, in the most changed column (bits; {LEAST_DISTANCE} is to be seen)",
        _FARTHEST,
    )


def _decisions(watch: Watch) -> Figure:
    """The share of answers that were more than clear."""
    total = watch.mix.sum(axis=2)
    clear = [d == "clear" for d in watch.decisions]
    stopped = total - watch.mix[:, :, clear].sum(axis=2)
    shares = np.where(total > 0, 100 * stopped / np.maximum(total, 1), np.nan)
    return _map(
        shares,
        (watch.institutions, watch.period.months),
        "Tỷ lệ phải xem xét hoặc từ chối (%)\nShare reviewed or refused (%)",
        max(1.0, float(np.nanquantile(shares, 0.98))) if np.isfinite(shares).any() else 1.0,
    )


def _map(
    values: NDArray[np.float64], names: tuple[Sequence[str], Sequence[str]], title: str, top: float
) -> Figure:
    rows, columns = names
    shown = np.argsort(-np.nan_to_num(values).max(axis=1), kind="stable")[:_MOST]
    figure, (axes,) = _figure(3 + 0.75 * len(columns), 1.6 + 0.28 * len(shown))
    axes.imshow(values[shown], cmap="YlOrRd", vmin=0, vmax=top, aspect="auto")
    axes.set_xticks(range(len(columns)), columns, rotation=45, ha="right")
    axes.set_yticks(range(len(shown)), [rows[i] for i in shown])
    axes.set_title(title, fontsize=10, loc="left", color=_INK)
    for y, place in enumerate(shown):
        for x in range(len(columns)):
            value = values[place, x]
            told = "·" if np.isnan(value) else f"{value:.2f}" if top < 1 else f"{value:.1f}"
            colour = "white" if value > 0.65 * top else _INK
            axes.text(x, y, told, ha="center", va="center", fontsize=7, color=colour)
    return figure


def _calibration(months: Sequence[Month]) -> Figure:
    """Fraud expected and known, and expected over actual with its interval and band."""
    figure, (counts, ratios) = _figure(9, 6.5, rows=2)
    x = np.arange(len(months))
    names = [m.month for m in months]
    counts.bar(
        x - 0.2, [m.kept.expected for m in months], 0.4, color=_BLUE, label="dự tính / expected"
    )
    counts.bar(x + 0.2, [m.kept.frauds for m in months], 0.4, color=_RED, label="đã biết / known")
    counts.set_title(
        "Gian lận dự tính và đã biết, theo tháng đăng ký\nFraud expected and known, by month of registration",
        fontsize=10,
        loc="left",
    )
    counts.legend(frameon=False)
    ratios.axhspan(*BAND, color=_GREEN, alpha=0.12, lw=0)
    ratios.axhline(1, color=_GREEN, lw=1)
    _intervals(
        ratios,
        x - 0.1,
        [(m.kept.estimate, m.kept.estimate_between) for m in months],
        (_BLUE, "ước tính / estimate"),
    )
    moved = [(m.kept.against_before, m.kept.against_before_between) for m in months]
    _intervals(ratios, x + 0.1, moved, (_RED, "so với trước / against before"))
    ratios.set_yscale("log")
    ratios.set_ylim(0.2, 5)
    ratios.minorticks_off()
    ratios.set_yticks([0.25, 0.5, 1, 2, 4], ["0.25", "0.5", "1", "2", "4"])
    ratios.set_title(
        "Dự tính chia cho thực tế; tháng trong ô xám chưa đủ chín\nExpected over actual; months in grey are not mature yet",
        fontsize=10,
        loc="left",
    )
    for i, month in enumerate(months):
        if not month.mature:
            ratios.axvspan(i - 0.5, i + 0.5, color=_GREY, alpha=0.35, lw=0)
    ratios.legend(frameon=False)
    for axes in (counts, ratios):
        axes.set_xticks(x, names)
    return figure


def _intervals(
    axes: Axes,
    x: NDArray[np.floating],
    told: Sequence[tuple[float | None, Interval | None]],
    look: tuple[str, str],
) -> None:
    good = [(i, v, b) for i, (v, b) in zip(x, told, strict=True) if v and b and np.isfinite(v)]
    if good:
        places, values, between = zip(*good, strict=True)
        low, high = np.clip(np.array(between), 1e-3, 1e3).T
        middle = np.array(values)
        axes.errorbar(
            places,
            middle,
            [middle - low, high - middle],
            fmt="o",
            color=look[0],
            label=look[1],
            capsize=2,
        )


def _delay(months: Sequence[Month]) -> Figure:
    """What share of registrations something is known of, and how many days that took."""
    figure, (shares, days) = _figure(9, 6, rows=2)
    x = np.arange(len(months))
    for after, colour in zip(AFTER_DAYS, (_BLUE, _GREEN, _RED), strict=True):
        known = [m.known_after[after] for m in months]
        told = [np.nan if share is None else 100 * share for share in known]
        shares.plot(x, told, "o-", color=colour, label=f"{after} ngày / days")
    shares.set_title(
        "Tỷ lệ đăng ký đã có kết quả xác minh sau (%)\nShare of registrations with an outcome after (%)",
        fontsize=10,
        loc="left",
    )
    shares.set_ylim(bottom=0)
    shares.legend(frameon=False)
    for place, colour, label in ((0, _BLUE, "trung vị / median"), (1, _RED, "90 %")):
        told = [np.nan if m.delay_days is None else m.delay_days[place] for m in months]
        days.plot(x, told, "o-", color=colour, label=label)
    days.set_title(
        "Số ngày đến khi có kết quả; tháng gần đây chỉ thấy kết quả nhanh\nDays until an outcome; of recent months only quick ones are seen",
        fontsize=10,
        loc="left",
    )
    days.set_ylim(bottom=0)
    days.legend(frameon=False)
    for axes in (shares, days):
        axes.set_xticks(x, [m.month for m in months])
    return figure

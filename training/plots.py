"""The plots of a model card, as PNG files; no display is needed, and no row can be told from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from training.curves import CostCurve, Costs, cost_curve, precision_recall, reliability
from training.evaluate import Assessment, Rows, catches
from training.grouping import FAIR, FALSE_REVIEWS
from training.ranking import BUDGETS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]
_BLUE, _RED, _GREY = "#1f5f99", "#b5432a", "#7a7a7a"
_OTHERS = ("#b5432a", "#7a9a3a", "#9a7ab5", "#7a7a7a")


def draw(
    folder: Path,
    risks: Mapping[str, Floats],
    rows: Rows,
    assessment: Assessment,
    costs: Costs,
) -> list[str]:
    """Draws all of them; gives the names of the files.

    Args:
        folder: an existing folder.
        risks: of the model itself first, then of what it is compared with, each of shape (n,).
        rows: the rows judged.
        assessment: of the model itself.
        costs: of the cost curve.
    """
    risk = next(iter(risks.values()))
    curve = cost_curve(risk, rows, costs)
    plots: dict[str, Callable[[Axes], None]] = {
        "precision_recall.png": lambda axes: _precision_recall(axes, risks, rows),
        "reliability.png": lambda axes: _reliability(axes, risk, rows),
        "cost.png": lambda axes: _cost(axes, curve),
        "time_to_catch.png": lambda axes: _time_to_catch(axes, risks, rows),
        "groups.png": lambda axes: _groups(axes, assessment),
    }
    for name, plot in plots.items():
        _drawn(folder / name, plot)
    return list(plots)


def _drawn(file: Path, plot: Callable[[Axes], None]) -> None:
    from matplotlib.figure import Figure  # noqa: PLC0415  # only who draws pays for it

    figure = Figure(figsize=(7, 4.6), dpi=100, layout="constrained")
    axes: Any = figure.subplots()
    axes.grid(color="#e4e4e4", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    plot(axes)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False, fontsize=9)
    figure.savefig(file)


def _precision_recall(axes: Axes, risks: Mapping[str, Floats], rows: Rows) -> None:
    for (name, risk), colour in zip(risks.items(), (_BLUE, *_OTHERS), strict=False):
        recall, precision = precision_recall(risk, rows)
        width = 2.2 if colour == _BLUE else 1.2
        axes.step(recall, precision, where="post", label=name, color=colour, linewidth=width)
    axes.set(
        xlim=(0, 1),
        ylim=(0, 1.02),
        xlabel="tỷ lệ gian lận đã biết được tìm ra · recall of known frauds",
        ylabel="độ chính xác (mức sàn) · precision (a floor)",
        title="Tìm ra và tìm đúng · Precision against recall",
    )


def _reliability(axes: Axes, risk: Floats, rows: Rows) -> None:
    bins = [b for b in reliability(risk, rows) if b.matured.value > 0]  # zero has no logarithm
    expected = np.array([b.risk for b in bins])
    actual = np.array([b.matured.value for b in bins])
    low, high = (np.array([getattr(b.matured, end) for b in bins]) for end in ("low", "high"))
    ends = [min([1e-3, *expected, *actual]) / 2, 1]
    axes.plot(ends, ends, color=_GREY, linewidth=1, linestyle="--", label="lý tưởng · ideal")
    axes.errorbar(
        expected,
        actual,
        yerr=np.abs([np.maximum(low, ends[0]) - actual, high - actual]),
        fmt="o",
        color=_BLUE,
        markersize=4,
        linewidth=1,
        label="đã biết, bù độ trễ · known, corrected for delay",
    )
    floors = [b.floor for b in bins]
    axes.plot(expected, floors, "x", color=_RED, markersize=5, label="đã biết · known (a floor)")
    axes.set(
        xscale="log",
        yscale="log",
        xlabel="rủi ro · risk",
        ylabel="tỷ lệ gian lận · share of frauds",
        title="Hiệu chỉnh, nhóm có gian lận đã biết · Reliability, bins with a known fraud",
    )


def _cost(axes: Axes, curve: CostCurve) -> None:
    for cost, colour, name in (
        (curve.estimated, _BLUE, "ước theo rủi ro · estimated from risk"),
        (curve.matured, _RED, "theo vụ đã biết (mức sàn) · of known frauds (a floor)"),
    ):
        best = curve.best(cost)
        axes.plot(curve.share * 100, cost, color=colour, label=name)
        axes.plot(curve.share[best] * 100, cost[best], "o", color=colour)
    axes.set(
        xscale="symlog",
        xlim=(0, 100),
        xlabel="% được xem xét · % reviewed",
        ylabel="chi phí mỗi 1.000 đăng ký · cost of 1,000 registrations",
        title="Chi phí theo ngưỡng · Cost against the threshold",
    )


def _time_to_catch(axes: Axes, risks: Mapping[str, Floats], rows: Rows) -> None:
    for (name, risk), colour in zip(risks.items(), (_BLUE, *_OTHERS), strict=False):
        share = np.sort(catches(risk, rows).share)
        if len(share):
            rings = np.arange(1, len(share) + 1) / len(share)
            axes.step(
                np.append(0, share), np.append(0, rings), where="post", label=name, color=colour
            )
    axes.set(
        xlim=(0, 1),
        ylim=(0, 1.02),
        xlabel="phần của nhóm trước cờ đầu tiên · share of a ring before its first flag",
        ylabel="tỷ lệ nhóm · share of rings",
        title=f"Phát hiện sớm, xem xét {BUDGETS[1]:.0%} · Time to catch, {BUDGETS[1]:.0%} reviewed",
    )


def _groups(axes: Axes, assessment: Assessment) -> None:
    told = [
        (f"{column}: {value}", group.figures[FALSE_REVIEWS])
        for column in FAIR
        for value, group in assessment.groups.get(column, {}).items()
    ]
    for place, (_, figure) in enumerate(reversed(told)):
        axes.plot([figure.low * 1_000, figure.high * 1_000], [place, place], color=_BLUE)
        axes.plot(figure.value * 1_000, place, "o", color=_BLUE)
    axes.set_yticks(range(len(told)), [name for name, _ in reversed(told)], fontsize=8)
    axes.set(
        xlabel="xem xét nhầm trên 1.000 người (mức sàn)\nfalse reviews of 1,000 people (a floor)",
        title="Ai bị xem xét nhầm · Whom false reviews hit",
    )

"""The model card: what a model is worth, in a page for people, with plots, and in numbers for programs.

Every number of the page is one of the run's metrics. Nothing here tells of one row: rows are counted,
and groups of a handful are left out.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from models.registry import Run
from training.comparing import Comparison
from training.curves import cost_curve
from training.evaluate import Assessment, flat, measure
from training.gates import limits
from training.grouping import FALSE_REVIEWS
from training.plots import draw
from training.ranking import BUDGETS, named
from training.resampling import Figure
from training.train import Trained

_RANKING = ("average_precision", *(f"recall_at_{named(b)}" for b in BUDGETS))
_VERDICTS = {
    True: "qua · passed",
    False: "**không qua · failed**",
    None: "chưa biết · not told",
}
_NOT_OURS = re.compile(r"estimated|expected|calibration|risk_at")
"""Figures that need a probability: what gives only an order has none."""


def write(trained: Trained, compared: Comparison, folder: Path) -> Run:
    """Writes `card.md`, `figures.json` and the plots into a new folder."""
    folder.mkdir(parents=True)
    metrics = dict(_metrics(trained, compared))
    parameters = {k: str(v) for k, v in _parameters(trained).items()}
    risks = {"mô hình này · this model": trained.later_risk, **trained.baselines}
    plots = draw(folder, risks, trained.rows, trained.assessment, limits().costs)
    text = "\n".join(_page(trained, compared, metrics, parameters, plots))
    (folder / "card.md").write_text(text + "\n", encoding="utf-8")
    told = {"version": trained.bundle.version, "metrics": metrics, "parameters": parameters}
    figures = json.dumps(told, ensure_ascii=False, indent=1)
    (folder / "figures.json").write_text(figures + "\n", encoding="utf-8")
    return Run(metrics, parameters, folder)


def _metrics(trained: Trained, compared: Comparison) -> Iterator[tuple[str, float]]:
    """Every number of the card; what has no value is left out."""
    told = trained.assessment
    found: dict[str, float] = {
        **told.counts,
        **flat(told.figures | told.ratios),
        **_of_groups(told),
        **_of_costs(trained),
    }
    for name, risk in trained.baselines.items():
        found |= _prefixed(name, _order_of(measure(risk, trained.rows)))
    if compared.shared is not None:
        rows = compared.shared.rows
        found["champion.rows"] = len(rows)
        found |= _prefixed("champion", measure(compared.shared.champion, rows))
        found |= _prefixed("beside_champion", measure(compared.shared.new, rows))
    for gate in compared.gates:
        if gate.passed is not None:
            found[f"gate.{gate.name}.passed"] = gate.passed
        found |= {f"gate.{gate.name}.{name}": value for name, value in gate.figures.items()}
    return ((_plain(name), float(value)) for name, value in found.items() if math.isfinite(value))


def _plain(name: str) -> str:
    """A name that the book of training runs takes."""
    return re.sub(r"[^A-Za-z0-9_.\-/ ]", "_", name.replace("%", "pct"))


def _order_of(figures: Mapping[str, Figure]) -> dict[str, Figure]:
    return {name: figure for name, figure in figures.items() if not _NOT_OURS.search(name)}


def _prefixed(prefix: str, figures: Mapping[str, Figure]) -> dict[str, float]:
    return {f"{prefix}.{name}": value for name, value in flat(figures).items()}


def _of_groups(told: Assessment) -> dict[str, float]:
    found: dict[str, float] = {}
    for column, values in told.groups.items():
        for value, group in values.items():
            name = f"{column}.{value}"
            found[f"{name}.rows"] = group.rows
            found[f"{name}.frauds_known"] = group.frauds_known
            found[f"{name}.cleared_known"] = group.cleared_known
            found |= _prefixed(name, group.figures)
    return found


def _of_costs(trained: Trained) -> dict[str, float]:
    costs = limits().costs
    curve = cost_curve(trained.later_risk, trained.rows, costs)
    found = {"cost.review": costs.review, "cost.missed_fraud": costs.missed_fraud}
    for name, cost in (("estimated", curve.estimated), ("matured_floor", curve.matured)):
        best = curve.best(cost)
        found[f"cost.{name}.nobody_reviewed"] = float(cost[0])
        found[f"cost.{name}.lowest"] = float(cost[best])
        found[f"cost.{name}.share_reviewed"] = float(curve.share[best])
        found[f"cost.{name}.threshold"] = float(curve.threshold[best])
    return found


def _parameters(trained: Trained) -> dict[str, Any]:
    """How the model was made; the figures that its bundle tells are metrics."""
    card = trained.bundle.card
    made = card.get("recipe", {}) | card
    return {_plain(k): v for k, v in made.items() if not isinstance(v, list | dict)}


def _page(
    trained: Trained,
    compared: Comparison,
    metrics: Mapping[str, float],
    parameters: Mapping[str, str],
    plots: list[str],
) -> Iterator[str]:
    yield f"# Thẻ mô hình · Model card {trained.bundle.version}"
    yield ""
    yield (
        "Các con số tính trên phần cuối của thời gian, do các cây không thấy phần ấy đánh giá; khoảng "
        "95 % lấy từ việc rút lại nguyên cả nhóm. Chưa biết không có nghĩa là ngay tình: con số nào "
        "đếm đăng ký chưa biết là không gian lận thì gọi là mức sàn (floor)."
    )
    yield ""
    yield (
        "Figures are of the last part of the time, as trees judged it that had not seen it; intervals "
        "hold 95 % of draws of whole rings. Not known is not honest: figures that count an unknown "
        "registration as no fraud are called floors. Figures named matured weigh each known fraud for "
        "those of its age that are not known yet."
    )
    yield from _data(metrics)
    yield from _ranking(trained, metrics)
    yield from _champion(compared, metrics)
    yield from _calibration(metrics)
    yield from _costs(metrics)
    yield from _catching(metrics)
    yield from _groups(trained.assessment, metrics)
    yield from _gates(compared)
    yield from ("", "## Tham số · Parameters", "", "| | |", "| --- | --- |")
    yield from (f"| {name} | {value} |" for name, value in parameters.items())
    yield from ("", "## Hình · Plots", "")
    yield from (f"![{Path(name).stem}]({name})" for name in plots)


def _data(metrics: Mapping[str, float]) -> Iterator[str]:
    yield from ("", "## Dữ liệu đánh giá · Rows judged", "", "| | |", "| --- | --- |")
    for name, said in (
        ("rows", "đăng ký · registrations"),
        ("frauds_known", "gian lận đã biết · known frauds"),
        ("cleared_known", "đã xác minh không gian lận · cleared"),
        ("unknown", "chưa biết · unknown"),
    ):
        yield f"| {said} | {metrics[name]:,.0f} |"


def _ranking(trained: Trained, metrics: Mapping[str, float]) -> Iterator[str]:
    yield from ("", "## Xếp hạng, cạnh hai cách đơn giản · Ranking, beside two plain methods", "")
    yield "| | mô hình này · this model | " + " | ".join(trained.baselines) + " |"
    yield "| --- | --- |" + " --- |" * len(trained.baselines)
    precisions = [f"precision_{kind}_at_{named(b)}" for b in BUDGETS for kind in ("floor", "known")]
    for name in (*_RANKING, *precisions):
        spans = [_span(metrics, name), *(_span(metrics, f"{b}.{name}") for b in trained.baselines)]
        yield f"| {name} | " + " | ".join(spans) + " |"
    yield from (
        "",
        "Không cần nhãn, chỉ từ rủi ro đã hiệu chỉnh · Without labels, from the risk:",
        "",
    )
    yield from _rows(
        metrics,
        [n for n in metrics if n.startswith("estimated") and not n.endswith(("_low", "_high"))],
    )


def _champion(compared: Comparison, metrics: Mapping[str, float]) -> Iterator[str]:
    yield from ("", f"## Cạnh mô hình đang dùng · Beside {compared.called.en}", "")
    yield f"{compared.why.vi} · {compared.why.en}"
    if compared.shared is not None:
        yield from (
            "",
            "| | mô hình này · this model | đang dùng · in use |",
            "| --- | --- | --- |",
        )
        for name in (*_RANKING, "expected_over_matured", "calibration_error_matured"):
            pair = (_span(metrics, f"{of}.{name}") for of in ("beside_champion", "champion"))
            yield f"| {name} | " + " | ".join(pair) + " |"


def _calibration(metrics: Mapping[str, float]) -> Iterator[str]:
    yield from ("", "## Hiệu chỉnh · Calibration", "")
    names = ("expected_frauds", "expected_over_known_ceiling", "expected_over_matured")
    yield (
        "Đường hiệu chỉnh được khớp trên chính các đăng ký này, nên ở đây nó chỉ có thể trông tốt hơn; "
        "`chinhchu watch` cho biết về sau. · The curve was fitted on these very rows, so here it can "
        "only look better than it is; `chinhchu watch` tells later."
    )
    yield ""
    errors = ("calibration_error_floor", "calibration_error_matured")
    yield from _rows(metrics, [*names, *errors])


def _costs(metrics: Mapping[str, float]) -> Iterator[str]:
    yield from ("", "## Chi phí, mỗi 1.000 đăng ký · Cost of 1,000 registrations", "")
    yield from _rows(metrics, [name for name in metrics if name.startswith("cost.")])


def _catching(metrics: Mapping[str, float]) -> Iterator[str]:
    names = [n for n in metrics if re.search(r"first_flag.*pct$|rings_flagged.*pct$", n)]
    yield from ("", "## Thời gian phát hiện nhóm · Time to catch a ring", "")
    yield from _rows(metrics, names)


def _groups(told: Assessment, metrics: Mapping[str, float]) -> Iterator[str]:
    yield from ("", "## Nhóm, khi xem xét 2 % · Groups, with 2 % reviewed", "")
    yield from _rows(metrics, [_plain(name) for name in told.ratios])
    for column, values in told.groups.items():
        figures = ("reviewed", FALSE_REVIEWS, "false_reviews_known", "recall")
        yield from ("", f"| {column} | rows | frauds | cleared | " + " | ".join(figures) + " |")
        yield "| --- |" + " --- |" * (3 + len(figures))
        for value in values:
            name = _plain(f"{column}.{value}")
            many = (
                f"{metrics[f'{name}.{n}']:,.0f}" for n in ("rows", "frauds_known", "cleared_known")
            )
            spans = (_span(metrics, f"{name}.{figure}") for figure in figures)
            yield f"| {value} | " + " | ".join((*many, *spans)) + " |"


def _gates(compared: Comparison) -> Iterator[str]:
    yield from ("", "## Cổng · Gates", "", "| | | |", "| --- | --- | --- |")
    for gate in compared.gates:
        yield f"| {gate.name} | {_VERDICTS[gate.passed]} | {gate.said_vi} · {gate.said_en} |"


def _rows(metrics: Mapping[str, float], names: list[str]) -> Iterator[str]:
    if names:
        yield from ("| | |", "| --- | --- |")
        yield from (f"| {name} | {_span(metrics, name)} |" for name in names)


def _span(metrics: Mapping[str, float], name: str) -> str:
    """A figure with its interval, as the page has it."""
    found = [metrics.get(_plain(name) + end) for end in ("", "_low", "_high")]
    if found[0] is None:
        return "–"
    value, low, high = (None if f is None else f"{f:.4g}" for f in found)
    return f"{value}" if low is None or high is None else f"{value} ({low} … {high})"

"""The gates that a new model passes before it judges: read from a file, judged on the same rows.

Ranking, calibration, every group, the time of one score, and the golden facts. What is compared with
the champion is compared by pairs: each draw of whole rings is given to both.
"""

from __future__ import annotations

import statistics
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import (
    ConfigDict,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    TypeAdapter,
    ValidationError,
)
from scipy.stats import norm

from features.errors import InputError
from models import bundle as bundles
from models.bundle import Bundle
from models.errors import BundleError
from training.curves import Costs
from training.dataset import FRAUD
from training.evaluate import REVIEWED, Rows, first
from training.grouping import FALSE_REVIEWS, Grouping
from training.ranking import Ranking
from training.resampling import draws, interval

FILE = Path(__file__).with_name("gates.toml")
HOLDING = frozenset({"average_precision", "calibration", "golden_facts"})
"""The gates that keep a training run from promoting its own model; a person is shown all."""
_STRICT = ConfigDict(extra="forbid")
_SCORES = 200
_REFERENCE = 500

Floats = NDArray[np.float64]
Clock = Callable[[], int]
"""Nanoseconds of a clock that only goes forward."""


@dataclass(frozen=True, slots=True)
class OfRanking:
    """How much worse the ranking may be."""

    __pydantic_config__ = _STRICT

    fewest_frauds: NonNegativeInt
    allowed: NonNegativeFloat


@dataclass(frozen=True, slots=True)
class OfCalibration:
    """How far expected and known frauds may lie apart."""

    __pydantic_config__ = _STRICT

    fewest_frauds: NonNegativeInt
    expected_over_matured: tuple[NonNegativeFloat, NonNegativeFloat]
    error: NonNegativeFloat


@dataclass(frozen=True, slots=True)
class OfGroups:
    """What no group may lose."""

    __pydantic_config__ = _STRICT

    compared: tuple[str, ...]
    level: Annotated[float, Field(gt=0, lt=1)]
    false_reviews: NonNegativeFloat
    recall: NonNegativeFloat
    fewest_rows: NonNegativeInt
    fewest_frauds: NonNegativeInt


@dataclass(frozen=True, slots=True)
class OfLatency:
    """How long one score may take, in microseconds."""

    __pydantic_config__ = _STRICT

    microseconds: NonNegativeFloat
    reference: NonNegativeFloat
    slower_at_most: Annotated[float, Field(ge=1)]


@dataclass(frozen=True, slots=True)
class Limits:
    """The file, section by section."""

    __pydantic_config__ = _STRICT

    average_precision: OfRanking
    calibration: OfCalibration
    groups: OfGroups
    latency: OfLatency
    costs: Costs


def limits(file: Path = FILE) -> Limits:
    """Reads the file.

    Raises:
        InputError: it cannot be read, or an entry is missing, unknown, or no number from 0 on.
    """
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
        return TypeAdapter(Limits).validate_python(told)
    except ValidationError as error:
        wrong = error.errors(include_input=False)[0]
        where = ".".join(map(str, wrong["loc"]))
        raise InputError(
            f"{file.name}: {where}: {wrong['msg']}",
            f"{file.name}: {where}: không hợp lệ ({wrong['msg']})",
        ) from error
    except (OSError, ValueError) as error:
        raise InputError(
            f"{file.name}: cannot be read ({error})", f"{file.name}: không đọc được ({error})"
        ) from error


@dataclass(frozen=True, slots=True)
class Judged:
    """A model, and what it, or its like that never saw them, said of the rows compared."""

    bundle: Bundle
    risk: Floats


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate: whether it was passed, and what to say of it in either language.

    `passed` is None where too little is known to tell.
    """

    name: str
    passed: bool | None
    said_vi: str
    said_en: str
    figures: dict[str, float]


def judge(new: Judged, champion: Judged, rows: Rows, held: Limits, clock: Clock) -> list[Gate]:
    """Every gate, in the order of the file; risks have shape (n,) and are of the rows given."""
    return [
        _ranking(new.risk, champion.risk, rows, held.average_precision),
        _calibration(new.risk, rows, held.calibration),
        *_groups(new.risk, champion.risk, rows, held.groups),
        *_alone(new.bundle, held, clock),
    ]


def judge_apart(new: Judged, rows: Rows, held: Limits, clock: Clock) -> list[Gate]:
    """The gates that need no champion, of rows that it saw; the groups are not told."""
    said = "mô hình chính đã thấy các đăng ký này", "the champion has seen these rows"
    groups = (f"groups.{name}" for name in (FALSE_REVIEWS, "recall"))
    return [
        _calibration(new.risk, rows, held.calibration),
        *(Gate(n, None, f"{n}: {said[0]}", f"{n}: {said[1]}", {}) for n in groups),
        *_alone(new.bundle, held, clock),
    ]


def _alone(bundle: Bundle, held: Limits, clock: Clock) -> list[Gate]:
    return [_latency(bundle, held.latency, clock), golden_facts(bundle)]


def _ranking(new: Floats, champion: Floats, rows: Rows, held: OfRanking) -> Gate:
    """Whether the ranking is worse; how sure that is, its interval tells."""
    frauds = int((rows.label == FRAUD).sum())
    name = "average_precision"
    if frauds < held.fewest_frauds:
        return _too_few(name, frauds, held.fewest_frauds)
    ours, theirs = (Ranking(risk, rows.label, rows.share_known) for risk in (new, champion))
    found, against = (ranking.average_precision() for ranking in (ours, theirs))
    drawn = [
        ours.average_precision(times) - theirs.average_precision(times)
        for times in draws(rows.cluster)
    ]
    apart = interval(found - against, drawn)
    worse = apart.value < -held.allowed
    told = f"{found:.3f} / {against:.3f}, {apart.value:+.3f} ({apart.low:+.3f} … {apart.high:+.3f})"
    figures = {"new": found, "champion": against, "low": apart.low, "high": apart.high}
    return Gate(
        name,
        not worse,
        f"độ chính xác trung bình, mới / mô hình chính: {told}",
        f"average precision, new / champion: {told}",
        figures,
    )


def _calibration(new: Floats, rows: Rows, held: OfCalibration) -> Gate:
    """Whether as many frauds are expected as there may be."""
    frauds = int((rows.label == FRAUD).sum())
    if frauds < held.fewest_frauds:
        return _too_few("calibration", frauds, held.fewest_frauds)
    found = Ranking(new, rows.label, rows.share_known).figures()
    ratio, error = (found[n] for n in ("expected_over_matured", "calibration_error_matured"))
    low, high = held.expected_over_matured
    return Gate(
        "calibration",
        low <= ratio <= high and error <= held.error,
        f"hiệu chỉnh, trên chính các đăng ký đã khớp đường: dự kiến gấp {ratio:.2f} lần số vụ đã biết ({low:g}–{high:g}), "
        f"sai số {error:.4f} (tối đa {held.error:g})",
        f"calibration, on the rows that its curve was fitted on: expects {ratio:.2f} times the known frauds ({low:g} to {high:g}), "
        f"error {error:.4f} (at most {held.error:g})",
        {"expected_over_matured": ratio, "error": error},
    )


def _too_few(name: str, frauds: int, needed: int) -> Gate:
    return Gate(
        name,
        passed=None,
        said_vi=f"{name}: quá ít vụ gian lận đã biết để so: {frauds}, cần {needed}",
        said_en=f"{name}: too few known frauds to tell: {frauds}, needed {needed}",
        figures={"frauds_known": frauds},
    )


def _groups(new: Floats, champion: Floats, rows: Rows, held: OfGroups) -> Iterator[Gate]:
    """One gate for false reviews and one for recall: the group that lost most, beyond its interval."""
    columns = {name: rows.groups[name] for name in held.compared if name in rows.groups}
    pairs = [
        tuple(Grouping(values, rows.label, first(risk, REVIEWED)) for risk in (new, champion))
        for values in columns.values()
    ]
    worse = {FALSE_REVIEWS: held.false_reviews, "recall": held.recall}
    times = [None, *draws(rows.cluster)]
    drawn = [[(ours.figures(t), theirs.figures(t)) for t in times] for ours, theirs in pairs]
    for figure, allowed in worse.items():
        sign = 1 if figure == FALSE_REVIEWS else -1
        losses = {
            f"{column}={name}": [sign * float(o[figure][i] - t[figure][i]) for o, t in found]
            for column, (ours, _), found in zip(columns, pairs, drawn, strict=True)
            for i, name in enumerate(ours.names)
            if ours.sizes[i] >= held.fewest_rows
            and (figure != "recall" or ours.known[i][2] >= held.fewest_frauds)
        }
        yield _worst_loss(figure, losses, allowed, held.level)


def _worst_loss(
    figure: str, losses: Mapping[str, list[float]], allowed: float, level: float
) -> Gate:
    """The gate of one figure, from what each group lost: as the rows are, then draw by draw."""
    name = f"groups.{figure}"
    if not losses:
        vi, en = f"{name}: không nhóm nào đủ lớn", f"{name}: no group is large enough"
        return Gate(name, passed=None, said_vi=vi, said_en=en, figures={})
    # Of many groups one is worse by chance alone: the level is shared among them.
    width = float(norm.ppf(1 - level / len(losses)))
    surely = {
        group: loss - width * float(np.nanstd(drawn)) for group, (loss, *drawn) in losses.items()
    }
    worst = max(losses, key=lambda group: (surely[group] > 0, losses[group][0]))
    lost = losses[worst][0]
    passed = not any(losses[g][0] > allowed and surely[g] > 0 for g in losses)
    told = f"{worst}: {lost:+.4f} ({surely[worst]:+.4f} …)"
    return Gate(
        name,
        passed,
        f"nhóm thiệt nhất so với mô hình chính, {name} {told}",
        f"the group that lost most against the champion, {name} {told}",
        {"lost": lost, "at_least": surely[worst], "groups": float(len(losses))},
    )


def _latency(bundle: Bundle, held: OfLatency, clock: Clock) -> Gate:
    """The median time of one score, each beside one of a fixed reference."""
    model = bundle.model()
    scores, references = [], []
    for _, golden in zip(range(_SCORES), cycle(bundle.golden), strict=False):
        row = np.array([golden.vector])
        scores.append(_microseconds(clock, partial(model.risk, row)))
        references.append(_microseconds(clock, _reference))
    score, reference = statistics.median(scores), statistics.median(references)
    allowed = held.microseconds * min(held.slower_at_most, max(1.0, reference / held.reference))
    return Gate(
        "latency",
        score <= allowed,
        f"một lần chấm điểm: {score:.0f} µs, tối đa {allowed:.0f} µs (chuẩn so {reference:.0f} µs)",
        f"one score: {score:.0f} µs, at most {allowed:.0f} µs (reference {reference:.0f} µs)",
        {"score_us": score, "reference_us": reference},
    )


def _microseconds(clock: Clock, work: Callable[[], object]) -> float:
    start = clock()
    work()
    return (clock() - start) / 1_000


def _reference() -> float:
    """A fixed amount of plain work."""
    total = 0.0
    for i in range(_REFERENCE):
        total += i * 0.5
    return total


def golden_facts(bundle: Bundle) -> Gate:
    """Whether this program computes what the model was trained on."""
    try:
        bundles.prove(bundle)
    except BundleError as error:
        return Gate(
            "golden_facts", passed=False, said_vi=str(error), said_en=str(error), figures={}
        )
    return Gate(
        "golden_facts",
        passed=True,
        said_vi="các dữ kiện mẫu cho đúng kết quả",
        said_en="the golden facts give what they must",
        figures={"facts": len(bundle.golden)},
    )

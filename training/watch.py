"""Watches a past: whether its slices look as they did, and what became known of its answers.

The past is one table of answers, from the ledger or from a backtest; what it lacks is not watched.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.errors import InputError
from training.columns import UNSEEN, Column, Kinds, Numbers, kinds
from training.drift import FEWEST_ROWS, REFERENCE, Alert, Level, Stream, tables
from training.drift import alerts as changed
from training.hindsight import Answers, Hindsight, look_back
from training.typed_form import COLUMNS, form_columns

_VIETNAM = 7 * 3600
"""Seconds that Vietnam's clock is ahead; months are read on it."""
_MOST_MONTHS = 12
_DESKS = frozenset({"agent", "branch", "tablet", "network", "subnet", "peers"})
_PASSING = frozenset({"document_age", "days_since_status"})


@dataclass(frozen=True, slots=True)
class Past:
    """Answers in the order of the world.

    Args:
        rows: one row a registration: `institution`, `branch` (null where none is named), `decision`,
            `identity`, `ring_id`, `check_*` (how a field agreed), and the columns of
            `typed_form.COLUMNS` as text, as far as they are known.
        at: seconds since 1970, shape (n,).
        risk: shape (n,).
        label: 1 fraud, 0 cleared, -1 unknown, shape (n,).
        confirmed: seconds since 1970, NaN where unknown, shape (n,).
        typed: whether what was typed is still there: erased rows have none, shape (n,).
        features: names and values, shape (n, features), of the features that were judged.
    """

    rows: pa.Table
    at: NDArray[np.float64]
    risk: NDArray[np.float64]
    label: NDArray[np.int8]
    confirmed: NDArray[np.float64]
    typed: NDArray[np.bool_]
    features: tuple[tuple[str, ...], NDArray[np.float32]] = ((), np.empty((0, 0), np.float32))

    @property
    def known_until(self) -> float:
        """Just after all that is known, in seconds since 1970."""
        return float(np.nanmax(np.concatenate([self.at, self.confirmed]))) + 1.0


@dataclass(frozen=True, slots=True)
class Period:
    """The months watched, `YYYY-MM`, ascending: those of the reference come first."""

    reference: tuple[str, ...]
    watched: tuple[str, ...]

    @property
    def months(self) -> tuple[str, ...]:
        """All of them."""
        return self.reference + self.watched


@dataclass(frozen=True, slots=True)
class Watch:
    """What was found; `mix` has shape (institutions, months, decisions)."""

    period: Period
    rows: int
    columns: int
    slices: dict[str, int]
    alerts: tuple[Alert, ...]
    hindsight: Hindsight
    institutions: tuple[str, ...]
    farthest: NDArray[np.float64]
    """The greatest distance of each institution in each watched month; NaN where it was not compared."""
    decisions: tuple[str, ...]
    mix: NDArray[np.int64]

    @property
    def alert_count(self) -> int:
        """Of slices that changed, and of risk that did not keep its word."""
        return len(self.alerts) + len(self.hindsight.alerts)

    @property
    def compared(self) -> tuple[int, int]:
        """Rows of the reference and of the month watched."""
        before = len(self.period.reference)
        return int(self.mix[:, :before].sum()), int(self.mix[:, -1].sum())

    @property
    def tells(self) -> bool:
        """Whether there is enough to compare at least the whole."""
        return min(self.compared) >= FEWEST_ROWS


def period_of(
    at: NDArray[np.float64], month: str | None, reference: tuple[str, str] | None
) -> Period:
    """The months to watch.

    Args:
        at: moments of the rows, in seconds since 1970.
        month: the month watched; None is the last one that has rows.
        reference: first and last month to compare with; None is the earlier half of the twelve
            months that end with the one watched.

    Raises:
        InputError: there are not two months to compare.
    """
    own = _months(at)
    last = np.datetime64(month, "M") if month else (own.max() if len(own) else None)
    if last is None or not (own == last).any():
        raise InputError(
            f"watch: no screening of {month or 'any month'}",
            f"watch: không có lượt sàng lọc nào của {month or 'tháng nào'}",
        )
    if reference is not None:
        first, end = (np.datetime64(m, "M") for m in reference)
    else:
        first = max(own.min(), last - (_MOST_MONTHS - 1))
        end = first + max(1, (last - first + 1).astype(int) // 2) - 1
    if not first <= end < last:
        raise InputError(
            "watch: the reference has to end before the month that is watched",
            "watch: khoảng để so phải kết thúc trước tháng cần xem",
        )
    if not ((own >= first) & (own <= end)).any():
        raise InputError(
            "watch: the reference has no screenings",
            "watch: khoảng để so không có lượt sàng lọc nào",
        )
    return Period(_names(first, end), _names(end + 1, last))


def watch(past: Past, period: Period, until: float) -> Watch:
    """Compares every slice and column, and looks back with what was known at `until`."""
    month = _places(past.at, period.months)
    stream = _stream(past, month, period)
    columns = _columns(past)
    found = tables(stream, columns)
    institutions = stream.levels[1]
    own = np.array([t.distance[:, 1:] for t in found[1]])
    farthest = np.nanmax(np.where(np.isnan(own), -1.0, own), axis=0)
    decided = kinds("decision", past.rows.column("decision").combine_chunks())
    return Watch(
        period=period,
        rows=int((month >= 0).sum()),
        columns=len(columns),
        slices={level.name: len(level.names) for level in stream.levels},
        alerts=tuple(changed(stream, columns, found)),
        hindsight=_hindsight(past, month, period, institutions, until),
        institutions=institutions.names,
        farthest=np.where(farthest < 0, np.nan, farthest),
        decisions=decided.names[1:-1],
        mix=_mix(month, institutions, decided, len(period.months)),
    )


def _months(at: NDArray[np.float64]) -> NDArray[np.datetime64]:
    return (at + _VIETNAM).astype("datetime64[s]").astype("datetime64[M]")


def _names(first: np.datetime64, last: np.datetime64) -> tuple[str, ...]:
    return tuple(str(m) for m in np.arange(first, last + 1))


def _places(at: NDArray[np.float64], months: tuple[str, ...]) -> NDArray[np.int16]:
    """Where each row's month stands; -1 outside of them."""
    place = (_months(at) - np.datetime64(months[0], "M")).astype(np.int64)
    return np.where((place >= 0) & (place < len(months)), place, -1).astype(np.int16)


def _stream(past: Past, month: NDArray[np.int16], period: Period) -> Stream:
    before = len(period.reference)
    of_stream = np.where(month < before, np.where(month < 0, -1, REFERENCE), month - before + 1)
    n = len(past.at)
    whole = Level("all", np.zeros(n, np.int32), ("all",), np.zeros(1, np.int32))
    institution, institutions = _coded(past.rows.column("institution"))
    branch, branches = _coded(past.rows.column("branch"))
    lies_in = np.zeros(len(branches), np.int32)
    lies_in[branch[branch >= 0]] = institution[branch >= 0]
    levels = (
        whole,
        Level("institution", institution, institutions, np.zeros(len(institutions), np.int32)),
        Level("branch", branch, branches, lies_in),
    )
    day = ((past.at - past.at.min(initial=0)) // 86_400).astype(np.int32)
    return Stream(of_stream.astype(np.int16), day, ("reference", *period.watched), levels)


def _coded(values: pa.ChunkedArray) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    encoded = pc.dictionary_encode(values.combine_chunks())
    codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
    return codes.astype(np.int32), tuple(encoded.dictionary.to_pylist())


def _columns(past: Past) -> list[Column]:
    """Score, decision and identity, the cross-check, the form as typed, the features."""
    rows = past.rows
    columns: list[Column] = [Numbers("risk", past.risk)]
    judged = [
        n for n in rows.column_names if n in {"decision", "identity"} or n.startswith("check_")
    ]
    columns += [
        kinds(n.replace("check_", "check."), rows.column(n).combine_chunks()) for n in judged
    ]
    columns += _form(past)
    names, values = past.features
    told = [(i, name) for i, name in enumerate(names) if _tells_of_the_row(name)]
    return columns + [Numbers(f"feature.{name}", values[:, i]) for i, name in told]


def _tells_of_the_row(feature: str) -> bool:
    """Not of its desk: a desk's counts are alike for all who come on a day, and each wanders.

    Nor of all of the past, which grows though nobody does anything new, nor days that pass anyway.
    """
    link, _, measure = feature.partition(".")
    of_desk, grows = measure and link in _DESKS, measure.endswith(".all")
    return not of_desk and not grows and feature not in _PASSING


def _form(past: Past) -> list[Kinds]:
    """What was typed; an erased row says nothing of it."""
    kept = [name for name in COLUMNS if name in past.rows.column_names]
    if not kept:
        return []
    rows = past.rows.filter(pa.array(past.typed))
    desk, _ = _coded(pc.coalesce(rows.column("branch"), rows.column("institution")))
    columns = []
    for column in form_columns(rows.select(kept), desk):
        codes = np.full(len(past.at), UNSEEN, dtype=np.uint8)
        codes[past.typed] = column.codes
        columns.append(replace(column, codes=codes))
    return columns


def _hindsight(
    past: Past, month: NDArray[np.int16], period: Period, institutions: Level, until: float
) -> Hindsight:
    ring, _ = _coded(past.rows.column("ring_id"))
    alone = np.arange(len(ring)) + len(ring)
    answers = Answers(
        at=past.at,
        risk=past.risk,
        stopped=np.asarray(pc.not_equal(past.rows.column("decision"), "clear")),
        label=past.label,
        confirmed=past.confirmed,
        event=np.where(ring >= 0, ring, alone),
        month=month,
        institution=institutions.codes,
        months=period.months,
        institutions=institutions.names,
    )
    return look_back(answers, range(len(period.reference)), until)


def _mix(
    month: NDArray[np.int16], institutions: Level, decided: Kinds, months: int
) -> NDArray[np.int64]:
    shape = (len(institutions.names), months, len(decided.names) - 2)
    kept = month >= 0
    mix = np.zeros(shape, dtype=np.int64)
    np.add.at(mix, (institutions.codes[kept], month[kept], decided.codes[kept] - 1), 1)
    return mix

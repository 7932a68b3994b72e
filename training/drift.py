"""Tells which slice of the stream no longer looks as it did: a month, an institution, a branch.

Each column of a slice is compared with the slice's own past, bin by bin; what is missing is a bin of
its own. Every day counts alike, however many came on it: a payday is not a change.

Two things have to be there before anything is said: a distance that a reader would see, and one that
chance does not make in a slice of that size. The distance is that of Jensen and Shannon in bits, from 0
to 1, less what slices of that size show without any change. Chance is told by a G-test. Its statistic is
divided by what the slice shows among the fortnights of its own past, for some always wander, or by what
the slices of one level show on the median, for what moves everybody is no news of one branch. Over all
tests at once, one alert in a hundred may be false (Benjamini and Hochberg 1995).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy
from scipy.stats import chi2, false_discovery_control

from training.columns import UNSEEN, Column, Kinds

LEAST_DISTANCE = 0.02
"""Bits; about a population stability index of 0.11, for which one starts to look."""
FEWEST_ROWS = 20
"""A slice with fewer rows, before or in a month, is not compared."""
FALSE_ALERTS = 0.01
_FORTNIGHT = 14
_PRIOR = 10.0
_FEWEST_SLICES = 20
"""Fewer slices do not tell what is usual among them."""
REFERENCE = 0
SHOWN = 3
"""Changes of one slice that are told in a sentence; the others are named."""


@dataclass(frozen=True, slots=True)
class Level:
    """A way to cut the stream: `codes`, shape (n,), count into `names`; -1 is in no slice.

    `within` is the slice of the level before that each slice lies in.
    """

    name: str
    codes: NDArray[np.int32]
    names: tuple[str, ...]
    within: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Stream:
    """Rows in any order: when each came, and its slice at every level, the widest level first.

    `month`, shape (n,), counts into `months`; 0 is the whole reference, -1 neither that nor watched.
    `day` tells days apart.
    """

    month: NDArray[np.int16]
    day: NDArray[np.int32]
    months: tuple[str, ...]
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """How often a column fell into each bin: `counts` has shape (slices, months, bins).

    They are weighted so that days count alike, and add up to as many rows as are worth as much.
    """

    column: str
    bins: tuple[str, ...]
    counts: NDArray[np.float64]
    distance: NDArray[np.float64]
    """Bits beyond what chance makes, shape (slices, months); NaN where too little is there."""
    chance: NDArray[np.float64]
    """Of so much without a change, the same shape."""


@dataclass(frozen=True, slots=True)
class Change:
    """One column of one slice that is no longer as it was, in the month watched and since `since`."""

    level: str
    slice_name: str
    column: str
    since: str
    distance: float
    rows: tuple[int, int]
    """Before, and in the month watched."""
    bins: tuple[str, ...]
    before: NDArray[np.float64]
    now: NDArray[np.float64]
    """Shares of the bins, shape (bins,), as means over days."""
    medians: tuple[float, float] | None = None
    """Of a number, told of the greatest changes of a slice alone."""


@dataclass(frozen=True, slots=True)
class Alert:
    """A slice that changed in one or more columns, its greatest change first."""

    level: str
    slice_name: str
    changes: tuple[Change, ...]


def tables(stream: Stream, columns: Sequence[Column]) -> list[list[Table]]:
    """Every column at every level: a list a level, in the order of the columns."""
    found: list[list[Table]] = [[] for _ in stream.levels]
    reference = stream.month == REFERENCE
    weights = [_weights(stream, level) for level in stream.levels]
    first = stream.day[reference].min(initial=0) if reference.any() else 0
    fortnight = np.where(reference, (stream.day - first) // _FORTNIGHT, -1)
    for column in columns:
        codes, bins = column.coded(reference)
        for level, weight, out in zip(stream.levels, weights, found, strict=True):
            size = (len(level.names), len(stream.months), len(bins))
            counts = _counts((level.codes, stream.month, codes), weight, size)
            past = (len(level.names), int(fortnight.max(initial=0)) + 1, len(bins))
            wanders = _wanders(_counts((level.codes, fortnight, codes), weight, past))
            out.append(Table(column.name, bins, counts, *_compared(counts, wanders)))
    return found


def alerts(
    stream: Stream, columns: Sequence[Column], found: Sequence[Sequence[Table]]
) -> list[Alert]:
    """What changed by the last month, the farthest from its past first."""
    changed = _changed(found)
    distances = [
        np.array([np.where(f[:, -1], t.distance[:, -1], 0.0) for t, f in zip(*of, strict=True)])
        for of in zip(found, changed, strict=True)
    ]
    told: list[Alert] = []
    for place, own in enumerate(_told_once(stream, distances)):
        level = stream.levels[place]
        for one in np.flatnonzero(own.any(axis=0)).tolist():
            which = np.flatnonzero(own[:, one])
            which = which[np.argsort(-distances[place][which, one], kind="stable")].tolist()
            of = [(found[place][i], changed[place][i]) for i in which]
            changes = _changes(stream, level, one, of)
            inside = level.codes == one
            for i, column in enumerate(which[:SHOWN]):
                medians = _medians(stream, inside, columns[column])
                changes[i] = replace(changes[i], medians=medians)
            told.append(Alert(level.name, level.names[one], tuple(changes)))
    return sorted(told, key=lambda alert: -alert.changes[0].distance)


def _told_once(
    stream: Stream, distances: Sequence[NDArray[np.float64]]
) -> Iterator[NDArray[np.bool_]]:
    """Which changes are told at which level, each of shape (columns, slices).

    A change of several slices in one that is wider is told of the wider one, and of a narrow one only
    if it is more than twice as great there. Where a single one changed, and more, it is told of that.
    """
    told = [distance > 0 for distance in distances]
    for i in range(1, len(told)):
        within, wider, narrow = stream.levels[i].within, distances[i - 1], distances[i]
        lies_in = (within[:, None] == np.arange(wider.shape[1])).astype(np.float64)
        changed = (narrow > 0) @ lies_in
        alone = (narrow > wider[:, within]) & (changed[:, within] == 1)
        told[i] &= alone | (narrow > 2 * wider[:, within])
        told[i - 1] &= alone @ lies_in == 0
    yield from told


def _weights(stream: Stream, level: Level) -> NDArray[np.float64]:
    """What each row counts in its slice and month, shape (n,): alike on all days together.

    They add up to the rows that are worth as much when each counts one (Kish 1965).
    """
    kept = (level.codes >= 0) & (stream.month >= 0)
    place = level.codes[kept].astype(np.int64) * len(stream.months) + stream.month[kept]
    day = stream.day[kept].astype(np.int64)
    _, on_day, rows = np.unique(
        place * (day.max(initial=0) + 1) + day, return_inverse=True, return_counts=True
    )
    weight = 1.0 / rows[on_day]
    total, squares = np.bincount(place, weight), np.bincount(place, weight**2)
    weights = np.zeros(len(stream.month))
    weights[kept] = weight * (total[place] / squares[place])
    return weights


def _counts(
    places: tuple[NDArray[np.integer], NDArray[np.integer], NDArray[np.uint8]],
    weights: NDArray[np.float64],
    shape: tuple[int, int, int],
) -> NDArray[np.float64]:
    """Rows by slice, time and bin; those without one of them are not counted."""
    of_slice, time, codes = places
    kept = (weights > 0) & (time >= 0) & (codes != UNSEEN)
    place = of_slice[kept].astype(np.int64) * shape[1] + time[kept]
    size = shape[0] * shape[1] * shape[2]
    flat = np.bincount(place * shape[2] + codes[kept], weights[kept], size).astype(np.float64)
    return flat.reshape(shape)


def _wanders(past: NDArray[np.float64]) -> NDArray[np.float64]:
    """How many times the statistic of chance each slice shows in its own past, at least 1, shape (slices,).

    Few fortnights prove little, so it is taken as though there were also `_PRIOR` of a quiet slice.
    """
    whole = past.sum(axis=1)
    statistic = 2 * (_information(past).sum(axis=1) - _information(whole))
    freedom = ((past.sum(axis=2) > 0).sum(axis=1) - 1) * ((whole > 0).sum(axis=1) - 1)
    times = (statistic + _PRIOR) / (np.maximum(freedom, 0) + _PRIOR)
    return np.asarray(np.maximum(1.0, times))


def _compared(
    counts: NDArray[np.float64], wanders: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Distance and chance of each slice and month against the slice's reference."""
    before, now = _together(counts)
    n, m = before.sum(axis=-1), now.sum(axis=-1)
    enough = (n >= FEWEST_ROWS) & (m >= FEWEST_ROWS)
    n, m = np.where(enough, n, 1.0), np.where(enough, m, 1.0)
    # Whether something is missing is asked apart: a change there is frequent, and ten bins dilute it.
    chance = np.fmin(
        _chance(before, now, enough, wanders),
        _chance(_missing(before), _missing(now), enough, wanders),
    )
    p, q = before / n[..., None], now / m[..., None]
    mixed = (p + q) / 2
    bits = (xlogy(p, p) / 2 + xlogy(q, q) / 2 - xlogy(mixed, mixed)).sum(axis=-1)
    noise = _freedom(before + now) / 8 * (1 / n + 1 / m)
    distance = np.where(enough, np.maximum(bits - noise, 0.0) / np.log(2), np.nan)
    distance[:, REFERENCE], chance[:, REFERENCE] = np.nan, np.nan
    return distance, np.minimum(2 * chance, 1.0)


def _chance(
    before: NDArray[np.float64],
    now: NDArray[np.float64],
    enough: NDArray[np.bool_],
    wanders: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Of a difference as great without a change, shape (slices, months); NaN where too few came."""
    both = before + now
    freedom = _freedom(both)
    statistic = 2 * (_information(before) + _information(now) - _information(both))
    statistic = np.where(enough, statistic, np.nan)
    unrest = np.maximum(wanders[:, None], _usual(statistic, freedom))
    return np.asarray(chi2.sf(statistic / unrest, freedom))


def _freedom(both: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.asarray(np.maximum((both > 0).sum(axis=-1) - 1, 1))


def _missing(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """What is missing and what is not: the first bin and the others together."""
    return np.stack([counts[..., 0], counts[..., 1:].sum(axis=-1)], axis=-1)


def _together(counts: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Reference and months, shape (slices, months, bins + 1): rare bins are one bin together.

    Of a bin in which less than one row is to be expected, a single row would prove too much.
    """
    now, before = counts, np.broadcast_to(counts[:, :1], counts.shape)
    both = before + now
    least = np.minimum(before.sum(-1, keepdims=True), now.sum(-1, keepdims=True))
    rare = both * least < both.sum(-1, keepdims=True)
    return tuple(  # type: ignore[return-value]
        np.concatenate([np.where(rare, 0.0, x), (x * rare).sum(-1, keepdims=True)], axis=-1)
        for x in (before, now)
    )


def _information(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    total = counts.sum(axis=-1)
    return np.asarray(xlogy(counts, counts).sum(axis=-1) - xlogy(total, total))


def _usual(statistic: NDArray[np.float64], freedom: NDArray[np.int64]) -> NDArray[np.float64]:
    """How many times the statistic of chance the slices of a month show on the median, at least 1."""
    ratio = statistic / chi2.median(freedom)
    usual = np.ones(ratio.shape[1])
    for month in range(1, ratio.shape[1]):
        told = ratio[:, month][~np.isnan(ratio[:, month])]
        if len(told) >= _FEWEST_SLICES:
            usual[month] = max(1.0, float(np.median(told)))
    return usual


def _changed(found: Sequence[Sequence[Table]]) -> list[list[NDArray[np.bool_]]]:
    """Which slices changed in which months, beyond chance and to be seen."""
    every = [t.chance.ravel() for level in found for t in level]
    flat = np.concatenate(every) if every else np.empty(0)
    told = ~np.isnan(flat)
    adjusted = np.ones_like(flat)
    if told.any():
        adjusted[told] = false_discovery_control(flat[told])
    parts = iter(np.split(adjusted, np.cumsum([len(e) for e in every])[:-1]))
    return [
        [
            (next(parts).reshape(t.chance.shape) < FALSE_ALERTS) & (t.distance >= LEAST_DISTANCE)
            for t in level
        ]
        for level in found
    ]


def _changes(
    stream: Stream, level: Level, place: int, of: Sequence[tuple[Table, NDArray[np.bool_]]]
) -> list[Change]:
    """What changed in one slice; of each table, which slices changed in which months."""
    inside = level.codes == place
    months = (REFERENCE, len(stream.months) - 1)
    before, now = (int((inside & (stream.month == m)).sum()) for m in months)
    return [_change(stream, level, place, (before, now), *one) for one in of]


def _change(
    stream: Stream,
    level: Level,
    place: int,
    rows: tuple[int, int],
    table: Table,
    flags: NDArray[np.bool_],
) -> Change:
    before, now = table.counts[place, REFERENCE], table.counts[place, -1]
    unchanged = np.flatnonzero(~flags[place])  # the reference is unchanged by definition
    return Change(
        level=level.name,
        slice_name=level.names[place],
        column=table.column,
        since=stream.months[unchanged[-1] + 1],
        distance=float(table.distance[place, -1]),
        rows=rows,
        bins=table.bins,
        before=before / before.sum(),
        now=now / now.sum(),
    )


def _medians(
    stream: Stream, inside: NDArray[np.bool_], column: Column
) -> tuple[float, float] | None:
    """Of a number, its median before and in the month watched."""
    if isinstance(column, Kinds):
        return None
    last = len(stream.months) - 1
    before, now = (column.values[inside & (stream.month == m)] for m in (REFERENCE, last))
    before, now = before[~np.isnan(before)], now[~np.isnan(now)]
    return (float(np.median(before)), float(np.median(now))) if len(before) and len(now) else None

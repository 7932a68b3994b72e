"""Measures what it costs to watch 2,000 branches, and whether the branch that changed is named: `make bench`.

Rows are drawn from a simulated world, forty numbers beside the typed form; three branches change their
forms in the last month. The peer is a plain loop that computes a population stability index of each
branch and column. Nothing here passes or fails.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from training import columns, drift, drift_words, typed_form
from training.world import simulate

BRANCHES = 2_000
ROWS = 250
"""Of a branch, before and in the month watched each."""
NUMBERS = 40
OF_A_BANK = 200
LOOPED = 50
"""Branches that the peer is measured on."""


def main() -> None:
    """Makes the rows, watches them, prints what was found and what it cost."""
    random = np.random.default_rng(1)
    branch = np.repeat(np.arange(BRANCHES, dtype=np.int32), 2 * ROWS)
    month = np.tile(np.repeat(np.array([0, 1], dtype=np.int16), ROWS), BRANCHES)
    numbers = _numbers(random, len(branch))
    form = _planted(_typed(random, len(branch)), branch, month)
    print(f"{BRANCHES:,} branches, {len(branch):,} rows, {NUMBERS} numbers\n")
    stream = _stream(branch, month)
    watched = [columns.Numbers(f"number_{i}", numbers[:, i]) for i in range(NUMBERS)]
    began = time.process_time()
    tables = drift.tables(stream, watched)
    found = drift.alerts(stream, watched, tables)
    ours = time.process_time() - began
    print(f"{NUMBERS} numbers at three levels: {ours:.1f} CPU-s; {len(found)} alerts of no change")
    loop = _loop(branch, month, numbers) * BRANCHES / LOOPED
    print(
        f"a plain loop, one level: {loop:.1f} CPU-s (from {LOOPED} branches), {loop / ours:.1f} times"
    )
    began = time.process_time()
    watched = typed_form.form_columns(form, branch)
    tables = drift.tables(stream, watched)
    found = drift.alerts(stream, watched, tables)
    print(f"{len(watched)} columns of the typed form: {time.process_time() - began:.1f} CPU-s\n")
    for alert in found:
        print(f"{alert.changes[0].distance:.2f}  {drift_words.alert_said(alert)[1]}")
    print("\nof 100 branches in which a value begins to be missing, those named; others that are")
    for rows in (30, 100, 250):
        print(f"  {rows} rows a month: " + "; ".join(_named(random, rows)))


def _named(random: np.random.Generator, rows: int) -> Iterator[str]:
    """How many branches are named whose missing share rises from 5 %, among twenty quiet columns."""
    branch = np.repeat(np.arange(BRANCHES, dtype=np.int32), 2 * rows)
    month = np.tile(np.repeat(np.array([0, 1], dtype=np.int16), rows), BRANCHES)
    quiet = [
        columns.Numbers(f"quiet_{i}", random.lognormal(size=len(branch)).astype(np.float32))
        for i in range(20)
    ]
    stream = _stream(branch, month)
    planted = branch % (BRANCHES // 100) == 7
    for share in (0.2, 0.4, 0.6):
        missing = np.where(planted & (month == 1), share, 0.05)
        values = random.lognormal(size=len(branch))
        values[random.random(len(branch)) < missing] = np.nan
        watched = [*quiet, columns.Numbers("planted", values)]
        found = drift.alerts(stream, watched, drift.tables(stream, watched))
        names = {alert.slice_name for alert in found if alert.level == "branch"}
        right = {f"BRANCH-{b}" for b in np.unique(branch[planted])}
        yield f"5 → {share:.0%} {len(names & right)}, {len(names - right)}"


def _stream(branch: NDArray[np.int32], month: NDArray[np.int16]) -> drift.Stream:
    bank = (branch // OF_A_BANK).astype(np.int32)
    banks = BRANCHES // OF_A_BANK
    within = (np.arange(BRANCHES) // OF_A_BANK).astype(np.int32)
    levels = (
        drift.Level("all", np.zeros_like(branch), ("all",), np.zeros(1, dtype=np.int32)),
        drift.Level("institution", bank, _names("BANK", banks), np.zeros(banks, dtype=np.int32)),
        drift.Level("branch", branch, _names("BRANCH", BRANCHES), within),
    )
    day = np.arange(len(branch), dtype=np.int32) % 30 + 30 * month
    return drift.Stream(month, day, ("before", "2026-05"), levels)


def _names(what: str, how_many: int) -> tuple[str, ...]:
    return tuple(f"{what}-{i}" for i in range(how_many))


def _numbers(random: np.random.Generator, rows: int) -> NDArray[np.float32]:
    """Of all sorts: continuous, missing for some, counts, yes or no."""
    numbers = random.lognormal(size=(rows, NUMBERS)).astype(np.float32)
    numbers[:, 10:20][random.random((rows, 10)) < 0.3] = np.nan
    numbers[:, 20:30] = random.poisson(0.3, size=(rows, 10))
    numbers[:, 30:] = random.random((rows, NUMBERS - 30)) < 0.02
    return numbers


def _typed(random: np.random.Generator, rows: int) -> pa.Table:
    world = simulate(2_000, 1).registrations
    names = [name for name in typed_form.COLUMNS if name in world.column_names]
    texts = pa.table({name: world.column(name).cast(pa.string()) for name in names})
    return texts.take(random.integers(0, len(world), rows))


def _planted(form: pa.Table, branch: NDArray[np.int32], month: NDArray[np.int16]) -> pa.Table:
    """Three branches change: no e-mail, birth dates turned round, one date of issue."""
    changes = {
        12: ("email", lambda _: None),
        345: ("birth_date", _turned),
        678: ("document_issued_on", lambda _: "2021-04-25"),
    }
    for which, (name, change) in changes.items():
        values = form.column(name).to_pylist()
        for i in np.flatnonzero((branch == which) & (month == 1)).tolist():
            values[i] = change(values[i])
        form = form.set_column(form.column_names.index(name), name, pa.array(values, pa.string()))
    return form


def _turned(date: str | None) -> str | None:
    parts = (date or "").split("-")
    return "-".join((parts[0], parts[2], parts[1])) if len(parts) == 3 else date


def _loop(
    branch: NDArray[np.int32], month: NDArray[np.int16], numbers: NDArray[np.float32]
) -> float:
    """CPU seconds of what one writes first: each branch, each column, ten bins."""
    began = time.process_time()
    for b in range(LOOPED):
        inside = branch == b
        before, now = numbers[inside & (month == 0)], numbers[inside & (month == 1)]
        for i in range(NUMBERS):
            _stability(before[:, i], now[:, i])
    return time.process_time() - began


def _stability(before: NDArray[np.float32], now: NDArray[np.float32]) -> float:
    edges = np.unique(np.nanquantile(before, np.linspace(0, 1, 11)))
    edges[0], edges[-1] = -np.inf, np.inf
    shares: Sequence[NDArray[np.float64]] = [
        np.append(np.histogram(v[~np.isnan(v)], edges)[0], np.isnan(v).sum()) / len(v) + 1e-4
        for v in (before, now)
    ]
    return float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())


if __name__ == "__main__":
    main()

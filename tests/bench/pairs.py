"""Measures one explained comparison beside the peers' real-time paths, on the same pairs, in turns.

CPU time, each pair met once: what is kept from call to call helps nobody with a pair. `make bench`.
"""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq

from features import weights
from features.cross_check import cross_check
from features.difference import DIFFERENCES
from features.evidence import Found, FoundBy
from tests.bench import hard_set
from tests.bench.hard_set import Row
from tests.bench.peers import door
from tests.bench.verdicts import record

LIMIT = 60e-6
"""Seconds of CPU for one explained comparison, on average."""

_ROUNDS, _PAIRS, _SLOW_PAIRS = 9, 500, 15
_PERSONS = 5_000

Run = Callable[[int, int], float]


def main() -> None:
    """Makes the pairs, lets everybody compare them in turns, prints a table."""
    made = hard_set.make(_PERSONS, 3)
    rows = made.with_numbers(3)[: _ROUNDS * _PAIRS]
    _ours(rows[:1])
    judges: dict[str, tuple[Run, int]] = {"ours": (lambda a, b: _ours(rows[a:b]), _PAIRS)}
    with TemporaryDirectory(prefix="chinhchu-bench-") as scratch:
        peer = _peers(Path(scratch), made, rows) if door.here() else None
        if peer is not None:
            judges["logic-v2"] = (lambda a, b: _asked(peer, "logic_v2", a, b), _PAIRS)
            judges["Splink, compare_records"] = (
                lambda a, b: _asked(peer, "splink", a, b),
                _SLOW_PAIRS,
            )
        costs: dict[str, list[float]] = {name: [] for name in judges}
        for place in range(_ROUNDS):
            for name, (run, count) in judges.items():
                first = place * _PAIRS
                costs[name].append(run(first, first + count) / count)
        if peer is not None:
            peer.communicate()
    _print(costs)


def _ours(rows: Sequence[Row]) -> float:
    """Cross-check of a registration with its person, with sentences and the way to the verdict."""
    rules = weights.default()
    start = time.process_time()
    for row in rows:
        found = cross_check(row.registration, Found(row.person, FoundBy.NUMBER))
        said = [DIFFERENCES[field.difference] for field in found.fields.values()]
        _ = [(difference.vi, difference.en) for difference in said]
        if found.balance is not None:
            rules.steps(found.fields, FoundBy.NUMBER, found.balance)
    return time.process_time() - start


def _peers(home: Path, made: hard_set.HardSet, rows: Sequence[Row]) -> subprocess.Popen[str]:
    """The peers' process, with a model that Splink trained on these rows."""
    files = {part: home / f"{part}.parquet" for part in ("rows", "persons", "links", "pairs")}
    ones, others = [[record(of) for of in side] for side in zip(*(
        (row.registration, row.person) for row in rows), strict=True)]  # fmt: skip
    everybody = [record(person) for person in made.persons]
    for part, records in (("rows", ones), ("persons", everybody)):
        pq.write_table(pa.Table.from_pylist(records), files[part])
    pq.write_table(pa.table({"one": ones, "other": others}), files["pairs"])
    model = home / "model.json"
    door.run("splink_link.py", "numbers", files["rows"], files["persons"], files["links"], model)
    return door.talking("one_pair.py", files["pairs"], model)


def _asked(peer: subprocess.Popen[str], who: str, first: int, last: int) -> float:
    if peer.stdin is None or peer.stdout is None:
        raise RuntimeError("the peer's lines are not connected")
    peer.stdin.write(f"{who} {first} {last}\n")
    peer.stdin.flush()
    return float(peer.stdout.readline())


def _print(costs: dict[str, list[float]]) -> None:
    print(f"one explained comparison, {_ROUNDS} rounds in turns (limit {LIMIT * 1e6:.0f} µs)")
    print("| compared by | CPU a pair, median of rounds (least to most) | of ours |")
    print("| --- | --- | --- |")
    ours = costs["ours"]
    for name, each in costs.items():
        low, middle, high = (x * 1e6 for x in (min(each), statistics.median(each), max(each)))
        times = statistics.median(a / b for a, b in zip(each, ours, strict=True))
        print(f"| {name} | {middle:,.0f} µs ({low:,.0f} to {high:,.0f}) | {times:,.1f} × |")
    print()


if __name__ == "__main__":
    main()

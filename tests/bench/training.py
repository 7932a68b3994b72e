"""What a trained model costs: book to data set to model, beside LightGBM's bare fit of the same matrix.

`python -m tests.bench.training [--registrations N] [--world FOLDER]`. Both run in a process of their
own, one after the other on the same machine: ours from the files (which it reads, checks and counts) to
a released model with its calibration and figures; bare is `lightgbm.train` with the same parameters and
rounds on all rows of the matrix that ours made, its own binning included.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from graph.attributes import Tokens
from training import fit
from training import train as training
from training.book import Book, BookFiles, open_book
from training.dataset import FRAUD, Dataset, build
from training.processes import processors
from training.world import simulate

REGISTRATIONS = 20_000
PERSONS_A_REGISTRATION = 0.505
UNTIL = datetime(2026, 7, 1, tzinfo=UTC)


def main() -> None:
    """Makes the world, runs both, prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--registrations", type=int, default=REGISTRATIONS)
    parser.add_argument("--world", type=Path, help="an existing world instead of a new one")
    parser.add_argument("--run", choices=["ours", "bare"], help=argparse.SUPPRESS)
    parser.add_argument("--scratch", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.run:
        print(json.dumps((_ours if asked.run == "ours" else _bare)(asked.world, asked.scratch)))
        return
    with TemporaryDirectory(prefix="chinhchu-bench-") as scratch:
        world = asked.world
        if world is None:
            world = Path(scratch) / "world"
            world.mkdir()
            simulate(int(asked.registrations * PERSONS_A_REGISTRATION), seed=31).write(world)
        ours, bare = (_run(which, world, scratch) for which in ("ours", "bare"))
    _print(ours, bare)


def _run(which: str, world: Path, scratch: str) -> dict[str, Any]:
    words = ["-m", "tests.bench.training", "--run", which, "--world", str(world)]
    run = [sys.executable, *words, "--scratch", scratch]
    told = subprocess.run(run, check=True, stdout=subprocess.PIPE, text=True).stdout
    return dict(json.loads(told.splitlines()[-1]))


def _ours(world: Path, scratch: Path) -> dict[str, Any]:
    """The whole of a training; what the bench itself does on the way is not counted."""
    watch = _Watch()

    def watched(book: Book, tokens: Tokens, *, processes: int) -> Dataset:
        watch.lap("read")
        data = build(book, tokens, processes=processes)
        watch.lap("data set")
        np.save(scratch / "vectors.npy", data.vectors)
        np.save(scratch / "fraud.npy", data.label == FRAUD)
        watch.skip()
        return data

    training.build = watched
    with open_book(BookFiles.of(world), until=UNTIL, labels_until=UNTIL) as book:
        training.train(book, UNTIL, Tokens(os.urandom(32)), processes=processors())
    watch.lap("model")
    return watch.told(rows=len(book.registrations))


def _bare(_: Path, scratch: Path) -> dict[str, Any]:
    import lightgbm  # noqa: PLC0415  # as ours: seconds of import are nobody's fit

    vectors, fraud = np.load(scratch / "vectors.npy"), np.load(scratch / "fraud.npy")
    watch = _Watch()
    rows = lightgbm.Dataset(vectors, label=fraud.astype(float))
    recipe = fit.Recipe()
    parameters = recipe.parameters(seed=0, threads=os.cpu_count() or 1)
    lightgbm.train(parameters, rows, num_boost_round=recipe.rounds)
    watch.lap("model")
    return watch.told(rows=len(vectors))


class _Watch:
    """Seconds on the wall and of the processor, by part."""

    def __init__(self) -> None:
        self._parts: dict[str, tuple[float, float]] = {}
        self.skip()

    def skip(self) -> None:
        """What was done since the last part does not count."""
        self._wall, self._cpu = time.perf_counter(), _cpu()

    def lap(self, part: str) -> None:
        """Ends a part."""
        wall, cpu = time.perf_counter() - self._wall, _cpu() - self._cpu
        self._parts[part] = (wall, cpu)
        self.skip()

    def told(self, rows: int) -> dict[str, Any]:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        return {"rows": rows, "parts": self._parts, "peak": peak}


def _cpu() -> float:
    """Of this process and of those that it started and that have ended."""
    return sum(os.times()[:4])


def _print(ours: dict[str, Any], bare: dict[str, Any]) -> None:
    fit_wall, fit_cpu = bare["parts"]["model"]
    print(f"{ours['rows']:,} registrations; load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
    print("| part | s on the wall | CPU-s | × the bare fit (wall, CPU) | peak GiB |")
    print("| --- | --- | --- | --- | --- |")
    whole = tuple(sum(part[i] for part in ours["parts"].values()) for i in (0, 1))
    parts = {**ours["parts"], "all of ours": whole, "LightGBM's bare fit": (fit_wall, fit_cpu)}
    peaks = {"all of ours": ours["peak"], "LightGBM's bare fit": bare["peak"]}
    for name, (wall, cpu) in parts.items():
        peak = f"{peaks[name]:.1f}" if name in peaks else ""
        ratio = f"{wall / fit_wall:.2f}, {cpu / fit_cpu:.2f}"
        print(f"| {name} | {wall:.0f} | {cpu:.0f} | {ratio} | {peak} |")


if __name__ == "__main__":
    main()

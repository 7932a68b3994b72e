"""Measures policies fitted to capacity and cost on the later days of made-up worlds: `make bench`.

Each world is replayed by the default model. A policy is fitted to one quarter and judged on the
next: how many reviews it asks for, and what it costs by the truth of the world, beside fixed
thresholds.
"""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow.parquet as pq

from models import policy
from models.decision import Decision
from models.policy import Capacity, Cost, Policy
from models.registry import DEFAULT
from service.campaign.judging import Judge
from service.campaign.runs import backtest
from service.policy_fit import Asked, fit
from service.policy_past import Past, Span, of_files
from service.policy_trial import cost_of
from service.progress import Progress
from training.book import BookFiles
from training.world import simulate

COST = Cost(review=50_000, false_refusal=5_000_000, missed_fraud=20_000_000)
_QUARTERS = (date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1))
_CAPACITIES = (1, 2, 4, 8)
_FIXED = (0.5, 0.2)
_MILLION = 1e6


def main() -> None:
    """Makes worlds, replays them, fits, prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=8_000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2])
    asked = parser.parse_args()
    told = [f"cost at {fixed} fixed" for fixed in _FIXED]
    heads = ("seed", "capacity", "threshold (95 %)", "reviews later (told 95 %)", "cost", *told)
    print("policies fitted to a quarter, on the next one; costs in million đồng a day")
    print(f"| {' | '.join(heads)} |\n|{' --- |' * len(heads)}", flush=True)
    for seed in asked.seeds:
        before, later = _quarters(asked.persons, seed)
        for line in _lines(before, later):
            print(f"| {seed} | {line} |", flush=True)


def _quarters(persons: int, seed: int) -> tuple[Past, Past]:
    """Decisions of two quarters of a world; the outcomes of the later one are the truth."""
    with TemporaryDirectory(prefix="chinhchu-bench-") as scratch:
        world = Path(scratch) / "world"
        simulate(persons, seed).write(world)
        files = BookFiles.of(world)
        judge = Judge.of(DEFAULT, policy.DEFAULT, Progress())
        backtest(files, judge, Path(scratch) / "out", rings_every=7)
        names = (files.registrations, files.labels)
        before, later = (
            of_files(Path(scratch) / "out", names, Span(since, end))
            for since, end in pairwise(_QUARTERS)
        )
        rows = pq.read_table(world / "truth.parquet", columns=["registration_id", "is_fraud"])
        fraud = dict(zip(*(column.to_pylist() for column in rows.columns), strict=True))
    truth = np.array([fraud[row.key[1]] for row in later.rows])
    return before, replace(later, outcome=truth.astype(np.int8))


def _lines(before: Past, later: Past) -> Iterator[str]:
    base = policy.load()
    form = tomllib.loads(policy.DEFAULT.read_text(encoding="utf-8"))
    fixed = [_cost(later, replace(base, review_risk=risk)) for risk in _FIXED]
    for a_day in _CAPACITIES:
        made = fit(before, base, form, Asked(Capacity(1, a_day), COST))
        fitted = policy.of_form(made.form, "fitted")
        reviews = (later.decide(fitted) == Decision.REVIEW).sum() / later.period.days
        cells = (
            f"{a_day}",
            f"{made.review_risk:.4f} ({made.interval[0]:.4f} to {made.interval[1]:.4f})",
            f"{reviews:.2f} ({made.reviews_interval[0]:.2f} to {made.reviews_interval[1]:.2f})",
            *(f"{cost:.2f}" for cost in (_cost(later, fitted), *fixed)),
        )
        yield " | ".join(cells)


def _cost(later: Past, rules: Policy) -> float:
    """By the truth, in million đồng a day."""
    known = replace(later, risk=later.outcome.astype(float))
    return cost_of(known, later.decide(rules), COST) / later.period.days / _MILLION


if __name__ == "__main__":
    main()

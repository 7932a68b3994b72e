"""Measures policies fitted to capacity and cost on the later days of made-up worlds: `make bench`.

Each world is replayed by the default model. Policies are fitted every two weeks of its last quarter,
as somebody would do it then, and judged on the two weeks after: how many reviews they ask for, and
what they cost by the truth of the world, beside fixed thresholds.
"""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
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
from service.policy_past import Past, Period, Row, Span, of_files, past_of
from service.policy_trial import cost_of
from service.progress import Progress
from training.book import BookFiles
from training.world import simulate

COST = Cost(review=50_000, false_refusal=5_000_000, missed_fraud=20_000_000)
_FIRST, _END, _EACH = date(2026, 4, 1), date(2026, 7, 1), timedelta(days=14)
_PAST = timedelta(days=180)
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
    heads = ("seed", "capacity", "reviews a day, mean", "weeks within the told 95 %", "cost", *told)
    print("policies fitted every two weeks, on the two weeks after; costs in million đồng a day")
    print(f"| {' | '.join(heads)} |\n|{' --- |' * len(heads)}", flush=True)
    for seed in asked.seeds:
        rows = _rows(asked.persons, seed)
        for a_day in _CAPACITIES:
            print(f"| {seed} | {a_day} | {' | '.join(_cells(rows, a_day))} |", flush=True)


def _rows(persons: int, seed: int) -> list[Row]:
    """All decisions of a world; their outcomes are the truth, which no fit looks at."""
    with TemporaryDirectory(prefix="chinhchu-bench-") as scratch:
        world = Path(scratch) / "world"
        simulate(persons, seed).write(world)
        files = BookFiles.of(world)
        judge = Judge.of(DEFAULT, policy.DEFAULT, Progress())
        backtest(files, judge, Path(scratch) / "out", rings_every=7)
        span = Span(_FIRST - _PAST, _END)
        past = of_files(Path(scratch) / "out", (files.registrations, None), span)
        table = pq.read_table(world / "truth.parquet", columns=["registration_id", "is_fraud"])
        fraud = dict(zip(*(column.to_pylist() for column in table.columns), strict=True))
    return [replace(row, outcome=int(fraud[row.key[1]])) for row in past.rows]


def _cells(rows: list[Row], a_day: int) -> Iterator[str]:
    base = policy.load()
    form = tomllib.loads(policy.DEFAULT.read_text(encoding="utf-8"))
    reviews, within, costs = [], [], []
    day = _FIRST
    while day + _EACH <= _END:
        before, later = _between(rows, day - _PAST, day), _between(rows, day, day + _EACH)
        made = fit(before, base, form, Asked(Capacity(1, a_day), COST))
        fitted = policy.of_form(made.form, "fitted")
        reviews.append((later.decide(fitted) == Decision.REVIEW).sum() / later.period.days)
        within.append(made.reviews_interval[0] <= reviews[-1] <= made.reviews_interval[1])
        fixed = [replace(base, review_risk=risk) for risk in _FIXED]
        costs.append([_cost(later, rules) for rules in (fitted, *fixed)])
        day += _EACH
    yield f"{np.mean(reviews):.2f} ({min(reviews):.2f} to {max(reviews):.2f})"
    yield f"{sum(within)} of {len(within)}"
    yield from (f"{cost:.2f}" for cost in np.mean(costs, axis=0))


def _between(rows: list[Row], since: date, before: date) -> Past:
    return past_of([row for row in rows if since <= row.day < before], Period(since, before))


def _cost(later: Past, rules: Policy) -> float:
    """By the truth, in million đồng a day."""
    known = replace(later, risk=later.outcome.astype(float))
    return cost_of(known, later.decide(rules), COST) / later.period.days / _MILLION


if __name__ == "__main__":
    main()

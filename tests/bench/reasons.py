"""Measures what reasons cost a call and what they tell: `python -m tests.bench.reasons [BUNDLE]`.

On a simulated world the default model, or the bundle that is named, judges one row at a time as the
service does: reviewed rows, which pay for exact contributions, beside cleared ones, which do not.
Then how many reasons a review has, which code leads, how often facts are found that would lead to
another decision, and what an explanation costs. In CPU time, for one thread does it all. Nothing
here passes or fails.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from graph.attributes import Tokens
from graph.history import History
from models import bundle, policy
from models.counterfactual import Case
from models.decision import Decision, Screening
from models.explanation import explain
from models.hard_facts import hard_facts
from models.policy import Policy
from models.registry import DEFAULT
from models.risk import RiskModel
from models.screening import Facts, gather, screen
from models.wording import figure_of
from training.book import BookFiles, open_book
from training.world import simulate

PERSONS = 4_000
ROWS = 150


def main(words: Sequence[str]) -> None:
    """Makes a world, judges it, measures, prints."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    model = bundle.load(Path(words[0]) if words else DEFAULT).model()
    rules = policy.load()
    facts = _facts()
    screened = [
        s for i in range(0, len(facts), 500) for s in screen(facts[i : i + 500], model, rules)
    ]
    stopped = [i for i, s in enumerate(screened) if s.decision is not Decision.CLEAR]
    cleared = [i for i, s in enumerate(screened) if s.decision is Decision.CLEAR]
    print(
        f"{len(facts):,} registrations, {len(stopped):,} reviewed or refused, model {model.version}"
    )
    _cost(facts, stopped, cleared, model, rules)
    _told([screened[i] for i in stopped])
    _explanations(
        [(facts[i], screened[i]) for i in stopped[:: max(1, len(stopped) // ROWS)]], model, rules
    )


def _facts() -> list[Facts]:
    with TemporaryDirectory(prefix="chinhchu-bench-") as scratch:
        simulate(PERSONS, 1).write(Path(scratch))
        with open_book(BookFiles.of(Path(scratch))) as book:
            graph = History(book.outcomes)
            return gather(book.registrations, book.register, graph, Tokens(bytes(32)))


def _cost(
    facts: Sequence[Facts],
    stopped: Sequence[int],
    cleared: Sequence[int],
    model: RiskModel,
    rules: Policy,
) -> None:
    """One row judged after the other, both kinds in turns."""
    some = cleared[:: max(1, len(cleared) // ROWS)]
    pairs = [(facts[i], facts[j]) for i, j in zip(stopped[:ROWS], some, strict=False)]
    screen([pair[0] for pair in pairs], model, rules)  # warm
    costs: dict[str, list[float]] = {"reviewed": [], "cleared": []}
    for pair in pairs:
        for name, row in zip(costs, pair, strict=True):
            costs[name].append(_seconds(lambda row=row: screen([row], model, rules)))
    for name, values in costs.items():
        _print(f"judging one {name} row", values)
    vectors = np.array([s.vector for s in screen([facts[i] for i in stopped[:ROWS]], model, rules)])
    _print(
        "  of it the contributions",
        [_seconds(lambda v=v: model.contributions(v[np.newaxis])) for v in vectors],
    )
    _print("  of it the score", [_seconds(lambda v=v: model.raw(v[np.newaxis])) for v in vectors])


def _told(stopped: Sequence[Screening]) -> None:
    sizes = Counter(len(s.reasons) for s in stopped)
    print(f"reasons a review: {dict(sorted(sizes.items()))}")
    figures = [figure_of(code, s.vector) is not None for s in stopped for code in s.reasons]
    print(f"reasons that tell a figure: {statistics.mean(figures):.0%}")
    print(f"first reasons: {Counter(s.reasons[0] for s in stopped).most_common(12)}")


def _explanations(rows: Sequence[tuple[Facts, Screening]], model: RiskModel, rules: Policy) -> None:
    costs, sizes = [], Counter[str]()
    for facts, screened in rows:
        held = hard_facts(facts)
        case = Case(screened.vector, frozenset(held), facts.registration.institution)
        start = time.process_time()
        made = explain(case, held, model, rules)
        costs.append(time.process_time() - start)
        sizes[f"{len(made.ways[0].codes)} facts" if made.ways else "none"] += 1
    _print("one explanation", costs)
    print(f"what would lead to another decision: {dict(sorted(sizes.items()))}")


def _seconds(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def _print(name: str, values: Sequence[float]) -> None:
    p99 = statistics.quantiles(values, n=100)[-1]
    print(f"{name}: median {statistics.median(values) * 1e3:.2f} ms, p99 {p99 * 1e3:.2f} ms")


if __name__ == "__main__":
    main(sys.argv[1:])

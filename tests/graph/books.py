"""Books for the tests of the graph, and how one reaches the live graph: batches, marks between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from features.cross_check import cross_check
from features.evidence import Evidence
from features.registration import Registration
from graph.aggregates import AGGREGATES
from graph.attributes import Key, Mark, Node, Tokens, node_of
from graph.columns import Outcome
from graph.company import Company
from graph.history import History
from graph.live import LiveGraph
from models.screening import Facts, vectors_of
from training.book import BookFiles, open_book

KEY = b"the key of the tests"


@dataclass(frozen=True)
class TestBook:
    """The registrations of a world in order, cross-checked; `nodes` under the tests' key."""

    __test__ = False

    registrations: list[Registration]
    evidence: list[Evidence]
    outcomes: dict[Key, Outcome]
    nodes: list[Node]
    marks: list[Mark]

    @classmethod
    def read(cls, world: Path, rows: int) -> TestBook:
        """The first `rows` registrations of a world's folder, and what became known of them."""
        with open_book(BookFiles.of(world)) as book:
            registrations = book.registrations[:rows]
            answers = book.register.ask(registrations)
            outcomes = book.outcomes
        evidence = [cross_check(r, a) for r, a in zip(registrations, answers, strict=True)]
        nodes = nodes_of(registrations, evidence, KEY)
        return cls(registrations, evidence, outcomes, nodes, History(outcomes).marks(nodes))

    def vectors(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The feature vectors that these aggregates lead to, for the first len(values) rows."""
        companies = [Company(v) for v in values]
        rows = zip(self.registrations, self.evidence, self.nodes, companies, strict=False)
        return vectors_of([Facts(*row) for row in rows])


def nodes_of(
    registrations: Sequence[Registration], evidence: Sequence[Evidence], key: bytes
) -> list[Node]:
    """The registrations as a graph under `key` knows them."""
    tokens = Tokens(key)
    return [node_of(r, e, tokens) for r, e in zip(registrations, evidence, strict=True)]


def batches(nodes: Sequence[Node], marks: Sequence[Mark], size: int) -> Iterator[list[Node]]:
    """Cuts of at most `size`, ended where one would have to see what is known of a batch-mate."""
    confirmed = {m.node.key: m.confirmed_at for m in marks}
    batch: list[Node] = []
    known_from: datetime | None = None
    for node in nodes:
        if len(batch) == size or (known_from is not None and known_from < node.registered_at):
            yield batch
            batch, known_from = [], None
        batch.append(node)
        moments = (known_from, confirmed.get(node.key))
        known_from = min((m for m in moments if m is not None), default=None)
    if batch:
        yield batch


def through_live(
    graph: LiveGraph, nodes: Sequence[Node], marks: Sequence[Mark], size: int
) -> NDArray[np.float64]:
    """Asks and records batch after batch: float64 of shape (len(nodes), len(AGGREGATES)).

    A mark is projected before the batch in whose time it was confirmed, once its registration is
    in the graph.
    """
    rows: list[NDArray[np.float64]] = []
    waiting = sorted(marks, key=lambda m: m.confirmed_at, reverse=True)
    there = set()
    for batch in batches(nodes, marks, size):
        due, early = [], []
        while waiting and waiting[-1].confirmed_at < batch[-1].registered_at:
            mark = waiting.pop()
            (due if mark.node.key in there else early).append(mark)
        waiting += reversed(early)
        if due:
            graph.project([], due, len(rows))
        rows += [c.values for c in graph.around(batch)]
        graph.project(batch, [], len(rows))
        there |= {n.key for n in batch}
    return np.array(rows).reshape(len(nodes), len(AGGREGATES))


def assert_same(found: NDArray[np.float64], expected: NDArray[np.float64]) -> None:
    """Equal row by row, beyond float rounding; what has no value has none on both sides."""
    assert found.shape == expected.shape
    wrong = ~np.isclose(found, expected, rtol=1e-12, atol=0.0, equal_nan=True)
    names = [AGGREGATES[i].name for i in np.flatnonzero(wrong.any(axis=0))]
    rows = np.flatnonzero(wrong.any(axis=1))
    assert not wrong.any(), f"{len(rows)} rows differ, first {rows[:3]}, in {names[:9]}"

"""Measures a ring run on a million registrations beside bare components and Leiden: `make bench`.

A made-up world, judged by the default model, over and over under other tokens and identifiers.
SciPy's components and igraph's Leiden get the same registrations and the values that they share.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from features.registration import RegistrationId
from graph import rings
from graph.attributes import Key, Node
from models import policy
from models.registry import DEFAULT
from service.campaign.judging import Judge, facts_of, screenings_of
from service.progress import Progress
from tests.bench.peers import door
from training.book import BookFiles, open_book
from training.world import simulate

LIMIT_CPU_SECONDS, LIMIT_GIB = 90.0, 3.0
_PERSONS = 40_000
_ROUNDS = 3

Made = TypeVar("Made")


def main() -> None:
    """Makes the book, runs, prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--registrations", type=int, default=1_000_000)
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="chinhchu-bench-") as scratch:
        nodes, risk = _copied(*_judged(Path(scratch) / "world"), asked.registrations)
        print(f"a ring run, {len(nodes):,} registrations")
        print("| measured | CPU s, median (min to max) | of its limit |\n| --- | --- | --- |")
        found, costs = _timed(lambda: rings.find(nodes, risk))
        _line("ring run", costs, LIMIT_CPU_SECONDS)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(f"| its peak, GiB, the book included | {peak:.2f} | {peak / LIMIT_GIB:.2f} |")
        edges = _edges(nodes)
        _, costs = _timed(lambda: _components(edges, len(nodes)))
        _line("SciPy's components over all that is shared", costs)
        if door.here():
            np.savez(Path(scratch) / "edges.npz", edges=edges, size=len(nodes))
            peer = door.run("leiden.py", Path(scratch) / "edges.npz")
            for step in ("build", "components", "leiden"):
                _line(f"igraph, {step}", [peer[step]])
        members = sum(len(ring.members) for ring in found)
        print(f"\n{len(found):,} rings of {members:,} members; {len(edges):,} ties in all\n")


def _judged(folder: Path) -> tuple[list[Node], dict[Key, float]]:
    """One world's registrations and their risks without outcomes, by the default model."""
    simulate(_PERSONS, 1).write(folder)
    judge = Judge.of(DEFAULT, policy.DEFAULT, Progress())
    with open_book(BookFiles.of(folder)) as book:
        facts = facts_of(book, judge.progress)
        risk = {
            s.registration.key: s.risk_without_outcomes
            for part in screenings_of(facts, judge)
            for s in part
        }
        return [f.node for f in facts], risk


def _copied(
    nodes: list[Node], risk: dict[Key, float], size: int
) -> tuple[list[Node], dict[Key, float]]:
    """The same world elsewhere, again and again: no value of one copy meets another's."""
    out: list[Node] = []
    risks: dict[Key, float] = {}
    for copy in range(-(-size // len(nodes))):
        where = f"{copy:02x}"
        for node in nodes[: size - len(out)]:
            moved = replace(
                node,
                registration_id=RegistrationId(f"{node.registration_id}{where}"),
                holder=where + node.holder[2:],
                tokens={attribute: where + token[2:] for attribute, token in node.tokens.items()},
            )
            out.append(moved)
            risks[moved.key] = risk[node.key]
    return out, risks


def _edges(nodes: list[Node]) -> NDArray[np.int64]:
    """Each registration beside the next that holds the same private value."""
    last: dict[str, int] = {}
    edges = []
    for i, node in enumerate(nodes):
        for attribute, token in node.tokens.items():
            if attribute in rings.PRIVATE:
                if token in last:
                    edges.append((last[token], i))
                last[token] = i
    return np.array(edges)


def _components(edges: NDArray[np.int64], size: int) -> int:
    matrix = coo_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(size, size))
    return int(connected_components(matrix, directed=False)[0])


def _timed(work: Callable[[], Made]) -> tuple[Made, list[float]]:
    costs = []
    for _ in range(_ROUNDS):
        start = time.process_time()
        made = work()
        costs.append(time.process_time() - start)
    return made, costs


def _line(title: str, costs: list[float], limit: float | None = None) -> None:
    spread = np.array([np.median(costs), min(costs), max(costs)])
    share = "" if limit is None else _spread(spread / limit)
    print(f"| {title} | {_spread(spread)} | {share} |", flush=True)


def _spread(values: NDArray[np.float64]) -> str:
    middle, low, high = values
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"


if __name__ == "__main__":
    main()

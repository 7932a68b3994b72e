"""Measures the live graph with a million registrations in it: memory, upkeep, asking: `make bench`.

A made-up world and its labels, over and over under other tokens and identifiers, as so many provinces
would be; the last of the last copy are asked and recorded one by one. CPU of the client is that of
this process; CPU of the server is all of Valkey's own, its append-only file included.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import redis
from numpy.typing import ArrayLike, NDArray

from features.registration import RegistrationId
from graph.attributes import Key, Mark, Node, Tokens
from graph.columns import Outcome
from graph.history import History
from graph.live import LiveGraph
from graph.rings import PRIVATE
from models.screening import examine
from service import embedded
from service.datafolder import owned
from training.book import BookFiles, open_book
from training.world import simulate

LIMITS = {
    "bytes a registration": 1_536,
    "upkeep, CPU µs a registration": 1_000,
    "upkeep one by one, CPU µs a registration": 1_000,
}
_PERSONS = 20_000
_BATCH = 500
_ALONE, _GROUP = 1_000, 100
_QUESTION = ("cmdstat_evalsha", "cmdstat_hmget", "cmdstat_smembers")
"""What `around()` sends; the time of a script holds that of its commands."""


def main() -> None:
    """Makes the world, fills a real Valkey with its copies, asks, prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--registrations", type=int, default=1_000_000)
    asked = parser.parse_args()
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    with TemporaryDirectory(prefix="chinhchu-bench-") as scratch:
        home = Path(scratch)
        nodes, outcomes = _world(home / "world")
        copies = max(1, round(asked.registrations / len(nodes)))
        print(
            f"the live graph, {copies * len(nodes):,} registrations, {len(outcomes) * copies:,} marks"
        )
        print("| measured | median (min to max) | of its limit |\n| --- | --- | --- |")
        with _server(home / "data") as client:
            _measure(client, nodes, outcomes, copies)
    print()


def _world(folder: Path) -> tuple[list[Node], dict[Key, Outcome]]:
    """The registrations of one world in order, and what became known of them."""
    simulate(_PERSONS, 1).write(folder)
    with open_book(BookFiles.of(folder)) as book:
        found = examine(book.registrations, book.register, Tokens(bytes(32)))
        return [node for _, _, node in found], book.outcomes


@contextmanager
def _server(home: Path) -> Iterator[redis.Redis]:
    with (
        owned(home) as folder,
        embedded.parts(folder, database_url="", announce=lambda _: None) as running,
        redis.Redis.from_url(running.valkey_url) as client,
    ):
        yield client


def _measure(
    client: redis.Redis, nodes: Sequence[Node], outcomes: dict[Key, Outcome], copies: int
) -> None:
    """Fills, copy by copy, but for the last of the last; these come one by one."""
    graph, costs = LiveGraph(client), _Costs(client)
    marks = History(outcomes).marks(nodes)
    empty, there = costs.memory(), 0
    upkeep, memory = [], []
    for copy in range(copies):
        part, known = _copied(nodes, marks, copy)
        part, alone = (part[:-_ALONE], part[-_ALONE:]) if copy == copies - 1 else (part, [])
        upkeep.append(costs.of(partial(_record, graph, part, known, there)) / len(part))
        there += len(part)
        memory.append((costs.memory() - empty) / there)
    # A table of keys that has just doubled is half empty: the figure of one moment may flatter.
    _line("bytes a registration", np.array(memory)[len(memory) // 2 :, 0])
    _line("resident bytes a registration", np.array(memory)[len(memory) // 2 :, 1])
    _upkeep("upkeep, CPU µs a registration", upkeep)
    _one_by_one(graph, costs, alone, there)


def _copied(
    nodes: Sequence[Node], marks: Sequence[Mark], copy: int
) -> tuple[list[Node], list[Mark]]:
    """The same world elsewhere: none of its values or identifiers meets another copy's."""
    moved = {node.key: _moved(node, copy) for node in nodes}
    return list(moved.values()), [replace(mark, node=moved[mark.node.key]) for mark in marks]


def _moved(node: Node, copy: int) -> Node:
    where = f"{copy:02x}"
    return replace(
        node,
        registration_id=RegistrationId(f"{node.registration_id}{where}"),
        holder=where + node.holder[2:],
        tokens={attribute: where + token[2:] for attribute, token in node.tokens.items()},
    )


def _record(
    graph: LiveGraph, nodes: Sequence[Node], marks: Sequence[Mark], there: int, batch: int = _BATCH
) -> None:
    for start in range(0, len(nodes), batch):
        graph.project(nodes[start : start + batch], [], there + start)
    for start in range(0, len(marks), batch):
        graph.project([], marks[start : start + batch], there + len(nodes))


def _one_by_one(graph: LiveGraph, costs: _Costs, nodes: Sequence[Node], there: int) -> None:
    """A group of registrations asked one after the other, then recorded so, and the next group."""
    tied = [t for node in nodes for a, t in node.tokens.items() if a in PRIVATE]
    graph.set_rings(nodes[0].registered_at, dict.fromkeys(tied[::9], "R-1"))
    waits, upkeep = [], []
    for start in range(0, len(nodes), _GROUP):
        group = nodes[start : start + _GROUP]
        waits += [costs.wait(partial(graph.around, [node])) for node in group]
        upkeep.append(costs.of(partial(_record, graph, group, [], there, batch=1)) / len(group))
    whole, server = np.array(waits).T
    _waits("around() one registration, wall µs", whole)
    _waits("the server's part of it", server)
    _waits("the client's part of it", whole - server)
    _upkeep("upkeep one by one, CPU µs a registration", upkeep)


class _Costs:
    """What the server and this process spend."""

    def __init__(self, client: redis.Redis) -> None:
        self._client: Any = client

    def of(self, work: Callable[[], object]) -> NDArray[np.float64]:
        """CPU µs of this process and of the server for one piece of work."""
        start = self._cpu()
        work()
        return (self._cpu() - start) * 1e6

    def wait(self, question: Callable[[], object]) -> tuple[float, float]:
        """µs until the answer, and how many of them the server worked at it."""
        before, start = self._served(), time.perf_counter()
        question()
        whole = time.perf_counter() - start
        return whole * 1e6, self._served() - before

    def memory(self) -> NDArray[np.float64]:
        """Bytes that the server's data take, and that its process holds."""
        found = self._client.info("memory")
        return np.array([found["used_memory"], found["used_memory_rss"]], dtype=np.float64)

    def _cpu(self) -> NDArray[np.float64]:
        found = self._client.info("cpu")
        kinds = [f"used_cpu_{k}{whose}" for k in ("user", "sys") for whose in ("", "_children")]
        return np.array([time.process_time(), sum(found[kind] for kind in kinds)])

    def _served(self) -> float:
        """µs of all commands so far but the questions about them; a script's own count in it."""
        found = self._client.info("commandstats")
        return sum(float(found[n]["usec"]) for n in _QUESTION if n in found)


def _upkeep(title: str, costs: Sequence[NDArray[np.float64]]) -> None:
    """Client and server together, then apart."""
    client, server = np.array(costs).T
    _line(title, client + server)
    _line("the client's part of it", client)
    _line("the server's part of it", server)


def _waits(title: str, waits: NDArray[np.float64]) -> None:
    p50, p99 = np.quantile(waits.reshape(-1, _GROUP), (0.5, 0.99), axis=1)
    _line(f"{title}, p50", p50)
    _line(f"{title}, p99", p99)


def _line(title: str, values: ArrayLike) -> None:
    known = np.asarray(values)
    spread = np.array([np.median(known), known.min(), known.max()])
    limit = LIMITS.get(title)
    share = "" if limit is None else _spread(spread / limit, ".2f")
    print(f"| {title} | {_spread(spread, ',.0f')} | {share} |", flush=True)


def _spread(values: NDArray[np.float64], form: str) -> str:
    middle, low, high = values
    return f"{middle:{form}} ({low:{form}} to {high:{form}})"


if __name__ == "__main__":
    main()

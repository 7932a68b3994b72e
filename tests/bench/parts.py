"""Measures, side by side in one run, what the parts cost beside their peers: `make bench`.

Every figure is a ratio to a peer or to a limit, taken in turns and repeated, as median (min to
max): absolute times drift with the machine. Nothing here passes or fails.
"""

from __future__ import annotations

import http.client
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from features.cross_check import cross_check
from features.reading import read_population, read_registrations
from features.register.replica import Replica
from features.registration import Registration
from graph.attributes import Tokens
from graph.history import History
from graph.live import LiveGraph
from models import bundle, policy
from models.registry import DEFAULT
from models.screening import examine, gather, screen
from service.callers import create_key
from service.ledger.records import content
from service.serving import Serving, running
from service.settings import Settings
from training.book import BookFiles, load_population
from training.world import simulate

PERSONS = 5_000
ROUNDS = 7
CALLS = 150


def main() -> None:
    """Makes a world, starts the service on it, measures, prints a table."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    with TemporaryDirectory(prefix="chinhchu-bench-") as scratch:
        home = Path(scratch)
        simulate(PERSONS, 1).write(home / "world")
        files = BookFiles.of(home / "world")
        settings = Settings(home=home / "data", port=0, console_port=0)
        rows = sorted(read_registrations(files.registrations).items, key=lambda r: r.order)
        replica = Replica(settings.home / "population")
        load_population(files.population, replica, [], rows[-1].registered_at.date())
        print(f"{PERSONS:,} persons, {len(rows):,} registrations, {ROUNDS} rounds\n")
        _facts(files, replica, rows)
        _graph(replica, rows)
        with running(settings, announce=lambda _: None, console=False) as serving:
            _live(serving, rows)
        replica.close()


def _facts(files: BookFiles, replica: Replica, rows: Sequence[Registration]) -> None:
    """The register and the cross-check beside a dictionary and plain equality."""
    part = rows[:1_000]
    persons = {p.id_number: p for p in read_population(files.population).items}

    def ours() -> None:
        for r, a in zip(part, replica.ask(part), strict=True):
            cross_check(r, a)

    def plain() -> None:
        for r in part:
            person = persons.get(r.document_number or "")  # type: ignore[call-overload]
            _ = person and (person.full_name, person.birth_date) == (r.full_name, r.birth_date)

    _pair("register and cross-check, a row", "dictionary and equality", ours, plain, len(part))


def _graph(replica: Replica, rows: Sequence[Registration]) -> None:
    """The graph of a book in SQL beside the same rows cut off a book half as long."""
    tokens = Tokens(bytes(32))
    nodes = [node for _, _, node in examine(rows, replica, tokens)]
    history = History({})
    _pair(
        "company of a whole book in SQL",
        "of half the book",
        lambda: history.values(nodes),
        lambda: (history.values(nodes[: len(nodes) // 2]), None)[1],
        1,
        rounds=3,
    )


def _live(serving: Serving, rows: Sequence[Registration]) -> None:
    """One call over HTTP beside a call that does nothing; then the parts of one screening."""
    house = serving.house
    host = urlsplit(serving.api_url).netloc
    connection = http.client.HTTPConnection(host, timeout=30)
    keys = {i: create_key(house.ledger, i) for i in {r.institution for r in rows}}
    stream = iter(rows)

    def call(method: str, path: str, body: bytes | None, key: str) -> None:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        connection.request(method, path, body, headers)
        answer = connection.getresponse().read()
        if method == "POST":
            json.loads(answer)["decision"]

    def screened() -> None:
        row = next(stream)
        call("POST", "/v1/screenings", content(row), keys[row.institution])

    def nothing() -> None:
        call("GET", "/health/live", None, "")

    for _ in range(200):  # warm, and the graph not empty
        screened()
    ours, theirs = _turns(screened, nothing, CALLS)
    _line("one screening over HTTP, committed", "GET /health/live", ours, theirs)
    print(f"    p99 {_p99(ours) * 1e3:.1f} ms, of the no-op {_p99(theirs) * 1e3:.1f} ms")
    _inside(house.register, house.graph, house.tokens, rows)


def _inside(
    register: Replica, graph: LiveGraph, tokens: Tokens, rows: Sequence[Registration]
) -> None:
    """Where the time of one judgement goes, in turns."""
    model, rules = bundle.load(DEFAULT).model(), policy.load()
    one = [[r] for r in rows[:CALLS]]
    nodes = [[examine(r, register, tokens)[0][2]] for r in one]
    facts = [gather(r, register, graph, tokens) for r in one]
    whole = _each(lambda i: screen(gather(one[i], register, graph, tokens), model, rules))
    for name, part in (
        ("look at the graph", _each(lambda i: graph.around(nodes[i]))),
        ("judge", _each(lambda i: screen(facts[i], model, rules))),
        ("examine", _each(lambda i: examine(one[i], register, tokens))),
    ):
        _line(name, "the whole judgement of one", part, whole)


def _pair(
    name: str,
    peer: str,
    ours: Callable[[], object],
    theirs: Callable[[], object],
    rows: int,
    rounds: int = ROUNDS,
) -> None:
    mine, others = _turns(ours, theirs, rounds)
    _line(name, peer, [s / rows for s in mine], [s / rows for s in others])


def _turns(
    ours: Callable[[], object], theirs: Callable[[], object], rounds: int
) -> tuple[list[float], list[float]]:
    mine, others = [], []
    for _ in range(rounds):
        mine.append(_seconds(ours))
        others.append(_seconds(theirs))
    return mine, others


def _each(run: Callable[[int], object]) -> list[float]:
    return [_seconds(lambda i=i: run(i)) for i in range(CALLS)]  # type: ignore[misc]


def _seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def _line(name: str, peer: str, ours: Sequence[float], theirs: Sequence[float]) -> None:
    ratio = [a / b for a, b in zip(ours, theirs, strict=True)]
    median = statistics.median(ours) * 1e6
    print(f"{name}: {_spread(ratio, '.2f')} × {peer}; median {median:,.0f} µs")


def _spread(values: Sequence[float], form: str) -> str:
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:{form}} ({low:{form}} to {high:{form}})"


def _p99(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=100)[-1]


if __name__ == "__main__":
    sys.exit(main())

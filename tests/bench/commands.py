"""Measures the commands and the live service on a made-up world: `make bench`.

Prints two tables: rows a second and peak memory of each command, and how long a caller of the live
service waits. Figures hold for the machine they were taken on; nothing here is a test.
"""

from __future__ import annotations

import argparse
import http.client
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pyarrow.parquet as pq

from features.reading import read_registrations
from features.registration import Institution, Registration
from service.callers import create_key
from service.ledger.records import content
from service.settings import Settings
from service.wiring import visited
from training.world import DAYS, simulate

LIVE_DAYS = 30
LIMIT_SECONDS = 300
LIMIT_ROWS = 120_000
"""Train, backtest and campaign have five minutes for so many registrations."""
CLI = [sys.executable, "-m", "service.cli"]


def main() -> None:
    """Makes the world, runs every command on it, then calls the live service."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chinhchu-bench-") as folder:
        _measure(Path(folder), asked.persons, asked.seed)


def _measure(folder: Path, persons: int, seed: int) -> None:
    now = datetime.now(UTC)
    simulate(persons, seed, start=now.date() - timedelta(days=DAYS)).write(folder)
    live_from = now - timedelta(days=LIVE_DAYS)
    stream = _split(folder, live_from)
    environment = {**os.environ, "CHINHCHU_HOME": str(folder / "home")}
    environment |= {"CHINHCHU_PORT": "0", "CHINHCHU_CONSOLE_PORT": "0", "CHINHCHU_LANGUAGE": "en"}
    print(f"{persons:,} persons, {os.cpu_count()} cores\n")
    print(
        "| command | rows | seconds | rows a second | of its limit at most | peak MiB |\n"
        "| --- | --- | --- | --- | --- | --- |"
    )
    for words, rows in _commands(folder, live_from):
        _command(words, rows, environment)
    with _served(environment) as address:
        _calls(address, stream, Settings(folder / "home"))


def _split(folder: Path, live_from: datetime) -> list[Registration]:
    """Writes what lies before `live_from` beside the world; gives the later registrations."""
    for name, column in (("registrations", "registered_at"), ("labels", "confirmed_at")):
        past = pq.read_table(folder / f"{name}.parquet", filters=[(column, "<", live_from)])
        pq.write_table(past, folder / f"past-{name}.parquet")
    rows = read_registrations(folder / "registrations.parquet").items
    return sorted((r for r in rows if r.registered_at >= live_from), key=lambda r: r.order)


def _commands(folder: Path, live_from: datetime) -> Iterator[tuple[list[str], int]]:
    def file(name: str) -> str:
        return str(folder / f"{name}.parquet")

    def rows(name: str) -> int:
        return int(pq.read_metadata(file(name)).num_rows)

    book = ["--registrations", file("registrations"), "--labels", file("labels")]
    past = ["--registrations", file("past-registrations"), "--labels", file("past-labels")]
    population = ["--population", file("population")]
    until = ["--until", live_from.isoformat()]
    out = ["--out", str(folder / "out")]
    yield ["population", "load", file("population")], rows("population")
    yield ["train", *population, *book, *until], rows("past-registrations")
    yield ["backtest", *population, *book, *out], rows("registrations")
    yield ["campaign", *population, *book, *out], rows("registrations")
    yield ["book", "load", *past], rows("past-registrations")


def _command(words: Sequence[str], rows: int, environment: dict[str, str]) -> None:
    start = time.perf_counter()
    with tempfile.TemporaryFile() as complaint:
        child = subprocess.Popen(
            [*CLI, *words], env=environment, stdout=subprocess.DEVNULL, stderr=complaint
        )
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            complaint.seek(0)
            sys.exit(complaint.read().decode())
    seconds, peak = time.perf_counter() - start, used.ru_maxrss / 1024
    # Scaled by rows alone; a start and a register of its own count in full, so this is a ceiling.
    share = seconds * LIMIT_ROWS / rows / LIMIT_SECONDS
    name = " ".join(word for word in words[:2] if word.isalpha())
    print(
        f"| {name} | {rows:,} | {seconds:.1f} | {rows / seconds:,.0f} | {share:.2f} | {peak:,.0f} |",
        flush=True,
    )


@contextmanager
def _served(environment: dict[str, str]) -> Iterator[str]:
    """A service in a process of its own; gives the API's host and port."""
    child = subprocess.Popen(
        [*CLI, "serve"], env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        for line in child.stderr or ():
            if found := re.search(r"API: (http://\S+)", line):
                yield urlsplit(found[1]).netloc
                break
        else:
            sys.exit("the service did not start")
    finally:
        child.send_signal(signal.SIGINT)
        child.communicate()


def _calls(address: str, stream: Sequence[Registration], settings: Settings) -> None:
    with visited(settings) as ledger:
        keys = {i: create_key(ledger, i) for i in {r.institution for r in stream}}
    third = len(stream) // 3
    print("\n| calls | callers | size | median ms | 99 % ms | registrations a second |")
    print("| --- | --- | --- | --- | --- | --- |")
    parts = (stream[:third], stream[third : 2 * third], stream[2 * third :])
    for rows, callers, size in zip(parts, (1, 16, 4), (1, 1, 100), strict=True):
        _stream(address, _bodies(rows, size), keys, callers, size)


def _bodies(rows: Sequence[Registration], size: int) -> list[tuple[Institution, bytes]]:
    """One call each: a registration, or a list of up to `size` of one institution."""
    if size == 1:
        return [(r.institution, content(r)) for r in rows]
    by_institution = sorted(rows, key=lambda r: (r.institution, r.order))
    parts: dict[Institution, list[bytes]] = {}
    for row in by_institution:
        parts.setdefault(row.institution, []).append(content(row))
    return [
        (institution, b"[" + b",".join(part) + b"]")
        for institution, contents in parts.items()
        for part in (contents[i : i + size] for i in range(0, len(contents), size))
    ]


def _stream(
    address: str,
    bodies: Sequence[tuple[Institution, bytes]],
    keys: dict[Institution, str],
    callers: int,
    size: int,
) -> None:
    def call(work: Sequence[tuple[Institution, bytes]]) -> list[float]:
        connection = http.client.HTTPConnection(address, timeout=60)
        waits = []
        for institution, body in work:
            headers = {"X-API-Key": keys[institution], "Content-Type": "application/json"}
            start = time.perf_counter()
            connection.request("POST", "/v1/screenings", body, headers)
            response = connection.getresponse()
            response.read()
            waits.append(time.perf_counter() - start)
            if response.status != 200:
                sys.exit(f"a call was answered {response.status}")
        return waits

    start = time.perf_counter()
    with ThreadPoolExecutor(callers) as pool:
        shares = [bodies[i::callers] for i in range(callers)]
        waits = sorted(wait for share in pool.map(call, shares) for wait in share)
    seconds = time.perf_counter() - start
    rows = sum(body.count(b'"registration_id"') for _, body in bodies)
    median, worst = waits[len(waits) // 2] * 1000, waits[int(len(waits) * 0.99)] * 1000
    told = f"{len(bodies):,} | {callers} | {size} | {median:.1f} | {worst:.1f}"
    print(f"| {told} | {rows / seconds:,.0f} |", flush=True)


if __name__ == "__main__":
    main()

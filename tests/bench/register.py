"""Measures the replica on a million persons: loading, looking up, searching by name: `make bench`.

The persons are those of the hard set among many others with names of the same frequencies; the
searches are the hard set's registrations, without a number.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from features import name
from features.evidence import Found, NotCovered, RegisterAnswer, Several
from features.register import search
from features.register.replica import Replica
from features.register.store import Store
from features.registration import Person
from tests.bench import hard_set
from training.book import load_population
from training.world.dice import Dice
from training.world.names import Names
from training.world.papers import Numbers

LIMITS = {
    "persons loaded a second": 60_000,
    "look-up, median µs": 15,
    "search, p99 µs": 5_000,
}
_HARD, _ASKED = 20_000, 5_000
_PROVINCES = ("001", "079", "038", "040", "075", "031", "036", "052", "066", "092")


def main() -> None:
    """Makes and loads the persons, asks, prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=1_000_000)
    asked = parser.parse_args()
    made = hard_set.make(_HARD, 5)
    registrations = [row.registration for row in made.rows[:_ASKED]]
    with TemporaryDirectory(prefix="chinhchu-bench-") as scratch:
        home = Path(scratch)
        shared = _write(home / "population.parquet", made.persons, asked.persons)
        print(f"the register, {asked.persons:,} persons")
        print("| measured | figure | limit |\n| --- | --- | --- |")
        _load(home, asked.persons)
        with Store(home / "population").reading() as lookup:
            if lookup is None:
                raise RuntimeError("nothing was loaded")
            numbers = [person.id_number for person in made.persons[:_ASKED]]
            found = _each(numbers, lookup.person)
            _line("look-up, median µs", statistics.median(found) * 1e6)
            search.find(lookup, registrations[0])  # reads its tables
            answers: list[RegisterAnswer] = []
            waits = _each(registrations, lambda r: answers.append(search.find(lookup, r)))
        _line("search, median µs", statistics.median(waits) * 1e6)
        _line("search, p99 µs", statistics.quantiles(waits, n=100)[-1] * 1e6)
        _line("search, longest µs", max(waits) * 1e6)
        _answers(answers)
        _line("% who share plain name and birth date with another", shared * 100)
        print()


def _write(path: Path, persons: Sequence[Person], count: int) -> float:
    """Writes these persons and others up to a count; the share with a namesake of the same day."""
    dice, names = Dice(np.random.SeedSequence(9)), Names()
    numbers, first = Numbers(dice), date(1940, 1, 1)
    known = {person.id_number for person in persons}
    rows: dict[str, list[Any]] = {
        "id_number": [p.id_number for p in persons],
        "full_name": [p.full_name for p in persons],
        "birth_date": [p.birth_date for p in persons],
        "sex": [p.sex for p in persons],
        "residence": [p.residence for p in persons],
        "document_issued_on": [p.document_issued_on for p in persons],
    }
    while len(rows["id_number"]) < count:
        province, male = dice.pick(_PROVINCES), dice.chance(0.5)
        born = first + timedelta(days=dice.below(26_000))
        number = numbers.citizen(province, born, male=male)
        if number in known:
            continue
        like = dice.pick(persons)
        drawn = names.person(dice, province, born.year, male=male).text
        values = (number, drawn, born.isoformat(), "male" if male else "female", like.residence,
                  like.document_issued_on)  # fmt: skip
        for column, value in zip(rows.values(), values, strict=True):
            column.append(value)
    pq.write_table(pa.table(rows), path)
    plain = {full_name: name.stripped(full_name) for full_name in set(rows["full_name"])}
    both = Counter(
        (plain[n], born) for n, born in zip(rows["full_name"], rows["birth_date"], strict=True)
    )
    return sum(times for times in both.values() if times > 1) / count


def _load(home: Path, persons: int) -> None:
    replica = Replica(home / "population")
    start, cpu = time.perf_counter(), sum(os.times()[:4])
    load_population(home / "population.parquet", replica, [], hard_set.TODAY)
    wall, cpu = time.perf_counter() - start, sum(os.times()[:4]) - cpu
    replica.close()
    _line("persons loaded a second", persons / wall)
    _line("persons loaded a second of CPU, all processes", persons / cpu)
    on_disk = sum(f.stat().st_blocks * 512 for f in (home / "population").iterdir())
    _line("bytes on disk a person, indices included", on_disk / persons)


def _each(items: Sequence[Any], run: Callable[[Any], object]) -> list[float]:
    """CPU seconds of each call."""
    costs = []
    for item in items:
        start = time.process_time_ns()
        run(item)
        costs.append((time.process_time_ns() - start) / 1e9)
    return costs


def _answers(answers: Sequence[RegisterAnswer]) -> None:
    kinds = Counter(type(answer) for answer in answers)
    for kind in (Found, Several, NotCovered):
        _line(f"% of searches answered {kind.__name__}", kinds[kind] / len(answers) * 100)


def _line(title: str, value: float) -> None:
    limit = LIMITS.get(title)
    figure = f"{value:,.0f}" if value >= 100 else f"{value:.2f}"
    print(f"| {title} | {figure} | {'' if limit is None else f'{limit:,}'} |", flush=True)


if __name__ == "__main__":
    main()

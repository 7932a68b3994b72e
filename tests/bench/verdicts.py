"""Measures the verdict on the hard set beside Splink and logic-v2 on the same rows: `make bench`.

The peers get the rows as our readers understand them (names repaired, dates and addresses read):
what differs is the judgement. Prints one table for each of two sets; nothing passes or fails.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from features import address, birth_date, name
from features.evidence import Identity
from features.register.replica import Replica
from features.registration import IdNumber, Person, Registration
from tests.bench import hard_set
from tests.bench.hard_set import Row
from tests.bench.peers import door

Record = dict[str, Any]

_PROBABILITIES = (0.5, 0.9, 0.99, 0.999)
_SCORES = (0.7, 0.76, 0.85, 0.95)
_COLUMNS = pa.schema(
    [(n, pa.string()) for n in ("id", "name", "marked_name", "full_name", "letters", "surname",
                                "given", "born", "sex", "address", "place", "province", "issued",
                                "number")]
    + [("communes", pa.list_(pa.string()))]
)  # fmt: skip


def main() -> None:
    """Makes the set, lets everybody judge it, prints who accepted whom."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    made = hard_set.make(asked.persons, asked.seed)
    peers = door.here()
    with TemporaryDirectory(prefix="chinhchu-bench-") as scratch:
        home = Path(scratch)
        replica = Replica(home / "population")
        replica.load(made.persons, hard_set.TODAY)
        for title, rows in (
            ("no number given", made.rows),
            ("nine holders of ten give their number", made.with_numbers(asked.seed)),
        ):
            print(f"hard set, {title}: {len(made.persons):,} persons, {len(rows):,} registrations")
            table = _Table(rows)
            _ours(table, replica)
            if peers:
                _beside(table, home, made.persons)
            table.end()
        replica.close()


class _Table:
    """One set of rows, and a line for each judge of them."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self._notes: list[str] = []
        print("| accepted by | true holders | as another person | impostors | CPU a row |")
        print("| --- | --- | --- | --- | --- |")

    def line(self, title: str, accepted: Sequence[IdNumber | None], seconds: float) -> None:
        """Who was accepted, and the CPU time of all rows."""
        marks = hard_set.marks(self.rows, accepted)
        cost = seconds / len(self.rows) * 1e6
        print(
            f"| {title} | {marks.accepted / marks.holders:.1%} | {marks.wrong / marks.holders:.2%} "
            f"| {marks.let_in / marks.impostors:.1%} | {cost:,.0f} µs |",
            flush=True,
        )

    def note(self, text: str) -> None:
        """Something to be said under the table."""
        self._notes.append(text)

    def end(self) -> None:
        """The notes, and a line between tables."""
        print(*self._notes, "", sep="\n")


def record(of: Person | Registration) -> Record:
    """A person or a registration as a row of the peers, with comparable values."""
    words = name.stripped(of.full_name).split() or [""]
    person = isinstance(of, Person)
    where = of.residence if person else of.address
    read = address.read(where or "")
    return {
        "id": of.id_number if person else of.registration_id,
        "name": (repaired := name.repaired(of.full_name)),
        "marked_name": repaired.upper(),
        "full_name": " ".join(words),
        "letters": "".join(sorted("".join(words))),
        "surname": words[0],
        "given": words[-1],
        "born": birth_date.normal(of.birth_date) if of.birth_date else None,
        "sex": of.sex.value if of.sex else None,
        "address": where,
        "place": read.place or None,
        "province": read.province,
        "communes": sorted(read.communes) or None,
        "issued": of.document_issued_on.isoformat() if of.document_issued_on else None,
        "number": of.id_number if person else of.document_number,
    }


def _ours(table: _Table, replica: Replica) -> None:
    start = time.process_time()
    evidence = hard_set.judged(table.rows, replica)
    seconds = time.process_time() - start
    table.line("ours, verified", hard_set.accepted(evidence), seconds)
    likely = [
        e.matched_id_number
        if e.identity is not Identity.MISMATCH and e.balance and e.balance.bits >= 0
        else None
        for e in evidence
    ]
    table.line("ours, had 0 bits been enough", likely, seconds)


def _beside(table: _Table, home: Path, persons: Iterable[Person]) -> None:
    work = _Work(
        home, [record(row.registration) for row in table.rows], [record(p) for p in persons]
    )
    _splink(table, work)
    if not _numbered(work):  # it would look at none
        _logic_v2(table, work)


@dataclass(frozen=True, slots=True)
class _Work:
    """What the peers are given: registrations and persons as records, and a folder for files."""

    home: Path
    rows: list[Record]
    persons: list[Record]

    def file(self, part: str, records: Sequence[Record] | None = None) -> Path:
        """The path of a Parquet file, written where records are given."""
        path = self.home / f"{part}.parquet"
        if records is not None:
            pq.write_table(pa.Table.from_pylist(records, _COLUMNS), path)
        return path


def _numbered(work: _Work) -> bool:
    return any(row["number"] for row in work.rows)


def _splink(table: _Table, work: _Work) -> None:
    """The best link of each row at several probabilities, then only those of equal birth date."""
    if not _numbered(work):
        _links(table, work, "stock", "Splink, its own date levels")
    which = "numbers" if _numbered(work) else "hard"
    links, seconds = _links(table, work, which, "Splink, best link")
    born = {person["id"]: person["born"] for person in work.persons}
    strict = {
        row["id"]: link
        for row in work.rows
        if (link := links.get(row["id"])) and born[link["right_id"]] == row["born"]
    }
    for least in _PROBABILITIES:
        table.line(f"… of equal birth date, p ≥ {least}", _linked(work, strict, least), seconds)


def _links(table: _Table, work: _Work, which: str, title: str) -> tuple[dict[str, Record], float]:
    """Best links by the row's id, and the CPU seconds of predicting."""
    files = [work.file("rows", work.rows), work.file("persons", work.persons), work.file("links")]
    told = door.run("splink_link.py", which, *files, work.home / "model.json")
    links = {link["left_id"]: link for link in pq.read_table(files[-1]).to_pylist()}
    for least in _PROBABILITIES:
        table.line(f"{title}, p ≥ {least}", _linked(work, links, least), told["predicting"])
    table.note(f"{title}: {told['training']:.0f} s of CPU to train, not in the column.")
    return links, told["predicting"]


def _linked(work: _Work, links: dict[str, Record], least: float) -> list[IdNumber | None]:
    found = (links.get(row["id"]) for row in work.rows)
    return [IdNumber(x["right_id"]) if x and x["probability"] >= least else None for x in found]


def _logic_v2(table: _Table, work: _Work) -> None:
    """The best of the persons who share the name's letters, or birth date and a part of the name.

    Where two are equally good nobody is accepted.
    """
    pairs = _candidates(work)
    files = [work.home / "pairs.parquet", work.home / "scores.parquet"]
    for title, fields in (
        ("logic-v2, name, birth date, sex", ("name", "born", "sex")),
        ("logic-v2, with addresses", ("name", "born", "sex", "address")),
    ):
        sides = [
            {f"{field}_1": one[field] for field in fields}
            | {f"{field}_2": other[field] for field in fields}
            for one, other in pairs
        ]
        pq.write_table(pa.Table.from_pylist(sides), files[0])
        told = door.run("logic_v2.py", *files)
        scores = pq.read_table(files[1])["score"].to_pylist()
        for least in _SCORES:
            accepted = _best(work.rows, pairs, scores, least)
            table.line(f"{title}, score ≥ {least}", accepted, told["seconds"])
        cost = told["seconds"] / len(pairs) * 1e6
        table.note(f"{title}: {len(pairs):,} pairs, {cost:,.0f} µs of CPU a pair.")


def _candidates(work: _Work) -> list[tuple[Record, Record]]:
    index: dict[tuple[str, ...], list[Record]] = defaultdict(list)
    for person in work.persons:
        for key in _keys(person):
            index[key].append(person)
    pairs = []
    for row in work.rows:
        found = {person["id"]: person for key in _keys(row) for person in index[key]}
        pairs += [(row, person) for person in found.values()]
    return pairs


def _keys(of: Record) -> list[tuple[str, ...]]:
    return [(of["letters"],), (of["born"], of["given"]), (of["born"], "family", of["surname"])]


def _best(
    rows: Sequence[Record],
    pairs: Sequence[tuple[Record, Record]],
    scores: Sequence[float],
    least: float,
) -> list[IdNumber | None]:
    found: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for (row, person), score in zip(pairs, scores, strict=True):
        if score >= least:
            found[row["id"]].append((score, person["id"]))
    return [_single(found[row["id"]]) for row in rows]


def _single(found: list[tuple[float, str]]) -> IdNumber | None:
    best = [number for score, number in found if score == max(found)[0]]
    return IdNumber(best[0]) if len(best) == 1 else None


if __name__ == "__main__":
    main()

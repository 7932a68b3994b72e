"""Measures linkage that is not our trade beside those whose trade it is: `make bench`.

FEBRL's made-up Australians, with Splink; nomenklatura's worldwide names, with its own logic-v2.
Ours reads Vietnamese names and addresses, and takes FEBRL's rows as they are: family name first,
the address as one text, no identity number. Says so in a line where the data are absent.
"""

from __future__ import annotations

import csv
import math
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq

from features import name, weights
from features.comparison import differences
from features.difference import outcome
from features.evidence import FoundBy, Outcome
from features.registration import (
    DocumentType,
    IdNumber,
    Institution,
    Kind,
    Person,
    Registration,
    RegistrationId,
)
from tests.bench.peers import door

_DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "linkage"
_NOW = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)
_FIELDS = ("given", "surname", "born", "street", "suburb", "postcode", "number")
_BITS = (-15.0, -10.0, -5.0, 0.0)
_NAME_BITS = (-5.0, 0.0, 5.0)
_PROBABILITIES = (0.5, 0.95, 0.99)
_SCORES = (0.5, 0.6, 0.7, 0.8)

Record = dict[str, str | None]


def main() -> None:
    """Both comparisons, as two tables."""
    if not _DATA.exists():
        print(f"no linkage data at ../{_DATA.relative_to(_DATA.parents[2])}: left out\n")
        return
    peers = door.here()
    with TemporaryDirectory(prefix="chinhchu-bench-") as scratch:
        _febrl(Path(scratch), peers=peers)
        _names(Path(scratch), peers=peers)


def _febrl(home: Path, *, peers: bool) -> None:
    left, right = (_read(_DATA / "febrl" / f"dataset4{part}.csv") for part in "ba")
    print(f"FEBRL 4: {len(left):,} records to {len(right):,}, one true link each")
    print("| linked by | precision | recall | F1 | CPU a record |")
    print("| --- | --- | --- | --- | --- |")
    start = time.process_time()
    best = _best_of_ours(left, right)
    seconds = time.process_time() - start
    for least in _BITS:
        links = [(one, other) for one, (bits, other) in best.items() if bits >= least]
        _line(
            f"ours, against chance ≥ {least:g} bits", *_links(links, len(left)), seconds / len(left)
        )
    if peers:
        for which, title in (("febrl", "Splink, its own number too"), ("unnumbered", "Splink")):
            _splink(home, which, title, left, right)
    print()


def _read(path: Path) -> list[Record]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, skipinitialspace=True)
        return [_record({k: v.strip() or None for k, v in row.items()}) for row in rows]


def _record(row: Record) -> Record:
    born = row["date_of_birth"] or ""
    return {
        "id": row["rec_id"],
        "given": row["given_name"],
        "surname": row["surname"],
        "born": f"{born[:4]}-{born[4:6]}-{born[6:]}" if born else None,
        "street": " ".join(filter(None, (row["street_number"], row["address_1"]))) or None,
        "suburb": row["suburb"],
        "postcode": row["postcode"],
        "number": row["soc_sec_id"],
    }


def _best_of_ours(left: Sequence[Record], right: Sequence[Record]) -> dict[str, tuple[float, str]]:
    """Each left record's best right one by the weights of the named differences, with its bits."""
    index: dict[tuple[str, ...], list[Person]] = defaultdict(list)
    for record in right:
        for key in _blocks(record):
            index[key].append(_person(record))
    rules, best = weights.default(), {}
    for record in left:
        near = {person.id_number: person for key in _blocks(record) for person in index[key]}
        registration = _registration(record)
        scored = [
            (
                rules.weigh(
                    differences(registration, person),
                    FoundBy.NAME_AND_BIRTH_DATE,
                    registration.full_name,
                    person.full_name,
                ).against_stranger,
                str(person.id_number),
            )
            for person in near.values()
        ]
        if scored:
            best[str(record["id"])] = max(scored)
    return best


def _blocks(record: Record) -> Iterable[tuple[str, ...]]:
    for fields in (("born",), ("surname", "given"), ("postcode", "surname"), ("postcode", "given"),
                   ("suburb", "surname"), ("street",)):  # fmt: skip
        values = [record[field] for field in fields]
        if all(values):
            yield (*fields, *map(str, values))


def _full_name(record: Record) -> str:
    return " ".join(filter(None, (record["surname"], record["given"]))) or "?"


def _address(record: Record) -> str:
    return ", ".join(filter(None, (record["street"], record["suburb"], record["postcode"])))


def _person(record: Record) -> Person:
    return Person(
        id_number=IdNumber(str(record["id"])),
        full_name=_full_name(record),
        birth_date=record["born"],
        residence=_address(record) or None,
    )


def _registration(record: Record) -> Registration:
    return Registration(
        registration_id=RegistrationId(str(record["id"])),
        kind=Kind.SIM,
        institution=Institution("FEBRL"),
        registered_at=_NOW,
        document_type=DocumentType.CCCD,
        full_name=_full_name(record),
        birth_date=record["born"],
        address=_address(record) or None,
    )


def _splink(
    home: Path, which: str, title: str, left: Sequence[Record], right: Sequence[Record]
) -> None:
    schema = pa.schema([(field, pa.string()) for field in ("id", *_FIELDS)])
    files = [home / f"{part}.parquet" for part in ("left", "right", "links")]
    for path, records in zip(files, (left, right), strict=False):
        pq.write_table(pa.Table.from_pylist(list(records), schema), path)
    told = door.run("splink_link.py", which, *files, home / "febrl.json")
    found = pq.read_table(files[2]).to_pylist()
    seconds = (told["training"] + told["predicting"]) / len(left)
    for least in _PROBABILITIES:
        links = [(x["left_id"], x["right_id"]) for x in found if x["probability"] >= least]
        _line(f"{title}, p ≥ {least}", *_links(links, len(left)), seconds)


def _links(links: Sequence[tuple[str, str]], wanted: int) -> tuple[int, int, int]:
    """(right ones, all made, all wanted); a record's number stands between two hyphens."""
    return sum(a.split("-")[1] == b.split("-")[1] for a, b in links), len(links), wanted


def _names(home: Path, *, peers: bool) -> None:
    with (_DATA / "opensanctions" / "cases.csv").open(encoding="utf-8", newline="") as file:
        cases = [row for row in csv.DictReader(file) if row["schema"] == "Person"]
    same = [case["is_match"] == "true" for case in cases]
    print(f"nomenklatura's name cases: {len(cases)} pairs of persons' names, {sum(same)} the same")
    print("| held for the same by | precision | recall | F1 | CPU a pair |")
    print("| --- | --- | --- | --- | --- |")
    start = time.process_time()
    codes = [name.compare(case["name1"], case["name2"]) for case in cases]
    seconds = (time.process_time() - start) / len(cases)
    agreeing = [outcome(code) is Outcome.MATCH for code in codes]
    _line("ours, agreeing", *_held(agreeing, same), seconds)
    for least in _NAME_BITS:
        held = _held([_bits(code) >= least for code in codes], same)
        _line(f"ours, difference that speaks for the same by ≥ {least:g} bits", *held, seconds)
    if peers:
        pairs = [{"name_1": case["name1"], "name_2": case["name2"]} for case in cases]
        pq.write_table(pa.Table.from_pylist(pairs), home / "names.parquet")
        told = door.run("logic_v2.py", home / "names.parquet", home / "scores.parquet")
        scores = pq.read_table(home / "scores.parquet")["score"].to_pylist()
        for least in _SCORES:
            held = _held([score >= least for score in scores], same)
            _line(f"logic-v2, score ≥ {least}", *held, told["seconds"] / len(cases))
    print()


def _bits(code: str) -> float:
    """How far a difference of names speaks for the same person, against chance."""
    row = weights.default().fields["full_name"].get(code)
    return math.log2(row[0] / row[1]) if row else -math.inf


def _held(found: Sequence[bool], same: Sequence[bool]) -> tuple[int, int, int]:
    return sum(a and b for a, b in zip(found, same, strict=True)), sum(found), sum(same)


def _line(title: str, right: int, made: int, wanted: int, seconds: float) -> None:
    precision, recall = right / max(made, 1), right / wanted
    f1 = 2 * right / (made + wanted)
    print(f"| {title} | {precision:.3f} | {recall:.3f} | {f1:.3f} | {seconds * 1e6:,.0f} µs |")


if __name__ == "__main__":
    main()

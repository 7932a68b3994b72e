"""Files become nouns: three forms say the same, bad rows go alone, bad files are one clear line."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.errors import InputError, StorageFullError
from features.person_columns import of_persons
from features.reading import (
    Rejected,
    read_labels,
    read_population,
    read_registrations,
    stream_population,
    write_rejected,
)

ROWS = [
    {
        "registration_id": f"A-{n}",
        "kind": "sim",
        "institution": "VIETTEL",
        "registered_at": f"2026-01-0{n}T03:04:05+07:00",
        "document_type": "cccd",
        "document_number": "079090123456" if n % 2 else None,
        "full_name": "Trần, Văn “A”\nB",
        "sex": None,
        "address": "",
        "colour": "blue",
    }
    for n in range(1, 6)
]


def write_csv(path: Path, rows: list[dict[str, object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_parquet(path: Path, rows: list[dict[str, object]]) -> Path:
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


def write_json(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text(json.dumps(rows), encoding="utf-8")
    return path


def write_lines(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n", encoding="utf-8")
    return path


WRITERS = {".csv": write_csv, ".parquet": write_parquet, ".json": write_json, ".jsonl": write_lines}


def with_changes(number: int, **changes: object) -> list[dict[str, object]]:
    return [row | (changes if i == number else {}) for i, row in enumerate(ROWS)]


def test_all_forms_of_a_file_say_the_same(tmp_path: Path) -> None:
    outs = [read_registrations(write(tmp_path / f"r{end}", ROWS)) for end, write in WRITERS.items()]
    assert len(outs[0].items) == len(ROWS)
    assert all(out == outs[0] for out in outs)


@pytest.mark.parametrize("suffix", sorted(WRITERS))
def test_a_bad_row_is_rejected_alone(tmp_path: Path, suffix: str) -> None:
    path = WRITERS[suffix](tmp_path / f"r{suffix}", with_changes(2, kind="fax", full_name=" "))
    out = read_registrations(path)
    assert [r.registration_id for r in out.items] == ["A-1", "A-2", "A-4", "A-5"]
    assert {(r.row_number, r.registration_id, r.column) for r in out.rejected} == {
        (3, "A-3", "kind"),
        (3, "A-3", "full_name"),
    }


@pytest.mark.parametrize("suffix", sorted(WRITERS))
def test_a_repeated_key_is_ignored_if_equal_and_rejected_if_different(
    tmp_path: Path, suffix: str
) -> None:
    rows = [*ROWS, ROWS[0], ROWS[1] | {"full_name": "Another"}]
    out = read_registrations(WRITERS[suffix](tmp_path / f"r{suffix}", rows))
    assert len(out.items) == len(ROWS)
    assert out.repeated == 1
    assert [(r.row_number, r.registration_id) for r in out.rejected] == [(7, "A-2")]


def test_one_id_in_two_institutions_is_two_registrations(tmp_path: Path) -> None:
    rows = [ROWS[0], ROWS[0] | {"institution": "VCB"}]
    assert len(read_registrations(write_csv(tmp_path / "r.csv", rows)).items) == 2


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize("column", ["registration_id", "document_number", "registered_at"])
def test_a_missing_column_is_one_line_that_names_it(
    tmp_path: Path, suffix: str, column: str
) -> None:
    rows = [{k: v for k, v in row.items() if k != column} for row in ROWS]
    path = WRITERS[suffix](tmp_path / f"r{suffix}", rows)
    with pytest.raises(InputError, match=rf"r\{suffix}: column {column} is missing") as caught:
        read_registrations(path)
    assert "\n" not in str(caught.value)


def damaged(tmp_path: Path, what: str) -> Path:
    whole = write_parquet(tmp_path / "whole.parquet", ROWS).read_bytes()
    text = write_csv(tmp_path / "whole.csv", ROWS).read_bytes()
    contents = {
        "empty.csv": b"",
        "empty.parquet": b"",
        "cut.parquet": whole[: len(whole) // 2],
        "cut_tail.parquet": whole[:-4],
        "middle.parquet": whole[:40] + bytes(40) + whole[80:],
        "latin.csv": text.replace("Trần".encode(), b"Tr\xe7n"),
        "half.json": b'[{"registration_id": "A"',
        "deep.json": b"[" * 100_000,
        "latin.json": b'["\xe7"]',
        "book.xlsx": b"PK",
    }
    if what in contents:
        (tmp_path / what).write_bytes(contents[what])
    return tmp_path / what


@pytest.mark.parametrize(
    "what",
    [
        "absent.csv",
        "empty.csv",
        "empty.parquet",
        "cut.parquet",
        "cut_tail.parquet",
        "middle.parquet",
        "latin.csv",
        "half.json",
        "deep.json",
        "latin.json",
        "book.xlsx",
    ],
)
def test_a_file_that_cannot_be_read_is_one_clear_line(tmp_path: Path, what: str) -> None:
    with pytest.raises(InputError, match=what) as caught:
        read_registrations(damaged(tmp_path, what))
    assert "\n" not in str(caught.value)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_registrations(tmp_path)


def test_a_row_of_other_width_is_rejected_alone(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "r.csv", ROWS)
    with path.open("a", encoding="utf-8") as file:
        file.write("A-9,sim\n")
    out = read_registrations(path)
    assert len(out.items) == len(ROWS)
    assert [r.row_number for r in out.rejected] == [6]


def test_a_stray_quote_or_a_long_cell_rejects_no_other_row(tmp_path: Path) -> None:
    long = ROWS[0] | {"registration_id": "LONG", "address": "Z" * 200_000}
    path = write_csv(tmp_path / "r.csv", [*ROWS, long])
    tail = write_csv(tmp_path / "tail.csv", [ROWS[0] | {"registration_id": "LAST"}])
    with path.open("a", encoding="utf-8") as file:
        file.write('"A"B,\n' + tail.read_text(encoding="utf-8").partition("\n")[2])
    out = read_registrations(path)
    assert [r.row_number for r in out.rejected] == [len(ROWS) + 2]
    assert [r.registration_id for r in out.items[-2:]] == ["LONG", "LAST"]


def test_a_quotation_mark_that_is_never_closed_loses_no_row_in_silence(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "r.csv", ROWS)
    with path.open("a", encoding="utf-8") as file:
        file.write('"A-8,sim\nA-9,sim\n')
    with pytest.raises(InputError, match="never closed"):
        read_registrations(path)


def test_parquet_moments_of_any_unit_and_zone_are_utc(tmp_path: Path) -> None:
    when = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    east = when.astimezone(timezone(timedelta(hours=7)))
    for unit, zone, value in [
        ("s", None, when),
        ("ms", "UTC", when),
        ("ns", "Asia/Ho_Chi_Minh", east),
    ]:
        table = pa.Table.from_pylist(ROWS[:1])
        column = pa.array(
            [value.replace(tzinfo=None) if zone is None else value], pa.timestamp(unit, zone)
        )
        table = table.set_column(table.column_names.index("registered_at"), "registered_at", column)
        pq.write_table(table, tmp_path / "r.parquet")
        assert read_registrations(tmp_path / "r.parquet").items[0].registered_at == when


def test_text_that_is_no_utf8_inside_parquet_names_its_column(tmp_path: Path) -> None:
    table = pa.Table.from_pylist(ROWS[:1])
    bad = pa.array([b"Tr\xe7n"], pa.binary()).view(pa.binary()).cast(pa.string(), safe=False)
    table = table.set_column(table.column_names.index("full_name"), "full_name", bad)
    pq.write_table(table, tmp_path / "r.parquet")
    with pytest.raises(InputError, match="full_name"):
        read_registrations(tmp_path / "r.parquet")


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "r.csv", ROWS)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert len(read_registrations(path).items) == len(ROWS)


def test_a_doubled_column_is_named(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "r.csv", ROWS)
    path.write_text(path.read_text(encoding="utf-8").replace("colour", "kind", 1), encoding="utf-8")
    with pytest.raises(InputError, match="kind appears more than once"):
        read_registrations(path)


def test_a_population_streams_as_it_reads(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"id_number": f"0790901234{n:02}", "full_name": "Trần A", "birth_date": "1990"}
        for n in range(50)
    ]
    rows[7]["id_number"] = "79090123407"
    path = write_csv(tmp_path / "p.csv", rows)
    rejected: list[Rejected] = []
    whole = read_population(path)
    (batch,) = stream_population(path, rejected)
    assert batch.equals(of_persons(whole.items))
    assert rejected == whole.rejected
    assert [(r.row_number, r.registration_id, r.column) for r in rejected] == [
        (8, None, "id_number")
    ]


def test_a_rejected_person_leaves_no_number_behind(tmp_path: Path) -> None:
    rows = [{"id_number": "12345678901", "full_name": "Trần Thị Mật", "birth_date": ""}]
    rejected = read_population(write_csv(tmp_path / "p.csv", rows)).rejected
    assert "12345678901" not in repr(rejected)
    assert "Mật" not in repr(rejected)


def test_labels_are_read(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"registration_id": "A", "is_fraud": True, "typology": None, "confirmed_at": "2026-01-01"}
    ]
    labels = [
        read_labels(write(tmp_path / f"l{end}", rows)).items for end, write in WRITERS.items()
    ]
    assert labels[0][0].is_fraud
    assert all(one == labels[0] for one in labels)


def test_rejected_rows_are_written_whole_or_not_at_all(tmp_path: Path) -> None:
    rows = [Rejected("r.csv", 3, None, "kind", "the value is not one of those allowed")]
    write_rejected(tmp_path / "rejected.parquet", rows)
    table = pq.read_table(tmp_path / "rejected.parquet")
    assert table.column_names == ["source", "row_number", "registration_id", "column", "reason"]
    assert table.to_pylist()[0]["row_number"] == 3
    write_rejected(tmp_path / "rejected.parquet", [])
    assert pq.read_table(tmp_path / "rejected.parquet").num_rows == 0
    assert [p.name for p in tmp_path.iterdir()] == ["rejected.parquet"]
    with pytest.raises(StorageFullError):
        write_rejected(tmp_path / "nowhere" / "rejected.parquet", rows)

"""Persons by columns are the same persons: a clean row is taken over only where parsing agrees."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.parsing import parse_person
from features.person_columns import ROWS, SCHEMA, batches, of_persons, plain
from features.reading import Rejected, read_population, stream_population
from features.registration import IdNumber, Person

CLEAN = {
    "id_number": "079090123456",
    "full_name": "Nguyễn Thị Thúy Hoà",
    "birth_date": "1990-03-21",
    "former_id_numbers": ["273270505"],
    "sex": "female",
    "nationality": "VNM",
    "residence": "12/3 đường Lê Lợi, Quận 1",
    "province_code": "79",
    "status": "living",
    "status_since": None,
    "document_issued_on": date(2021, 5, 11),
    "document_expires_on": date(2030, 3, 21),
}

cells = st.text() | st.sampled_from(["", " ", "\u00a0", "\u3000", "\x1f", "\x00", "-", "A\n", "A "])
days = st.none() | st.dates()
rows = st.fixed_dictionaries(
    {
        "id_number": st.from_regex(r"\s?[0-9٣]{11,13}\s?", fullmatch=True) | st.none() | cells,
        "full_name": st.none() | cells,
        "birth_date": st.none() | st.dates().map(date.isoformat) | cells,
        "former_id_numbers": st.none() | st.lists(st.none() | st.from_regex("[0-9]{9}") | cells),
        "sex": st.none() | st.sampled_from(["male", "female", " male", "", "MALE"]) | cells,
        "nationality": st.none() | cells,
        "residence": st.none() | cells,
        "province_code": st.none() | cells,
        "status": st.none() | st.sampled_from(["living", "deceased", " missing", "", "dead"]),
        "status_since": days,
        "document_issued_on": days,
        "document_expires_on": days,
    }
)


@given(st.lists(rows, max_size=5))
def test_a_clean_row_is_the_person_that_parsing_reads(raw: list[dict[str, object]]) -> None:
    taken, clean = plain(pa.RecordBatch.from_pylist(raw, SCHEMA))
    for i, row in enumerate(raw):
        person = parse_person(row)
        if clean[i]:
            assert isinstance(person, Person)
            assert taken.slice(i, 1).equals(of_persons([person]))


@pytest.mark.parametrize(
    ("change", "is_clean"),
    [
        ({}, True),
        ({"status": None, "sex": None}, True),
        ({"former_id_numbers": None}, True),
        ({"former_id_numbers": []}, True),
        ({"document_issued_on": date(1066, 10, 14)}, True),  # nobody's day, read as none
        ({"id_number": "79090123456"}, False),
        ({"id_number": "079090123456 "}, False),
        ({"id_number": None}, False),
        ({"full_name": "\u3000"}, False),  # a space that is no ASCII
        ({"sex": "nữ"}, False),
        ({"status": ""}, False),
        ({"former_id_numbers": ["273 270 505"]}, False),
        ({"former_id_numbers": [None]}, False),
        ({"residence": " "}, False),
    ],
)
def test_what_is_plainly_clean(change: Mapping[str, object], is_clean: bool) -> None:
    _, clean = plain(pa.RecordBatch.from_pylist([CLEAN | dict(change)], SCHEMA))
    assert clean.tolist() == [is_clean]


def test_other_ways_to_store_a_text_are_as_clean() -> None:
    columns = pa.RecordBatch.from_pylist([CLEAN], SCHEMA).to_pydict()
    large = {"id_number": pa.large_string(), "former_id_numbers": pa.large_list(pa.large_string())}
    batch = pa.RecordBatch.from_pydict(
        {name: pa.array(values, large.get(name)) for name, values in columns.items()}
    )
    names = batch.schema.get_field_index("full_name")
    batch = batch.set_column(names, "full_name", batch.column(names).dictionary_encode())
    taken, clean = plain(batch)
    person = parse_person(CLEAN)
    assert isinstance(person, Person)
    assert clean.all()
    assert taken.equals(of_persons([person]))


def test_a_column_of_another_type_is_left_to_parsing(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id_number": [79090123456, 79090123457],  # the first zero is lost for good
            "full_name": ["Trần A", "Trần B"],
            "birth_date": [date(1990, 3, 21), None],
            "status_since": [datetime(2026, 1, 1, tzinfo=UTC), None],
        }
    )
    _, clean = plain(table.to_batches()[0])
    assert not clean.any()
    pq.write_table(table, tmp_path / "p.parquet")
    rejected: list[Rejected] = []
    assert [b.num_rows for b in stream_population(tmp_path / "p.parquet", rejected)] == [0]
    assert rejected == read_population(tmp_path / "p.parquet").rejected


def test_clean_and_other_rows_of_a_file_keep_their_order_and_numbers(tmp_path: Path) -> None:
    raw: list[dict[str, object]] = [
        CLEAN | {"id_number": f"0790901{n:05}", "residence": "  " if n % 3 else "Quận 1"}
        for n in range(60)
    ]
    raw[10]["full_name"] = None
    raw[20]["id_number"] = " 079090100020"
    raw[33]["status"] = "dead"
    path = tmp_path / "p.parquet"
    pq.write_table(pa.Table.from_pylist(raw, SCHEMA), path)
    rejected: list[Rejected] = []
    streamed = pa.Table.from_batches(stream_population(path, rejected))
    whole = read_population(path)
    assert streamed.equals(pa.Table.from_batches([of_persons(whole.items)]))
    assert rejected == whole.rejected
    assert [r.row_number for r in rejected] == [11, 34]


def test_a_crowd_comes_in_batches() -> None:
    crowd = (Person(IdNumber("079090123456"), "Trần A") for _ in range(ROWS + 1))
    assert [batch.num_rows for batch in batches(crowd)] == [ROWS, 1]

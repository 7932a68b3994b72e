"""The index of names: every person stands under the letters of the name, whole and less a word."""

from __future__ import annotations

import hashlib
import json
import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import lmdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features import birth_date, name
from features.errors import DataFolderError
from features.evidence import Found, FoundBy, Unavailable
from features.person_columns import of_persons
from features.register import record, store
from features.register.replica import Replica
from features.register.sorting import Sorter
from features.registration import IdNumber, Person, Registration

SNAPSHOT = date(2026, 7, 1)
ALWAYS = [(0, 9999_99_99)]
Make = Callable[..., Person]
Type = Callable[..., Registration]

WORDS = ["Nguyễn", "Thị", "Thúy", "Hoà", "Văn", "An", "Lý", "H'Hen", "Niê", "Rơ-Châm", "Y", "Lee"]
names = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)


@contextmanager
def lookup_of(replica: Replica) -> Iterator[store.Reader]:
    with replica._store.reading() as lookup:
        assert lookup is not None
        yield lookup


def count(lookup: store.Reader, key: bytes) -> int:
    """How many entries the index of names holds under this key."""
    with lookup._cursor(lookup._opened.names) as cursor:
        return int(cursor.count()) if cursor.set_key(key) else 0


def number(n: int) -> IdNumber:
    return IdNumber(f"0790{n:08}")


def less_a_word(full_name: str) -> list[str]:
    words = full_name.replace("-", " ").split()
    return [" ".join(words[:i] + words[i + 1 :]) for i in range(len(words))]


SAME_LETTERS = [
    # typed, registered, why
    ("Nguyễn Thị Thúy Hoà", "NGUYEN THI THUY HOA", "marks and case"),
    ("Hoà Nguyễn Thị Thúy", "Nguyễn Thị Thúy Hoà", "order"),
    ("Nguyễn  Thị\tThúy Hoà ", "Nguyễn Thị Thúy Hoà", "spaces"),
    ("Nguyễn ThịThúy Hoà", "Nguyễn Thị Thúy Hoà", "a space left out"),
    ("Rơ-Châm Hen", "Rơ Châm Hen", "a hyphen"),
    ("NGUYEN<<THI<HOA", "Nguyễn Thị Hoà", "the form of a passport"),
    ("H' Hen Niê", "H'Hen Niê", "an apostrophe"),
    ("Lý Mĩ", "Lí Mỹ", "i and y"),
    ("Ðặng Văn Ðỗ", "Đặng Văn Đỗ", "look-alikes of đ"),
]


@pytest.mark.parametrize(("typed", "registered", "why"), SAME_LETTERS)
def test_order_spacing_and_marks_leave_the_key(typed: str, registered: str, why: str) -> None:
    assert record.name_keys(typed)[0] == record.name_keys(registered)[0], why


@pytest.mark.parametrize("empty", ["", " ", "---", "'", "…"])
def test_a_name_without_letters_has_no_key(empty: str) -> None:
    assert record.name_keys(empty) == ()


@given(names)
def test_the_keys_less_a_word_are_whole_keys_of_shorter_names(full_name: str) -> None:
    whole, *less = record.name_keys(full_name)
    shorter = {record.name_keys(text)[0] for text in less_a_word(full_name) if text}
    assert set(less) == shorter - {whole}
    assert len({whole, *less}) == 1 + len(less)
    assert all(len(key) == record.KEY for key in (whole, *less))


def test_a_very_long_name_has_its_whole_key_alone() -> None:
    assert len(record.name_keys(" ".join("ABCDEFGHIKLM"))) == 13
    assert len(record.name_keys(" ".join("ABCDEFGHIKLMN"))) == 1


@given(
    st.lists(st.tuples(st.text() | names, st.none() | st.text() | st.dates().map(str)), min_size=1)
)
def test_the_entries_of_many_are_those_of_each(people: list[tuple[str, str | None]]) -> None:
    persons = [Person(number(i), text, born) for i, (text, born) in enumerate(people)]
    entries = {bytes(row) for row in record.name_entries(of_persons(persons))}
    assert entries == {
        key + record.born_key(record.born(p.birth_date)) + record.number_key(p.id_number)
        for p in persons
        for key in record.name_keys(p.full_name)
    }


@settings(max_examples=25)
@given(st.lists(st.tuples(names, st.dates(date(1930, 1, 1), SNAPSHOT)), min_size=1), st.randoms())
def test_everybody_is_found_under_the_whole_name_and_less_each_word(
    people: list[tuple[str, date]], chance: random.Random
) -> None:
    persons = [Person(number(i), text, born.isoformat()) for i, (text, born) in enumerate(people)]
    with tempfile.TemporaryDirectory() as folder:
        replica = Replica(Path(folder))
        replica.load(persons, SNAPSHOT)
        with lookup_of(replica) as lookup:
            for person in persons:
                words = person.full_name.split()
                chance.shuffle(words)
                day = record.born(person.birth_date)
                for typed in (" ".join(words), "".join(words), *less_a_word(person.full_name)):
                    for key in record.name_keys(typed)[:1]:
                        assert person in lookup.named(key, [(day, day)], 1000)
                        assert count(lookup, key) == len(lookup.named(key, ALWAYS, 1000))
        replica.close()


BORN = ["1990-03-21", "1990-03-22", "1990-04", "1990", "1989-12-31", None, "unreadable"]
RANGES = [
    # ranges of days, who is found by the place in BORN, why
    ([(1990_03_21, 1990_03_21)], [0], "one day"),
    ([(1990_03_21, 1990_03_22)], [0, 1], "both ends count"),
    ([(1990_00_00, 1990_12_31)], [3, 0, 1, 2], "a year, less exact ones with it"),
    ([(1990_04_00, 1990_04_00)], [2], "a month alone"),
    ([(1990_00_00, 1990_00_00)], [3], "a year alone"),
    ([(1990_03_22, 1990_03_22), (1989_12_31, 1990_03_21)], [1, 4, 3, 0], "in the order of ranges"),
    ([(1990_03_01, 1990_03_31), (1990_03_21, 1990_03_21)], [0, 1], "ranges that overlap"),
    ([(1900_01_01, 1980_12_31)], [], "nobody"),
    ([(1, 9999_99_99)], [4, 3, 0, 1, 2], "an unknown date is in no range of days"),
    ([], [], "no range"),
]


@pytest.mark.parametrize(("dates", "found", "why"), RANGES)
def test_persons_of_a_name_are_found_by_ranges_of_birth_dates(
    replica: Replica, dates: list[tuple[int, int]], found: list[int], why: str
) -> None:
    people = [Person(number(i), "Trần Thị Mơ", born) for i, born in enumerate(BORN)]
    replica.load([*people, Person(number(99), "Trần Thị Mai", "1990-03-21")], SNAPSHOT)
    (key,) = record.name_keys("Mơ Trần Thị")[:1]
    with lookup_of(replica) as lookup:
        assert lookup.named(key, dates, 100) == [people[i] for i in found], why
        assert lookup.named(key, dates, 2) == [people[i] for i in found[:2]], why
        assert lookup.named(b"no letters", dates, 100) == []
        assert count(lookup, key) == len(people)
        assert count(lookup, b"no letters") == 0


def test_a_person_who_changes_leaves_the_old_keys(replica: Replica, person: Make) -> None:
    replica.load([person()], SNAPSHOT)
    moved = person(residence="nơi khác", former_id_numbers=("111111111",))
    replica.load([moved], SNAPSHOT)
    renamed = person(full_name="Nguyễn Thị Thúy Hằng", former_id_numbers=())
    with lookup_of(replica) as lookup:
        assert [count(lookup, key) for key in record.name_keys(moved.full_name)] == [1] * 5
    replica.load([renamed], SNAPSHOT)
    kept = set(record.name_keys(renamed.full_name))
    with lookup_of(replica) as lookup:
        for key in record.name_keys(moved.full_name):
            assert count(lookup, key) == (key in kept)
        assert all(count(lookup, key) == 1 for key in kept)
        assert lookup.former("111111111") == []


@given(
    st.lists(st.lists(st.binary(min_size=3, max_size=3), min_size=1)),
    st.integers(1, 40),
)
def test_sorting_gives_every_entry_once_in_order(chunks: list[list[bytes]], run: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        sorter = Sorter(Path(folder), 3, run)
        for chunk in chunks:
            sorter.add(np.frombuffer(b"".join(chunk), np.uint8).reshape(-1, 3))
        joined = b"".join(sorter.parts())
        assert not list(Path(folder).iterdir())
    assert joined == b"".join(sorted({entry for chunk in chunks for entry in chunk}))


def test_a_load_larger_than_memory_makes_the_same_index(
    replica: Replica, person: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [person(id_number=number(n), full_name=f"Trần {WORDS[n % 12]}") for n in range(300)]
    monkeypatch.setattr("features.register.sorting.Sorter.__init__.__defaults__", (100,))
    replica.load_columns(
        [of_persons(people[i : i + 30]) for i in range(0, len(people), 30)], SNAPSHOT
    )
    with lookup_of(replica) as lookup:
        for one in people:
            day = record.born(one.birth_date)
            for key in record.name_keys(one.full_name):
                assert one in lookup.named(key, [(day, day)], 1000)


def write_format_1(folder: Path, persons: list[Person]) -> None:
    """A store as the first version of this layout wrote it."""
    folder.mkdir(parents=True)
    with lmdb.open(str(folder), map_size=1 << 24, max_dbs=4) as environment:
        head, held = environment.open_db(b"head"), environment.open_db(b"persons")
        former = environment.open_db(b"former", dupsort=True)
        by_words = environment.open_db(b"names", dupsort=True)
        with environment.begin(write=True) as transaction:
            for person, stored in zip(persons, record.pack(of_persons(persons), 4), strict=True):
                key = record.number_key(person.id_number)
                transaction.put(key, stored, db=held)
                for old in person.former_id_numbers:
                    transaction.put(old.encode(), key, db=former)
                words = " ".join(sorted(name.stripped(person.full_name).replace("Y", "I").split()))
                born = birth_date.normal(person.birth_date or "")
                digest = hashlib.blake2b(f"{words}\x1f{born}".encode(), digest_size=8).digest()
                transaction.put(digest, key, db=by_words)
            content = {"format": 1, "as_of": "2026-01-01", "persons": len(persons), "generation": 4}
            transaction.put(b"head", json.dumps(content).encode(), db=head)


def test_an_older_format_is_not_misread_and_the_next_load_renews_it(
    tmp_path: Path, person: Make, registration: Type
) -> None:
    held = [person(), person(id_number=number(1), full_name="Lý Văn Tèo", former_id_numbers=())]
    write_format_1(tmp_path / "population", held)
    replica = Replica(tmp_path / "population")
    assert replica.ask([registration()]) == [Unavailable()]
    with pytest.raises(DataFolderError, match="load the population again") as caught:
        replica.snapshot()
    assert "\n" not in str(caught.value)
    added = person(id_number=number(2), full_name="Phan Thị Mơ", former_id_numbers=())
    replica.load([added], SNAPSHOT)
    snapshot = replica.snapshot()
    assert snapshot is not None
    assert (snapshot.persons, snapshot.generation) == (3, 5)
    nameless = registration(document_number=None)
    assert replica.ask([nameless]) == [Found(person(), FoundBy.NAME_AND_BIRTH_DATE)]
    old = registration(document_number="273270505")
    assert replica.ask([old]) == [Found(person(), FoundBy.FORMER_NUMBER)]
    with lookup_of(replica) as lookup:
        for one in (*held, added):
            day = record.born(one.birth_date)
            for key in record.name_keys(one.full_name):
                assert one in lookup.named(key, [(day, day)], 10)
    replica.close()


def test_a_load_that_renews_and_renames_leaves_nobody_under_the_old_name(
    tmp_path: Path, person: Make
) -> None:
    write_format_1(tmp_path / "population", [person()])
    replica = Replica(tmp_path / "population")
    renamed = person(full_name="Trần Văn Lan", former_id_numbers=())
    replica.load([renamed], SNAPSHOT)
    with lookup_of(replica) as lookup:
        assert [count(lookup, key) for key in record.name_keys(person().full_name)] == [0] * 5
        assert [count(lookup, key) for key in record.name_keys(renamed.full_name)] == [1] * 4
        assert lookup.former("273270505") == []
    replica.close()


def test_a_load_that_fails_leaves_an_older_format_as_it_was(tmp_path: Path, person: Make) -> None:
    write_format_1(tmp_path / "population", [person()])
    replica = Replica(tmp_path / "population")

    def broken() -> Iterator[Person]:
        yield person(full_name="Nửa Chừng")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        replica.load(broken(), SNAPSHOT)
    with pytest.raises(DataFolderError, match="format 1"):
        replica.snapshot()
    replica.close()

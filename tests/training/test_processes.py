"""Work in processes: its order, its failures, and that nothing is left of it."""

import gc
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from features.errors import ChinhchuError
from training.processes import in_processes, without_collector

WAITING = """
import time
from training.processes import in_processes
if __name__ == "__main__":
    list(in_processes(2, time.sleep, [1] * 4))
"""


def test_things_are_told_in_their_order_whatever_each_takes():
    waits = [0.3, 0.0, 0.1, 0.0]
    assert list(in_processes(2, slowly, waits)) == waits


def slowly(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def test_what_fails_in_a_process_fails_here_and_ends_the_rest():
    with pytest.raises(ZeroDivisionError):
        list(in_processes(2, inverse, [1, 0, *range(1, 100)]))
    assert not children(os.getpid())


def inverse(number: int) -> float:
    return 1 / number


@pytest.mark.parametrize("stopped", [signal.SIGINT, signal.SIGKILL])
def test_no_process_outlives_the_one_that_started_it(stopped, tmp_path):
    script = tmp_path / "waiting.py"
    script.write_text(WAITING)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    parent = subprocess.Popen(
        [sys.executable, str(script)], env=environment, stderr=subprocess.DEVNULL
    )
    started = awaited(lambda: children(parent.pid))
    parent.send_signal(stopped)
    parent.wait(60)
    assert awaited(lambda: not any(Path(f"/proc/{pid}").exists() for pid in started))


def test_a_killed_process_is_one_clear_error():
    with pytest.raises(ChinhchuError, match="killed"):
        list(in_processes(2, end, [0, 1]))


def end(_: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def children(pid: int) -> list[int]:
    """Those of all threads of a process, without the one that keeps track of shared resources."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    found = [int(child) for told in lists for child in told.read_text().split()]
    return [c for c in found if b"spawn_main" in Path(f"/proc/{c}/cmdline").read_bytes()]


def awaited(look, seconds=60):
    """What a look finds, as soon as it finds something."""
    end = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < end:
        time.sleep(0.05)
    return found


def test_the_collector_goes_on_as_before_even_after_an_error():
    with without_collector():
        assert not gc.isenabled()
    with pytest.raises(KeyError), without_collector():
        raise KeyError
    assert gc.isenabled()

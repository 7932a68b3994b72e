"""Work on many things: in processes of their own, and without the collector.

Each starts anew and imports what it needs, for one that is forked off a process with threads may hang. So
a script that asks for processes keeps what it does under `if __name__ == "__main__":`.
"""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import TypeVar

from features.errors import ChinhchuError

Asked = TypeVar("Asked")
Told = TypeVar("Told")


_MOST = 8
"""More processes than one can feed."""


def processors() -> int:
    """How many processes are worth it on this machine."""
    return min(len(os.sched_getaffinity(0)), _MOST)


def in_processes(
    processes: int, work: Callable[[Asked], Told], asked: Iterable[Asked]
) -> Iterator[Told]:
    """What the work tells of each thing asked, in their order; the processes end with the last.

    Raises:
        ChinhchuError: a process was killed, most likely for want of memory.
    """
    pool = ProcessPoolExecutor(processes, get_context("spawn"), initializer=_begin)
    try:
        # They start here, and inherit that Ctrl-C is not for them.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        try:
            told = pool.map(work, asked)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        yield from told
    except BrokenProcessPool as error:
        raise ChinhchuError(*_KILLED) from error
    finally:
        pool.shutdown(cancel_futures=True)


_KILLED = (
    "a process at work on the book was killed, most likely for want of memory: nothing was changed",
    "một tiến trình đang xử lý sổ bị dừng đột ngột, có lẽ vì thiếu bộ nhớ: không có gì bị thay đổi",
)


def _begin() -> None:
    """No collector, as in `without_collector`; and nobody outlives the parent."""
    gc.disable()
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def without_collector() -> Iterator[None]:
    """For work that makes many objects and no cycles: looking for cycles takes a third of its time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()

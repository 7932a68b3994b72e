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
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import TypeVar

Asked = TypeVar("Asked")
Told = TypeVar("Told")


def processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0))


def in_processes(
    processes: int, work: Callable[[Asked], Told], asked: Iterable[Asked]
) -> Iterator[Told]:
    """What the work tells of each thing asked, in their order; the processes end with the last.

    Raises:
        BrokenProcessPool: a process was killed, most likely for want of memory.
    """
    pool = ProcessPoolExecutor(processes, get_context("spawn"), initializer=_begin)
    try:
        yield from pool.map(work, asked)
    finally:
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """No collector, as in `without_collector`; Ctrl-C is for the parent, and nobody outlives it."""
    gc.disable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
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

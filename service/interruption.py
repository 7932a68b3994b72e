"""Ctrl-C, TERM and a closed terminal end a command alike: it tidies up behind itself and stops."""

from __future__ import annotations

import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn


@contextmanager
def interruptible() -> Iterator[list[int]]:
    """Raises KeyboardInterrupt for each of these signals; gives the list of those that came.

    A library that is interrupted may make an error of its own of it: the list tells.
    """
    came: list[int] = []

    def interrupt(number: int, _: FrameType | None) -> NoReturn:
        came.append(number)
        raise KeyboardInterrupt

    numbers = [
        n
        for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        if threading.current_thread() is threading.main_thread()
        and signal.getsignal(n) is not signal.SIG_IGN  # as a shell does for a background job
    ]
    before = [signal.signal(n, interrupt) for n in numbers]
    try:
        yield came
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


@contextmanager
def one_scratch() -> Iterator[None]:
    """Puts all scratch folders of the block into one that goes at its end.

    A scratch folder alone can outlive an interruption that falls into the moment of its making.
    """
    before = tempfile.tempdir
    with tempfile.TemporaryDirectory(prefix="chinhchu-") as folder:
        tempfile.tempdir = folder
        try:
            yield
        finally:
            tempfile.tempdir = before

"""A journal of what judges: lines of JSON that are only ever added, each on the disk before it counts."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def writing(file: Path) -> Iterator[Callable[[Mapping[str, object]], None]]:
    """Gives what adds an entry; until the end of the block no other process adds one.

    What is switched within the block is so switched by one at a time, and never without its line.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+b") as held:
        fcntl.flock(held, fcntl.LOCK_EX)

        def add(entry: Mapping[str, object]) -> None:
            # A line that a crash cut short ends here, and is no entry.
            torn = held.seek(0, os.SEEK_END) > 0 and not _ends_a_line(held.fileno())
            text = json.dumps(entry, ensure_ascii=False)
            held.write(("\n" * torn + text + "\n").encode())
            held.flush()
            os.fsync(held.fileno())

        yield add


def read(file: Path) -> list[dict[str, Any]]:
    """The entries, the first one first; none where nothing was ever written."""
    try:
        lines = file.read_bytes().splitlines()
    except FileNotFoundError:
        return []
    entries = (_entry(line) for line in lines)
    return [entry for entry in entries if entry is not None]


def _ends_a_line(handle: int) -> bool:
    return os.pread(handle, 1, os.fstat(handle).st_size - 1) == b"\n"


def _entry(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None

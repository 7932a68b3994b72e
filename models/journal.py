"""What judges, by name: a journal of its switches, and the one-line files that name a version.

A journal is lines of JSON that are only ever added, each on the disk before it counts.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from features.errors import DataFolderError
from models.errors import BundleError

MODEL_ALIASES = ("champion", "challenger", "previous")
BREAKER = "circuit breaker"
"""Who switches where nobody did."""
PATIENCE = 10.0
"""Seconds that a person's switch waits for another one to end."""
_PAUSE = 0.02
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@contextmanager
def writing(
    file: Path, patience: float = PATIENCE
) -> Iterator[Callable[[Mapping[str, object]], None]]:
    """Gives what adds an entry; until the end of the block no other process adds one.

    What is switched within the block is so switched by one at a time, and never without its line.

    Raises:
        DataFolderError: another process held it for longer than `patience`, in seconds.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+b") as held:
        _lock(held, patience)

        def add(entry: Mapping[str, object]) -> None:
            # A line that a crash cut short ends here, and is no entry.
            torn = held.seek(0, os.SEEK_END) > 0 and not _ends_a_line(held.fileno())
            text = json.dumps(entry, ensure_ascii=False)
            held.write(("\n" * torn + text + "\n").encode())
            held.flush()
            os.fsync(held.fileno())

        yield add


def _lock(held: IO[bytes], patience: float) -> None:
    for _ in range(round(patience / _PAUSE)):
        try:
            return fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE)
    raise DataFolderError(f"{held.name}: another process holds it")


def read(file: Path) -> list[dict[str, Any]]:
    """The entries, the first one first; none where nothing was ever written."""
    try:
        lines = file.read_bytes().splitlines()
    except FileNotFoundError:
        return []
    entries = (_entry(line) for line in lines)
    return [entry for entry in entries if entry is not None]


def switches(file: Path) -> list[dict[str, Any]]:
    """The entries that tell of a switch: when, by whom, why, from which version and to which."""
    return [entry for entry in read(file) if _tells_a_switch(entry)]


def _tells_a_switch(entry: Mapping[str, Any]) -> bool:
    told = (entry.get(key) for key in ("at", "by", "why", "to"))
    before = entry.get("from", 0)
    if not all(isinstance(text, str) for text in told) or not isinstance(before, str | None):
        return False
    try:
        datetime.fromisoformat(entry["at"])
    except ValueError:
        return False
    return True


def held(file: Path) -> set[str]:
    """The versions that the circuit breaker took back."""
    return {entry["from"] for entry in switches(file) if entry["by"] == BREAKER}


def is_version(text: str) -> bool:
    """Whether a version may be called so: it is part of a path."""
    return _VERSION.fullmatch(text) is not None


def check_model(version: str) -> None:
    """Refuses what no folder under `models/` may be called, or what something else there is.

    Raises:
        BundleError: no model may be called so.
    """
    taken = version in {*MODEL_ALIASES, "default"} or version.endswith((".told", ".jsonl"))
    if taken or not is_version(version):
        raise BundleError(f"model {version[:64]!r}: no model may be called so")


def named(alias: Path) -> str | None:
    """The version that a one-line file names, None where it names none."""
    try:
        version = alias.read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return None
    return version if is_version(version) else None


def named_before(previous: Path, now: str | None, journal: Path) -> str | None:
    """The version that judged before `now`, None where there was none.

    A switch that was cut short leaves both names the same: then the journal knows it.
    """
    version = named(previous)
    if version is None or version != now:
        return version
    older = [e["from"] for e in switches(journal) if e["to"] == now and e["from"] != now]
    return older[-1] if older else None


def unmade(journal: Path, alias: Path) -> str | None:
    """The version to which the last switch was cut short, None where it was made."""
    last = [entry["to"] for entry in switches(journal)[-1:]]
    return next((version for version in last if version != named(alias)), None)


def point(alias: Path, version: str) -> None:
    """Has a one-line file name a version, whole or not at all, also after a cut of the power."""
    aside = alias.with_name(f".{alias.name}.part")
    with aside.open("w", encoding="utf-8") as file:
        file.write(version + "\n")
        file.flush()
        os.fsync(file.fileno())
    aside.replace(alias)
    folder = os.open(alias.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _ends_a_line(handle: int) -> bool:
    return os.pread(handle, 1, os.fstat(handle).st_size - 1) == b"\n"


def _entry(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None

"""The LMDB environment of a folder and its tables: one a process, never closed under its users.

It is opened on first use, anew after a fork, and for reading alone until the process loads: so it
does not wait for a load of another one. For the first load it is closed and opened anew, which
waits for the readings under way and keeps new ones waiting for that moment. Its map is address
space only, neither memory nor disk.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Condition, Lock
from typing import Any

import lmdb

from features.errors import DataFolderError, StorageFullError

_MAP_BYTES = 256 << 30
_READERS = 1024
_FILE = "data.mdb"
_NO_ROOM = ("no space left", "file too large", "quota", "mdb_map_full", "input/output error")
# LMDB reports a write that the disk cut short as an input/output error.


class _Users:
    """How many read or load just now; who closes what they use waits until they have left."""

    def __init__(self) -> None:
        self._count = 0
        self._left = Condition()

    def enter(self) -> None:
        with self._left:
            self._count += 1

    def leave(self) -> None:
        with self._left:
            self._count -= 1
            self._left.notify_all()

    def wait_until_none(self) -> None:
        with self._left:
            self._left.wait_for(lambda: not self._count)


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment with its tables, the process that opened it, and the file it holds open."""

    users: _Users
    process: int
    file: int
    writable: bool
    lmdb: Any
    head: Any
    persons: Any
    former: Any
    names: Any

    def usable(self, folder: Path) -> bool:
        """Not inherited over a fork, nor of a folder that was deleted and made anew."""
        file = folder / _FILE
        same_file = file.exists() and file.stat().st_ino == self.file
        return same_file and self.process == os.getpid()

    def close(self) -> None:
        """Closes it when its last user has left; those of the process before a fork do not count."""
        if self.process == os.getpid():
            self.users.wait_until_none()
        self.lmdb.close()


_opened: dict[str, Environment] = {}
_opening = Lock()
# LMDB forbids two environments of one folder in a process, so all stores share these. Who opens or
# closes holds the lock, and nobody becomes a user meanwhile.


def exists(folder: Path) -> bool:
    """Whether anything was ever stored here."""
    return (folder / _FILE).exists()


@contextmanager
def reading(folder: Path) -> Iterator[tuple[Environment, Any]]:
    """The environment and a transaction that reads."""
    with _using(folder, writable=False) as opened, opened.lmdb.begin() as transaction:
        yield opened, transaction


@contextmanager
def loading(folder: Path) -> Iterator[tuple[Environment, Any]]:
    """The environment and a transaction that writes, which ends with the block or fails with it.

    It must not be asked for inside a reading of the same thread, whose end it would await.
    """
    with (
        _after_other_loads(folder),
        _using(folder, writable=True) as opened,
        opened.lmdb.begin(write=True) as transaction,
    ):
        yield opened, transaction


def close(folder: Path) -> None:
    """Lets go of the files in this process, when nobody in it reads or loads any more."""
    with _opening:
        opened = _opened.pop(str(folder.resolve()), None)
        if opened is not None:
            opened.close()


@contextmanager
def _using(folder: Path, *, writable: bool) -> Iterator[Environment]:
    with _clear_errors(folder):
        with _opening:
            opened = _shared(folder, writable=writable)
            opened.users.enter()
        try:
            yield opened
        finally:
            opened.users.leave()


@contextmanager
def _after_other_loads(folder: Path) -> Iterator[None]:
    """Waits for them here, where that keeps no reader of this process waiting."""
    with _clear_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        held = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield
        finally:
            os.close(held)


def _shared(folder: Path, *, writable: bool) -> Environment:
    """That of all stores of this folder; opened where it is not, or not for writing."""
    path = str(folder.resolve())
    opened = _opened.get(path)
    if opened is not None and opened.usable(folder) and opened.writable >= writable:
        return opened
    if opened is not None:
        _opened.pop(path).close()
    try:
        opened = _opened[path] = _open(path, writable=writable)
    except lmdb.NotFoundError:  # not all tables are there yet
        opened = _opened[path] = _open(path, writable=True)
    return opened


def _open(path: str, *, writable: bool) -> Environment:
    environment = lmdb.open(
        path,
        map_size=_MAP_BYTES,
        max_dbs=8,
        max_readers=_READERS,
        readahead=False,
        mode=0o600,
        readonly=not writable,
    )
    environment.reader_check()  # slots of processes that died
    table = partial(environment.open_db, create=writable)
    try:
        return Environment(
            users=_Users(),
            process=os.getpid(),
            file=(Path(path) / _FILE).stat().st_ino,
            writable=writable,
            lmdb=environment,
            head=table(b"head"),
            persons=table(b"persons"),
            former=table(b"former", dupsort=True),
            names=table(b"letters", dupsort=True, dupfixed=True),
        )
    except lmdb.Error:
        environment.close()
        raise


@contextmanager
def _clear_errors(folder: Path) -> Iterator[None]:
    """Turns what LMDB and the disk raise into one clear line that names the folder."""
    try:
        yield
    except (lmdb.Error, OSError) as error:
        reason = str(error).lower()
        if any(sign in reason for sign in _NO_ROOM):
            raise StorageFullError(
                f"no room left for the population replica in {folder} ({error}); "
                "what it held before is intact"
            ) from error
        raise DataFolderError(
            f"the population replica in {folder} cannot be used ({error})"
        ) from error

"""The files of the replica: an LMDB environment with persons, two indexes, and what they are.

The environment is opened on first use, once per process, and anew after a fork. Its map is
address space only, neither memory nor disk.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any

import lmdb

from features.errors import DataFolderError, NewerFormatError, StorageFullError
from features.register import record
from features.registration import IdNumber, Person

FORMAT = 1
"""Raised whenever the layout changes; a newer one is refused."""

_MAP_BYTES = 256 << 30
_READERS = 1024
_HEAD = b"head"
_FILE = "data.mdb"
_NO_ROOM = ("no space left", "file too large", "quota", "mdb_map_full", "input/output error")
# LMDB reports a write that the disk cut short as an input/output error.


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the store holds: the snapshot's date, how many persons, which generation."""

    as_of: date
    persons: int
    generation: int


@dataclass(slots=True)
class LoadReport:
    """What a load did: persons stored, rows that repeated one, rows that contradicted one."""

    loaded: int = 0
    repeated: int = 0
    contradicted: int = 0


@dataclass(frozen=True, slots=True)
class _Opened:
    """An environment with its tables, the process that opened it, and the file it holds open."""

    process: int
    file: int
    environment: Any
    head: Any
    persons: Any
    former: Any
    names: Any

    def usable(self, folder: Path) -> bool:
        """Not inherited over a fork, nor of a folder that was deleted and made anew."""
        file = folder / _FILE
        same_file = file.exists() and file.stat().st_ino == self.file
        return same_file and self.process == os.getpid()


_opened: dict[str, _Opened] = {}
_opening = Lock()
# LMDB forbids two environments of one folder in a process, so all stores share these.


class Store:
    """The persons of one folder; any number of stores may name the same folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def reading(self) -> Iterator[Reader | None]:
        """A view of one generation; None where none was ever loaded."""
        if not (self._folder / _FILE).exists():
            yield None
            return
        opened = self._open()
        with self._clear_errors(), opened.environment.begin() as transaction:
            snapshot = _snapshot(opened, transaction, self._folder)
            yield None if snapshot is None else Reader(opened, transaction, snapshot)

    @contextmanager
    def writing(self, as_of: date) -> Iterator[Writer]:
        """A new generation, switched to when the block ends and dropped when it fails."""
        with self._clear_errors():
            self._folder.mkdir(parents=True, exist_ok=True)
            opened = self._open()
            with opened.environment.begin(write=True) as transaction:
                before = _snapshot(opened, transaction, self._folder)
                writer = Writer(opened, transaction, before.generation + 1 if before else 1)
                yield writer
                writer.finish(as_of)

    def close(self) -> None:
        """Lets go of the files in this process."""
        with _opening:
            opened = _opened.pop(str(self._folder.resolve()), None)
        if opened is not None:
            opened.environment.close()

    def _open(self) -> _Opened:
        path = str(self._folder.resolve())
        with _opening:
            opened = _opened.get(path)
            if opened is not None and not opened.usable(self._folder):
                opened.environment.close()
                opened = None
            if opened is None:
                with self._clear_errors():
                    opened = _opened[path] = _open_environment(path)
            return opened

    @contextmanager
    def _clear_errors(self) -> Iterator[None]:
        """Turns what LMDB and the disk raise into one clear line that names the folder."""
        try:
            yield
        except (lmdb.Error, OSError) as error:
            reason = str(error).lower()
            if any(sign in reason for sign in _NO_ROOM):
                raise StorageFullError(
                    f"no room left for the population replica in {self._folder} ({error}); "
                    "what it held before is intact"
                ) from error
            raise DataFolderError(
                f"the population replica in {self._folder} cannot be used ({error})"
            ) from error


class Reader:
    """One generation of the store, for as long as its transaction lasts."""

    def __init__(self, opened: _Opened, transaction: Any, snapshot: Snapshot) -> None:  # noqa: ANN401  LMDB ships no types
        self.snapshot = snapshot
        self._get: Callable[..., bytes | None] = transaction.get
        self._cursor: Callable[[Any], Any] = transaction.cursor
        self._opened = opened

    def person(self, number: IdNumber) -> Person | None:
        """The person of a 12-digit number."""
        found = self._get(record.number_key(number), db=self._opened.persons)
        try:
            return None if found is None else record.unpack(number, found)
        except (struct.error, ValueError, IndexError) as error:
            raise DataFolderError("the population replica holds a damaged record") from error

    def former(self, number: str) -> list[Person]:
        """The persons who once had this number."""
        key = record.former_key(number)
        return [] if key is None else self._under(self._opened.former, key)

    def named(self, full_name: str, born: str) -> list[Person]:
        """The persons of this name and birth date."""
        return self._under(self._opened.names, record.name_key(full_name, born))

    def _under(self, index: Any, key: bytes) -> list[Person]:  # noqa: ANN401  LMDB ships no types
        with self._cursor(index) as cursor:
            keys = list(cursor.iternext_dup()) if cursor.set_key(key) else []
        persons = (self.person(record.number_of(k)) for k in keys)
        return [person for person in persons if person is not None]


class Writer:
    """A generation in the making."""

    def __init__(self, opened: _Opened, transaction: Any, generation: int) -> None:  # noqa: ANN401  LMDB ships no types
        self.report = LoadReport()
        self._generation = generation
        self._opened = opened
        self._transaction = transaction

    def put(self, person: Person) -> bool:
        """Adds or replaces a person; False where this load already said otherwise of the number."""
        key = record.number_key(person.id_number)
        new = record.pack(person, self._generation)
        old = self._transaction.get(key, db=self._opened.persons)
        if old is not None and record.load_of(old) == self._generation:
            same = record.same_content(old, new)
            self.report.repeated += same
            self.report.contradicted += not same
            return same
        self._transaction.put(key, new, db=self._opened.persons)
        if old is None or not record.same_content(old, new):
            before = None if old is None else record.unpack(person.id_number, old)
            self._reindex(key, before, person)
        self.report.loaded += 1
        return True

    def finish(self, as_of: date) -> None:
        """Writes what this generation is."""
        persons = self._transaction.stat(self._opened.persons)["entries"]
        snapshot = Snapshot(as_of, persons, self._generation)
        head = {"format": FORMAT, **asdict(snapshot), "as_of": as_of.isoformat()}
        self._transaction.put(_HEAD, json.dumps(head).encode(), db=self._opened.head)

    def _reindex(self, key: bytes, before: Person | None, after: Person) -> None:
        for index, keys in (
            (self._opened.former, record.former_keys),
            (self._opened.names, record.name_keys),
        ):
            old = set(keys(before)) if before is not None else set()
            new = set(keys(after))
            for gone in old - new:
                self._transaction.delete(gone, key, db=index)
            for added in new - old:
                self._transaction.put(added, key, db=index)


def _open_environment(path: str) -> _Opened:
    environment = lmdb.open(
        path, map_size=_MAP_BYTES, max_dbs=4, max_readers=_READERS, readahead=False, mode=0o600
    )
    environment.reader_check()  # slots of processes that died
    return _Opened(
        process=os.getpid(),
        file=(Path(path) / _FILE).stat().st_ino,
        environment=environment,
        head=environment.open_db(b"head"),
        persons=environment.open_db(b"persons"),
        former=environment.open_db(b"former", dupsort=True),
        names=environment.open_db(b"names", dupsort=True),
    )


def _snapshot(opened: _Opened, transaction: Any, folder: Path) -> Snapshot | None:  # noqa: ANN401  LMDB ships no types
    """What the store holds, None where nothing was loaded; refuses a newer layout."""
    stored = transaction.get(_HEAD, db=opened.head)
    if stored is None:
        return None
    head = json.loads(stored)
    if head["format"] > FORMAT:
        raise NewerFormatError(
            f"the population replica in {folder} was written by a newer version of chinhchu "
            f"(format {head['format']}, this one reads up to {FORMAT})"
        )
    return Snapshot(date.fromisoformat(head["as_of"]), head["persons"], head["generation"])

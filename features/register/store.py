"""The content of the replica: persons, two indexes, and what they are, one generation at a time."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from features import person_columns
from features.errors import DataFolderError, NewerFormatError
from features.register import environment, record
from features.register.environment import Environment
from features.register.sorting import Sorter
from features.registration import IdNumber, Person

FORMAT = 2
"""Raised whenever the layout changes, or what a key is made of. A newer one is refused; the next
load brings an older one up to this."""

_NO_NUMBER = bytes(5)
_HEAD = b"head"
_OLD_NAMES = b"names"  # of format 1, by words


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


class Store:
    """The persons of one folder; any number of stores may name the same folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def reading(self) -> Iterator[Reader | None]:
        """A view of one generation; None where none was ever loaded."""
        if not environment.exists(self._folder):
            yield None
            return
        with environment.reading(self._folder) as (opened, transaction):
            held = _held(opened, transaction, self._folder)
            if held is not None and held[0] < FORMAT:
                raise DataFolderError(
                    f"the population replica in {self._folder} was written by an older version of "
                    f"chinhchu (format {held[0]}, this one reads {FORMAT}): load the population "
                    "again"
                )
            yield None if held is None else Reader(opened, transaction, held[1])

    @contextmanager
    def writing(self, as_of: date) -> Iterator[Writer]:
        """A new generation, switched to when the block ends and dropped when it fails."""
        with environment.loading(self._folder) as (opened, transaction):
            held = _held(opened, transaction, self._folder)
            names = Sorter(self._folder, record.ENTRY)
            writer = Writer(opened, transaction, names, held[1].generation + 1 if held else 1)
            yield writer
            if held is not None and held[0] < FORMAT:
                writer.renew()
            writer.finish(as_of)

    def close(self) -> None:
        """Lets go of the files in this process, when nobody in it reads or loads any more."""
        environment.close(self._folder)


class Reader:
    """One generation of the store, for as long as its transaction lasts."""

    def __init__(self, opened: Environment, transaction: Any, snapshot: Snapshot) -> None:  # noqa: ANN401  LMDB ships no types
        self.snapshot = snapshot
        self._get: Callable[..., bytes | None] = transaction.get
        self._cursor: Callable[[Any], Any] = transaction.cursor
        self._opened = opened

    def person(self, number: IdNumber) -> Person | None:
        """The person of a 12-digit number."""
        found = self._get(record.number_key(number), db=self._opened.persons)
        return None if found is None else _person(number, found)

    def former(self, number: str) -> list[Person]:
        """The persons who once had this number."""
        key = record.former_key(number)
        with self._cursor(self._opened.former) as cursor:
            found = key is not None and cursor.set_key(key)
            return self._persons(list(cursor.iternext_dup()) if found else [])

    def named(self, key: bytes, dates: Iterable[tuple[int, int]], limit: int) -> list[Person]:
        """At most `limit` persons whose name has this key, born within any of the ranges.

        A range is its first and last day as of `record.born`; who was born when is not known is
        in no range of days.
        """
        numbers: dict[bytes, None] = {}
        with self._cursor(self._opened.names) as cursor:
            for first, last in dates:
                end = record.born_key(last) + b"\xff"  # above every number
                found = cursor.set_range_dup(key, record.born_key(first) + _NO_NUMBER)
                while found and len(numbers) < limit and (entry := cursor.value()) < end:
                    numbers[entry[4:]] = None
                    found = cursor.next_dup()
        return self._persons(numbers)

    def _persons(self, numbers: Iterable[bytes]) -> list[Person]:
        persons = (self.person(record.number_of(number)) for number in numbers)
        return [person for person in persons if person is not None]


class Writer:
    """A generation in the making."""

    def __init__(
        self,
        opened: Environment,
        transaction: Any,  # noqa: ANN401  LMDB ships no types
        names: Sorter,
        generation: int,
    ) -> None:
        self.report = LoadReport()
        self._generation = generation
        self._opened = opened
        self._transaction = transaction
        self._names = names  # the entries to come, for they are stored fastest in order

    def put(self, persons: pa.RecordBatch) -> list[int]:
        """Adds or replaces persons; gives the rows where this load already said otherwise.

        Args:
            persons: the columns of `person_columns.SCHEMA`.
        """
        if not persons.num_rows:
            return []
        keys = [bytes(key) for key in record.number_keys(persons)]
        order = sorted(range(len(keys)), key=keys.__getitem__)  # the first of equal ones stays so
        records = record.pack(persons, self._generation)
        with self._transaction.cursor(self._opened.persons) as cursor:
            at_the_end = not cursor.last() or cursor.key() < keys[order[0]]
            held = {} if at_the_end else dict(cursor.getmulti([keys[row] for row in order]))
            said, indexed, contradicting = self._compare(held, keys, records, order)
            cursor.putmulti(said, append=at_the_end)
        self._index(persons.take(pa.array(indexed, pa.int64())))
        return sorted(contradicting)

    def renew(self) -> None:
        """Makes the index of names anew for all persons, as an older format had another one."""
        old = self._opened.lmdb.open_db(_OLD_NAMES, self._transaction, dupsort=True)
        self._transaction.drop(old)
        with self._transaction.cursor(self._opened.persons) as cursor:
            persons = (_person(record.number_of(key), value) for key, value in cursor)
            for some in person_columns.batches(persons):
                self._names.add(record.name_entries(some))

    def finish(self, as_of: date) -> None:
        """Writes the index of names, and what this generation is."""
        wide, key = record.ENTRY, record.KEY
        with self._transaction.cursor(self._opened.names) as cursor:
            empty = not cursor.first()
            for part in self._names.parts():
                pairs = (
                    (part[i : i + key], part[i + key : i + wide]) for i in range(0, len(part), wide)
                )
                cursor.putmulti(pairs, append=empty)
        persons = self._transaction.stat(self._opened.persons)["entries"]
        snapshot = Snapshot(as_of, persons, self._generation)
        head = {"format": FORMAT, **asdict(snapshot), "as_of": as_of.isoformat()}
        self._transaction.put(_HEAD, json.dumps(head).encode(), db=self._opened.head)

    def _compare(
        self, held: dict[bytes, bytes], keys: list[bytes], records: list[bytes], order: list[int]
    ) -> tuple[list[tuple[bytes, bytes]], list[int], list[int]]:
        """What to store in order of the keys, the rows to index, the rows that contradict.

        Persons who change are taken out of the indexes; `held` becomes what is stored after this.
        """
        stamp = record.load_stamp(self._generation)
        said, indexed, contradicting = [], [], []
        for row in order:
            key, new = keys[row], records[row]
            old = held.get(key)
            same = old is not None and record.same_content(old, new)
            if old is not None and old.startswith(stamp):
                self.report.repeated += same
                if not same:
                    contradicting.append(row)
                continue
            held[key] = new
            said.append((key, new))
            if not same:
                indexed.append(row)
                if old is not None:
                    self._forget(key, old)
        self.report.loaded += len(said)
        self.report.contradicted += len(contradicting)
        return said, indexed, contradicting

    def _forget(self, key: bytes, stored: bytes) -> None:
        """Takes a person out of the indexes."""
        person = _person(record.number_of(key), stored)
        entry = record.born_key(record.born(person.birth_date)) + key
        for name in record.name_keys(person.full_name):
            self._transaction.delete(name, entry, db=self._opened.names)
        for former in filter(None, map(record.former_key, person.former_id_numbers)):
            self._transaction.delete(former, key, db=self._opened.former)

    def _index(self, persons: pa.RecordBatch) -> None:
        if persons.num_rows:
            self._names.add(record.name_entries(persons))
            with self._transaction.cursor(self._opened.former) as cursor:
                cursor.putmulti(record.former_entries(persons))


def _held(opened: Environment, transaction: Any, folder: Path) -> tuple[int, Snapshot] | None:  # noqa: ANN401  LMDB ships no types
    """Format and content of the store, None where nothing was loaded; refuses a newer format.

    Raises:
        DataFolderError: what the store says of itself is damaged.
    """
    stored = transaction.get(_HEAD, db=opened.head)
    if stored is None:
        return None
    try:
        head = json.loads(stored)
        of_format = int(head["format"])
        if of_format > FORMAT:
            raise NewerFormatError(
                f"the population replica in {folder} was written by a newer version of chinhchu "
                f"(format {of_format}, this one reads up to {FORMAT})"
            )
        as_of = date.fromisoformat(head["as_of"])
        return of_format, Snapshot(as_of, int(head["persons"]), int(head["generation"]))
    except (ValueError, KeyError, TypeError) as error:
        raise DataFolderError(
            f"the population replica in {folder} cannot be used (what it says of itself is "
            "damaged): remove the folder and load the population again"
        ) from error


def _person(number: IdNumber, stored: bytes) -> Person:
    try:
        return record.unpack(number, stored)
    except (struct.error, ValueError, IndexError) as error:
        raise DataFolderError("the population replica holds a damaged record") from error

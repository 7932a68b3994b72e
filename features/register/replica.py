"""The replica: the nation's register on one disk, in LMDB, read by many processes at once.

A load is one transaction: a reader sees all of it or nothing of it, and a failed one leaves the
generation before it intact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa

from features import person_columns
from features.errors import DataFolderError, NewerFormatError
from features.evidence import RegisterAnswer, Unavailable
from features.register import search
from features.register.store import LoadReport, Snapshot, Store
from features.registration import Person, Registration


class Replica:
    """A `PopulationRegister` that holds the persons itself, in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._store = Store(folder)

    def ask(self, registrations: Sequence[Registration]) -> list[RegisterAnswer]:
        """One answer a registration, in order, all from one generation.

        Where no population has been loaded yet, or the store is damaged, every answer is
        `Unavailable`.

        Raises:
            NewerFormatError: the store was written by a newer version.
        """
        try:
            with self._store.reading() as lookup:
                if lookup is not None:
                    return [search.find(lookup, registration) for registration in registrations]
        except NewerFormatError:
            raise
        except DataFolderError:  # an outage is an answer; `snapshot` tells why
            pass
        return [Unavailable() for _ in registrations]

    def snapshot(self) -> Snapshot | None:
        """What the replica holds now; None where no population has been loaded.

        Raises:
            DataFolderError: the store cannot be used.
        """
        with self._store.reading() as lookup:
            return None if lookup is None else lookup.snapshot

    def load(
        self,
        persons: Iterable[Person],
        as_of: date,
        on_contradiction: Callable[[int], None] = lambda _: None,
    ) -> LoadReport:
        """Adds and replaces persons, deletes none, and switches readers over when all is stored.

        A number met again within the load is ignored if it says the same; otherwise the first
        stands, and `on_contradiction` is told the place of the other among the persons (from 0).

        Raises:
            StorageFullError: no room; what the replica held before is intact.
            DataFolderError: the store cannot be used.
        """
        return self.load_columns(person_columns.batches(persons), as_of, on_contradiction)

    def load_columns(
        self,
        batches: Iterable[pa.RecordBatch],
        as_of: date,
        on_contradiction: Callable[[int], None] = lambda _: None,
    ) -> LoadReport:
        """As `load`, from persons in the columns of `person_columns.SCHEMA`."""
        passed = 0
        with self._store.writing(as_of) as writer:
            for batch in batches:
                for row in writer.put(batch):
                    on_contradiction(passed + row)
                passed += batch.num_rows
        return writer.report

    def close(self) -> None:
        """Lets go of the files in this process; the next use opens them again."""
        self._store.close()

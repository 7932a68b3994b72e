"""A book: registrations in the order of the world, what became known of them, and their register."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc

from features.evidence import PopulationRegister
from features.parsing import REASONS, Label
from features.reading import Readout, Rejected, read_labels, read_registrations, stream_population
from features.register.replica import Replica
from features.register.store import LoadReport
from features.registration import Registration, RegistrationId
from graph.attributes import Key
from graph.columns import Outcome
from training.processes import without_collector

_CONTRADICTION = REASONS["repeated_with_other_content"][0]


@dataclass(frozen=True, slots=True)
class Book:
    """What one offline command works on.

    `outcomes` holds only what was known at the command's moment, and `typologies` how those that
    are fraud were done, where somebody said so; `counts` what was read and left out, by name;
    `snapshot` is the day of the register's latest dated fact, None without any.
    """

    registrations: list[Registration]
    outcomes: dict[Key, Outcome]
    typologies: dict[Key, str]
    register: PopulationRegister
    rejected: list[Rejected]
    counts: dict[str, int]
    snapshot: date | None = None


@dataclass(frozen=True, slots=True)
class BookFiles:
    """Where a book lies; without labels nothing is known."""

    population: Path
    registrations: Path
    labels: Path | None = None

    @classmethod
    def of(cls, world: Path) -> Self:
        """The files of a world's folder."""
        return cls(*(world / f"{n}.parquet" for n in ("population", "registrations", "labels")))


@contextmanager
def open_book(
    files: BookFiles, *, until: datetime | None = None, labels_until: datetime | None = None
) -> Iterator[Book]:
    """Reads a book; its register is a replica in a scratch folder that goes when the block ends.

    Args:
        files: the files of the book.
        until: only registrations strictly before it exist; None for all.
        labels_until: only outcomes confirmed strictly before it exist; None for all.

    Raises:
        InputError: a file as a whole cannot be read.
    """
    with without_collector():
        read = read_registrations(files.registrations, until)
        registrations = sorted(read.items, key=lambda r: r.order)
        rejected = list(read.rejected)
        labels = read_labels(files.labels, labels_until) if files.labels else Readout[Label]()
        meant = registrations_meant(labels.items, registrations)
        outcomes = {key: (label.confirmed_at, label.is_fraud) for label, key in meant}
        typologies = {
            key: label.typology for label, key in meant if label.is_fraud and label.typology
        }
        rejected += labels.rejected
    with (
        TemporaryDirectory(prefix="chinhchu-register-") as scratch,
        closing(Replica(Path(scratch))) as replica,
    ):
        watch = _LatestFact()
        loaded = load_population(files.population, replica, rejected, date.max, watch.note)
        counts = {
            "persons": loaded.loaded,
            "registrations": len(registrations),
            "registrations_after": read.later,
            "registrations_repeated": read.repeated,
            "labels": len(outcomes),
            "labels_after": labels.later,
            "labels_of_nobody": len(labels.items) - len(outcomes),
            "rejected": rows_rejected(rejected),
        }
        yield Book(registrations, outcomes, typologies, replica, rejected, counts, watch.day)


def rows_rejected(rejected: Iterable[Rejected]) -> int:
    """How many rows were rejected: one with several bad columns is one row."""
    return len({(r.source, r.row_number) for r in rejected})


def registrations_meant(
    labels: Iterable[Label], registrations: Iterable[Registration]
) -> list[tuple[Label, Key]]:
    """Each label with the registration that it speaks of; labels that speak of none are left out.

    A label names no institution. It is taken for the one registration of its id that was made
    before it was confirmed; where two institutions had used the id by then it is taken for none,
    for a mark on the wrong person is worse than a mark too few. What comes later changes nothing.
    """
    made: dict[RegistrationId, list[Registration]] = defaultdict(list)
    for registration in registrations:
        made[registration.registration_id].append(registration)
    meant = []
    for label in labels:
        before = [
            r for r in made.get(label.registration_id, ()) if r.registered_at < label.confirmed_at
        ]
        if len(before) == 1:
            meant.append((label, before[0].key))
    return meant


class _LatestFact:
    """The day of the latest dated fact among persons: their snapshot is not older."""

    day: date | None = None

    def note(self, persons: pa.RecordBatch, _: int) -> None:
        """Looks at some persons."""
        columns = (persons.column(n) for n in ("document_issued_on", "status_since"))
        days = [self.day, *(pc.max(column).as_py() for column in columns)]
        self.day = max((day for day in days if day is not None), default=None)


def load_population(
    path: Path,
    replica: Replica,
    rejected: list[Rejected],
    as_of: date,
    watch: Callable[[pa.RecordBatch, int], None] = lambda *_: None,
) -> LoadReport:
    """Streams a population file into a replica; what contradicts an earlier row is rejected.

    Args:
        path: the file.
        replica: takes the persons as a new generation.
        rejected: gets the rejected rows.
        as_of: the day of the snapshot.
        watch: told some persons (`person_columns.SCHEMA`), and how many there were with them.

    Raises:
        InputError: the file as a whole cannot be read; the replica stays as it was.
    """
    bad: list[Rejected] = []
    contradicting: list[int] = []

    def persons() -> Iterator[pa.RecordBatch]:
        passed = 0
        for batch in stream_population(path, bad):
            passed += batch.num_rows
            watch(batch, passed)
            yield batch

    report = replica.load_columns(persons(), as_of, contradicting.append)
    rejected.extend(
        Rejected(path.name, row, None, "id_number", _CONTRADICTION)
        for row in _row_numbers(contradicting, {r.row_number for r in bad})
    )
    rejected.extend(bad)
    return report


def _row_numbers(places: Iterable[int], left_out: Iterable[int]) -> Iterator[int]:
    """The row numbers (from 1) of places (from 0, ascending) among the rows not left out."""
    rest = iter(sorted(left_out))
    gap, before = next(rest, None), 0
    for place in places:
        while gap is not None and gap <= place + 1 + before:
            gap, before = next(rest, None), before + 1
        yield place + 1 + before

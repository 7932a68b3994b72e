"""A book: registrations in the order of the world, what became known of them, and their register."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from features.evidence import PopulationRegister
from features.parsing import REASONS, Label
from features.reading import Rejected, read_labels, read_registrations, stream_population
from features.register.replica import Replica
from features.register.store import LoadReport
from features.registration import Person, Registration, RegistrationId
from graph.history import Outcome

_CONTRADICTION = REASONS["repeated_with_other_content"][0]


@dataclass(frozen=True, slots=True)
class Book:
    """What one offline command works on.

    `outcomes` holds only what was known at the command's moment; `counts` what was read and left
    out, by name.
    """

    registrations: list[Registration]
    outcomes: dict[RegistrationId, Outcome]
    register: PopulationRegister
    rejected: list[Rejected]
    counts: dict[str, int]


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
    read = read_registrations(files.registrations)
    rejected = list(read.rejected)
    registrations = sorted(
        (r for r in read.items if until is None or r.registered_at < until), key=lambda r: r.order
    )
    labels = read_labels(files.labels) if files.labels else None
    outcomes = outcomes_of(labels.items if labels else [], labels_until)
    rejected += labels.rejected if labels else []
    with TemporaryDirectory(prefix="chinhchu-register-") as scratch:
        replica = Replica(Path(scratch))
        loaded = load_population(files.population, replica, rejected, date.max)
        counts = {
            "persons": loaded.loaded,
            "registrations": len(registrations),
            "registrations_after": len(read.items) - len(registrations),
            "registrations_repeated": read.repeated,
            "labels": len(outcomes),
            "rejected": len(rejected),
        }
        yield Book(registrations, outcomes, replica, rejected, counts)


def load_population(
    path: Path, replica: Replica, rejected: list[Rejected], as_of: date
) -> LoadReport:
    """Streams a population file into a replica; what contradicts an earlier row is rejected.

    Raises:
        InputError: the file as a whole cannot be read; the replica stays as it was.
    """
    source, passed, bad = path.name, 0, []

    def persons() -> Iterator[Person]:
        nonlocal passed
        for person in stream_population(path, bad):
            passed += 1
            yield person

    def contradicts(_: Person) -> None:
        # Every row so far was either passed on or rejected, so their number is this row's.
        row = passed + len({r.row_number for r in bad})
        rejected.append(Rejected(source, row, None, "id_number", _CONTRADICTION))

    report = replica.load(persons(), as_of, contradicts)
    rejected.extend(bad)
    return report


def outcomes_of(labels: list[Label], until: datetime | None) -> dict[RegistrationId, Outcome]:
    """What had been confirmed strictly before `until`."""
    moment = until or datetime.max.replace(tzinfo=UTC)
    return {
        x.registration_id: (x.confirmed_at, x.is_fraud) for x in labels if x.confirmed_at < moment
    }

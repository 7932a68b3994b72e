"""Puts a history into ledger and graph without screening it: `chinhchu book load`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from features.parsing import REASONS, Label
from features.reading import Readout, Rejected, read_labels, read_registrations, write_rejected
from features.register.replica import Replica
from features.registration import Registration, RegistrationId
from graph.attributes import Key, Tokens
from models.screening import examine
from service.ledger.reading import WholeLedger
from service.ledger.records import NewOutcome, content
from service.ledger.writing import BookRow, Writer, lease
from service.progress import Progress
from service.projection import catch_up
from service.wiring import Store
from training.book import registrations_meant, rows_rejected

_ROWS_A_PART = 1_000
_CONTRADICTION = REASONS["repeated_with_other_content"][0]


@dataclass(frozen=True, slots=True)
class ReadBook:
    """A book as read from its files, in the order of the world; `row_of` finds a row again."""

    registrations: list[Registration]
    labels: list[Label]
    rejected: list[Rejected]
    row_of: dict[Key, tuple[str, int]]
    label_row_of: dict[RegistrationId, tuple[str, int]]


def read_book(registrations: Path, labels: Path | None) -> ReadBook:
    """Reads both files.

    Raises:
        InputError: a file as a whole cannot be read.
    """
    read = read_registrations(registrations)
    known: Readout[Label] = read_labels(labels) if labels else Readout()
    source = "" if labels is None else labels.name
    return ReadBook(
        registrations=sorted(read.items, key=lambda r: r.order),
        labels=known.items,
        rejected=[*read.rejected, *known.rejected],
        row_of={
            r.key: (registrations.name, n)
            for r, n in zip(read.items, read.row_numbers, strict=True)
        },
        label_row_of={
            x.registration_id: (source, n)
            for x, n in zip(known.items, known.row_numbers, strict=True)
        },
    )


class BookLoad:
    """One load of a book into the ledger of a store; what it did is in `counts`."""

    def __init__(self, store: Store, now: datetime, progress: Progress) -> None:
        self._store, self._now, self._progress = store, now, progress
        self.counts = dict.fromkeys(
            (
                "registrations",
                "already_there",
                "contradicting",
                "outcomes",
                "outcomes_already_there",
                "labels_of_nobody",
                "rejected",
            ),
            0,
        )

    def load(self, registrations: Path, labels: Path | None, out: Path) -> None:
        """Reads and records a book.

        Raises:
            InputError: a file as a whole cannot be read; nothing has been loaded then.
        """
        self.record(read_book(registrations, labels), out)

    def record(self, book: ReadBook, out: Path) -> None:
        """Records a book in the order of the world; rejected rows go to `out`."""
        rejected = list(book.rejected)
        rows = book.registrations
        with lease(self._store.parts.database_url, self._store.keys) as writer:
            self._progress.stage("load", "Nạp sổ…", "Loading the book…")
            for i in range(0, len(rows), _ROWS_A_PART):
                rejected += self._registrations(writer, book, rows[i : i + _ROWS_A_PART])
                self._progress.rows(min(i + _ROWS_A_PART, len(rows)), len(rows))
            self._progress.stage("labels", "Nạp kết quả xác minh…", "Loading outcomes…")
            rejected += self._outcomes(writer, book)
            self._progress.stage("project", "Dựng đồ thị…", "Projecting the graph…")
            catch_up(WholeLedger(writer.door, self._store.keys), self._store.graph)
            self._progress.done()
        self.counts["rejected"] = rows_rejected(rejected)
        write_rejected(out / "rejected.parquet", rejected)

    def _registrations(
        self, writer: Writer, book: ReadBook, rows: Sequence[Registration]
    ) -> list[Rejected]:
        """Records what is new; what is there with other content is rejected."""
        keys = self._store.keys
        held = WholeLedger(writer.door, keys).known([r.key for r in rows])
        other = [
            r
            for r in rows
            if r.key in held and not keys.is_digest_of(held[r.key].digest, content(r))
        ]
        fresh = [r for r in rows if r.key not in held]
        with closing(Replica(self._store.folder.population)) as replica:
            examined = examine(fresh, replica, Tokens(keys.token))
        writer.record_book([BookRow(r, node) for r, _, node in examined], self._now)
        self.counts["registrations"] += len(fresh)
        self.counts["contradicting"] += len(other)
        self.counts["already_there"] += len(held) - len(other)
        return [_contradiction(book.row_of[r.key], r.registration_id) for r in other]

    def _outcomes(self, writer: Writer, book: ReadBook) -> list[Rejected]:
        """Records the outcomes of this book's registrations; one that is there stays as it is."""
        meant = registrations_meant(book.labels, book.registrations)
        self.counts["labels_of_nobody"] += len(book.labels) - len(meant)
        ledger = WholeLedger(writer.door, self._store.keys)
        rejected: list[Rejected] = []
        for i in range(0, len(meant), _ROWS_A_PART):
            told = [
                NewOutcome(
                    *key,
                    is_fraud=x.is_fraud,
                    typology=x.typology,
                    confirmed_at=x.confirmed_at,
                )
                for x, key in meant[i : i + _ROWS_A_PART]
            ]
            held = {k: o.outcome for k, o in ledger.known_outcomes([o.key for o in told]).items()}
            new = [o for o in told if o.key not in held]
            other = [o for o in told if o.key in held and held[o.key] != o]
            writer.record_outcomes(new, self._now, "book")
            rejected += [
                _contradiction(book.label_row_of[o.registration_id], o.registration_id)
                for o in other
            ]
            self.counts["outcomes"] += len(new)
            self.counts["outcomes_already_there"] += len(told) - len(new) - len(other)
            self.counts["contradicting"] += len(other)
        return rejected


def _contradiction(row: tuple[str, int], registration_id: RegistrationId) -> Rejected:
    return Rejected(*row, registration_id, "registration_id", _CONTRADICTION)

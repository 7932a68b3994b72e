"""Puts a history into ledger and graph without screening it: `chinhchu book load`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from features.parsing import Label
from features.reading import Rejected, read_labels, read_registrations, write_rejected
from features.register.replica import Replica
from features.registration import Registration, RegistrationId
from graph.attributes import Tokens
from models.screening import examine
from service.ledger.reading import WholeLedger
from service.ledger.records import Key, NewOutcome, content
from service.ledger.writing import BookRow, Writer, lease
from service.progress import Progress
from service.projection import catch_up
from service.wiring import Store

_ROWS_A_PART = 1_000


class BookLoad:
    """One load of a book into the ledger of a store; what it did is in `counts`."""

    def __init__(self, store: Store, now: datetime, progress: Progress) -> None:
        self._store, self._now, self._progress = store, now, progress
        self.counts = dict.fromkeys(
            ("registrations", "already_there", "contradicting", "outcomes", "labels_of_nobody"), 0
        )

    def load(self, registrations: Path, labels: Path | None, out: Path) -> None:
        """Loads both files in the order of the world; rejected rows go to `out`.

        Raises:
            InputError: a file as a whole cannot be read; nothing has been loaded then.
        """
        read = read_registrations(registrations)
        known = read_labels(labels) if labels else None
        rejected = [*read.rejected, *(known.rejected if known else [])]
        rows = sorted(read.items, key=lambda r: r.order)
        with lease(self._store.parts.database_url, self._store.keys) as writer:
            self._progress.stage("load", "Nạp sổ…", "Loading the book…")
            for i in range(0, len(rows), _ROWS_A_PART):
                rejected += self._registrations(writer, rows[i : i + _ROWS_A_PART])
                self._progress.rows(i + _ROWS_A_PART, len(rows))
            if known:
                self._progress.stage("labels", "Nạp kết quả xác minh…", "Loading outcomes…")
                self._outcomes(writer, known.items, rows)
            self._progress.stage("project", "Dựng đồ thị…", "Projecting the graph…")
            catch_up(WholeLedger(writer.door, self._store.keys), self._store.graph)
            self._progress.done()
        write_rejected(out / "rejected.parquet", rejected)

    def _registrations(self, writer: Writer, rows: Sequence[Registration]) -> list[Rejected]:
        """Records what is new; what is there with other content is rejected."""
        keys = self._store.keys
        held = WholeLedger(writer.door, keys).known([r.key for r in rows])
        other = [
            r
            for r in rows
            if r.key in held and not keys.is_digest_of(held[r.key].digest, content(r))
        ]
        fresh = [r for r in rows if r.key not in held]
        replica = Replica(self._store.folder.population)
        examined = examine(fresh, replica, Tokens(keys.token))
        replica.close()
        writer.record_book([BookRow(r, node) for r, _, node in examined], self._now)
        self.counts["registrations"] += len(fresh)
        self.counts["contradicting"] += len(other)
        self.counts["already_there"] += len(held) - len(other)
        return [
            Rejected(
                "ledger", 0, r.registration_id, "registration_id", "repeated_with_other_content"
            )
            for r in other
        ]

    def _outcomes(
        self, writer: Writer, labels: Sequence[Label], rows: Sequence[Registration]
    ) -> None:
        """Records the outcomes of this book's registrations; one that is there stays as it is."""
        key_of: dict[RegistrationId, Key] = {r.registration_id: r.key for r in rows}
        ledger = WholeLedger(writer.door, self._store.keys)
        for i in range(0, len(labels), _ROWS_A_PART):
            part = [x for x in labels[i : i + _ROWS_A_PART] if x.registration_id in key_of]
            self.counts["labels_of_nobody"] += len(labels[i : i + _ROWS_A_PART]) - len(part)
            held = ledger.known_outcomes([key_of[x.registration_id] for x in part])
            new = [
                NewOutcome(
                    *key_of[x.registration_id],
                    is_fraud=x.is_fraud,
                    typology=x.typology,
                    confirmed_at=x.confirmed_at,
                )
                for x in part
                if key_of[x.registration_id] not in held
            ]
            writer.record_outcomes(new, self._now)
            self.counts["outcomes"] += len(new)

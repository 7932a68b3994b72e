"""The book of an installation: the registrations of its ledger, its own outcomes, its register."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime

from features.errors import InputError
from features.register.replica import Replica
from features.registration import Registration
from graph.attributes import Key
from graph.columns import Outcome
from service import wiring
from service.datafolder import open_folder
from service.ledger.registered import registered
from service.settings import Settings
from service.words import said
from training.book import Book


@contextmanager
def ledger_book(settings: Settings, until: datetime | None) -> Iterator[Book]:
    """What the ledger holds before a moment, None for all, beside the local replica.

    A remote register is not asked: it knows the present, answers some thousand a minute, and where
    it is away every row would look as if nobody were known. Whoever was erased is left out and
    counted. Works while the service runs, and without it; the ledger is read and left at once.

    Raises:
        InputError: there is no ledger yet, or no population to check against.
        ChinhchuError: the ledger does not answer.
    """
    wiring.check_there(settings)
    with closing(Replica(open_folder(settings.home).population)) as replica:
        snapshot = replica.snapshot()
        if snapshot is None:
            raise InputError(said(*_NO_POPULATION))
        typed: list[Registration] = []
        outcomes: dict[Key, Outcome] = {}
        typologies: dict[Key, str] = {}
        erased = 0
        with wiring.visited(settings) as ledger, ledger.connection() as door:
            for row in registered(door, ledger.keys, until):
                if row.typed is None:
                    erased += 1
                    continue
                typed.append(row.typed)
                if row.outcome is not None:
                    known_at, is_fraud, typology = row.outcome
                    outcomes[row.key] = (known_at, is_fraud)
                    if is_fraud and typology:
                        typologies[row.key] = typology
        typed.sort(key=lambda r: r.order)
        counts = {"registrations": len(typed), "labels": len(outcomes), "erased": erased}
        yield Book(typed, outcomes, typologies, replica, [], counts, snapshot=snapshot.as_of)


_NO_POPULATION = (
    "train từ sổ cái đối chiếu với bản sao tại chỗ, và chưa có: chạy `chinhchu population load` trước",
    "train from the ledger checks against the local replica, and there is none: run `chinhchu population load` first",
)

"""The book of an installation: the registrations of its ledger, its own outcomes, its register."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from features.errors import InputError
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
    """What the ledger holds before a moment, None for all, beside the register in force.

    Whoever was erased is left out and counted. Works while the service runs, and without it.

    Raises:
        InputError: there is no ledger yet, or no register that could be asked.
        ChinhchuError: the ledger does not answer.
    """
    wiring.check_there(settings)
    folder = open_folder(settings.home)
    with (
        wiring.visited(settings) as ledger,
        wiring.register_in_use(settings, folder.population) as register,
    ):
        if not register.state.answers():
            raise InputError(
                said(
                    "chưa có dữ liệu dân cư để đối chiếu: chạy `chinhchu population load` trước",
                    "there is no population to check against: run `chinhchu population load` first",
                )
            )
        typed: list[Registration] = []
        outcomes: dict[Key, Outcome] = {}
        typologies: dict[Key, str] = {}
        erased = 0
        with ledger.connection() as door:
            for row in registered(door, ledger.keys, until):
                if row.typed is None:
                    erased += 1
                    continue
                typed.append(row.typed)
                if row.outcome is not None:
                    confirmed_at, is_fraud, typology = row.outcome
                    outcomes[row.key] = (confirmed_at, is_fraud)
                    if is_fraud and typology:
                        typologies[row.key] = typology
        typed.sort(key=lambda r: r.order)
        counts = {"registrations": len(typed), "labels": len(outcomes), "erased": erased}
        yield Book(
            typed, outcomes, typologies, register.asked, [], counts, snapshot=register.snapshot()
        )

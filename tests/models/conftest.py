"""A small model, truly trained on a simulated world, and the facts of that world."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import pytest

from graph.attributes import Tokens
from graph.history import History
from models.bundle import Bundle
from models.risk import RiskModel
from models.screening import Facts, gather
from training import fit
from training import train as training
from training.book import BookFiles, open_book
from training.world import simulate

TOKENS = Tokens(b"the key of the tests")


@dataclass(frozen=True)
class Trained:
    """`facts` are those of the world in order."""

    bundle: Bundle
    model: RiskModel
    facts: list[Facts]


@pytest.fixture(scope="session")
def trained(tmp_path_factory) -> Trained:
    folder = tmp_path_factory.mktemp("world")
    simulate(3_000, seed=5).write(folder)
    with pytest.MonkeyPatch.context() as patch, open_book(BookFiles.of(folder)) as book:
        patch.setattr(fit, "ROUNDS", 40)  # enough for laws, which ask for no quality
        patch.setattr(training, "fit_trees", partial(fit.fit_trees, threads=1))
        bundle = training.train(book, datetime(2026, 7, 1, tzinfo=UTC), TOKENS).bundle
        facts = gather(book.registrations, book.register, History(book.outcomes), TOKENS)
    return Trained(bundle, bundle.model(), facts)

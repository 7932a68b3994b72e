"""Point-in-time rows: each registration's vector as of its own moment, beside what became known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.attributes import Tokens
from graph.history import History
from models.screening import Facts, gather, vectors_of
from training.book import Book

FRAUD, CLEARED, UNKNOWN = 1, 0, -1


@dataclass(frozen=True, slots=True)
class Dataset:
    """Rows in the order of the world.

    `vectors` has shape (n, features). `at` is in seconds since 1970, `confirmed` too (NaN where
    unknown). `label` is 1 fraud, 0 cleared, -1 unknown: not known is not honest.
    """

    facts: list[Facts]
    vectors: NDArray[np.float64]
    at: NDArray[np.float64]
    label: NDArray[np.int8]
    confirmed: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.facts)


def build(book: Book, tokens: Tokens) -> Dataset:
    """The rows of a whole book; every vector sees only what was known at its moment."""
    facts = gather(book.registrations, book.register, History(book.outcomes), tokens)
    n = len(facts)
    label, confirmed = np.full(n, UNKNOWN, dtype=np.int8), np.full(n, np.nan)
    for i, f in enumerate(facts):
        outcome = book.outcomes.get(f.registration.key)
        if outcome is not None:
            label[i] = FRAUD if outcome[1] else CLEARED
            confirmed[i] = outcome[0].timestamp()
    at = np.array([f.registration.registered_at.timestamp() for f in facts])
    return Dataset(facts, vectors_of(facts), at, label, confirmed)

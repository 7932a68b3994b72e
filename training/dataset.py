"""Point-in-time rows: each registration's vector as of its own moment, beside what became known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from types import SimpleNamespace
from typing import cast

import numpy as np
from numpy.typing import NDArray

from features import vector
from features.registration import Institution, Kind, RegistrationId
from features.vector import FEATURES, NAMES, OF_COMPANY
from graph.alone import alone
from graph.attributes import Attribute, Node, Tokens
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


def as_if_alone(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same registrations had nobody else registered: so looks the first of a ring.

    Args:
        vectors: shape (n, features).
    """
    return np.where(np.isnan(vectors), np.nan, np.where(_COMPANY, _nobody(), vectors))


_COMPANY = np.array([name in OF_COMPANY for name in NAMES])


@cache
def _nobody() -> NDArray[np.float64]:
    """What each feature of company says, where the registration has the attribute, in an empty graph."""
    tokens = dict.fromkeys(Attribute, "00" * 16)
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    node = Node(
        RegistrationId("r"),
        Institution("i"),
        moment,
        Kind.SIM,
        "00" * 8,
        "00" * 8,
        verified=True,
        tokens=tokens,
    )
    facts = cast(vector.Facts, SimpleNamespace(company=alone([node])[0]))  # all that they look at
    return np.array([f.compute(facts) if f.name in OF_COMPANY else np.nan for f in FEATURES])

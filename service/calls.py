"""One call on the screening lane, and what it is answered."""

from __future__ import annotations

import re
from concurrent.futures import Future
from dataclasses import dataclass

from features.registration import Registration
from graph.attributes import Key
from service.ledger.records import NewOutcome, StoredOutcome, StoredScreening

PURPOSE = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
"""Why somebody asks: a short code, in which no name fits."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A committed screening; `repeated` tells that it was there before the call."""

    stored: StoredScreening
    repeated: bool


@dataclass(frozen=True, slots=True)
class ScreeningCall:
    """A registration that waits for its screening."""

    registration: Registration
    asked_by: str
    purpose: str
    future: Future[Answered]

    @property
    def key(self) -> Key:
        """The registration's key."""
        return self.registration.key


@dataclass(frozen=True, slots=True)
class OutcomeCall:
    """An outcome that waits to be recorded."""

    outcome: NewOutcome
    future: Future[StoredOutcome]

    @property
    def key(self) -> Key:
        """The key of the registration it speaks of."""
        return self.outcome.key


Call = ScreeningCall | OutcomeCall

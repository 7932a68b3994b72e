"""What every route needs at the door: the doors' own dependencies, and who is calling."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Protocol

from fastapi import Depends, Header, Request, Security
from fastapi.security import APIKeyHeader, HTTPBearer
from starlette.concurrency import run_in_threadpool

from models.use_by import NORMAL
from service.callers import Caller, Callers
from service.calls import PURPOSE
from service.explaining import Explainer
from service.lane import Lane
from service.ledger import Ledger
from service.problems import ProblemError
from service.telemetry import Telemetry

AHEAD = timedelta(minutes=5)
"""How far a sender's clock may be ahead of ours."""


class Asked(Protocol):
    """Something that can say whether it answers."""

    def __call__(self) -> bool:
        """Whether it answers now."""
        ...


@dataclass(frozen=True, slots=True)
class Doors:
    """What the routes reach: the lane, the ledger, the callers, the clock, and who explains.

    Calls are answered although a `dispensable` one of `checks` does not. `mode` tells what of the
    parts of an answer is past its use-by date.
    """

    lane: Lane
    ledger: Ledger
    callers: Callers
    clock: Callable[[], datetime]
    explainer: Explainer
    checks: dict[str, Asked]
    dispensable: frozenset[str] = frozenset()
    telemetry: Telemetry = field(default_factory=Telemetry)
    mode: Callable[[], str] = lambda: NORMAL


def doors(request: Request) -> Doors:
    """The dependencies of this app."""
    found: Doors = request.app.state.doors
    return found


async def caller(request: Request) -> Caller:
    """Who is calling.

    Raises:
        ProblemError: no key, or not a valid one.
        UnavailableError: the ledger is away.
    """
    key = _key(request)
    if not key:
        raise ProblemError("no-key")
    callers = doors(request).callers
    found = callers.remembered(key) or await run_in_threadpool(callers.verify, key)
    if found is None:
        raise ProblemError("bad-key")
    return found


def purpose(
    text: Annotated[
        str,
        Header(
            alias="X-Purpose",
            description="Why you ask, kept with the answer: 1 to 64 letters, digits, _ . : -",
        ),
    ] = "registration",
) -> str:
    """Why the caller asks: the header X-Purpose, a short code; `registration` where absent."""
    if not PURPOSE.fullmatch(text):
        raise ProblemError("invalid", [("X-Purpose", "unreadable")])
    return text


def purpose_told(
    text: Annotated[
        str | None,
        Header(
            alias="X-Purpose",
            description="Why you read, recorded; required: 1 to 64 letters, digits, _ . : -",
        ),
    ] = None,
) -> str:
    """Why the caller reads what is recorded as read: the header X-Purpose, never a default."""
    if text is None:
        raise ProblemError("no-purpose")
    return purpose(text)


def _key(request: Request) -> str:
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and text.strip():
        return text.strip()
    return request.headers.get("x-api-key", "").strip()


KEYED = [
    Security(HTTPBearer(scheme_name="Bearer", auto_error=False, description="The API key")),
    Security(
        APIKeyHeader(
            name="X-API-Key",
            scheme_name="X-API-Key",
            auto_error=False,
            description="The API key, for who cannot send the other header",
        )
    ),
]
"""Declares on the page of the API the two headers that a key may come in; `caller` judges it."""

TheDoors = Annotated[Doors, Depends(doors)]
TheCaller = Annotated[Caller, Depends(caller)]
ThePurpose = Annotated[str, Depends(purpose)]
ThePurposeTold = Annotated[str, Depends(purpose_told)]

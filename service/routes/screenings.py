"""Screenings: asked for one by one or in a list, and read again later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from features.parsing import parse_registration
from features.registration import Registration, RegistrationId
from service.answers import explanation_form, screening_form
from service.bodies import items_of
from service.callers import Caller
from service.explaining import READ_AS, refuse_erased
from service.ledger.readings import Reading, record_reading
from service.ledger.records import StoredScreening, too_long
from service.ledger.rings import RingLedger
from service.problems import ProblemError
from service.routes.door import AHEAD, KEYED, Doors, TheCaller, TheDoors, ThePurpose, ThePurposeTold
from service.routes.replies import Result, reply, settled
from service.schemas import (
    REGISTRATION,
    ExplanationAnswer,
    ProblemDocument,
    RegistrationBody,
    ScreeningAnswer,
    body_of,
)

router = APIRouter(prefix="/v1/screenings", tags=["screenings"], dependencies=KEYED)


@router.post(
    "",
    summary="Screen one registration, or a list of them",
    response_model=ScreeningAnswer | list[ScreeningAnswer | ProblemDocument],
    openapi_extra=body_of(RegistrationBody, REGISTRATION),
)
async def screen(
    request: Request, doors: TheDoors, caller: TheCaller, purpose: ThePurpose
) -> JSONResponse:
    """Answers when the decision is committed.

    A list is answered by a list in its order; an item that cannot be answered has a problem
    document in its place.
    """
    items, many = await items_of(request)
    read = [_registration(item, caller.institution, doors) for item in items]
    results: dict[int, Result] = {
        i: item for i, item in enumerate(read) if isinstance(item, ProblemError)
    }
    good = [(i, item) for i, item in enumerate(read) if isinstance(item, Registration)]
    good.sort(key=lambda pair: pair[1].order)  # a long list is cut into batches in this order
    futures = {i: doors.lane.screen(item, caller.name, purpose) for i, item in good}
    answers, failures = await settled(futures)
    stored = [answered.stored for answered in answers.values()]
    near_rings = any(s.ring_id is not None for s in stored)
    forms = await run_in_threadpool(_forms, doors, stored) if near_rings else _forms(doors, stored)
    results |= failures | dict(zip(answers, forms, strict=True))
    return reply([results[i] for i in range(len(read))], many=many)


@router.get(
    "/{screening_id}",
    summary="One screening by its id",
    response_model=ScreeningAnswer,
)
def one(screening_id: str, doors: TheDoors, caller: TheCaller) -> JSONResponse:
    """Another institution's screening is not found."""
    return JSONResponse(_forms(doors, [_stored(screening_id, doors, caller)])[0])


@router.get(
    "/{screening_id}/explanation",
    summary="A decision taken apart, for the clerk who examines it",
    response_model=ExplanationAnswer,
)
def explanation(
    screening_id: str, doors: TheDoors, caller: TheCaller, purpose: ThePurposeTold
) -> JSONResponse:
    """What each group of features added, and what would lead to another decision; also of a cleared one.

    Who reads it, when and why is recorded first. Of whoever was erased nothing is told.
    """
    stored = _stored(screening_id, doors, caller)
    key = stored.institution, stored.registration_id
    with doors.ledger.connection() as door:
        refuse_erased(door, key)
        made = doors.explainer.explain(stored)
        reading = Reading(doors.clock(), caller.name, purpose, READ_AS)
        record_reading(door, reading, [key])
    return JSONResponse(explanation_form(made, stored))


@router.get(
    "",
    summary="The screenings of a registration, the first one first",
    response_model=list[ScreeningAnswer],
)
def of_registration(
    doors: TheDoors, caller: TheCaller, registration_id: Annotated[str, Query(min_length=1)]
) -> JSONResponse:
    """Empty where the institution has no such registration."""
    if not registration_id.isprintable():
        return JSONResponse([])  # no registration can have it, and the database would refuse it
    with doors.ledger.reader() as ledger:
        found = ledger.screenings_of(caller.institution, RegistrationId(registration_id))
    return JSONResponse(_forms(doors, found))


def _stored(screening_id: str, doors: Doors, caller: Caller) -> StoredScreening:
    try:
        wanted = UUID(screening_id)
    except ValueError:
        raise ProblemError("not-found") from None
    with doors.ledger.reader() as ledger:
        stored = ledger.screening(caller.institution, wanted)
    if stored is None:
        raise ProblemError("not-found")
    return stored


def _forms(doors: Doors, screenings: Sequence[StoredScreening]) -> list[dict[str, Any]]:
    """The answers, each with how the ring stood that it names."""
    asked = [s.screening_id for s in screenings if s.ring_id is not None]
    standings = {}
    if asked:
        with doors.ledger.connection() as door:
            standings = RingLedger(door).standings(asked)
    return [screening_form(s, standings.get(s.screening_id)) for s in screenings]


def _registration(item: object, institution: str, doors: Doors) -> Registration | ProblemError:
    if not isinstance(item, dict):
        return ProblemError("invalid", [("", "not_object")])
    made = parse_registration(item)
    if not isinstance(made, Registration):
        return ProblemError("invalid", made)
    if made.institution != institution:
        return ProblemError("other-institution")
    if (column := too_long(made)) is not None:
        return ProblemError("invalid", [(column, "too_long")])
    if made.registered_at > doors.clock() + AHEAD:
        return ProblemError("invalid", [("registered_at", "ahead")])
    return made

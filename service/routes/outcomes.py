"""Outcomes: what became known of registrations, as their institutions report it."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from features.parsing import Label, parse_label
from features.registration import Institution
from service.answers import outcome_form
from service.bodies import items_of
from service.ledger.records import NewOutcome
from service.problems import ProblemError
from service.routes.door import AHEAD, KEYED, Doors, TheCaller, TheDoors
from service.routes.replies import Result, reply, settled
from service.schemas import OUTCOME, OutcomeAnswer, OutcomeBody, ProblemDocument, body_of

router = APIRouter(prefix="/v1/outcomes", tags=["outcomes"], dependencies=KEYED)

_LONGEST_TYPOLOGY = 100


@router.post(
    "",
    summary="Report what became known of one registration, or of several",
    response_model=OutcomeAnswer | list[OutcomeAnswer | ProblemDocument],
    openapi_extra=body_of(OutcomeBody, OUTCOME),
)
async def learn(request: Request, doors: TheDoors, caller: TheCaller) -> JSONResponse:
    """Counts for decisions taken after `confirmed_at`; repeated equally, it changes nothing."""
    items, many = await items_of(request)
    read = [_outcome(item, caller.institution, doors) for item in items]
    results: dict[int, Result] = {
        i: item for i, item in enumerate(read) if isinstance(item, ProblemError)
    }
    futures = {
        i: doors.lane.learn(item) for i, item in enumerate(read) if isinstance(item, NewOutcome)
    }
    answers, failures = await settled(futures)
    results |= failures | {i: outcome_form(stored) for i, stored in answers.items()}
    return reply([results[i] for i in range(len(read))], many=many)


def _outcome(item: object, institution: Institution, doors: Doors) -> NewOutcome | ProblemError:
    if not isinstance(item, dict):
        return ProblemError("invalid", [("", "not_object")])
    made = parse_label(item)
    if not isinstance(made, Label):
        return ProblemError("invalid", made)
    if item.get("institution", institution) not in (None, institution):
        return ProblemError("other-institution")
    if made.confirmed_at > doors.clock() + AHEAD:
        return ProblemError("invalid", [("confirmed_at", "ahead")])
    typology = made.typology
    if typology is not None and not (typology.isprintable() and len(typology) <= _LONGEST_TYPOLOGY):
        return ProblemError("invalid", [("typology", "unreadable")])
    return NewOutcome(institution, made.registration_id, made.is_fraud, typology, made.confirmed_at)

"""Health: whether the process lives, and whether it can answer calls."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from service.routes.door import TheDoors
from service.schemas import LiveAnswer, ReadyAnswer

_NOT_NOW: dict[int | str, dict[str, Any]] = {
    503: {"model": ReadyAnswer, "description": "A part does not answer now"}
}

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live", summary="The process lives", response_model=LiveAnswer)
def live() -> dict[str, str]:
    """Asks nobody."""
    return {"status": "live"}


@router.get("/ready", summary="Calls are answered", response_model=ReadyAnswer, responses=_NOT_NOW)
def ready(doors: TheDoors) -> JSONResponse:
    """Asks each part; 503 while one does not answer that calls cannot do without.

    They can do without a remote register: its outage is an answer. What is past its use-by date is
    told as the mode, and keeps no call away.
    """
    checks = {name: ask() for name, ask in doors.checks.items()}
    good = all(answers for name, answers in checks.items() if name not in doors.dispensable)
    status = "ready" if good else "not ready"
    form = {"status": status, "checks": checks, "mode": doors.mode()}
    return JSONResponse(form, 200 if good else 503)

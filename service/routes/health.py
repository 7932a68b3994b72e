"""Health: whether the process lives, and whether it can answer calls."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from service.routes.door import TheDoors

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live", summary="The process lives")
def live() -> dict[str, str]:
    """Asks nobody."""
    return {"status": "live"}


@router.get("/ready", summary="Calls are answered", responses={503: {"description": "not now"}})
def ready(doors: TheDoors) -> JSONResponse:
    """Asks each part; 503 while one of them does not answer."""
    checks = {name: ask() for name, ask in doors.checks.items()}
    good = all(checks.values())
    form = {"status": "ready" if good else "not ready", "checks": checks}
    return JSONResponse(form, 200 if good else 503)

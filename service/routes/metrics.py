"""Metrics: what the service counts of itself, for Prometheus; as with health, no key is asked."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from service.routes.door import TheDoors

router = APIRouter()

_FORMAT = "text/plain; version=0.0.4; charset=utf-8"


@router.get("/metrics", include_in_schema=False)
def metrics(doors: TheDoors) -> PlainTextResponse:
    """Prometheus's text format; holds no key of a registration and no institution."""
    return PlainTextResponse(doors.telemetry.text(), media_type=_FORMAT)

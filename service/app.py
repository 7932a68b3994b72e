"""The API as one ASGI application, made from what `service.wiring` put together."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import CallError
from service.page import page
from service.problems import MEDIA_TYPE, ProblemError, document, of_error, of_status, response
from service.routes import health, metrics, outcomes, screenings
from service.routes.door import Doors
from service.telemetry import Timed

_logger = logging.getLogger(__name__)

_ABOUT = (
    "Is this bank account or SIM in the hands of its rightful holder, and if the papers match, "
    "how likely is fraud? / Tài khoản hoặc SIM này có chính chủ không, và nếu giấy tờ khớp thì "
    "nguy cơ gian lận đến đâu?"
)


def create_app(doors: Doors) -> ASGIApp:
    """The API; the lane behind `doors` is already running."""
    app = FastAPI(
        title="chinhchu",
        version="1",
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses={
            "4XX": {
                "description": "A problem document",
                "content": {
                    MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}
                },
            }
        },
    )
    app.state.doors = doors
    for room in (screenings, outcomes, health, metrics):
        app.include_router(room.router)
    app.add_api_route("/docs", _docs(app), include_in_schema=False)
    app.add_api_route("/", _to_docs, include_in_schema=False)
    app.add_exception_handler(ProblemError, _on_error)
    app.add_exception_handler(CallError, _on_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_status)
    app.add_exception_handler(Exception, _on_defect)
    return Timed(Shield(app), doors.telemetry)


class Shield:
    """Keeps a defect from reaching the server's log, where its message could quote a person.

    A defect in a route has its answer already when it comes here, and is raised on for the log.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a defect with a problem document and logs its places in the code alone."""
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:  # noqa: BLE001 whatever it is, its message stays here
            places = "".join(traceback.format_tb(error.__traceback__))
            _logger.error("a request failed with %s\n%s", type(error).__name__, places)  # noqa: TRY400
            if scope["type"] == "http" and not started:
                await response(document("defect"))(scope, receive, send)


def _docs(app: FastAPI) -> Callable[[], HTMLResponse]:
    def docs() -> HTMLResponse:
        return HTMLResponse(page(app.openapi()))

    return docs


def _to_docs() -> RedirectResponse:
    return RedirectResponse("docs")


def _on_error(_request: Request, error: Exception) -> JSONResponse:
    return response(of_error(error))


def _on_defect(_request: Request, _error: Exception) -> JSONResponse:
    return response(document("defect"))


def _on_invalid(_request: Request, error: Exception) -> JSONResponse:
    columns = []
    if isinstance(error, RequestValidationError):
        columns = [(str(found["loc"][-1]), "missing") for found in error.errors()]
    return response(document("invalid", columns))


def _on_status(_request: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return response(of_status(status))

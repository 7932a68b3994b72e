"""The pages, one address each."""

from __future__ import annotations

import re
from uuid import UUID

from fastapi import Request, Response
from nicegui import Client, app, ui

from service.console import (
    explanation_page,
    layout,
    list_page,
    ring_page,
    screening_page,
    sign_in_page,
)
from service.console.reading import ConsoleReader, Detail, Ring
from service.console.visit import Console, language_of, prepare, show
from service.errors import ErasedError, UnexplainableError
from service.explaining import ERASED

_DECISIONS = frozenset({"clear", "review", "refuse"})
_PATIENCE = 15.0
"""Seconds a page may take; the ledger gives up after five and says so."""
_LONGER = 60.0
"""The first explanation of a process waits until the library of the model is there."""
_POSITION = re.compile(r"[0-9]{1,18}")
_RING_ID = re.compile(r"[^\x00-\x1f\x7f]{1,1000}")


def register(console: Console) -> None:
    """Makes the pages known to NiceGUI, which keeps them for the process."""

    @ui.page("/sign-in", response_timeout=_PATIENCE)
    def sign_in(request: Request, client: Client) -> None:
        language = language_of(request)
        prepare(client, language)
        sign_in_page.draw(language, request.query_params)

    @ui.page("/", response_timeout=_PATIENCE)
    async def latest(client: Client) -> Response | None:
        wanted = _wanted(client.request)
        return await show(
            console, client, lambda r: list_page.read(r, wanted, console.clock()), list_page.draw
        )

    @ui.page("/screenings/{screening_id}", response_timeout=_PATIENCE)
    async def screening(client: Client, screening_id: str) -> Response | None:
        return await show(
            console, client, lambda r: _screening(r, screening_id), screening_page.draw
        )

    @ui.page("/screenings/{screening_id}/explanation", response_timeout=_LONGER)
    async def explanation(client: Client, screening_id: str) -> Response | None:
        return await show(
            console, client, lambda r: _explained(console, r, screening_id), explanation_page.draw
        )

    @ui.page("/rings/{ring_id:path}", response_timeout=_PATIENCE)
    async def ring(client: Client, ring_id: str) -> Response | None:
        return await show(console, client, lambda r: _ring(console, r, ring_id), ring_page.draw)

    @ui.page("/{path:path}", response_timeout=_PATIENCE)
    async def anything_else(client: Client) -> Response | None:
        return await show(console, client, lambda _: None, lambda _frame, _answer: None)

    app.on_page_exception(_defect)


def _wanted(request: Request) -> list_page.Wanted:
    """What the address asks for; what makes no sense in it is as if it were not there."""
    query = request.query_params
    decision = query.get("decision")
    return list_page.Wanted(
        decision if decision in _DECISIONS else None,
        _position(query.get("before")),
        _position(query.get("after")),
    )


def _position(text: str | None) -> int | None:
    return int(text) if text and _POSITION.fullmatch(text) else None


def _screening(reader: ConsoleReader, screening_id: str) -> Detail | None:
    try:
        wanted = UUID(screening_id)
    except ValueError:
        return None
    return reader.screening(wanted)


def _explained(
    console: Console, reader: ConsoleReader, screening_id: str
) -> explanation_page.Explained | None:
    """Recorded before it is told; what cannot be explained is told as such."""
    detail = _screening(reader, screening_id)
    if detail is None:
        return None
    try:
        reader.refuse_erased(detail)
        made = console.explainer.explain(detail)
    except ErasedError:
        return explanation_page.Explained(detail, None, ERASED)
    except UnexplainableError:
        return explanation_page.Explained(detail, None)
    reader.record_examined(detail, console.clock())
    return explanation_page.Explained(detail, made)


def _ring(console: Console, reader: ConsoleReader, ring_id: str) -> Ring | None:
    return reader.ring(ring_id, console.clock()) if _RING_ID.fullmatch(ring_id) else None


def _defect() -> None:
    """What a reader sees of a defect; the log has its place in the code."""
    client = ui.context.client
    language = language_of(client.request)
    prepare(client, language)
    layout.calm(layout.Frame(language, None, "/"), "defect")

"""One page on its way to one browser: who reads it, in which language, and what it stands on."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from nicegui import Client

from service.callers import Caller
from service.console import layout
from service.console.reading import ConsoleReader
from service.console.sessions import COOKIE, Sessions
from service.console.words import Language
from service.errors import UnavailableError
from service.explaining import Explainer
from service.ledger import Ledger

LANGUAGE_COOKIE = "chinhchu_language"

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Console:
    """What the pages reach: the ledger, the sessions, the clock, and who explains."""

    ledger: Ledger
    sessions: Sessions
    clock: Callable[[], datetime]
    explainer: Explainer


def language_of(request: Request) -> Language:
    """The language that this browser asked for."""
    return Language.of(request.cookies.get(LANGUAGE_COOKIE))


def prepare(client: Client, language: Language) -> None:
    """Tells the page its language, before anything is drawn on it."""
    client.page = copy.copy(client.page)  # a page is shared by all who read it
    client.page.language = "vi" if language is Language.VIETNAMESE else "en-GB"


async def show(
    console: Console,
    client: Client,
    read: Callable[[ConsoleReader], Answer | None],
    draw: Callable[[layout.Frame, Answer], None],
) -> Response | None:
    """Reads for whoever is signed in, then draws; answers calmly where that cannot be.

    `read` runs on a thread and gives None for what this institution does not have.
    """
    request = client.request
    language = language_of(request)
    prepare(client, language)
    path = request.scope["raw_path"].decode("ascii", "replace")  # as it was asked, not decoded
    here = path + (f"?{request.url.query}" if request.url.query else "")
    frame = layout.Frame(language, None, here)
    try:
        caller = await run_in_threadpool(console.sessions.caller, request.cookies.get(COOKIE))
        if caller is None:
            return RedirectResponse(f"/sign-in?{urlencode({'to': here})}", status_code=303)
        frame = layout.Frame(language, caller.institution, here)
        answer = await run_in_threadpool(_reading(console, caller, read))
    except UnavailableError:
        client.status_code = 503
        layout.calm(frame, "away")
        return None
    if answer is None:
        client.status_code = 404
        layout.calm(frame, "not_found")
        return None
    draw(frame, answer)
    return None


def _reading(
    console: Console, caller: Caller, read: Callable[[ConsoleReader], Answer | None]
) -> Callable[[], Answer | None]:
    def reading() -> Answer | None:
        with console.ledger.connection() as door:
            return read(ConsoleReader(door, caller.institution, caller.name))

    return reading

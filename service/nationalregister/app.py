"""A stand-in for a national register: a replica that answers field verdicts over HTTP, for trials.

It speaks the form of `features.register.remote`, says yes or no and never how, and has switches to
be slow, wrong or down, which may be changed while it runs.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from random import Random
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from features.cross_check import cross_check
from features.errors import DataFolderError
from features.evidence import Found, NotCovered, NotFound, Outcome, RegisterAnswer, Unavailable
from features.parsing import parse_registration
from features.register.remote.form import MOST_QUESTIONS, PATH
from features.register.replica import Replica
from features.registration import Registration
from service.settings import is_this_machine

_LARGEST_BODY = 1 << 20
_QUESTION = (
    "document_type",
    "document_number",
    "full_name",
    "birth_date",
    "sex",
    "address",
    "document_issued_on",
)
_UNASKED = {"registration_id": "question", "kind": "sim", "institution": "asker"}
_AGREES = {Outcome.MATCH: True, Outcome.PARTIAL: False, Outcome.MISMATCH: False}
_LOOK_AFTER = 0.05


@dataclass(frozen=True, slots=True)
class Switches:
    """How bad a day the register has.

    `slow`: seconds before each answer. `wrong`: the share of answers in which every yes is a no
    and every no a yes. `down`: the share of calls that are answered 503.
    """

    slow: float = 0.0
    wrong: float = 0.0
    down: float = 0.0

    def changed(self, form: object) -> Switches:
        """With the values of a form.

        Raises:
            ValueError: an unknown switch, or a value that it cannot take.
        """
        names = {f.name for f in fields(self)}
        if not isinstance(form, dict) or not form.keys() <= names:
            raise ValueError("the switches are slow, wrong and down")
        for name, value in form.items():
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not 0 <= value <= (3600 if name == "slow" else 1):
                raise ValueError(f"{name} is a number of seconds, or a share from 0 to 1")
        return replace(self, **{name: float(value) for name, value in form.items()})


class _RefusedError(Exception):
    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class StandIn:
    """The register as an application; `token`, where there is one, is asked of every caller."""

    def __init__(
        self, replica: Replica, switches: Switches, chance: Random, token: str | None = None
    ) -> None:
        self._replica = replica
        self._switches = switches
        self._chance = chance
        self._token = token

    def app(self) -> Starlette:
        """The application."""
        return Starlette(
            routes=[
                Route(PATH, self._verify, methods=["POST"]),
                Route("/health", self._health, methods=["GET"]),
                Route("/switches", self._switch, methods=["PUT"]),
            ],
            exception_handlers={_RefusedError: _refused},
        )

    async def _verify(self, request: Request) -> JSONResponse:
        self._check_caller(request)
        registrations = _questions(_json(await _body(request)))
        await self._dawdle(request)
        if self._chance.random() < self._switches.down:
            raise _RefusedError(503, "down")
        form = await run_in_threadpool(self._answer, registrations)
        for answer in form["answers"]:
            if "fields" in answer and self._chance.random() < self._switches.wrong:
                answer["fields"] = {f: _turned_round(v) for f, v in answer["fields"].items()}
        return JSONResponse(form)

    async def _health(self, _request: Request) -> JSONResponse:
        try:
            snapshot = await run_in_threadpool(self._replica.snapshot)
        except DataFolderError:
            snapshot = None
        if snapshot is None:
            raise _RefusedError(503, "no population")
        form = {"status": "ok", "stand_in": True, "as_of": snapshot.as_of.isoformat()}
        return JSONResponse(
            {**form, "persons": snapshot.persons, "switches": asdict(self._switches)}
        )

    async def _switch(self, request: Request) -> JSONResponse:
        if request.client is None or not is_this_machine(request.client.host):
            raise _RefusedError(403, "switches are turned on the machine itself")
        try:
            self._switches = self._switches.changed(_json(await _body(request)))
        except ValueError as error:
            raise _RefusedError(422, str(error)) from None
        return JSONResponse(asdict(self._switches))

    def _check_caller(self, request: Request) -> None:
        if self._token is None:
            return
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self._token}".encode()):
            raise _RefusedError(401, "another token")

    async def _dawdle(self, request: Request) -> None:
        """Waits as long as it is told to, unless the caller has gone."""
        for _ in range(math.ceil(self._switches.slow / _LOOK_AFTER)):
            await asyncio.sleep(_LOOK_AFTER)
            if await request.is_disconnected():
                return

    def _answer(self, registrations: Sequence[Registration]) -> dict[str, Any]:
        answers = self._replica.ask(registrations)
        snapshot = self._replica.snapshot()
        if snapshot is None or any(isinstance(answer, Unavailable) for answer in answers):
            raise _RefusedError(503, "no population")
        rows = zip(registrations, answers, strict=True)
        return {"as_of": snapshot.as_of.isoformat(), "answers": [_form(r, a) for r, a in rows]}


def _form(registration: Registration, answer: RegisterAnswer) -> dict[str, Any]:
    if isinstance(answer, Found):
        found = cross_check(registration, answer).fields
        verdicts = {name: _AGREES.get(field.outcome) for name, field in found.items()}
        return {"answer": "verdicts", "found_by": answer.by.value, "fields": verdicts}
    if isinstance(answer, NotFound):
        return {"answer": "not_found"}
    return {"answer": "not_covered" if isinstance(answer, NotCovered) else "several"}


def _turned_round(verdict: bool | None) -> bool | None:  # noqa: FBT001 a verdict is one
    return None if verdict is None else not verdict


async def _body(request: Request) -> bytes:
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > _LARGEST_BODY:
            raise _RefusedError(413, "too large")
    return bytes(content)


def _json(content: bytes) -> object:
    try:
        form: object = json.loads(content)
    except (ValueError, RecursionError):
        raise _RefusedError(400, "not JSON") from None
    return form


def _questions(form: object) -> list[Registration]:
    questions = form.get("questions") if isinstance(form, dict) else None
    if not isinstance(questions, list) or not all(isinstance(q, dict) for q in questions):
        raise _RefusedError(422, "questions is a list of objects")
    if len(questions) > MOST_QUESTIONS:
        raise _RefusedError(413, f"at most {MOST_QUESTIONS} questions")
    return [_question(number, question) for number, question in enumerate(questions)]


def _question(number: int, form: dict[str, object]) -> Registration:
    asked = {name: form.get(name) for name in _QUESTION}
    made = parse_registration({**_UNASKED, **asked, "registered_at": form.get("asked_at")})
    if not isinstance(made, Registration):
        columns = ", ".join(problem.column for problem in made)
        raise _RefusedError(422, f"question {number}: {columns}")
    return made


def _refused(_request: Request, error: Exception) -> JSONResponse:
    status = error.status if isinstance(error, _RefusedError) else 500
    return JSONResponse({"error": str(error)}, status)

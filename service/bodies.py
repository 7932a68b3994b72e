"""Reads a request's body: bounded, UTF-8, JSON, one object or a list of them."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from fastapi import Request

from service.problems import ProblemError

LARGEST_BODY = 5 * 1024 * 1024
LONGEST_LIST = 1_000
_DRAINED = 32 * 1024 * 1024
"""A body that is too large is still taken in up to here, so that its sender hears why."""


async def items_of(request: Request) -> tuple[list[Any], bool]:
    """The items of the body, and whether they came as a list.

    Raises:
        ProblemError: the body is not what it should be.
    """
    _check_type(request)
    body = _json(await _bytes(request))
    if not isinstance(body, list):
        return [body], False
    if len(body) > LONGEST_LIST:
        raise ProblemError("too-large")
    return body, True


def _check_type(request: Request) -> None:
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    if kind.strip().lower() != "application/json":
        raise ProblemError("not-json-type")
    charset = parameters.replace(" ", "").lower().partition("charset=")[2].strip('"')
    if charset not in {"", "utf-8", "utf8"}:
        raise ProblemError("not-json-type")


async def _bytes(request: Request) -> bytes:
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > _DRAINED:
        raise ProblemError("too-large")
    kept, size = bytearray(), 0
    async for piece in request.stream():
        size += len(piece)
        if size > _DRAINED:
            break
        if size <= LARGEST_BODY:
            kept += piece
    if size > LARGEST_BODY:
        raise ProblemError("too-large")
    return bytes(kept)


def _json(body: bytes) -> Any:  # noqa: ANN401 whatever JSON holds
    if not body.strip():
        raise ProblemError("empty-body")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise ProblemError("not-utf8") from None
    try:
        return json.loads(text, parse_constant=_not_json)
    except (ValueError, RecursionError):
        raise ProblemError("not-json") from None


def _not_json(constant: str) -> NoReturn:
    """Python's parser knows NaN and Infinity; JSON does not."""
    raise ValueError(constant)

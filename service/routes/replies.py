"""Puts the results of many calls together into one reply, each item with its own result."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from fastapi.responses import JSONResponse

from service.errors import UnavailableError
from service.problems import of_error, response

T = TypeVar("T")
Result = dict[str, Any] | BaseException
"""The form of an answer, or what stood in its way."""


async def settled(
    futures: Mapping[int, Future[T]],
) -> tuple[dict[int, T], dict[int, BaseException]]:
    """Waits for every call; gives the answers, and what stood in their way, under their numbers."""
    done = await asyncio.gather(
        *(asyncio.wrap_future(future) for future in futures.values()), return_exceptions=True
    )
    answers: dict[int, T] = {}
    failures: dict[int, BaseException] = {}
    for i, result in zip(futures, done, strict=True):
        if isinstance(result, BaseException):
            failures[i] = result
        else:
            answers[i] = result
    return answers, failures


def reply(results: Sequence[Result], *, many: bool) -> JSONResponse:
    """One answer or problem; of a list, a list in its order.

    Raises:
        UnavailableError: of a list, not one item could be taken.
    """
    forms = [of_error(r) if isinstance(r, BaseException) else r for r in results]
    if many:
        if results and all(isinstance(r, UnavailableError) for r in results):
            raise UnavailableError("no item of the list could be taken")
        return JSONResponse(forms)
    return response(forms[0]) if isinstance(results[0], BaseException) else JSONResponse(forms[0])

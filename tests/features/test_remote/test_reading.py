"""Laws of what a remote register says: read strictly, and an outage where it cannot be."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import Response

from features.evidence import (
    FoundBy,
    NotCovered,
    NotFound,
    RegisterAnswer,
    Several,
    Unavailable,
    Verdicts,
)
from features.register.remote.form import MalformedError, reply_of
from features.registration import Person, Registration
from tests.features.registers import (
    YES,
    Reply,
    Script,
    Watch,
    agreeing,
    asked_at,
    failing,
    one,
    reply,
)

AS_OF = date(2026, 7, 1)
Make = Callable[..., Person]
Type = Callable[..., Registration]


VERDICTS = {"answer": "verdicts", "found_by": "number", "fields": YES}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"answer": "not_found"}, NotFound()),
        ({"answer": "not_found", "found_by": None, "fields": None}, NotFound()),
        ({"answer": "several"}, Several(())),
        ({"answer": "not_covered"}, NotCovered()),
        (VERDICTS, Verdicts(None, FoundBy.NUMBER, YES)),
        (VERDICTS | {"person_id": "new"}, Verdicts(None, FoundBy.NUMBER, YES)),
    ],
)
def test_each_answer_is_read(answer: dict, expected: RegisterAnswer) -> None:
    content = bytes(reply([answer]).body)
    assert reply_of(content, 1).answers == [expected]


def _with(**changes: object) -> dict:
    return {"as_of": "2026-07-01", "answers": [VERDICTS | changes]}


MALFORMED = [
    # content, why
    (b"", "nothing"),
    (b"\xff\xfe", "no text"),
    (b"<html>busy</html>", "a page of a proxy"),
    (b'{"as_of": "2026-07-01", "answers": [', "cut short"),
    (b"[" * 100_000, "deeper than anybody reads"),
    (b"1" * 10_000, "a number of absurd length"),
    (b"null", "null"),
    ([], "a list"),
    ({}, "an empty object"),
    ({"answers": [VERDICTS]}, "no day"),
    ({"as_of": None, "answers": [VERDICTS]}, "no day either"),
    ({"as_of": "yesterday", "answers": [VERDICTS]}, "a day of no calendar"),
    ({"as_of": 20260701, "answers": [VERDICTS]}, "a day as a number"),
    ({"as_of": "2026-07-01"}, "no answers"),
    ({"as_of": "2026-07-01", "answers": None}, "answers that are none"),
    ({"as_of": "2026-07-01", "answers": {"0": VERDICTS}}, "answers as an object"),
    ({"as_of": "2026-07-01", "answers": []}, "an answer too few"),
    ({"as_of": "2026-07-01", "answers": [VERDICTS, VERDICTS]}, "an answer too many"),
    ({"as_of": "2026-07-01", "answers": [None]}, "an answer that is none"),
    ({"as_of": "2026-07-01", "answers": ["verdicts"]}, "an answer that is a word"),
    ({"as_of": "2026-07-01", "answers": [{}]}, "an empty answer"),
    (_with(answer="found"), "an answer of another form"),
    (_with(answer=None), "no kind of answer"),
    (_with(answer=["verdicts"]), "a kind that is a list"),
    (_with(answer="not_found"), "verdicts of nobody"),
    (_with(answer="unavailable"), "an outage is no answer over there"),
    (_with(found_by=None), "found by nothing"),
    (_with(found_by="luck"), "found by something else"),
    (_with(found_by=1), "found by a number, not the number"),
    (_with(fields=None), "no fields"),
    (_with(fields=[True] * 6), "fields without names"),
    (_with(fields={}), "no field"),
    (_with(fields=YES | {"email": True}), "a field too many"),
    (_with(fields={"full_name": True}), "fields too few"),
    (_with(fields=YES | {"sex": "yes"}), "a verdict as a word"),
    (_with(fields=YES | {"sex": 1}), "a verdict as a number"),
    (_with(fields=YES | {"sex": 0.0}), "a verdict as another number"),
    (_with(fields=YES | {"sex": []}), "a verdict as a list"),
]


@pytest.mark.parametrize(("content", "why"), MALFORMED)
def test_a_malformed_reply_is_an_outage(content: object, why: str) -> None:
    sent = content if isinstance(content, bytes) else json.dumps(content).encode()
    with pytest.raises(MalformedError):
        reply_of(sent, 1)


@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda t: json.dumps(t).encode()))
def test_no_reply_raises_anything_else(content: bytes) -> None:
    with pytest.raises(MalformedError):
        reply_of(content, 1)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (lambda _: Response(b"{"), "malformed"),
        (lambda q: reply([VERDICTS] * (len(q) + 1)), "an answer too many"),
        (lambda _: Response(b" " * (2 << 20)), "two megabytes"),
        (
            lambda q: Response(
                gzip.compress(bytes(agreeing(q).body)), headers={"Content-Encoding": "gzip"}
            ),
            "packed, though asked not to",
        ),
        (failing(204), "no content"),
        (failing(400), "a question that it does not take"),
        (failing(401), "another token"),
        (failing(404), "another service"),
    ],
)
def test_what_cannot_be_used_is_unavailable_at_once(
    script: tuple[Script, str], registration: Type, watch: Watch, line: Reply, why: str
) -> None:
    told, url = script
    told.lines = [line]
    with asked_at(url, watch.around) as register:
        assert one(register, registration()) == Unavailable(), why
    assert (len(told.calls), watch.slept) == (1, []), why


def test_a_number_found_otherwise_than_by_itself_is_not_told(
    script: tuple[Script, str], registration: Type
) -> None:
    told, url = script
    found = VERDICTS | {"found_by": "former_number", "fields": YES | {"document_number": False}}
    told.lines = [lambda _: reply([found])]
    with asked_at(url) as register:
        answer = one(register, registration())
    assert (answer.number, answer.by) == (None, FoundBy.FORMER_NUMBER)

"""Laws of what a remote register is told: what is compared, once, and by nobody else."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from features.cross_check import cross_check
from features.evidence import NotCovered, Unavailable, Verdicts
from features.register.remote.form import question_of
from features.register.replica import Replica
from features.registration import DocumentType, Person, Registration
from tests.features.registers import (
    Script,
    Watch,
    asked_at,
    crowd,
    failing,
    one,
    standing_in,
    unproved,
)

AS_OF = date(2026, 7, 1)
Make = Callable[..., Person]
Type = Callable[..., Registration]
KNOWN = "known-to-both"


def test_only_what_is_compared_leaves_the_house(
    script: tuple[Script, str], registration: Type
) -> None:
    told, url = script
    typed = registration(
        full_name="Nguyeenx Thij Thuys Hoaf",
        birth_date="21/3/1990",
        document_number="79.090.123.456",
        contact_phone="0912345678",
        email="a@example.com",
        account_number="1234567890",
    )
    with asked_at(url, token=KNOWN) as register:
        one(register, typed)
        assert KNOWN not in repr(register._terms)
    (((question,),), (request,)) = told.calls, told.requests
    assert question == {
        "document_type": "cccd",
        "document_number": "079090123456",
        "full_name": "Nguyễn Thị Thúy Hòa",
        "birth_date": "1990-03-21",
        "sex": "female",
        "address": typed.address,
        "document_issued_on": "2021-05-11",
        "asked_at": "2026-03-01",
    }
    assert request.headers["authorization"] == f"Bearer {KNOWN}"
    assert (request.url.path, request.url.query) == ("/v1/verifications", "")


WRITTEN = (
    # in the cell of the number, what is asked for, why
    ("079 090 123 456", "079090123456", "in groups"),
    ("79090123456", "079090123456", "a leading zero lost"),
    ("0790901234567", "0790901234567", "a digit too many, which can be repaired"),
    ("27327050", "027327050", "an old number"),
    ("không có", None, "nothing"),
    ("xem hồ sơ vợ Trần Thị Lan 1 0912345678", "00001", "a remark"),
    ("4111 1111 1111 1111", "00001", "a payment card's number"),
    ("b1234567", "A0000000", "a passport's number"),
)

UNREADABLE = ("00001", "A0000000")


@pytest.mark.parametrize(("written", "told", "why"), WRITTEN)
def test_of_a_number_no_more_than_can_be_compared_is_told(
    registration: Type, written: str, told: str | None, why: str
) -> None:
    question = question_of(registration(document_number=written))
    assert question is not None
    assert question.form["document_number"] == told, why


@pytest.mark.parametrize("written", [text for text, told, _ in WRITTEN if told in UNREADABLE])
def test_what_is_no_number_is_answered_as_if_it_had_been_told_as_written(
    replica: Replica, person: Make, registration: Type, written: str
) -> None:
    replica.load([person()], AS_OF)
    typed = registration(document_number=written)
    question = question_of(typed)
    assert question is not None
    told = registration(document_number=question.form["document_number"])
    assert replica.ask([told]) == replica.ask([typed])
    ours, theirs = (cross_check(r, replica.ask([r])[0]).fields for r in (typed, told))
    assert ours == theirs


@pytest.mark.parametrize("column", ["full_name", "address"])
@pytest.mark.parametrize("number", ["0912345678", "0912 345 678", "0912.345.678", "079090123456"])
def test_no_telephone_and_no_other_number_leaves_with_a_name_or_an_address(
    registration: Type, column: str, number: str
) -> None:
    question = question_of(registration(**{column: f"12/3 Lê Lợi ({number})"}))
    assert question is not None
    assert question.form[column] == f"12/3 Lê Lợi ({re.sub('[0-9]', '0', number)})"


def test_a_token_goes_nowhere_unless_there_is_one(
    script: tuple[Script, str], registration: Type
) -> None:
    told, url = script
    with asked_at(url) as register:
        one(register, registration())
    assert "authorization" not in told.requests[0].headers


def test_no_proxy_of_the_environment_hears_of_it(
    script: tuple[Script, str], registration: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with asked_at(script[1]) as register:
        assert isinstance(one(register, registration()), Verdicts)


def test_a_redirect_is_not_followed(script: tuple[Script, str], registration: Type) -> None:
    told, url = script
    told.lines = [failing(307, Location=f"{url}/elsewhere")]
    with asked_at(url) as register:
        assert one(register, registration()) == Unavailable()
    assert len(told.calls) == 1


def test_who_cannot_prove_its_name_is_told_nothing(
    tmp_path: Path, registration: Type, watch: Watch
) -> None:
    heard: list[bytes] = []
    with unproved(tmp_path, heard) as url, asked_at(url, watch.around) as register:
        assert one(register, registration()) == Unavailable()
    assert not any(heard)


def test_a_passport_and_nothing_to_ask_by_cost_no_call(
    script: tuple[Script, str], registration: Type
) -> None:
    told, url = script
    typed = [
        registration(document_type=DocumentType.PASSPORT, document_number="B1234567"),
        registration(document_number=None, birth_date=None),
    ]
    with asked_at(url) as register:
        assert register.ask(typed) == [NotCovered(), NotCovered()]
    assert told.calls == []


def test_equal_questions_are_asked_once_and_many_in_several_calls(
    script: tuple[Script, str], registration: Type
) -> None:
    told, url = script
    typed = crowd(registration, 250)
    with asked_at(url) as register:
        answers = register.ask(typed + typed)
    assert [len(call) for call in told.calls] == [100, 100, 50]
    assert answers[:250] == answers[250:]
    assert [a.number for a in answers[:250]] == [r.document_number for r in typed]


def test_a_token_that_the_stand_in_does_not_know_is_an_outage(
    replica: Replica, person: Make, registration: Type
) -> None:
    replica.load([person()], AS_OF)
    with standing_in(replica, token=KNOWN) as url:
        for token, known in ((KNOWN, True), ("wrong", False), (None, False)):
            with asked_at(url, token=token) as register:
                assert isinstance(one(register, registration()), Verdicts) is known

"""Laws of a remote register on its bad days: whatever happens there, an answer is given here."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from datetime import date

import pytest
from starlette.responses import Response

from features.cross_check import cross_check
from features.evidence import (
    FIELDS,
    Identity,
    Unavailable,
    Verdicts,
)
from features.register.replica import Replica
from features.registration import Person, Registration
from tests.features.registers import (
    Script,
    Watch,
    agreeing,
    asked_at,
    crowd,
    failing,
    one,
    standing_in,
    talking,
    turn,
)

AS_OF = date(2026, 7, 1)
Make = Callable[..., Person]
Type = Callable[..., Registration]


def test_a_slow_register_is_unavailable_at_the_deadline(
    replica: Replica, person: Make, registration: Type
) -> None:
    replica.load([person()], AS_OF)
    with standing_in(replica, slow=5) as url, asked_at(url, deadline=0.4) as register:
        before = time.monotonic()
        answers = register.ask(crowd(registration, 150))
        took = time.monotonic() - before
        turn(url, slow=0)
        assert isinstance(one(register, registration()), Verdicts)
    assert answers == [Unavailable()] * 150
    assert 0.4 <= took < 0.8


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b"HTTP/1.1 200 OK\r\nX-Slow: " + b"y" * 999, "a header byte by byte"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n" + b" " * 999, "a body byte by byte"),
    ],
)
def test_a_reply_that_drips_is_unavailable_at_the_deadline(
    registration: Type, said: bytes, why: str
) -> None:
    def drip(caller: socket.socket) -> None:
        for i in range(len(said)):
            caller.sendall(said[i : i + 1])
            time.sleep(0.02)

    with talking(drip) as url, asked_at(url, deadline=0.4) as register:
        before = time.monotonic()
        assert one(register, registration()) == Unavailable(), why
        assert time.monotonic() - before < 0.8, why
        _wait_until_no_call_is_under_way()


def _wait_until_no_call_is_under_way() -> None:
    until = time.monotonic() + 20
    while any(thread.name == "register" for thread in threading.enumerate()):
        assert time.monotonic() < until
        time.sleep(0.01)


def test_after_replies_that_dripped_a_register_that_is_well_is_answered(
    registration: Type,
) -> None:
    body = bytes(agreeing([{}]).body)
    head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
    dripping = [True]

    def say(caller: socket.socket) -> None:
        if not dripping[0]:
            caller.sendall(head + body)
        while dripping[0]:
            caller.sendall(b" ")
            time.sleep(0.005)

    with talking(say) as url, asked_at(url, deadline=0.03, failures=999) as register:
        for _ in range(110):  # a pool has a hundred connections
            assert one(register, registration()) == Unavailable()
        _wait_until_no_call_is_under_way()
        dripping[0] = False
        until = time.monotonic() + 20
        while one(register, registration()) == Unavailable():
            assert time.monotonic() < until
        assert register.answers


def test_a_server_that_dies_in_the_middle_is_asked_again(registration: Type, watch: Watch) -> None:
    body = bytes(agreeing([{}]).body)
    head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
    lives = iter([head, head + body[:20], b"", head + body])
    with (
        talking(lambda c: c.sendall(next(lives))) as url,
        asked_at(url, watch.around, attempts=4) as register,
    ):
        assert isinstance(one(register, registration()), Verdicts)
        assert register.counts.failures == 3


def test_a_question_that_is_not_taken_spoils_no_other(
    script: tuple[Script, str], registration: Type, watch: Watch
) -> None:
    told, url = script
    typed = crowd(registration, 100)
    odd = {typed[0].document_number, typed[63].document_number}
    told.lines = [
        lambda questions: (
            Response("", 422)
            if odd & {q["document_number"] for q in questions}
            else agreeing(questions)
        )
    ]
    with asked_at(url, watch.around) as register:
        answers = register.ask(typed)
        assert register.answers
    assert [i for i, a in enumerate(answers) if a == Unavailable()] == [0, 63]
    assert len(told.calls) < 30


def test_a_register_that_refuses_everything_is_not_well_and_not_asked_one_by_one(
    script: tuple[Script, str], registration: Type, watch: Watch
) -> None:
    told, url = script
    told.lines = [failing(422)]
    with asked_at(url, watch.around) as register:
        assert register.ask(crowd(registration, 100)) == [Unavailable()] * 100
        assert not register.answers
        assert sum(len(call) for call in told.calls) < 250
        told.lines = [agreeing]
        assert isinstance(one(register, registration()), Verdicts)
        assert register.answers


def test_nobody_at_home_is_unavailable(registration: Type, watch: Watch) -> None:
    with asked_at("http://127.0.0.1:1", watch.around) as register:
        assert one(register, registration()) == Unavailable()
        assert not register.answers
    assert register.counts.calls == 3


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_call_is_made_again_after_pauses_by_chance(
    script: tuple[Script, str], registration: Type, watch: Watch, status: int
) -> None:
    told, url = script
    told.lines = [failing(status), failing(status), agreeing]
    with asked_at(url, watch.around, backoff=1.0) as register:
        assert isinstance(one(register, registration()), Verdicts)
    assert watch.slept == [0.5, 1.0]


@pytest.mark.parametrize(
    ("header", "slept", "answered"),
    [
        ("7", [7.0], True),
        ("0", [0.0], True),
        ("20", [], False),  # only after the deadline
        ("999999999999", [0.5], True),  # nobody waits so long: a pause by chance
        ("Wed, 21 Oct 2026 07:28:00 GMT", [0.5], True),  # a date: likewise
        ("-5", [0.5], True),
    ],
)
def test_the_pause_that_the_register_asks_for_is_kept(
    script: tuple[Script, str],
    registration: Type,
    watch: Watch,
    header: str,
    slept: list[float],
    answered: bool,
) -> None:
    told, url = script
    told.lines = [failing(429, Retry_After=header), agreeing]
    with asked_at(url, watch.around, backoff=1.0) as register:
        assert isinstance(one(register, registration()), Verdicts if answered else Unavailable)
    assert watch.slept == slept


def test_after_failures_in_a_row_it_is_not_called_until_a_pause_is_over(
    replica: Replica, person: Make, registration: Type, watch: Watch
) -> None:
    replica.load([person()], AS_OF)
    typed = registration()
    with standing_in(replica, down=1) as url, asked_at(url, watch.around) as register:
        assert [one(register, typed) for _ in range(9)] == [Unavailable()] * 9
        assert register.counts.calls == 5
        watch.now += 9.9
        assert one(register, typed) == Unavailable()
        assert register.counts.calls == 5
        watch.now += 0.2
        assert one(register, typed) == Unavailable()
        assert register.counts.calls == 6  # one trial, and it is not called again
        assert one(register, typed) == Unavailable()
        assert register.counts.calls == 6
        turn(url, down=0)
        assert one(register, typed) == Unavailable()
        watch.now += 10
        assert isinstance(one(register, typed), Verdicts)
        assert register.answers
        turn(url, down=1)
        assert one(register, typed) == Unavailable()
        assert register.counts.calls == 10  # closed again: three attempts


def test_an_outage_costs_no_pause_that_leads_to_nothing(
    replica: Replica, person: Make, registration: Type, watch: Watch
) -> None:
    replica.load([person()], AS_OF)
    with standing_in(replica, down=1) as url, asked_at(url, watch.around, failures=1) as register:
        assert one(register, registration()) == Unavailable()
    assert watch.slept == []


def test_never_more_questions_within_a_minute_than_agreed(
    script: tuple[Script, str], registration: Type, watch: Watch
) -> None:
    told, url = script
    with asked_at(url, watch.around, per_minute=10) as register:
        assert register.spare
        answers = register.ask(crowd(registration, 25))
        assert [isinstance(a, Verdicts) for a in answers] == [True] * 10 + [False] * 15
        assert answers[10:] == [Unavailable()] * 15
        assert (register.counts.over_budget, register.counts.calls) == (15, 1)
        assert register.answers
        assert not register.spare
        watch.now += 59.9
        assert one(register, registration()) == Unavailable()
        watch.now += 0.1
        assert isinstance(one(register, registration()), Verdicts)
    assert [len(call) for call in told.calls] == [10, 1]


def test_what_is_asked_again_counts_again(
    script: tuple[Script, str], registration: Type, watch: Watch
) -> None:
    told, url = script
    told.lines = [failing(503)]
    with asked_at(url, watch.around, per_minute=15, failures=99) as register:
        register.ask(crowd(registration, 10))
    assert [len(call) for call in told.calls] == [10, 5]


def test_part_of_the_register_down_is_part_of_the_answers(
    replica: Replica, person: Make, registration: Type, watch: Watch
) -> None:
    replica.load([person()], AS_OF)
    with standing_in(replica, down=0.5) as url, asked_at(url, watch.around) as register:
        kinds = set()
        for _ in range(40):
            kinds.add(type(one(register, registration())))
            watch.now += 10
    assert Verdicts in kinds
    assert kinds <= {Verdicts, Unavailable}


def test_a_register_that_is_wrong_is_believed_and_breaks_nothing(
    replica: Replica, person: Make, registration: Type
) -> None:
    replica.load([person()], AS_OF)
    with standing_in(replica, wrong=1) as url, asked_at(url) as register:
        answer = one(register, registration())
        found = cross_check(registration(), answer)
    assert answer.fields == dict.fromkeys(FIELDS, False)
    assert answer.number is None
    assert found.identity is Identity.MISMATCH

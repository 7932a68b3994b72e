"""Laws of the answers that are kept: for a while, for their day, and never an outage."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from features.evidence import (
    Unavailable,
    Verdicts,
)
from features.registration import Person, Registration
from tests.features.registers import (
    Script,
    Watch,
    agreeing,
    asked_at,
    failing,
    one,
)

AS_OF = date(2026, 7, 1)
Make = Callable[..., Person]
Type = Callable[..., Registration]


def test_an_answer_is_kept_for_a_while(
    script: tuple[Script, str], registration: Type, watch: Watch
) -> None:
    told, url = script
    with asked_at(url, watch.around, max_age=100.0) as register:
        first = one(register, registration())
        watch.now += 99.9
        assert one(register, registration()) == first
        assert (len(told.calls), register.counts.from_cache) == (1, 1)
        watch.now += 0.1
        assert one(register, registration()) == first
        assert len(told.calls) == 2


def test_an_answer_is_kept_for_its_day_alone(
    script: tuple[Script, str], registration: Type, watch: Watch
) -> None:
    told, url = script
    later = registration().registered_at + timedelta(days=1)
    with asked_at(url, watch.around, max_age=100.0) as register:
        register.ask([registration(), registration(registered_at=later)])
    assert [q["asked_at"] for q in told.calls[0]] == ["2026-03-01", "2026-03-02"]


def test_the_day_of_registration_is_that_of_vietnam(
    script: tuple[Script, str], registration: Type
) -> None:
    told, url = script
    with asked_at(url) as register:
        one(register, registration(registered_at=datetime(2026, 3, 1, 17, tzinfo=UTC)))
    assert told.calls[0][0]["asked_at"] == "2026-03-02"


def test_an_answer_of_an_earlier_day_is_asked_again_and_serves_in_an_outage(
    script: tuple[Script, str], registration: Type, watch: Watch
) -> None:
    told, url = script
    first, second = registration(), registration(document_number="079090999999")
    told.lines = [agreeing, lambda q: agreeing(q, "2026-07-02"), failing(503)]
    with asked_at(url, watch.around, max_age=100.0) as register:
        kept = one(register, first)
        one(register, second)  # and the register speaks of another day now
        assert one(register, first) == kept
        assert register.counts.calls == 5  # asked again, in vain
        watch.now += 100
        assert register.ask([first, second]) == [Unavailable()] * 2


def test_an_outage_is_never_kept(
    script: tuple[Script, str], registration: Type, watch: Watch
) -> None:
    told, url = script
    told.lines = [failing(400), agreeing]
    with asked_at(url, watch.around, max_age=100.0) as register:
        assert one(register, registration()) == Unavailable()
        assert isinstance(one(register, registration()), Verdicts)


def test_who_keeps_nothing_keeps_nothing_for_an_outage_either(
    script: tuple[Script, str], registration: Type, watch: Watch
) -> None:
    told, url = script
    told.lines = [agreeing, failing(503)]
    with asked_at(url, watch.around, max_age=0.0) as register:
        one(register, registration())
        assert one(register, registration()) == Unavailable()
        assert not register._cache._kept

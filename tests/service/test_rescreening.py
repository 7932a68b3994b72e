"""Laws of a second look: what the register could not be asked about is screened again, once."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import psycopg
import pytest

from features.cross_check import cross_check
from features.evidence import NotFound, Unavailable
from graph.attributes import Tokens, node_of
from models.decision import Decision, RiskBand, Screening
from service.batches import Batches, Road
from service.lane import Lane
from service.ledger.records import Asked, Judged
from service.livegraph import FollowedGraph
from service.rescreening import OneByOne, RegisterState, Rescreening
from tests.service.doors import NOW

AWAY = ("REGISTER_UNAVAILABLE",)


class Register:
    """A register that is away, busy, or refuses some, as the test says."""

    def __init__(self, keys):
        self.away, self.spare, self.refused, self.asked = True, True, set(), []
        self.tokens = Tokens(keys.token)

    @property
    def state(self):
        return RegisterState(lambda: not self.away, lambda: self.spare)

    def judge(self, registrations):
        self.asked.append(len(registrations))
        return [self._judged(r) for r in registrations]

    def _judged(self, registration):
        away = self.away or registration.registration_id in self.refused
        evidence = cross_check(registration, Unavailable() if away else NotFound())
        screening = Screening(
            registration=registration,
            evidence=evidence,
            vector=np.array([0.5]),
            decision=Decision.REVIEW,
            risk=0.25,
            risk_without_outcomes=0.25,
            risk_band=RiskBand.MEDIUM,
            reasons=AWAY if away else ("IDENTITY_NOT_FOUND",),
            ring_id=None,
            model_version="model-1",
            policy_version="policy-1",
        )
        return screening, node_of(registration, evidence, self.tokens)


@pytest.fixture
def register(keys):
    return Register(keys)


@pytest.fixture
def lane(ledger, graph, keys, register):
    road = Road(register.judge)
    work = Batches(road, FollowedGraph(graph), keys, lambda *_: True)
    again = Rescreening(road, register.state, keys, work.make_ready)
    lane = Lane(ledger, work, lambda: NOW, lambda *at: bool(again.round(*at)))
    lane.start()
    yield lane
    lane.stop()


@pytest.fixture
def writer(ledger):
    """The lease, for the laws of a round without a lane."""
    writer = ledger.open_lease()
    yield writer
    writer.door.close()


@pytest.fixture
def rounds(graph, keys, register, writer):
    """Screens registrations; gives what a round is."""

    def rounds(*registrations, ring_id=None):
        work = Batches(Road(register.judge), FollowedGraph(graph), keys, lambda *_: True)
        road = [(replace(s, ring_id=ring_id), n) for s, n in register.judge(registrations)]
        asked = Asked("BANK-A:test", "test", NOW)
        writer.record_screenings([Judged(s, n, asked, 0, in_ledger=False) for s, n in road])
        register.asked.clear()
        made = Rescreening(Road(register.judge), register.state, keys, work.make_ready)
        return lambda: made.round(writer, NOW)

    return rounds


def wait_for(done):
    until = time.monotonic() + 20
    while not done():
        assert time.monotonic() < until
        time.sleep(0.02)


def screenings(ledger, *registrations):
    with ledger.whole() as whole:
        return [whole.screenings_of(*r.key) for r in registrations]


def test_what_was_screened_in_an_outage_is_screened_again_when_it_is_over(
    lane, ledger, register, registration, graph
):
    several = [registration() for _ in range(5)]
    answers = [f.result(30) for f in [lane.screen(r, "BANK-A:test", "test") for r in several]]
    assert {a.stored.identity for a in answers} == {"unverifiable"}
    before = graph.dump()
    register.away = False
    wait_for(lambda: all(len(rows) == 2 for rows in screenings(ledger, *several)))
    for answer, (first, second) in zip(answers, screenings(ledger, *several), strict=True):
        assert first == answer.stored
        assert (second.identity, second.rescreens) == ("not_found", first.screening_id)
        assert second.asked_by == "chinhchu"
        assert second.position > first.position
    assert graph.dump() == before
    time.sleep(1.2)
    assert all(len(rows) == 2 for rows in screenings(ledger, *several))


def test_who_sends_a_registration_again_gets_the_first_answer(lane, ledger, register, registration):
    one = registration()
    first = lane.screen(one, "BANK-A:test", "test").result(30)
    register.away = False
    wait_for(lambda: len(screenings(ledger, one)[0]) == 2)
    again = lane.screen(one, "BANK-A:test", "test").result(30)
    assert again == replace(first, repeated=True)


def test_an_outage_that_lasts_leaves_no_row_and_asks_about_one_alone(
    rounds, ledger, register, registration
):
    several = [registration() for _ in range(5)]
    go_round = rounds(*several)
    for _ in range(3):
        go_round()
    assert register.asked == [1, 1, 1]
    assert all(len(rows) == 1 for rows in screenings(ledger, *several))


def test_a_round_is_bounded_and_goes_from_the_earliest_on(rounds, ledger, register, registration):
    many = [registration() for _ in range(120)]
    go_round = rounds(*many)
    register.away = False
    for asked in ([1, 50], [1, 50, 1, 50], [1, 50, 1, 50, 1, 17]):
        go_round()
        assert register.asked == asked
    done = [rows for rows in screenings(ledger, *many) if len(rows) == 2]
    assert len(done) == 120
    go_round()
    assert sum(register.asked) == 120


def test_a_ring_that_the_live_graph_has_forgotten_since_is_still_named(
    rounds, ledger, register, registration
):
    one = registration()
    go_round = rounds(one, ring_id="R-of its day")
    register.away = False
    go_round()
    assert [s.ring_id for s in screenings(ledger, one)[0]] == ["R-of its day"] * 2


def test_what_was_answered_is_left_alone(rounds, ledger, register, registration):
    register.away = False
    one = registration()
    go_round = rounds(one)
    go_round()
    assert register.asked == []
    assert len(screenings(ledger, one)[0]) == 1


def test_a_register_without_time_to_spare_is_not_asked(rounds, register, registration):
    register.spare = False
    go_round = rounds(registration())
    register.away = False
    go_round()
    assert register.asked == []


def test_one_that_the_register_never_takes_keeps_nobody_waiting(
    rounds, ledger, register, registration
):
    odd, *others = several = [registration() for _ in range(4)]
    register.refused = {odd.registration_id}
    go_round = rounds(*several)
    register.away = False
    for _ in range(3):
        go_round()
    assert [len(rows) for rows in screenings(ledger, odd, *others)] == [1, 2, 2, 2]
    register.asked.clear()
    go_round()
    assert register.asked == []


def test_what_failed_in_an_outage_is_asked_again_when_a_later_one_tells_that_it_is_over(
    rounds, ledger, register, registration
):
    several = [registration() for _ in range(4)]
    go_round = rounds(*several)
    go_round()
    go_round()
    register.away = False
    go_round()
    assert register.asked == [1, 1, 1, 3]
    assert [len(rows) for rows in screenings(ledger, *several)] == [2, 2, 2, 2]


def test_a_register_that_takes_nothing_passes_over_nobody(rounds, ledger, register, registration):
    several = [registration() for _ in range(3)]
    register.refused = {r.registration_id for r in several}
    go_round = rounds(*several)
    register.away = False
    for _ in range(7):
        go_round()
    register.refused.clear()
    go_round()
    assert [len(rows) for rows in screenings(ledger, *several)] == [2, 2, 2]


def test_a_screening_is_repeated_once_at_most(rounds, ledger, register, registration, writer):
    one = registration()
    go_round = rounds(one)
    register.away = False
    with ledger.whole() as whole:
        assert [u.registration for u in whole.unchecked(0, 9)] == [one]
    go_round()
    with ledger.whole() as whole:
        assert whole.unchecked(0, 9) == []
    ((first, second),) = screenings(ledger, one)
    with pytest.raises(psycopg.errors.UniqueViolation), writer.door.transaction():
        writer.door.execute(
            "INSERT INTO screenings SELECT (jsonb_populate_record(s, jsonb_build_object("
            "'position', 99999, 'screening_id', gen_random_uuid()))).* "
            "FROM screenings s WHERE s.screening_id = %s",
            [second.screening_id],
        )
    assert second.rescreens == first.screening_id


def test_a_defect_in_a_second_look_ends_no_lane(ledger, graph, keys, judge, registration):
    def fails(*_):
        raise ValueError("a defect that quotes Nguyễn Văn An")

    work = Batches(Road(judge), FollowedGraph(graph), keys, lambda *_: True)
    lane = Lane(ledger, work, lambda: NOW, fails)
    lane.start()
    time.sleep(1.2)
    assert lane.screen(registration(), "BANK-A:test", "test").result(30).stored
    lane.stop()


def test_companions_of_a_round_are_not_counted_twice(graph, register, registration):
    several = [registration() for _ in range(4)]
    nodes = [node for _, node in register.judge(several)]
    first = [company.values for company in graph.around(nodes)]
    graph.project(nodes, [], 1)
    now = [replace(node, verified=True) for node in nodes]  # what the register says of them by now
    again = [company.values for company in OneByOne(graph).around(now)]
    np.testing.assert_array_equal(again, first)

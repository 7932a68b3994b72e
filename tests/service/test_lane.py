"""Laws of the lane: answered means committed, once each, and the graph follows the ledger."""

from __future__ import annotations

import os
import resource
import signal
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime

import psycopg
import pytest
import redis

from service import embedded
from service.batches import Batches, Road
from service.datafolder import owned
from service.errors import ConflictError, NotFoundError, UnavailableError
from service.lane import LARGEST_BATCH, Lane
from service.ledger import Ledger
from service.ledger.records import NewOutcome
from service.ledger.writing import BookRow
from service.livegraph import FollowedGraph
from service.projection import catch_up

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def ask(lane, *registrations):
    return [lane.screen(r, "BANK-A:test", "test") for r in registrations]


def answers(futures):
    return [future.result(30) for future in futures]


def outcome(registration, **changes):
    known = NewOutcome(registration.institution, registration.registration_id, True, None, NOW)
    return replace(known, **changes)


class Gate:
    """Lets a judge wait until the test says so, and keeps what it was asked."""

    def __init__(self, judge):
        self.judge, self.open, self.entered, self.batches = (
            judge,
            threading.Event(),
            threading.Event(),
            [],
        )

    def __call__(self, registrations):
        self.batches.append(list(registrations))
        self.entered.set()
        assert self.open.wait(30)
        return self.judge(registrations)


def test_an_answer_is_in_the_ledger_when_it_is_given(make_lane, ledger, registration):
    one = registration()
    (answer,) = answers(ask(make_lane(), one))
    with ledger.reader() as reader:
        assert reader.screenings_of(*one.key) == [answer.stored]
    assert not answer.repeated


def test_a_repeated_call_gets_the_same_answer_and_no_second_row(make_lane, ledger, registration):
    lane, one = make_lane(), registration()
    (first,) = answers(ask(lane, one))
    for later in answers(ask(lane, one, replace(one), one)):
        assert later.repeated
        assert later.stored == first.stored
    with ledger.whole() as whole:
        assert len(whole.latest("BANK-A", 10)) == 1


def test_equal_calls_of_one_batch_are_one_screening(make_lane, judge, ledger, registration):
    gate = Gate(judge)
    lane, first, one = make_lane(road=Road(gate)), registration(), registration()
    held = ask(lane, first)
    gate.entered.wait(30)
    futures = ask(lane, one, one, replace(one, full_name="Other"), one)
    gate.open.set()
    answers(held)
    same = answers([futures[0], futures[1], futures[3]])
    assert len({a.stored.screening_id for a in same}) == 1
    assert [a.repeated for a in same] == [False, True, True]
    with pytest.raises(ConflictError):
        futures[2].result(30)
    assert gate.batches == [[first], [one]]


def test_other_content_under_one_key_is_a_conflict(make_lane, registration):
    lane, one = make_lane(), registration()
    answers(ask(lane, one))
    with pytest.raises(ConflictError):
        answers(ask(lane, replace(one, document_number=None)))


def test_calls_that_wait_form_one_batch_in_the_order_of_the_world(make_lane, judge, registration):
    gate = Gate(judge)
    lane, first = make_lane(road=Road(gate)), registration()
    held = ask(lane, first)
    gate.entered.wait(30)
    waiting = [registration() for _ in range(LARGEST_BATCH + 3)]
    futures = ask(lane, *reversed(waiting))
    gate.open.set()
    answers(held + futures)
    assert [len(batch) for batch in gate.batches] == [1, LARGEST_BATCH, 3]
    assert gate.batches[1] == waiting[3:]


def test_a_call_given_up_while_it_waited_is_not_screened(make_lane, judge, ledger, registration):
    gate = Gate(judge)
    lane, first, second = make_lane(road=Road(gate)), registration(), registration()
    held = ask(lane, first)
    gate.entered.wait(30)
    (waiting,) = ask(lane, second)
    assert waiting.cancel()
    gate.open.set()
    answers(held + ask(lane, first))
    assert gate.batches == [[first]]


def test_a_registration_of_a_book_is_screened_once_it_is_asked_for(
    make_lane, judge, ledger, registration, graph
):
    one = registration()
    writer = ledger.open_lease()
    writer.record_book([BookRow(one, judge([one])[0][1])], NOW)
    writer.door.close()
    lane = make_lane()
    (answer,) = answers(ask(lane, one))
    assert not answer.repeated
    with pytest.raises(ConflictError):
        answers(ask(lane, replace(one, full_name="Other")))
    with ledger.whole() as whole:
        assert graph.position() == whole.last_position()


def test_outcomes_are_recorded_once_and_only_of_known_registrations(
    make_lane, ledger, graph, registration
):
    lane, one, unknown = make_lane(), registration(), registration()
    answers(ask(lane, one))
    before = graph.dump()
    first = lane.learn(outcome(one)).result(30)
    assert graph.dump() != before
    assert lane.learn(outcome(one)).result(30) == first
    with pytest.raises(ConflictError):
        lane.learn(outcome(one, is_fraud=False)).result(30)
    with pytest.raises(NotFoundError):
        lane.learn(outcome(unknown)).result(30)
    with pytest.raises(NotFoundError):
        lane.learn(outcome(one, institution="BANK-B")).result(30)


def test_the_graph_equals_a_rebuild_from_the_ledger(make_lane, ledger, graph, registration):
    lane = make_lane()
    many = [registration(contact_phone=f"09{i % 3:08}") for i in range(40)]
    answers(ask(lane, *many))
    for one in many[::5]:
        lane.learn(outcome(one)).result(30)
    live = graph.dump()
    with ledger.whole() as whole:
        graph.clear()
        catch_up(whole, graph)
    assert graph.dump() == live


def test_a_cut_between_commit_and_projection_is_caught_up(make_lane, ledger, graph, registration):
    lane = make_lane()
    answers(ask(lane, registration()))
    before = graph.dump()
    answers(ask(lane, registration()))
    whole_graph = graph.dump()
    graph.clear()
    with ledger.whole() as whole:
        catch_up(whole, graph)
    assert graph.dump() == whole_graph != before
    answers(ask(lane, registration()))
    with ledger.whole() as whole:
        assert graph.position() == whole.last_position()


def test_a_graph_ahead_of_its_ledger_is_built_anew(make_lane, ledger, graph, registration):
    lane = make_lane()
    answers(ask(lane, registration()))
    right = graph.dump()
    graph.project([], [], 10_000)
    with ledger.whole() as whole:
        catch_up(whole, graph)
    assert graph.dump() == right


def test_a_defect_stays_with_the_call_that_meets_it(make_lane, judge, ledger, registration, caplog):
    poison = registration(full_name="Bí Mật")

    def judging(registrations):
        if poison in registrations:
            raise ValueError(poison.full_name)
        return judge(registrations)

    gate = Gate(judging)
    lane, first = make_lane(road=Road(gate)), registration()
    held = ask(lane, first)
    gate.entered.wait(30)
    good, bad, fine = ask(lane, registration(), poison, registration())
    gate.open.set()
    answers([*held, good, fine])
    with pytest.raises(ValueError, match="Bí Mật"):
        bad.result(30)
    with ledger.whole() as whole:
        assert len(whole.latest("BANK-A", 10)) == 3
    assert "Bí Mật" not in caplog.text
    assert "ValueError" in caplog.text


class Away:
    """A live graph whose server is away while `away` holds."""

    def __init__(self, graph, *, projecting=False):
        self.graph, self.away, self.projecting = graph, True, projecting

    def position(self):
        if self.away and not self.projecting:
            raise redis.ConnectionError
        return self.graph.position()

    def project(self, nodes, marks, position):
        if self.away:
            raise redis.ConnectionError
        self.graph.project(nodes, marks, position)

    def clear(self):
        self.graph.clear()


def test_while_the_graph_is_away_calls_are_answered_and_outcomes_taken(
    make_lane, ledger, graph, registration
):
    away = Away(graph)
    lane, one, two = make_lane(graph=away), registration(), registration()
    answers(ask(lane, one))
    lane.learn(outcome(one)).result(30)
    assert graph.position() == 0
    away.away = False
    answers(ask(lane, two))
    with ledger.whole() as whole:
        assert graph.position() == whole.last_position()
        live = graph.dump()
        graph.clear()
        catch_up(whole, graph)
    assert graph.dump() == live


def test_a_graph_that_leaves_after_the_commit_takes_no_answer_away(
    make_lane, ledger, graph, registration
):
    away = Away(graph, projecting=True)
    lane, one = make_lane(graph=away), registration()
    (answer,) = answers(ask(lane, one))
    assert graph.position() == 0
    away.away = False
    assert answers(ask(lane, one))[0].stored == answer.stored
    with ledger.whole() as whole:
        assert graph.position() == whole.last_position()


def test_a_lane_without_its_lease_takes_no_calls_until_it_has_it_again(
    make_lane, ledger, registration
):
    lane = make_lane()
    with ledger.connection() as door:
        door.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
    one, given_up = registration(), threading.Event()
    while not given_up.wait(0.05):
        try:
            answers(ask(lane, one))
        except UnavailableError:
            continue
        given_up.set()
    with ledger.whole() as whole:
        assert len(whole.latest("BANK-A", 10)) == 1


def test_a_second_lane_on_one_ledger_is_refused(make_lane):
    make_lane()
    with pytest.raises(UnavailableError, match="another process"):
        make_lane()


def test_a_stopped_lane_turns_waiting_calls_away(make_lane, judge, registration):
    gate = Gate(judge)
    lane, first = make_lane(road=Road(gate)), registration()
    held = ask(lane, first)
    gate.entered.wait(30)
    waiting = ask(lane, registration())
    stopping = threading.Thread(target=lane.stop)
    stopping.start()
    gate.open.set()
    stopping.join()
    answers(held)
    with pytest.raises(UnavailableError):
        answers(waiting)
    with pytest.raises(UnavailableError):
        ask(lane, first)


def test_a_database_that_fails_in_a_batch_leaves_nothing_half_written(
    make_lane, ledger, registration
):
    lane = make_lane()
    with ledger.connection() as door:
        door.execute("ALTER TABLE screenings ADD CONSTRAINT never CHECK (false) NOT VALID")
    with pytest.raises(psycopg.errors.CheckViolation):
        answers(ask(lane, registration()))
    with ledger.whole() as whole:
        assert whole.last_position() == 0


@pytest.fixture
def cramped(tmp_path):
    """Parts that may write no file beyond 17 MB, until they are started again."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with owned(tmp_path / "home") as folder:
        resource.setrlimit(resource.RLIMIT_FSIZE, (17 << 20, before[1]))
        try:
            running = embedded.parts(folder, announce=lambda _: None)
            parts = running.__enter__()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        yield parts
        running.__exit__(None, None, None)


def test_a_full_disk_is_an_outage_that_ends_when_there_is_room_again(
    cramped, keys, judge, graph, registration
):
    many = [registration(organisation_name=f"{i} " * 20_000) for i in range(400)]
    with Ledger(cramped.database_url, keys) as ledger:
        lane = Lane(
            ledger, Batches(Road(judge), FollowedGraph(graph), keys, lambda *_: True), lambda: NOW
        )
        lane.start()
        try:
            (first,) = answers(ask(lane, registration()))
            with pytest.raises(UnavailableError):
                answers(ask(lane, *many))
            wait_for(lambda: stored(ledger) == [first.stored.screening_id])
            os.kill(cramped.keeper.pids()["PostgreSQL"], signal.SIGKILL)
            wait_for(lambda: lane.ready and tries(lane, many))
            assert len(stored(ledger)) == len(many) + 1
        finally:
            lane.stop()


def wait_for(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.05)


def stored(ledger):
    try:
        with ledger.whole() as whole:
            return [s.screening_id for s in whole.latest("BANK-A", 1_000)]
    except UnavailableError:
        return None


def tries(lane, registrations):
    try:
        return len(answers(ask(lane, *registrations))) == len(registrations)
    except UnavailableError:
        return False

"""Laws of the followed graph: no answer waits for it, and nothing that it missed stays missing."""

from __future__ import annotations

import numpy as np
import pytest
import redis

from service.ledger.writing import BookRow
from service.livegraph import FollowedGraph
from service.projection import catch_up
from tests.service.doors import NOW


class Slow:
    """A graph whose server does not answer in time while `slow` holds."""

    def __init__(self, graph):
        self.graph, self.slow, self.asked = graph, True, 0

    def position(self):
        self.asked += 1
        if self.slow:
            raise redis.TimeoutError
        return self.graph.position()

    def __getattr__(self, name):
        return getattr(self.graph, name)


@pytest.fixture
def record(ledger, judge):
    """Puts registrations into the ledger alone; gives their nodes."""

    def make(*registrations):
        rows = [BookRow(s.registration, node) for s, node in judge(registrations)]
        writer = ledger.open_lease()
        writer.record_book(rows, NOW)
        writer.door.close()
        return [row.node for row in rows]

    return make


def test_a_graph_far_behind_is_brought_along_step_by_step_and_tells_no_company_until_then(
    ledger, graph, record, registration
):
    nodes = record(*(registration() for _ in range(2_100)))
    followed = FollowedGraph(graph)
    with ledger.whole() as whole:
        for _ in range(2):
            assert followed.bring(whole) is None
            assert not followed.around(nodes[-1:])[0].known
            assert not followed.away
        assert followed.bring(whole) == whole.last_position()
    (company,) = followed.around(nodes[-1:])
    assert company.known
    np.testing.assert_array_equal(company.values, graph.around(nodes[-1:])[0].values)


def test_what_is_not_there_in_time_is_left_alone_for_a_while(ledger, graph, record, registration):
    record(registration())
    slow, clock = Slow(graph), [0.0]
    followed = FollowedGraph(slow, lambda: clock[0])
    with ledger.whole() as whole:
        for seconds, asked in ((0, 1), (1, 1), (9.9, 1), (10, 2), (15, 2), (20, 3)):
            clock[0] = seconds
            slow.slow = seconds < 20
            assert (followed.bring(whole) is None) is (seconds < 20)
            assert slow.asked == asked


def test_a_graph_that_missed_something_gets_nothing_later_before_that(
    ledger, graph, record, registration
):
    first = record(registration())
    slow = Slow(graph)
    followed = FollowedGraph(slow)
    with ledger.whole() as whole:
        followed.bring(whole)
        followed.project(first, [], whole.last_position())
        assert graph.position() == 0
        catch_up(whole, graph)
        assert graph.position() == whole.last_position()


def test_a_graph_without_what_is_due_tells_no_company(ledger, graph, record, registration):
    nodes = record(registration())
    followed = FollowedGraph(graph)
    with ledger.whole() as whole:
        assert followed.bring(whole, lambda: False) is None
        assert not followed.around(nodes)[0].known
        assert followed.bring(whole, lambda: True) is not None


def test_while_it_is_brought_along_it_tells_nothing_and_both_ends_are_said_once(
    ledger, graph, record, registration, caplog
):
    record(*(registration() for _ in range(2_100)))
    followed = FollowedGraph(graph)
    told = []
    with ledger.whole() as whole:
        for _ in range(4):
            followed.bring(whole)
            told.append(followed.tells)
        followed.around([])
    assert told == [False, False, True, True]
    begun, ended = (record.getMessage() for record in caplog.records)
    assert "being built from the ledger" in begun
    assert "stands where the ledger does, at position 2100" in ended


def test_a_graph_that_is_lost_tells_nothing_from_then_on(ledger, graph, record, registration):
    record(registration())
    slow = Slow(graph)
    slow.slow = False
    followed = FollowedGraph(slow)
    with ledger.whole() as whole:
        followed.bring(whole)
        assert followed.tells
        slow.slow = True
        followed.bring(whole)
        assert not followed.tells

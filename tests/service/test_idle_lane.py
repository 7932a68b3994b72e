"""Laws of what waits for an idle lane: it is done, whether calls cease or not."""

from __future__ import annotations

import time

import pytest

from service import lane as room
from service.batches import Batches, Road
from service.lane import Lane
from service.livegraph import FollowedGraph
from tests.service.doors import NOW


@pytest.fixture
def idling(ledger, graph, keys, judge):
    """Starts lanes that do something when they are idle; each is stopped at the end of the test."""
    lanes = []

    def make(*when_idle):
        work = Batches(Road(judge), FollowedGraph(graph), keys, lambda *_: True)
        lane = Lane(ledger, work, lambda: NOW, *when_idle)
        lane.start()
        lanes.append(lane)
        return lane

    yield make
    for lane in lanes:
        lane.stop()


def test_it_is_done_although_calls_never_cease(idling, registration, monkeypatch):
    monkeypatch.setattr(room, "_LONGEST_WITHOUT_IDLING", 0.2)
    idled = []
    lane = idling(lambda *_: bool(idled.append(1)))
    until = time.monotonic() + 2
    while time.monotonic() < until:
        lane.screen(registration(), "BANK-A:test", "test").result(30)
    assert len(idled) > 2


def test_what_has_more_to_do_goes_on_at_once(idling):
    rounds = []
    began = time.monotonic()
    idling(lambda *_: rounds.append(1) or len(rounds) < 50)
    while len(rounds) < 50:
        assert time.monotonic() < began + 20  # a second each would be 50
        time.sleep(0.02)


def test_what_fails_keeps_nothing_else_from_being_done(idling):
    done = []
    idling(lambda *_: 1 / 0, lambda *_: done.append(1))
    until = time.monotonic() + 20
    while not done:
        assert time.monotonic() < until
        time.sleep(0.02)

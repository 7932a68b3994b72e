"""Laws of a rebuilding: an equal graph in the old one's place, and nothing of a killed one."""

from __future__ import annotations

from datetime import timedelta
from threading import Timer

import pytest

from graph.halves import Builder
from service.errors import UnavailableError
from service.ledger.records import NewOutcome
from service.progress import Progress
from service.rebuilding import Tidying, build_anew
from tests.service.doors import NOW


@pytest.fixture
def lane(make_lane, registration):
    """A lane that has screened and learnt something."""
    lane = make_lane()
    many = [registration() for _ in range(9)]
    for future in [lane.screen(r, "BANK-A:test", "test") for r in many]:
        future.result(30)
    for r in many[::3]:
        at = NOW - timedelta(minutes=1)
        lane.learn(NewOutcome(r.institution, r.registration_id, True, None, at)).result(30)
    return lane


class Watching(Progress):
    """Does something when the first part is built."""

    def __init__(self, do):
        super().__init__()
        self.do = do

    def rows(self, done, total):
        do, self.do = self.do, lambda: None
        do()


def halves(valkey):
    return {key[: len(b"chinhchu:")] for key in valkey.scan_iter("chinhchu[:;]*")}


def tidy(graph):
    tidying = Tidying(graph)
    while tidying.round():
        pass


def test_the_new_graph_equals_the_old_one_and_takes_its_place(lane, ledger, graph, valkey):
    for _ in range(3):
        old, half = graph.dump(), graph.half
        build_anew(ledger, graph, Progress())
        assert graph.dump() == old
        assert graph.half != half
        tidy(graph)
        assert halves(valkey) == {graph.half}
        assert graph.dump() == old


def test_what_is_screened_meanwhile_is_in_the_new_graph(lane, ledger, graph, registration):
    def screen_some():
        for _ in range(3):
            lane.screen(registration(), "BANK-A:test", "test").result(30)

    build_anew(ledger, graph, Watching(screen_some))
    screen_some()
    live = graph.dump()
    with ledger.whole() as whole:
        assert graph.position() == whole.last_position()
    build_anew(ledger, graph, Progress())
    assert graph.dump() == live


def test_the_lane_goes_over_to_the_new_graph_by_itself(lane, ledger, graph, registration):
    build_anew(ledger, graph, Progress())
    tidy(graph)
    lane.screen(registration(), "BANK-A:test", "test").result(30)
    with ledger.whole() as whole:
        assert graph.position() == whole.last_position()


def test_a_killed_rebuilding_leaves_the_old_graph_in_force_and_nothing_behind(
    lane, ledger, graph, valkey, monkeypatch
):
    old, half = graph.dump(), graph.half

    def die():
        monkeypatch.setattr(Builder, "let_go", lambda _: None)  # a killed one lets go of nothing
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_anew(ledger, graph, Watching(die))
    monkeypatch.undo()
    assert (graph.dump(), graph.half) == (old, half)
    assert len(halves(valkey)) == 2
    tidy(graph)
    assert len(halves(valkey)) == 2  # it may be alive still
    valkey.pexpire("chinhchu-builder", 1)
    while valkey.exists("chinhchu-builder"):
        pass
    tidy(graph)
    assert halves(valkey) == {half}
    assert (graph.dump(), graph.half) == (old, half)


def test_two_do_not_build_at_once(lane, ledger, graph):
    old = graph.dump()

    def another():
        with pytest.raises(UnavailableError, match="rebuilt already"):
            build_anew(ledger, graph, Progress())

    build_anew(ledger, graph, Watching(another))
    assert graph.dump() == old


def test_a_rebuilding_waits_for_a_lane_that_forgets_or_tidies(lane, ledger, graph, monkeypatch):
    half, other = graph.half, graph.builder("somebody")
    assert other.take()
    monkeypatch.setattr("service.rebuilding._PATIENCE", 0.1)
    with pytest.raises(UnavailableError, match="the service is erasing"):
        build_anew(ledger, graph, Progress())
    monkeypatch.undo()
    soon = Timer(0.3, other.let_go)
    soon.start()
    build_anew(ledger, graph, Progress())
    soon.join()
    graph.position()
    assert graph.half != half


def test_a_builder_held_for_dead_puts_nothing_in_force(lane, ledger, graph, valkey):
    half = graph.half
    with pytest.raises(UnavailableError, match="too long"):
        build_anew(ledger, graph, Watching(lambda: valkey.delete("chinhchu-builder")))
    graph.position()
    assert graph.half == half


def test_clearing_away_stops_where_somebody_builds(graph, valkey):
    aside = graph.aside()
    aside.project([], [], 7)
    builder = graph.builder("somebody")
    assert builder.take()
    assert not Tidying(graph).round()
    assert aside.position() == 7
    builder.let_go()
    tidy(graph)
    assert aside.is_empty()

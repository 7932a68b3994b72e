"""Three ways to count, one answer: the live graph, SQL and the naive oracle, row by row."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from graph.attributes import Attribute
from graph.history import History
from tests.graph.books import TestBook, assert_same, nodes_of, through_live
from tests.graph.oracle import Oracle
from training.world import simulate

ROWS = 20_000
SONG = Path(__file__).parents[2] / ".." / "shared" / "worlds" / "song"


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> TestBook:
    """A simulated world with labels that arrive between its registrations."""
    folder = tmp_path_factory.mktemp("world")
    simulate(10_100, seed=5).write(folder)
    book = TestBook.read(folder, ROWS)
    assert len(book.nodes) == ROWS
    return book


@pytest.fixture(scope="module")
def by_sql(book):
    return History(book.outcomes).values(book.nodes)


@pytest.fixture(scope="module")
def vectors_by_sql(book, by_sql):
    return book.vectors(by_sql)


def test_sql_counts_as_the_oracle_does(book, by_sql):
    assert_same(by_sql, Oracle(book.nodes, book.marks).values(book.nodes))


def test_the_world_of_the_test_asks_something_of_every_side(book, by_sql):
    last = book.registrations[-1].registered_at
    assert sum(m.confirmed_at < last for m in book.marks) > 1_000
    counted = (np.nan_to_num(by_sql) > 0).any(axis=0)
    assert counted.mean() > 0.9
    held = {a: sum(a in n.tokens for n in book.nodes) for a in Attribute}
    assert min(held.values()) > 50, held


@pytest.mark.parametrize("size", [1, 7, 500])
def test_the_live_graph_counts_as_sql_does_in_any_batches(
    book, by_sql, vectors_by_sql, graph, size
):
    live = through_live(graph, book.nodes, book.marks, size)
    assert_same(live, by_sql)
    assert np.allclose(book.vectors(live), vectors_by_sql, rtol=1e-12, atol=0, equal_nan=True)


def test_another_token_key_gives_the_same_answers(book, by_sql, graph):
    some = slice(0, 4_000)
    registrations, evidence = book.registrations[some], book.evidence[some]
    nodes = nodes_of(registrations, evidence, b"quite another key")
    assert not {t for n in nodes for t in n.tokens.values()} & {
        t for n in book.nodes for t in n.tokens.values()
    }
    history = History(book.outcomes)
    assert_same(history.values(nodes), by_sql[some])
    assert_same(through_live(graph, nodes, history.marks(nodes), 500), by_sql[some])


def test_nothing_changes_when_what_came_later_is_removed(book, by_sql):
    part = book.nodes[: ROWS // 2]
    end = part[-1].registered_at
    known = {r: o for r, o in book.outcomes.items() if o[0] < end}
    assert len(known) < len(book.outcomes)
    assert_same(History(known).values(part), by_sql[: len(part)])


def test_the_order_of_the_rows_changes_no_answer(book, by_sql, graph):
    some = book.nodes[:1_500]
    order = random.Random(0).sample(range(len(some)), len(some))
    shuffled = [some[i] for i in order]
    assert_same(History(book.outcomes).values(shuffled), by_sql[order])
    start = some[0].registered_at
    early = [i for i in order if some[i].registered_at < start + timedelta(days=5)]
    assert len(early) > 100
    companies = graph.around([some[i] for i in early])
    unmarked = History({}).values(some)[early]
    assert_same(np.array([c.values for c in companies]), unmarked)


def test_recording_again_changes_nothing(book, graph):
    nodes, marks = book.nodes[:1_500], book.marks[:300]
    graph.project(nodes, marks, 9)
    once = graph.dump()
    graph.project(nodes[700:900], marks[100:], 9)
    graph.project(list(reversed(nodes)), list(reversed(marks)), 9)
    assert graph.dump() == once


def test_a_rebuilt_graph_is_the_graph_that_grew(book, graph):
    nodes = book.nodes[:3_000]
    there = {n.key for n in nodes}
    marks = [m for m in book.marks if m.node.key in there]
    through_live(graph, nodes, marks, 100)
    graph.project([], marks, len(nodes))
    grown = graph.dump()
    graph.clear()
    assert graph.position() == 0
    graph.project(nodes, marks, len(nodes))
    assert graph.dump() == grown


def test_a_song_of_others_is_counted_alike_by_all_three(graph):
    if not SONG.is_dir():
        pytest.skip("../shared/worlds/song is not there: parity was shown on the simulated world")
    song = TestBook.read(SONG, ROWS)
    by_sql = History(song.outcomes).values(song.nodes)
    assert_same(through_live(graph, song.nodes, song.marks, 500), by_sql)
    sample = random.Random(0).sample(range(ROWS), 3_000)
    oracle = Oracle(song.nodes, song.marks)
    assert_same(oracle.values([song.nodes[i] for i in sample]), by_sql[sample])

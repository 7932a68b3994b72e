"""Laws of the live graph as a neighbour and a memory.

What is not ours stays, what an older program left is not misread, a day keeps its rings.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from features.registration import Institution, Kind, RegistrationId
from graph.attributes import Attribute, Mark, Node

MIDNIGHT = datetime(2026, 5, 2, tzinfo=UTC)
DEVICE = "d0" * 16


def on(moment: datetime) -> Node:
    return Node(
        RegistrationId("1"),
        Institution("A"),
        moment,
        Kind.SIM,
        holder="aa" * 8,
        family="fa" * 8,
        verified=True,
        tokens={Attribute.HOLDER: "aa" * 16, Attribute.DEVICE: DEVICE},
    )


def ring(graph, moment: datetime) -> str | None:
    return graph.around([on(moment)])[0].ring_id


def test_clearing_leaves_what_is_not_ours(graph, valkey):
    valkey.set("shop:cart:1", "apples")
    valkey.set("position", "top")
    graph.project([on(MIDNIGHT)], [], 5)
    assert graph.position() == 5
    graph.clear()
    assert graph.position() == 0
    assert sorted(valkey.scan_iter()) == [b"position", b"shop:cart:1"]
    valkey.delete("shop:cart:1", "position")


@pytest.mark.parametrize(
    ("found", "comment"),
    [
        (b"812", "a position alone: before there were formats"),
        (b"0123456789abcdef 812", "another format"),
        (b"clearing", "a clearing that was cut short"),
    ],
)
def test_a_graph_that_this_program_does_not_read_is_cleared(graph, valkey, found, comment):
    valkey.zadd("chinhchu:e:phone:0123", {"A-1\x1fA\x1fh\x1ff\x1f01": 5})
    valkey.set("chinhchu:position", found)
    assert graph.position() == 0, comment
    assert not list(valkey.scan_iter("chinhchu:*"))
    graph.project([on(MIDNIGHT)], [], 5)
    assert graph.position() == 5


def test_a_registration_with_identifiers_of_36_signs_stays_in_small_sets(graph, valkey):
    """Beyond 64 bytes, or of 129 members, a sorted set takes some three times the memory."""
    nodes = [replace(on(MIDNIGHT), registration_id=f"{i:036}") for i in range(128)]
    graph.project(nodes, [Mark(n, MIDNIGHT, is_fraud=True) for n in nodes], 1)
    keys = list(valkey.scan_iter("chinhchu:*", _type="zset"))
    assert len(keys) == 4
    assert {valkey.object("encoding", key) for key in keys} == {b"listpack"}
    assert max(map(len, keys)) <= 21


def test_each_meets_the_ring_of_the_last_run_before_him_however_late_he_comes(graph):
    graph.set_rings(datetime(2026, 5, 1, tzinfo=UTC), {DEVICE: "R-first"})
    graph.set_rings(datetime(2026, 5, 2, tzinfo=UTC), {DEVICE: "R-second"})
    assert ring(graph, MIDNIGHT - timedelta(seconds=1)) == "R-first"
    assert ring(graph, MIDNIGHT) == "R-second"
    assert ring(graph, MIDNIGHT - timedelta(days=1, seconds=1)) is None


def test_a_later_run_of_the_same_day_changes_nothing_for_who_came_before_it(graph):
    graph.set_rings(MIDNIGHT, {})
    graph.set_rings(MIDNIGHT + timedelta(hours=15), {DEVICE: "R-of-himself"})
    assert ring(graph, MIDNIGHT + timedelta(hours=10)) is None
    assert ring(graph, MIDNIGHT + timedelta(hours=15)) == "R-of-himself"


def test_a_run_without_rings_is_a_run(graph):
    graph.set_rings(datetime(2026, 5, 1, tzinfo=UTC), {DEVICE: "R-first"})
    graph.set_rings(datetime(2026, 5, 2, tzinfo=UTC), {})
    assert graph.last_rings() == datetime(2026, 5, 2, tzinfo=UTC)
    assert ring(graph, MIDNIGHT) is None


def test_only_the_last_runs_are_remembered(graph, valkey):
    for day in range(1, 21):
        graph.set_rings(datetime(2026, 5, day, tzinfo=UTC), {DEVICE: f"R-{day}"})
    assert ring(graph, MIDNIGHT + timedelta(days=18)) == "R-20"
    assert ring(graph, MIDNIGHT + timedelta(days=14)) == "R-16"
    assert ring(graph, MIDNIGHT) is None
    assert len(list(valkey.scan_iter("chinhchu:rings:*"))) == 8

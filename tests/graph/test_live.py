"""Laws of the live graph as a neighbour and a memory: what is not ours stays, a day keeps its rings."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from features.registration import Institution, Kind, RegistrationId
from graph.attributes import Attribute, Node

MIDNIGHT = datetime(2026, 5, 2, tzinfo=UTC)


def on(moment: datetime) -> Node:
    return Node(
        RegistrationId("1"),
        Institution("A"),
        moment,
        Kind.SIM,
        holder="h",
        family="f",
        verified=True,
        tokens={Attribute.HOLDER: "h", Attribute.DEVICE: "d"},
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


def test_each_meets_the_ring_of_the_last_run_before_him_however_late_he_comes(graph):
    graph.set_rings(date(2026, 5, 1), {"d": "R-first"})
    graph.set_rings(date(2026, 5, 2), {"d": "R-second"})
    assert ring(graph, MIDNIGHT - timedelta(seconds=1)) == "R-first"
    assert ring(graph, MIDNIGHT) == "R-second"
    assert ring(graph, MIDNIGHT - timedelta(days=1, seconds=1)) is None


def test_a_run_without_rings_is_a_run(graph):
    graph.set_rings(date(2026, 5, 1), {"d": "R-first"})
    graph.set_rings(date(2026, 5, 2), {})
    assert graph.rings_day() == date(2026, 5, 2)
    assert ring(graph, MIDNIGHT) is None


def test_only_the_last_runs_are_remembered(graph, valkey):
    for day in range(1, 21):
        graph.set_rings(date(2026, 5, day), {"d": f"R-{day}"})
    assert ring(graph, MIDNIGHT + timedelta(days=18)) == "R-20"
    assert ring(graph, MIDNIGHT + timedelta(days=14)) == "R-16"
    assert ring(graph, MIDNIGHT) is None
    assert len(list(valkey.scan_iter("chinhchu:rings:*"))) == 8

"""Laws of the daily ring run: once a day, from what was known at midnight, recorded and restored."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from service.ledger.records import Asked
from service.ledger.writing import lease
from service.ringruns import RingRuns

MIDNIGHT = datetime(2026, 6, 2, tzinfo=UTC)
TODAY = date(2026, 6, 2)
RINGS = "chinhchu:rings:2026-06-02"


@pytest.fixture
def writer(ledger):
    with lease(ledger.database_url, ledger.keys) as opened:
        yield opened


@pytest.fixture
def runs(graph, keys):
    return RingRuns(graph, keys)


@pytest.fixture
def record(writer, judged, registration):
    """Records four registrations on one phone, as screened at a moment and at a risk."""

    def make(at, risk=0.9, phone="0912000111", **told):
        many = [
            registration(
                registered_at=(at - timedelta(minutes=1)).isoformat(),
                contact_phone=phone,
                device_id=None,
            )
            for _ in range(4)
        ]
        made = [
            replace(
                j,
                asked=Asked("A", "test", at),
                screening=replace(
                    j.screening, **{"risk": risk, "risk_without_outcomes": risk, **told}
                ),
            )
            for j in judged(*many)
        ]
        writer.record_screenings(made)
        return many

    return make


def test_a_ring_run_knows_what_was_screened_before_midnight_alone(writer, runs, record, ledger):
    before = record(MIDNIGHT - timedelta(hours=1))
    record(MIDNIGHT + timedelta(hours=1), phone="0912000222")
    record(MIDNIGHT - timedelta(hours=1), risk=0.01, phone="0912000333")
    runs.run_if_due(writer, MIDNIGHT + timedelta(hours=2))
    with ledger.whole() as whole:
        assert whole.last_ring_run() == MIDNIGHT
        members = whole.rings_of_run(MIDNIGHT)
    assert {m.registration_id for m in members} == {r.registration_id for r in before}
    assert len({m.ring_id for m in members}) == 1


def test_what_became_known_of_somebody_makes_nobody_a_member(writer, runs, record, ledger):
    record(MIDNIGHT - timedelta(hours=1), risk=0.9, risk_without_outcomes=0.01)
    runs.run_if_due(writer, MIDNIGHT)
    with ledger.whole() as whole:
        assert whole.rings_of_run(MIDNIGHT) == []


def test_the_rings_reach_the_live_graph(writer, runs, record, graph, judge, registration):
    record(MIDNIGHT - timedelta(hours=1))
    runs.run_if_due(writer, MIDNIGHT)
    at = (MIDNIGHT + timedelta(hours=1)).isoformat()
    new = registration(registered_at=at, contact_phone="0912000111")
    other = registration(registered_at=at, contact_phone="0912000999", device_id=None)
    found = graph.around([node for _, node in judge([new, other])])
    assert found[0].ring_id is not None
    assert found[1].ring_id is None


def test_a_run_is_made_once_a_day_and_restored_where_the_graph_lost_it(
    writer, runs, record, graph, ledger, valkey
):
    record(MIDNIGHT - timedelta(hours=1))
    runs.run_if_due(writer, MIDNIGHT + timedelta(hours=1))
    kept = valkey.hgetall(RINGS)
    record(MIDNIGHT + timedelta(hours=1), phone="0912000222")
    runs.run_if_due(writer, MIDNIGHT + timedelta(hours=3))
    assert valkey.hgetall(RINGS) == kept
    graph.clear()
    runs.run_if_due(writer, MIDNIGHT + timedelta(hours=4))
    assert valkey.hgetall(RINGS) == kept != {}
    runs.run_if_due(writer, MIDNIGHT + timedelta(days=1))
    with ledger.whole() as whole:
        assert whole.last_ring_run() == MIDNIGHT + timedelta(days=1)
        assert len({m.ring_id for m in whole.rings_of_run(MIDNIGHT + timedelta(days=1))}) == 2


def test_an_empty_ledger_has_a_run_without_rings(writer, runs, graph, ledger):
    runs.run_if_due(writer, MIDNIGHT)
    assert graph.rings_day() == TODAY
    with ledger.whole() as whole:
        assert whole.rings_of_run(MIDNIGHT) == []

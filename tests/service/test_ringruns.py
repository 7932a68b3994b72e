"""Laws of the daily ring run: once a day, from what was known at midnight, recorded and restored."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import resources

import psycopg
import pytest
import redis

from graph.lineage import Happening, Known
from graph.live import LiveGraph
from service.console.reading import ConsoleReader
from service.ledger import Ledger
from service.ledger.records import Asked, NewOutcome
from service.ledger.rings import RingLedger
from service.ledger.writing import lease
from service.ringruns import RingRuns, restore

MIDNIGHT = datetime(2026, 6, 2, tzinfo=UTC)
RINGS = "chinhchu:rings:2026-06-02T00:00:00+00:00"


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

    def make(at, risk=0.9, phone="0912000111", institution="BANK-A", **told):
        many = [
            registration(
                institution=institution,
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


@pytest.fixture
def book(writer):
    return RingLedger(writer.door)


def keys_of(rings):
    return [{n.registration_id for n in ring.members} for ring in rings]


def ids(registrations):
    return {r.registration_id for r in registrations}


def test_a_ring_run_knows_what_was_screened_before_midnight_alone(writer, runs, record, book):
    before = record(MIDNIGHT - timedelta(hours=1))
    record(MIDNIGHT + timedelta(hours=1), phone="0912000222")
    record(MIDNIGHT - timedelta(hours=1), risk=0.01, phone="0912000333")
    runs.run_if_due(writer, MIDNIGHT + timedelta(hours=2))
    assert book.last_run() == MIDNIGHT
    assert keys_of(book.rings(MIDNIGHT)) == [ids(before)]


def test_what_became_known_of_somebody_makes_nobody_a_member(writer, runs, record, book):
    record(MIDNIGHT - timedelta(hours=1), risk=0.9, risk_without_outcomes=0.01)
    runs.run_if_due(writer, MIDNIGHT)
    assert book.rings(MIDNIGHT) == []


def test_what_suspects_share_with_many_who_are_none_ties_nobody(writer, runs, record, book):
    for risk in (0.9, *[0.01] * 10, 0.9):
        record(MIDNIGHT - timedelta(hours=1), risk=risk)
    record(MIDNIGHT - timedelta(hours=1), phone="0912000222")
    record(MIDNIGHT - timedelta(hours=1), phone="0912000333", risk=0.01)
    runs.run_if_due(writer, MIDNIGHT)
    assert [len(ring.members) for ring in book.rings(MIDNIGHT)] == [4]


def test_the_rings_reach_the_live_graph(writer, runs, record, graph, judge, registration):
    record(MIDNIGHT - timedelta(hours=1))
    runs.run_if_due(writer, MIDNIGHT)
    at = (MIDNIGHT + timedelta(hours=1)).isoformat()
    new = registration(registered_at=at, contact_phone="0912000111")
    other = registration(registered_at=at, contact_phone="0912000999", device_id=None)
    found = graph.around([node for _, node in judge([new, other])])
    assert found[0].ring_id is not None
    assert found[1].ring_id is None


def test_a_run_is_made_once_a_day(writer, runs, record, valkey, book):
    record(MIDNIGHT - timedelta(hours=1))
    runs.run_if_due(writer, MIDNIGHT + timedelta(hours=1))
    kept = valkey.hgetall(RINGS)
    record(MIDNIGHT + timedelta(hours=1), phone="0912000222")
    runs.run_if_due(writer, MIDNIGHT + timedelta(hours=3))
    assert valkey.hgetall(RINGS) == kept != {}
    runs.run_if_due(writer, MIDNIGHT + timedelta(days=1))
    assert book.last_run() == MIDNIGHT + timedelta(days=1)
    assert len(book.rings(MIDNIGHT + timedelta(days=1))) == 2


def test_a_graph_that_lost_its_rings_gets_those_that_are_recorded(
    writer, runs, record, graph, valkey
):
    """Of every day that is remembered, and as they were found, not as they would be found now."""
    record(MIDNIGHT - timedelta(hours=1))
    record(MIDNIGHT - timedelta(hours=1), phone="0912000222", risk=0.4)
    for day in range(10):
        runs.run_if_due(writer, MIDNIGHT + timedelta(days=day, hours=1))
        record(MIDNIGHT + timedelta(days=day, hours=2), phone=f"091200{day + 300:04}")
    kept = {key: valkey.hgetall(key) for key in valkey.keys("chinhchu:rings:*")}
    assert len(kept) == 8
    graph.clear()
    runs.run_if_due(writer, MIDNIGHT + timedelta(days=9, hours=5))
    assert {key: valkey.hgetall(key) for key in valkey.keys("chinhchu:rings:*")} == kept
    for forgets in (True, False):
        if forgets:
            graph.clear()
        restore(writer.door, graph)
        assert {key: valkey.hgetall(key) for key in valkey.keys("chinhchu:rings:*")} == kept


def test_an_empty_ledger_has_a_run_without_rings(writer, runs, graph, book):
    runs.run_if_due(writer, MIDNIGHT)
    assert graph.last_rings() == MIDNIGHT
    assert book.last_run() == MIDNIGHT
    assert book.rings(MIDNIGHT) == []


def test_a_ring_keeps_its_name_while_it_grows_and_the_ledger_tells_how(writer, runs, record, book):
    record(MIDNIGHT - timedelta(hours=1))
    runs.run_if_due(writer, MIDNIGHT)
    runs.run_if_due(writer, MIDNIGHT + timedelta(days=1))
    record(MIDNIGHT - timedelta(days=3) + timedelta(days=4), phone="0912000111")
    runs.run_if_due(writer, MIDNIGHT + timedelta(days=2))
    (first,), (last,) = book.rings(MIDNIGHT), book.rings(MIDNIGHT + timedelta(days=2))
    assert first.ring_id == last.ring_id
    born, grew = book.told(first.ring_id)
    assert (born.happening, born.joined, born.members) == (Happening.BORN, 4, 4)
    assert (grew.happening, grew.joined, grew.left, grew.members) == (Happening.GREW, 4, 0, 8)
    assert book.memory()[first.ring_id].members == {n.key for n in last.members}


def test_a_ring_that_is_as_it_was_is_not_written_again(writer, runs, record, book, graph, valkey):
    def written():
        return [
            writer.door.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
            for table in ("rings", "ring_ties", "ring_steps")
        ]

    record(MIDNIGHT - timedelta(hours=1))
    record(MIDNIGHT - timedelta(hours=1), phone="0912000222")
    runs.run_if_due(writer, MIDNIGHT)
    (first, second), (members, ties, steps) = book.rings(MIDNIGHT), written()
    record(MIDNIGHT + timedelta(hours=1), phone="0912000222")
    for day in (1, 2):
        runs.run_if_due(writer, MIDNIGHT + timedelta(days=day))
    assert written() == [members + 8, ties + 1, steps + 4]
    last = MIDNIGHT + timedelta(days=2)
    assert {len(ring.members) for ring in book.rings(last)} == {4, 8}
    assert [ring for ring in book.rings(last) if ring in (first, second)]
    assert book.rings(MIDNIGHT) == [first, second]
    assert {r.ring_id for r in (first, second)} == set(book.memory())
    assert {book.last_run_of(r) for r in book.memory()} == {last}
    kept = valkey.hgetall("chinhchu:rings:2026-06-04T00:00:00+00:00")
    graph.clear()
    restore(writer.door, graph)
    assert valkey.hgetall("chinhchu:rings:2026-06-04T00:00:00+00:00") == kept


def test_what_is_recorded_of_a_ring_is_read_again(writer, runs, record, book):
    members = record(MIDNIGHT - timedelta(hours=1))
    writer.record_outcomes(
        [NewOutcome(*members[0].key, True, None, MIDNIGHT)], MIDNIGHT + timedelta(hours=1)
    )
    runs.run_if_due(writer, MIDNIGHT)
    (ring,) = book.rings(MIDNIGHT)
    assert [n.key for n in ring.members] == [r.key for r in members]
    assert ring.risk == pytest.approx(0.9)
    (phone,) = [tie for tie in ring.ties if tie.attribute == "phone"]
    assert phone.members == tuple(r.key for r in members)
    assert book.rings(MIDNIGHT, ring.ring_id) == [ring]
    assert book.rings(MIDNIGHT, "R-of nobody") == []
    assert book.last_run_of(ring.ring_id) == MIDNIGHT
    assert book.confirmed(MIDNIGHT, MIDNIGHT) == {}
    later = MIDNIGHT + timedelta(seconds=1)
    assert book.confirmed(MIDNIGHT, later) == {ring.ring_id: {members[0].key}}


def test_a_run_that_is_asked_for_is_made_once_its_moment_has_come(
    writer, runs, record, book, graph
):
    runs.run_if_due(writer, MIDNIGHT)
    record(MIDNIGHT + timedelta(hours=1))
    noon = MIDNIGHT + timedelta(hours=12)
    book.ask(noon)
    book.ask(noon)
    runs.run_if_due(writer, noon - timedelta(seconds=2))
    assert not book.has_run(noon)
    runs.run_if_due(writer, noon)
    assert book.has_run(noon)
    assert len(book.rings(noon)) == 1
    assert book.asked() is None
    graph.clear()
    runs.run_if_due(writer, noon + timedelta(hours=1))
    assert book.last_run() == noon


class Flickering(LiveGraph):
    """Goes away the moment that rings are put into it, once."""

    away = False

    def set_rings(self, *args):
        if self.away:
            self.away = False
            raise redis.ConnectionError
        super().set_rings(*args)


def test_a_run_that_the_graph_did_not_take_reaches_it_later(writer, keys, valkey, record, book):
    graph = Flickering(valkey)
    runs = RingRuns(graph, keys)
    runs.run_if_due(writer, MIDNIGHT)
    record(MIDNIGHT + timedelta(hours=1))
    noon = MIDNIGHT + timedelta(hours=12)
    book.ask(noon)
    graph.away = True
    with pytest.raises(redis.ConnectionError):
        runs.run_if_due(writer, noon)
    assert book.has_run(noon)
    assert graph.last_rings() == MIDNIGHT
    runs.round(writer, noon)
    assert graph.last_rings() == noon


def test_a_run_that_was_cut_short_before_the_graph_had_it_reaches_it_in_the_next_process(
    writer, keys, valkey, record, book
):
    graph, noon = Flickering(valkey), MIDNIGHT + timedelta(hours=12)
    killed = RingRuns(graph, keys)
    killed.run_if_due(writer, MIDNIGHT)
    record(MIDNIGHT + timedelta(hours=1))
    graph.away = True
    with pytest.raises(redis.ConnectionError):
        killed.run(writer, noon)
    RingRuns(graph, keys).run_if_due(writer, noon + timedelta(minutes=1))
    assert book.last_run() == graph.last_rings() == noon


def test_a_graph_put_in_force_that_lacks_the_last_run_gets_it(writer, runs, graph, valkey, record):
    runs.run_if_due(writer, MIDNIGHT)
    builder = graph.builder("rebuilding")
    assert builder.take()
    new = graph.aside()
    restore(writer.door, new)
    assert new.put_in_force(builder)
    record(MIDNIGHT + timedelta(hours=1))
    noon = MIDNIGHT + timedelta(hours=12)
    runs.run(writer, noon)
    assert new.last_rings() == MIDNIGHT
    graph.position()
    runs.run_if_due(writer, noon)
    assert new.last_rings() == noon


def test_the_console_shows_who_reached_a_ring_until_a_run_has_weighed_them(
    writer, runs, record, book
):
    record(MIDNIGHT - timedelta(hours=1))
    runs.run_if_due(writer, MIDNIGHT)
    (ring,) = book.rings(MIDNIGHT)
    at = MIDNIGHT + timedelta(hours=5)
    harmless = record(at, risk=0.01, ring_id=ring.ring_id, institution="BANK-B")

    def shown(institution="BANK-B"):
        found = ConsoleReader(writer.door, institution).ring(ring.ring_id, MIDNIGHT)
        return {m.registration_id for m in found.members if not m.in_run}, found.total

    assert shown() == (ids(harmless), 8)
    runs.run_if_due(writer, MIDNIGHT + timedelta(days=1))
    assert shown() == shown("BANK-A") == (set(), 4)
    assert ConsoleReader(writer.door, "BANK-C").ring(ring.ring_id, MIDNIGHT) is None


def test_what_lies_before_the_last_run_is_not_made_any_more(writer, runs, book):
    runs.run_if_due(writer, MIDNIGHT)
    book.ask(MIDNIGHT - timedelta(days=1))
    assert book.asked() is None


def test_rings_of_a_ledger_from_before_lineage_keep_their_names(database_url, keys):
    schema = resources.files("service.ledger") / "schema"
    with psycopg.connect(database_url) as door:
        door.execute("CREATE TABLE schema_version (version integer NOT NULL)")
        for number, name in enumerate(("001_first.sql", "002_unchecked.sql"), 1):
            door.execute((schema / name).read_text("utf-8"))
            door.execute("INSERT INTO schema_version VALUES (%s)", [number])
        door.execute("INSERT INTO ring_runs VALUES (%s, now(), 0)", [MIDNIGHT])
        door.execute("INSERT INTO rings VALUES (%s, 'R-old', 'A', 'r1', 0.5)", [MIDNIGHT])
    with Ledger(database_url, keys) as ledger, ledger.connection() as door:
        assert RingLedger(door).memory() == {"R-old": Known(frozenset({("A", "r1")}))}
        assert RingLedger(door).told("R-old") == []

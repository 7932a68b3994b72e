"""Laws of forgetting: the person is gone from ledger, graph and rings, what was decided stays."""

from __future__ import annotations

import io
from datetime import timedelta
from importlib import resources

import psycopg
import pytest
import redis

from graph.aggregates import KEPT
from graph.attributes import Attribute, Tokens
from graph.lineage import follow as follow_rings
from graph.live import LiveGraph
from graph.rings import Ring, Tie
from service.cli import main
from service.errors import ErasedError
from service.forgetting import EXPIRED, Forgetting
from service.ledger import Ledger
from service.ledger.erasing import Erasures
from service.ledger.records import NewOutcome
from service.ledger.rings import RingLedger
from service.ledger.writing import BookRow
from service.problems import of_error
from service.projection import catch_up
from service.ringruns import restore
from tests.service.doors import NOW


@pytest.fixture
def writer(ledger):
    writer = ledger.open_lease()
    yield writer
    writer.door.close()


@pytest.fixture
def record(writer, ledger, judge, graph):
    """Puts registrations into ledger and graph, with an outcome of every third."""

    def make(*registrations):
        writer.record_book([BookRow(s.registration, n) for s, n in judge(registrations)], NOW)
        marked = [
            NewOutcome(*r.key, True, None, NOW - timedelta(minutes=i))
            for i, r in enumerate(registrations[::3])
        ]
        writer.record_outcomes(marked, NOW)
        follow(ledger, graph)

    return make


def follow(ledger, graph):
    with ledger.whole() as whole:
        catch_up(whole, graph)


def forget(writer, graph, *registrations, retention=None):
    Erasures(writer.door).ask([r.key for r in registrations], "asked by the person", NOW)
    forgetting = Forgetting(graph, retention)
    while forgetting.round(writer, NOW):
        pass


def rebuilt(ledger, graph):
    with ledger.whole() as whole:
        graph.clear()
        catch_up(whole, graph)
    return graph.dump()


def test_a_graph_that_forgot_equals_one_that_is_built_anew(
    record, writer, ledger, graph, registration
):
    many = [registration() for _ in range(12)]
    record(*many)
    before = graph.dump()
    forget(writer, graph, many[0], many[7])
    after = graph.dump()
    assert after != before
    assert rebuilt(ledger, graph) == after


def test_a_place_that_was_full_remembers_something_older_again(
    record, writer, ledger, graph, registration
):
    many = [registration() for _ in range(2 * KEPT[Attribute.PHONE] + 9)]
    record(*many)
    forget(writer, graph, many[-1], many[-5], many[3], many[40])
    after = graph.dump()
    assert rebuilt(ledger, graph) == after


def test_nothing_of_the_person_is_left_in_the_ledger_and_the_decision_stays(
    make_lane, ledger, graph, registration
):
    lane, one = make_lane(), registration()
    answer = lane.screen(one, "BANK-A:test", "test").result(30)
    lane.stop()
    writer = ledger.open_lease()
    forget(writer, graph, one)
    with ledger.whole() as whole:
        assert whole.registration(*one.key) is None
        (stored,) = whole.screenings_of(*one.key)
        (node,) = whole.nodes([one.key])
    row = writer.door.execute(
        "SELECT inputs_ciphertext || matched_ciphertext || evidence_ciphertext "
        "FROM registrations JOIN screenings USING (institution, registration_id)"
    ).fetchone()
    assert row[0] in (None, b"")
    assert node.tokens == {}
    assert (stored.decision, stored.reasons) == (answer.stored.decision, answer.stored.reasons)
    writer.door.close()
    again = make_lane().screen(one, "BANK-A:test", "test").result(30)
    assert again.repeated
    assert again.stored == stored


def test_of_a_row_nothing_changes_but_what_is_erased_on_request(record, writer, registration):
    one, other = registration(), registration()
    record(one, other)
    Erasures(writer.door).ask([one.key], "asked", NOW)
    for statement in (
        "UPDATE registrations SET inputs_ciphertext = '' WHERE registration_id = %s",
        "UPDATE registrations SET source = 'api' WHERE registration_id = %s",
        "DELETE FROM registrations WHERE registration_id = %s",
        "DELETE FROM erasures WHERE registration_id = %s",
        "UPDATE erasures SET reason = 'x' WHERE registration_id = %s",
    ):
        with pytest.raises(psycopg.errors.RestrictViolation):
            writer.door.execute(statement, [one.registration_id])
    with pytest.raises(psycopg.errors.RestrictViolation):
        Erasures(writer.door).carry_out([other.key], NOW)
    Erasures(writer.door).carry_out([one.key], NOW)
    assert Erasures(writer.door).pending(9) == ([], [])


@pytest.fixture
def ringed(record, writer, graph, judge, registration):
    """Two rings, found on two days alike: 0 and 1 share a phone with 3 and 4, a device with 2."""
    many = [
        registration(contact_phone=phone, device_id=device)
        for phone, device in (
            ("0912000111", "device-1"),
            ("0912000111", "device-1"),
            ("0912000222", "device-1"),
            ("0912000111", "device-2"),
            ("0912000111", "device-2"),
        )
    ]
    record(*many)
    nodes = [node for _, node in judge(many)]

    def tie(attribute, *members):
        return Tie(
            attribute, nodes[members[0]].tokens[attribute], tuple(nodes[i].key for i in members)
        )

    strong = (tie(Attribute.PHONE, 0, 1), tie(Attribute.DEVICE, 0, 1, 2))
    weak = (tie(Attribute.PHONE, 3, 4), tie(Attribute.DEVICE, 3, 4))
    book = RingLedger(writer.door)
    for days in (1, 0):
        found = [
            Ring("R-1", tuple(nodes[:3]), strong, 0.9),
            Ring("R-2", tuple(nodes[3:]), weak, 1.0),
        ]
        book.record(NOW - timedelta(days=days), *follow_rings(book.memory(), found), 5)
    restore(writer.door, graph)
    return many


def led(valkey):
    return {key: valkey.hgetall(key) for key in valkey.keys("chinhchu:rings:*")}


def test_the_rings_tie_the_erased_to_nothing_and_keep_the_rest(
    ringed, writer, graph, valkey, judge
):
    book = RingLedger(writer.door)
    memory, told = book.memory(), book.told("R-1")
    forget(writer, graph, ringed[1])
    for run_at in (NOW - timedelta(days=1), NOW):
        strong, weak = book.rings(run_at)
        assert [n.registration_id for n in strong.members] == [
            r.registration_id for r in ringed[:3]
        ]
        assert strong.erased == {ringed[1].key}
        assert strong.holders == 3
        (left,) = strong.ties
        assert (left.attribute, left.members) == ("device", (ringed[0].key, ringed[2].key))
        assert len(weak.ties) == 2
    assert (book.memory(), book.told("R-1")) == (memory, told)
    (_, node), (_, other) = judge([ringed[1], ringed[3]])
    rings = {
        node.tokens["device"]: "R-1",
        node.tokens["phone"]: "R-2",
        other.tokens["device"]: "R-2",
    }
    today = {token.encode(): ring_id.encode() for token, ring_id in rings.items()}
    after = led(valkey)
    assert list(after.values()) == [today, today]
    graph.clear()
    restore(writer.door, graph)
    assert led(valkey) == after


def test_a_ring_of_whom_all_are_erased_leads_nobody_there(ringed, writer, graph, valkey):
    forget(writer, graph, *ringed)
    assert led(valkey) == {}
    assert writer.door.execute("SELECT count(*) FROM ring_ties").fetchone() == (0,)
    strong, weak = RingLedger(writer.door).rings(NOW)
    assert (strong.holders, weak.holders) == (3, 2)
    assert strong.erased | weak.erased == {r.key for r in ringed}


def test_of_a_tie_nothing_changes_but_whose_erasure_is_asked(ringed, writer, graph):
    Erasures(writer.door).ask([ringed[1].key], "asked", NOW)
    for statement in (
        "UPDATE ring_ties SET places = '{0,1,2}'",
        "UPDATE ring_ties SET places = '{0}'",
        "UPDATE ring_ties SET token = 'x', places = places_left(ring_ties)",
        "DELETE FROM ring_ties WHERE cardinality(places) > 2",
        "DELETE FROM ring_ties WHERE ring_id = 'R-2'",
        "TRUNCATE ring_ties",
    ):
        with pytest.raises(psycopg.errors.RestrictViolation):
            writer.door.execute(statement)
    assert len(RingLedger(writer.door).rings(NOW)[0].ties) == 2


class Flickering(LiveGraph):
    """Goes away the moment that rings are to be forgotten, once."""

    away = True

    def forget_rings(self, *args):
        if self.away:
            self.away = False
            raise redis.ConnectionError
        super().forget_rings(*args)


def test_what_the_graph_did_not_forget_the_ledger_keeps_until_it_does(ringed, writer, valkey):
    forgetting = Forgetting(Flickering(valkey), None)
    Erasures(writer.door).ask([ringed[1].key], "asked", NOW)
    assert not forgetting.round(writer, NOW)
    (strong, _), (nodes, _) = RingLedger(writer.door).rings(NOW), Erasures(writer.door).pending(9)
    assert [len(tie.members) for tie in strong.ties] == [3, 2]
    assert [node.key for node in nodes] == [ringed[1].key]
    assert forgetting.round(writer, NOW)
    assert [len(tie.members) for tie in RingLedger(writer.door).rings(NOW)[0].ties] == [2]


def test_what_is_not_on_the_disk_of_the_graph_is_not_held_for_erased(
    record, writer, graph, valkey, registration, monkeypatch
):
    one = registration()
    record(one)
    Erasures(writer.door).ask([one.key], "asked", NOW)
    forgetting = Forgetting(graph, None)
    monkeypatch.setattr("graph.live._DISK_MS", 100)
    valkey.config_set("appendfsync", "no")
    try:
        assert not forgetting.round(writer, NOW)
    finally:
        valkey.config_set("appendfsync", "everysec")
    assert Erasures(writer.door).asked([one.key]) == (1, 0)
    monkeypatch.undo()
    assert forgetting.round(writer, NOW)
    assert Erasures(writer.door).asked([one.key]) == (0, 1)


def test_rings_of_whoever_was_erased_before_are_reached_too(database_url, keys):
    steps = sorted(resources.files("service.ledger").joinpath("schema").iterdir(), key=str)[:6]
    with psycopg.connect(database_url) as door:
        door.execute("CREATE TABLE schema_version (version integer NOT NULL)")
        for number, step in enumerate(steps, 1):
            door.execute(step.read_text("utf-8"))
            door.execute("INSERT INTO schema_version VALUES (%s)", [number])
        door.execute("INSERT INTO ring_runs VALUES (%s, now(), 0)", [NOW])
        for n in range(3):
            door.execute(
                "INSERT INTO registrations VALUES (%s, 'A', %s, now(), now(), 'api', '', %s, '', "
                """'{"holder": "0", "tokens": {}}')""",
                [n, f"r{n}", b"sealed"[: 6 * (n > 0)]],
            )
            door.execute("INSERT INTO rings VALUES (%s, 'R', 'A', %s, 0.5, %s)", [NOW, f"r{n}", n])
        door.execute("INSERT INTO erasures VALUES ('A', 'r0', 'asked', now(), now())")
        for places in ("{0,1}", "{0,1,2}", "{1,2}"):
            door.execute("INSERT INTO ring_ties VALUES ('R', %s, 'phone', 't', %s)", [NOW, places])
    with Ledger(database_url, keys) as ledger, ledger.connection() as door:
        assert door.execute("SELECT places FROM ring_ties").fetchall() == [([1, 2],), ([1, 2],)]
        holders = door.execute("SELECT count(DISTINCT node->>'holder') FROM registrations")
        assert holders.fetchone() == (2,)


def test_what_was_erased_before_it_was_screened_is_not_recorded_again(
    record, writer, graph, make_lane, ledger, registration
):
    one, other = registration(), registration()
    record(one, other)
    forget(writer, graph, one)
    writer.door.close()
    lane = make_lane()
    with pytest.raises(ErasedError) as raised:
        lane.screen(one, "BANK-A:test", "test").result(30)
    assert of_error(raised.value)["status"] == 410
    assert not lane.screen(other, "BANK-A:test", "test").result(30).repeated
    with ledger.whole() as whole:
        assert whole.screenings_of(*one.key) == []


def test_retention_erases_what_is_older_and_nothing_else(
    record, writer, ledger, graph, registration
):
    old = [registration(registered_at=f"2025-01-{d:02}T00:00:00Z") for d in range(1, 29)]
    young = [registration() for _ in range(3)]
    record(*old, *young)
    forget(writer, graph, retention=365)
    with ledger.whole() as whole:
        assert {r for r in old if whole.registration(*r.key)} == set()
        assert all(whole.registration(*r.key) == r for r in young)
    reasons = writer.door.execute("SELECT DISTINCT reason FROM erasures").fetchall()
    assert reasons == [(EXPIRED,)]
    after = graph.dump()
    assert rebuilt(ledger, graph) == after


def test_nobody_is_forgotten_while_a_graph_is_built_anew(
    record, writer, graph, registration, ledger
):
    one = registration()
    record(one)
    builder = graph.builder("somebody")
    assert builder.take()
    forget(writer, graph, one)
    with ledger.whole() as whole:
        assert whole.registration(*one.key) == one
    builder.let_go()
    forget(writer, graph, one)
    with ledger.whole() as whole:
        assert whole.registration(*one.key) is None


def test_all_that_a_person_holds_is_found_by_the_number(record, writer, keys, registration):
    mine = [registration(document_number="001090000777") for _ in range(3)]
    record(registration(), *mine, registration())
    tokens = Tokens(keys.token)
    found = Erasures(writer.door).of_person(
        tokens.token("holder", "001090000777"), tokens.token("document", "001090000777")
    )
    assert sorted(found) == sorted(r.key for r in mine)


def test_the_command_takes_a_number_from_standard_input_alone(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("CHINHCHU_HOME", str(tmp_path))
    monkeypatch.setenv("CHINHCHU_LANGUAGE", "en")
    monkeypatch.setattr("sys.stdin", io.StringIO("001 090 000 777\n"))
    assert main(["forget", "--person", "--reason", "asked by the person"]) == 2
    told = capsys.readouterr().err
    assert "nothing to erase" in told
    assert "777" not in told
    assert main(["forget", "BANK-A", "--reason", "x"]) == 2
    assert "--person" in capsys.readouterr().err

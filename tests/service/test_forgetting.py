"""Laws of forgetting: the person is gone from ledger and graph, what was decided stays."""

from __future__ import annotations

import io
from datetime import timedelta

import psycopg
import pytest

from graph.aggregates import KEPT
from graph.attributes import Attribute, Tokens
from service.cli import main
from service.forgetting import EXPIRED, Forgetting
from service.ledger.erasing import Erasures
from service.ledger.records import NewOutcome
from service.ledger.writing import BookRow
from service.projection import catch_up, rebuild
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
        rebuild(whole, graph)
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

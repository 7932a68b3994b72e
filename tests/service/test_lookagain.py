"""Laws of the second look: one row that cannot be looked at again holds up nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from models.hard_facts import UNSEEN
from service.ledger.reading import WholeLedger
from service.ledger.records import Asked
from service.ledger.rings import RingLedger
from service.ledger.writing import lease
from service.livegraph import FollowedGraph
from service.lookagain import LookAgain
from service.ringruns import RingRuns

MIDNIGHT = datetime(2026, 6, 2, tzinfo=UTC)


@pytest.fixture
def writer(ledger):
    with lease(ledger.database_url, ledger.keys) as opened:
        yield opened


@pytest.fixture
def runs(graph, keys):
    return RingRuns(graph, keys)


@pytest.fixture
def followed(graph):
    return FollowedGraph(graph)


@pytest.fixture
def unseen(writer, judged, registration):
    """Records registrations of one phone that were screened without the graph."""

    def record(at, count):
        made = [
            registration(
                registered_at=(at + timedelta(seconds=i)).isoformat(), contact_phone="0912000111"
            )
            for i in range(count)
        ]
        screened = Asked("A", "test", at + timedelta(minutes=1))
        told = {"risk": 0.9, "risk_without_outcomes": 0.9, "reasons": (UNSEEN,)}
        writer.record_screenings(
            [
                replace(j, asked=screened, screening=replace(j.screening, **told))
                for j in judged(*made)
            ]
        )
        return made

    return record


@pytest.fixture
def look_again(judge, graph, followed, runs, keys):
    """A second look at the rings alone, that fails at some registrations."""

    def make(*failing):
        def screen(examined):
            assert not {r.key for r, _, _ in examined} & {r.key for r in failing}
            rings = [graph.around([node])[0].ring_id for _, _, node in examined]
            seen = judge([registration for registration, _, _ in examined])
            return [replace(s, ring_id=r) for (s, _), r in zip(seen, rings, strict=True)]

        return LookAgain(screen, followed, runs, keys)

    return make


@pytest.fixture
def told(writer, keys, followed):
    """Whether who is screened at a moment is told a company."""

    def bring(look, now):
        ledger = WholeLedger(writer.door, keys)
        return followed.bring(ledger, lambda: look.rings_are_there(writer, now)) is not None

    return bring


@pytest.mark.parametrize("sealed", [True, False], ids=["cannot be unsealed", "cannot be judged"])
def test_a_row_that_cannot_be_looked_at_again_holds_up_nobody(
    sealed, writer, unseen, look_again, told, keys
):
    _, bad, _ = unseen(MIDNIGHT + timedelta(hours=10), 3)
    if sealed:
        writer.door.execute("SET session_replication_role = replica")  # or it may not be changed
        change = "UPDATE screenings SET evidence_ciphertext = 'x' WHERE registration_id = %s"
        writer.door.execute(change, [bad.registration_id])
    look, tomorrow = look_again(*([] if sealed else [bad])), MIDNIGHT + timedelta(days=1, hours=1)
    assert not told(look, tomorrow)
    while look.round(writer, tomorrow):
        pass
    (left,) = WholeLedger(writer.door, keys).unseen(0, 9)
    assert left.sealed[1] == bad.registration_id
    assert told(look, tomorrow)
    assert RingLedger(writer.door).last_run() == MIDNIGHT + timedelta(days=1)


def test_what_is_logged_of_such_a_row_is_the_id_of_its_screening_alone(
    writer, unseen, look_again, told, keys, caplog
):
    (bad,) = unseen(MIDNIGHT + timedelta(hours=10), 1)
    look = look_again(bad)
    assert told(look, MIDNIGHT + timedelta(hours=11))
    look.round(writer, MIDNIGHT + timedelta(hours=11))
    (left,) = WholeLedger(writer.door, keys).unseen(0, 9)
    (logged,) = [r.getMessage() for r in caplog.records if r.levelname == "ERROR"]
    assert str(left.screening_id) in logged
    assert bad.registration_id not in logged


def test_nobody_reaches_a_ring_that_he_is_a_member_of_himself(
    writer, unseen, look_again, told, keys
):
    """A run that is asked for takes in who waits; his is the last run before his registration."""
    look = look_again()
    assert told(look, MIDNIGHT + timedelta(hours=1))
    members = unseen(MIDNIGHT + timedelta(hours=10), 3)
    book = RingLedger(writer.door)
    book.ask(MIDNIGHT + timedelta(hours=15))
    now = MIDNIGHT + timedelta(hours=15, minutes=1)
    assert told(look, now)
    (ring,) = book.rings(MIDNIGHT + timedelta(hours=15))
    assert {node.key for node in ring.members} == {r.key for r in members}
    while look.round(writer, now):
        pass
    assert WholeLedger(writer.door, keys).unseen(0, 9) == []
    found = writer.door.execute("SELECT DISTINCT ring_id FROM screenings").fetchall()
    assert found == [(None,)]

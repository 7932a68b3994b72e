"""Laws of what an answer tells of the ring that a registration reached: counts, and no names."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.batches import Road
from service.ledger.reading import WholeLedger
from service.ledger.records import Asked, Judged, NewOutcome
from service.ledger.rings import RingLedger
from service.ledger.writing import lease
from service.ringruns import RingRuns

RUN = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def run(ledger, graph, keys, judged, registration):
    """Five suspects on one phone, two of them of the last week, one known to be fraud by the run."""
    many = [
        registration(
            institution=f"BANK-{i}",
            registered_at=(RUN - timedelta(days=days)).isoformat(),
            contact_phone="0912000111",
            device_id=None,
        )
        for i, days in enumerate((20, 15, 10, 6, 1))
    ]
    risk = {"risk": 0.9, "risk_without_outcomes": 0.9}
    rows = [
        replace(
            j,
            asked=Asked("A", "test", RUN - timedelta(hours=1)),
            screening=replace(j.screening, **risk),
        )
        for j in judged(*many)
    ]
    outcomes = [
        NewOutcome(*many[0].key, True, None, RUN - timedelta(days=2)),
        NewOutcome(*many[1].key, True, None, RUN),
        NewOutcome(*many[2].key, False, None, RUN - timedelta(days=2)),
    ]

    def run(at):
        with lease(ledger.database_url, ledger.keys) as writer:
            RingRuns(graph, keys).run(writer, at)
            (ring,) = RingLedger(writer.door).rings(at)
            return ring.ring_id

    with lease(ledger.database_url, ledger.keys) as writer:
        writer.record_screenings(rows)
        writer.record_outcomes(outcomes, RUN)
    return run


@pytest.fixture
def reaches(judge):
    """A road on which everybody reaches one ring."""

    def reaches(ring_id):
        return Road(lambda rows: [(replace(s, ring_id=ring_id), n) for s, n in judge(rows)])

    return reaches


def test_an_answer_tells_the_ring_in_counts(run, client_of, reaches, body):
    ring_id = run(RUN)
    client = client_of("BANK-A", road=reaches(ring_id))
    told = client.post("/v1/screenings", json=body(registered_at=RUN.isoformat())).json()
    assert told["ring_id"] == ring_id
    assert told["ring"] == {
        "as_of": "2026-06-01T12:00:00Z",
        "members": 5,
        "holders": 5,
        "members_of_last_7_days": 2,
        "age_days": 20,
        "confirmed_share": 0.2,
    }
    assert not any(f"BANK-{i}" in json.dumps(told) for i in range(5))


def test_the_answer_stays_the_same_when_the_ring_moves_on(run, client_of, reaches, body):
    client = client_of("BANK-A", road=reaches(run(RUN)))
    sent = body(registered_at=RUN.isoformat())
    first = client.post("/v1/screenings", json=sent)
    client.lane.stop()
    run(RUN + timedelta(days=1))
    told = first.json()
    with_id = client.get(f"/v1/screenings/{told['screening_id']}")
    assert with_id.content == first.content
    listed = client.get("/v1/screenings", params={"registration_id": sent["registration_id"]})
    assert listed.json() == [told]


def test_who_is_screened_again_later_is_told_the_ring_as_it_stood_at_the_registration(
    run, judge, registration, ledger
):
    ring_id = run(RUN)
    one = registration(registered_at=(RUN + timedelta(hours=1)).isoformat())
    early = registration(registered_at=(RUN - timedelta(hours=1)).isoformat())
    rows = [(replace(s, ring_id=ring_id), n) for s, n in judge([one, early])]

    def screened(at, rescreens):
        with lease(ledger.database_url, ledger.keys) as writer:
            position = WholeLedger(writer.door, ledger.keys).last_position()
            asked = Asked("A", "test", at)
            stored = writer.record_screenings(
                [
                    Judged(s, n, asked, position, in_ledger=bool(again), rescreens=again)
                    for (s, n), again in zip(rows, rescreens, strict=True)
                ]
            )
            found = [s.screening_id for s in stored]
            told = RingLedger(writer.door).standings(found)
            return found, [told.get(screening_id) for screening_id in found]

    first, told = screened(RUN + timedelta(hours=1), [None, None])
    run(RUN + timedelta(days=1))
    _, again = screened(RUN + timedelta(days=2), first)
    assert again == told
    assert (told[0].run_at, told[1]) == (RUN, None)


@pytest.mark.parametrize("ring_id", [None, "R-of no run"])
def test_who_reaches_no_recorded_ring_is_told_no_counts(ring_id, client_of, reaches, body):
    told = client_of("BANK-A", road=reaches(ring_id)).post("/v1/screenings", json=body()).json()
    assert (told["ring_id"], told["ring"]) == (ring_id, None)


def test_of_a_list_each_has_its_own(run, client_of, judge, body):
    ring_id = run(RUN)
    some = Road(
        lambda rows: [
            (replace(s, ring_id=ring_id if i else None), n) for i, (s, n) in enumerate(judge(rows))
        ]
    )
    client = client_of("BANK-A", road=some)
    at = RUN.isoformat()
    sent = [body(), body(full_name=""), body(registered_at=at)]
    told = client.post("/v1/screenings", json=sent).json()
    assert [t.get("status") for t in told] == [None, 422, None]
    assert told[0]["ring"] is None
    assert told[2]["ring"]["members"] == 5

"""Laws of what the console reads: one's own institution, every line once, rings without faces."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from service.console.reading import PAGE, ConsoleReader
from service.ledger.rings import RingLedger

NOW = datetime.now(UTC)


@pytest.fixture
def reader(world, names):
    with world.ledger.connection() as door:
        yield ConsoleReader(door, names["own"])


@pytest.fixture
def other_reader(world, names):
    with world.ledger.connection() as door:
        yield ConsoleReader(door, names["other"])


def all_pages(reader, decision=None):
    pages = [reader.lines(decision, None, None)]
    while pages[-1].older:
        pages.append(reader.lines(decision, pages[-1].lines[-1].position, None))
    return pages


def test_every_own_screening_stands_on_one_page_newest_first(reader, world):
    pages = all_pages(reader)
    found = [line for page in pages for line in page.lines]
    assert all(len(page.lines) == PAGE for page in pages[:-1])
    own = {s for r, s in world.screenings.items() if not r.startswith("B-")}
    assert {str(line.screening_id) for line in found} == own
    assert len(found) == len(own)
    positions = [line.position for line in found]
    assert positions == sorted(positions, reverse=True)


def test_the_way_back_leads_over_the_same_pages(reader):
    first, second = all_pages(reader)[:2]
    back = reader.lines(None, None, second.lines[0].position)
    assert list(back.lines) == list(first.lines)
    assert back.older
    assert not back.newer
    assert second.newer
    assert not first.newer


@pytest.mark.parametrize("decision", ["clear", "review", "refuse"])
def test_a_filter_shows_that_decision_alone(reader, decision):
    found = [line for page in all_pages(reader, decision) for line in page.lines]
    assert found
    assert {line.decision for line in found} == {decision}


def test_counts_are_those_of_the_last_day_and_week(reader):
    counts = reader.counts(NOW)
    assert {d: (c.day, c.week) for d, c in counts.items()} == {
        "clear": (30, 30),
        "review": (2, 2),
        "refuse": (0, 2),
    }


def test_a_screening_of_another_institution_does_not_exist(reader, other_reader, world):
    hidden = UUID(world.screenings["B-hidden-1"])
    assert other_reader.screening(hidden) is not None
    assert reader.screening(hidden) is None
    assert reader.screening(uuid4()) is None


def test_a_screening_tells_its_outcome_and_its_rings(reader, world, names):
    found = reader.screening(UUID(world.screenings["A-ring-1"]))
    assert (found.is_fraud, found.typology) == (True, "rented_account")
    assert (found.ring_id, found.ring_now) == (names["ring"], names["ring"])
    late = reader.screening(UUID(world.screenings["A-late"]))
    assert (late.ring_id, late.ring_now, late.is_fraud) == (names["ring"], None, None)


def test_a_ring_shows_its_own_members_and_hides_the_others(reader, names):
    ring = reader.ring(names["ring"], NOW)
    assert (ring.total, ring.own_total, ring.risk) == (6, 4, 0.71)
    own = [m for m in ring.members if m.own]
    assert {m.registration_id: m.in_run for m in own} == {
        "A-ring-1": True,
        "A-ring-2": True,
        "A-late": False,
        names["nasty"]: False,
    }
    for member in ring.members[4:]:
        assert not member.own
        shown = (member.registration_id, member.kind, member.registered_at)
        assert (*shown, member.screening_id, member.decision, member.risk_band) == (None,) * 6


def test_members_are_tied_by_what_the_run_recorded_and_by_no_other_value(reader, world, names):
    ring = reader.ring(names["ring"], NOW)
    with world.ledger.connection() as door:
        seen = RingLedger(door).seen(names["ring"], NOW)
    drawn = defaultdict(set)
    for member in ring.members:
        for tie in member.ties.items():
            drawn[tie].add(member.registration_id if member.in_run else "later")
    hidden = [
        {name if name.startswith("A") else None for _, name in t.members} for t in seen.ring.ties
    ]
    assert sorted(kind for _, kind in drawn) == sorted(t.attribute for t in seen.ring.ties)
    assert {frozenset(held - {"later"}) for held in drawn.values()} == set(map(frozenset, hidden))
    assert {k for (_, k), held in drawn.items() if "later" in held} == {"device", "email"}


def test_what_is_told_of_a_whole_ring_names_nobodys_registration(reader, names):
    life = reader.ring(names["ring"], NOW).life
    vietnamese, english = life.story
    assert "3 accounts and 1 SIM of 4 holders at 2 institutions" in english
    assert "3 tài khoản và 1 SIM của 4 người đứng tên tại 2 tổ chức" in vietnamese
    assert life.alive
    assert [words[1] for _, words in life.steps] == ["first found, +4: 4 members"]
    assert not any(name in repr(life) for name in ("A-ring", "B-hidden", *names["secrets"]))


@pytest.mark.parametrize("ring_id", ["", "no such ring", "' OR true --"])
def test_an_unknown_ring_does_not_exist(reader, ring_id):
    assert reader.ring(ring_id, NOW) is None


def test_a_ring_without_a_member_of_ones_own_does_not_exist(world, names):
    with world.ledger.connection() as door:
        assert ConsoleReader(door, "NHC").ring(names["ring"], NOW) is None

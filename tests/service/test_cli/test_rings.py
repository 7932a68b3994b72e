"""Laws of the commands over rings: what they say is what the ledger holds, whoever runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from models import registry
from service.ledger.records import Asked, NewOutcome
from service.ledger.rings import RingLedger
from service.ledger.writing import lease
from service.settings import Settings
from service.wiring import opened, wire

YESTERDAY = datetime.now(UTC) - timedelta(days=1)


@pytest.fixture
def gang(home, judged, registration):
    """Four strangers on one phone, screened yesterday and suspected; one of them confirmed."""
    many = [
        registration(
            registration_id=f"R{i}",
            institution=f"BANK-{i % 2}",
            registered_at=(YESTERDAY - timedelta(hours=1)).isoformat(),
            device_id=None,
        )
        for i in range(4)
    ]
    rows = [
        replace(
            j,
            asked=Asked("A", "test", YESTERDAY),
            screening=replace(j.screening, risk=0.9, risk_without_outcomes=0.9),
        )
        for j in judged(*many)
    ]
    with (
        opened(Settings(home), announce=lambda _: None) as store,
        lease(store.parts.database_url, store.keys) as writer,
    ):
        writer.record_screenings(rows)
        writer.record_outcomes([NewOutcome(*many[0].key, True, None, YESTERDAY)], YESTERDAY)
    return many


def test_a_run_finds_what_list_and_show_then_tell(run, gang, home):
    none_yet = run("rings", "list")
    assert (none_yet.code, none_yet.out) == (2, "")
    exported = run("rings", "export", "--all", "--out", home / "out")
    assert exported.code == 2
    assert exported.err.splitlines()[-1] == none_yet.err.splitlines()[-1]
    made = run("rings", "run")
    assert made.code == 0
    assert made.out.endswith("rings 1, members 4\n")
    listed = run("rings", "list")
    assert listed.code == 0
    assert "rings: 1" in listed.out
    assert "4 accounts of 4 holders at 2 institutions" in listed.out
    assert "tied by 1 contact phone; 1 confirmed as fraud." in listed.out
    ring_id = next(line.split()[0] for line in listed.out.splitlines() if line.startswith("R-"))
    shown = run("rings", "show", ring_id)
    assert shown.code == 0
    assert "BANK-0 R0" in shown.out
    assert "contact phone: BANK-0 R0, BANK-1 R1" in shown.out
    assert "first found, +4: 4 members" in shown.out
    assert shown.out.count("confirmed as fraud") == 2  # in the story, and beside the member
    assert "0912345678" not in shown.out
    assert ring_id not in run("rings", "list", "--min-risk", "0.95").out


def test_a_run_over_a_book_that_nobody_screened_says_why_it_finds_nothing(run, home):
    made, listed = run("rings", "run"), run("rings", "list")
    for said in (made, listed):
        assert said.code == 0
        assert "No registration had been screened" in said.out


def test_who_is_erased_is_shown_as_a_member_alone(run, gang):
    assert run("rings", "run").code == 0
    assert run("forget", "BANK-0", "R0", "--reason", "asked").code == 0
    listed = run("rings", "list").out
    assert "4 accounts of 4 holders at 2 institutions" in listed
    shown = run("rings", "show", next(w for w in listed.split() if w.startswith("R-")))
    assert shown.code == 0
    (erased,) = [line for line in shown.out.splitlines() if "personal data erased" in line]
    assert erased.split()[:2] == ["BANK-0", "R0"]
    assert "contact phone: BANK-1 R1" in shown.out


def test_both_languages(run, gang, monkeypatch):
    run("rings", "run")
    monkeypatch.setenv("CHINHCHU_LANGUAGE", "vi")
    assert "4 tài khoản của 4 người đứng tên tại 2 tổ chức" in run("rings", "list").out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["show", "R-nobody"], "no ring of this id"),
        (["run", "--day", "2999-01-01"], "has not begun"),
        (["run", "--day", "2001-01-01"], "in order of time"),
        (["run", "--day", "soon"], "not a day"),
        (["list", "--min-risk", "2"], "number from 0 to 1"),
        ([], "required"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(run, home, words, told):
    if {"2001-01-01", "show"} & set(words):
        assert run("rings", "run").code == 0
    said = run("rings", *words)
    assert said.code == 2
    assert told in said.err.splitlines()[-1]


@pytest.mark.parametrize(
    "words",
    [
        ("rings", "list"),
        ("rings", "show", "R-1"),
        ("rings", "export", "--all", "--out", "out"),
        ("graph", "rebuild"),
    ],
)
def test_a_command_that_reads_makes_no_installation(run, home, words):
    said = run(*words)
    assert said.code == 2
    assert str(home) in said.line
    assert not home.exists()


def test_while_the_service_runs_it_makes_the_run(run, gang, home, small_model):
    registry.keep(small_model, small_model.name, home)
    registry.promote(small_model.name, home)
    with wire(Settings(home)) as house:
        said = run("rings", "run")
        assert said.code == 0, said.err
        with house.ledger.connection() as door:
            book = RingLedger(door)
            (ring,) = book.rings(book.last_run())
        assert {n.key for n in ring.members} == {r.key for r in gang}
        assert house.graph.last_rings() == book.last_run()
        assert ring.ring_id in run("rings", "list").out
        assert run("rings", "show", ring.ring_id).code == 0
    assert ring.ring_id in run("rings", "list").out

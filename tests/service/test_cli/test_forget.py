"""Laws of the command that erases: what was asked is never lost, and what it says is so."""

from __future__ import annotations

import io
import os

import pytest

from models import registry
from service.ledger.writing import lease
from service.settings import Settings
from service.wiring import opened, wire

BROKEN = os.fsdecode(b"R-\xff")
ASKED = ("forget", "BANK-A", "R0", "--reason", "asked")


@pytest.fixture
def one(home, judged, registration, monkeypatch):
    """A registration that a ledger holds, under keys that every machine has."""
    for name, pair in (("TOKEN", "ab"), ("ENCRYPTION", "cd")):
        monkeypatch.setenv(f"CHINHCHU_{name}_KEY", pair * 32)
    made = registration(registration_id="R0")
    with (
        opened(Settings.from_environment(os.environ), announce=lambda _: None) as store,
        lease(store.parts.database_url, store.keys) as writer,
    ):
        writer.record_screenings(judged(made))
    return made


@pytest.fixture
def away(monkeypatch):
    """Has the live graph be away; what it gives brings it back."""

    def away():
        monkeypatch.setenv("CHINHCHU_VALKEY_URL", "redis://127.0.0.1:1")
        return lambda: monkeypatch.delenv("CHINHCHU_VALKEY_URL")

    return away


def test_what_was_asked_without_the_graph_is_carried_out_when_it_is_there(run, one, away):
    back = away()
    for _ in range(2):
        said = run(*ASKED)
        assert said.code == 1
        assert "the live graph does not answer" in said.err.splitlines()[-1]
        assert "stays asked" in said.err.splitlines()[-1]
    back()
    said = run(*ASKED)
    assert (said.code, said.out) == (0, "Registrations erased: 1\n")


def test_nothing_is_told_from_erased_already_and_what_waits_is_carried_out_first(run, one, away):
    back = away()
    assert run(*ASKED).code == 1
    back()
    said = run("forget", "BANK-A", "R1", "--reason", "asked")
    assert said.code == 2
    assert "there is nothing to erase" in said.err.splitlines()[-1]
    said = run(*ASKED)
    assert said.code == 2
    assert "it is erased already" in said.err.splitlines()[-1]


def test_a_run_of_rings_without_the_graph_is_one_clear_line(run, one, away):
    back = away()
    said = run("rings", "run")
    assert (said.code, said.err.splitlines()[-1]) == (1, "chinhchu: the live graph does not answer")
    back()
    assert "there was no run yet" in run("rings", "list").err


def test_whoever_holds_the_lane_elsewhere_is_asked(run, one, home, small_model, monkeypatch):
    """Two folders, one ledger: the lane of the other machine carries it out."""
    registry.keep(small_model, small_model.name, home)
    registry.promote(small_model.name, home)
    with wire(Settings.from_environment(os.environ)) as house:
        monkeypatch.setenv("CHINHCHU_DATABASE_URL", house.store.parts.database_url)
        monkeypatch.setenv("CHINHCHU_VALKEY_URL", house.store.parts.valkey_url)
        monkeypatch.setenv("CHINHCHU_HOME", str(home.parent / "elsewhere"))
        said = run(*ASKED)
        assert said.code == 0, said.err
        assert said.out == "Registrations that the service erases shortly: 1\n"


@pytest.mark.parametrize(
    "words",
    [
        ("rings", "show", BROKEN),
        ("key", "create", BROKEN),
        ("rings", "export", BROKEN, "--out", "out"),
        ("forget", "BANK-A", BROKEN, "--reason", "asked"),
        ("forget", BROKEN, "R0", "--reason", "asked"),
        ("forget", "BANK-A", "R0", "--reason", BROKEN),
    ],
)
def test_a_word_that_is_no_text_is_a_wrong_word(run, words):
    said = run(*words)
    assert (said.code, "not text in UTF-8" in said.line) == (2, True)


def test_a_number_that_is_no_text_is_a_wrong_word(run, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xff\n"), "utf-8"))
    said = run("forget", "--person", "--reason", "asked")
    assert (said.code, "not in UTF-8" in said.line) == (2, True)

"""The policy's commands: what is adopted, taken back and told, and what is refused in one line."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from models.policy import DEFAULT, load
from service.breaker import WHO
from service.in_force import policy_file
from service.policies import rollback

BY = ("--by", "Trần Thị B", "--why", "quý 3")
PACKAGED = load()


@pytest.fixture
def stricter(tmp_path):
    """A policy file of another version, reviewing from a lower risk."""
    path = tmp_path / "stricter.toml"
    text = DEFAULT.read_text(encoding="utf-8")
    text = text.replace(PACKAGED.version, "strict-1").replace(
        "review_risk = 0.20", "review_risk = 0.1"
    )
    path.write_text(text, encoding="utf-8")
    return path


def in_force(home):
    return load(policy_file(None, home)).version


def test_what_is_adopted_decides_and_is_told_with_who_and_why(run, home, stricter):
    assert "It comes with the program." in run("policy", "show").out
    assert run("policy", "adopt", stricter, *BY).code == 0
    assert in_force(home) == "strict-1"
    shown = run("policy", "show").out
    assert shown.startswith("Policy strict-1\n")
    assert "Trần Thị B: quý 3" in shown
    (line,) = run("policy", "log").out.splitlines()
    assert f"{PACKAGED.version} → strict-1  Trần Thị B: quý 3" in line


def test_a_rollback_returns_to_what_decided_before_and_another_one_undoes_it(run, home, stricter):
    run("policy", "adopt", stricter, *BY)
    assert run("policy", "rollback", *BY).code == 0
    assert in_force(home) == PACKAGED.version
    run("policy", "rollback", *BY)
    assert in_force(home) == "strict-1"
    journal = (home / "policies" / "adoptions.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line)["to"] for line in journal.splitlines()] == [
        "strict-1",
        PACKAGED.version,
        "strict-1",
    ]


def test_what_the_circuit_breaker_held_comes_back_by_no_rollback(run, home, stricter):
    run("policy", "adopt", stricter, *BY)
    rollback(home, by=WHO, why="too many", at=datetime.now(UTC))
    said = run("policy", "rollback", *BY)
    assert said.code == 2
    assert "circuit breaker held policy strict-1" in said.line
    assert in_force(home) == PACKAGED.version


def test_before_any_adoption_there_is_nothing_to_go_back_to(run, home):
    said = run("policy", "rollback", *BY)
    assert said.code == 2
    assert said.line == "chinhchu: there is no policy before this one to go back to"


def test_a_file_changed_under_its_old_version_is_refused_and_nothing_switched(run, home, stricter):
    run("policy", "adopt", stricter, *BY)
    run("policy", "rollback", *BY)
    stricter.write_text(stricter.read_text("utf-8").replace("0.1\n", "0.05\n"), "utf-8")
    said = run("policy", "adopt", stricter, *BY)
    assert said.code == 2
    assert said.line == "chinhchu: policy strict-1: changed without a new version"
    assert in_force(home) == PACKAGED.version


def test_a_kept_policy_that_was_changed_by_hand_decides_nothing_under_its_version(
    run, home, stricter
):
    run("policy", "adopt", stricter, *BY)
    kept = home / "policies" / "strict-1.toml"
    run("policy", "rollback", *BY)
    kept.write_text(kept.read_text("utf-8").replace("0.1\n", "0.05\n"), "utf-8")
    for words in (("adopt", kept), ("rollback",)):
        said = run("policy", *words, *BY)
        assert (said.code, in_force(home)) == (2, PACKAGED.version)
        assert said.line == "chinhchu: policy strict-1: changed without a new version"


def test_what_is_in_force_is_not_adopted_twice(run, home, stricter):
    run("policy", "adopt", stricter, *BY)
    assert run("policy", "adopt", stricter, *BY).code == 2


def test_a_setting_that_names_a_policy_wins_and_that_is_said(run, home, stricter, monkeypatch):
    monkeypatch.setenv("CHINHCHU_POLICY", str(DEFAULT))
    said = run("policy", "adopt", stricter, *BY)
    assert said.code == 0
    assert "CHINHCHU_POLICY names default.toml" in said.out
    assert "Named by CHINHCHU_POLICY." in run("policy", "show").out


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_file_is_told_in_words_or_each_of_its_mistakes_is(
    run, tmp_path, stricter, language, monkeypatch
):
    monkeypatch.setenv("CHINHCHU_LANGUAGE", language)
    told = run("policy", "check", stricter)
    assert told.code == 0
    assert "10 %" in told.out
    bad = tmp_path / "bad.toml"
    bad.write_text(
        stricter.read_text("utf-8").replace("0.1\n", "7\n").replace("strict-1", "?"), "utf-8"
    )
    told = run("policy", "check", bad)
    assert told.code == 2
    assert len(told.err.splitlines()) == 2

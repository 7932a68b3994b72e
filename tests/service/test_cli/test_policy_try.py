"""The commands that try and fit a policy, on what a backtest of a simulated town decided."""

from __future__ import annotations

import json

import pytest

from models.policy import DEFAULT, load


@pytest.fixture
def past(backtest, town):
    """The words that name the decisions of the town."""
    files = town.words("registrations", "labels")
    return ["--decisions", str(backtest), *files]


def test_a_policy_is_fitted_tried_and_says_whom_it_hits_without_a_name(
    run, past, town, tmp_path, monkeypatch
):
    out = tmp_path / "fitted.toml"
    made = run("policy", "fit", "--reviewers", 1, "--reviews-per-day", 1, *past, "--out", out)
    assert made.code == 0
    assert load(out).capacity.a_day == 1
    told = run("policy", "try", out, *past, "--json")
    trial = json.loads(told.out)
    assert trial["new"]["reviews_a_day"] <= 1
    assert trial["new"]["version"] == load(out).version
    assert all("groups" not in change["row"] for change in trial["largest"])
    assert {"institution", "age_group", "sex"} <= {hit["group"] for hit in trial["hits"]}
    for language in ("vi", "en"):
        monkeypatch.setenv("CHINHCHU_LANGUAGE", language)
        told = run("policy", "try", out, *past)
        assert told.code == 0
        assert not any(row["full_name"] in told.out for row in town.few("registrations"))


def test_a_policy_with_costs_is_compared_by_them(run, past, tmp_path):
    out = tmp_path / "fitted.toml"
    costs = ("--cost-review", 50_000, "--cost-missed", 1_000_000, "--cost-refusal", 1_000_000)
    run("policy", "fit", "--reviewers", 9, "--reviews-per-day", 9, *costs, *past, "--out", out)
    trial = json.loads(run("policy", "try", out, *past, "--json").out)
    assert trial["new"]["cost"] <= trial["old"]["cost"]


@pytest.mark.parametrize(
    ("people", "review"), [(10**6, 1), (1, 10**6)], ids=["all are reviewed", "nobody is"]
)
def test_where_the_answer_is_easy_a_policy_is_fitted_too(run, past, tmp_path, people, review):
    out = tmp_path / "fitted.toml"
    costs = ("--cost-review", review, "--cost-missed", 10**3, "--cost-refusal", 1)
    words = ("policy", "fit", "--reviewers", people, "--reviews-per-day", 9, *costs)
    said = run(*words, *past, "--from", "2026-06-15", "--out", out)
    assert (said.code, "in the last 30 days" in said.out) == (0, False)
    assert run("policy", "check", out).code == 0
    taken = tmp_path / "taken"
    taken.mkdir()
    assert run(*words, *past, "--out", taken).code != 0
    assert {path.name for path in tmp_path.iterdir()} >= {"taken", "fitted.toml"}
    assert not list(tmp_path.glob(".*"))


def test_days_before_all_days_hold_no_decision(run, past):
    said = run("policy", "try", DEFAULT, *past, "--until", "0001-01-01")
    assert (said.code, "no decision lies in those days" in said.line) == (2, True)


WRONG = [
    (("try", DEFAULT, "--decisions", "."), "--decisions and --registrations"),
    (("try", DEFAULT, "--labels", "l.csv"), "--decisions and --registrations"),
    (("try", DEFAULT), "nothing of this program is kept"),
    (("fit", "--reviewers", 0, "--reviews-per-day", 1, "--out", "o"), "whole number from 1"),
    (("fit", "--reviewers", 1, "--reviews-per-day", 0, "--out", "o"), "number above 0"),
    (
        ("fit", "--reviewers", 1, "--reviews-per-day", 1, "--cost-review", 5, "--out", "o"),
        "all three are needed",
    ),
]


@pytest.mark.parametrize(("words", "named"), WRONG)
def test_what_cannot_be_tried_or_fitted_is_one_line(run, words, named):
    said = run("policy", *words)
    assert said.code == 2
    assert named in said.line

"""Laws of use-by dates: what is older than it may be is named, and done with as the policy says."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.vector import FEATURES
from models import hard_facts, use_by
from models.decision import Decision
from models.policy import load
from models.use_by import CODES, NORMAL, Limit, Then, limits, mode, problems, stale
from models.wording import REASONS

POLICY = load()
BANK = "BANK-A"
DAY = timedelta(days=1)
FACTS = st.frozensets(st.sampled_from(sorted(hard_facts.CODES)))


def under(*thens):
    """The default policy with each of these done of one stale part, and those parts."""
    held = {code: Limit(DAY, then) for code, then in zip(CODES, thens, strict=False)}
    return replace(POLICY, use_by=held), tuple(held)


@pytest.mark.parametrize("code", CODES)
def test_a_part_is_stale_once_it_is_older_than_its_limit_and_not_before(code):
    held = {code: Limit(DAY, Then.GO_ON)}
    assert stale({code: DAY}, held) == ()
    assert stale({code: DAY + timedelta(microseconds=1)}, held) == (code,)
    assert stale({code: 900 * DAY}, {}) == stale({}, held) == ()


@pytest.mark.parametrize("code", CODES)
def test_what_is_of_a_day_to_come_is_stale(code):
    held = {code: Limit(DAY, Then.GO_ON)}
    assert stale({code: -DAY}, held) == ()
    assert stale({code: -DAY - timedelta(microseconds=1)}, held) == (code,)


def test_the_default_policy_gives_every_part_a_limit_and_goes_on():
    assert POLICY.use_by.keys() == set(CODES)
    assert {limit.then for limit in POLICY.use_by.values()} == {Then.GO_ON}


@given(risk=st.floats(0, 1), facts=FACTS)
def test_go_on_decides_as_ever(risk, facts):
    rules, parts = under(*[Then.GO_ON] * 4)
    assert rules.decide(risk, facts, BANK, parts) is rules.decide(risk, facts, BANK)


@given(risk=st.floats(0, 1), facts=FACTS)
def test_review_clears_nobody_and_is_no_milder(risk, facts):
    rules, parts = under(Then.GO_ON, Then.REVIEW)
    decision = rules.decide(risk, facts, BANK, parts)
    assert decision is max(Decision.REVIEW, rules.decide(risk, facts, BANK))


@given(risk=st.floats(0, 1), facts=FACTS)
def test_papers_leaves_the_risk_out(risk, facts):
    rules, parts = under(Then.PAPERS)
    assert rules.decide(risk, facts, BANK, parts) is rules.by_facts(facts)


def test_the_mode_is_normal_or_names_what_was_stale():
    assert mode(()) == mode(("AGE", "IDENTITY_MISMATCH")) == NORMAL
    assert mode(("AGE", "REGISTER_STALE", "MODEL_STALE")) == "MODEL_STALE+REGISTER_STALE"


def test_no_code_of_staleness_is_a_fact_or_a_group_of_features():
    """Who judges a stored row again finds both among its reasons."""
    groups = {feature.reason for feature in FEATURES}
    assert not set(CODES) & (hard_facts.CODES | groups)
    assert not hard_facts.CODES & groups
    assert set(CODES) <= REASONS.keys()


def table(text):
    return tomllib.loads(text).get("use_by", {})


def test_limits_are_read_in_their_units():
    form = table(
        "[use_by.graph]\nhours = 6\nthen = 'review'\n[use_by.model]\ndays = 9\nthen = 'papers'"
    )
    assert not list(problems(form))
    assert limits(form) == {
        "GRAPH_STALE": Limit(timedelta(hours=6), Then.REVIEW),
        "MODEL_STALE": Limit(9 * DAY, Then.PAPERS),
    }


WRONG = (
    ("use_by = 3", "not a table"),
    ("[use_by.weather]\ndays = 3\nthen = 'go_on'", "weather"),
    ("[use_by.model]\ndays = 3", "two settings"),
    ("[use_by.graph]\ndays = 3\nthen = 'go_on'", "hours"),
    ("[use_by.model]\ndays = 0\nthen = 'go_on'", "above 0"),
    ("[use_by.model]\ndays = nan\nthen = 'go_on'", "above 0"),
    ("[use_by.model]\ndays = true\nthen = 'go_on'", "above 0"),
    ("[use_by.register]\ndays = 3\nthen = 'papers'", "one of: go_on, review"),
    ("[use_by.model]\ndays = 3\nthen = ['go_on']", "one of: go_on, papers, review"),
)


@pytest.mark.parametrize(("text", "named"), WRONG)
def test_what_makes_no_sense_is_told_in_both_languages(text, named):
    ((vietnamese, english),) = problems(table(text))
    assert named in english
    assert vietnamese != english


def test_the_lists_are_as_old_as_the_oldest_of_them():
    assert use_by.LISTS_AS_OF <= use_by.weights.AS_OF

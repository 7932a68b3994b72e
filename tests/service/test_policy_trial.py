"""Trying and fitting policies: on drawn risks that are calibrated, so that the truth is known."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from features.errors import InputError
from models.decision import Decision
from models.policy import DEFAULT, Capacity, Cost, load, of_form
from models.policy_form import text_of
from models.use_by import Limit, Then
from service.policy_fit import Asked, fit
from service.policy_past import CLEARED, FRAUD, Past, Period, Row, past_of
from service.policy_trial import cost_of, share, trial

START = date(2026, 5, 1)
POLICY = load()
FORM = tomllib.loads(DEFAULT.read_text(encoding="utf-8"))
COST = Cost(review=50_000, false_refusal=2_000_000, missed_fraud=1_000_000)
FACTS = (
    frozenset({"IDENTITY_MISMATCH"}),
    frozenset({"HOLDER_ABSENT"}),
    frozenset({"HOLDER_DECEASED", "FACE_OF_FRAUD"}),
)


def drawn(seed: int, days: int = 40, a_day: int = 400) -> list[Row]:
    """Days of registrations whose fraud comes with the probability that is their risk."""
    random = np.random.default_rng(seed)
    rows = []
    for day in range(days):
        for n in range(random.poisson(a_day)):
            risk = float(random.beta(0.15, 6))
            held = frozenset() if random.random() > 0.01 else FACTS[random.integers(3)]
            key = (f"BANK-{random.integers(3)}", f"{day}-{n}")
            sex = str(random.choice(["male", "female", ""]))
            groups = (key[0], "sim", "ekyc", "25_59", sex, "", "")
            fraud = int(random.random() < risk)
            rows.append(Row(key, "", START + timedelta(days=day), risk, held, fraud, groups))
    return rows


@pytest.fixture(scope="module")
def book() -> list[Row]:
    return drawn(0)


@pytest.fixture(scope="module")
def past(book) -> Past:
    """The first twenty days: what a policy is fitted to."""
    return days_of(book, 0, 20)


@pytest.fixture(scope="module")
def later(book) -> Past:
    """The twenty days after them."""
    return days_of(book, 20, 40)


def days_of(book: list[Row], first: int, end: int) -> Past:
    period = Period(START + timedelta(days=first), START + timedelta(days=end))
    return past_of([row for row in book if period.since <= row.day < period.before], period)


def fitted_to(past: Past, **asked):
    made = fit(past, POLICY, FORM, Asked(**asked))
    return made, of_form(made.form, "fitted")


def test_all_rows_at_once_are_decided_as_one_at_a_time(past):
    own = replace(POLICY, institutions={"BANK-1": 0.05})
    one_by_one = [own.decide(row.risk, row.facts, row.key[0]) for row in past.rows]
    assert past.decide(own).tolist() == one_by_one


@pytest.mark.parametrize("then", list(Then))
def test_what_was_stale_then_is_decided_as_it_would_have_been(past, then):
    late = replace(POLICY, use_by={"MODEL_STALE": Limit(timedelta(days=1), then)})
    rows = [replace(row, facts=row.facts | {"MODEL_STALE"}) for row in past.rows[:500]]
    one_by_one = [
        late.decide(row.risk, row.facts - {"MODEL_STALE"}, row.key[0], ["MODEL_STALE"])
        for row in rows
    ]
    assert past_of(rows, past.period).decide(late).tolist() == one_by_one


@pytest.mark.parametrize(("reviewers", "each"), [(1, 20), (2, 20), (3, 25)])
def test_on_later_days_the_reviews_are_those_there_are_people_for(past, later, reviewers, each):
    """Within 5 % of the capacity, or the capacity within the interval that was told."""
    made, policy = fitted_to(past, capacity=Capacity(reviewers, each))
    asked = (later.decide(policy) == Decision.REVIEW).sum() / later.period.days
    low, high = made.reviews_interval
    assert low <= asked <= high
    assert abs(asked / (reviewers * each) - 1) <= 0.05 or low <= reviewers * each <= high


def test_a_fitted_policy_never_asks_for_more_than_the_capacity_on_the_days_it_was_fitted_to(past):
    made, policy = fitted_to(past, capacity=Capacity(1, 20))
    assert (past.decide(policy) == Decision.REVIEW).sum() <= 20 * past.period.days
    assert made.interval[0] <= made.review_risk <= made.interval[1]
    assert policy.bands[1] == policy.review_risk


def test_where_fraud_comes_in_waves_earlier_fits_tell_how_far_off_the_next_may_be():
    """Every third week is a bad one: bootstraps over days would promise too much."""
    rows = drawn(3, days=194, a_day=100)
    weeks = np.random.default_rng(4).gamma(3, 1 / 3, 30)
    rows = [
        replace(row, risk=min(row.risk * weeks[(row.day - START).days // 7], 1.0)) for row in rows
    ]
    within = 0
    for end in range(120, 181, 10):
        earlier, then = days_of(rows, 0, end), days_of(rows, end, end + 14)
        made, policy = fitted_to(earlier, capacity=Capacity(1, 10))
        assert made.checked >= 5
        asked = (then.decide(policy) == Decision.REVIEW).sum() / 14
        within += made.reviews_interval[0] <= asked <= made.reviews_interval[1]
    assert within >= 6


def true_cost(past: Past, policy) -> float:
    """By what was true: a review finds out, a fraud that passes and an honest one refused cost."""
    known = replace(past, risk=past.outcome.astype(float))
    return cost_of(known, past.decide(policy), COST)


def test_a_fitted_policy_costs_less_on_later_days_than_a_fixed_threshold(past, later):
    _, policy = fitted_to(past, capacity=Capacity(12, 40), cost=COST)
    for fixed in (0.5, 0.2, 0.01):
        assert true_cost(later, policy) < true_cost(later, replace(POLICY, review_risk=fixed))


def test_beyond_what_a_review_is_worth_people_stay_without_work(past):
    """A review at 50,000 finds a fraud of a million from a risk of 5 % on."""
    made, _ = fitted_to(past, capacity=Capacity(1_000, 40), cost=COST)
    assert made.review_risk == made.by_cost == COST.review / COST.missed_fraud
    assert made.by_capacity < made.by_cost


def test_an_institution_gets_a_threshold_of_its_own_and_the_others_keep_theirs(past, later):
    made, policy = fitted_to(past, capacity=Capacity(1, 10), institution="BANK-2")
    assert policy.review_risk == POLICY.review_risk
    assert policy.institutions == {"BANK-2": made.review_risk}
    theirs = later.group("institution") != "BANK-2"
    assert (later.decide(policy) == later.decide(POLICY))[theirs].all()
    asked = (later.decide(policy)[~theirs] == Decision.REVIEW).sum() / later.period.days
    assert abs(asked / 10 - 1) <= 0.05 or made.reviews_interval[0] <= 10 <= made.reviews_interval[1]


def test_a_fitted_policy_is_the_same_each_time_and_other_content_has_another_version(past):
    first, again = (fitted_to(past, capacity=Capacity(1, 20))[0] for _ in range(2))
    assert first == again
    other, _ = fitted_to(past, capacity=Capacity(1, 21))
    assert other.form["version"] != first.form["version"]


def test_a_written_policy_says_what_was_fitted(past):
    here = replace(past, institutions=["BANK-0", "BANK-1", 'ngân "hàng".'])
    made, policy = fitted_to(here, capacity=Capacity(2, 20), cost=COST, institution='ngân "hàng".')
    text = text_of(made.form, "made by a test\nof two lines")
    assert of_form(tomllib.loads(text), "read") == policy
    assert tomllib.loads(text) == made.form


def test_for_an_institution_that_decided_nothing_nothing_is_fitted(past):
    with pytest.raises(InputError, match="no decision is that institution's"):
        fitted_to(past, capacity=Capacity(2, 20), institution="BANK-9")


def test_where_hard_facts_alone_are_too_many_nobody_is_reviewed_for_risk(past):
    made, policy = fitted_to(past, capacity=Capacity(1, 0.5))
    assert made.by_facts_a_day > 0.5
    reviewed = past.decide(policy) == Decision.REVIEW
    assert reviewed.sum() == round(made.by_facts_a_day * past.period.days)


def test_a_pair_whose_refusal_costs_more_than_a_review_is_named(past):
    """Whose risk is drawn without regard to facts is honest for the most part."""
    pair = frozenset({"HOLDER_DECEASED", "FACE_OF_FRAUD"})
    made, _ = fitted_to(past, capacity=Capacity(1, 20), cost=COST)
    assert [dear.pair for dear in made.dear] == [pair]
    gentle = replace(COST, false_refusal=1)
    assert fitted_to(past, capacity=Capacity(1, 20), cost=gentle)[0].dear == []


def test_a_trial_counts_what_would_have_been_done_and_known(past):
    new = replace(POLICY, version="new", review_risk=0.1, cost=COST)
    told = trial(past, new, POLICY)
    ours, theirs = past.decide(new), past.decide(POLICY)
    assert told.new.reviewed == (ours == Decision.REVIEW).sum()
    assert told.new.reviews_a_day == pytest.approx(told.new.reviewed / 20)
    assert told.new.known_frauds_stopped == ((ours > 0) & (past.outcome == FRAUD)).sum()
    assert told.new.known_honest_refused == ((ours == 2) & (past.outcome == CLEARED)).sum()
    assert told.old.expected_frauds == pytest.approx(past.risk[theirs > 0].sum())
    assert told.changed == told.stricter == (ours != theirs).sum()
    assert told.milder == 0
    risks = [change.row.risk for change in told.largest]
    assert risks == sorted(risks, reverse=True)
    assert len(risks) == 20
    assert max(risks) == past.risk[ours != theirs].max()
    of_sex = [hit.new.whole for hit in told.hits if hit.group == "sex"]
    assert sum(of_sex) == len(past)


def test_a_trial_says_where_the_circuit_breaker_would_open(past):
    gentle, harsh = (replace(POLICY, review_risk=risk) for risk in (0.18, 0.001))
    assert trial(past, gentle, POLICY).held_at == []
    assert trial(past, harsh, POLICY).held_at == ["BANK-0", "BANK-1", "BANK-2"]
    one = replace(POLICY, institutions={"BANK-1": 0.001})
    assert trial(past, one, POLICY).held_at == ["BANK-1"]


def test_a_policy_tried_against_itself_changes_nothing(past):
    told = trial(past, POLICY, POLICY)
    assert (told.changed, told.largest) == (0, [])
    assert told.new == told.old
    assert told.new.cost is None


def test_the_interval_of_a_share_holds_it_and_narrows():
    few, many = share(1, 10), share(100, 1_000)
    assert few.low < many.low < 0.1 < many.high < few.high
    assert share(0, 0).high == 1.0

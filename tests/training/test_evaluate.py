"""Laws of evaluation: rings are drawn whole, what is unknown is never honest, figures mean what they say."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from training.curves import Costs, cost_curve, precision_recall, reliability
from training.delay import share_known
from training.evaluate import Rows, assess, catches, measure
from training.grouping import FALSE_REVIEWS, FEWEST_TOLD
from training.ranking import BUDGETS, Ranking
from training.resampling import draws

FRAUD, CLEARED, UNKNOWN = 1, 0, -1


def rows_of(label, *, cluster=None, at=None, **groups) -> Rows:
    label = np.asarray(label, dtype=np.int8)
    n = len(label)
    return Rows(
        label,
        np.arange(n, dtype=float) if at is None else np.asarray(at, dtype=float),
        np.arange(n) if cluster is None else np.asarray(cluster),
        np.ones(n),
        {name: np.asarray(values) for name, values in groups.items()},
    )


@pytest.fixture(scope="module")
def stream() -> Rows:
    """2,000 rows: 40 frauds in rings of 4, 160 cleared, the rest unknown."""
    label = np.full(2_000, UNKNOWN, dtype=np.int8)
    label[::50], label[1::13] = FRAUD, CLEARED
    label[::50] = FRAUD
    cluster = np.arange(2_000)
    frauds = np.flatnonzero(label == FRAUD)
    cluster[frauds] = frauds[0] + np.arange(len(frauds)) // 4 * 50
    return rows_of(label, cluster=cluster)


def point(risk, rows) -> dict[str, float]:
    return Ranking(np.asarray(risk, dtype=float), rows.label, rows.share_known).figures()


def test_a_perfect_risk_finds_all_that_a_budget_has_room_for(stream):
    figures = point(stream.label == FRAUD, stream)
    assert figures["average_precision"] == 1
    assert figures["recall_at_2.0%"] == figures["precision_floor_at_2.0%"] == 1
    assert figures["recall_at_1.0%"] == 0.5
    assert figures["calibration_error_floor"] == 0
    assert figures["expected_over_known_ceiling"] == 1


def test_a_constant_risk_finds_what_chance_finds_wherever_the_frauds_stand(stream):
    share = (stream.label == FRAUD).mean()
    for rows in (stream, replace(stream, label=np.sort(stream.label)[::-1])):
        figures = point(np.full(len(rows), share), rows)
        assert figures["average_precision"] == pytest.approx(share)
        for budget in BUDGETS:
            assert figures[f"recall_at_{budget:.1%}"] == pytest.approx(budget)
        assert figures["expected_over_known_ceiling"] == pytest.approx(1)


def test_a_random_risk_has_the_precision_of_chance_within_its_interval(stream):
    risk = np.random.default_rng(3).random(len(stream))
    figure = measure(risk, stream)["recall_at_5.0%"]
    assert figure.low <= 0.05 <= figure.high


def test_average_precision_is_that_of_scikit_learn_also_with_ties():
    dice = np.random.default_rng(1)
    label = dice.integers(0, 2, 500).astype(np.int8)
    risk = dice.integers(0, 20, 500) / 20
    theirs = average_precision_score(label, risk)
    assert point(risk, rows_of(label))["average_precision"] == pytest.approx(theirs)


@given(st.lists(st.tuples(st.sampled_from([-1, 0, 1]), st.floats(0, 1)), min_size=5, max_size=60))
def test_whatever_the_rows_figures_are_shares_and_more_reviews_find_no_less(drawn):
    label, risk = (np.array(x) for x in zip(*drawn, strict=True))
    figures = point(risk, rows_of(label))
    recalls = [figures[f"recall_at_{budget:.1%}"] for budget in BUDGETS]
    if (label == FRAUD).any():
        assert all(0 <= value <= 1 + 1e-9 for value in recalls)
        assert all(a <= b + 1e-9 for a, b in pairwise(recalls))
        assert 0 < figures["average_precision"] <= 1 + 1e-9
    else:
        assert np.isnan([*recalls, figures["average_precision"]]).all()


def test_drawing_rows_with_times_is_drawing_the_rows(stream):
    risk = np.linspace(0, 1, len(stream))
    times = next(draws(stream.cluster, seed=5))
    many = np.repeat(np.arange(len(stream)), times.astype(int))
    ranking = Ranking(risk, stream.label, stream.share_known)
    real = point(risk[many], stream.only(many))
    for name, value in ranking.figures(times).items():
        if "calibration" not in name:  # whose bins go by the rows as they are
            assert value == pytest.approx(real[name], nan_ok=True), name


def test_rows_of_a_ring_are_drawn_together_and_the_same_seed_draws_the_same(stream):
    one, two = next(draws(stream.cluster, seed=1)), next(draws(stream.cluster, seed=1))
    assert np.array_equal(one, two)
    for ring in np.unique(stream.cluster[stream.label == FRAUD]):
        assert len(set(one[stream.cluster == ring])) == 1


def test_an_interval_by_ring_is_wider_than_one_by_row_where_rings_rise_and_fall_together(stream):
    frauds = np.flatnonzero(stream.label == FRAUD)
    risk = np.where(np.isin(np.arange(len(stream)), frauds[: len(frauds) // 2]), 0.9, 0.1)
    by_ring = measure(risk, stream)["recall_at_2.0%"]
    by_row = measure(risk, replace(stream, cluster=np.arange(len(stream))))["recall_at_2.0%"]
    assert by_ring.value == by_row.value
    assert by_ring.high - by_ring.low > 1.5 * (by_row.high - by_row.low)
    assert by_ring.low <= by_ring.value <= by_ring.high


def test_an_unknown_row_is_honest_in_floors_alone(stream):
    """To learn that unknown rows were honest changes no figure of the known; floors had said so."""
    risk = np.random.default_rng(2).random(len(stream))
    looked_into = replace(stream, label=np.maximum(stream.label, CLEARED))
    unknown, all_known = point(risk, stream), point(risk, looked_into)
    for name in unknown:
        if name.startswith("precision_known"):
            assert unknown[name] > all_known[name]
        else:
            assert unknown[name] == pytest.approx(all_known[name])
    turned_out = stream.label.copy()
    turned_out[np.flatnonzero((stream.label == UNKNOWN) & (risk > 0.98))] = FRAUD
    worse = point(risk, replace(stream, label=turned_out))
    for name in ("average_precision", "precision_floor_at_1.0%", "precision_known_at_1.0%"):
        assert worse[name] >= unknown[name]


def test_figures_without_labels_look_at_no_label(stream):
    risk = np.random.default_rng(4).random(len(stream)) ** 8
    nothing = replace(stream, label=np.full(len(stream), UNKNOWN, dtype=np.int8))
    told, untold = point(risk, stream), point(risk, nothing)
    estimated = [name for name in told if name.startswith("estimated")]
    assert estimated
    assert all(told[name] == untold[name] for name in estimated)
    truth = replace(
        stream, label=(np.random.default_rng(5).random(len(stream)) < risk).astype(np.int8)
    )
    true = point(risk, truth)
    assert told["estimated_recall_at_5.0%"] == pytest.approx(true["recall_at_5.0%"], abs=0.1)


def test_recent_frauds_that_are_not_known_yet_are_made_up_for():
    """Frauds at an even pace, each known after 10 to 50 days: the known of all ages tell how many."""
    dice = np.random.default_rng(0)
    at = dice.uniform(0, 200, 4_000)
    delay, age = dice.uniform(10, 50, 4_000), 200 - at
    known = delay <= age
    share = share_known(age, delay[known], age[known])
    recent = age < 60
    assert known[recent].sum() < 0.6 * recent.sum()
    ripe = recent & (share > 0.1)
    assert (known[ripe] / share[ripe]).sum() == pytest.approx(ripe.sum(), rel=0.1)
    assert share[age > 50] == pytest.approx(1)
    assert (share > 0).all()


def test_a_ring_is_caught_at_its_first_flag():
    n = 600
    label, cluster = np.full(n, UNKNOWN), np.arange(n)
    early, late, never = [0, 100, 200, 300], [1, 101, 201, 301], [2, 102, 202]
    for ring in (early, late, never):
        label[ring], cluster[ring] = FRAUD, ring[0]
    risk = np.zeros(n)
    risk[[0, 201]] = 0.9  # the first of one ring, the third of another
    risk[[400, 401, 402, 403]] = 0.5  # fills the rest of the budget
    found = catches(risk, rows_of(label, cluster=cluster, at=np.arange(n) * 86_400.0))
    assert found.share.tolist() == [0, 0.5, 1]
    assert found.days[:2].tolist() == [0, 200]
    assert np.isnan(found.days[2])


def test_groups_tell_who_is_reviewed_and_the_worst_over_the_best(stream):
    half = np.where(np.arange(len(stream)) < 1_000, "old", "young")
    rows = replace(stream, groups={"age_group": half, "kind": np.full(len(stream), "sim")})
    risk = np.zeros(len(stream))
    honest = np.flatnonzero(stream.label == CLEARED)
    risk[honest[honest < 1_000][:30]] = 0.9
    risk[honest[honest >= 1_000][:10]] = 0.9
    told = assess(risk, rows)
    old, young = (told.groups["age_group"][name] for name in ("old", "young"))
    assert old.rows == young.rows == 1_000
    assert old.figures[FALSE_REVIEWS].value == pytest.approx(30 / (1_000 - old.frauds_known))
    assert old.figures["recall"].value == 0
    ratio = told.ratios[f"worst_over_best.age_group.{FALSE_REVIEWS}"]
    assert ratio.value == pytest.approx(3)
    assert 1 < ratio.low < 3 < ratio.high
    assert not any("kind" in name for name in told.ratios)


def test_a_group_of_a_few_people_is_not_told(stream):
    few = np.where(np.arange(len(stream)) < FEWEST_TOLD - 1, "few", "")
    told = assess(np.zeros(len(stream)), replace(stream, groups={"institution": few}))
    assert told.groups["institution"] == {}


def test_the_cheapest_threshold_reviews_whom_a_review_is_worth(stream):
    risk = np.where(stream.label == FRAUD, 0.5, 0.001)
    curve = cost_curve(risk, stream, Costs(review=1, missed_fraud=100))
    best = curve.best(curve.estimated)
    assert curve.threshold[best] == 0.5
    assert curve.share[best] == pytest.approx(0.02, abs=0.002)
    dear = cost_curve(risk, stream, Costs(review=1, missed_fraud=10_000))
    assert dear.share[dear.best(dear.estimated)] == 1


def test_curves_end_where_they_must(stream):
    risk = np.random.default_rng(6).random(len(stream))
    recall, precision = precision_recall(risk, stream)
    assert recall[-1] == 1
    assert (np.diff(recall) >= 0).all()
    assert (precision <= 1).all()
    bins = reliability(risk, stream)
    assert [b.risk for b in bins] == sorted(b.risk for b in bins)
    assert all(b.matured.low <= b.matured.high for b in bins)

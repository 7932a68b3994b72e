"""Laws of the fit: what is learnt, how much of it, and that neither threads nor chance move it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from features.errors import InputError
from features.vector import NAMES
from training import fit
from training.dataset import CLEARED, FRAUD, UNKNOWN
from training.fit import Recipe, fit_calibration, fit_trees, lessons_of, raw_scores
from training.tune import SIZE, tune

QUICK = Recipe(rounds=30, learning_rate=0.3)
N = 1_500
TELLING = NAMES.index("hour")


@pytest.fixture(scope="module")
def town():
    """Rows of which one column tells the fraud; of four in five nothing is known."""
    random = np.random.default_rng(5)
    vectors = random.random((N, len(NAMES)), dtype=np.float32)
    vectors[:, :20] = random.integers(0, 3, (N, 20))
    fraud = random.random(N) < 0.1
    vectors[:, TELLING] = fraud + random.normal(0, 0.2, N)
    known = random.random(N) < 0.2
    label = np.where(known, fraud, UNKNOWN).astype(np.int8)
    return vectors, label, fraud


def trees_of(text: str) -> str:
    """Without the parameters, among which the threads are told."""
    return text.partition("\nparameters:")[0]


def test_neither_a_second_time_nor_the_threads_move_a_tree(town):
    vectors, label, _ = town
    once, again = (fit_trees(vectors, label, recipe=QUICK, threads=1) for _ in range(2))
    other = fit_trees(vectors, label, recipe=QUICK, threads=2)
    assert once == again
    assert trees_of(other.trees) == trees_of(once.trees)
    assert trees_of(other.first) == trees_of(once.first)
    assert fit_trees(vectors, label, recipe=QUICK, seed=1, threads=1) != once


def test_a_recipe_of_one_round_still_has_first_trees(town):
    vectors, label, _ = town
    fitted = fit_trees(vectors, label, recipe=Recipe(rounds=1), threads=1)
    assert np.ptp(raw_scores(fitted.first, vectors)) > 0


def test_an_unknown_row_is_learnt_as_what_it_seems_and_a_known_one_as_what_it_is(town):
    vectors, label, _fraud = town
    lessons, first = lessons_of(vectors, label, QUICK.parameters(0, 1), QUICK.rounds)
    learnt = [set(lesson.rows) for lesson in lessons if lesson.fraud]
    frauds, honest = learnt[0], set(lessons[1].rows) | set(lessons[2].rows)
    assert set(np.flatnonzero(label == FRAUD)) <= frauds
    assert set(np.flatnonzero(label == CLEARED)) <= honest
    assert not frauds & honest
    suspicion = expit(raw_scores(first, vectors))
    unsure = (label == UNKNOWN) & (suspicion > 0.05) & (suspicion < 0.5)
    assert not set(np.flatnonzero(unsure)) & (frauds | honest)
    assert learnt[1] == frauds  # every fraud also as if alone


def test_of_many_honest_rows_a_few_stand_for_all(town, monkeypatch):
    vectors, label, _ = town
    usual, _ = lessons_of(vectors, label, QUICK.parameters(0, 1), QUICK.rounds)
    for name, most in (("MOST_CLEARED", 100), ("MOST_LIKELY", 200), ("MOST_ALONE", 50)):
        monkeypatch.setattr(fit, name, most)
    lessons, _ = lessons_of(vectors, label, QUICK.parameters(0, 1), QUICK.rounds)
    honest = [lesson for lesson in lessons if not lesson.fraud]
    assert [len(lesson.rows) for lesson in honest] == [100, 200, 50, 50]
    cleared = int((label == CLEARED).sum())
    assert honest[0].weight == pytest.approx(cleared / 100)
    assert honest[2].weight == pytest.approx(cleared / 50)
    assert next(len(lesson.rows) for lesson in usual if not lesson.fraud) == cleared


def test_calibrated_the_rows_hold_as_many_frauds_as_expected_though_most_are_unknown(town):
    vectors, label, fraud = town
    half = N // 2
    fitted = fit_trees(vectors[:half], label[:half], recipe=QUICK)
    curve = fit_calibration(fitted, vectors[half:], label[half:])
    risk = curve.apply(raw_scores(fitted.trees, vectors[half:]))
    assert 0.6 < risk.sum() / fraud[half:].sum() < 1.6


def test_tuning_gives_the_same_recipe_again_and_none_that_is_slow(town):
    vectors, label, _ = town
    half = N // 2
    recipe, again = (tune(vectors, label[:half], label[half:], 3, threads=1) for _ in range(2))
    assert recipe == again
    assert 1 <= recipe.rounds * recipe.num_leaves <= SIZE


def test_where_little_is_known_of_the_later_rows_nothing_is_tuned(town):
    vectors, label, _ = town
    half = N // 2
    late = np.where(label[half:] == FRAUD, UNKNOWN, label[half:]).astype(np.int8)
    with pytest.raises(InputError, match="0 frauds"):
        tune(vectors, label[:half], late, 3)

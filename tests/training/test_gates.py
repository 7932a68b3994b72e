"""Laws of the gates: worse is held back, for one group too; what the seed makes and ignorance are not."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from features.errors import InputError
from models import bundle as bundles
from models.registry import DEFAULT
from training import gates
from training.evaluate import Rows
from training.gates import Judged, judge, limits

FRAUD, CLEARED, UNKNOWN = 1, 0, -1
N = 4_000


def ticking(nanoseconds: int):
    """A clock by which everything takes as long."""
    ticks = count(0, nanoseconds)
    return lambda: next(ticks)


@pytest.fixture(scope="module")
def bundle():
    return bundles.load(DEFAULT)


@pytest.fixture(scope="module")
def rows() -> Rows:
    """80 known frauds among 4,000 rows, half of them men, half of them women."""
    label = np.full(N, UNKNOWN, dtype=np.int8)
    label[::50], label[1::11] = FRAUD, CLEARED
    label[::50] = FRAUD
    sex = np.where(np.arange(N) // 100 % 2, "female", "male")
    return Rows(label, np.arange(N, dtype=float), np.arange(N), np.ones(N), {"sex": sex})


@pytest.fixture(scope="module")
def good(rows):
    """A calibrated risk that tells frauds from others well, not perfectly."""
    dice = np.random.default_rng(0)
    score = (rows.label == FRAUD) * 2.0 + dice.normal(size=N)
    raw = np.exp(2 * score)
    return raw / raw.sum() * 80


@pytest.fixture
def judged(bundle, rows, good):
    def judged(new, *, rows=rows, champion=good, clock=None):
        held = limits()
        ours, theirs = Judged(bundle, new), Judged(bundle, champion)
        found = judge(ours, theirs, rows, held, clock or ticking(1_000))
        return {gate.name: gate for gate in found}

    return judged


def failed(found) -> set[str]:
    return {name for name, gate in found.items() if gate.passed is False}


def test_a_model_like_the_champion_passes_every_gate_and_each_says_why(judged, good):
    found = judged(good)
    assert failed(found) == set()
    assert set(found) > gates.HOLDING
    assert all(gate.said_vi and gate.said_en for gate in found.values())


def test_a_worse_ranking_is_held_back_and_a_better_one_is_not(judged, good):
    worse = np.random.default_rng(1).permutation(good)
    assert "average_precision" in failed(judged(worse))
    assert failed(judged(good, champion=worse)) == set()


def test_worse_is_worse_however_few_rings_tell_it(judged, rows):
    """A ring of six is lost, one of two found: some draws hold the second alone."""
    label, cluster = np.full(N, UNKNOWN, dtype=np.int8), np.arange(N)
    label[:8], cluster[:6], cluster[6:8] = FRAUD, N, N + 1
    dice = np.random.default_rng(1).random(N)
    champion, new = (np.where(np.isin(cluster, ring), 1.0, dice) for ring in ((N,), (N + 1,)))
    found = judged(new, rows=replace(rows, label=label, cluster=cluster), champion=champion)
    ranking = found["average_precision"]
    assert ranking.figures["low"] < 0 < ranking.figures["high"]
    assert f"{ranking.figures['high']:+.3f}" in ranking.said_en
    assert not ranking.passed


def test_a_difference_that_the_seed_alone_makes_is_none(judged, rows, good):
    one = np.flatnonzero(rows.label == FRAUD)[np.argmin(good[rows.label == FRAUD])]
    lower = np.where(np.arange(N) == one, 0.0, good)
    found = judged(lower)["average_precision"]
    assert found.figures["new"] < found.figures["champion"]
    assert found.passed


def test_too_few_known_frauds_hold_nothing_back_and_it_says_so(judged, rows, good):
    label = rows.label.copy()
    label[np.flatnonzero(label == FRAUD)[4:]] = UNKNOWN
    found = judged(good[::-1], rows=replace(rows, label=label))
    for name, needed in (("average_precision", 5), ("calibration", 20)):
        assert found[name].passed is None
        assert f"4, needed {needed}" in found[name].said_en


@pytest.mark.parametrize("wrong", [0.1, 20.0])
def test_a_model_that_expects_far_too_few_or_too_many_frauds_is_held_back(judged, good, wrong):
    assert "calibration" in failed(judged(np.minimum(good * wrong, 1.0)))


def test_a_model_that_is_worse_for_one_group_alone_is_held_back(judged, rows, good):
    """As many frauds are found; the reviews that find none all fall on women."""
    women, fraud = rows.groups["sex"] == "female", rows.label == FRAUD
    found_early = fraud & (np.arange(N) < N / 2)
    champion = np.where(fraud, found_early * 1.0, np.minimum(good, 0.3) + 0.1)
    found = judged(champion + 0.2 * (women & ~fraud), champion=champion)
    assert "groups.false_reviews_floor" in failed(found)
    assert "sex=female" in found["groups.false_reviews_floor"].said_en
    assert not failed(found) & {"average_precision", "groups.recall"}


def test_a_model_that_finds_the_frauds_of_one_group_no_more_is_held_back(judged, rows, good):
    women = rows.groups["sex"] == "female"
    blind = np.where(women, good / 1_000, good)
    found = judged(blind)
    assert "groups.recall" in failed(found)
    assert "sex=female" in found["groups.recall"].said_en


def test_a_slow_model_is_held_back_unless_the_machine_is_as_slow(judged, good):
    limit = limits().latency
    slow = int(limit.microseconds * 1_000 * 1.1)

    def slow_scores():
        """A score takes long, the reference what it took where the limit was set."""
        now = 0
        while True:
            for takes in (slow, int(limit.reference * 1_000)):
                yield now
                now += takes
                yield now

    ticks = slow_scores()
    assert "latency" in failed(judged(good, clock=lambda: next(ticks)))
    assert "latency" not in failed(judged(good, clock=ticking(slow)))
    assert "latency" in failed(judged(good, clock=ticking(slow * 3)))


def test_a_broken_golden_fact_holds_back(bundle, judged, rows, good):
    broken = replace(bundle, golden=(replace(bundle.golden[0], risk=0.5), *bundle.golden[1:]))
    found = judge(Judged(broken, good), Judged(bundle, good), rows, limits(), ticking(1_000))
    assert [gate.name for gate in found if not gate.passed] == ["golden_facts"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("allowed = 0.005", "allowed = -1"), "average_precision.allowed"),
        (("allowed = 0.005", 'allowed = "little"'), "average_precision.allowed"),
        (("review = 1 ", "reviews = 1 "), "costs.review: Field required"),
        (("[latency]", "[speed]"), "latency: Field required"),
        (("error = 0.03", "error ="), "cannot be read"),
        (("level = 0.05", "level = 2"), "groups.level"),
    ],
)
def test_a_file_of_gates_that_is_wrong_is_refused_in_a_line(tmp_path, change, told):
    file = tmp_path / "gates.toml"
    file.write_text(gates.FILE.read_text().replace(*change))
    with pytest.raises(InputError, match=told) as refused:
        limits(file)
    assert "\n" not in str(refused.value)

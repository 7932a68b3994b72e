"""Laws of hindsight: what is known is a floor, few frauds give no alert, and a ring is one event."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from training.hindsight import BAND, Answers, look_back

DAY = 86_400.0
MONTHS, ROWS = 10, 3_000
UNTIL = MONTHS * 30 * DAY


@pytest.fixture(scope="module")
def kept() -> Answers:
    """Ten months in which the risk is the chance of fraud, and half of the fraud becomes known late."""
    random = np.random.default_rng(5)
    n = MONTHS * ROWS
    at = np.sort(random.random(n)) * UNTIL
    risk = random.beta(0.2, 8, n)
    fraud = random.random(n) < risk
    confirmed = at + random.gamma(3, 10, n) * DAY
    known = (confirmed < UNTIL) & (random.random(n) < np.where(fraud, 0.5, 0.1))
    label = np.where(known, fraud, -1).astype(np.int8)
    return Answers(
        at=at,
        risk=risk,
        stopped=risk > 0.2,
        label=label,
        confirmed=np.where(known, confirmed, np.nan),
        event=np.arange(n),
        month=(at // (30 * DAY)).astype(np.int16),
        institution=(np.arange(n) % 4).astype(np.int32),
        months=tuple(f"m{i}" for i in range(MONTHS)),
        institutions=("A", "B", "C", "D"),
    )


def judged(answers, **changes):
    return look_back(replace(answers, **changes), range(4), UNTIL)


def the_month(hindsight):
    return next(m.kept for m in hindsight.months if m.month == hindsight.judged)


def test_a_risk_that_keeps_its_word_gives_no_alert(kept):
    found = judged(kept)
    assert found.alerts == []
    assert found.judged == "m7"
    assert [m.mature for m in found.months] == [True] * 8 + [False] * 2
    figures = the_month(found)
    assert BAND[0] < figures.estimate < BAND[1]
    assert 0.6 < figures.against_before < 1.6


def test_what_is_known_is_a_floor(kept):
    """Half of the fraud never becomes known: expected over known is twice what it should be."""
    figures = the_month(judged(kept))
    assert figures.known > 1.4
    assert figures.estimate < figures.known


def test_fraud_that_the_risk_did_not_see_coming_gives_an_alert(kept):
    """In the month judged, and there alone, honest-looking rows turn out to be fraud."""
    label = kept.label.copy()
    seen = np.flatnonzero((kept.month == 7) & (label != 1))[::10]
    label[seen] = 1
    confirmed = kept.confirmed.copy()
    confirmed[seen] = kept.at[seen] + 30 * DAY
    found = judged(kept, label=label, confirmed=confirmed)
    assert [row[:2] for row in found.alerts][:1] == [("all", "all")]
    assert the_month(found).estimate_between[1] < BAND[0]


def test_a_risk_that_rises_while_the_world_does_not_gives_an_alert(kept):
    """No unknown row can tell it: only what is known, beside what was known before."""
    risk = np.where(kept.month >= 4, np.minimum(6 * kept.risk, 1), kept.risk)
    figures = the_month(judged(kept, risk=risk))
    assert figures.estimate_between[0] < BAND[1]
    assert figures.against_before_between[0] > BAND[1]


def test_a_handful_of_frauds_gives_no_alert(kept):
    """Five frauds where one was expected are a lot, and prove nothing."""
    few = np.arange(len(kept.at)) % 40 == 0
    label = np.where(few, kept.label, -1).astype(np.int8)
    assert judged(kept, label=label, confirmed=np.where(few, kept.confirmed, np.nan)).alerts == []


def test_a_ring_is_one_event(kept):
    """The same rows in rings give wider intervals around the same figures."""
    alone, rings = judged(kept), judged(kept, event=np.arange(len(kept.at)) // 50)
    one, other = the_month(alone), the_month(rings)
    assert one.estimate == other.estimate
    assert other.estimate_between[0] <= one.estimate_between[0]
    assert other.estimate_between[1] >= one.estimate_between[1]
    fraud = np.flatnonzero((kept.label == 1) & (kept.month == 7))
    event = kept.event.copy()
    event[fraud] = -1
    whole = the_month(judged(kept, event=event))
    assert whole.estimate_between[1] > one.estimate_between[1]


def test_a_young_month_has_no_share_of_late_outcomes(kept):
    last = judged(kept).months[-1]
    assert last.known_after == {30: None, 60: None, 90: None}
    assert judged(kept).months[0].known_after[90] > judged(kept).months[0].known_after[30]


def test_without_outcomes_there_is_nothing_to_keep(kept):
    nothing = np.full(len(kept.at), -1, dtype=np.int8)
    found = judged(kept, label=nothing, confirmed=np.full(len(kept.at), np.nan))
    assert found.alerts == []
    assert all(m.kept.known is None and m.kept.against_before is None for m in found.months)
    assert all(m.delay_days is None for m in found.months)
    assert found.months[0].expected_recall is not None

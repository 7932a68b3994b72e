"""Calibration: from any score to a probability, never falling."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.calibration import Calibration

SCORES = st.floats(-50, 50)
PROBABILITIES = st.floats(0, 1)


@st.composite
def calibrations(draw) -> Calibration:
    length = draw(st.integers(1, 8))
    raw = sorted(draw(st.lists(SCORES, min_size=length, max_size=length, unique=True)))
    probability = draw(st.lists(PROBABILITIES, min_size=length, max_size=length))
    return Calibration(tuple(raw), tuple(sorted(probability)))


@given(calibration=calibrations(), scores=st.lists(st.floats(-1e6, 1e6), min_size=2))
def test_a_higher_score_never_has_a_lower_probability(calibration, scores):
    found = calibration.apply(np.sort(np.array(scores)))
    assert (np.diff(found) >= -1e-12).all()
    assert ((found >= 0) & (found <= 1)).all()


@given(calibration=calibrations())
def test_the_curve_goes_through_its_points_and_is_flat_beyond(calibration):
    points = np.array(calibration.raw)
    assert np.allclose(calibration.apply(points), calibration.probability)
    beyond = calibration.apply(np.array([points[0] - 1e6, points[-1] + 1e6]))
    assert beyond.tolist() == [calibration.probability[0], calibration.probability[-1]]


@pytest.mark.parametrize(
    ("raw", "probability"),
    [
        ((), ()),  # nothing to go by
        ((0.0, 1.0), (0.5,)),  # of two lengths
        ((1.0, 0.0), (0.1, 0.2)),  # scores fall
        ((0.0, 1.0), (0.2, 0.1)),  # probabilities fall
        ((0.0, float("nan")), (0.1, 0.2)),
        ((0.0, 1.0), (-0.1, 0.2)),  # no probability
        ((0.0, 1.0), (0.1, 1.2)),
    ],
)
def test_what_is_no_rising_curve_of_probabilities_is_refused(raw, probability):
    with pytest.raises(ValueError, match="a calibration is"):
        Calibration(raw, probability)


def test_a_trained_calibration_calls_nothing_impossible_or_certain(trained):
    probability = trained.bundle.calibration.probability
    assert probability[0] >= 0
    assert probability[-1] <= 1
    assert len(set(trained.bundle.calibration.raw)) == len(trained.bundle.calibration.raw)

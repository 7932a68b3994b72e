"""Reasons in words, with the figure behind them: "used for 7 other people in the last 30 days".

A code has tellers in a declared order; the first one that finds something to tell tells it. What is
not known and what counts nothing is never told: then the plain sentence stands.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.vector import NAMES
from models.wording.counts import COUNTS
from models.wording.desks import DESKS
from models.wording.papers import PAPERS
from models.wording.sentences import REASONS, Words
from models.wording.titles import otherwise_of, title_of
from models.wording.values import Values

__all__ = ["REASONS", "Words", "figure_of", "otherwise_of", "title_of", "words_of"]

_TELLERS = {**COUNTS, **DESKS, **PAPERS}


def words_of(code: str, vector: NDArray[np.float64]) -> Words:
    """The sentence of a reason in Vietnamese and English, with its figure where there is one.

    Args:
        code: a reason code; one that left the table shows itself.
        vector: as stored, float64 of shape (features,); of another length, from before the
            features changed, it gives the plain sentence.
    """
    return figure_of(code, vector) or REASONS.get(code, (code, code))


def figure_of(code: str, vector: NDArray[np.float64]) -> Words | None:
    """The sentence with a figure alone, of the same; None where there is nothing to tell."""
    if len(vector) != len(NAMES):
        return None
    values = Values(vector)
    told = (tell(values) for tell in _TELLERS.get(code, ()))
    return next((words for words in told if words is not None), None)

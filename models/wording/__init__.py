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
from models.wording.values import Values

__all__ = ["REASONS", "Words", "words_of"]

_TELLERS = {**COUNTS, **DESKS, **PAPERS}


def words_of(code: str, vector: NDArray[np.float64]) -> Words:
    """The sentence of a reason in Vietnamese and English, with its figure where there is one.

    Args:
        code: a reason code; one that left the table shows itself.
        vector: as stored, float64 of shape (features,); of another length, from before the
            features changed, it gives the plain sentence.
    """
    plain = REASONS.get(code, (code, code))
    if len(vector) != len(NAMES):
        return plain
    values = Values(vector)
    told = (tell(values) for tell in _TELLERS.get(code, ()))
    return next((words for words in told if words is not None), plain)

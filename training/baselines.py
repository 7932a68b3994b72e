"""Two plain methods on the same rows: what a model has to be worth its trouble against.

Rules a clerk could hold in his head, and gradient boosting on the papers alone, taught by the known
rows without any of the care of `training/fit.py`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.vector import NAMES, OF_COMPANY
from training.dataset import FRAUD, UNKNOWN

_DISAGREE = ("document_number_disagrees", "full_name_disagrees", "birth_date_disagrees")
_SHARED = ("phone.holders.30d", "device.holders.30d")
_PAPERS = [i for i, name in enumerate(NAMES) if name not in OF_COMPANY]
_ROUNDS = 100


def by_rules(vectors: NDArray[np.floating]) -> NDArray[np.float64]:
    """How many rules a row breaks, each other holder of its phone or device within 30 days one more.

    Args:
        vectors: shape (n, features).
    """
    mismatch = 2.0  # as the features of the papers have it
    disagree = vectors[:, [NAMES.index(name) for name in _DISAGREE]] == mismatch
    shared = np.nan_to_num(vectors[:, [NAMES.index(name) for name in _SHARED]])
    return np.asarray(disagree.sum(axis=1) + shared.sum(axis=1), dtype=np.float64)


def by_papers(
    vectors: NDArray[np.floating], label: NDArray[np.int8], later: NDArray[np.floating]
) -> NDArray[np.float64]:
    """The risk that plain LightGBM sees in later rows, shape (m,), from the papers alone.

    Args:
        vectors: of the earlier rows, shape (n, features).
        label: what was known of these before the later time, shape (n,).
        later: shape (m, features).
    """
    import lightgbm  # noqa: PLC0415  # seconds; only who trains pays for it

    known = np.flatnonzero(label != UNKNOWN)
    data = lightgbm.Dataset(vectors[known][:, _PAPERS], label=(label[known] == FRAUD).astype(float))
    parameters = {"objective": "binary", "verbosity": -1, "deterministic": True, "num_threads": 2}
    booster = lightgbm.train(parameters, data, num_boost_round=_ROUNDS)
    return np.asarray(booster.predict(later[:, _PAPERS]), dtype=np.float64)

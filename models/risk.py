"""The risk model: LightGBM trees and the calibration that makes a probability of their score.

lightgbm is imported where a model is first made, because it takes seconds and most of the program
does not need it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from features.vector import NAMES
from models.calibration import Calibration
from models.errors import BundleError

if TYPE_CHECKING:
    from lightgbm import Booster

Vectors = NDArray[np.float32] | NDArray[np.float64]
"""Of shape (n, features); a data set is float32, and trees that learned from it tell both alike."""


class RiskModel:
    """Scores vectors; `version` is what decisions name it by."""

    def __init__(
        self, version: str, model_text: str, calibration: Calibration, features: int = len(NAMES)
    ) -> None:
        self.version = version
        self.features = features
        self._booster = _booster(model_text)
        self._calibration = calibration
        if self._booster.num_feature() != features:
            raise BundleError(f"model {version}: trained on another number of features")

    def risk(self, vectors: Vectors) -> NDArray[np.float64]:
        """Calibrated probability of fraud; vectors of shape (n, features) give shape (n,)."""
        return self._calibration.apply(self.raw(vectors))

    def raw(self, vectors: Vectors) -> NDArray[np.float64]:
        """The score before calibration, in log-odds, shape (n,)."""
        if not len(vectors):
            return np.empty(0)
        return np.asarray(self._booster.predict(vectors, raw_score=True, num_threads=1))

    def contributions(self, vectors: Vectors) -> NDArray[np.float64]:
        """Exact Shapley values in log-odds, shape (n, features); dear, some milliseconds a row."""
        return self.shares(vectors)[:, :-1]

    def shares(self, vectors: Vectors) -> NDArray[np.float64]:
        """Contributions, and last what the model says of nobody in particular: they sum up to `raw`.

        Shape (n, features + 1).
        """
        if not len(vectors):
            return np.empty((0, len(NAMES) + 1))
        return np.asarray(self._booster.predict(vectors, pred_contrib=True, num_threads=1))


def _booster(model_text: str) -> Booster:
    import lightgbm  # noqa: PLC0415  # seconds; only who judges pays for it

    if not _is_whole(model_text):  # LightGBM itself would fall over a text that was cut short
        raise BundleError("the trees cannot be read: their text is not whole")
    try:
        return lightgbm.Booster(model_str=model_text)
    except lightgbm.basic.LightGBMError as error:
        raise BundleError(f"the trees cannot be read ({error})") from error


def _is_whole(model_text: str) -> bool:
    """Whether the text holds its trees up to the last, each as long as its head says."""
    sizes = re.search(r"^tree_sizes=([\d ]+)$", model_text, re.MULTILINE)
    start = model_text.find("\nTree=0\n") + 1
    if sizes is None or not start:
        return False
    return model_text.startswith("end of trees", start + sum(map(int, sizes[1].split())))

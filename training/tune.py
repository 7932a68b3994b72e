"""Tunes how trees are grown within a budget of trials, on time that they did not see.

Optuna proposes (tree-structured Parzen estimator); stopping early, on outcomes known of the later rows,
tells how many rounds. Who calibrates and evaluates on a last part of the time keeps it out of here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from features.errors import InputError
from training.dataset import CLEARED, FRAUD, UNKNOWN
from training.fit import FEWEST, Recipe, as_dataset, lessons_of

if TYPE_CHECKING:
    from lightgbm import Booster
    from optuna import Trial

SIZE = 18_000
"""Rounds times leaves at most: 9,300 score a registration in 53 µs, and 120 µs are allowed."""
_PATIENCE = 40
"""Rounds without a better average precision, after which more are of no use."""
_BUDGET = 0.02
"""Share of all rows that people review; how much of the fraud is in it counts beside the ranking."""


def tune(
    vectors: NDArray[np.float32],
    early: NDArray[np.int8],
    late: NDArray[np.int8],
    trials: int,
    *,
    seed: int = 0,
    threads: int = 2,
) -> Recipe:
    """The recipe that ranked the later rows best; equal seeds give equal recipes.

    Args:
        vectors: shape (n, features), in the order of time.
        early: labels of the first k rows as they were known when these ended.
        late: labels of the other n - k rows as they are known now.
        trials: how many recipes are tried, the usual one first.
        seed: of the trees and of what is proposed.
        threads: change the time, never the recipe.

    Raises:
        InputError: too little is known to learn from, or of the later rows to compare by.
    """
    import optuna  # noqa: PLC0415  # a second; only who tunes pays for it

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    bench = _Bench(vectors, early, late, seed, threads)
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))
    study.enqueue_trial({name: getattr(bench.usual, name) for name in _TUNED})
    study.optimize(bench.value, n_trials=trials)
    return Recipe(rounds=study.best_trial.user_attrs["rounds"], **study.best_params)


_TUNED = ("learning_rate", "num_leaves", "min_data_in_leaf", "feature_fraction", "lambda_l2")


def _proposed(trial: Trial) -> dict[str, Any]:
    """Values of `_TUNED`."""
    return {
        "learning_rate": trial.suggest_float("learning_rate", 0.02, 0.15, log=True),
        "num_leaves": trial.suggest_int("num_leaves", 8, 64, log=True),
        "min_data_in_leaf": trial.suggest_int("min_data_in_leaf", 10, 200, log=True),
        "feature_fraction": trial.suggest_float("feature_fraction", 0.1, 0.8),
        "lambda_l2": trial.suggest_float("lambda_l2", 0.1, 50.0, log=True),
    }


class _Bench:
    """What every recipe learns and is measured on, made once."""

    def __init__(
        self,
        vectors: NDArray[np.float32],
        early: NDArray[np.int8],
        late: NDArray[np.int8],
        seed: int,
        threads: int,
    ) -> None:
        known = np.flatnonzero(late != UNKNOWN)
        self._known, self._fraud = known, late == FRAUD
        frauds, cleared = int(self._fraud.sum()), int((late == CLEARED).sum())
        if min(frauds, cleared) < FEWEST:
            raise InputError(
                f"labels: {frauds} frauds and {cleared} honest registrations are known of the rows "
                f"to tune on; it takes {FEWEST} of each",
                f"labels: chỉ biết {frauds} gian lận và {cleared} hồ sơ ngay thật trong các dòng để dò "
                f"tham số; cần ít nhất {FEWEST} mỗi loại",
            )
        self.usual = Recipe()
        self._chance = {"seed": seed, "threads": threads}
        learnt, self._later = vectors[: len(early)], vectors[len(early) :]
        usual = self.usual.parameters(**self._chance)
        lessons, _ = lessons_of(learnt, early, usual, self.usual.rounds)
        self._data = as_dataset(learnt, lessons)
        self._proof = self._data.construct().create_valid(
            self._later[known],
            label=self._fraud[known].astype(float),
            params=self._data.get_params(),
        )

    def value(self, trial: Trial) -> float:
        """Average precision among known rows, and the known fraud that a budget of reviews holds."""
        grown = self._grown(Recipe(rounds=0, **_proposed(trial)))
        trial.set_user_attr("rounds", grown.best_iteration)
        raw = np.asarray(grown.predict(self._later, raw_score=True))
        known, fraud = self._known, self._fraud
        reviewed = np.argsort(-raw, kind="stable")[: max(1, round(_BUDGET * len(raw)))]
        recall = float(fraud[reviewed].sum() / fraud.sum())
        return recall + float(average_precision_score(fraud[known], raw[known]))

    def _grown(self, recipe: Recipe) -> Booster:
        import lightgbm  # noqa: PLC0415  # seconds; only who trains pays for it

        return lightgbm.train(
            recipe.parameters(**self._chance) | {"metric": "average_precision"},
            self._data,
            num_boost_round=SIZE // recipe.num_leaves,
            valid_sets=[self._proof],
            callbacks=[lightgbm.early_stopping(_PATIENCE, verbose=False)],
        )

"""Measures the fit on somebody else's account openings beside plain LightGBM: `make bench`.

The rows are those of the bank-account-fraud data set (Feedzai, NeurIPS 2022; CC BY-NC, for evaluation
only, so nothing of it ships): 13,742 applications, half of them fraud. Trained on months 0 to 5, measured
on 6 and 7; then on five random fifths, for other people's figures are of random splits. Nothing here has
a graph or an unknown label: what is measured is how trees are grown and held to directions, how the
curve to probabilities is fitted, and the figures themselves. Both methods get the same matrix in turns,
with each seed.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.csv
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score, roc_curve

from training.evaluate import Rows, measure
from training.fit import Fitted, Recipe, as_dataset, fit_calibration, grow, lessons_of, raw_scores
from training.resampling import draws, interval

FILE = Path(__file__).parents[3] / "shared" / "data" / "baf" / "sangchun1_preprocess_13742rows.csv"
REFERENCE = (0.885, 0.516)
"""AUC and true positives at 5 % false positives of a plain LightGBM, as told of these rows."""
DIRECTIONS = {
    "name_email_similarity": -1,
    "device_distinct_emails_8w": 1,
    "phone_home_valid": -1,
    "phone_mobile_valid": -1,
    "has_other_cards": -1,
    "keep_alive_session": -1,
    "foreign_request": 1,
    "credit_risk_score": 1,
}
"""Where logic tells which way a column points; the data set's own page is the source."""
_FALSE_POSITIVES = 0.05
_CALIBRATED_ON = 5
"""The month on which the curve to probabilities is fitted, by trees of those before it."""

Matrix = NDArray[np.float32]
Floats = NDArray[np.float64]
Split = tuple[NDArray[np.bool_], NDArray[np.bool_]]


def main() -> None:
    """Prints a table; one line where the rows are not there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", type=Path, default=FILE)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    if not options.file.exists():
        print(f"bank-account-fraud: left out, no {options.file.name} beside this checkout")
        return
    names, matrix, label, month = _read(options.file)
    parts = {
        "months 6 and 7 after 0 to 5": [(month < 6, month >= 6)],
        "random fifths": _fifths(label),
    }
    print(
        f"bank-account-fraud, {len(label):,} rows; told elsewhere: AUC {REFERENCE[0]}, TPR {REFERENCE[1]}"
    )
    for called, splits in parts.items():
        print(f"| {called} | AUC | TPR at 5 % FPR |\n| --- | --- | --- |")
        for name, figures in _compared(splits, names, matrix, label, options.seeds).items():
            print(f"| {name} | " + " | ".join(figures) + " |")
    _calibrated(names, matrix, label, month)


def _read(file: Path) -> tuple[list[str], Matrix, NDArray[np.int8], NDArray[np.int64]]:
    table = pyarrow.csv.read_csv(file)
    label, month = (table[n].to_numpy() for n in ("fraud_bool", "month"))
    # A negative balance stands for one that was not given; the other -1 of the set are filled here.
    balance = table["intended_balcon_amount"]
    missing = pc.if_else(pc.less(balance, 0), None, balance)
    table = table.set_column(
        table.column_names.index("intended_balcon_amount"), "intended_balcon_amount", missing
    )
    table = table.drop_columns(["fraud_bool", "month"])
    columns = [c.to_numpy(zero_copy_only=False).astype(np.float32) for c in table.itercolumns()]
    return table.column_names, np.stack(columns, axis=1), label.astype(np.int8), month


def _fifths(label: NDArray[np.int8]) -> list[Split]:
    place = np.random.default_rng(0).permutation(len(label)) % 5
    return [(place != fifth, place == fifth) for fifth in range(5)]


def _compared(
    splits: list[Split], names: list[str], matrix: Matrix, label: NDArray[np.int8], seeds: int
) -> dict[str, list[str]]:
    """AUC and TPR of each method: mean over seeds and splits, and intervals from draws of the rows."""
    methods: dict[str, Callable[[Split, int], Floats]] = {
        "this fit": lambda split, seed: _ours(split, names, matrix, label, seed),
        "plain LightGBM": lambda split, seed: _plain(split, matrix, label, seed),
    }
    found: dict[str, list[list[tuple[float, float]]]] = {name: [] for name in methods}
    for seed in range(seeds):
        for split in splits:
            for name, method in methods.items():
                found[name].append(list(_figures(label[split[1]], method(split, seed))))
    drawn = {name: np.mean(runs, axis=0) for name, runs in found.items()}
    apart = drawn["this fit"] - drawn["plain LightGBM"]
    return {name: _told(f) for name, f in (*drawn.items(), ("difference", apart))}


def _told(figures: Floats) -> list[str]:
    """Figures of shape (1 + draws, 2) in words."""
    spans = (interval(float(f[0]), f[1:].tolist()) for f in figures.T)
    return [f"{s.value:.4f} ({s.low:.4f} to {s.high:.4f})" for s in spans]


def _figures(label: NDArray[np.int8], score: Floats) -> Iterator[tuple[float, float]]:
    """AUC and TPR, of the rows as they are and of each draw."""
    for times in (np.ones(len(label)), *draws(np.arange(len(label)))):
        false, true, _ = roc_curve(label, score, sample_weight=times)
        auc = float(roc_auc_score(label, score, sample_weight=times))
        yield auc, float(true[false <= _FALSE_POSITIVES].max())


def _ours(
    split: Split, names: list[str], matrix: Matrix, label: NDArray[np.int8], seed: int
) -> Floats:
    return raw_scores(_fitted(split[0], names, matrix, label, seed).trees, matrix[split[1]])


def _fitted(
    learnt: NDArray[np.bool_], names: list[str], matrix: Matrix, label: NDArray[np.int8], seed: int
) -> Fitted:
    """The released recipe, held to these directions; nobody here has company to be without."""
    recipe = Recipe()
    directions = [DIRECTIONS.get(name, 0) for name in names]
    parameters = recipe.parameters(seed, 1) | {"monotone_constraints": directions}
    lessons, first = lessons_of(matrix[learnt], label[learnt], parameters, recipe.rounds)
    data = as_dataset(matrix[learnt], [lesson for lesson in lessons if not lesson.alone])
    return Fitted(grow(data, parameters, recipe.rounds), first)


def _plain(split: Split, matrix: Matrix, label: NDArray[np.int8], seed: int) -> Floats:
    import lightgbm  # noqa: PLC0415  # seconds; only where the rows are there

    data = lightgbm.Dataset(matrix[split[0]], label=label[split[0]])
    parameters = {"objective": "binary", "verbosity": -1, "num_threads": 1, "seed": seed}
    return np.asarray(lightgbm.train(parameters, data).predict(matrix[split[1]]), dtype=np.float64)


def _calibrated(
    names: list[str], matrix: Matrix, label: NDArray[np.int8], month: NDArray[np.int64]
) -> None:
    """The curve is fitted on a month after the trees', and judged on the two after that."""
    fitted = _fitted(month < _CALIBRATED_ON, names, matrix, label, 0)
    between, later = month == _CALIBRATED_ON, month > _CALIBRATED_ON
    curve = fit_calibration(fitted, matrix[between], label[between])
    risk = curve.apply(raw_scores(fitted.trees, matrix[later]))
    rows = Rows(
        label[later], month[later].astype(float), np.arange(len(risk)), np.ones(len(risk)), {}
    )
    told = measure(risk, rows)
    for name in ("average_precision", "expected_over_known_ceiling", "calibration_error_floor"):
        figure = told[name]
        print(f"{name}: {figure.value:.4f} ({figure.low:.4f} to {figure.high:.4f})")


if __name__ == "__main__":
    main()

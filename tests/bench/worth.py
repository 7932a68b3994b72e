"""What the graph is worth: the same recipe trained without a group of features, on one world.

`python -m tests.bench.worth WORLD OUT --until DAY` writes `OUT/<variant>-<seed>.parquet`, the risks
that each variant gives to the registrations from that day on, for whoever holds the truth to score;
what is printed goes by the outcomes that became known, which is a floor.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from features.vector import FEATURES
from features.vector.company import COMPANY
from graph.attributes import Tokens
from service.arguments import moment
from training.book import BookFiles, open_book
from training.dataset import FRAUD, Dataset, build
from training.fit import fit_calibration, fit_trees, raw_scores
from training.train import LATER_PART

_GRAPH = {feature.name for feature in COMPANY}
_HUBS = ("agent", "branch", "tablet", "network", "subnet", "peers")
_GUARDS = (
    *("families", "kin", "same_holder", "same_province", "new_holder", "cleared", "relation"),
    *("share", "excess", "over_peers", "pace"),
)


def _link(name: str) -> str:
    return name.split(".", maxsplit=1)[0]


def _outcomes(name: str) -> bool:
    return ".frauds." in name or ".cleared." in name


VARIANTS: dict[str, Callable[[str], bool]] = {
    "all": lambda _: False,
    "without the graph": lambda n: n in _GRAPH,
    "without known outcomes nearby": lambda n: n in _GRAPH and _outcomes(n),
    "without hubs": lambda n: n in _GRAPH and _link(n).startswith(_HUBS),
    "without what is private": lambda n: (
        n in _GRAPH and not _link(n).startswith((*_HUBS, "holder"))
    ),
    "without contact phone meeting SIM": lambda n: _link(n) in {"phone_as_sim", "sim_as_phone"},
    "without the second look": lambda n: _link(n) in {"twice", "beyond"},
    "without guards": lambda n: (
        n in _GRAPH and (_link(n) == "peers" or any(guard in n for guard in _GUARDS))
    ),
}
"""Name of a variant -> which features it does not have."""


def main() -> None:
    """Builds the rows once, fits every variant, writes and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("world", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--until", type=moment, required=True)
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    with open_book(BookFiles.of(asked.world)) as book:
        data = build(book, Tokens(bytes(32)))
    names = np.array([feature.name for feature in FEATURES])
    print("| features | left out | average precision, recall at 2 % (known outcomes) |")
    print("| --- | --- | --- |")
    for variant, lacks in VARIANTS.items():
        gone = np.array([lacks(name) for name in names])
        figures = []
        for seed in range(asked.seeds):
            risk = _risks(data, gone, asked.until, seed)
            _write(asked.out / f"{variant.replace(' ', '_')}-{seed}.parquet", data, risk)
            figures.append(_figures(data, risk, asked.until))
        spread = "; ".join(
            f"{np.mean(f):.3f} ({min(f):.3f} to {max(f):.3f})" for f in zip(*figures, strict=True)
        )
        print(f"| {variant} | {gone.sum()} | {spread} |", flush=True)


def _risks(
    data: Dataset, gone: NDArray[np.bool_], until: datetime, seed: int
) -> NDArray[np.float64]:
    """What a model trained on what was known before `until` says of every row."""
    vectors = np.where(gone, np.float32(np.nan), data.vectors)
    known = data.label_at(until.timestamp())
    past = data.at < until.timestamp()
    since = float(np.quantile(data.at[past], 1 - LATER_PART))
    early = data.label_at(since)
    before, later = data.at < since, past & (data.at >= since)
    apart = fit_trees(vectors[before], early[before], seed=seed)
    curve = fit_calibration(apart, vectors[later], known[later])
    released = fit_trees(vectors[past], known[past], seed=seed)
    return curve.apply(raw_scores(released.trees, vectors))


def _figures(data: Dataset, risk: NDArray[np.float64], until: datetime) -> tuple[float, float]:
    after = data.at >= until.timestamp()
    fraud, said = data.label[after] == FRAUD, risk[after]
    top = np.argsort(-said, kind="stable")[: round(0.02 * len(said))]
    return float(average_precision_score(fraud, said)), float(fraud[top].sum() / fraud.sum())


def _write(path: Path, data: Dataset, risk: NDArray[np.float64]) -> None:
    pq.write_table(pa.table({"registration_id": data.rows["registration_id"], "risk": risk}), path)


if __name__ == "__main__":
    main()

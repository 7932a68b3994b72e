"""What selective, late labels do to a model, and what is caught of a kind that no label has shown.

`python -m tests.bench.labels WORLD --until DAY` takes a world that `chinhchu simulate` made, trains
on what was known before that day in several ways, and measures by the world's truth on all that came
after. Every way learns the same number of honest rows as if alone, and differs only in how it takes
the labels. Two tables are printed in Markdown.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.metrics import average_precision_score

from features.evidence import Identity
from features.vector import NAMES, OF_OUTCOMES
from graph.attributes import Tokens
from models.calibration import Calibration
from service.arguments import moment
from training.book import BookFiles, open_book
from training.dataset import CLEARED, FRAUD, UNKNOWN, Dataset, build
from training.delay import share_known
from training.fit import (
    ALONE,
    MOST_ALONE,
    MOST_CLEARED,
    MOST_LIKELY,
    Fitted,
    Lesson,
    Recipe,
    as_dataset,
    fit_calibration,
    fit_trees,
    grow,
    honest,
    raw_scores,
)
from training.train import LATER_PART

_DAY = 86_400.0
_EVER_KNOWN = 0.5
"""Share of the fraud that is ever found, as the delay correction believes."""
_EXPLORED = 0.005
_BUDGETS = (0.01, 0.02, 0.05)


@dataclass(frozen=True)
class Seen:
    """What was known of the rows before a moment; `truth` is looked at by the exploration alone."""

    vectors: NDArray[np.float32]
    label: NDArray[np.int8]
    delay: NDArray[np.float64]
    age: NDArray[np.float64]
    truth: NDArray[np.bool_]
    seed: int

    def of(self, state: int) -> NDArray[np.intp]:
        """The rows whose label is in a state."""
        return np.flatnonzero(self.label == state)

    def grow(self, lessons: list[Lesson]) -> str:
        """Trees of the usual recipe."""
        recipe = Recipe()
        data = as_dataset(self.vectors, lessons)
        return grow(data, recipe.parameters(self.seed, 2), recipe.rounds)

    def apart(self, target: NDArray[np.bool_]) -> NDArray[np.float64]:
        """The chance of a target for each row, by trees that did not see the row."""
        half = np.random.default_rng(self.seed).random(len(target)) < 0.5
        chance = np.empty(len(target))
        for part in (half, ~half):
            yes, no = np.flatnonzero(part & target), np.flatnonzero(part & ~target)
            lessons = [Lesson(yes, fraud=True), honest(no, MOST_LIKELY, self.random())]
            chance[~part] = expit(raw_scores(self.grow(lessons), self.vectors[~part]))
        return chance

    def random(self) -> np.random.Generator:
        """Equal at every call."""
        return np.random.default_rng(self.seed)

    def first(self) -> str:
        """Trees of the known rows alone."""
        known = [Lesson(self.of(FRAUD), fraud=True), Lesson(self.of(CLEARED), fraud=False)]
        return self.grow(known)


def _with_alone(seen: Seen, lessons: list[Lesson]) -> str:
    """The lessons, and again as if nobody else had registered: of the honest a bounded share."""
    again = []
    for lesson in lessons:
        step = 1 if lesson.fraud else max(1, len(lesson.rows) // MOST_ALONE)
        stands = ALONE if lesson.fraud else step
        weight = np.broadcast_to(lesson.weight, len(lesson.rows))[::step] * stands
        again.append(Lesson(lesson.rows[::step], lesson.fraud, weight, alone=True))
    return seen.grow(lessons + again)


def naive(seen: Seen) -> Fitted:
    """Every unknown row is honest."""
    fraud, other = seen.of(FRAUD), np.flatnonzero(seen.label != FRAUD)
    lessons = [Lesson(fraud, fraud=True), honest(other, MOST_LIKELY, seen.random())]
    trees = _with_alone(seen, lessons)
    return Fitted(trees, trees)


def known_only(seen: Seen) -> Fitted:
    """Unknown rows are left out."""
    cleared = Lesson(seen.of(CLEARED), fraud=False)
    trees = _with_alone(seen, [Lesson(seen.of(FRAUD), fraud=True), cleared])
    return Fitted(trees, trees)


def two_steps(seen: Seen) -> Fitted:
    """What `training.fit` does."""
    return fit_trees(seen.vectors, seen.label, seed=seen.seed)


def _soft(seen: Seen, chance: NDArray[np.float64]) -> str:
    """Each unknown row in both ways, as fraud by its chance and as honest by the rest."""
    unknown = honest(seen.of(UNKNOWN), MOST_LIKELY, seen.random())
    rows, weight = unknown.rows, unknown.weight
    maybe = np.flatnonzero((seen.label == UNKNOWN) & (chance > 0.01))
    lessons = [
        Lesson(seen.of(FRAUD), fraud=True),
        honest(seen.of(CLEARED), MOST_CLEARED, seen.random()),
        Lesson(maybe, fraud=True, weight=chance[maybe]),
        Lesson(rows, fraud=False, weight=weight * (1 - chance[rows])),
    ]
    return _with_alone(seen, lessons)


def elkan_noto(seen: Seen) -> Fitted:
    """Unknown rows weighted as by Elkan and Noto (KDD 2008): labels as a fair sample of the fraud."""
    labelled = seen.apart(seen.label == FRAUD)
    known = np.clip(labelled[seen.of(FRAUD)].mean(), 0.05, 0.95)
    odds = labelled / np.clip(1 - labelled, 1e-6, None)
    return Fitted(_soft(seen, np.clip((1 - known) / known * odds, 0, 1)), seen.first())


def propensity(seen: Seen) -> Fitted:
    """Known rows alone, each by the inverse of its chance of being looked into."""
    chance = np.clip(seen.apart(seen.label != UNKNOWN), 0.02, 1)
    lessons = [
        Lesson(seen.of(state), state == FRAUD, 1 / chance[seen.of(state)])
        for state in (FRAUD, CLEARED)
    ]
    trees = _with_alone(seen, lessons)
    return Fitted(trees, trees)


def delayed(seen: Seen) -> Fitted:
    """What the first trees expect of an unknown row, given how many like it would be known by now."""
    first = seen.first()
    chance = expit(raw_scores(first, seen.vectors))
    known = ~np.isnan(seen.delay) & (seen.label == FRAUD)
    found = _EVER_KNOWN * share_known(seen.age, seen.delay[known], seen.age[known])
    return Fitted(_soft(seen, chance * (1 - found) / (1 - chance * found)), first)


def explored(seen: Seen) -> Fitted:
    """The two steps, where half a percent of all rows was reviewed at random."""
    asked = seen.random().random(len(seen.label)) < _EXPLORED
    label = np.where(asked, seen.truth, seen.label).astype(np.int8)
    return two_steps(replace(seen, label=label))


WAYS: dict[str, Callable[[Seen], Fitted]] = {
    "naive retrain: unknown is honest": naive,
    "known rows alone": known_only,
    "two steps, likely as they seem (ours)": two_steps,
    "positive-unlabelled weights": elkan_noto,
    "inverse of being looked into": propensity,
    "chance of fraud given the delay": delayed,
    "ours, 0.5 % reviewed at random": explored,
}


@dataclass(frozen=True)
class Stage:
    """A world's rows beside the truth of each; `until` is the day trained to."""

    data: Dataset
    truth: NDArray[np.bool_]
    typology: NDArray[np.str_]
    until: float

    def seen(self, rows: slice, now: float, seed: int) -> Seen:
        """Some of the rows as they were known at a moment."""
        label = self.data.label_at(now)[rows]
        at = self.data.at[rows]
        delay = np.where(label == UNKNOWN, np.nan, self.data.confirmed[rows] - at) / _DAY
        age = (now - at) / _DAY
        return Seen(self.data.vectors[rows], label, delay, age, self.truth[rows], seed)

    def after(self) -> slice:
        """The rows that came after the day."""
        return slice(int((self.data.at < self.until).sum()), None)


def _calibration(stage: Stage, way: Callable[[Seen], Fitted], seed: int) -> Calibration:
    """As `training.train` fits it: by trees of the earlier part, on the later part."""
    end = stage.after().start
    middle = round(end * (1 - LATER_PART))
    apart = way(stage.seen(slice(middle), float(stage.data.at[middle]), seed))
    later = stage.seen(slice(middle, end), stage.until, seed)
    label = later.label
    if way is naive:
        label = np.where(label == FRAUD, FRAUD, CLEARED).astype(np.int8)
    return fit_calibration(apart, later.vectors, label)


def _caught(raw: NDArray[np.float64], fraud: NDArray[np.bool_]) -> Iterator[float]:
    """Share of the fraud among the first rows, at each budget."""
    order = np.argsort(-raw, kind="stable")
    for budget in _BUDGETS:
        yield float(fraud[order[: round(budget * len(raw))]].sum() / fraud.sum())


def _error(risk: NDArray[np.float64], fraud: NDArray[np.bool_]) -> float:
    """Expected calibration error in 20 parts of equal size."""
    parts = np.array_split(np.argsort(risk, kind="stable"), 20)
    apart = [abs(risk[p].mean() - fraud[p].mean()) * len(p) for p in parts]
    return float(sum(apart) / len(risk))


def ways(stage: Stage, seed: int) -> Iterator[tuple[str, list[float]]]:
    """Figures of each way of taking the labels."""
    rows = stage.after()
    fraud = stage.truth[rows]
    for name, way in WAYS.items():
        fitted = way(stage.seen(slice(rows.start), stage.until, seed))
        raw = raw_scores(fitted.trees, stage.data.vectors[rows])
        risk = _calibration(stage, way, seed).apply(raw)
        figures = [float(average_precision_score(fraud, raw)), *_caught(raw, fraud)]
        yield name, [*figures, float(risk.sum() / fraud.sum()), _error(risk, fraud)]


def left_out(stage: Stage, seed: int) -> Iterator[tuple[str, list[float]]]:
    """Of each typology: rows to come, what is caught with its labels, without, by hard facts alone.

    Without its labels also what they say to those around them is gone.
    """
    rows = stage.after()
    before = stage.seen(slice(rows.start), stage.until, seed)
    usual = two_steps(before)
    for name in np.unique(stage.typology[stage.truth]):
        of_it = stage.typology == name
        unseen = stage.data.vectors.copy()
        unseen[of_it] = _nothing_known(unseen[of_it])
        label = np.where(of_it[: rows.start], UNKNOWN, before.label).astype(np.int8)
        blind = two_steps(replace(before, vectors=unseen[: rows.start], label=label))
        fraud = of_it[rows]
        hard = _hard(unseen[rows])
        figures = [float(fraud.sum())]
        figures += _caught(raw_scores(usual.trees, stage.data.vectors[rows]), fraud)
        figures += _caught(raw_scores(blind.trees, unseen[rows]), fraud)
        yield str(name), [*figures, float(hard[fraud].mean())]


_OUTCOMES = np.array([name in OF_OUTCOMES for name in NAMES])


def _nothing_known(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same rows had no outcome become known near them."""
    return np.where(_OUTCOMES & ~np.isnan(vectors), np.float32(0), vectors)


def _hard(vectors: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Whether a fact that needs no label asks for a review: identity, death, a face of other names."""
    column = {name: vectors[:, place] for place, name in enumerate(NAMES)}
    wrong = [list(Identity).index(i) for i in (Identity.MISMATCH, Identity.NOT_FOUND)]
    face = (column["face.holders.all"] >= 1) & (column["face.families.all"] >= 1)
    return np.isin(column["identity"], wrong) | (column["holder_is_deceased"] == 1) | face


def open_stage(world: Path, until: float) -> Stage:
    """Builds the rows of a simulated world and lays the truth beside them."""
    with open_book(BookFiles.of(world)) as book:
        data = build(book, Tokens(bytes(32)))
    told = pq.read_table(
        world / "truth.parquet", columns=["registration_id", "is_fraud", "typology"]
    )
    truth = {row["registration_id"]: row for row in told.to_pylist()}
    rows = [truth[key] for key in data.rows["registration_id"].to_pylist()]
    fraud = np.array([row["is_fraud"] for row in rows], dtype=bool)
    return Stage(data, fraud, np.array([row["typology"] or "" for row in rows]), until)


def _print(head: str, figures: Iterator[tuple[str, list[float]]]) -> None:
    print(f"\n| {head} |\n|{' --- |' * (head.count('|') + 1)}")
    for name, values in figures:
        said = " | ".join(f"{v:.0f}" if v > 2 else f"{v:.3f}" for v in values)
        print(f"| {name} | {said} |", flush=True)


def main() -> None:
    """Prints both tables for one world."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("world", type=Path)
    parser.add_argument("--until", type=moment, required=True)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    stage = open_stage(asked.world, asked.until.timestamp())
    _print(
        "labels taken as | average precision | recall at 1 % | 2 % | 5 % | expected over actual "
        "| calibration error",
        ways(stage, asked.seed),
    )
    _print(
        "typology | to come | caught at 1 % | 2 % | 5 % | without its labels at 1 % | 2 % | 5 % "
        "| by hard facts",
        left_out(stage, asked.seed),
    )


if __name__ == "__main__":
    main()

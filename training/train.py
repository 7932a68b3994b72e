"""From a book to a released model: data set, fit, calibration, evaluation, bundle."""

from __future__ import annotations

import hashlib
import math
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.errors import InputError
from features.vector import vector
from graph.aggregates import AGGREGATES
from graph.attributes import Tokens
from graph.history import History
from models.bundle import Bundle, Golden, golden_facts, golden_row
from models.calibration import Calibration
from models.screening import gather
from training.baselines import by_papers, by_rules
from training.book import Book, BookFiles, open_book
from training.dataset import Dataset, build
from training.evaluate import Assessment, Rows, assess, later_rows
from training.fit import Recipe, fit_calibration, fit_trees, raw_scores
from training.maturity import MATURE, maturity
from training.split import by_time
from training.tune import tune
from training.world import simulate

LATER_PART = 0.25
"""The last part of the time, kept apart to calibrate and evaluate on."""
GOLDEN_FACTS = 24


@dataclass(frozen=True, slots=True)
class Trained:
    """A released model beside what is needed to compare it with another on the same rows.

    `later` are the vectors of the last part and `rows` what is known of them; `later_risk` is what a
    model of the same recipe that never saw them said, and `assessment` what that is worth.
    `baselines` are the orders that plain methods put them in.
    """

    bundle: Bundle
    later: NDArray[np.float32]
    rows: Rows
    later_risk: NDArray[np.float64]
    assessment: Assessment
    baselines: dict[str, NDArray[np.float64]]


def train(
    book: Book,
    until: datetime,
    tokens: Tokens,
    *,
    seed: int = 0,
    trials: int = 0,
    processes: int = 1,
) -> Trained:
    """Trains on what the book knows before `until`.

    The trees of the release see the whole book; their calibration and their figures come from
    trees of the same recipe that saw the earlier part alone.

    Args:
        book: registrations, outcomes and register.
        until: the day trained to; the book holds nothing later.
        tokens: any key; no result depends on it.
        seed: of all chance.
        trials: recipes that are tried on the earlier part; 0 takes the usual one.
        processes: that examine a large book; they change the time, never the model.

    Raises:
        InputError: the book is too small, or too little is known of it.
    """
    data = build(book, tokens, processes=processes)
    if len(data) < 4:
        raise InputError(
            "registrations: too few before the day given to train on",
            "registrations: quá ít hồ sơ trước ngày đã cho để huấn luyện",
        )
    split = by_time(data, LATER_PART)
    # Rows lie in the order of time, so both parts are views: a copy of a million rows is gigabytes.
    before = slice(int(split.before.sum()))
    later = slice(before.stop, None)
    recipe = _recipe(data, before.stop, seed, trials)
    early = data.label_at(split.since)[before]
    apart = fit_trees(data.vectors[before], early, recipe=recipe, seed=seed)
    calibration = fit_calibration(apart, data.vectors[later], data.label[later])
    released = fit_trees(data.vectors, data.label, recipe=recipe, seed=seed)
    card = _card(data, until, seed) | {"recipe": asdict(recipe), "trials": trials}
    apart_risk = calibration.apply(raw_scores(apart.trees, data.vectors[later]))
    rows = later_rows(data, split, until.timestamp())
    found = assess(apart_risk, rows)
    card["later_part"] = found.told()
    card["version"] = _version(until, released.trees, calibration)
    return Trained(
        bundle=_with_golden(_bundle(released.trees, calibration, card)),
        later=data.vectors[later],
        rows=rows,
        later_risk=apart_risk,
        assessment=found,
        baselines={
            "rules": by_rules(data.vectors[later]),
            "papers": by_papers(data.vectors[before], early, data.vectors[later]),
        },
    )


def _recipe(data: Dataset, end: int, seed: int, trials: int) -> Recipe:
    """The usual recipe, or the best of some trials on the rows before a place, split by time."""
    if not trials:
        return Recipe()
    middle = round(end * (1 - LATER_PART))
    ended, now = data.at[middle], data.at[end]
    early, late = data.label_at(ended)[:middle], data.label_at(now)[middle:end]
    return tune(data.vectors[:end], early, late, trials, seed=seed)


def _card(data: Dataset, until: datetime, seed: int) -> dict[str, Any]:
    """What the release says of itself; no figure in it names anybody."""
    return {
        "until": until.isoformat(),
        "seed": seed,
        "rows": len(data),
        "frauds_known": int((data.label == 1).sum()),
        "cleared_known": int((data.label == 0).sum()),
        **_delays(data, until),
        # What came after, or was never readable, is none of a model's business.
        **{k: n for k, n in data.excluded.items() if k in ("erased", "labels_of_nobody")},
        "undated": "Columns of the register without a date are taken as the snapshot has them.",
    }


def _delays(data: Dataset, until: datetime) -> dict[str, Any]:
    """How long outcomes take, and from when on rows are immature; nothing where none is known."""
    found = maturity(data, until.timestamp())
    if math.isnan(found.since):
        return {}
    return {
        "label_delay_days_median": round(found.days(0.5), 2),
        f"label_delay_days_{MATURE:.0%}": round(found.days(MATURE), 2),
        "immature_since": datetime.fromtimestamp(found.since, UTC).isoformat(timespec="seconds"),
    }


def _version(until: datetime, trees: str, calibration: Calibration) -> str:
    """The day trained to and a digest of what judges: equal content, equal version."""
    digest = hashlib.sha256(f"{trees}{calibration}".encode()).hexdigest()[:10]
    return f"{until:%Y%m%d}-{digest}"


def _with_golden(bundle: Bundle, facts: int = GOLDEN_FACTS) -> Bundle:
    """The bundle with golden facts from a small made-up world: no real person is in them."""
    with TemporaryDirectory(prefix="chinhchu-golden-") as scratch:
        folder = Path(scratch)
        simulate(200, seed=7).write(folder)
        with open_book(BookFiles.of(folder)) as book:
            gathered = gather(
                book.registrations, book.register, History(book.outcomes), Tokens(bytes(16))
            )
    rows = []
    for f in gathered[:: max(1, len(gathered) // facts)][:facts]:
        counts = {a.name: f.company[a.name] for a in AGGREGATES}
        rows.append(golden_row(f.registration, f.evidence.person, counts))
    vectors = np.array([vector(golden_facts(row)) for row in rows])
    risks = bundle.model().risk(vectors)
    golden = [
        Golden(row, tuple(v), float(r))
        for row, v, r in zip(rows, vectors.tolist(), risks, strict=True)
    ]
    return replace(bundle, golden=tuple(golden))


def _bundle(trees: str, calibration: Calibration, card: dict[str, Any]) -> Bundle:
    return Bundle(model_text=trees, calibration=calibration, golden=(), card=card)

"""Champion and challenger: a new model judges from now on unless it is worse on the same rows.

`promote` and `roll_back` are a person's own switches. Each is recorded with who and why.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.errors import ChinhchuError, DataFolderError, InputError, StorageFullError
from models import bundle as bundles
from models import registry
from models.bundle import Bundle
from models.errors import BundleError
from models.registry import Order
from training.dataset import FRAUD
from training.evaluate import evaluate
from training.train import Trained

_NOISE = 0.005
"""A difference in average precision that the sampling of a seed alone makes."""
_ENOUGH = 20
"""Known frauds among rows that neither model saw, from which these alone decide."""
_FEWEST = 5
"""Fewer known frauds prove nothing: what judges goes on judging."""
_TRAIN = "chinhchu train"


@dataclass(frozen=True, slots=True)
class Promotion:
    """What became of a trained model; the figures are those of the same later rows."""

    version: str
    folder: Path
    is_champion: bool
    why: str
    figures: dict[str, Any]
    champion_figures: dict[str, Any]


def release(trained: Trained, home: Path, *, may_promote: bool, at: datetime) -> Promotion:
    """Keeps the model in the data folder, compares, records it all, promotes if it may; `at` is now.

    The first model of a data folder is compared like any other, with the default one.

    Raises:
        DataFolderError: the data folder takes nothing; the champion is the same as before.
    """
    new = trained.bundle
    champion_figures, better, why = _compare(trained, home)
    if registry.aliased("champion", home) is None:
        # The default model knows a made-up world alone: it stands in, and is no champion to beat.
        warned = "" if better else "warning: "
        better, why = True, f"the first of this data folder; {warned}{why}"
    if not may_promote:
        why = f"not promoted, as asked ({why})"
    is_champion = may_promote and better
    figures = new.card["later_part"]
    numbers = {k: float(v) for k, v in figures.items() if isinstance(v, int | float)}
    with _clear_errors(home):
        with TemporaryDirectory(prefix="chinhchu-bundle-") as scratch:
            bundles.save(new, Path(scratch))
            kept = registry.keep(Path(scratch), new.version, home)
        registry.record(kept, home, figures=numbers, is_champion=is_champion)
        if is_champion:
            registry.switch(new.version, home, Order(_TRAIN, why, at))
        else:
            registry.challenge(new.version, home)
    return Promotion(new.version, kept, is_champion, why, figures, champion_figures)


@dataclass(frozen=True, slots=True)
class Switched:
    """A switch that a person ordered, and what keeps MLflow's book from telling it, if anything."""

    entry: dict[str, Any]
    book_refuses: str | None


def promote(reference: str, home: Path, order: Order) -> Switched:
    """Makes the champion what a reference names: an alias, a version, a folder, `default`.

    Raises:
        JudgementError: it names nothing, or the bundle cannot be used.
        InputError: it is the champion already.
    """
    folder = registry.resolve(reference, home)
    chosen = bundles.load(folder)
    champion = registry.aliased("champion", home)
    if champion is not None and champion.name == chosen.version:
        raise InputError(f"model {chosen.version}: it is the champion already")
    registry.keep(folder, chosen.version, home)
    return _switched(chosen.version, home, registry.switch(chosen.version, home, order))


def roll_back(home: Path, order: Order) -> Switched:
    """Makes the champion before this one the champion again; the two change places.

    Raises:
        JudgementError: there is none, or its bundle cannot be used.
    """
    version = bundles.load(registry.resolve("previous", home)).version
    return _switched(version, home, registry.switch(version, home, order))


def _switched(version: str, home: Path, entry: dict[str, Any]) -> Switched:
    try:
        registry.record_champion(version, home)
    except Exception as error:  # noqa: BLE001  # whatever its book does, the switch is made
        return Switched(entry, type(error).__name__)
    return Switched(entry, None)


@contextmanager
def _clear_errors(home: Path) -> Iterator[None]:
    """Turns what the disk and MLflow's book raise into one clear line."""
    try:
        yield
    except ChinhchuError:
        raise
    except OSError as error:
        reason = error.strerror or "disk"
        raise StorageFullError(f"{home}: the model cannot be kept ({reason})") from error
    except Exception as error:  # MLflow lets through whatever its database raises
        name = type(error).__name__
        raise DataFolderError(f"{home / 'mlflow'}: the model's book refuses ({name})") from error


def _compare(trained: Trained, home: Path) -> tuple[dict[str, Any], bool, str]:
    """Figures of the model that judges now, whether the new one is no worse, and why.

    Both are compared on the same rows, none of which either of them saw. Where the champion has
    seen them all, or the new ones tell too little, each is taken by the last part of its own time,
    as it was before it saw that part: what a model says of rows it learned from proves nothing.
    """
    champion, called = _judging(home)
    unseen = _unseen(trained, champion.card)
    if unseen is None:
        ours, theirs = trained.bundle.card["later_part"], champion.card["later_part"]
        where = "each on the latest part of its own rows, which it did not learn from"
    else:
        label = trained.later_label[unseen]
        ours = evaluate(trained.later_risk[unseen], label)
        theirs = evaluate(champion.model().risk(trained.later[unseen]), label)
        where = f"on the same {len(label)} rows"
    frauds = min(ours["frauds_known"], theirs["frauds_known"])
    if frauds < _FEWEST:
        told = f"too few known frauds to compare it with {called}: {frauds}, needed {_FEWEST} ({where})"
        return theirs, False, told
    new, old = (f["average_precision"] for f in (ours, theirs))
    better = new >= old - _NOISE
    worse = "" if better else f"worse than {called}: "
    told = f"{worse}average precision {new:.3f}, that of {called} {old:.3f}, {where}"
    return theirs, better, told


def _judging(home: Path) -> tuple[Bundle, str]:
    """What judges in this data folder, and what it is called.

    A champion that can no longer be used does not judge.
    """
    folder = registry.champion_folder(home)
    try:
        judging = bundles.load(folder)
    except BundleError:
        folder = registry.DEFAULT
        judging = bundles.load(folder)
    what = "the packaged default model" if folder == registry.DEFAULT else "the champion"
    return judging, f"{what} {judging.version}"


def _unseen(trained: Trained, card: dict[str, Any]) -> NDArray[np.bool_] | None:
    """The rows of the last part that the champion did not learn from; None where too few.

    It learned from nothing later than its day, and a model of a made-up world from no real row.
    """
    if "made_from" in card:
        return np.ones(len(trained.later), dtype=bool)
    until = datetime.fromisoformat(card["until"]).timestamp()
    unseen = np.asarray(trained.later_at >= until)
    frauds = int((trained.later_label[unseen] == FRAUD).sum())
    return unseen if frauds >= _ENOUGH else None

"""Champion and challenger: a new model judges from now on unless it is worse on the same rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from models import bundle as bundles
from models import registry
from models.errors import BundleError
from training.evaluate import evaluate
from training.train import Trained

_NOISE = 0.005
"""A difference in average precision that the sampling of a seed alone makes."""


@dataclass(frozen=True, slots=True)
class Promotion:
    """What became of a trained model; the figures are those of the same later rows."""

    version: str
    folder: Path
    is_champion: bool
    why: str
    figures: dict[str, Any]
    champion_figures: dict[str, Any] | None


def release(trained: Trained, home: Path, *, may_promote: bool) -> Promotion:
    """Keeps the model in the data folder, compares, promotes if it may, and records it all."""
    new = trained.bundle
    with TemporaryDirectory(prefix="chinhchu-bundle-") as scratch:
        bundles.save(new, Path(scratch))
        kept = registry.keep(Path(scratch), new.version, home)
    figures = new.card["later_part"]
    champion_figures, better, why = _compare(trained, home)
    is_champion = may_promote and better
    if not may_promote:
        why = f"not promoted, as asked ({why})"
    if is_champion:
        registry.promote(new.version, home)
    numbers = {k: float(v) for k, v in figures.items() if isinstance(v, int | float)}
    registry.record(kept, home, figures=numbers, is_champion=is_champion)
    return Promotion(new.version, kept, is_champion, why, figures, champion_figures)


def _compare(trained: Trained, home: Path) -> tuple[dict[str, Any] | None, bool, str]:
    """The present champion on the same rows: its figures, whether the new model is no worse, why.

    A champion that was trained on these very rows is compared with the release, which saw them
    too; any other with the trees that did not.
    """
    folder = registry.aliased("champion", home)
    if folder is None:
        return None, True, "the first of this data folder"
    try:
        champion = bundles.load(folder)
    except BundleError as error:
        return None, True, f"the champion can no longer be used: {error}"
    saw_them = datetime.fromisoformat(champion.card["until"]) > trained.later_since
    risk = trained.bundle.model().risk(trained.later) if saw_them else trained.later_risk
    ours = evaluate(risk, trained.later_label)
    theirs = evaluate(champion.model().risk(trained.later), trained.later_label)
    new, old = (f.get("average_precision", 0.0) for f in (ours, theirs))
    said = f"average precision {new:.3f}, champion {old:.3f}, on the same {ours['rows']} rows"
    return theirs, new >= old - _NOISE, said

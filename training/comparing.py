"""A new model beside what judges now, on rows that neither of them learned from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models import bundle as bundles
from models import registry
from models.bundle import Bundle
from models.errors import BundleError
from training.dataset import FRAUD
from training.evaluate import Rows, counted, flat, measure
from training.gates import HOLDING, Clock, Gate, Judged, golden_facts, judge, limits
from training.train import Trained

_NOISE = 0.005
"""A difference in average precision that the sampling of a seed alone makes."""
_ENOUGH = 20
"""Known frauds among rows that neither model saw, from which these alone decide."""


@dataclass(frozen=True, slots=True)
class Shared:
    """The rows that neither model saw, of shape (n,), and the risk that each gives them."""

    rows: Rows
    new: NDArray[np.float64]
    champion: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a new model stands against what judges now, which is `called` so.

    `better` is whether it may take its place, `why` says so in a sentence; `shared` is None where
    too few rows are new to both, and each is then taken by what it showed on rows of its own.
    """

    called: str
    champion_figures: dict[str, Any]
    better: bool
    why: str
    gates: list[Gate]
    shared: Shared | None


def compare(trained: Trained, home: Path, clock: Clock) -> Comparison:
    """Compares with the champion of a data folder, or with the default model where it has none.

    What a model says of rows it learned from proves nothing. Where the champion has seen them all,
    or the new ones tell too little, each is taken by the last part of its own time, as it was before
    it saw that part.
    """
    champion, called = judging(home)
    unseen = _unseen(trained, champion.card)
    if unseen is None:
        return _by_cards(trained.bundle, champion, called)
    rows, new = trained.rows.only(unseen), trained.later_risk[unseen]
    shared = Shared(rows, new, champion.model().risk(trained.later[unseen]))
    gates = judge(
        Judged(trained.bundle, new), Judged(champion, shared.champion), rows, limits(), clock
    )
    theirs: dict[str, Any] = counted(rows) | flat(measure(shared.champion, rows))
    frauds, where = theirs["frauds_known"], f"on the same {len(rows)} rows"
    if (few := _too_few(called, frauds, where)) is not None:
        return Comparison(called, theirs, better=False, why=few, gates=gates, shared=shared)
    better, why = _verdict(gates, called)
    return Comparison(called, theirs, better, f"{why}, {where}", gates, shared)


def _verdict(gates: Sequence[Gate], called: str) -> tuple[bool, str]:
    """Whether no gate that counts here holds the model back, and what is to be said of it."""
    failed = [gate for gate in gates if gate.name in HOLDING and not gate.passed]
    if failed:
        return False, f"worse than {called}: " + "; ".join(gate.said_en for gate in failed)
    ranking = next(gate for gate in gates if gate.name == "average_precision")
    return True, f"no worse than {called}: {ranking.said_en}"


def _by_cards(new: Bundle, champion: Bundle, called: str) -> Comparison:
    gates = [golden_facts(new)]
    ours, theirs = new.card["later_part"], champion.card["later_part"]
    where = "each on the latest part of its own rows, which it did not learn from"
    frauds = min(ours["frauds_known"], theirs["frauds_known"])
    if (few := _too_few(called, frauds, where)) is not None:
        return Comparison(called, theirs, better=False, why=few, gates=gates, shared=None)
    found, against = (f["average_precision"] for f in (ours, theirs))
    better = found >= against - _NOISE and gates[0].passed
    worse = "" if better else f"worse than {called}: "
    why = f"{worse}average precision {found:.3f}, that of {called} {against:.3f}, {where}"
    return Comparison(called, theirs, better, why, gates, None)


def _too_few(called: str, frauds: int, where: str) -> str | None:
    """What is to be said where too little is known to take the place of what judges."""
    needed = limits().average_precision.fewest_frauds
    if frauds >= needed:
        return None
    return f"too few known frauds to compare it with {called}: {frauds}, needed {needed} ({where})"


def judging(home: Path) -> tuple[Bundle, str]:
    """What judges in this data folder, and what it is called.

    A champion that can no longer be used does not judge.
    """
    folder = registry.champion_folder(home)
    try:
        found = bundles.load(folder)
    except BundleError:
        folder = registry.DEFAULT
        found = bundles.load(folder)
    what = "the packaged default model" if folder == registry.DEFAULT else "the champion"
    return found, f"{what} {found.version}"


def _unseen(trained: Trained, card: dict[str, Any]) -> NDArray[np.bool_] | None:
    """The rows of the last part that the champion did not learn from; None where too few.

    It learned from nothing later than its day, and a model of a made-up world from no real row.
    """
    if "made_from" in card:
        return np.ones(len(trained.later), dtype=bool)
    until = datetime.fromisoformat(card["until"]).timestamp()
    unseen = np.asarray(trained.rows.at >= until)
    frauds = int((trained.rows.label[unseen] == FRAUD).sum())
    return unseen if frauds >= _ENOUGH else None

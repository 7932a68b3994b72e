"""A new model beside what judges now, on rows that neither of them learned from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models import bundle as bundles
from models import registry
from models.bundle import Bundle
from models.errors import BundleError
from training.dataset import FRAUD
from training.evaluate import Rows, counted, flat, measure
from training.gates import HOLDING, Clock, Gate, Judged, judge, judge_apart, limits
from training.train import Trained

_NOISE = 0.005
"""A difference in average precision that the sampling of a seed alone makes."""
_ENOUGH = 20
"""Known frauds among rows that neither model saw, from which these alone decide."""


class Words(NamedTuple):
    """The same in both languages."""

    vi: str
    en: str


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
    `seen` is the version that was the champion then, None where there was none.
    """

    called: Words
    champion_figures: dict[str, Any]
    better: bool
    why: Words
    gates: list[Gate]
    shared: Shared | None
    seen: str | None = None


def compare(trained: Trained, home: Path, clock: Clock) -> Comparison:
    """Compares with the champion of a data folder, or with the default model where it has none.

    What a model says of rows it learned from proves nothing. Where the champion has seen them all,
    or the new ones tell too little, each is taken by the last part of its own time, as it was before
    it saw that part.
    """
    # Read first: a switch during the comparison shows, at worst as one more.
    seen = registry.aliased("champion", home)
    compared = _compare(trained, *judging(home), clock)
    return replace(compared, seen=None if seen is None else seen.name)


def _compare(trained: Trained, champion: Bundle, called: Words, clock: Clock) -> Comparison:
    unseen = _unseen(trained, champion.card)
    if unseen is None:
        return _by_cards(trained, champion, called, clock)
    rows, new = trained.rows.only(unseen), trained.later_risk[unseen]
    shared = Shared(rows, new, champion.model().risk(trained.later[unseen]))
    gates = judge(
        Judged(trained.bundle, new), Judged(champion, shared.champion), rows, limits(), clock
    )
    theirs: dict[str, Any] = counted(rows) | flat(measure(shared.champion, rows))
    where = Words(f"trên cùng {len(rows)} đăng ký", f"on the same {len(rows)} rows")
    few = _too_few(called, theirs["frauds_known"], where)
    better, why = (False, few) if few else _verdict(gates, called, where)
    return Comparison(called, theirs, better, why, gates, shared)


def _verdict(gates: Sequence[Gate], called: Words, where: Words) -> tuple[bool, Words]:
    """Whether no gate that counts here holds the model back, and what is to be said of it."""
    failed = [gate for gate in gates if gate.name in HOLDING and gate.passed is False]
    told = failed or [gate for gate in gates if gate.name == "average_precision"]
    vi, en = "; ".join(gate.said_vi for gate in told), "; ".join(gate.said_en for gate in told)
    than = ("kém hơn", "worse than") if failed else ("không kém hơn", "no worse than")
    return not failed, Words(
        f"{than[0]} {called.vi}: {vi}, {where.vi}", f"{than[1]} {called.en}: {en}, {where.en}"
    )


def _by_cards(trained: Trained, champion: Bundle, called: Words, clock: Clock) -> Comparison:
    ours, theirs = trained.bundle.card["later_part"], champion.card["later_part"]
    where = Words(
        "mỗi mô hình trên phần cuối của sổ riêng, phần mà nó không học",
        "each on the latest part of its own rows, which it did not learn from",
    )
    few = _too_few(called, ours["frauds_known"], where)
    passed, said = (None, few) if few else _precision_of_cards(ours, theirs, called)
    new = Judged(trained.bundle, trained.later_risk)
    gates = [
        Gate("average_precision", passed, said.vi, said.en, {}),
        *judge_apart(new, trained.rows, limits(), clock),
    ]
    better, why = (False, few) if few else _verdict(gates, called, where)
    return Comparison(called, theirs, better, why, gates, None)


def _precision_of_cards(
    ours: Mapping[str, Any], theirs: Mapping[str, Any], called: Words
) -> tuple[bool, Words]:
    """Whether the ranking is no worse; a champion that rests on too few has nothing to stay by."""
    frauds = theirs["frauds_known"]
    if frauds < limits().average_precision.fewest_frauds:
        return True, Words(
            f"{called.vi} tự dựa trên quá ít vụ gian lận đã biết: {frauds}",
            f"{called.en} itself rests on too few known frauds: {frauds}",
        )
    found, against = (f["average_precision"] for f in (ours, theirs))
    return found >= against - _NOISE, Words(
        f"độ chính xác trung bình {found:.3f}, của {called.vi} {against:.3f}",
        f"average precision {found:.3f}, that of {called.en} {against:.3f}",
    )


def _too_few(called: Words, frauds: int, where: Words) -> Words | None:
    """What is to be said where too little is known to take the place of what judges."""
    needed = limits().average_precision.fewest_frauds
    if frauds >= needed:
        return None
    return Words(
        f"quá ít vụ gian lận đã biết để so với {called.vi}: {frauds}, cần {needed} ({where.vi})",
        f"too few known frauds to compare it with {called.en}: {frauds}, needed {needed} ({where.en})",
    )


def judging(home: Path) -> tuple[Bundle, Words]:
    """What judges in this data folder, and what it is called.

    A champion that can no longer be used does not judge.
    """
    folder = registry.champion_folder(home)
    try:
        found = bundles.load(folder)
    except BundleError:
        folder = registry.DEFAULT
        found = bundles.load(folder)
    if folder == registry.DEFAULT:
        vi, en = "mô hình mặc định đi kèm", "the packaged default model"
    else:
        vi, en = "mô hình chính", "the champion"
    return found, Words(f"{vi} {found.version}", f"{en} {found.version}")


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

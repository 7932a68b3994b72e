"""Says in both languages what changed in a slice: which slice, which column, and how it differs."""

from __future__ import annotations

import math

import numpy as np

from training.drift import SHOWN, Alert, Change

_NAMED = 5
"""Further columns that are named; the rest is counted."""
_MISSING = 0.1
"""A change of the share of missing values from which that is what is told."""
_ALWAYS, _NOT_ALWAYS = 0.98, 0.9
_NEW, _WAS_RARE = 0.05, 0.005
_LEVELS = {
    "all": ("toàn bộ", "all registrations"),
    "institution": ("tổ chức", "institution"),
    "branch": ("chi nhánh", "branch"),
}

_KINDS = {
    "missing": "bỏ trống",
    "another": "loại khác",
    "another value": "giá trị khác",
    "the value of the row before": "giá trị của dòng trước",
    "given": "có",
}
"""Kinds that are words of ours; shapes and codes are alike in both languages."""

Said = tuple[str, str]
"""The same in Vietnamese and in English."""


def slice_said(level: str, name: str) -> Said:
    """What a slice is called."""
    vi, en = _LEVELS[level]
    return (vi, en) if level == "all" else (f"{vi} {name}", f"{en} {name}")


def alert_said(alert: Alert) -> Said:
    """One sentence: the greatest changes in words, the others by name."""
    vi_slice, en_slice = slice_said(alert.level, alert.slice_name)
    shown, rest = alert.changes[:SHOWN], alert.changes[SHOWN:]
    told = [(f"`{c.column}`", change_said(c)) for c in shown]
    since = alert.changes[0].since
    vi = f"{vi_slice}: thay đổi từ {since}: " + "; ".join(f"{n} {w[0]}" for n, w in told)
    en = f"{en_slice}: changed since {since}: " + "; ".join(f"{n} {w[1]}" for n, w in told)
    if rest:
        names = ", ".join(f"`{c.column}`" for c in rest[:_NAMED])
        more = len(rest) - _NAMED
        vi += f"; cũng vậy: {names}" + (f" và {more} cột nữa" if more > 0 else "")
        en += f"; also {names}" + (f" and {more} more" if more > 0 else "")
    return vi, en


def change_said(change: Change) -> Said:
    """What is different now; the values of a kind are told, those that somebody typed never are."""
    before, now = change.before, change.now
    if abs(now[0] - before[0]) >= _MISSING:
        return _share_of(change, 0)
    most = int(np.argmax(now))
    if now[most] >= _ALWAYS and before[most] < _NOT_ALWAYS:
        return _share_of(change, most, "hầu như luôn ", "nearly always ")
    fresh = np.flatnonzero((before < _WAS_RARE) & (now >= _NEW))
    if len(fresh) and change.medians is None:
        return _share_of(change, int(fresh[np.argmax(now[fresh])]), "mới: ", "new: ")
    if change.medians is not None and not math.isclose(*change.medians, rel_tol=0.01):
        was, then = (f"{m:.4g}" for m in change.medians)
        return f"trung vị {was} → {then}", f"median {was} → {then}"
    return _share_of(change, int(np.argmax(np.abs(now - before))))


def _share_of(change: Change, place: int, vietnamese: str = "", english: str = "") -> Said:
    name = change.bins[place]
    figures = f"{percent(change.before[place])} → {percent(change.now[place])}"
    return f"{vietnamese}{_KINDS.get(name, name)}: {figures}", f"{english}{name}: {figures}"


def percent(share: float) -> str:
    """A share as people read it; a digit after the point where it is small."""
    return f"{100 * share:.1f} %" if 0 < share < 0.1 else f"{100 * share:.0f} %"

"""The waterfall of evidence: each step as a bar from where the sum stood to where it stands then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from features.weights import Step

WIDTH = 28
_FOR, _AGAINST, _LITTLE, _THRESHOLD = "█", "▒", "·", "┊"


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what it is about, its bits, and a bar of `WIDTH` cells."""

    part: str
    bits: float
    bar: str


def rows(steps: Sequence[Step], threshold: float) -> list[Row]:
    """A line a step, on one scale that holds every sum on the way and the threshold."""
    sums = [0.0]
    for step in steps:
        sums.append(sums[-1] + step.bits)
    low, high = min(*sums, threshold), max(*sums, threshold)
    scale = (WIDTH - 1) / max(high - low, 1.0)

    def cell(bits: float) -> int:
        return round((bits - low) * scale)

    mark = cell(threshold)
    return [
        Row(step.part, step.bits, _bar(cell(before), cell(after), mark))
        for step, (before, after) in zip(steps, pairwise(sums), strict=True)
    ]


def _bar(before: int, after: int, mark: int) -> str:
    sign = _LITTLE if after == before else _FOR if after > before else _AGAINST
    cells = [" "] * WIDTH
    cells[mark] = _THRESHOLD
    for at in range(min(before, after), max(before, after) + 1):
        cells[at] = sign
    return "".join(cells)

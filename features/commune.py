"""The communes of Viet Nam before and after July 2025, and which of today's an old one went into.

The table lies beside this file as text and is read on first use. Names are compared without
marks and spaces. An old commune that was divided stands for all that took a part of it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources

NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Table:
    """Codes of today's communes by today's names, by old names, and by old names without district."""

    today: dict[tuple[str, str], frozenset[str]]
    before: dict[tuple[str, str, str], frozenset[str]]
    undistricted: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))


def today(province: str, commune: str) -> frozenset[str]:
    """Codes of a commune of today in a province of today, both stripped; empty where unknown."""
    return _table().today.get((province, squashed(commune)), NONE)


def before(province: str, district: str, commune: str) -> frozenset[str]:
    """Codes of today's communes that took over an old one, all three names stripped."""
    return _table().before.get((province, squashed(district), squashed(commune)), NONE)


def before_in_any_district(province: str, commune: str) -> frozenset[str]:
    """The same for an old commune whose district was left out."""
    return frozenset(_table().undistricted.get((province, squashed(commune)), NONE))


def squashed(text: str) -> str:
    """A name without spaces, leading zeros of a numbered ward dropped."""
    return text.replace(" ", "").lstrip("0")


@lru_cache(maxsize=1)
def _table() -> _Table:
    known: dict[tuple[str, str], frozenset[str]] = {}
    old: dict[tuple[str, str, str], frozenset[str]] = {}
    table = _Table(known, old)
    province = district = ""
    for line in (
        resources.files("features").joinpath("communes.txt").read_text("utf-8").splitlines()
    ):
        if line.startswith(("> ", "< ")):
            province = line[2:]
        elif line.startswith("- "):
            district = squashed(line[2:])
        elif ": " in line and not line.startswith("#"):
            name, codes = line.split(": ")
            old[province, district, squashed(name)] = frozenset(codes.split())
            table.undistricted[province, squashed(name)].update(codes.split())
        elif not line.startswith("#"):
            code, name = line.split(" ", 1)
            key = province, squashed(name)
            known[key] = known.get(key, NONE) | {code}
    return table

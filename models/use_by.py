"""Use-by dates: how old the parts of a decision may be, and what is done where one is older.

`go_on` decides as ever and says so; `review` lets a person look at whatever would be cleared; of the
model alone, `papers` leaves its risk out: hard facts decide, and the risk is told all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from features import commune, phone, weights

NORMAL = "normal"
"""The mode of an answer all of whose parts were fresh."""


class Then(StrEnum):
    """What is done where a part is past its date."""

    GO_ON = "go_on"
    REVIEW = "review"
    PAPERS = "papers"


@dataclass(frozen=True, slots=True)
class Part:
    """Something that ages: the reason code that says so, the unit of its limit, what may be done."""

    code: str
    unit: str
    thens: frozenset[Then]


_ANY = frozenset({Then.GO_ON, Then.REVIEW})
PARTS: Mapping[str, Part] = {
    "model": Part("MODEL_STALE", "days", _ANY | {Then.PAPERS}),
    "register": Part("REGISTER_STALE", "days", _ANY),
    "graph": Part("GRAPH_STALE", "hours", _ANY),
    "lists": Part("LISTS_STALE", "days", _ANY),
}
"""The risk model since its last outcome, the register's snapshot, the live graph since it was last
there, and the packaged lists (communes, telephone numbers, weights)."""

LISTS_AS_OF = min(commune.AS_OF, phone.AS_OF, weights.AS_OF)
"""The day of the oldest of the packaged lists."""

CODES = tuple(part.code for part in PARTS.values())


@dataclass(frozen=True, slots=True)
class Limit:
    """How old a part may be, and what is done beyond."""

    age: timedelta
    then: Then


def limits(form: Mapping[str, Mapping[str, Any]]) -> dict[str, Limit]:
    """The limits of a table `[use_by]` without problems, by reason code; a part left out has none."""
    found = {}
    for name, told in form.items():
        part = PARTS[name]
        age = timedelta(**{part.unit: float(told[part.unit])})
        found[part.code] = Limit(age, Then(told["then"]))
    return found


_AHEAD = timedelta(days=-1)
"""Days have no time of day; what lies further in the future has no age that could be believed."""


def stale(ages: Mapping[str, timedelta], held: Mapping[str, Limit]) -> tuple[str, ...]:
    """The codes of what is older than it may be, or of a day to come; what has no age never is.

    Both go by code.
    """
    known = [code for code in CODES if code in ages and code in held]
    return tuple(c for c in known if not _AHEAD <= ages[c] <= held[c].age)


def mode(reasons: Collection[str]) -> str:
    """The mode in which an answer was given, from its reason codes: `normal`, or what was stale."""
    return "+".join(code for code in CODES if code in reasons) or NORMAL


def problems(form: object) -> Iterator[tuple[str, str]]:
    """Every mistake in a table `[use_by]`, in Vietnamese and English."""
    if not isinstance(form, dict):
        yield "use_by không phải là bảng", "use_by is not a table"
        return
    for name, told in form.items():
        part = PARTS.get(name)
        if part is None:
            known = ", ".join(PARTS)
            yield f"use_by.{name}: chỉ có {known}", f"use_by.{name}: there are {known} alone"
        elif not isinstance(told, dict) or told.keys() != {part.unit, "then"}:
            yield (
                f"use_by.{name} có đúng hai thiết lập, {part.unit} và then",
                f"use_by.{name} has two settings, {part.unit} and then",
            )
        else:
            yield from _of_part(name, part, told[part.unit], told["then"])


def _of_part(name: str, part: Part, age: object, then: object) -> Iterator[tuple[str, str]]:
    if isinstance(age, bool) or not isinstance(age, int | float) or not 0 < age <= 100_000:
        yield (
            f"use_by.{name}.{part.unit} là số lớn hơn 0 và không quá 100.000",
            f"use_by.{name}.{part.unit} is a number above 0 and up to 100,000",
        )
    if not isinstance(then, str) or then not in part.thens:
        allowed = ", ".join(sorted(part.thens))
        yield (
            f"use_by.{name}.then là một trong: {allowed}",
            f"use_by.{name}.then is one of: {allowed}",
        )

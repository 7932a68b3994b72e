"""No text of a person is seen in the `repr` of what holds it, so that no careless log line can."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
from collections.abc import Collection
from datetime import UTC, date, datetime
from enum import Enum
from types import UnionType
from typing import Any, NamedTuple, NewType, TypeVar, get_args, get_origin, get_type_hints

import features
from features.registration import Person, Registration

PERSONAL = "Bí Mật"
CODES = {"column", "difference", "fields", "institution", "part", "registration_id", "typology"}
"""Fields of codes and keys: whose they are does not show, so they may."""

TELLING = {
    # noun, why its texts may be seen
    "features.commune.District": "units of the country",
    "features.commune.Table": "units of the country",
    "features.difference.Difference": "our own sentences",
    "features.identity_number.Structure": "a province, a sex and a year",
    "features.parsing.Problem": "a column and a code",
    "features.reading.Readout": "what is rejected",
    "features.reading.Rejected": "a file and our own sentence",
    "features.reading._Form": "columns",
    "features.register.remote.Terms": "a service, without its token",
    "features.vector.feature.Feature": "our own sentences",
    "features.weights.Names": "names and how frequent they are, nobody's",
    "features.weights.Step": "a code and its weight",
}


def is_noun(found: object) -> bool:
    return inspect.isclass(found) and (
        dataclasses.is_dataclass(found) or (issubclass(found, tuple) and hasattr(found, "_fields"))
    )


def nouns() -> dict[str, type]:
    """Every dataclass and named tuple of this floor."""
    names = [module.name for module in pkgutil.walk_packages(features.__path__, "features.")]
    return {
        f"{name}.{found.__name__}": found
        for name in names
        for found in vars(importlib.import_module(name)).values()
        if is_noun(found) and found.__module__ == name
    }


MOMENT = datetime(2026, 7, 1, tzinfo=UTC)


def filled(hint: Any) -> object:
    """A value of this type, as far as a `repr` minds; every text in it is personal."""
    origin, of = get_origin(hint) or hint, [one for one in get_args(hint) if one is not ...]
    if origin is UnionType:
        return filled(of[0])
    if isinstance(hint, TypeVar) or is_noun(origin):
        return made(Person if isinstance(hint, TypeVar) else origin)
    if of and inspect.isclass(origin) and issubclass(origin, Collection):
        return tuple(map(filled, of))
    if inspect.isclass(origin) and issubclass(origin, Enum):
        return next(iter(origin))
    text = hint is str or isinstance(hint, NewType)
    return PERSONAL if text else {date: MOMENT.date(), datetime: MOMENT}.get(origin)


def made(noun: Any) -> object:
    hints = get_type_hints(noun)
    names = getattr(noun, "_fields", None) or [f.name for f in dataclasses.fields(noun) if f.init]
    return noun(**{n: "code" if n in CODES else filled(hints[n]) for n in names})


def test_only_nouns_without_personal_text_tell_their_texts() -> None:
    telling = {name for name, noun in nouns().items() if PERSONAL in repr(made(noun))}
    assert telling == set(TELLING)


class Careless(NamedTuple):
    """What the law is there to catch."""

    names: tuple[str, ...]


@dataclasses.dataclass
class Nested:
    """The same, one floor down."""

    careless: Careless | None


def test_a_careless_noun_is_caught() -> None:
    assert {Person, Registration} <= set(nouns().values())
    assert PERSONAL in repr(made(Careless))
    assert PERSONAL in repr(made(Nested))

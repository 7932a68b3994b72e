"""Estimates the weights of evidence from a book and its population, without any outcome.

The holder's column comes from registrations found by the very number typed, by expectation and
maximisation: each is the holder's, a stranger's or an impostor's to a degree, and counts for the
holder's column by that degree. The stranger's column comes from registrations compared with people
drawn at random. What an impostor knows is in no book; that column is an assumption and stays.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from features import name
from features.comparison import differences
from features.evidence import FIELDS, Found, FoundBy, PopulationRegister
from features.registration import Person, Registration
from features.weights import Weights

_ROUNDS = 40
_PRIOR = 500.0
"""How many pairs the present figures count for; a book of thousands outweighs them."""
_FEWEST = 1e-3
"""A stranger or an impostor is never taken for rarer: a book in which none was met proves little."""
_AT_A_TIME = 1_000
_DIGITS = 3
_LISTED = {"family": (30, 2e-3), "middle": (30, 3e-3), "given": (60, 3e-3)}
"""At most so many words of a kind, and only those of at least this share."""

Codes = tuple[str, ...]
Rows = dict[str, dict[str, tuple[float, ...]]]


@dataclass(slots=True)
class Pairs:
    """Difference codes, in the order of FIELDS, and how many pairs showed them."""

    found: Counter[Codes] = field(default_factory=Counter)
    random: Counter[Codes] = field(default_factory=Counter)


def pairs_of(
    registrations: Sequence[Registration],
    register: PopulationRegister,
    persons: Sequence[Person],
    seed: int,
) -> Pairs:
    """Compares every registration with the person of its number, and with one drawn at random."""
    pairs = Pairs()
    drawn = np.random.default_rng(seed).integers(len(persons), size=len(registrations))
    for start in range(0, len(registrations), _AT_A_TIME):
        part = registrations[start : start + _AT_A_TIME]
        answers = register.ask(part)
        for registration, answer, i in zip(part, answers, drawn[start:], strict=False):
            if isinstance(answer, Found) and answer.by is FoundBy.NUMBER and not answer.namesake:
                pairs.found[_codes(registration, answer.person)] += 1
            stranger = persons[i].as_of(registration.registered_at)
            pairs.random[_codes(registration, stranger)] += 1
    return pairs


def _codes(registration: Registration, person: Person) -> Codes:
    return tuple(differences(registration, person).values())


def estimate(pairs: Pairs, persons: Iterable[Person], present: Weights) -> dict[str, Any]:
    """The parameter file's content, as `Weights` reads it, with what the pairs and persons say."""
    rows = _with_strangers(pairs.random, present.fields)
    odds = dict(present.odds)
    for _ in range(_ROUNDS if pairs.found else 0):
        rows, odds[FoundBy.NUMBER] = _round(pairs.found, rows, odds[FoundBy.NUMBER], present.fields)
    return {
        "version": present.version,
        "verified_bits": present.verified_bits,
        "distinct_bits": present.distinct_bits,
        "found_by": {by.value: list(values) for by, values in odds.items()},
        **rows,
        "names": _names(persons),
    }


def _with_strangers(random: Counter[Codes], present: Rows) -> Rows:
    counts: dict[str, Counter[str]] = {f: Counter() for f in FIELDS}
    for codes, pairs in random.items():
        for f, code in zip(FIELDS, codes, strict=True):
            counts[f][code] += pairs
    return {f: _column(1, counts[f], rows) if f in _LEARNT else rows for f, rows in present.items()}


_LEARNT = FIELDS[1:]
"""A number's agreement is what found the person; its rows are no distributions."""


def _column(
    column: int, counts: Mapping[str, float], rows: Mapping[str, tuple[float, ...]]
) -> dict[str, tuple[float, ...]]:
    """The rows with one column estimated anew; the present figures count for some pairs."""
    seen = sum(counts.get(code, 0.0) for code in rows)
    if not seen:
        return dict(rows)
    return {
        code: _replaced(
            row, column, (counts.get(code, 0.0) + _PRIOR * row[column]) / (seen + _PRIOR)
        )
        for code, row in rows.items()
    }


def _replaced(row: tuple[float, ...], column: int, value: float) -> tuple[float, ...]:
    return tuple(value if i == column else old for i, old in enumerate(row))


def _round(
    found: Counter[Codes], rows: Rows, odds: tuple[float, ...], present: Rows
) -> tuple[Rows, tuple[float, ...]]:
    """One expectation and one maximisation."""
    holders: dict[str, dict[str, float]] = {f: defaultdict(float) for f in FIELDS}
    shares = [0.0, 0.0, 0.0]
    for codes, pairs in found.items():
        degrees = _degrees(codes, rows, odds)
        for i, degree in enumerate(degrees):
            shares[i] += pairs * degree
        for f, code in zip(FIELDS, codes, strict=True):
            holders[f][code] += pairs * degrees[0]
    total = sum(shares)
    anew = {
        f: _kept(_column(0, holders[f], present_rows), rows[f]) if f in _LEARNT else present_rows
        for f, present_rows in present.items()
    }
    return anew, tuple(max(share / total, _FEWEST) for share in shares)


def _kept(
    holder: Mapping[str, tuple[float, ...]], stranger: Mapping[str, tuple[float, ...]]
) -> dict[str, tuple[float, ...]]:
    return {code: (row[0], stranger[code][1], row[2]) for code, row in holder.items()}


def _degrees(codes: Codes, rows: Rows, odds: tuple[float, ...]) -> list[float]:
    """To what degree a pair is the holder's, a stranger's, an impostor's."""
    likely = list(odds)
    for f, code in zip(FIELDS, codes, strict=True):
        row = rows[f].get(code)
        if row is not None and f in _LEARNT:
            likely = [p * q for p, q in zip(likely, row, strict=True)]
    total = math.fsum(likely)
    return [p / total for p in likely]


def _names(persons: Iterable[Person]) -> dict[str, Any]:
    """Shares of words by their place in a name, and how often two people share a whole name."""
    words = {kind: Counter[str]() for kind in _LISTED}
    whole: Counter[tuple[str, ...]] = Counter()
    for person in persons:
        plain = name.forms(person.full_name).plain
        if len(plain) > 1:
            whole[plain] += 1
            words["family"][plain[0]] += 1
            words["given"][plain[-1]] += 1
            words["middle"].update(set(plain[1:-1]))
    people = max(2, whole.total())
    typical = sum(n * (n - 1) for n in whole.values()) / (people * (people - 1))
    listed: dict[str, dict[str, float]] = {}
    rest, kinds = 0.0, 0
    for kind, (most, least) in _LISTED.items():
        top = [(w, n / people) for w, n in words[kind].most_common(most) if n / people >= least]
        listed[kind] = dict(top)
        rest += sum(words[kind].values()) / people - sum(share for _, share in top)
        kinds += len(words[kind]) - len(top)
    return {"typical": typical or 1 / people**2, "rare": rest / max(1, kinds), **listed}


def render(form: Mapping[str, Any], version: str) -> str:
    """The parameter file as text: TOML with the comments that its readers need."""
    lines = [_TOP.format(version=version)]
    lines += [f"{key} = {form[key]}" for key in ("verified_bits", "distinct_bits")]
    lines += ["", _ODDS, "[found_by]", *_table(form["found_by"])]
    for field_name in FIELDS:
        lines += ["", f"[{field_name}]", *_table(form[field_name])]
    names = form["names"]
    lines += ["", _NAMES, "[names]", *_table({k: names[k] for k in ("typical", "rare")})]
    for kind in _LISTED:
        lines += ["", f"[names.{kind}]", *_table(names[kind])]
    return "\n".join(lines) + "\n"


def _table(rows: Mapping[str, float | Sequence[float]]) -> list[str]:
    return [
        f"{key} = {_figure(value) if isinstance(value, float | int) else _figures(value)}"
        for key, value in rows.items()
    ]


def _figures(values: Sequence[float]) -> str:
    return "[" + ", ".join(map(_figure, values)) + "]"


def _figure(value: float) -> str:
    return f"{value:.{_DIGITS}g}"


_TOP = """\
# How far each difference speaks for the holder. The figures of a row are the probabilities of the
# difference where the registration was made by
#   the holder, with or without slips | a stranger, by chance or slip | an impostor who knows a part.
# The first two columns and the shares of names are estimated from data (`chinhchu weights`); what an
# impostor knows is in no data: the third column, and the odds but those of `number`, are assumptions.
version = "{version}"

# Bits (log2 of the odds) from which an identity is verified, and by which one of several candidates
# must lead the next to be named alone."""
_ODDS = "# Odds before any field is looked at, by what led to the person."
_NAMES = """\
# Shares of people who bear a word, upper case without marks, as family, middle or given name.
# `typical` is the chance that two people share a whole name; `rare` stands for a word not listed."""

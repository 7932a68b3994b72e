"""Estimates the weights of evidence from a book and its population, without any outcome.

The holder's column comes from registrations found by the very number typed, by expectation and
maximisation: each is the holder's, a stranger's or an impostor's to a degree, and counts for the
holder's column by that degree. The stranger's column comes from registrations compared with people
drawn at random. What an impostor knows is in no book: it stays the assumption that it is.
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
from features.weights import LEARNT, Three, Weights, with_impostor

_ROUNDS = 40
_PRIOR = 0.2
"""The present figures count for so many pairs as this share of the book's."""
_FEWEST = 3e-4
"""A stranger or an impostor is never taken for rarer: a book in which none was met proves little."""
_AT_A_TIME = 1_000
_DIGITS = 3
_OF_ALL = ("most_bits", "typical", "rare")
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
        told = {f: with_impostor(rows[f], present.knows[f]) for f in LEARNT}
        holders, odds[FoundBy.NUMBER] = _expected(pairs.found, told, odds[FoundBy.NUMBER])
        rows |= {f: _column(0, holders[f], rows[f], present.fields[f]) for f in LEARNT}
    return {
        "version": present.version,
        "verified_bits": present.verified_bits,
        "distinct_bits": present.distinct_bits,
        "found_by": {by.value: list(values) for by, values in odds.items()},
        "impostor_knows": present.knows,
        **rows,
        "names": {"most_bits": present.names.most_bits, **_names(persons)},
    }


def _with_strangers(random: Counter[Codes], present: Rows) -> Rows:
    counts: dict[str, Counter[str]] = {f: Counter() for f in FIELDS}
    for codes, pairs in random.items():
        for f, code in zip(FIELDS, codes, strict=True):
            counts[f][code] += pairs
    return present | {f: _column(1, counts[f], present[f], present[f]) for f in LEARNT}


def _column(
    column: int,
    counts: Mapping[str, float],
    rows: Mapping[str, tuple[float, ...]],
    present: Mapping[str, tuple[float, ...]],
) -> dict[str, tuple[float, ...]]:
    """The rows with one column estimated anew; its present figures count for some pairs.

    What was never met may yet come: a book of n pairs tells nothing below half a pair in n.
    """
    seen = sum(counts.get(code, 0.0) for code in rows)
    if not seen:
        return dict(rows)
    prior = _PRIOR * seen
    anew = {}
    for code, row in rows.items():
        pairs = max(counts.get(code, 0.0) + prior * present[code][column], 0.5)
        anew[code] = (*row[:column], pairs / (seen + prior), *row[column + 1 :])
    return anew


def _expected(
    found: Counter[Codes], told: Mapping[str, Mapping[str, Three]], odds: Three
) -> tuple[dict[str, dict[str, float]], Three]:
    """How often each difference is a holder's, and whose the pairs are, each to its degree."""
    holders: dict[str, dict[str, float]] = {f: defaultdict(float) for f in FIELDS}
    shares = [0.0, 0.0, 0.0]
    for codes, pairs in found.items():
        degrees = _degrees(codes, told, odds)
        for i, degree in enumerate(degrees):
            shares[i] += pairs * degree
        for f, code in zip(FIELDS, codes, strict=True):
            holders[f][code] += pairs * degrees[0]
    holder, stranger, impostor = (max(n / math.fsum(shares), _FEWEST) for n in shares)
    return holders, (holder, stranger, impostor)


def _degrees(codes: Codes, told: Mapping[str, Mapping[str, Three]], odds: Three) -> list[float]:
    """To what degree a pair is the holder's, a stranger's, an impostor's."""
    likely = list(odds)
    for f, code in zip(FIELDS, codes, strict=True):
        row = told[f].get(code) if f in told else None
        if row is not None:
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
    lines += ["", _KNOWS, "[impostor_knows]", *_table(form["impostor_knows"])]
    for field_name in FIELDS:
        lines += ["", f"[{field_name}]", *_table(form[field_name])]
    names = form["names"]
    lines += ["", _NAMES, "[names]", *_table({k: names[k] for k in _OF_ALL})]
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
# How far each difference speaks for the holder. The first figures of a row are the probabilities of
# the difference where the registration was made by
#   the holder, with or without slips | a stranger, by chance or slip
# and are estimated from data (`chinhchu weights`), as are the shares of names and the odds of `number`.
# An impostor knows a part of the record: of each field by the share below, and then writes it as the
# holder would; the third figure is what an impostor writes who does not know it, where that is not
# what a stranger writes. What impostors know is in no book: these are assumptions.
version = "{version}"

# Bits (log2 of the odds) from which an identity is verified, and by which one of several candidates
# must lead the next to be named alone."""
_ODDS = "# Odds before any field is looked at, by what led to the person."
_KNOWS = "# Shares of impostors who know a field."
_NAMES = """\
# Shares of people who bear a word, upper case without marks, as family, middle or given name.
# `typical` is the chance that two people share a whole name; `rare` stands for a word not listed.
# Words of a name go together more often than chance would have it, above all where names are few:
# a name counts for no more than `most_bits` rarer than a typical one."""

"""The form of a policy file: what may stand in it, and each mistake told in a sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from models import use_by
from models.hard_facts import CODES

Problem = tuple[str, str]
"""A mistake in a policy file, in Vietnamese and in English."""


@dataclass(frozen=True, slots=True)
class Number:
    """A setting that is a number above `low` and up to `high`."""

    high: float
    low: float = 0
    whole: bool = False


_SHARE = Number(1)
_DONG = Number(1e13)
NUMBERS: Mapping[str, Number] = {
    "review_risk": _SHARE,
    "bands.medium": _SHARE,
    "bands.high": _SHARE,
    "bands.very_high": _SHARE,
    "capacity.reviewers": Number(1e6, whole=True),
    "capacity.reviews_per_reviewer_day": Number(1e5),
    "cost.review": _DONG,
    "cost.false_refusal": _DONG,
    "cost.missed_fraud": _DONG,
    "breaker.window": Number(1e7, whole=True),
    "breaker.bound": Number(0.5),
    "breaker.times": Number(1000, low=1),
}
"""Every setting that is a number. A table may be left out, and is whole where it is given."""

_REQUIRED = frozenset({"version", "review_risk", "review.facts", "refuse.pairs"})
_KNOWN = _REQUIRED | NUMBERS.keys()
_TABLES = frozenset(name.partition(".")[0] for name in _KNOWN if "." in name)
_INSTITUTIONS, _USE_BY = "institutions", "use_by"


def problems(form: Mapping[str, Any]) -> list[Problem]:
    """Every mistake in what a policy file says; none where a policy can be made of it."""
    settings = dict(_settings(form))
    return [
        *_absent_or_unread(form, settings),
        *(p for name, value in settings.items() for p in _number(name, value)),
        *_version(settings.get("version")),
        *_bands(settings),
        *_facts(settings.get("review.facts", [])),
        *_pairs(settings.get("refuse.pairs", [])),
        *_institutions(form.get(_INSTITUTIONS, {})),
        *use_by.problems(form.get(_USE_BY, {})),
    ]


def _settings(form: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every setting under its full name, `table.name`; those of further tables apart."""
    for name, value in form.items():
        if name in {_INSTITUTIONS, _USE_BY}:
            continue
        if name in _TABLES and isinstance(value, dict):
            yield from ((f"{name}.{inner}", v) for inner, v in value.items())
        else:
            yield name, value


def _absent_or_unread(form: Mapping[str, Any], settings: Mapping[str, Any]) -> Iterator[Problem]:
    wanted = _REQUIRED | {name for name in _KNOWN if name.partition(".")[0] in form}
    for name in sorted(wanted - settings.keys()):
        yield f"thiếu thiết lập '{name}'", f"the setting '{name}' is missing"
    unread = ", ".join(sorted(settings.keys() - _KNOWN))
    if unread:
        yield f"thiết lập không ai đọc: {unread}", f"settings nobody reads: {unread}"


def _number(name: str, value: object) -> Iterator[Problem]:
    bounds = NUMBERS.get(name)
    if bounds is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:  # noqa: PLR0124  # nan; isnan takes no whole number of any size
        yield f"{name} không phải là số", f"{name} is not a number"
        return
    low, high = f"{bounds.low:,.12g}", f"{bounds.high:,.12g}"
    if not bounds.low < value <= bounds.high:
        yield (
            f"{name} phải lớn hơn {low} và không quá {high}",
            f"{name} lies above {low} and up to {high}",
        )
    elif bounds.whole and value != int(value):
        yield f"{name} phải là số nguyên", f"{name} is a whole number"


def _version(version: object) -> Iterator[Problem]:
    if version is None:
        return
    if not isinstance(version, str) or not re.fullmatch(
        r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", version
    ):
        yield (
            "version gồm 1 đến 64 chữ không dấu, chữ số, dấu chấm, gạch, bắt đầu bằng chữ hay số",
            "version is 1 to 64 letters, digits, dots and dashes, the first a letter or digit",
        )


def _bands(settings: Mapping[str, Any]) -> Iterator[Problem]:
    names = ("medium", "high", "very_high")
    bounds = [settings.get(f"bands.{name}") for name in names]
    numbers = [b for b in bounds if isinstance(b, int | float)]
    if len(numbers) == len(names) and not numbers[0] < numbers[1] < numbers[2]:
        yield "bands phải tăng dần", "bands rise from medium to very_high"


def _facts(facts: object) -> Iterator[Problem]:
    if not _texts(facts):
        yield (
            "review.facts không phải là danh sách mã trong ngoặc kép",
            "review.facts is not a list of codes in quotation marks",
        )
        return
    yield from _unknown(facts)


def _pairs(pairs: object) -> Iterator[Problem]:
    if not isinstance(pairs, list) or not all(map(_texts, pairs)):
        yield (
            "refuse.pairs không phải là danh sách các cặp mã trong ngoặc kép",
            "refuse.pairs is not a list of pairs of codes in quotation marks",
        )
        return
    if any(len(set(pair)) != 2 for pair in pairs):
        yield (
            "từ chối cần hai dữ kiện cứng khác nhau trong mỗi cặp của refuse.pairs",
            "a refusal needs two different hard facts in each of refuse.pairs",
        )
    yield from _unknown([code for pair in pairs for code in pair])


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(v, str) for v in value)


def _unknown(codes: Any) -> Iterator[Problem]:  # noqa: ANN401  # a list of texts by now
    unknown = ", ".join(sorted(set(codes) - CODES))
    if unknown:
        yield f"không có dữ kiện cứng tên: {unknown}", f"unknown hard facts: {unknown}"


def _institutions(own: object) -> Iterator[Problem]:
    if not isinstance(own, dict):
        yield "institutions không phải là bảng", "institutions is not a table"
        return
    for code, settings in own.items():
        if not isinstance(settings, dict) or settings.keys() != {"review_risk"}:
            yield (
                f"institutions.{code} có đúng một thiết lập, review_risk",
                f"institutions.{code} has one setting, review_risk",
            )
            continue
        for vietnamese, english in _number("review_risk", settings["review_risk"]):
            yield f"institutions.{code}: {vietnamese}", f"institutions.{code}: {english}"


def text_of(form: Mapping[str, Any], about: str) -> str:
    """A policy file that says what `form` does, for a person to read; `about` stands in its head."""
    lines = [f"# {line}" for line in about.splitlines()]
    for name, value in form.items():
        if not isinstance(value, dict):
            lines += [*_comment(name), f"{name} = {_value(value)}"]
    for name, value in form.items():
        if isinstance(value, dict):
            lines += _table(name, value)
    return "\n".join(lines) + "\n"


def _table(title: str, table: Mapping[str, Any]) -> Iterator[str]:
    inner = {name for name, value in table.items() if isinstance(value, dict)}
    if inner != table.keys():
        yield from ("", *_comment(title), f"[{title}]")
        yield from (f"{n} = {_value(v)}" for n, v in table.items() if n not in inner)
    elif title in _ABOUT:
        yield from ("", *_comment(title))
    for name in table:
        if name in inner:
            yield from _table(f"{title}.{_value(name)}", table[name])


def _comment(name: str) -> list[str]:
    return [f"# {_ABOUT[name]}"] if name in _ABOUT else []


def _value(value: object) -> str:
    """A value as TOML writes it, where texts, numbers and short lists are written as in JSON."""
    if isinstance(value, list) and value:
        return "".join(("[\n", *(f"  {json.dumps(v, ensure_ascii=False)},\n" for v in value), "]"))
    return json.dumps(value, ensure_ascii=False)


_ABOUT = {
    "review_risk": "Calibrated risk from which a registration is reviewed.",
    "bands": "Lower bounds of the risk bands above `low`.",
    "review": "A hard fact alone asks a person to look.",
    "refuse": "The model never refuses a person. Two hard facts of different sources may.",
    "capacity": "How many reviews there are people for.",
    "cost": "In đồng.",
    "use_by": "How old the parts of a decision may be, and what is done where one is older.",
    "breaker": "When a new policy or model is held, and the one before decides again.",
}

"""Which of today's communes the parts of an address name, under old units or new, whole or in part.

The answer is a set: an old commune that was divided, or a district without its commune, can be any
of several. Nothing is guessed beyond what the names allow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from rapidfuzz import process
from rapidfuzz.distance import OSA

from features.commune import (
    NONE,
    PROVINCES,
    SOURCES,
    TODAY,
    Codes,
    District,
    OldDistrict,
    squashed,
    table,
)

T = TypeVar("T")

NO_LEVEL, COMMUNE, DISTRICT, CITY, PROVINCE = range(5)
"""The level that a part of an address says it has; a city is a district or a province."""

_CENTRAL = frozenset(["HA NOI", "HO CHI MINH", "DA NANG", "HAI PHONG", "CAN THO", "HUE"])
_LEVEL_WORDS = ("PHUONG", "QUAN", "HUYEN", "TINH", "THANHPHO", "THIXA", "THITRAN")
_HAMLET = re.compile(r"(?:THON|XOM|AP|BAN|BUON|LANG|TO|KHOM|KHOI|KHU|SO|LO|KP|SOC)\b|[0-9]")
_DIGITS = re.compile("[0-9]+")
_NO_DISTRICT: frozenset[OldDistrict] = frozenset()


@dataclass(frozen=True, slots=True, repr=False)
class Part:
    """One part of an address in plain capitals: as written, and without the word of its level.

    `keys` are both without spaces, the more telling first.
    """

    raw: str
    name: str
    level: int
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Found:
    """What the parts of an address name.

    `communes` are all of today's communes that it can lie in, `likely` those of the commune it
    names (empty where only a district is told), `province` that of today, `districts` the old ones
    named; `place` is what stands before them, `units` their names, that of the province in full.
    """

    communes: Codes
    likely: Codes
    province: str | None
    districts: frozenset[OldDistrict]
    place: tuple[str, ...]
    units: tuple[str, ...]


def part(raw: str, name: str, level: int = NO_LEVEL) -> Part:
    """A part; the word of a level may belong to the name (Tịnh Biên, Phương Mai)."""
    keys = (squashed(name),) if level == NO_LEVEL else (squashed(raw), squashed(name))
    return Part(raw, name, level, keys)


def locate(parts: Sequence[Part], *, near: bool = False) -> Found:
    """What the parts name, smallest first; `near` also reads misspelt names."""
    for named, written, rest in _provinces(parts, near=near):
        found = _in_province(SOURCES[named], rest, (written,), near=near) if rest else None
        if found is not None:
            return found
        elsewhere = _anywhere(parts)  # the last may be a district of that name
        if elsewhere.likely:
            return elsewhere
        if not near:
            names = _names(rest)
            return Found(NONE, NONE, TODAY[named], _NO_DISTRICT, names[:1], (*names[1:], written))
    found = _anywhere(parts)
    if near and not found.likely and len(parts) > 2:  # what stands last may be no unit at all
        found = _anywhere(parts[:-1])
    return found


def _names(parts: Sequence[Part]) -> tuple[str, ...]:
    return tuple([part.name for part in parts])


def _provinces(parts: Sequence[Part], *, near: bool) -> Iterator[tuple[str, str, Sequence[Part]]]:
    """The province, of its own part or at the end of the last; its writing; the parts before."""
    last = parts[-1]
    named = PROVINCES.get(last.keys[0]) or PROVINCES.get(last.keys[-1])
    if named is not None:
        a_district = last.level == CITY and named not in _CENTRAL
        said_so = last.keys[0] in PROVINCES or last.level not in (COMMUNE, DISTRICT)
        if said_so and not (a_district and last.keys[-1] in table().holding):
            yield named, named, parts[:-1]
        return
    words = last.name.split()
    most = min(4, len(words) - 1) if len(parts) > 1 or len(words) > 4 else 0
    for length in range(most, 0, -1):
        named = PROVINCES.get("".join(words[-length:]))
        if named is not None:
            before = " ".join(words[:-length])
            stray = near and _is_level_word(before.replace(" ", ""))
            yield named, named, parts[:-1] if stray else [*parts[:-1], part(before, before)]
            return
    if near and len(parts) > 1 and last.level in (NO_LEVEL, CITY, PROVINCE):
        for key in _nearest(last, PROVINCES):
            yield PROVINCES[key], last.name, parts[:-1]


def _in_province(
    olds: Sequence[str], rest: Sequence[Part], tail: tuple[str, ...], *, near: bool
) -> Found | None:
    """What the parts before a province name in it.

    `olds` are the province and those before it; `tail` is its name, the last of the units.
    """
    return (
        _by_district(olds, rest, tail, near=near)
        or _by_commune(olds, rest, tail, near=near)
        or _district_alone(olds, rest, tail, near=near)
    )


def _by_district(
    olds: Iterable[str], rest: Sequence[Part], tail: tuple[str, ...], *, near: bool
) -> Found | None:
    """A commune before 2025 with its district."""
    if len(rest) < 2 or rest[-1].level == COMMUNE:
        return None
    found = _communes_in(olds, rest[-1], rest[-2], near=near)
    if not found and len(rest[-1].keys) > 1:  # Huyện Kỳ Anh, before Thị xã Kỳ Anh was cut out of it
        last = replace(rest[-1], keys=rest[-1].keys[1:])
        found = _communes_in(olds, last, rest[-2], near=near)
    if not found:
        return None
    codes, district = found[0] if len(found) == 1 else _together(found)
    names = _names(rest)
    units = names[-2:] + tail
    return Found(codes, codes, district.province, district.old, names[:-2], units)


def _communes_in(
    olds: Iterable[str], district: Part, commune: Part, *, near: bool
) -> list[tuple[Codes, District]]:
    return [
        (codes, held)
        for held in _districts(olds, district, near=near)
        for codes in _matching(commune, held.communes, near=near)
    ]


def _together(found: Sequence[tuple[Codes, District]]) -> tuple[Codes, District]:
    """One set of all, under the districts of all."""
    codes = NONE.union(*(codes for codes, _ in found))
    old = _NO_DISTRICT.union(*(district.old for _, district in found))
    return codes, District(old, found[0][1].province)


def _by_commune(
    olds: Sequence[str], rest: Sequence[Part], tail: tuple[str, ...], *, near: bool
) -> Found | None:
    """A commune of today, or one before whose district was left out.

    Many communes of today bear the name of an old district: without a word of level both can be
    meant.
    """
    last, known = rest[-1], table()
    if last.level in (DISTRICT, CITY) or (near and _HAMLET.match(last.raw)):
        return None
    today = NONE.union(*_matching(last, known.today[TODAY[olds[0]]], near=near))
    loose = (_matching(last, known.undistricted[old], near=False) for old in olds)
    before = NONE.union(*(codes for found in loose for codes in found))
    if not today | before:
        return None
    communes = today | before
    if last.level == NO_LEVEL:
        communes = communes.union(*(d.codes for d in _districts(olds, last, near=False)))
    names = _names(rest)
    province, units = TODAY[olds[0]], names[-1:] + tail
    return Found(communes, today or before, province, _NO_DISTRICT, names[:-1], units)


def _district_alone(
    olds: Iterable[str], rest: Sequence[Part], tail: tuple[str, ...], *, near: bool
) -> Found | None:
    """A district whose commune was left out or is not known."""
    found = [(frozenset(d.codes), d) for d in _districts(olds, rest[-1], near=near)]
    if not found:
        return None
    codes, district = _together(found)
    at = -2 if len(rest) > 2 or (len(rest) == 2 and rest[-2].level == COMMUNE) else -1
    names = _names(rest)
    return Found(codes, NONE, district.province, district.old, names[:at], names[at:] + tail)


def _anywhere(parts: Sequence[Part]) -> Found:
    """An address without its province; a bare name, which can be of any level, is undecidable."""
    last, known = parts[-1], table()
    olds = [old for held in _matching(last, known.holding, near=False) for old in held]
    found = _by_district(olds, parts, (), near=False) if olds else None
    if found is None and last.level in (DISTRICT, CITY):
        found = _district_alone(olds, parts, (), near=False)
    names = _names(parts)
    if found is None and last.level == COMMUNE:
        codes = NONE.union(*_matching(last, known.anywhere, near=False))
        if len(codes) == 1:  # no other commune before or after 2025 bears this name
            found = Found(codes, codes, None, _NO_DISTRICT, names[:-1], names[-1:])
    if found is None:
        return Found(NONE, NONE, None, _NO_DISTRICT, names[:1], names[1:])
    provinces = {known.province_of[code] for code in found.communes}
    return replace(found, province=provinces.pop() if len(provinces) == 1 else None)


def _districts(olds: Iterable[str], part: Part, *, near: bool) -> list[District]:
    districts = table().districts
    return [found for old in olds for found in _matching(part, districts[old], near=near)]


def _matching(part: Part, choices: Mapping[str, T], *, near: bool) -> Sequence[T]:
    """Those among the choices that a part can name."""
    for key in part.keys:
        if key in choices:
            return (choices[key],)
    return [choices[key] for key in _nearest(part, choices)] if near else ()


def _nearest(part: Part, choices: Mapping[str, object]) -> Sequence[str]:
    """The names nearest to a misspelt one; numbers are never misspelt into one another."""
    for key in _spellings(part):
        if key in choices:
            return (key,)
        if len(key) < 5:
            continue
        close = process.extract(
            key,
            list(choices),
            scorer=OSA.distance,
            score_cutoff=1 if len(key) < 9 else 2,
            limit=None,
        )
        numbers = _DIGITS.findall(key)
        close = [hit for hit in close if _DIGITS.findall(hit[0]) == numbers]
        if close:
            return [name for name, distance, _ in close if distance == close[0][1]]
    return ()


def _spellings(part: Part) -> Iterator[str]:
    """The name, and the name without a word before it that looks like a misspelt level."""
    yield part.keys[-1]
    words = part.raw.split()
    for length in (1, 2):
        if len(words) > length and _is_level_word("".join(words[:length])):
            yield squashed("".join(words[length:]))


def _is_level_word(word: str) -> bool:
    return any(
        OSA.distance(word, level, score_cutoff=2) <= len(level) // 4 for level in _LEVEL_WORDS
    )


_OF_WARDS = frozenset(["PHUONG", "XA", "P", "X", "F"])
_OF_DISTRICTS = frozenset(["QUAN", "Q"])
_LEVELS_APART = _OF_WARDS | _OF_DISTRICTS | {"HUYEN", "TINH", "TP", "TX", "TT", "H", "T"}
_LEVELS_OF_TWO = frozenset(["THANH PHO", "THI XA", "THI TRAN", "DAC KHU"])


def locate_words(words: Sequence[str]) -> Found | None:
    """The same for an address without commas, by its last words; None where nothing is found."""
    for length in range(min(5, len(words) - 1), 0, -1):
        named = PROVINCES.get("".join(words[-length:]))
        if named is not None:
            for rest in (words[:-length], _without_level(words[:-length])):
                parts = _split_by_district(named, rest) or _split_by_commune(named, rest)
                if parts:
                    return locate([*parts, _said(named)])
            return None
    return None


def _split_by_district(named: str, words: Sequence[str]) -> list[Part]:
    """Place, commune and district out of the words before a province; empty where not found."""
    for old in SOURCES[named]:
        for name, before in _tails(words, _OF_DISTRICTS):
            district = table().districts[old].get(squashed(name))
            for commune, place in _tails(before, _OF_WARDS) if district else ():
                if district and squashed(commune) in district.communes:
                    return [_said(" ".join(place)), _said(commune), _said(name)]
    return []


def _split_by_commune(named: str, words: Sequence[str]) -> list[Part]:
    """Place and commune, likewise."""
    for old in SOURCES[named]:
        for choices in (table().today[TODAY[named]], table().undistricted[old]):
            for commune, place in _tails(words, _OF_WARDS):
                if squashed(commune) in choices:
                    return [_said(" ".join(place)), _said(commune)]
    return []


def _said(name: str) -> Part:
    return part(name, name)


def _tails(words: Sequence[str], of_numbers: frozenset[str]) -> Iterator[tuple[str, Sequence[str]]]:
    """The last words as a name, longest first, and the words before that of its level.

    A number alone is a name only after the word for such units.
    """
    for at in range(max(0, len(words) - 6), len(words)):
        name, before = " ".join(words[at:]), words[:at]
        if not name.isdigit() or (before and before[-1] in of_numbers):
            yield name, _without_level(before)


def _without_level(words: Sequence[str]) -> Sequence[str]:
    if words and words[-1] in _LEVELS_APART:
        return words[:-1]
    return words[:-2] if " ".join(words[-2:]) in _LEVELS_OF_TWO else words

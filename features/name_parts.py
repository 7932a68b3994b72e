"""Two names word by word: what is left out, added, moved, shortened or written otherwise.

Words are told by their plain letters, y taken as i. Marks that contradict the register are a slip
of their own: a missing middle name beside another tone is two.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from rapidfuzz.distance import OSA

from features.name_word import Word, is_initial, marks, misread, other_word
from features.syllable import is_plain_syllable

Words = Sequence[Word]
Pairs = Sequence[tuple[Word, Word]]

_NO_SLIP = ("", "diacritics_missing")
_SLIPS = frozenset(["one_letter", "slip_to_word", "by_ear"])
_LEFT_OUT = {"missing", "d_stroke"}
_ONE_MARK = {
    "missing": "some_diacritics_missing",
    "other": "other_diacritics",
    "d_stroke": "d_stroke",
    "by_ear": "by_ear",
    "i_y": "i_y",
}

_REGIONAL = ({"HUINH", "HOANG"}, {"VO", "VU"})
"""Two forms of one family name of once, legally different now; y as i."""

_AFTER_H = re.compile("H[^AEIOU]")
_HONORIFICS = frozenset(
    [("ba", "f"), *((word, "") for word in ("ông", "ong", "ba", "mr", "mrs", "ms", "miss"))]
)


def by_words(typed: Words, full: Words, *, marked: bool) -> str:
    """The code of what differs between two names that have other letters, y taken as i.

    Args:
        typed: the words as typed.
        full: the words as registered.
        marked: whether the typed name, all of it, has any mark.
    """
    for code, align in _RULES:
        pairs = align(typed, full)
        if pairs is not None:
            slip = mark_slip(pairs, marked=marked)
            if code == "i_y":
                return slip
            return code if slip in _NO_SLIP else "two_slips"
    return _by_letters(typed, full, marked=marked)


def mark_slip(pairs: Pairs, *, marked: bool) -> str:
    """What differs in the marks of words that are the same without them; empty for nothing.

    Args:
        pairs: words as typed and as registered.
        marked: whether the typed name, all of it, has any mark.
    """
    seen = {slip for typed, full in pairs for slip in marks(typed, full)}
    if not marked:
        return "i_y" if "i_y" in seen else "diacritics_missing" if seen else ""
    if len(seen) == 1:
        return _ONE_MARK[seen.pop()]
    if "i_y" in seen:
        return "two_slips"
    return (
        "" if not seen else "some_diacritics_missing" if seen <= _LEFT_OUT else "other_diacritics"
    )


def _by_letters(typed: Words, full: Words, *, marked: bool) -> str:
    """What differs where one word at least is written otherwise."""
    if min(len(_letters(typed)), len(_letters(full))) < 4:
        return "different_name"  # too short to be known by the rest
    if len(typed) == len(full):
        same, other = _parted(typed, full)
        if len(other) == 1:
            return _one_other(same, other, marked=marked)
    elif OSA.distance(_letters(typed), _letters(full), score_cutoff=1) <= 1:
        return "one_letter"
    for same, other in (*_in_place(typed, full), *_elsewhere(typed, full)):
        codes = {other_word(*pair, marked=marked) for pair in other}
        slips = _SLIPS if len(other) < 2 else {"one_letter"}
        if codes <= slips and mark_slip(same, marked=marked) in _NO_SLIP:
            return "two_slips"
    return _by_what_is_called(typed, full, marked=marked)


def _by_what_is_called(typed: Words, full: Words, *, marked: bool) -> str:
    """`other_parts` where what a person goes by agrees: family and given name, or Y Moan, H'Hen."""
    if min(len(typed), len(full)) < 2:
        return "different_name"
    ends = [(typed[0], full[0]), (typed[-1], full[-1])]
    agree = all(one.key == other.key for one, other in ends)
    if agree and mark_slip(ends, marked=marked) in _NO_SLIP:
        return "other_parts"
    return "other_parts" if _personal(typed) & _personal(full) else "different_name"


def _personal(words: Words) -> set[tuple[str, ...]]:
    """Personal names by their prefix, wherever they stand: (Y, Moan), (H'Hen,)."""
    after_y = {(a.key, b.key) for a, b in pairwise(words) if a.key == "I"}
    return after_y | {(word.key,) for word in words if _AFTER_H.match(word.key)}


def _letters(words: Words) -> str:
    return "".join(word.key for word in words)


def _one_other(same: Pairs, other: Pairs, *, marked: bool) -> str:
    """The difference of one word, where the marks of all others agree."""
    code = other_word(*other[0], marked=marked)
    if mark_slip(same, marked=marked) in _NO_SLIP and (same or code != "one_word"):
        return code
    return "two_slips" if same and code in _SLIPS else "different_name"


def _parted(typed: Words, full: Words) -> tuple[Pairs, Pairs]:
    """The words in their places: those of the same plain letters, and the others."""
    pairs = list(zip(typed, full, strict=True))
    same = [pair for pair in pairs if pair[0].key == pair[1].key]
    return same, [pair for pair in pairs if pair[0].key != pair[1].key]


def _in_place(typed: Words, full: Words) -> Iterator[tuple[Pairs, Pairs]]:
    """Two words written otherwise, or one beside a middle name left out or added."""
    if len(typed) == len(full):
        same, other = _parted(typed, full)
        if len(other) == 2:
            yield same, other
    for i in range(1, max(len(typed), len(full)) - 1):
        one, two = [*typed], [*full]
        del (one if len(one) > len(two) else two)[i]
        if len(one) == len(two):
            same, other = _parted(one, two)
            if len(other) == 1:
                yield same, other


def _elsewhere(typed: Words, full: Words) -> Iterator[tuple[Pairs, Pairs]]:
    """Another order beside a word written otherwise, or beside middle names left out or added."""
    same, wrong, right = [], [], list(full)
    for word in typed:
        known = next((other for other in right if other.key == word.key), None)
        if known is None:
            wrong.append(word)
        else:
            right.remove(known)
            same.append((word, known))
    if len(wrong) == len(right) == 1:
        yield same, [(wrong[0], right[0])]
    middle = (wrong or right) if len(typed) != len(full) and not (wrong and right) else []
    longer = typed if wrong else full
    if middle and len(same) > 1 and not {longer[0], longer[-1]} & set(middle):
        yield same, []


def _i_y(typed: Words, full: Words) -> Pairs | None:
    keys = [[word.key for word in words] for words in (typed, full)]
    return list(zip(typed, full, strict=True)) if keys[0] == keys[1] else None


def _word_order(typed: Words, full: Words) -> Pairs | None:
    return _i_y(sorted(typed), sorted(full))


def _regional_family(typed: Words, full: Words) -> Pairs | None:
    families = {typed[0].key, full[0].key}
    return _i_y(typed[1:], full[1:]) if families in _REGIONAL else None


def _missing_middle(typed: Words, full: Words) -> Pairs | None:
    """All words typed stand in the registered name in their order, with its first and its last."""
    if not 2 <= len(typed) < len(full) or typed[0].key != full[0].key:
        return None
    pairs, rest = [], iter(full[:-1])
    for word in typed[:-1]:
        same = next((other for other in rest if other.key == word.key), None)
        if same is None:
            return None
        pairs.append((word, same))
    return [*pairs, (typed[-1], full[-1])] if typed[-1].key == full[-1].key else None


def _extra_middle(typed: Words, full: Words) -> Pairs | None:
    pairs = _missing_middle(full, typed)
    return None if pairs is None else [(word, other) for other, word in pairs]


def _part_of_name(typed: Words, full: Words) -> Pairs | None:
    """One of the names is the other without its family name, its clan's name or its far end."""
    size = min(len(typed), len(full))
    if size < 2:
        return None
    begins_alike = typed[0].key == "I" or size >= 4  # Y Moan Êñuôl: the clan's name is the last
    return _i_y(typed[-size:], full[-size:]) or (
        _i_y(typed[:size], full[:size]) if begins_alike else None
    )


def _honorific(typed: Words, full: Words) -> Pairs | None:
    start = next((i for i, word in enumerate(typed) if not _is_honorific(word)), 0)
    return _i_y(typed[start:], full) if start and len(full) > 1 else None


def _is_honorific(word: Word) -> bool:
    return (word.letters, word.tone) in _HONORIFICS


def _initials(typed: Words, full: Words) -> Pairs | None:
    """Every shortened word begins the registered one, and the given name is whole."""
    first = typed[0].key
    if 1 < len(first) == len(full) - len(typed) + 1 and not is_plain_syllable(first):  # NV An
        typed = [*(Word(letter, letter.lower(), "") for letter in first), *typed[1:]]
    if len(typed) != len(full) or typed[-1].key != full[-1].key:
        return None
    cut = [pair for pair in zip(typed, full, strict=True) if pair[0].key != pair[1].key]
    lost = len(_letters(full)) - len(_letters(typed))
    if lost < 2 or not all(is_initial(word.key, other.key) for word, other in cut):
        return None  # a single letter is rather lost than left out
    return [pair for pair in zip(typed, full, strict=True) if pair[0].key == pair[1].key]


def _misread(typed: Words, full: Words) -> Pairs | None:
    if len(typed) != len(full):
        return None
    pairs = list(zip(typed, full, strict=True))
    if not all(misread(word, other) for word, other in pairs):
        return None
    return [pair for pair in pairs if pair[0].key == pair[1].key]


_RULES: tuple[tuple[str, Callable[[Words, Words], Pairs | None]], ...] = (
    ("i_y", _i_y),
    ("word_order", _word_order),
    ("regional_family", _regional_family),
    ("honorific", _honorific),
    ("missing_middle", _missing_middle),
    ("extra_middle", _extra_middle),
    ("part_of_name", _part_of_name),
    ("misread_letters", _misread),
    ("initials", _initials),
)

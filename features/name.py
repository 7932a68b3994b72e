"""A person's name: its comparable forms, and what differs between two of them.

Names are compared from strict to loose: letter by letter, then without regard to case and
spacing, then by letters and tone wherever the tone mark stands, then without marks, then by
syllables. The first level at which they agree names the difference.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from features.legacy_text import repair, telex
from features.syllable import letters_and_tone, without_marks

_LOOK_ALIKES = str.maketrans("ðÐƉɖ’ʼ`´‘", "đĐĐđ'''''")
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_SEPARATORS = re.compile(r"[\s.,;:<>_/\\|~*\-–]+")
_LOST = re.compile("[?\ufffd]+")
_NOT_LETTERS = re.compile(r"[^\w ]|_")

_REGIONAL = {"HUYNH": "HOANG", "VO": "VU"}
"""Southern forms of two family names: the same name once, legally different now."""


@dataclass(frozen=True, slots=True, repr=False)
class Forms:
    """One name at every level of comparison; personal, so without a telling `repr`."""

    text: str
    folded: str
    toned: tuple[tuple[str, str], ...]
    plain: tuple[str, ...]

    @property
    def joined(self) -> str:
        """All plain syllables without a space."""
        return "".join(self.plain)


def stripped(text: str) -> str:
    """The name repaired, upper case, without marks, single spaces: NGUYEN VAN AN."""
    return " ".join(forms(repaired(text)).plain)


def family(text: str) -> str:
    """The stripped family name, the first syllable; empty for an unreadable name."""
    plain = forms(repaired(text)).plain
    return plain[0] if plain else ""


def repaired(text: str) -> str:
    """The name as it was meant, where a keyboard or an old font left it raw."""
    return repair(text).text


@lru_cache(maxsize=65536)
def forms(text: str) -> Forms:
    """The comparable forms of a name as it stands, unrepaired."""
    nfc = unicodedata.normalize("NFC", text).translate(_LOOK_ALIKES)
    words = _SEPARATORS.sub(" ", _INVISIBLE.sub("", nfc)).strip()
    folded = words.lower()
    bare = _NOT_LETTERS.sub("", folded)
    return Forms(
        text=nfc,
        folded=folded,
        toned=tuple(letters_and_tone(word) for word in bare.split()),
        plain=tuple(_NOT_LETTERS.sub("", without_marks(bare)).upper().split()),
    )


def compare(typed: str, registered: str) -> str:
    """The code of the difference between a name as typed and as registered, `same` for none."""
    if typed == registered:
        return "same"
    return _compare(typed, registered)


@lru_cache(maxsize=16384)
def _compare(typed: str, registered: str) -> str:
    ours, theirs = forms(typed), forms(registered)
    code = _by_levels(ours, theirs)
    if code in _LIKE_SAME:
        return code
    return _after_repair(typed, theirs) or code


def _after_repair(typed: str, theirs: Forms) -> str | None:
    """What was wrong with the typing, where the repaired text is the registered name."""
    fixed = repair(typed)
    if fixed.difference is not None and _by_levels(forms(fixed.text), theirs) in _LIKE_SAME:
        return fixed.difference
    if _by_levels(forms(telex(typed)), theirs) in _LETTER_FOR_LETTER:
        return "telex"
    return "legacy_encoding" if _with_losses(typed, theirs) else None


def _with_losses(typed: str, theirs: Forms) -> bool:
    """Whether the name is the registered one with letters turned to question marks on the way."""
    if not _LOST.search(typed):
        return False
    pattern = _LOST.sub(".{1,3}", re.sub(r"([^\w\s?\ufffd])", r"\\\1", typed.strip().lower()))
    return re.fullmatch(pattern, theirs.folded) is not None


def _by_levels(ours: Forms, theirs: Forms) -> str:
    if ours.text == theirs.text:
        return "same"
    if ours.folded == theirs.folded:
        return "case_or_spacing"
    if ours.toned == theirs.toned:
        return "tone_placement" if ours.joined else "different_name"
    if ours.plain == theirs.plain:
        return _marks(ours, theirs)
    if ours.joined == theirs.joined:
        return "case_or_spacing"
    return _by_syllables(ours.plain, theirs.plain)


def _marks(ours: Forms, theirs: Forms) -> str:
    """Same plain letters: either marks were left out, or other marks were put."""
    for (letters, tone), (full_letters, full_tone) in zip(ours.toned, theirs.toned, strict=False):
        if tone not in ("", full_tone):
            return "other_diacritics"
        for char, full in zip(letters, full_letters, strict=False):
            if char != full and without_marks(full) != char:
                return "other_diacritics"
    return "diacritics_missing"


def _by_syllables(ours: tuple[str, ...], theirs: tuple[str, ...]) -> str:
    if not ours or not theirs:
        return "different_name"
    for code, agrees in _SYLLABLE_RULES:
        if agrees(ours, theirs):
            return code
    return "different_name"


def _i_for_y(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word.replace("Y", "I") for word in words)


def _i_y(ours: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    return _i_for_y(ours) == _i_for_y(theirs)


def _word_order(ours: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    return sorted(_i_for_y(ours)) == sorted(_i_for_y(theirs))


def _regional_family(ours: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    ours_family, theirs_family = (_REGIONAL.get(w[0], w[0]) for w in (ours, theirs))
    return ours_family == theirs_family and ours[0] != theirs[0] and ours[1:] == theirs[1:]


def _missing_middle(ours: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    """All of ours stand in theirs in their order, with the first and the last name."""
    if not 2 <= len(ours) < len(theirs) or (ours[0], ours[-1]) != (theirs[0], theirs[-1]):
        return False
    rest = iter(theirs)
    return all(word in rest for word in ours)


def _extra_middle(ours: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    return _missing_middle(theirs, ours)


def _initials(ours: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    """Every shortened word begins the registered one, and the given name is whole."""
    if len(ours) != len(theirs) or len(ours) < 2 or ours[-1] != theirs[-1]:
        return False
    return all(
        t.startswith(o) and (o == t or len(o) <= 2) for o, t in zip(ours, theirs, strict=True)
    )


def _one_letter(ours: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    """One letter more, less, other or swapped, in a name long enough to be known by the rest."""
    typed, registered = "".join(ours), "".join(theirs)
    if min(len(typed), len(registered)) < 4:
        return False
    return OSA.distance(typed, registered, score_cutoff=1) <= 1


def _one_letter_and_order(ours: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    return len(ours) == len(theirs) > 1 and _one_letter(tuple(sorted(ours)), tuple(sorted(theirs)))


def _one_letter_and_middle(ours: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    """A middle name left out or added, and one letter of the rest wrong."""
    short, long = sorted((ours, theirs), key=len)
    if len(short) < 2 or len(long) != len(short) + 1:
        return False
    return any(_one_letter(short, long[:i] + long[i + 1 :]) for i in range(1, len(long) - 1))


Rule = Callable[[tuple[str, ...], tuple[str, ...]], bool]

_SYLLABLE_RULES: tuple[tuple[str, Rule], ...] = (
    ("i_y", _i_y),
    ("word_order", _word_order),
    ("regional_family", _regional_family),
    ("missing_middle", _missing_middle),
    ("extra_middle", _extra_middle),
    ("one_letter", _one_letter),
    ("initials", _initials),
    ("two_slips", _one_letter_and_order),
    ("two_slips", _one_letter_and_middle),
)

_LETTER_FOR_LETTER = frozenset(["same", "case_or_spacing", "tone_placement", "i_y"])
_LIKE_SAME = _LETTER_FOR_LETTER | {"diacritics_missing", "other_diacritics"}

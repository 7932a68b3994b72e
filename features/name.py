"""A person's name: its comparable forms, and what differs between two of them.

Names are compared from strict to loose: letter by letter, then without regard to case and
spacing, then by letters and tone wherever the tone mark stands, then without marks, then word by
word. The first level at which they agree names the difference; where a typed name could have been
left raw by a keyboard or an old font, the mildest difference of all its readings does.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from features.legacy_text import keyed, may_be_keys, readings, repair
from features.name_parts import by_words, mark_slip
from features.name_word import Word
from features.syllable import is_plain_syllable, is_syllable, without_marks, words_with_tones

_LOOK_ALIKES = str.maketrans("ðÐƉɖ₫ɗƊ’‘ʼ`´′＇ʹˈ", "đĐĐđđđĐ'''''''''")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]")
_SEPARATORS = re.compile(r"[\s.,;:<>_/\\|~*\-‐-―]+")
_LOST = re.compile("[?\ufffd]+|[^?\ufffd]+")
_LATE_ROOF = re.compile("([\u0300\u0301\u0303\u0309]?)([\u0302\u0306])")
_NOT_LETTERS = re.compile(r"[^\w ]|_")
_LONGEST = 300
"""No name is longer; what is gets no cache, and no comparison of its words."""


@dataclass(frozen=True, slots=True, repr=False)
class Forms:
    """One name at every level of comparison; personal, so without a telling `repr`."""

    text: str
    folded: str
    bare: str
    toned: tuple[tuple[str, str], ...]
    plain: tuple[str, ...]

    @property
    def joined(self) -> str:
        """All plain syllables without a space."""
        return "".join(self.plain)

    @property
    def marked(self) -> bool:
        """Whether any letter bears a mark."""
        return not self.bare.isascii()

    def words(self) -> list[Word]:
        """Each word by its plain letters, y as i, with its letters and tone."""
        toned = zip(self.plain, self.toned, strict=True)
        return [Word(plain.replace("Y", "I"), *letters) for plain, letters in toned]


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


def forms(text: str) -> Forms:
    """The comparable forms of a name as it stands, unrepaired."""
    return _forms(text) if len(text) <= _LONGEST else _forms.__wrapped__(text)


@lru_cache(maxsize=65536)
def _forms(text: str) -> Forms:
    nfc = _composed(text).translate(_LOOK_ALIKES)
    folded = _SEPARATORS.sub(" ", _INVISIBLE.sub("", nfc)).strip().lower()
    bare = " ".join(_NOT_LETTERS.sub("", folded).split())
    plain = without_marks(bare).upper().split()
    return Forms(nfc, folded, bare, words_with_tones(bare), tuple(plain))


def _composed(text: str) -> str:
    """The text in NFC, also where a tone was typed before the roof or breve under it."""
    nfc = unicodedata.normalize("NFC", text)
    if _LATE_ROOF.search(nfc) is None:
        return nfc
    return unicodedata.normalize("NFC", _LATE_ROOF.sub(r"\2\1", unicodedata.normalize("NFD", nfc)))


def compare(typed: str, registered: str) -> str:
    """The code of the difference between a name as typed and as registered, `same` for none."""
    if typed == registered:
        return "same"
    if max(len(typed), len(registered)) > _LONGEST:
        return _by_levels(forms(typed), forms(registered))
    return _compare(typed, registered)


@lru_cache(maxsize=16384)
def _compare(typed: str, registered: str) -> str:
    ours, theirs = forms(typed), forms(registered)
    code = _by_levels(ours, theirs)
    if code in _AS_REGISTERED or not theirs.plain:
        return code
    for other in _by_readings(typed, ours, theirs):
        code = min(code, other, key=_RANK.__getitem__)
        if code in _READ:
            break
    return code


def _by_readings(typed: str, ours: Forms, theirs: Forms) -> Iterator[str]:
    """What differs where the typed name is read as raw keystrokes, old font or damaged text."""
    fixed = repair(typed)
    if fixed.difference is not None:
        code = _by_levels(forms(fixed.text), theirs)
        yield fixed.difference if code in _AS_REGISTERED else code
    if _with_losses(typed, theirs) or _without_foreign_letters(ours, theirs):
        yield "legacy_encoding"
    for damage, text in readings(typed):
        read = forms(text)
        if _by_levels(read, theirs) in _AS_REGISTERED and _is_damaged(ours, read):
            yield damage
        elif _with_losses(text, theirs):
            yield "legacy_encoding"
    yield _keyed_words(ours, theirs)


def _is_damaged(typed: Forms, read: Forms) -> bool:
    """Whether the typed name can hardly be meant as it stands; one other word could be."""
    if not all(is_syllable(letters) for letters, _ in typed.toned):
        return True
    return len(set(read.toned) - set(typed.toned)) > 1


def _keyed_words(ours: Forms, theirs: Forms) -> str:
    """`telex` or `vni_keys` where each word that differs is the keystrokes of the registered."""
    if len(ours.plain) != len(theirs.plain) or not may_be_keys(ours.bare):
        return "different_name"
    codes = {
        keyed(word, meant)
        for word, meant in zip(ours.bare.split(), theirs.bare.split(), strict=True)
        if word != meant
    }
    if None in codes:
        return "different_name"
    return "vni_keys" if "vni_keys" in codes else "telex"


def _with_losses(typed: str, theirs: Forms) -> bool:
    """Whether this is the registered name with letters turned to question marks on the way.

    Not more letters than question marks are lost, and fewer than half of all.
    """
    lost = typed.count("?") + typed.count("\ufffd")
    if not 0 < 2 * lost <= len(typed):
        return False
    text = _SEPARATORS.sub(" ", typed).strip().lower()
    return any(_fits(text, unicodedata.normalize(form, theirs.folded)) for form in ("NFC", "NFD"))


def _fits(text: str, full: str) -> bool:
    ends = {0}
    for part in _LOST.findall(text):
        if part[0] in "?\ufffd":
            ends = {at + n for at in ends for n in range(1, len(part) + 1) if at + n <= len(full)}
        else:
            ends = {at + len(part) for at in ends if full.startswith(part, at)}
    return len(full) in ends


def _without_foreign_letters(ours: Forms, theirs: Forms) -> bool:
    """Whether only the letters of ASCII came through, two or more others being dropped."""
    left = "".join(c for c in theirs.bare if c.isascii())
    return (
        len(left) <= len(theirs.bare) - 2
        and ours.bare == " ".join(left.split())
        and not all(is_plain_syllable(word) for word in ours.plain)
    )


def _by_levels(ours: Forms, theirs: Forms) -> str:
    if ours.text == theirs.text:
        return "same"
    if not ours.plain or not theirs.plain:
        return "different_name"
    if ours.bare == theirs.bare:
        return "case_or_spacing"
    if ours.plain == theirs.plain:
        pairs = list(zip(ours.words(), theirs.words(), strict=True))
        return mark_slip(pairs, marked=ours.marked) or "tone_placement"
    return _by_letters(ours, theirs)


def _by_letters(ours: Forms, theirs: Forms) -> str:
    if max(len(ours.bare), len(theirs.bare)) > _LONGEST:
        return "different_name"
    if ours.joined == theirs.joined:
        return _respaced(ours, theirs)
    return by_words(ours.words(), theirs.words(), marked=ours.marked)


def _respaced(ours: Forms, theirs: Forms) -> str:
    """The same letters, parted otherwise; where all parts are words, it may be another name."""
    is_word = is_syllable if ours.marked else is_plain_syllable
    steady = all(word[1:] in (word[1:].lower(), word[1:].upper()) for word in ours.text.split())
    if steady and all(is_word(letters) for letters, _ in ours.toned):
        return "similar_word"
    whole = (_run_together(ours), _run_together(theirs))
    return mark_slip([whole], marked=ours.marked) or "case_or_spacing"


def _run_together(name: Forms) -> Word:
    letters, tones = zip(*name.toned, strict=True)
    return Word(name.joined, "".join(letters), "".join(tones))


_LEVELS_WRITTEN = """
    same case_or_spacing tone_placement diacritics_missing
    telex vni_keys legacy_encoding honorific
    d_stroke some_diacritics_missing i_y by_ear other_diacritics regional_family misread_letters
    word_order initials missing_middle extra_middle part_of_name one_letter slip_to_word
    two_slips similar_word one_word other_parts
    different_name
    """
LEVELS = tuple(_LEVELS_WRITTEN.split())
"""The codes of names, from alike to far apart: the first that fits is the difference."""
_RANK = {code: rank for rank, code in enumerate(LEVELS)}

_AS_REGISTERED = frozenset(LEVELS[:4])
_READ = frozenset(LEVELS[4:7])

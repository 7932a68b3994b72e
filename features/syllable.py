"""The Vietnamese syllable: its letters, its tone, and whether a string of letters is one at all.

A syllable is an initial consonant and a rhyme, with one of six tones. The tone mark may stand on
either vowel of an open `oa`, `oe`, `uy`, so two syllables are compared as letters plus tone.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import lru_cache

TONES = {"\u0300": "f", "\u0301": "s", "\u0303": "x", "\u0309": "r", "\u0323": "j"}
"""Combining tone marks, each with its Telex key."""

_TWO_CUSTOMS = frozenset(["oa", "oe", "uy"])
_MARK_OF_KEY = {key: mark for mark, key in TONES.items()}

_INITIALS_WRITTEN = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x"
_RHYMES_WRITTEN = """
    a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
    e ec em en eng eo ep et ê êch êm ên ênh êp êt êu
    i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu
    o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet
    oi om on ong oong ooc op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
    u ua uân uâng uât uây uc uê uêch uênh ui um un ung uôc uôi uôm uôn uông uôt up ut uơ
    uy uya uych uyên uyêt uynh uyt uyp uyu ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu
    ưt ưu y
    """
_INITIALS = frozenset(["", *_INITIALS_WRITTEN.split()])
RHYMES = frozenset(_RHYMES_WRITTEN.split())
"""Every vowel group with its ending consonant."""
_WHOLE = frozenset(["gi", "yêm", "yên", "yêng", "yêt", "yêu"])  # only as a whole word


class _Letters(dict[int, str]):
    """A table for `str.translate` that reads each letter once; rare ones are not kept."""

    def __init__(self, read: Callable[[str], str]) -> None:
        self._read = read
        super().__init__((code, read(chr(code))) for code in _LATIN)

    def __missing__(self, code: int) -> str:
        return self._read(chr(code))


_LATIN = (*range(0x20, 0x250), *range(0x300, 0x330), *range(0x1E00, 0x1F00))
_CROSSED = {"đ": "d", "Đ": "D", "ƀ": "b", "Ƀ": "B", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L"}
"""Letters whose mark is a part of them for Unicode."""


def _plain(char: str) -> str:
    base = "".join(c for c in unicodedata.normalize("NFD", char) if not unicodedata.combining(c))
    return _CROSSED.get(base, base)


def _toneless(char: str) -> str:
    kept = "".join(c for c in unicodedata.normalize("NFD", char) if c not in TONES)
    return unicodedata.normalize("NFC", kept)


def _tone(char: str) -> str:
    if char == " ":
        return char
    return "".join(TONES.get(c, "") for c in unicodedata.normalize("NFD", char))


_PLAIN, _TONELESS, _TONE = _Letters(_plain), _Letters(_toneless), _Letters(_tone)


def without_marks(text: str) -> str:
    """Letters without any mark, đ as d; case and everything else as it stands."""
    return text if text.isascii() else text.translate(_PLAIN)


_PLAIN_RHYMES = frozenset(without_marks(rhyme) for rhyme in RHYMES)
_PLAIN_INITIALS = frozenset(without_marks(initial) for initial in _INITIALS)
_PLAIN_WHOLE = frozenset(without_marks(whole) for whole in _WHOLE)


def letters_and_tone(syllable: str) -> tuple[str, str]:
    """The letters without tone (`ê`, `ơ`, `đ` stay) and the tone's Telex key ('' for level)."""
    if syllable.isascii():
        return syllable, ""
    letters = unicodedata.normalize("NFC", syllable.translate(_TONELESS))
    return letters, syllable.translate(_TONE)[-1:]


def words_with_tones(words: str) -> tuple[tuple[str, str], ...]:
    """Letters and tone of each word of a text in NFC with single spaces."""
    if words.isascii():
        return tuple((word, "") for word in words.split())
    letters, tones = words.translate(_TONELESS), words.translate(_TONE)
    return tuple(zip(letters.split(" "), tones.split(" "), strict=True))


@lru_cache(maxsize=16384)
def is_syllable(word: str) -> bool:
    """Whether a word, with its marks, can be Vietnamese."""
    letters, _ = letters_and_tone(word.lower())
    return letters in _WHOLE or _splits(letters, _INITIALS, RHYMES)


def is_plain_syllable(word: str) -> bool:
    """Whether a word without marks can be a Vietnamese syllable typed without them."""
    letters = word.lower()
    return letters in _PLAIN_WHOLE or _splits(letters, _PLAIN_INITIALS, _PLAIN_RHYMES)


def _splits(letters: str, initials: frozenset[str], rhymes: frozenset[str]) -> bool:
    if letters[:1] == "q" and letters[1:] in rhymes:  # quynh: q and uynh
        return True
    return any(
        letters[:i] in initials and letters[i:] in rhymes for i in range(min(4, len(letters)))
    )


def is_well_toned(word: str) -> bool:
    """Whether the tone mark, if any, stands on a vowel where one of the two customs puts it."""
    letters, tone = letters_and_tone(word)
    if not tone or with_tone(letters, tone) == word:
        return True
    if letters[-2:].lower() not in _TWO_CUSTOMS:
        return False
    return unicodedata.normalize("NFC", letters + _MARK_OF_KEY[tone]) == word


def with_tone(letters: str, key: str) -> str:
    """Puts the tone of a Telex key on the vowel that carries it, in the older placement (hòa)."""
    vowels = [i for i, c in enumerate(letters) if without_marks(c).lower() in "aeiouy"]
    if not key or not vowels:
        return letters
    if len(vowels) > 1 and letters[:2].lower() in {"qu", "gi"}:
        vowels = vowels[1:]
    marked = [i for i in vowels if not letters[i].isascii()]
    if marked:
        at = marked[-1]
    elif vowels[-1] == len(letters) - 1 and len(vowels) > 1:
        at = vowels[-2]
    else:
        at = vowels[min(len(vowels) - 1, 1)]
    toned = letters[: at + 1] + _MARK_OF_KEY[key] + letters[at + 1 :]
    return unicodedata.normalize("NFC", toned)

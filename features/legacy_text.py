"""Repairs Vietnamese text that a keyboard or an old font left raw: Telex, VNI, TCVN3, mojibake.

A repair is taken only where it turns what cannot be Vietnamese into what can be, and a healthy
name is never changed. The tables are those of the standards TCVN 5712 (TCVN3) and of the
VNI-Windows font family.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from features.syllable import is_plain_syllable, is_syllable, is_well_toned, with_tone

_HORN = {"o": "ơ", "u": "ư", "O": "Ơ", "U": "Ư"}
_ROOF = {"a": "â", "e": "ê", "o": "ô", "A": "Â", "E": "Ê", "O": "Ô"}
_BREVE = {"a": "ă", "A": "Ă"}
_STROKE = {"d": "đ", "D": "Đ"}
_VNI_TONES = {"1": "s", "2": "f", "3": "r", "4": "x", "5": "j"}

_TCVN3 = dict(
    zip(
        "µ¶·¸¹¨»¼½¾Æ©ÇÈÉÊËÌÎÏÐÑªÒÓÔÕÖ×ØÜÝÞßáâãä«åæçèé¬êëìíîïñòóô\u00adõö÷øùúûüýþ®¡¢£¤¥¦§",
        "àảãáạăằẳẵắặâầẩẫấậèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵđĂÂÊÔƠƯĐ",
        strict=True,
    )
)

_VNI_MARKS = {
    "a": dict(zip("ùøûõïêéèúüëâáàåãä", "áàảãạăắằẳẵặâấầẩẫậ", strict=True)),
    "e": dict(zip("ùøûõïâáàåãä", "éèẻẽẹêếềểễệ", strict=True)),
    "o": dict(zip("ùøûõïâáàåãä", "óòỏõọôốồổỗộ", strict=True)),
    "ô": dict(zip("ùøûõï", "ớờởỡợ", strict=True)),
    "u": dict(zip("ùøûõï", "úùủũụ", strict=True)),
    "ö": dict(zip("ùøûõï", "ứừửữự", strict=True)),
    "y": dict(zip("ùøûõ", "ýỳỷỹ", strict=True)),
}
_VNI_SINGLE = dict(zip("ñôöæóòî", "đơưỉĩịỵ", strict=True))
_VNI_PAIRS = {base + mark: out for base, row in _VNI_MARKS.items() for mark, out in row.items()}
_VNI_FONT = re.compile("|".join([*_VNI_PAIRS, *_VNI_SINGLE]), re.IGNORECASE)

_LONGEST_WORD = 24
"""No syllable with all its keys is longer; reading longer words would take quadratic time."""
_LATIN1_ONLY = re.compile("[\x00-\xff]*")
_WORD = re.compile(r"[^\W_]+")
_MOJIBAKE = re.compile("[ÂÃÄÅÆ][\x80-\xbf]|á[º»][\x80-\xbf]")


@dataclass(frozen=True, slots=True, repr=False)
class Repair:
    """The text after repair, and what was wrong: a difference code, None where healthy."""

    text: str
    difference: str | None


@lru_cache(maxsize=32768)
def repair(text: str) -> Repair:
    """Repairs one name or one part of an address, or returns it as it is."""
    if text.isascii():
        return _repair_keys(text)
    fixed = _from_mojibake(text)
    if fixed != text:
        return Repair(fixed, "legacy_encoding")
    fixed = _from_font(text)
    if fixed != text:
        return Repair(fixed, "legacy_encoding")
    if any(c.isdigit() for c in text):
        return _repair_keys(text)
    return Repair(text, None)


def telex(text: str) -> str:
    """Reads every word as Telex keystrokes, whatever it may be; for comparing with a known name."""
    return _WORD.sub(lambda match: telex_word(match.group()), text)


def _repair_keys(text: str) -> Repair:
    words = _WORD.findall(text)
    if any(c.isdigit() for c in text):
        return _by_words(text, words, _vni_key_word, "vni_keys")
    return (
        _by_words(text, words, telex_word, "telex") if _looks_telex(words) else Repair(text, None)
    )


def _by_words(text: str, words: list[str], read: Callable[[str], str], code: str) -> Repair:
    """Reads the words as keystrokes if all of them become syllables."""
    changed = [word for word in words if read(word) != word]
    if not changed or not all(is_syllable(read(word)) for word in changed):
        return Repair(text, None)
    return Repair(_WORD.sub(lambda match: read(match.group()), text), code)


def _looks_telex(words: list[str]) -> bool:
    """Whether at least two keystrokes can be nothing but Telex, and no word speaks against it.

    Doubled vowels alone (Lee, Soo) are no proof, nor is a single key (Max).
    """
    strokes = 0
    for word in words:
        if is_plain_syllable(word):
            continue
        read = telex_word(word)
        if read == word or not is_syllable(read):
            return False
        strokes += len(word) - len(read) + any(c in "fjwFJW" for c in word[1:])
    return strokes >= 2 and any(_has_telex_sign(word) for word in words)


def _has_telex_sign(word: str) -> bool:
    lower = word.lower()
    return lower.startswith("dd") or any(key in lower[1:] for key in "sfrxjw")


def telex_word(word: str) -> str:
    """One word as Telex keystrokes: doubled vowels, `w`, `dd`, and the tone keys s f r x j."""
    if len(word) > _LONGEST_WORD:
        return word
    letters: list[str] = []
    tone = ""
    for char in word:
        lower = char.lower()
        if lower in "sfrxj" and _has_vowel(letters):
            tone = lower
        elif not _apply_telex(letters, lower):
            letters.append(char)
    return with_tone("".join(letters), tone)


def _apply_telex(letters: list[str], lower: str) -> bool:
    if lower == "w":
        return _horn(letters) or _mark_last(letters, _BREVE, "a")
    if lower == "d" and letters and letters[0] in "dD":
        return _mark_last(letters, _STROKE, "d")
    if lower in "aeo":
        return _mark_last(letters, _ROOF, lower)
    return False


def _vni_key_word(word: str) -> str:
    """One word as VNI keystrokes: 6 roof, 7 horn, 8 breve, 9 stroke, 1 to 5 tones."""
    if len(word) > _LONGEST_WORD:
        return word
    letters: list[str] = []
    tone = ""
    for char in word:
        if char in _VNI_TONES and _has_vowel(letters):
            tone = _VNI_TONES[char]
        elif not _apply_vni(letters, char):
            letters.append(char)
    return with_tone("".join(letters), tone)


def _apply_vni(letters: list[str], char: str) -> bool:
    if char == "6":
        return any(_mark_last(letters, _ROOF, vowel) for vowel in "aeo")
    if char == "7":
        return _horn(letters)
    if char == "8":
        return _mark_last(letters, _BREVE, "a")
    return char == "9" and _mark_last(letters, _STROKE, "d")


def _has_vowel(letters: list[str]) -> bool:
    return any(c in "aeiouyAEIOUYâêôăơưÂÊÔĂƠƯ" for c in letters)


def _mark_last(letters: list[str], marks: dict[str, str], plain: str) -> bool:
    """Marks the last plain letter of this kind; False where there is none."""
    for i in range(len(letters) - 1, -1, -1):
        if letters[i].lower() == plain:
            letters[i] = marks[letters[i]]
            return True
    return False


def _horn(letters: list[str]) -> bool:
    """Puts the horn on `uo` as a pair, or on the last plain `o` or `u`."""
    for i in range(len(letters) - 1, -1, -1):
        if letters[i] in _HORN:
            if letters[i] in "oO" and i and letters[i - 1] in "uU":
                letters[i - 1] = _HORN[letters[i - 1]]
            letters[i] = _HORN[letters[i]]
            return True
    return False


def _from_mojibake(text: str) -> str:
    """Undoes UTF-8 that was read as Windows-1252."""
    as_bytes = "".join(_byte_of(c) for c in text)
    if not _MOJIBAKE.search(as_bytes):
        return text
    # A no-break space, the second half of à, is often turned into a space on the way.
    as_bytes = re.sub("Ã( |$)", "Ã\xa0\\1", as_bytes)
    try:
        return unicodedata.normalize("NFC", as_bytes.encode("latin-1").decode("utf-8"))
    except UnicodeError:
        return text


def _byte_of(char: str) -> str:
    try:
        return char.encode("cp1252").decode("latin-1")
    except UnicodeEncodeError:
        return char


def _from_font(text: str) -> str:
    """Undoes TCVN3 or VNI-Windows, whichever makes syllables of what were none."""
    nfc = unicodedata.normalize("NFC", text)
    if not _LATIN1_ONLY.fullmatch(nfc):
        return text
    best, best_score = text, _score(nfc)
    for candidate in (_tcvn3(nfc), _VNI_FONT.sub(_vni_font, nfc)):
        score = _score(candidate)
        if score > best_score and _all_syllables(candidate):
            best, best_score = candidate, score
    return best


def _tcvn3(text: str) -> str:
    return "".join(_TCVN3.get(c, c) for c in text)


def _vni_font(match: re.Match[str]) -> str:
    found = match.group()
    lower = found.lower()
    out = _VNI_PAIRS.get(lower) or _VNI_SINGLE[lower]
    return out.upper() if found[0].isupper() else out


def _all_syllables(text: str) -> bool:
    return all(is_syllable(word) for word in text.split())


def _score(text: str) -> int:
    """How many words can be Vietnamese, in one case after their first letter, tones in place."""
    words = text.split()
    return sum(is_syllable(word) and _steady_case(word) and is_well_toned(word) for word in words)


def _steady_case(word: str) -> bool:
    rest = word[1:]
    return rest.islower() or rest.isupper() or not rest

"""Repairs Vietnamese text that a keyboard or an old font left raw: Telex, VNI, TCVN3, mojibake.

A repair is taken only where it turns what cannot be Vietnamese into what can be, and a healthy
name is never changed. Beside a known name more can be read: `readings` and `keyed` need no proof
of their own. The tables are those of TCVN 5712:1993 (TCVN3), of the VNI-Windows font family, and
of RFC 1456 (VISCII).
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from features.syllable import (
    TONES,
    is_plain_syllable,
    is_syllable,
    is_well_toned,
    with_tone,
    without_marks,
)

_HORN = {"o": "ơ", "u": "ư", "O": "Ơ", "U": "Ư"}
_ROOF = {"a": "â", "e": "ê", "o": "ô", "A": "Â", "E": "Ê", "O": "Ô"}
_BREVE = {"a": "ă", "A": "Ă"}
_STROKE = {"d": "đ", "D": "Đ"}
_VNI_TONES = {"1": "s", "2": "f", "3": "r", "4": "x", "5": "j"}
_BRACKETS = str.maketrans({"[": "ow", "]": "uw", "{": "OW", "}": "UW"})  # Telex has keys for ơ, ư

_TELEX_KEYS = {"\u0306": "w", "\u031b": "w"} | TONES
_VNI_KEYS = {"\u0302": "6", "\u031b": "7", "\u0306": "8"}
_VNI_KEYS |= {
    mark: digit for mark, key in TONES.items() for digit, k in _VNI_TONES.items() if k == key
}

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

_VISCII = dict(
    zip(
        map(chr, range(0x80, 0x100)),
        "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯ"
        "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡưàáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ",
        strict=True,
    )
)

_LONGEST_WORD = 24
"""No syllable with all its keys is longer; reading longer words would take quadratic time."""
_LONGEST_TEXT = 300
"""No name and no part of an address is longer."""
_LATIN1_ONLY = re.compile("[\x00-\xff]*")
_WORD = re.compile(r"[^\W_]+")
_FOREIGN_RUN = re.compile("[ÂÃÄÅÆÌáâĂ][^\x00-\x7f]*")
_MOJIBAKE = re.compile("[ÄÅÆ]|[ÂÃÌáâĂ][\x80-\xbf\u0152-\u017e\u0192\u02c6\u02dc\u2013-\u2122]")
_MAYBE_KEYS = re.compile("(?<=.)(?<!t)[sfrxj]|w|aa|ee|oo|dd|[1-9]", re.IGNORECASE)
_LONE_W = re.compile("^([^aou]*)w")


@dataclass(frozen=True, slots=True, repr=False)
class Repair:
    """The text after repair, and what was wrong: a difference code, None where healthy."""

    text: str
    difference: str | None


def repair(text: str) -> Repair:
    """Repairs one name or one part of an address, or returns it as it is."""
    return _repair(text) if len(text) <= _LONGEST_TEXT else Repair(text, None)


@lru_cache(maxsize=32768)
def _repair(text: str) -> Repair:
    unescaped = html.unescape(text) if "&" in text else text
    if unescaped != text:
        return Repair(unicodedata.normalize("NFC", unescaped), "legacy_encoding")
    if text.isascii():
        return _repair_keys(text)
    for mend in (_from_mojibake, _from_font):
        fixed = mend(text)
        if fixed != text:
            return Repair(fixed, "legacy_encoding")
    return _repair_keys(text)


def readings(text: str) -> Iterator[tuple[str, str]]:
    """Further ways to read a text as raw, each with its code, be it Vietnamese or not.

    For comparing with a known name, which alone can tell whether a reading is right. A byte that
    was lost is U+FFFD in the reading.
    """
    if any(c in "[]{}" for c in text):
        yield "telex", telex(text)
    if text.isascii():
        return
    yield "legacy_encoding", _from_mojibake(text, errors="replace")
    nfc = unicodedata.normalize("NFC", text)
    if _LATIN1_ONLY.fullmatch(nfc):
        for read in _FONTS:
            yield "legacy_encoding", read(nfc)


def telex(text: str) -> str:
    """Reads every word as Telex keystrokes, whatever it may be; for comparing with a known name."""
    return _WORD.sub(lambda match: telex_word(match.group()), text.translate(_BRACKETS))


def may_be_keys(text: str) -> bool:
    """Whether anything in a text can be a keystroke that makes a mark."""
    return _MAYBE_KEYS.search(text) is not None


def keyed(typed: str, meant: str) -> str | None:
    """`telex` or `vni_keys` where a word is the keystrokes of another, marks and tone at any place.

    Both in lower case; a part of the keystrokes may have been turned into marks already.
    """
    if len(typed) > _LONGEST_WORD:
        return None
    digits = any(c in "123456789" for c in typed)
    code, keys = ("vni_keys", _VNI_KEYS) if digits else ("telex", _TELEX_KEYS)
    ours = _LONE_W.sub(r"\1uw", _keystrokes(typed, keys))
    theirs = _LONE_W.sub(r"\1uw", _keystrokes(meant, keys))
    if _multiset(ours) != _multiset(theirs):
        return None
    return code if _spells(ours, without_marks(meant)) else None


def _spells(strokes: str, plain: str) -> bool:
    """Whether the letters stand in their order, and no tone key before the first vowel."""
    place, vowel = 0, False
    for key in strokes:
        vowel = vowel or key in "aeiouyw"
        if plain[place : place + 1] == key:
            place += 1
        elif key in "sfrxj" and not vowel:
            return False
    return place == len(plain)


def _keystrokes(word: str, keys: dict[str, str]) -> str:
    strokes, letter = "", ""
    for char in unicodedata.normalize("NFD", word.replace("đ", _stroked(keys))):
        if unicodedata.combining(char):
            strokes += keys.get(char, letter)  # Telex doubles the letter for a roof
        else:
            strokes, letter = strokes + char, char
    return strokes


def _stroked(keys: dict[str, str]) -> str:
    return "dd" if keys is _TELEX_KEYS else "d9"


def _multiset(strokes: str) -> str:
    """The keystrokes in order of the alphabet; one horn key serves both letters of ươ."""
    return re.sub("ww|77", lambda pair: pair.group()[0], "".join(sorted(strokes)))


def _repair_keys(text: str) -> Repair:
    if not may_be_keys(text):
        return Repair(text, None)
    words = _WORD.findall(text)
    if any(c.isdigit() for c in text):
        return _by_words(text, words, _vni_key_word, "vni_keys")
    if _looks_telex(words):
        return _by_words(text, words, telex_word, "telex")
    return Repair(text, None)


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
        if is_plain_syllable(word) or is_syllable(word):
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
        return _horn(letters) or _mark_last(letters, _BREVE, "a") or _lone_horn(letters)
    if lower == "d" and letters and letters[0] in "dD":
        return _mark_last(letters, _STROKE, "d")
    if lower in "aeo":
        return _mark_last(letters, _ROOF, lower)
    return False


def _lone_horn(letters: list[str]) -> bool:
    """Writes ư for a `w` that follows no vowel; a first letter stays what it is."""
    if not letters or _has_vowel(letters):
        return False
    letters.append("Ư" if letters[-1].isupper() and len(letters) > 1 else "ư")
    return True


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


def _from_mojibake(text: str, errors: str = "strict") -> str:
    """Undoes UTF-8 that was read as a Windows code page, once or twice over."""
    for _ in range(3):
        if not _MOJIBAKE.search(text):
            return text
        # A no-break space, the second half of à, is often turned into a space on the way.
        joined = re.sub("([ÃĂ])( |$)", "\\1\xa0\\2", text)
        read = _FOREIGN_RUN.sub(lambda run: _utf8(run.group(), errors), joined)
        if read == joined:
            return text
        text = unicodedata.normalize("NFC", read)
    return text


def _utf8(run: str, errors: str) -> str:
    """A run of characters as the UTF-8 that it may be; as it stands where it is none."""
    for code_page in ("cp1252", "cp1258"):
        try:
            return b"".join(_bytes(c, code_page) for c in run).decode("utf-8", errors)
        except UnicodeError:
            continue
    return run


def _bytes(char: str, code_page: str) -> bytes:
    try:
        return char.encode(code_page)
    except UnicodeEncodeError:
        return char.encode("latin-1")  # a byte that the code page leaves undefined


def _from_font(text: str) -> str:
    """Undoes TCVN3, VNI-Windows or VISCII, whichever makes syllables of what were none."""
    nfc = unicodedata.normalize("NFC", text)
    if not _LATIN1_ONLY.fullmatch(nfc):
        return text
    best, best_score = text, _score(nfc)
    for read in _FONTS:
        candidate = read(nfc)
        score = _score(candidate)
        if score > best_score and _all_syllables(candidate):
            best, best_score = candidate, score
    return best


def _tcvn3(text: str) -> str:
    return " ".join(_tcvn3_word(word) for word in text.split(" "))


def _tcvn3_word(word: str) -> str:
    """Its capitals are a font of their own over the small letters: among capitals all are."""
    read = "".join(_TCVN3.get(c, c) for c in word)
    plain = "".join(c for c in word if c.isascii() and c.isalpha())
    return read.upper() if len(plain) > 1 and plain.isupper() else read


def _vni(text: str) -> str:
    return _VNI_FONT.sub(_vni_letter, text)


def _vni_letter(match: re.Match[str]) -> str:
    found = match.group()
    lower = found.lower()
    out = _VNI_PAIRS.get(lower) or _VNI_SINGLE[lower]
    return out.upper() if found[0].isupper() else out


def _viscii(text: str) -> str:
    return "".join(_VISCII.get(c, c) for c in text)


_FONTS = (_tcvn3, _vni, _viscii)


def _all_syllables(text: str) -> bool:
    return all(is_syllable(word) for word in text.split())


def _score(text: str) -> int:
    """How many words can be Vietnamese, in one case after their first letter, tones in place."""
    words = text.split()
    return sum(is_syllable(word) and _steady_case(word) and is_well_toned(word) for word in words)


def _steady_case(word: str) -> bool:
    rest = word[1:]
    return rest.islower() or rest.isupper() or not rest

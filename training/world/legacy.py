"""Writes Vietnamese the ways it reaches a form by accident: raw keystrokes and old encodings.

Tables: the Telex and VNI input methods, TCVN 5712:1993 (TCVN3) and VNI-Windows, the last two as
they look when their bytes are read as Latin-1.
"""

from __future__ import annotations

import unicodedata

_TONES = "\u0300\u0301\u0309\u0303\u0323"
_TELEX_TONES = dict(zip(_TONES, "fsrxj", strict=True))
_VNI_TONES = dict(zip(_TONES, "21345", strict=True))
_TELEX_MARKS = {"\u0302": "", "\u0306": "w", "\u031b": "w"}  # a circumflex doubles its letter
_VNI_MARKS = {"\u0302": "6", "\u0306": "8", "\u031b": "7"}

_TCVN3_LETTERS = (
    "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵĂÂĐÊÔƠƯ",
    "µ¶·¸¹¨»¼½¾Æ©ÇÈÉÊË®ÌÎÏÐÑªÒÓÔÕÖ×ØÜÝÞßáâãä«åæçèé¬êëìíîïñòóô\xadõö÷øùúûüýþ¡¢§£¤¥¦",
)
_TCVN3: dict[str, str] = dict(zip(*_TCVN3_LETTERS, strict=True))

_VNI_PLAIN: dict[str, str] = dict(zip(("", *_TONES), ("", "ø", "ù", "û", "õ", "ï"), strict=True))
_VNI_ROOF: dict[str, str] = dict(zip(("", *_TONES), ("â", "à", "á", "å", "ã", "ä"), strict=True))
_VNI_BREVE: dict[str, str] = dict(zip(("", *_TONES), ("ê", "è", "é", "ú", "ü", "ë"), strict=True))
_VNI_ODD = {"ì": "ì", "í": "í", "ỉ": "æ", "ĩ": "ó", "ị": "ò", "ỵ": "î", "đ": "ñ"}


def _parts(letter: str) -> tuple[str, str, str]:
    """(base letter, shape mark, tone mark); either mark may be empty."""
    if letter in "đĐ":
        return ("d" if letter == "đ" else "D"), "-", ""
    pieces = unicodedata.normalize("NFD", letter)
    base, marks = pieces[0], pieces[1:]
    tone = next((mark for mark in marks if mark in _TONES), "")
    shape = next((mark for mark in marks if mark not in _TONES), "")
    return base, shape, tone


def telex(text: str) -> str:
    """Telex keystrokes, the tone typed at each syllable's end: `Nguyeenx`."""
    return " ".join(_keyed(word, _TELEX_MARKS, _TELEX_TONES, stroke="") for word in text.split())


def vni_keys(text: str) -> str:
    """VNI keystrokes: `Nguye6n4`."""
    return " ".join(_keyed(word, _VNI_MARKS, _VNI_TONES, stroke="9") for word in text.split())


def _keyed(word: str, marks: dict[str, str], tones: dict[str, str], *, stroke: str) -> str:
    typed, ending = "", ""
    for letter in unicodedata.normalize("NFC", word):
        base, shape, tone = _parts(letter)
        typed += base
        if shape == "-":
            typed += stroke or base
        elif shape in marks:
            typed += marks[shape] or base.lower()
        ending = tones.get(tone, ending)
    return typed + ending


def tcvn3(text: str) -> str:
    """TCVN3 bytes read as Latin-1: `NguyÔn V¨n An`. It has no toned capitals."""
    return "".join(
        _TCVN3.get(letter, _TCVN3.get(letter.lower(), letter))
        for letter in unicodedata.normalize("NFC", text)
    )


def vni_windows(text: str) -> str:
    """VNI-Windows bytes read as Latin-1: `Nguyeãn Vaên An`."""
    return "".join(_vni_letter(letter) for letter in unicodedata.normalize("NFC", text))


def _vni_letter(letter: str) -> str:
    if letter.isascii():
        return letter
    base, shape, tone = _parts(letter)
    odd = _VNI_ODD.get(letter.lower())
    if odd is not None:
        return odd if letter.islower() else odd.upper()
    if shape == "\u031b":  # ơ and ư have bytes of their own
        own = {"o": "ô", "O": "Ô", "u": "ö", "U": "Ö"}[base]
        return own + _VNI_PLAIN[tone]
    table = {"\u0302": _VNI_ROOF, "\u0306": _VNI_BREVE}.get(shape, _VNI_PLAIN)
    return base + table.get(tone, "")


def mojibake(text: str) -> str:
    """UTF-8 bytes read as Windows-1252, where every byte has a character there; else unchanged."""
    try:
        return text.encode().decode("cp1252")
    except UnicodeDecodeError:
        return text.encode().decode("latin-1")

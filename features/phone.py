"""A Vietnamese telephone number: one normal form, old prefixes carried over to the new ones.

Mobile numbers of 11 digits became 10 digits on 2018-09-15; old records still hold them. The
prefixes are those of the numbering plan (Circular 22/2014/TT-BTTTT and its amendments).
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import lru_cache

AS_OF = date(2026, 11, 21)
"""The day on which these prefixes were those of the numbering plan."""

_NOT_DIGITS = re.compile("[^0-9]+")
_EXTENSION = re.compile(
    r"\s*(?:EXT|X|MÁY LẺ|MAY LE|SỐ LẺ|LẺ|NHÁNH)[ .:]*[0-9]{1,6}\s*$", re.IGNORECASE
)
_SEVERAL = re.compile(r"[/;,|&\n]| - ")
_LETTERS = re.compile("(?<=[0-9])[OoIl]|[OoIl](?=[OoIl]?[0-9])")
_MOBILE = re.compile("0(?:3[2-9]|5[25-9]|7[06-9]|8[1-9]|9[0-9])[0-9]{7}")
_LANDLINE = re.compile("02[0-9]{9}")
_LONGEST = 80

_NEW_PREFIX = {
    **{f"016{d}": f"03{d}" for d in "23456789"},
    **dict(
        zip(
            ["0120", "0121", "0122", "0126", "0128"],
            ["070", "079", "077", "076", "078"],
            strict=True,
        )
    ),
    **dict(
        zip(
            ["0123", "0124", "0125", "0127", "0129"],
            ["083", "084", "085", "081", "082"],
            strict=True,
        )
    ),
    "0186": "056",
    "0188": "058",
    "0199": "059",
}
"""The change of 2018: Viettel 016x, MobiFone and VinaPhone 012x, Vietnamobile 018x, Gmobile 019x."""


@lru_cache(maxsize=65536)
def normal(text: str) -> str | None:
    """`0xxxxxxxxx` (mobile, or a landline of 11 digits), or None where it is no such number.

    Of several numbers in one field, the first.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    text = _EXTENSION.sub("", text[:_LONGEST])
    whole = _one(text)
    if whole is not None or not _SEVERAL.search(text):
        return whole
    return next((number for part in _SEVERAL.split(text) if (number := _one(part))), None)


def _one(text: str) -> str | None:
    digits = text if text.isascii() and text.isdigit() else _digits(text)
    digits = digits.removeprefix("00")
    if digits.startswith("84") and len(digits) >= 11:
        digits = "0" + digits[2:].lstrip("0")
    if len(digits) in (9, 10) and digits[0] != "0":  # a spreadsheet ate the zero
        digits = "0" + digits
    if len(digits) == 11 and digits[:4] in _NEW_PREFIX:
        digits = _NEW_PREFIX[digits[:4]] + digits[4:]
    real = _MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits)
    return digits if real else None


def _digits(text: str) -> str:
    plain = _LETTERS.sub(lambda match: "0" if match.group() in "Oo" else "1", text)
    return _NOT_DIGITS.sub("", plain)

"""A Vietnamese telephone number: one normal form, old prefixes carried over to the new ones.

Mobile numbers of 11 digits became 10 digits on 2018-09-15; old records still hold them.
"""

from __future__ import annotations

import re
from functools import lru_cache

_NOT_DIGITS = re.compile(r"\D+")

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
    """`0xxxxxxxxx` (mobile, or a landline of 11 digits), or None where it is no such number."""
    digits = _NOT_DIGITS.sub("", text)
    if digits.startswith("0084"):
        digits = digits[2:]
    if digits.startswith("84") and len(digits) in (11, 12, 13):
        digits = "0" + digits[2:].lstrip("0")
    if len(digits) == 9 and digits[0] in "35789":
        digits = "0" + digits
    if len(digits) == 11 and digits[:4] in _NEW_PREFIX:
        digits = _NEW_PREFIX[digits[:4]] + digits[4:]
    mobile = len(digits) == 10 and digits[0] == "0" and digits[1] in "35789"
    landline = len(digits) == 11 and digits.startswith("02")
    return digits if mobile or landline else None

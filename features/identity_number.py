"""A Vietnamese identity number: reading it as typed, repairing it, and what its structure says.

Twelve digits `PPP G YY RRRRRR`: province of birth registration, century and sex, year, six free
digits; there is no check digit. Police have issued numbers whose structure is wrong, so structure
is a reason to verify, never one to refuse. Province codes: Circular 07/2016/TT-BCA, annex 1.
A passport's number begins with a letter and is no such number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from features import filler
from features.registration import DocumentType, IdNumber, Sex
from features.syllable import without_marks

_SEPARATORS = re.compile("[\\s.\\-_/,'\"`=:;#*\u2010-\u2015\u2212]+")
_REMARK = re.compile(r"\s*[(\[{].*$", re.DOTALL)
_SPREADSHEET = re.compile(r"(?<=[0-9]{7})\.0$")
_LABEL = re.compile("^(?:SO|CCCD|CMND|CMTND|CMT|CC|DDCN|ID)+(?=[0-9O])", re.IGNORECASE)
_PASSPORT = re.compile("[A-HJ-NP-Za-hjkmnp-z][A-Za-z]?[0-9]{6,8}")
_FEWEST_SIGNS = 4
_MOST_SIGNS = 64
_MOST_LETTERS = 4
_LETTERS = str.maketrans("OoQDIilL|!SsBZzGbgq", "0000111111558226699")

_PROVINCE_CODES_WRITTEN = """
    001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 035
    036 037 038 040 042 044 045 046 048 049 051 052 054 056 058 060 062 064 066 067 068 070 072
    074 075 077 079 080 082 083 084 086 087 089 091 092 093 094 095 096
    """
PROVINCE_CODES = frozenset(_PROVINCE_CODES_WRITTEN.split())
"""The 63 provinces before July 2025; births abroad carry other codes, from 100 up."""

SIMO_DOCUMENT_TYPES: dict[str, DocumentType | None] = {
    "1": DocumentType.CCCD,
    "2": DocumentType.CCCD,  # thẻ căn cước: another card, the same number
    "3": DocumentType.CMND,
    "4": DocumentType.PASSPORT,
    "5": None,  # giấy chứng nhận căn cước: a number of its own, of no known form
    "6": DocumentType.CCCD,  # an electronic identification account is opened by the personal number
    "7": None,
}
"""`LoaiID` of the State Bank's SIMO reports: our document type, None where we know none."""

CONTRADICTIONS: dict[str, tuple[str, str]] = {
    "province_code_unknown": (
        "Ba chữ số đầu của số định danh không phải mã tỉnh nào; cần xác minh.",
        "The first three digits of the number are no province's; to be verified.",
    ),
    "century_impossible": (
        "Chữ số thứ tư của số định danh thuộc về một thế kỷ chưa tới; cần xác minh.",
        "The fourth digit of the number belongs to a century to come; to be verified.",
    ),
    "number_says_other_year": (
        "Số định danh cho biết năm sinh khác với năm đã khai; cần xác minh.",
        "The number says another birth year than the one given; to be verified.",
    ),
    "number_says_other_sex": (
        "Số định danh cho biết giới tính khác với giới tính đã khai; cần xác minh.",
        "The number says the other sex than the one given; to be verified.",
    ),
}
"""What the structure of a number can contradict: the sentence in Vietnamese, and in English."""


@dataclass(frozen=True, slots=True, repr=False)
class Reading:
    """What a number as typed can be, most likely first, and the repair that leads there.

    `candidates` are 12-digit numbers; `former` is the text as a 9-digit number, its
    lost leading zeros put back.
    """

    candidates: tuple[tuple[IdNumber, str], ...]
    former: str | None
    digits: str

    @property
    def formers(self) -> tuple[str, ...]:
        """What may once have been a person's number: of nine digits, or a cancelled one of twelve."""
        if self.former is not None:
            return (self.former,)
        return tuple(number for number, _ in self.candidates)


@dataclass(frozen=True, slots=True)
class Structure:
    """What a 12-digit number says of its holder; None where that part is impossible."""

    province_code: str | None
    sex: Sex | None
    birth_year: int | None


@lru_cache(maxsize=65536)
def read(text: str) -> Reading:
    """Reads a number as typed; separators are no difference, letters and lost zeros are repairs."""
    digits = bare = text if text.isascii() and text.isdigit() else _bare(text)
    if not (digits.isascii() and digits.isdigit()):
        digits = _without_letters(bare)
    if len(digits) == 12:
        code = "same" if digits == bare else "letters_for_digits"
        return Reading(((IdNumber(digits), code),), None, digits)
    candidates: tuple[tuple[IdNumber, str], ...] = ()
    if len(digits) in (10, 11) and digits.zfill(12)[:3] in PROVINCE_CODES:
        candidates = ((IdNumber(digits.zfill(12)), "leading_zero_lost"),)
    former = digits.zfill(9) if len(digits) in (7, 8, 9) else None
    return Reading(candidates, former, digits)


def _bare(text: str) -> str:
    """Ordinary digits and letters, without separators, invisible signs, a label or a remark."""
    text = text[:_MOST_SIGNS]
    if not text.isascii():
        text = without_marks(unicodedata.normalize("NFKC", text))
        text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    text = _SPREADSHEET.sub("", _REMARK.sub("", text).strip())
    return _LABEL.sub("", _SEPARATORS.sub("", text))


def _without_letters(bare: str) -> str:
    """The digits that were meant; empty for a passport's number and for what is no number."""
    digits = bare.translate(_LETTERS)
    if not (digits.isascii() and digits.isdigit()) or _PASSPORT.fullmatch(bare):
        return ""
    return digits if sum(not c.isdigit() for c in bare) <= _MOST_LETTERS else ""


def is_passport(text: str) -> bool:
    """Whether it reads as a passport's number: a letter or two and some digits."""
    return _PASSPORT.fullmatch(_bare(text)) is not None


def given(text: str | None) -> str | None:
    """The number as typed, None where it says nothing: no digits, zeros, a dash, "không có"."""
    if text is None:
        return None
    bare = text if text.isdigit() else filler.signs(text)  # nearly every row is plain digits
    if len(bare) < _FEWEST_SIGNS or not any(c.isdigit() for c in bare) or not bare.strip("0"):
        return None
    return text


def normal(text: str) -> str | None:
    """Digits of the number as it was meant: 12 or 9 where they can be had, else what was typed."""
    reading = read(text)
    if reading.candidates:
        return reading.candidates[0][0]
    return reading.former or reading.digits or None


def structure(number: str) -> Structure:
    """Province, sex and birth year out of a 12-digit number."""
    century = int(number[3])
    return Structure(
        province_code=number[:3] if number[:3] in PROVINCE_CODES else None,
        sex=Sex.FEMALE if century % 2 else Sex.MALE,
        birth_year=1900 + 100 * (century // 2) + int(number[4:6]) if century <= 3 else None,
    )


def contradictions(number: str, birth_year: int | None, sex: Sex | None) -> tuple[str, ...]:
    """What the structure of a 12-digit number contradicts, as codes of `CONTRADICTIONS`.

    A birth abroad has a code from 100 up, of a list that is not public: it contradicts nothing.
    """
    said = structure(number)
    holds = {
        "province_code_unknown": said.province_code is None and number[0] == "0",
        "century_impossible": said.birth_year is None,
        "number_says_other_year": None not in (said.birth_year, birth_year)
        and said.birth_year != birth_year,
        "number_says_other_sex": sex is not None and said.sex is not sex,
    }
    return tuple(code for code, contradicts in holds.items() if contradicts)


def neighbours(digits: str) -> Iterator[IdNumber]:
    """Every 12-digit number one slip away: a digit other, missing, too many, or two swapped."""
    if len(digits) == 12:
        yield from _substituted(digits)
        yield from _swapped(digits)
    elif len(digits) == 11:
        for at in range(12):
            for digit in "0123456789":
                yield IdNumber(digits[:at] + digit + digits[at:])
    elif len(digits) == 13:
        for at in range(13):
            yield IdNumber(digits[:at] + digits[at + 1 :])


def _substituted(digits: str) -> Iterator[IdNumber]:
    for at, old in enumerate(digits):
        for digit in "0123456789":
            if digit != old:
                yield IdNumber(digits[:at] + digit + digits[at + 1 :])


def _swapped(digits: str) -> Iterator[IdNumber]:
    for at in range(len(digits) - 1):
        if digits[at] != digits[at + 1]:
            yield IdNumber(digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :])

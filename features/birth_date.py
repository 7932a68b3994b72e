"""A birth date as people type it, and what differs between it and the register's.

A register knows some births by the year or the month alone; many forms write 01/01 for such a
year. Impossible days stay readable, because a swapped day and month is often one of them.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import isleap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date as calendar_date
from functools import lru_cache

from rapidfuzz.distance import OSA

from features.syllable import without_marks

_YEAR_FIRST = re.compile(
    r"([0-9]{4})(?:[-/. ]([0-9]{1,2})(?:[-/. ]([0-9]{1,2}))?)?(?:[T ]+[0-9]{1,2}:[0-9:.,+Z -]*)?"
)
_YEAR_LAST = re.compile(
    r"(?:(?:([0-9]{1,2})[-/. ])?([0-9]{1,2})[-/. ])?([0-9]{4})(?:[T ]+[0-9]{1,2}:[0-9:. ]*)?"
)
_SHORT_YEAR = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{2})")
_TOKEN = re.compile(r"[0-9]+|[A-Z]+")
_DIGIT_LOOKALIKE = re.compile(r"(?<=[0-9])[OIL]|[OIL](?=[OIL]?[0-9])")
_DIGIT_OF = {"O": "0", "I": "1", "L": "1"}
_MONTH_NAMES = (
    "JANUARY FEBRUARY MARCH APRIL MAY JUNE JULY AUGUST SEPTEMBER OCTOBER NOVEMBER DECEMBER"
)
_MONTHS = {
    name[:length]: str(month)
    for month, name in enumerate(_MONTH_NAMES.split(), 1)
    for length in {3, 4, len(name)}
}
_AROUND = frozenset(
    ["NGAY", "THANG", "THG", "TH", "T", "NAM", "SINH", "SN", "NS", "ST", "ND", "RD"]
)
_LONGEST = 40
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_TWO_DIGITS_FROM = 1930
"""A year of two digits lies in the hundred years from here; who is older writes four."""
_SERIALS = range(10000, 60000)
_SERIAL_ZERO = calendar_date(1899, 12, 30).toordinal()
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True, repr=False)
class BirthDate:
    """Year, and month and day where known; not necessarily a day that exists."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def digits(self) -> str:
        """YYYYMMDD with zeros for what is unknown."""
        return f"{self.number:08}"

    @property
    def number(self) -> int:
        """The same as a number, which sorts as the dates do."""
        return self.year * 10000 + (self.month or 0) * 100 + (self.day or 0)

    @property
    def iso(self) -> str:
        """The register's own form: YYYY, YYYY-MM or YYYY-MM-DD."""
        parts = [f"{self.year:04}"]
        if self.month is not None:
            parts.append(f"{self.month:02}")
            if self.day is not None:
                parts.append(f"{self.day:02}")
        return "-".join(parts)


def normal(text: str) -> str | None:
    """YYYY-MM-DD, YYYY-MM or YYYY of a date as typed; None where unreadable."""
    date = read(text)
    return None if date is None else date.iso


@lru_cache(maxsize=65536)
def read(text: str) -> BirthDate | None:
    """A date as typed: year first or day first, year alone, in digits or in words.

    What can be read in two ways (010203) is not read; of slashed dates the day stands first.
    """
    text = text.strip()
    if match := _YEAR_FIRST.fullmatch(text):
        return _date(match[1], match[2], match[3])
    if match := _YEAR_LAST.fullmatch(text):
        return _date(match[3], match[2], match[1])
    if text.isascii() and text.isdigit():
        return _run_of_digits(text)
    return _with_words(text[:_LONGEST])


def _date(year: str, month: str | None, day: str | None) -> BirthDate | None:
    """Only numbers that could be a year, and a day or month of some order; zeros are unknown."""
    date = BirthDate(int(year), int(month or 0) or None, int(day or 0) or None)
    if not _FIRST_YEAR <= date.year <= _LAST_YEAR:
        return None
    if (date.month or 0) > 31 or (date.day or 0) > 31:
        return None
    return date if date.month else BirthDate(date.year)


def _run_of_digits(text: str) -> BirthDate | None:
    """Eight digits of either order, seven that lost a zero, six or a spreadsheet's day number."""
    if len(text) == 5 and int(text) in _SERIALS:
        day = calendar_date.fromordinal(_SERIAL_ZERO + int(text))
        return BirthDate(day.year, day.month, day.day)
    text = text.zfill(8) if len(text) == 7 else text
    if len(text) == 8:
        orders = [(text[:4], text[4:6], text[6:]), (text[4:], text[2:4], text[:2])]
    elif len(text) == 6:
        orders = [
            (_century(text[4:]), text[2:4], text[:2]),
            (_century(text[:2]), text[2:4], text[4:]),
            (text[:4], text[4:], "0"),
            (text[2:], text[:2], "0"),
        ]
    else:
        return None
    dates = {date for order in orders if (date := _date(*order)) and (date.month or 13) <= 12}
    return dates.pop() if len(dates) == 1 else None


def _century(year: str) -> str:
    return str(_TWO_DIGITS_FROM + (int(year) - _TWO_DIGITS_FROM) % 100)


def _with_words(text: str) -> BirthDate | None:
    """Day, month and year among the words that people put around them, or names of months."""
    plain = without_marks(unicodedata.normalize("NFKC", text)).upper()
    plain = _DIGIT_LOOKALIKE.sub(lambda match: _DIGIT_OF[match.group()], plain)
    tokens = [token for token in _TOKEN.findall(plain) if token not in _AROUND]
    if len(tokens) == 3 and tokens[0] in _MONTHS:  # Sep 2, 1985
        tokens[:2] = tokens[1::-1]
    written = "/".join(_MONTHS.get(token, token) for token in tokens)
    if match := _YEAR_FIRST.fullmatch(written):
        return _date(match[1], match[2], match[3])
    if match := _YEAR_LAST.fullmatch(written):
        return _date(match[3], match[2], match[1])
    if match := _SHORT_YEAR.fullmatch(written):
        if int(match[1]) > 31:
            return _date(_century(match[1]), match[2], match[3])
        return _date(_century(match[3]), match[2], match[1])
    return None


def compare(typed: str, registered: str) -> str:
    """The code of the difference between a date as typed and as registered, `same` for none.

    A year or a month that agrees is no birth date yet, nor is a 1 January, which stands for many a
    year: both agree as far as the register knows.
    """
    ours, theirs = read(typed), read(registered)
    if theirs is None:
        return "register_unreadable"
    if ours is None:
        return "unreadable"
    if ours == theirs:
        vague = theirs.day is None or (theirs.month, theirs.day) == (1, 1)
        return "register_less_exact" if vague else "same"
    if ours.year == theirs.year and (code := _less_known(ours, theirs)):
        return code
    return _slip(ours, theirs)


def _less_known(ours: BirthDate, theirs: BirthDate) -> str | None:
    """One side knows less of the same year."""
    if ours.month is None:
        return "year_only"
    first_of_january = (ours.month, ours.day) == (1, 1)
    if theirs.day is None and (first_of_january or theirs.month in (None, ours.month)):
        return "register_less_exact"
    if ours.day is None:
        return "month_only" if ours.month == theirs.month else None
    return "first_of_january" if first_of_january else None


def _slip(ours: BirthDate, theirs: BirthDate) -> str:
    """What went wrong between two dates that are known equally well."""
    if (ours.day is None) is not (theirs.day is None) or (ours.month is None) is not (
        theirs.month is None
    ):
        return "different_date"
    if ours.year == theirs.year and ours.month == theirs.day and ours.day == theirs.month:
        return "day_month_swapped"
    one, other = ours.digits, theirs.digits
    if OSA.distance(one, other, score_cutoff=1) <= 1:
        return "digits_swapped" if sorted(one) == sorted(other) else "one_digit"
    return _other_part(ours, theirs)


def _other_part(ours: BirthDate, theirs: BirthDate) -> str:
    """Only the day, only the month, or only the year by one or by a decade."""
    if (ours.year, ours.month) == (theirs.year, theirs.month):
        return "other_day"
    if (ours.year, ours.day) == (theirs.year, theirs.day):
        return "other_month"
    if (ours.month, ours.day) == (theirs.month, theirs.day):
        return "other_year" if abs(ours.year - theirs.year) in (1, 10) else "different_date"
    if ours.day is not None and _real(ours, ours.year, ours.month or 0, ours.day) is None:
        return "no_such_date"
    return "same_year" if ours.year == theirs.year else "different_date"


def _swapped(digits: str, at: int) -> str:
    return digits[:at] + digits[at + 1 : at + 2] + digits[at] + digits[at + 2 :]


def slips(date: BirthDate) -> tuple[tuple[int, int], ...]:
    """Where in the register the true date lies if this one is a slip, nearest kind first.

    Inclusive ranges of YYYYMMDD as in `BirthDate.number`, disjoint, without the date itself; every
    date that exists and from which `compare` names a slip, and no other.
    """
    wide = _known_otherwise(date)
    near = dict.fromkeys(
        point
        for point in (*_digits_swapped(date), *_one_digit(date), *_one_part(date))
        if point != date.number and not any(low <= point <= high for low, high in wide)
    )
    turned = _real(date, date.year, date.day or 0, date.month or 0)
    if turned is None or turned == date.number:
        return (*wide, *((point, point) for point in near))
    near.pop(turned, None)
    return ((turned, turned), *wide, *((point, point) for point in near))


def _known_otherwise(date: BirthDate) -> tuple[tuple[int, int], ...]:
    """The dates of the same year and month, and of the same year where only that is told."""
    year, month, own = date.year * 10000, date.number // 100 * 100, date.number
    if date.month is None:
        return ((year + 1, year + 1231),)
    if (date.month, date.day) == (1, 1):
        return (year, own - 1), (own + 1, year + 1231)
    if date.month > 12:
        return ((year, year),)
    if date.day is None:
        return (month + 1, month + 31), (year, year)
    ranges = (month, own - 1), (own + 1, month + 31), (year, year)
    return tuple((low, high) for low, high in ranges if low <= high)


def _real(like: BirthDate, year: int, month: int, day: int) -> int | None:
    """The number of a date that exists and is known as well as `like`, else None."""
    if (month == 0, day == 0) != (like.month is None, like.day is None):
        return None
    if not _FIRST_YEAR <= year <= _LAST_YEAR or month > 12:
        return None
    leap_day = (month, day) == (2, 29) and isleap(year)
    if day > _DAYS[month - 1] and not leap_day:
        return None
    return year * 10000 + month * 100 + day


def _parsed(like: BirthDate, digits: str) -> int | None:
    return _real(like, int(digits[:4]), int(digits[4:6]), int(digits[6:]))


def _digits_swapped(date: BirthDate) -> Iterator[int]:
    digits = date.digits
    for at in range(7):
        if point := _parsed(date, _swapped(digits, at)):
            yield point


def _one_digit(date: BirthDate) -> Iterator[int]:
    digits = date.digits
    for at in range(8):
        for digit in "0123456789":
            if point := _parsed(date, digits[:at] + digit + digits[at + 1 :]):
                yield point


def _one_part(date: BirthDate) -> Iterator[int]:
    months = range(1, 13) if date.month else ()
    others = [(date.year, month) for month in months]
    others += [(date.year + years, date.month or 0) for years in (-1, 1, -10, 10)]
    for year, month in others:
        if point := _real(date, year, month, date.day or 0):
            yield point

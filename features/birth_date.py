"""A birth date as people type it, and what differs between it and the register's.

A register knows some births by the year or the month alone; many forms write 01/01 for such a
year. Impossible days stay readable, because a swapped day and month is often one of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

_YEAR_FIRST = re.compile(r"(\d{4})(?:[-/. ](\d{1,2})(?:[-/. ](\d{1,2}))?)?(?:[T ].*)?")
_YEAR_LAST = re.compile(r"(?:(?:(\d{1,2})[-/. ])?(\d{1,2})[-/. ])?(\d{4})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})|(\d{2})(\d{2})(\d{4})")


@dataclass(frozen=True, slots=True, repr=False)
class BirthDate:
    """Year, and month and day where known; not necessarily a day that exists."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def digits(self) -> str:
        """YYYYMMDD with zeros for what is unknown."""
        return f"{self.year:04}{self.month or 0:02}{self.day or 0:02}"

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
    """A date as typed: ISO, day first, year alone, with any separator or none."""
    text = text.strip()
    if match := _YEAR_FIRST.fullmatch(text):
        return _date(match[1], match[2], match[3])
    if match := _YEAR_LAST.fullmatch(text):
        return _date(match[3], match[2], match[1])
    if match := _COMPACT.fullmatch(text):
        first = _date(match[1], match[2], match[3]) if match[1] else None
        return first or _day_first(text)
    return None


def _day_first(text: str) -> BirthDate | None:
    return _date(text[4:], text[2:4], text[:2])


def _date(year: str, month: str | None, day: str | None) -> BirthDate | None:
    """Only numbers that could be a year, and a day or month of some order."""
    date = BirthDate(int(year), int(month) if month else None, int(day) if day else None)
    if not 1900 <= date.year <= 2200:
        return None
    if any(part is not None and not 0 <= part <= 31 for part in (date.month, date.day)):
        return None
    return date


def compare(typed: str, registered: str) -> str:
    """The code of the difference between a date as typed and as registered, `same` for none."""
    if typed == registered:
        return "same"
    ours, theirs = read(typed), read(registered)
    if theirs is None:
        return "register_unreadable"
    if ours is None:
        return "unreadable"
    if ours == theirs:
        return "same"
    if ours.year == theirs.year and (code := _less_known(ours, theirs)):
        return code
    return _slip(ours, theirs)


def _less_known(ours: BirthDate, theirs: BirthDate) -> str | None:
    """One side knows less of the same year."""
    first_of_january = (ours.month, ours.day) == (1, 1)
    if theirs.day is None:
        if first_of_january or theirs.month in (None, ours.month):
            return "register_less_exact"
        return None if ours.month is not None else "year_only"
    if ours.month is None:
        return "year_only"
    if ours.day is None and ours.month == theirs.month:
        return "month_only"
    return "first_of_january" if first_of_january else None


def _slip(ours: BirthDate, theirs: BirthDate) -> str:
    if (ours.year, ours.month, ours.day) == (theirs.year, theirs.day, theirs.month):
        return "day_month_swapped"
    if OSA.distance(ours.digits, theirs.digits, score_cutoff=1) <= 1:
        return "one_digit"
    return "one_part" if _one_part(ours, theirs) else "different_date"


def _one_part(ours: BirthDate, theirs: BirthDate) -> bool:
    """Only the day or only the month is wrong, or the year by one or by a decade."""
    if ours.day is None or theirs.day is None:
        return False
    equal = (ours.year == theirs.year, ours.month == theirs.month, ours.day == theirs.day)
    if not equal[0] and abs(ours.year - theirs.year) not in (1, 10):
        return False
    return sum(equal) == 2

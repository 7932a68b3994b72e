"""Reads the words of a command line; a wrong one is told in one line, in the reader's language."""

from __future__ import annotations

import argparse
from datetime import UTC, date, datetime
from typing import NoReturn

from service.words import said

_VIETNAMESE = {
    "usage: ": "cách dùng: ",
    "positional arguments": "tham số",
    "options": "tùy chọn",
    "show this help message and exit": "hiện hướng dẫn này",
    "argument %(argument_name)s: %(message)s": "tham số %(argument_name)s: %(message)s",
    "the following arguments are required: %s": "thiếu tham số: %s",
    "unrecognized arguments: %s": "tham số lạ: %s",
    "invalid choice: %(value)r (choose from %(choices)s)": (
        "%(value)r không có trong các lựa chọn: %(choices)s"
    ),
    "expected one argument": "cần một giá trị",
}
"""What argparse itself says; a sentence that is not here stays English."""

MOST_DAYS = 36_500
FEWEST_PERSONS = 100
LARGEST_SEED = 2**31 - 1


class Parser(argparse.ArgumentParser):
    """A parser whose every complaint is one line on standard error, with exit code 2."""

    def error(self, message: str) -> NoReturn:
        """Says what is wrong and where to read on."""
        hint = said("xem", "see")
        line = " ".join(f"{self.prog}: {message} ({hint} {self.prog} --help)".split())
        self.exit(2, line + "\n")


def speak_the_readers_language() -> None:
    """Makes argparse's own sentences follow the language chosen now."""
    argparse._ = _sentence  # type: ignore[attr-defined]


def _sentence(english: str) -> str:
    return said(_VIETNAMESE.get(english, english), english)


def day(text: str) -> date:
    """A day, `YYYY-MM-DD`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _wrong(text, "ngày (2026-03-01)", "day (2026-03-01)") from None


def moment(text: str) -> datetime:
    """00:00 UTC of a day, or an instant; without an offset it is UTC."""
    try:
        read = datetime.fromisoformat(text)
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        vi, en = (
            "ngày hay thời điểm (2026-03-01T08:00:00Z)",
            "day or instant (2026-03-01T08:00:00Z)",
        )
        raise _wrong(text, vi, en) from None


def days(text: str) -> int:
    """A number of days, at least one."""
    return _whole(text, 1, MOST_DAYS)


def persons(text: str) -> int:
    """As many persons as a simulated world can have."""
    return _whole(text, FEWEST_PERSONS, 100_000_000)


def seed(text: str) -> int:
    """A seed that every generator of random numbers takes."""
    return _whole(text, 0, LARGEST_SEED)


def _whole(text: str, low: int, high: int) -> int:
    try:
        number = int(text[:20])
    except ValueError:
        number = low - 1
    if low <= number <= high:
        return number
    raise _wrong(text, f"số nguyên từ {low} đến {high}", f"whole number from {low} to {high}")


def _wrong(text: str, vietnamese: str, english: str) -> argparse.ArgumentTypeError:
    shown = repr(text if len(text) <= 40 else text[:40] + "…")
    return argparse.ArgumentTypeError(
        said(f"{shown} không phải là {vietnamese}", f"{shown} is not a {english}")
    )

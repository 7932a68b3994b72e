"""Reads the words of a command line; a wrong one is told in one line, in the reader's language."""

from __future__ import annotations

import argparse
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NoReturn
from uuid import UUID

from features.errors import InputError
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
    "not allowed with argument %s": "không đi cùng %s",
    "one of the arguments %s is required": "cần một trong các tham số: %s",
}
"""What argparse itself says; a sentence that is not here stays English."""

MOST_DAYS = 36_500
FEWEST_PERSONS = 100
LARGEST_SEED = 2**31 - 1
LARGEST_SUM = 10**13


class Parser(argparse.ArgumentParser):
    """A parser whose every complaint is one line on standard error, with exit code 2."""

    def error(self, message: str) -> NoReturn:
        """Says what is wrong and where to read on.

        Words that belong to no option are not repeated: after a forgotten quotation mark they are
        the rest of a name.
        """
        unknown = _sentence("unrecognized arguments: %s").partition("%s")[0]
        if message.startswith(unknown):
            options = [word for word in message.removeprefix(unknown).split() if word[0] == "-"]
            message = " ".join((unknown.strip(), *options)) if options else unknown.strip(": ")
        hint = said("xem", "see")
        line = " ".join(f"{self.prog}: {message} ({hint} {self.prog} --help)".split())
        self.exit(2, line + "\n")


Commands = argparse._SubParsersAction  # noqa: SLF001  # argparse names the type nowhere else


def command(commands: Commands[Parser], name: str, vi: str, en: str) -> Parser:
    """Adds a command; the first sentence of its description is its line in the list."""
    text = said(vi, en)
    return commands.add_parser(name, help=text.split(".")[0], description=text)


def speak_the_readers_language() -> None:
    """Makes argparse's own sentences follow the language chosen now."""
    argparse._ = _sentence  # type: ignore[attr-defined]


def _sentence(english: str) -> str:
    return said(_VIETNAMESE.get(english, english), english)


def utf8(text: str) -> str:
    """A text as the ledger can hold it; it is not repeated where it is none."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise argparse.ArgumentTypeError(
            said("không phải là văn bản UTF-8", "that is not text in UTF-8")
        ) from None
    return text


def worded(text: str) -> str:
    """A text that says something: a blank name answers for nothing, a blank reason gives none."""
    if not text.strip():
        raise argparse.ArgumentTypeError(said("không được để trống", "that is blank"))
    return utf8(text)


def answered_for(parser: Parser) -> None:
    """Who switches what decides, and why."""
    who = said("ai chịu trách nhiệm, được lưu lại", "who answers for it; it is kept")
    parser.add_argument("--by", type=worded, required=True, metavar="WHO", help=who)
    why = said("vì sao, được lưu lại", "why; it is kept")
    parser.add_argument("--why", type=worded, required=True, metavar="TEXT", help=why)


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


def rows(text: str) -> int:
    """A number of rows, at least one."""
    return _whole(text, 1, 1_000_000_000)


def persons(text: str) -> int:
    """As many persons as a simulated world can have."""
    return _whole(text, FEWEST_PERSONS, 100_000_000)


def seed(text: str) -> int:
    """A seed that every generator of random numbers takes."""
    return _whole(text, 0, LARGEST_SEED)


def port(text: str) -> int:
    """A port; 0 is any free one."""
    return _whole(text, 0, 65_535)


def whole(text: str) -> int:
    """A whole number, at least one."""
    return _whole(text, 1, 1_000_000)


def positive(text: str) -> float:
    """A number above zero, such as a sum in đồng."""
    number = _part(text, LARGEST_SUM)
    if number == 0:
        raise _wrong(text, "số lớn hơn 0", "number above 0")
    return number


def seconds(text: str) -> float:
    """A time of at most an hour."""
    return _part(text, 3600)


def share(text: str) -> float:
    """A share from 0 to 1."""
    return _part(text, 1)


def _part(text: str, high: int) -> float:
    try:
        number = float(text[:20])
    except ValueError:
        number = -1.0
    if 0 <= number <= high:
        return number
    raise _wrong(text, f"số từ 0 đến {high}", f"number from 0 to {high}")


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


POPULATION = (
    "tệp dân cư để đọc (.parquet, .csv, .json, .jsonl)",
    "population file to read (.parquet, .csv, .json, .jsonl)",
)
_REGISTRATIONS = ("tệp đăng ký để đọc", "registrations to read")
_LABELS = ("tệp kết quả xác minh để đọc", "labels to read: what became known")
SEED = ("hạt giống: cùng số, cùng kết quả", "equal seeds, equal bytes")


def book_files(parser: Parser, *, labels_required: bool) -> None:
    """The files of a book with the population that it is checked against."""
    parser.add_argument(
        "--population", type=Path, required=True, metavar="F", help=said(*POPULATION)
    )
    registration_files(parser, labels_required=labels_required)


def registration_files(parser: Parser, *, labels_required: bool) -> None:
    """The files of a book."""
    registrations = said(*_REGISTRATIONS)
    parser.add_argument(
        "--registrations", type=Path, required=True, metavar="F", help=registrations
    )
    known = said(*_LABELS)
    if not labels_required:
        known += said(" (tùy chọn)", " (optional)")
    parser.add_argument("--labels", type=Path, required=labels_required, metavar="F", help=known)


def whole_book_or_ledger(parser: Parser) -> None:
    """The three files of a book, all or none of them: see `all_or_none`."""
    for name, words in (
        ("--population", POPULATION),
        ("--registrations", _REGISTRATIONS),
        ("--labels", _LABELS),
    ):
        parser.add_argument(name, type=Path, metavar="F", help=said(*words))


def all_or_none(options: argparse.Namespace) -> bool:
    """Whether the files of a book were given.

    Raises:
        InputError: some were given and some were not.
    """
    names = ("population", "registrations", "labels")
    lacking = [f"--{name}" for name in names if getattr(options, name) is None]
    if 0 < len(lacking) < len(names):
        some = ", ".join(lacking)
        raise InputError(
            said(
                f"thiếu {some}: cho cả ba tệp, hoặc không tệp nào để học từ sổ cái",
                f"{some} is missing: give all three files, or none to learn from the ledger",
            )
        )
    return not lacking


def screening_options(parser: Parser) -> None:
    """Which model and policy judge, and where the results go."""
    which = said(
        "champion, challenger, previous, default, một phiên bản hay một thư mục mô hình",
        "champion, challenger, previous, default, a version or a bundle folder",
    )
    parser.add_argument("--model", metavar="M", help=which)
    rules = said(
        "chính sách để thử; mặc định: chính sách đi kèm",
        "a policy to try; default: the packaged one",
    )
    parser.add_argument("--policy", type=Path, metavar="FILE", help=rules)
    where = said(
        "thư mục ghi; mặc định: runs/ của thư mục dữ liệu", "folder to write; default: under runs/"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help=where)


def screening(text: str) -> UUID:
    """The id of a screening."""
    try:
        return UUID(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            said("đó không phải là mã một lần sàng lọc", "that is not the id of a screening")
        ) from None

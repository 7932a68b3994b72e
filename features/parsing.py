"""Turns one raw row into one noun: alike from a JSON body, a CSV line and an Arrow row.

Bad input becomes a list of problems (column, code), never an exception. What people typed freely
never makes a row bad; only required values and enumerations do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from features.registration import (
    Channel,
    DocumentType,
    HolderType,
    IdNumber,
    Institution,
    Kind,
    Person,
    Registration,
    RegistrationId,
    Sex,
    Status,
)

REASONS: dict[str, tuple[str, str]] = {
    "missing": ("a required value is missing", "thiếu giá trị bắt buộc"),
    "unreadable": ("the value cannot be read", "giá trị không đọc được"),
    "unknown_value": (
        "the value is not one of those allowed",
        "giá trị không nằm trong các giá trị cho phép",
    ),
    "not_twelve_digits": (
        "an identity number has exactly 12 digits",
        "số định danh phải có đúng 12 chữ số",
    ),
    "wrong_cell_count": (
        "the row has more or fewer cells than the header",
        "dòng có số ô khác với dòng tiêu đề",
    ),
    "not_an_object": ("the row is not an object", "dòng không phải là một đối tượng"),
    "repeated_with_other_content": (
        "the key was seen before with other content",
        "khóa đã xuất hiện trước đó với nội dung khác",
    ),
}
"""Every reason a row is rejected for: a sentence in English, and in Vietnamese."""

E = TypeVar("E", bound=StrEnum)

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_TWELVE_DIGITS = re.compile("[0-9]{12}")
_SPACES = re.compile(r"\s+")
_YEARS = range(1900, 2201)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one column of a row; `code` is a key of `REASONS`."""

    column: str
    code: str

    @property
    def reason(self) -> str:
        """What is wrong, in English."""
        return REASONS[self.code][0]

    @property
    def reason_vi(self) -> str:
        """What is wrong, in Vietnamese."""
        return REASONS[self.code][1]


@dataclass(frozen=True, slots=True)
class Label:
    """What became known later of one registration; `confirmed_at` is an aware UTC moment."""

    registration_id: RegistrationId
    is_fraud: bool
    typology: str | None
    confirmed_at: datetime


class _Row:
    """One raw row being read; collects the problems met on the way."""

    __slots__ = ("cells", "problems")

    def __init__(self, cells: Mapping[str, object]) -> None:
        self.cells = cells
        self.problems: list[Problem] = []

    def text(self, column: str) -> str | None:
        """What was typed freely; None where there is nothing or nothing readable."""
        return free_text(self.cells.get(column))

    def required_text(self, column: str) -> str:
        """What must be there; the empty string after noting the problem."""
        value = self.cells.get(column)
        text = free_text(value)
        if text is None:
            self.note(column, value)
            return ""
        return text

    def key(self, column: str) -> str:
        """A sender's key: text without control characters or halves of a character."""
        text = self.required_text(column)
        value = self.cells.get(column)
        if (
            isinstance(value, str)
            and _SURROGATE.search(value)
            or text
            and not text.isprintable()
            and _UNPRINTABLE.search(text)
        ):
            self.problems.append(Problem(column, "unreadable"))
        return text

    def note(self, column: str, value: object) -> None:
        """Notes that a required value is missing, or is there and unreadable."""
        blank = value is None or (isinstance(value, str) and not value.strip())
        self.problems.append(Problem(column, "missing" if blank else "unreadable"))

    def choice(self, column: str, choices: Mapping[str, E]) -> E | None:
        """A value of an enumeration, None where absent."""
        value = self.cells.get(column)
        if isinstance(value, str):
            value = value.strip()
        if value is None or value == "":
            return None
        choice = choices.get(value) if isinstance(value, str) else None
        if choice is None:
            self.problems.append(Problem(column, "unknown_value"))
        return choice

    def required_choice(self, column: str, choices: Mapping[str, E]) -> E:
        """A value of an enumeration that must be there; any of it after noting a problem."""
        before = len(self.problems)
        choice = self.choice(column, choices)
        if choice is not None:
            return choice
        if len(self.problems) == before:
            self.problems.append(Problem(column, "missing"))
        return next(iter(choices.values()))

    def moment(self, column: str) -> datetime:
        """A timestamp that must be there, in UTC."""
        value = self.cells.get(column)
        moment = read_moment(value)
        if moment is None:
            self.note(column, value)
            return datetime.min.replace(tzinfo=UTC)
        return moment


def _choices(enumeration: type[E]) -> dict[str, E]:
    return {member.value: member for member in enumeration}


_KINDS = _choices(Kind)
_CHANNELS = _choices(Channel)
_HOLDER_TYPES = _choices(HolderType)
_DOCUMENT_TYPES = _choices(DocumentType)
_SEXES = _choices(Sex)
_STATUSES = _choices(Status)


def free_text(value: object) -> str | None:
    """Text as typed; a whole number or a date becomes its plain digits; None where unreadable."""
    if type(value) is str:
        if not value or value.isspace():
            return None
        return value if value.isascii() else _SURROGATE.sub("\ufffd", value)
    if isinstance(value, date):
        return value.isoformat()[:10]  # of a timestamp, the day
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 10**30:
        return None
    return str(value)


def read_moment(value: object) -> datetime | None:
    """A moment in UTC from a timestamp or ISO 8601 text (no offset means UTC), or None.

    Years other than 1900 to 2200 are nobody's: they come of broken clocks and wrong units.
    """
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    if value.year not in _YEARS:
        return None
    moment = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return moment if moment.year in _YEARS else None


def read_date(value: object) -> date | None:
    """A calendar day of 1900 to 2200 from a date, a timestamp or ISO 8601 text, or None."""
    day = value.date() if isinstance(value, datetime) else value
    if isinstance(day, str):
        day = _day_of(day.strip())
    return day if isinstance(day, date) and day.year in _YEARS else None


def _day_of(text: str) -> date | None:
    if len(text) > 10 and text[10] in "T ":
        text = text[:10]
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _former_numbers(value: object) -> tuple[str, ...]:
    """Former numbers: a list, or text separated by spaces."""
    if value is None:
        return ()
    parts = value.split() if isinstance(value, str) else value
    if not isinstance(parts, list | tuple):
        return ()
    texts = (text for part in parts if (text := free_text(part)) is not None)
    return tuple(_SPACES.sub("", text) for text in texts)


def parse_registration(row: Mapping[str, object]) -> Registration | list[Problem]:
    """One registration of a raw row, or what is wrong with the row."""
    r = _Row(row)
    text = r.text
    registration = Registration(
        registration_id=RegistrationId(r.key("registration_id")),
        kind=r.required_choice("kind", _KINDS),
        institution=Institution(r.key("institution")),
        registered_at=r.moment("registered_at"),
        document_type=r.required_choice("document_type", _DOCUMENT_TYPES),
        full_name=r.required_text("full_name"),
        document_number=text("document_number"),
        channel=r.choice("channel", _CHANNELS),
        agent_id=text("agent_id"),
        holder_type=r.choice("holder_type", _HOLDER_TYPES) or HolderType.INDIVIDUAL,
        organisation_tax_code=text("organisation_tax_code"),
        organisation_name=text("organisation_name"),
        document_issued_on=read_date(row.get("document_issued_on")),
        birth_date=text("birth_date"),
        sex=r.choice("sex", _SEXES),
        nationality=text("nationality"),
        address=text("address"),
        contact_phone=text("contact_phone"),
        email=text("email"),
        account_number=text("account_number"),
        msisdn=text("msisdn"),
        device_id=text("device_id"),
        ip_address=text("ip_address"),
        face_template=text("face_template"),
    )
    return r.problems or registration


def parse_person(row: Mapping[str, object]) -> Person | list[Problem]:
    """One person of a raw population row, or what is wrong with the row."""
    r = _Row(row)
    number = r.required_text("id_number").strip()
    if number and not _TWELVE_DIGITS.fullmatch(number):
        r.problems.append(Problem("id_number", "not_twelve_digits"))
    person = Person(
        id_number=IdNumber(number),
        full_name=r.required_text("full_name"),
        birth_date=r.text("birth_date"),
        former_id_numbers=_former_numbers(row.get("former_id_numbers")),
        sex=r.choice("sex", _SEXES),
        nationality=r.text("nationality"),
        residence=r.text("residence"),
        province_code=r.text("province_code"),
        status=r.choice("status", _STATUSES) or Status.LIVING,
        status_since=read_date(row.get("status_since")),
        document_issued_on=read_date(row.get("document_issued_on")),
        document_expires_on=read_date(row.get("document_expires_on")),
    )
    return r.problems or person


_TRUTH: dict[object, bool] = {True: True, False: False, "true": True, "false": False}
_TRUTH |= {"True": True, "False": False, "TRUE": True, "FALSE": False, "1": True, "0": False}


def parse_label(row: Mapping[str, object]) -> Label | list[Problem]:
    """One label of a raw row, or what is wrong with the row."""
    r = _Row(row)
    value = row.get("is_fraud")
    is_fraud = _TRUTH.get(value) if isinstance(value, bool | int | str) else None
    if is_fraud is None:
        r.note("is_fraud", value)
    label = Label(
        registration_id=RegistrationId(r.key("registration_id")),
        is_fraud=bool(is_fraud),
        typology=r.text("typology"),
        confirmed_at=r.moment("confirmed_at"),
    )
    return r.problems or label


Parser = Callable[[Mapping[str, object]], Any]
"""Makes a noun of a raw row, or a list of problems."""

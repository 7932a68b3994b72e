"""What was typed for a check: a JSON object, options of the command line, or both, made a registration.

A check needs less than a screening: what it does not look at is filled in.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import NoReturn

from features import birth_date
from features.errors import InputError
from features.parsing import parse_registration, read_date
from features.registration import DocumentType, Kind, Registration
from service.words import reason, said

STANDARD_INPUT = "-"
_LARGEST = 1 << 20


def registration(source: str | None, options: Mapping[str, object], now: datetime) -> Registration:
    """The registration of a FILE or `-` with the options laid over it; `now` where it has no moment.

    Raises:
        InputError: it cannot be read; names the column, never its value.
    """
    typed = {} if source is None else _row(source)
    typed |= {column: value for column, value in options.items() if value is not None}
    if not typed:
        raise InputError(
            said(
                "cần FILE, - (đầu vào chuẩn) hoặc các tùy chọn như --full-name",
                "give a FILE, - for standard input, or options such as --full-name",
            )
        )
    made = parse_registration(_filled(typed, now))
    if isinstance(made, Registration):
        return made
    told = (f"{p.column}: {said(p.reason_vi, p.reason)}" for p in made)
    raise InputError("; ".join(told))


def _filled(typed: Mapping[str, object], now: datetime) -> dict[str, object]:
    given = {column: value for column, value in typed.items() if value not in (None, "")}
    if "document_issued_on" in given:
        given["document_issued_on"] = _day(given["document_issued_on"])
    return {
        "registration_id": "check",
        "kind": Kind.BANK_ACCOUNT.value,
        "institution": "check",
        "registered_at": now,
        "document_type": DocumentType.CCCD.value,
        **given,
    }


def _day(value: object) -> date:
    """A day as a person writes it; one that cannot be read would look as if it were not given."""
    written = birth_date.normal(value) if isinstance(value, str) else None
    day = read_date(value) or read_date(written)
    if day is None:
        raise InputError(
            said(
                "document_issued_on: giá trị không đọc được",
                "document_issued_on: the value cannot be read",
            )
        )
    return day


def _row(source: str) -> dict[str, object]:
    try:
        row = json.loads(_content(source).decode("utf-8-sig"), parse_constant=_not_json)
    except UnicodeDecodeError:
        raise _unreadable(source, "không phải văn bản UTF-8", "not valid UTF-8 text") from None
    except (ValueError, RecursionError):
        raise _unreadable(source, "không phải JSON", "not valid JSON") from None
    if not isinstance(row, dict):
        raise _unreadable(source, "không phải một đối tượng JSON", "not one JSON object")
    return row


def _content(source: str) -> bytes:
    try:
        if source == STANDARD_INPUT:
            content = sys.stdin.buffer.read(_LARGEST + 1)
        else:
            with Path(source).open("rb") as file:
                content = file.read(_LARGEST + 1)
    except FileNotFoundError:
        raise _unreadable(source, "không có tệp này", "no such file") from None
    except OSError as error:
        why = reason(error)
        raise _unreadable(source, f"không đọc được ({why})", f"cannot be read ({why})") from None
    if len(content) > _LARGEST:
        raise _unreadable(source, "lớn hơn 1 MiB", "larger than 1 MiB")
    return content


def _unreadable(source: str, vi: str, en: str) -> InputError:
    name = said("đầu vào chuẩn", "standard input") if source == STANDARD_INPUT else source
    return InputError(f"{name}: {said(vi, en)}")


def _not_json(constant: str) -> NoReturn:
    """Python's parser knows NaN and Infinity; JSON does not."""
    raise ValueError(constant)

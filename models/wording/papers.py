"""Reasons about what was typed and shown: fields, dates, contact details, the hour."""

from __future__ import annotations

import math
from collections.abc import Sequence

from models.wording.sentences import Words
from models.wording.values import Teller, Values


def _fields(values: Values) -> Words | None:
    """How many fields contradict, or agree in part."""
    for name, vi, one, many in (
        ("disagreements", "trái với", "contradicts", "contradict"),
        (
            "partial_agreements",
            "chỉ khớp một phần với",
            "agrees only in part with",
            "agree only in part with",
        ),
    ):
        n = values[name]
        if n >= 1:
            fields = "1 field" if n == 1 else f"{n:.0f} fields"
            return (
                f"{n:.0f} trường {vi} cơ sở dữ liệu dân cư.",
                f"{fields} {one if n == 1 else many} the population register.",
            )
    return None


def _days(days: float) -> Words:
    n = round(abs(days))
    return f"{n} ngày", "1 day" if n == 1 else f"{n} days"


def _document(values: Values) -> Words | None:
    """What is odd about the dates of a document."""
    apart, expired, old = (
        values[name] for name in ("issue_date_apart", "document_days_expired", "document_age")
    )
    if expired >= 1:
        vi, en = _days(expired)
        return f"Giấy tờ đã hết hạn {vi} trước đó.", f"The document expired {en} before."
    if abs(apart) >= 1:
        vi, en = _days(apart)
        return (
            f"Ngày cấp đã khai lệch {vi} so với cơ sở dữ liệu.",
            f"The issue date given is {en} away from the registered one.",
        )
    if 1 <= old <= _NEW_DOCUMENT:
        vi, en = _days(old)
        return f"Giấy tờ mới cấp {vi} trước đó.", f"The document was issued only {en} before."
    return None


_NEW_DOCUMENT = 90
_GIVEN: dict[str, Words] = {
    "has_contact_phone": ("số điện thoại liên hệ", "contact phone"),
    "has_email": ("thư điện tử", "e-mail address"),
    "has_address": ("địa chỉ", "address"),
}


def _contact(values: Values) -> Words | None:
    """Which contact details are missing."""
    missing = [words for name, words in _GIVEN.items() if values[name] == 0]
    if not missing:
        return None
    vietnamese, english = zip(*missing, strict=True)
    return f"Không khai {', '.join(vietnamese)}.", f"Not given: {', '.join(english)}."


def _email(values: Values) -> Words | None:
    digits = values["email_digits"]
    if not digits >= _MANY_DIGITS:
        return None
    return (
        f"Chữ số chiếm {digits:.0%} tên hộp thư.",
        f"Digits make up {digits:.0%} of the mailbox name.",
    )


_MANY_DIGITS = 0.3


def _time(values: Values) -> Words | None:
    minutes = values["hour"] * 60
    if math.isnan(minutes):
        return None
    at = f"{int(round(minutes) // 60):02}:{round(minutes) % 60:02}"
    return f"Đăng ký lúc {at}.", f"Registered at {at} in Vietnam."


PAPERS: dict[str, Sequence[Teller]] = {
    "DISAGREEMENTS": (_fields,),
    "DOCUMENT_DATES": (_document,),
    "CONTACT": (_contact,),
    "EMAIL_PATTERN": (_email,),
    "TIME_OF_DAY": (_time,),
}
"""What tells a code, in the order in which it is tried."""

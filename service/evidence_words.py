"""The words for a cross-check, each in Vietnamese and English: fields, outcomes, verdicts, who else."""

from __future__ import annotations

from typing import Literal

from features.evidence import Alternative, Balance, FoundBy, Identity, Outcome
from features.registration import Sex

Language = Literal["vi", "en"]
Words = tuple[str, str]

FIELD_NAMES: dict[str, Words] = {
    "document_number": ("Số giấy tờ", "Document number"),
    "full_name": ("Họ tên", "Full name"),
    "birth_date": ("Ngày sinh", "Birth date"),
    "sex": ("Giới tính", "Sex"),
    "address": ("Địa chỉ", "Address"),
    "document_issued_on": ("Ngày cấp giấy tờ", "Issue date"),
}
SEXES: dict[Sex, Words] = {Sex.MALE: ("nam", "male"), Sex.FEMALE: ("nữ", "female")}
OUTCOMES: dict[Outcome, Words] = {
    Outcome.MATCH: ("khớp", "match"),
    Outcome.PARTIAL: ("gần khớp", "near match"),
    Outcome.MISMATCH: ("không khớp", "mismatch"),
    Outcome.UNAVAILABLE: ("không có dữ liệu", "no data"),
}
IDENTITIES: dict[Identity, Words] = {
    Identity.VERIFIED: ("Đã xác minh", "Verified"),
    Identity.MISMATCH: ("Không khớp", "Mismatch"),
    Identity.NOT_FOUND: ("Không tìm thấy", "Not found"),
    Identity.UNVERIFIABLE: ("Không thể xác minh", "Unverifiable"),
}
FOUND_BY: dict[FoundBy, Words] = {
    FoundBy.NUMBER: ("số giấy tờ như đã gõ", "the number as typed"),
    FoundBy.REPAIRED_NUMBER: ("số giấy tờ sau khi sửa lỗi gõ", "the number with a slip repaired"),
    FoundBy.FORMER_NUMBER: ("số giấy tờ cũ", "a former number"),
    FoundBy.NAME_AND_BIRTH_DATE: ("họ tên và ngày sinh", "name and birth date"),
}
ALTERNATIVES: dict[Alternative, Words] = {
    Alternative.STRANGER: ("người lạ", "a stranger"),
    Alternative.IMPOSTOR: ("kẻ mạo danh", "an impostor"),
}
WHO: dict[Alternative, Words] = {
    Alternative.STRANGER: (
        "do trùng hợp hoặc gõ nhầm số mà bị đối chiếu với bản ghi này",
        "whom chance or a slip led to this record",
    ),
    Alternative.IMPOSTOR: (
        "biết một phần thông tin của người này",
        "who knows a part of this person's record",
    ),
}
PARTS: dict[str, Words] = {
    **FIELD_NAMES,
    "start": ("Tìm theo", "Found by"),
    "rarity": ("Tên hiếm hay phổ biến", "Rareness of the name"),
}
"""The parts of a waterfall."""


def pick(words: Words, language: Language) -> str:
    """The words in one language."""
    return words[0] if language == "vi" else words[1]


def bits(value: float, language: Language) -> str:
    """Bits with their sign, as the language writes numbers; what rounds to nothing is 0."""
    text = f"{value:+.1f}"
    return "0" if float(text) == 0 else text.replace(".", pick((",", "."), language))


def likelihood(balance: Balance, language: Language) -> str:
    """The balance in a sentence: which is likelier, and how many times."""
    other = pick(ALTERNATIVES[balance.likelier], language)
    holder = pick(("chính chủ", "the holder"), language)
    one, two = (holder, other) if balance.bits >= 0 else (other, holder)
    times = _times(abs(balance.bits), language)
    words = (
        f"{one} có khả năng gấp {times} lần {two}.",
        f"{one} is {times} times as likely as {two}.",
    )
    text = pick(words, language)
    return text[0].upper() + text[1:]


def _times(size: float, language: Language) -> str:
    """2 to the power of it, to one or two digits."""
    if size >= _MANY:
        return pick(("hơn một triệu", "more than a million"), language)
    times = 2.0**size
    text = f"{times:.1f}" if times < 10 else f"{round(times, 1 - len(str(int(times)))):,.0f}"
    if language == "vi":
        text = text.translate(str.maketrans(",.", ".,"))
    return pick((f"khoảng {text}", f"about {text}"), language)


_MANY = 20.0  # bits

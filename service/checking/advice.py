"""What a clerk is told to do next: a sentence for the whole, and a hint for each thing to clear."""

from __future__ import annotations

from dataclasses import dataclass

from features import weights
from features.evidence import Evidence, FieldEvidence, Identity, Outcome
from service.evidence_words import Words


@dataclass(frozen=True, slots=True)
class Hint:
    """What would clear the difference of one field."""

    field: str
    words: Words


_BESIDE = frozenset(["address", "document_issued_on"])
"""Fields that never make a mismatch: nothing of theirs has to be cleared."""

_WHO = ("document_number", "full_name")

_FIELD_HINTS: dict[str, Words] = {
    "document_number": (
        "Xem thẻ gốc và nhập lại đủ 12 chữ số, đối chiếu từng số.",
        "Look at the card itself and type all 12 digits again, one by one.",
    ),
    "full_name": (
        "Nhập lại họ tên đúng như trên thẻ, đủ dấu, đủ tên đệm.",
        "Type the name again as it stands on the card, with all marks and middle names.",
    ),
    "birth_date": (
        "Nhập lại ngày sinh theo thẻ: ngày, tháng, năm.",
        "Type the birth date again from the card: day, month, year.",
    ),
    "sex": (
        "Xem giới tính ghi trên thẻ và nhập lại.",
        "Look at the sex that the card states and enter it again.",
    ),
}
_HINTS: dict[tuple[str, str], Words] = {
    ("document_number", "not_given"): (
        "Hỏi số định danh 12 chữ số: trên thẻ, VNeID hoặc giấy khai sinh.",
        "Ask for the 12-digit personal number: on the card, in VNeID or on the birth certificate.",
    ),
    ("document_number", "leading_zero_lost"): (
        "Thêm lại số 0 ở đầu cho đủ 12 chữ số; bảng tính thường làm mất.",
        "Put the leading zeros back, 12 digits in all; spreadsheets drop them.",
    ),
    ("document_number", "former_number"): (
        "Đúng người, số cũ: ghi số định danh 12 chữ số trên thẻ mới.",
        "The right person under an old number: record the 12 digits of the present card.",
    ),
    ("document_number", "other_number"): (
        "Yêu cầu xem thẻ gốc. Nếu thẻ ghi đúng số này thì giấy tờ cần được xác minh thêm.",
        "Ask to see the card. If it does carry this number, the paper itself needs verifying.",
    ),
    ("document_number", "other_former_number"): (
        "Hỏi số định danh 12 chữ số; cơ sở dữ liệu ghi số CMND khác cho người này.",
        "Ask for the 12-digit personal number; the register links another old number to this person.",
    ),
    ("full_name", "one_word"): (
        "Xem thẻ gốc. Nếu đã đổi tên, hỏi giấy tờ cải chính hộ tịch.",
        "Look at the card. If the name was changed, ask for the civil-status extract.",
    ),
    ("full_name", "different_name"): (
        "Yêu cầu xem thẻ gốc và người thật; không sửa tên cho khớp.",
        "Ask for the card and the person; do not change the name to make it agree.",
    ),
    ("birth_date", "not_given"): ("Hỏi ngày sinh.", "Ask for the birth date."),
    ("birth_date", "year_only"): (
        "Hỏi ngày và tháng sinh; nếu thẻ chỉ ghi năm thì giữ nguyên.",
        "Ask for day and month; leave it as it is where the card shows the year alone.",
    ),
    ("birth_date", "different_date"): (
        "Yêu cầu xem thẻ gốc. Nếu thẻ ghi đúng ngày này, người đó cần đề nghị công an cập nhật.",
        "Ask to see the card. If it does state this date, the person asks the police to update it.",
    ),
}
_HINTS["document_number", "former_number_unknown"] = _HINTS["document_number", "not_given"]
_HINTS["document_number", "other_document_number"] = _HINTS["document_number", "not_given"]
_HINTS["document_number", "not_in_register"] = _HINTS["document_number", "other_number"]
_HINTS["full_name", "similar_word"] = _HINTS["full_name", "one_word"]
_HINTS["full_name", "other_parts"] = _HINTS["full_name", "one_word"]
_HINTS["full_name", "name_of_another"] = _HINTS["full_name", "different_name"]
_HINTS["birth_date", "month_only"] = _HINTS["birth_date", "year_only"]
_HINTS["birth_date", "first_of_january"] = _HINTS["birth_date", "year_only"]


def hints(found: Evidence) -> list[Hint]:
    """What would clear each difference; of a verified identity, what is worth mending."""
    said = (
        (field, _hint(field, one.outcome, one.difference)) for field, one in found.fields.items()
    )
    return [Hint(field, words) for field, words in said if words is not None]


def _hint(field: str, outcome: Outcome, code: str) -> Words | None:
    if field in _BESIDE or outcome is Outcome.MATCH:
        return None
    known = _HINTS.get((field, code))
    return known if known or outcome is Outcome.UNAVAILABLE else _FIELD_HINTS[field]


_SITUATIONS: dict[str, Words] = {
    "verified": (
        "Giấy tờ là của một người trong cơ sở dữ liệu. Có thể tiếp tục.",
        "The papers are those of a person in the register. Go on.",
    ),
    "other_in_part": (
        "Đã xác minh; họ tên khác một phần: xem bên dưới.",
        "Verified; the name differs in part: see below.",
    ),
    "mismatch": (
        "Giấy tờ không khớp với cơ sở dữ liệu. Phần lớn là lỗi gõ: xem lại giấy tờ gốc trước khi nghi ngờ.",
        "The papers contradict the register. Most often it is a slip: look at the card before you suspect.",
    ),
    "other_person": (
        "Theo cơ sở dữ liệu, họ tên hoặc số này là của người khác. Xem thẻ gốc và người thật.",
        "By the register the name or the number is another person's. Look at the card and the person.",
    ),
    "not_found": (
        "Cơ sở dữ liệu không có ai mang số này. Kiểm tra lại số trên thẻ gốc.",
        "The register holds nobody under this number. Look at the number on the card again.",
    ),
    "unavailable": (
        "Chưa hỏi được cơ sở dữ liệu. Điều này không nói lên gì về người này; hãy hỏi lại sau.",
        "The register could not be asked. That says nothing of the person: ask again later.",
    ),
    "several": (
        "Hơn một người phù hợp. Hỏi số định danh 12 chữ số.",
        "More than one person fits. Ask for the 12-digit personal number.",
    ),
    "too_little": (
        "Có người phù hợp nhưng chưa đủ bằng chứng. Hỏi thêm những gì nêu dưới đây.",
        "A person fits, yet the evidence is not enough. Ask for what is named below.",
    ),
    "not_covered": (
        "Không đủ thông tin để tra cứu, hoặc cơ sở dữ liệu không gồm loại giấy tờ này (hộ chiếu).",
        "Nothing was given to ask by, or the register does not cover this paper (a passport).",
    ),
}


def situation(found: Evidence) -> Words:
    """What the verdict means for whoever stands at the counter."""
    return _SITUATIONS[_case(found)]


def _case(found: Evidence) -> str:
    if found.identity is Identity.MISMATCH and any(map(_another, map(found.fields.get, _WHO))):
        return "other_person"
    if found.identity is Identity.VERIFIED and _in_part(found.fields.get("full_name")):
        return "other_in_part"
    if found.identity is not Identity.UNVERIFIABLE:
        return found.identity.value
    if not found.register_available:
        return "unavailable"
    if found.several:
        return "several"
    return "not_covered" if found.balance is None else "too_little"


def _in_part(name: FieldEvidence | None) -> bool:
    """Whether the name is another one in part, which the rest of the papers made good."""
    return name is not None and name.difference in weights.OTHER_NAMES


def _another(field: FieldEvidence | None) -> bool:
    """Whether this is another person's, which a register that says no alone does not tell."""
    if field is None or field.difference == "register_differs":
        return False
    return field.outcome is Outcome.MISMATCH

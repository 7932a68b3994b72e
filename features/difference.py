"""Every way a field can differ from the register: its code, its weight, and a sentence for a clerk."""

from __future__ import annotations

from dataclasses import dataclass

from features.evidence import FieldEvidence, Outcome

_MATCH, _PARTIAL = Outcome.MATCH, Outcome.PARTIAL
_MISMATCH, _UNAVAILABLE = Outcome.MISMATCH, Outcome.UNAVAILABLE


@dataclass(frozen=True, slots=True)
class Difference:
    """How a difference weighs, and how it is told in English and in Vietnamese."""

    outcome: Outcome
    en: str
    vi: str


DIFFERENCES: dict[str, Difference] = {
    # any field
    "same": Difference(_MATCH, "Agrees with the register.", "Khớp với cơ sở dữ liệu."),
    "not_given": Difference(
        _UNAVAILABLE, "Not given in the registration.", "Hồ sơ đăng ký không khai."
    ),
    "register_silent": Difference(
        _UNAVAILABLE, "The register does not know this.", "Cơ sở dữ liệu không có thông tin này."
    ),
    "register_agrees": Difference(
        _MATCH,
        "The register says that this agrees; it shows no data.",
        "Cơ sở dữ liệu trả lời là khớp, không cho xem dữ liệu.",
    ),
    "register_differs": Difference(
        _MISMATCH,
        "The register says that this differs, not how.",
        "Cơ sở dữ liệu trả lời là không khớp, không cho biết khác thế nào.",
    ),
    "no_person": Difference(
        _UNAVAILABLE,
        "There is no single person to compare with.",
        "Không xác định được một người duy nhất để đối chiếu.",
    ),
    "unreadable": Difference(
        _UNAVAILABLE, "What was typed cannot be read.", "Không đọc được nội dung đã nhập."
    ),
    "one_digit": Difference(
        _PARTIAL,
        "One digit is wrong, missing or swapped with its neighbour.",
        "Sai hoặc thiếu một chữ số, hoặc đảo hai chữ số liền nhau.",
    ),
    # document number
    "leading_zero_lost": Difference(_PARTIAL, "Leading zeros were lost.", "Bị mất số 0 ở đầu."),
    "letters_for_digits": Difference(
        _PARTIAL, "Letters were typed for digits (O for 0, l for 1).", "Gõ chữ thay cho số (O, l)."
    ),
    "two_digits": Difference(_PARTIAL, "Two digits are wrong.", "Sai hai chữ số."),
    "former_number": Difference(
        _PARTIAL,
        "A former number of the same person (old identity card).",
        "Số giấy tờ cũ của cùng một người (CMND cũ).",
    ),
    "repaired_number": Difference(
        _PARTIAL,
        "The register found the number after mending a slip in it.",
        "Cơ sở dữ liệu tìm ra số này sau khi sửa lỗi gõ.",
    ),
    "other_former_number": Difference(
        _PARTIAL,
        "An old number, another than the one that the register links to this person.",
        "Số CMND khác với số CMND mà cơ sở dữ liệu ghi cho người này.",
    ),
    "former_number_unknown": Difference(
        _UNAVAILABLE,
        "An old 9-digit number that the register does not link to anyone.",
        "Số CMND 9 chữ số chưa được liên kết với người nào.",
    ),
    "other_document_number": Difference(
        _UNAVAILABLE,
        "The number of another paper, not a personal number.",
        "Số của giấy tờ khác, không phải số định danh.",
    ),
    "other_number": Difference(
        _MISMATCH, "The number of nobody, or of somebody else.", "Số không phải của người này."
    ),
    "not_in_register": Difference(
        _MISMATCH, "The register holds nobody under this number.", "Không có ai mang số này."
    ),
    # name
    "case_or_spacing": Difference(
        _MATCH,
        "Differs in capitals, spaces or punctuation.",
        "Khác chữ hoa, dấu cách hoặc dấu câu.",
    ),
    "tone_placement": Difference(
        _MATCH, "The tone mark stands on the other vowel.", "Đặt dấu thanh ở vị trí khác (hòa/hoà)."
    ),
    "diacritics_missing": Difference(
        _MATCH, "Typed without diacritics.", "Gõ không dấu hoặc thiếu dấu."
    ),
    "telex": Difference(
        _MATCH, "Raw Telex keystrokes were stored.", "Gõ kiểu Telex nhưng chưa chuyển thành dấu."
    ),
    "vni_keys": Difference(
        _MATCH, "Raw VNI keystrokes were stored.", "Gõ kiểu VNI nhưng chưa chuyển thành dấu."
    ),
    "legacy_encoding": Difference(
        _MATCH, "Written in an old font or encoding.", "Lỗi bảng mã hoặc phông chữ cũ."
    ),
    "honorific": Difference(
        _MATCH, "A form of address stands before the name.", "Có danh xưng (Ông, Bà) trước họ tên."
    ),
    "some_diacritics_missing": Difference(
        _PARTIAL, "Some of the diacritics are missing.", "Thiếu một vài dấu."
    ),
    "d_stroke": Difference(
        _PARTIAL, "d is written for đ, or đ for d.", "Viết d thay đ hoặc ngược lại."
    ),
    "other_diacritics": Difference(_PARTIAL, "Other diacritics.", "Sai dấu."),
    "i_y": Difference(_PARTIAL, "i is written for y, or y for i.", "Viết i thay y hoặc ngược lại."),
    "by_ear": Difference(
        _PARTIAL,
        "Written as it sounds in a region (s/x, ch/tr, d/gi/r, l/n, n/ng, t/c, hỏi/ngã).",
        "Viết theo phát âm vùng miền (s/x, ch/tr, d/gi/r, l/n, n/ng, t/c, hỏi/ngã).",
    ),
    "word_order": Difference(
        _PARTIAL, "The parts of the name are in another order.", "Đảo thứ tự họ, đệm, tên."
    ),
    "regional_family": Difference(
        _PARTIAL,
        "The other regional form of the family name (Hoàng/Huỳnh, Vũ/Võ).",
        "Họ viết theo vùng miền khác (Hoàng/Huỳnh, Vũ/Võ).",
    ),
    "missing_middle": Difference(_PARTIAL, "A middle name is missing.", "Thiếu tên đệm."),
    "extra_middle": Difference(_PARTIAL, "A middle name is added.", "Thừa tên đệm."),
    "part_of_name": Difference(
        _PARTIAL,
        "The name of the family or clan, or the end of a long name, stands on one side only.",
        "Tên họ, tên dòng tộc hoặc phần cuối của họ tên dài chỉ có ở một bên.",
    ),
    "initials": Difference(_PARTIAL, "Names are shortened to initials.", "Họ, đệm viết tắt."),
    "misread_letters": Difference(
        _PARTIAL,
        "Letters were misread by a scanner (0 for O, 1 for l, 5 for S, rn for m).",
        "Máy quét đọc nhầm chữ (0 thay O, 1 thay l, 5 thay S, rn thay m).",
    ),
    "one_letter": Difference(
        _PARTIAL,
        "One letter is wrong, missing or swapped with its neighbour.",
        "Sai hoặc thiếu một chữ cái, hoặc đảo hai chữ cái liền nhau.",
    ),
    "slip_to_word": Difference(
        _PARTIAL,
        "A letter is lost or the key beside it was hit, which makes another word (Anh/An).",
        "Sót chữ hoặc gõ nhầm phím bên cạnh, thành một từ khác (Anh/An).",
    ),
    "two_slips": Difference(_PARTIAL, "Two small slips in the name.", "Hai lỗi nhỏ trong họ tên."),
    "similar_word": Difference(
        _PARTIAL,
        "One word of the name is another one, nearly alike (Hương/Phương).",
        "Một từ trong họ tên là từ khác, viết gần giống (Hương/Phương).",
    ),
    "one_word": Difference(
        _PARTIAL,
        "One word of the name is another one, the rest agrees.",
        "Một từ trong họ tên khác hẳn, phần còn lại khớp.",
    ),
    "other_parts": Difference(
        _PARTIAL,
        "Family and given names agree, or a personal name after Y or H'; the rest is another.",
        "Họ và tên khớp (hoặc tên riêng sau Y, H'), phần còn lại khác.",
    ),
    "different_name": Difference(_MISMATCH, "Another name.", "Họ tên khác."),
    "name_of_another": Difference(
        _MISMATCH,
        "Name and birth date are exactly those of another person, of the same home say.",
        "Họ tên và ngày sinh đúng là của một người khác, chẳng hạn cùng nơi cư trú.",
    ),
    # birth date
    "day_month_swapped": Difference(_PARTIAL, "Day and month are swapped.", "Đảo ngày và tháng."),
    "year_only": Difference(_PARTIAL, "Only the year is given.", "Chỉ khai năm sinh."),
    "month_only": Difference(
        _PARTIAL, "Only the month and year are given.", "Chỉ khai tháng và năm sinh."
    ),
    "first_of_january": Difference(
        _PARTIAL, "1 January was given for an unknown day.", "Khai 01/01 thay cho ngày sinh thật."
    ),
    "register_less_exact": Difference(
        _MATCH,
        "Agrees as far as the register knows the date.",
        "Khớp trong phạm vi cơ sở dữ liệu biết ngày sinh.",
    ),
    "register_unreadable": Difference(
        _UNAVAILABLE,
        "The register's own date cannot be read.",
        "Không đọc được ngày sinh trong cơ sở dữ liệu.",
    ),
    "digits_swapped": Difference(
        _PARTIAL, "Two neighbouring digits are swapped.", "Đảo hai chữ số liền nhau."
    ),
    "other_day": Difference(
        _PARTIAL, "Another day of the same month.", "Sai ngày, đúng tháng và năm."
    ),
    "other_month": Difference(
        _PARTIAL, "Another month of the same year.", "Sai tháng, đúng ngày và năm."
    ),
    "other_year": Difference(
        _PARTIAL, "The year before or after, or ten years off.", "Sai năm: lệch 1 hoặc 10 năm."
    ),
    "no_such_date": Difference(
        _PARTIAL, "There is no such date.", "Không có ngày nào như vậy trên lịch."
    ),
    "same_year": Difference(
        _PARTIAL,
        "Another day and month of the same year.",
        "Ngày và tháng khác, cùng năm.",
    ),
    "corrected_since": Difference(
        _PARTIAL,
        "The register has another year; the number shown was made for the one given.",
        "Cơ sở dữ liệu ghi năm khác; số giấy tờ được cấp theo đúng năm đã khai.",
    ),
    "different_date": Difference(_MISMATCH, "Another date.", "Ngày khác."),
    # sex
    "other_sex": Difference(_MISMATCH, "The other sex.", "Khác giới tính."),
    # address
    "written_differently": Difference(
        _MATCH, "The same address, written differently.", "Cùng địa chỉ, cách viết khác."
    ),
    "part_missing": Difference(
        _PARTIAL, "A part of the address is missing.", "Thiếu một phần địa chỉ."
    ),
    "spelling": Difference(_PARTIAL, "A slip in the address.", "Lỗi gõ trong địa chỉ."),
    "administrative_unit": Difference(
        _PARTIAL,
        "The same place under old or new administrative units.",
        "Cùng nơi, khác đơn vị hành chính cũ và mới.",
    ),
    "same_commune": Difference(
        _PARTIAL, "Another address in the same commune.", "Địa chỉ khác, cùng xã phường."
    ),
    "same_district": Difference(
        _MISMATCH,
        "Another address in the same former district.",
        "Địa chỉ khác, cùng quận huyện cũ.",
    ),
    "same_province": Difference(
        _MISMATCH, "Another address in the same province.", "Địa chỉ khác, cùng tỉnh thành."
    ),
    "other_address": Difference(_MISMATCH, "Another address.", "Địa chỉ khác."),
    # issue date of the document
    "other_document": Difference(
        _UNAVAILABLE,
        "The date of another kind of document than the one that the register dates.",
        "Ngày của loại giấy tờ khác với giấy tờ có ngày trong cơ sở dữ liệu.",
    ),
    "earlier_document": Difference(
        _MISMATCH, "An earlier document than the valid one.", "Giấy tờ cấp trước giấy tờ hiện hành."
    ),
    "later_document": Difference(
        _MISMATCH, "A later document than the register knows.", "Giấy tờ cấp sau giấy tờ đã biết."
    ),
}
"""Code -> difference. Codes hold no personal data."""

_EVIDENCE = {code: FieldEvidence(d.outcome, code) for code, d in DIFFERENCES.items()}


def evidence(code: str) -> FieldEvidence:
    """The evidence of one field that differs by `code`."""
    return _EVIDENCE[code]


def outcome(code: str) -> Outcome:
    """How a difference weighs."""
    return DIFFERENCES[code].outcome


SENTENCES: dict[str, tuple[str, str]] = {code: (d.vi, d.en) for code, d in DIFFERENCES.items()}
"""Code -> the sentence in Vietnamese, and in English."""

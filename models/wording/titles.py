"""What a group of features is about, and how a fact would stand if it were otherwise, in two languages."""

from __future__ import annotations

from models.wording.sentences import HUBS, REASONS, THINGS, Words

_FIELDS: dict[str, Words] = {
    "DIFFERENT_DOCUMENT_NUMBER": ("số giấy tờ", "the document number"),
    "DIFFERENT_FULL_NAME": ("họ tên", "the name"),
    "DIFFERENT_BIRTH_DATE": ("ngày sinh", "the birth date"),
    "DIFFERENT_SEX": ("giới tính", "the sex"),
    "DIFFERENT_ADDRESS": ("địa chỉ", "the address"),
    "DIFFERENT_DOCUMENT_ISSUED_ON": ("ngày cấp giấy tờ", "the document's issue date"),
}
_TITLES: dict[str, Words] = {
    **{
        code: (f"So sánh {vi} với cơ sở dữ liệu dân cư.", f"How {en} compares with the register.")
        for code, (vi, en) in _FIELDS.items()
    },
    **{
        f"SHARED_{thing}": (f"Ai khác có chung {vi}.", f"Who else shares {en}.")
        for thing, (vi, en) in THINGS.items()
    },
    **{
        f"FRAUD_NEARBY_{thing}": (f"Gian lận đã biết liên quan đến {vi}.", f"Known fraud of {en}.")
        for thing, (vi, en) in THINGS.items()
    },
    **{
        f"UNUSUAL_{thing}": (
            f"Hoạt động của {THINGS[thing][0]}.",
            f"Activity of {THINGS[thing][1]}.",
        )
        for thing in HUBS
    },
    "SHARED_TWICE": (
        "Ai khác có chung từ hai thông tin riêng trở lên.",
        "Who else shares two or more personal values.",
    ),
    "SHARED_BEYOND": (
        "Những người liên quan qua một bước trung gian.",
        "Who is met one step further.",
    ),
    "SHARED_PHONE_AS_SIM": (
        "SIM của số điện thoại liên hệ đứng tên ai.",
        "In whose name the SIM of the contact phone is.",
    ),
    "SHARED_SIM_AS_PHONE": ("Các tài khoản khai số này.", "The accounts that name this number."),
    "SHARED_SIM": ("Các lần đăng ký trước của số này.", "Earlier registrations of this number."),
    "NUMBER_OF_ANOTHER": (
        "Số điện thoại này đứng tên ai.",
        "In whose name this telephone number is.",
    ),
    "ACCOUNT_OR_SIM": ("Loại đăng ký.", "The kind of registration."),
    "CHANNEL": ("Kênh mở và loại giấy tờ.", "How it was opened and which document was shown."),
    "TIME_OF_DAY": ("Thời điểm đăng ký.", "The time of the registration."),
    "IDENTITY": ("Kết quả đối chiếu danh tính.", "The outcome of the identity check."),
    "HOLDER_NOT_LIVING": (
        "Tình trạng của người đứng tên trong cơ sở dữ liệu dân cư.",
        "The status of the holder in the register.",
    ),
    "DOCUMENT_DATES": ("Ngày cấp, thời hạn giấy tờ.", "The dates of the document."),
    "CONTACT": ("Thông tin liên hệ có khai hoặc để trống.", "Contact details given or missing."),
    "EMAIL_PATTERN": ("Hình thức địa chỉ thư điện tử.", "The form of the e-mail address."),
    "NAME_FORM": ("Cách ghi họ tên.", "How the name was typed."),
    "HOLDER_PLACE": ("Nơi đăng ký khai sinh, nơi ở.", "Place of birth registration and home."),
    "HONEST_NEARBY": (
        "Các đăng ký liên quan đã được xác nhận trung thực hoặc chưa.",
        "What is known of honest registrations nearby.",
    ),
    "MANY_REGISTRATIONS": (
        "Số đăng ký gần đây của cùng người đứng tên.",
        "How many registrations this holder made lately.",
    ),
    "DISAGREEMENTS": ("Số trường không khớp.", "How many fields do not agree."),
    "ORGANISATION": ("Cá nhân hay tổ chức.", "A person or an organisation."),
}
_OTHERWISE: dict[str, Words] = {
    **{
        code: (f"{vi} khớp với cơ sở dữ liệu dân cư", f"{en} agrees with the register")
        for code, (vi, en) in _FIELDS.items()
    },
    **{
        f"SHARED_{thing}": (
            f"không ai khác dùng {vi}",
            f"nobody else uses {en}",
        )
        for thing, (vi, en) in THINGS.items()
    },
    **{
        f"FRAUD_NEARBY_{thing}": (
            f"không có gian lận được xác nhận liên quan đến {vi}",
            f"no confirmed fraud is known of {en}",
        )
        for thing, (vi, en) in THINGS.items()
    },
    **{
        f"UNUSUAL_{thing}": (
            f"hoạt động của {THINGS[thing][0]} như ngày thường",
            f"the activity of {THINGS[thing][1]} is that of any day",
        )
        for thing in HUBS
    },
    "IDENTITY": (
        "cơ sở dữ liệu dân cư xác minh được danh tính",
        "the register verifies the identity",
    ),
    "HOLDER_NOT_LIVING": (
        "cơ sở dữ liệu dân cư ghi nhận người đứng tên còn sống và có mặt",
        "the register holds the person for living and present",
    ),
    "DOCUMENT_DATES": ("giấy tờ còn hạn", "the document is still valid"),
    "CONTACT": (
        "có khai thông tin liên hệ của riêng mình",
        "contact details of one's own are given",
    ),
    "NUMBER_OF_ANOTHER": (
        "số điện thoại này đứng tên chính người đăng ký",
        "the telephone number is in the holder's own name",
    ),
    "MANY_REGISTRATIONS": (
        "người đứng tên này chưa có đăng ký nào khác",
        "this holder has no other registration",
    ),
    **{
        f"{part}_STALE": (f"{vi} còn trong hạn dùng", f"{en} before the use-by date")
        for part, vi, en in (
            ("MODEL", "mô hình rủi ro", "the risk model is"),
            ("REGISTER", "bản sao cơ sở dữ liệu dân cư", "the register's snapshot is"),
            ("GRAPH", "đồ thị liên quan", "the live graph is"),
            ("LISTS", "các danh mục kèm theo", "the packaged lists are"),
        )
    },
    "SHARED_TWICE": (
        "không người khác nào có chung từ hai thông tin riêng trở lên",
        "nobody else shares two or more personal values",
    ),
    "SHARED_BEYOND": (
        "các đăng ký có chung thông tin không dẫn đến ai nữa",
        "registrations that share a value lead on to nobody",
    ),
    "SHARED_PHONE_AS_SIM": (
        "SIM của số điện thoại liên hệ không đứng tên ai khác",
        "the SIM of the contact phone is in nobody else's name",
    ),
    "SHARED_SIM_AS_PHONE": (
        "không ai khác khai số này",
        "nobody else names this number",
    ),
    "SHARED_SIM": (
        "số thuê bao này chưa từng đứng tên ai khác",
        "this SIM number was never in another's name",
    ),
}


def title_of(code: str) -> Words:
    """What the group of a reason code is about, whichever way it points."""
    return _TITLES.get(code) or REASONS.get(code, (code, code))


def otherwise_of(code: str) -> Words:
    """How the fact of a lever stands in the case that is thought up, as a clause."""
    return _OTHERWISE.get(code, (code, code))

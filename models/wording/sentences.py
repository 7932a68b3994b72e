"""The plain sentence of every reason code, in Vietnamese and English."""

from __future__ import annotations

Words = tuple[str, str]
"""In Vietnamese, and in English."""

REASONS: dict[str, Words] = {
    "IDENTITY_MISMATCH": (
        "Thông tin kê khai trái với cơ sở dữ liệu dân cư.",
        "What was given contradicts the population register.",
    ),
    "IDENTITY_NOT_FOUND": (
        "Cơ sở dữ liệu dân cư không có người nào phù hợp.",
        "The population register holds nobody who fits.",
    ),
    "REGISTER_UNAVAILABLE": (
        "Chưa hỏi được cơ sở dữ liệu dân cư.",
        "The population register could not be asked.",
    ),
    "GRAPH_UNAVAILABLE": (
        "Chưa xem được các đăng ký liên quan; sẽ kiểm tra lại.",
        "What it shares with other registrations could not be seen; it will be screened again.",
    ),
    "HOLDER_DECEASED": (
        "Người đứng tên đã qua đời theo cơ sở dữ liệu dân cư.",
        "The register held the person for deceased at the time.",
    ),
    "HOLDER_ABSENT": (
        "Người đứng tên mất tích, xuất cảnh hoặc bị giam giữ theo cơ sở dữ liệu dân cư.",
        "The register held the person for missing, emigrated or detained at the time.",
    ),
    "FACE_UNDER_OTHER_NAMES": (
        "Khuôn mặt này đã được đăng ký dưới tên khác.",
        "This face was registered under other names.",
    ),
    "FACE_OF_FRAUD": (
        "Khuôn mặt này gắn với gian lận đã được xác nhận.",
        "This face belongs to a confirmed fraud.",
    ),
    "DEVICE_OF_FRAUD": (
        "Thiết bị này gắn với gian lận đã được xác nhận.",
        "This device was used for a confirmed fraud.",
    ),
    "PHONE_OF_FRAUD": (
        "Số điện thoại này gắn với gian lận được xác nhận trong 90 ngày qua.",
        "This phone was named in a fraud confirmed in the last 90 days.",
    ),
    "HOLDER_OF_FRAUD": (
        "Người đứng tên có đăng ký khác đã được xác nhận là gian lận.",
        "Another registration of this holder is a confirmed fraud.",
    ),
    "IN_RING": (
        "Thuộc một nhóm đăng ký đáng ngờ có chung những thông tin mà người lạ thường không dùng chung.",
        "Belongs to a group of suspicious registrations that share what strangers seldom share.",
    ),
    "MODEL_STALE": (
        "Mô hình rủi ro đã quá hạn dùng.",
        "The risk model is past its use-by date.",
    ),
    "REGISTER_STALE": (
        "Bản chụp cơ sở dữ liệu dân cư đã quá hạn dùng.",
        "The register's snapshot is past its use-by date.",
    ),
    "GRAPH_STALE": (
        "Đồ thị các đăng ký liên quan đã vắng quá lâu.",
        "The graph of other registrations has been away for too long.",
    ),
    "LISTS_STALE": (
        "Danh mục xã, đầu số điện thoại hay trọng số đã quá hạn dùng.",
        "The lists of communes, telephone numbers or weights are past their use-by date.",
    ),
    "RISK_AS_A_WHOLE": (
        "Không có dấu hiệu riêng nào nổi bật; rủi ro do toàn bộ hồ sơ.",
        "No single sign stands out; the risk comes from the record as a whole.",
    ),
    "ACCOUNT_OR_SIM": (
        "Loại đăng ký làm tăng rủi ro.",
        "The kind of registration adds to the risk.",
    ),
    "CHANNEL": (
        "Kênh mở hoặc loại giấy tờ làm tăng rủi ro.",
        "How it was opened or which document was shown adds to the risk.",
    ),
    "ORGANISATION": ("Đăng ký của tổ chức.", "The holder is an organisation."),
    "TIME_OF_DAY": ("Thời điểm đăng ký khác thường.", "The time of the registration is unusual."),
    "IDENTITY": (
        "Kết quả đối chiếu danh tính làm tăng rủi ro.",
        "The outcome of the identity check adds to the risk.",
    ),
    "DISAGREEMENTS": ("Có trường không khớp.", "Some fields do not agree."),
    "DIFFERENT_DOCUMENT_NUMBER": ("Số giấy tờ không khớp.", "The document number differs."),
    "DIFFERENT_FULL_NAME": ("Họ tên không khớp.", "The name differs."),
    "DIFFERENT_BIRTH_DATE": ("Ngày sinh không khớp.", "The birth date differs."),
    "DIFFERENT_SEX": ("Giới tính không khớp.", "The sex differs."),
    "DIFFERENT_ADDRESS": ("Địa chỉ không khớp.", "The address differs."),
    "DIFFERENT_DOCUMENT_ISSUED_ON": (
        "Ngày cấp giấy tờ không khớp.",
        "The document's issue date differs.",
    ),
    "HOLDER_NOT_LIVING": (
        "Tình trạng của người đứng tên trong cơ sở dữ liệu dân cư làm tăng rủi ro.",
        "The status of the holder in the register adds to the risk.",
    ),
    "DOCUMENT_DATES": (
        "Ngày cấp hoặc thời hạn giấy tờ khác thường.",
        "The document's issue or expiry date is unusual.",
    ),
    "CONTACT": (
        "Phần thông tin liên hệ có khai hay để trống khác thường.",
        "Which contact details are given or missing is unusual.",
    ),
    "EMAIL_PATTERN": (
        "Hình thức địa chỉ thư điện tử khác thường.",
        "The form of the e-mail address is unusual.",
    ),
    "NAME_FORM": ("Cách ghi họ tên khác thường.", "The way the name was typed is unusual."),
    "HOLDER_PLACE": (
        "Nơi đăng ký khai sinh hoặc nơi ở làm tăng rủi ro.",
        "The place of birth registration or of the home adds to the risk.",
    ),
    "HONEST_NEARBY": (
        "Điều đã biết về các đăng ký liên quan làm tăng rủi ro.",
        "What is known of registrations nearby adds to the risk.",
    ),
    "NUMBER_OF_ANOTHER": (
        "Số điện thoại này gắn với người khác đứng tên SIM hoặc tài khoản.",
        "The SIM or the accounts of this telephone number are in another's name.",
    ),
    "MANY_REGISTRATIONS": (
        "Các đăng ký gần đây của cùng người đứng tên khác thường.",
        "The recent registrations of this holder are unusual.",
    ),
}
"""Every reason code: a sentence in Vietnamese, and in English."""

THINGS = {
    "HOLDER": ("người đứng tên này", "this holder"),
    "DOCUMENT": ("số giấy tờ này", "this document number"),
    "PHONE": ("số điện thoại liên hệ này", "this contact phone"),
    "DEVICE": ("thiết bị này", "this device"),
    "EMAIL": ("địa chỉ thư điện tử này", "this e-mail address"),
    "ADDRESS": ("địa chỉ này", "this address"),
    "MAILBOX": ("dãy địa chỉ thư đánh số này", "this row of numbered mailboxes"),
    "FACE": ("khuôn mặt này", "this face"),
    "ORGANISATION": ("tổ chức này", "this organisation"),
    "PHONE_AS_SIM": ("SIM của số điện thoại liên hệ", "the SIM of the contact phone"),
    "SIM_AS_PHONE": ("các tài khoản khai số này", "the accounts that name this number"),
    "SIM": ("số thuê bao này", "this SIM number"),
    "AGENT": ("nhân viên hoặc điểm đăng ký này", "this agent"),
    "BRANCH": ("chi nhánh hoặc cửa hàng này", "this branch or shop"),
    "TABLET": ("máy của điểm đăng ký này", "this agent's tablet"),
    "NETWORK": ("địa chỉ IP này", "this IP address"),
    "SUBNET": ("dải mạng này", "this network neighbourhood"),
    "TWICE": (
        "những đăng ký có chung nhiều thông tin riêng",
        "registrations that share several personal values",
    ),
    "BEYOND": (
        "những đăng ký liên quan qua một bước trung gian",
        "registrations one step further",
    ),
    "PEERS": ("các điểm cùng kênh của tổ chức này", "the desks of this institution and channel"),
}
HUBS = ("AGENT", "BRANCH", "TABLET", "NETWORK", "SUBNET", "PEERS")
"""What many strangers share rightly: not that it is shared is worth a word, but unusual activity."""

_SHARED = {
    "DOCUMENT": (
        "Số giấy tờ này có trong nhiều đăng ký.",
        "Other registrations carry this document number.",
    ),
    "PHONE": (
        "Nhiều người hoặc nhiều đăng ký dùng chung số điện thoại liên hệ này.",
        "Others or other registrations share this contact phone.",
    ),
    "DEVICE": (
        "Nhiều người hoặc nhiều đăng ký dùng chung thiết bị này.",
        "Others or other registrations share this device.",
    ),
    "EMAIL": (
        "Nhiều người hoặc nhiều đăng ký dùng chung địa chỉ thư điện tử này.",
        "Others or other registrations share this e-mail address.",
    ),
    "MAILBOX": (
        "Nhiều người khác dùng địa chỉ thư chỉ khác nhau ở con số.",
        "Others use e-mail addresses that differ in their number alone.",
    ),
    "ADDRESS": (
        "Nhiều người hoặc nhiều đăng ký có cùng địa chỉ này.",
        "Others or other registrations share this address.",
    ),
    "FACE": (
        "Khuôn mặt này có trong nhiều đăng ký.",
        "This face appears in other registrations.",
    ),
    "ORGANISATION": (
        "Nhiều đăng ký mang tên tổ chức này.",
        "Other registrations are in the name of this organisation.",
    ),
    "TWICE": (
        "Đăng ký của người khác có chung từ hai thông tin riêng trở lên.",
        "Registrations of others share two or more personal values with this one.",
    ),
    "BEYOND": (
        "Những đăng ký có chung thông tin lại dẫn đến nhiều người khác.",
        "Registrations that share a value lead on to others.",
    ),
    "PHONE_AS_SIM": (
        "Số điện thoại liên hệ là của một SIM đã được đăng ký.",
        "The contact phone is the number of a registered SIM.",
    ),
    "SIM_AS_PHONE": (
        "Nhiều tài khoản khai cùng số này.",
        "Several accounts name this number.",
    ),
    "SIM": (
        "Số thuê bao này đã được đăng ký trước đó.",
        "This SIM number was registered before.",
    ),
}
for _code, (_vi, _en) in THINGS.items():
    REASONS[f"FRAUD_NEARBY_{_code}"] = (
        f"Đã có gian lận được xác nhận liên quan đến {_vi}.",
        f"Confirmed fraud is known of {_en}.",
    )
REASONS.update({f"SHARED_{_code}": _sentences for _code, _sentences in _SHARED.items()})
for _code in HUBS:
    _vi, _en = THINGS[_code]
    REASONS[f"UNUSUAL_{_code}"] = (
        f"Hoạt động bất thường liên quan đến {_vi}.",
        f"The activity of {_en} is unusual.",
    )

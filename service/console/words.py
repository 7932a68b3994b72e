"""Every word of the console, in Vietnamese and in English, and how it writes numbers and times."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from features.difference import SENTENCES
from features.registration import VIETNAM

TEXTS: dict[str, tuple[str, str]] = {
    # frame
    "product": ("chinhchu", "chinhchu"),
    "skip": ("Đến nội dung chính", "Skip to the content"),
    "menu": ("Trình đơn", "Menu"),
    "language": ("Ngôn ngữ", "Language"),
    "sign_out": ("Đăng xuất", "Sign out"),
    "script_needed": ("Trang này cần JavaScript.", "This page needs JavaScript."),
    # sign-in
    "sign_in": ("Đăng nhập", "Sign in"),
    "sign_in_about": (
        "Dùng khóa API của tổ chức bạn. Bạn chỉ thấy hồ sơ của tổ chức mình.",
        "Use an API key of your institution. You see the records of your institution alone.",
    ),
    "api_key": ("Khóa API", "API key"),
    "sign_in_failed": (
        "Khóa không đúng hoặc đã bị thu hồi.",
        "This key is not known, or was revoked.",
    ),
    # latest screenings
    "latest": ("Sàng lọc gần đây", "Latest screenings"),
    "summary": ("Số lượt sàng lọc", "Number of screenings"),
    "last_day": ("24 giờ qua", "last 24 hours"),
    "last_week": ("{count} trong 7 ngày", "{count} in 7 days"),
    "all": ("Tất cả", "All"),
    "filter": ("Lọc theo quyết định", "Filter by decision"),
    "pages": ("Các trang", "Pages"),
    "newer": ("Mới hơn", "Newer"),
    "older": ("Cũ hơn", "Older"),
    "none_yet": ("Chưa có lượt sàng lọc nào.", "There are no screenings here yet."),
    "none_decided_so": ("Không có mục nào với quyết định này.", "None with this decision."),
    "times_local": ("Giờ Việt Nam (UTC+7).", "Times are those of Vietnam (UTC+7)."),
    "repeated": ("sàng lọc lại", "screened again"),
    # columns and facts
    "time": ("Thời gian", "Time"),
    "registration": ("Mã đăng ký", "Registration"),
    "kind": ("Loại", "Kind"),
    "identity": ("Danh tính", "Identity"),
    "decision": ("Quyết định", "Decision"),
    "risk": ("Rủi ro", "Risk"),
    "ring": ("Nhóm nghi vấn", "Ring"),
    "ring_now": ("Nhóm nghi vấn hiện nay", "Ring at present"),
    "registered_at": ("Đăng ký lúc", "Registered"),
    "screened_at": ("Sàng lọc lúc", "Screened"),
    "purpose": ("Mục đích", "Purpose"),
    "asked_by": ("Bên yêu cầu", "Asked by"),
    "model_version": ("Phiên bản mô hình", "Model version"),
    "policy_version": ("Phiên bản chính sách", "Policy version"),
    "position": ("Vị trí trong sổ cái", "Ledger position"),
    "graph_position": ("Vị trí của đồ thị", "Graph position"),
    "outcome_known": ("Kết quả xác minh", "Confirmed outcome"),
    "outcome.fraud": ("Gian lận", "Fraud"),
    "outcome.honest": ("Trung thực", "Honest"),
    "other_screenings": ("Các lượt khác của đăng ký này", "Other screenings of it"),
    # one screening
    "screening": ("Kết quả sàng lọc", "Screening"),
    "back": ("Về danh sách", "Back to the list"),
    "reasons": ("Lý do", "Reasons"),
    "no_reasons": ("Không có lý do nào nổi bật.", "No reason stands out."),
    "evidence": ("Đối chiếu từng trường", "Evidence, field by field"),
    "field": ("Trường", "Field"),
    "agreement": ("Mức khớp", "Agreement"),
    "difference": ("Khác biệt", "Difference"),
    "record": ("Hồ sơ quyết định", "Record of the decision"),
    "no_personal_data": (
        "Thông tin cá nhân đã nhập được ẩn: chỉ nêu tên khác biệt, không nêu giá trị.",
        "What was typed stays hidden here: a difference is named, its values are not shown.",
    ),
    # one decision taken apart
    "explain": ("Tách quyết định này", "Take this decision apart"),
    "explanation": ("Quyết định từ đâu mà ra", "What led to the decision"),
    "otherwise": ("Điều gì khác đi thì quyết định khác đi", "What would lead to another decision"),
    "would_be": ("Nếu như sau thì sẽ là", "If this were so, it would be"),
    "otherwise_about": (
        "Dành cho người thẩm tra, để biết nên kiểm tra gì trước; không dùng để hướng dẫn người đăng ký. Lượt xem này được ghi lại.",
        "For who examines, to know what to check first; never to advise an applicant. This reading is recorded.",
    ),
    "hard_facts": ("Dữ kiện cứng, ngoài điểm số", "Hard facts, beside the score"),
    "score": ("Điểm số, cộng từng phần", "The score, part by part"),
    "group": ("Nhóm dữ kiện", "Group of facts"),
    "push": ("Đóng góp", "Adds"),
    "all_the_rest": ("Phần còn lại.", "All the rest."),
    "sum": ("Tổng.", "Sum."),
    "score_about": (
        "Đơn vị log-odds; số dương làm rủi ro tăng. Rủi ro được hiệu chỉnh từ tổng này.",
        "In log-odds; a positive number raises the risk, which is calibrated from the sum.",
    ),
    # one ring
    "ring_title": ("Nhóm nghi vấn", "Suspected ring"),
    "ring_about": (
        "Các đăng ký dùng chung thông tin. Đăng ký của tổ chức khác được ẩn danh.",
        "Registrations that share attributes. Those of other institutions stay anonymous.",
    ),
    "members": ("Thành viên", "Members"),
    "own_members": ("Thành viên của tổ chức bạn", "Members of your institution"),
    "other_members": ("của tổ chức khác", "of other institutions"),
    "yours": ("của tổ chức bạn", "of your institution"),
    "ring_risk": ("Rủi ro của nhóm", "Risk of the ring"),
    "ring_run": ("Đợt dò nhóm", "Ring run"),
    "ring_first": ("Đăng ký đầu tiên", "First registration"),
    "ring_lost": ("các đợt sau không còn thấy", "later runs did not find it"),
    "ring_life": ("Diễn biến", "What became of it"),
    "erased": ("đã xóa dữ liệu cá nhân", "personal data erased"),
    "since_run": ("liên quan sau đợt dò", "reached it after the run"),
    "ties": ("Thông tin dùng chung", "What they share"),
    "no_ties": ("Không còn thông tin dùng chung.", "They share nothing any more."),
    "tie_of": ("{count} đăng ký, {own} của tổ chức bạn", "{count} registrations, {own} of yours"),
    "drawing": ("Sơ đồ nhóm", "Drawing of the ring"),
    "drawn_part": (
        "Chỉ vẽ {shown} trong {count} đăng ký.",
        "Only {shown} of {count} registrations are drawn.",
    ),
    "legend.own": ("Đăng ký của tổ chức bạn", "Your registration"),
    "legend.other": ("Tổ chức khác", "Another institution"),
    "legend.tie": ("Thông tin dùng chung", "Shared attribute"),
    # calm answers
    "not_found": ("Không tìm thấy", "Not found"),
    "not_found_about": (
        "Không có gì ở địa chỉ này trong phạm vi tổ chức của bạn.",
        "There is nothing under this address for your institution.",
    ),
    "away": ("Tạm thời gián đoạn", "Not available for a moment"),
    "away_about": (
        "Sổ cái tạm thời chưa trả lời. Hãy thử lại sau ít phút.",
        "The ledger does not answer at present. Please try again in a minute.",
    ),
    "defect": ("Có lỗi xảy ra", "Something went wrong"),
    "defect_about": (
        "Trang này chưa hiển thị được. Lỗi đã được ghi nhận.",
        "This page could not be shown. The defect was noted.",
    ),
    # codes of the ledger
    "decision.clear": ("Thông qua", "Clear"),
    "decision.review": ("Cần xem xét", "Review"),
    "decision.refuse": ("Từ chối", "Refuse"),
    "identity.verified": ("Đã xác minh", "Verified"),
    "identity.mismatch": ("Không khớp", "Mismatch"),
    "identity.not_found": ("Không tìm thấy", "Not found"),
    "identity.unverifiable": ("Không thể xác minh", "Unverifiable"),
    "risk.low": ("Thấp", "Low"),
    "risk.medium": ("Trung bình", "Medium"),
    "risk.high": ("Cao", "High"),
    "risk.very_high": ("Rất cao", "Very high"),
    "kind.bank_account": ("Tài khoản", "Bank account"),
    "kind.sim": ("SIM", "SIM"),
    "agreement.match": ("Khớp", "Match"),
    "agreement.partial": ("Khớp một phần", "Partial"),
    "agreement.mismatch": ("Không khớp", "Mismatch"),
    "agreement.unavailable": ("Không có dữ liệu", "Unavailable"),
    "field.document_number": ("Số giấy tờ", "Document number"),
    "field.full_name": ("Họ tên", "Full name"),
    "field.birth_date": ("Ngày sinh", "Birth date"),
    "field.sex": ("Giới tính", "Sex"),
    "field.address": ("Địa chỉ", "Address"),
    "field.document_issued_on": ("Ngày cấp giấy tờ", "Document issue date"),
    # attributes
    "attribute.holder": ("Người đứng tên", "Holder"),
    "attribute.document": ("Số giấy tờ", "Document number"),
    "attribute.phone": ("Điện thoại liên hệ", "Contact phone"),
    "attribute.sim": ("Số thuê bao", "SIM number"),
    "attribute.device": ("Thiết bị", "Device"),
    "attribute.tablet": ("Máy của điểm đăng ký", "Agent's tablet"),
    "attribute.email": ("Thư điện tử", "E-mail"),
    "attribute.mailbox": ("Dãy thư điện tử đánh số", "Row of numbered mailboxes"),
    "attribute.address": ("Địa chỉ", "Address"),
    "attribute.face": ("Khuôn mặt", "Face"),
    "attribute.agent": ("Nhân viên, điểm đăng ký", "Agent"),
    "attribute.branch": ("Chi nhánh, cửa hàng", "Branch"),
    "attribute.peers": ("Kênh của tổ chức", "Channel of an institution"),
    "attribute.network": ("Địa chỉ IP", "IP address"),
    "attribute.subnet": ("Dải mạng", "Network neighbourhood"),
    "attribute.organisation": ("Tổ chức", "Organisation"),
}
"""Code -> the text in Vietnamese, and in English."""


class Language(Enum):
    """A language of the console; the value is its tag in HTML."""

    VIETNAMESE = "vi"
    ENGLISH = "en"

    @classmethod
    def of(cls, text: str | None) -> Language:
        """The language of a cookie; Vietnamese where it says nothing we know."""
        return cls.ENGLISH if text == cls.ENGLISH.value else cls.VIETNAMESE

    def say(self, code: str, **values: object) -> str:
        """A text of the table; a code that is not in it shows itself."""
        text = self.pick(TEXTS.get(code, (code, code)))
        return text.format(**values) if values else text

    def called(self, table: str, code: str) -> str:
        """The name of a code of the ledger, e.g. `called("decision", "clear")`.

        A row may be older than the table: a code that left it still shows itself.
        """
        key = f"{table}.{code}"
        return self.say(key) if key in TEXTS else code

    def difference(self, code: str) -> str:
        """The sentence of a named difference."""
        return self.pick(SENTENCES.get(code, (code, code)))

    def moment(self, at: datetime) -> str:
        """A moment on Vietnam's clock, to the second."""
        local = at.astimezone(VIETNAM)
        return local.strftime(self.pick(("%d/%m/%Y %H:%M:%S", "%d %b %Y %H:%M:%S")))

    def share(self, part: float) -> str:
        """A probability as a percentage with one decimal."""
        percent = f"{part:.1%}"
        return self.pick((percent.replace(".", ","), percent))

    def whole(self, number: int) -> str:
        """A whole number with separated thousands."""
        english = f"{number:,}"
        return self.pick((english.replace(",", "."), english))

    def pick(self, pair: tuple[str, str]) -> str:
        """The one of a sentence in Vietnamese and in English."""
        return pair[0] if self is Language.VIETNAMESE else pair[1]

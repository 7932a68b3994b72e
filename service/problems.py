"""The one map from what can go wrong to problem documents (RFC 9457), in two languages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi.responses import JSONResponse

from features.parsing import Problem as ColumnProblem
from service.errors import (
    CallError,
    ConflictError,
    ErasedError,
    NotFoundError,
    OtherOutcomeError,
    RefusedError,
    UnavailableError,
    UnexplainableError,
)

MEDIA_TYPE = "application/problem+json"

PROBLEMS: dict[str, tuple[int, str, str]] = {
    "no-key": (
        401,
        "An API key is needed: Authorization: Bearer, or X-API-Key.",
        "Cần khóa API: Authorization: Bearer, hoặc X-API-Key.",
    ),
    "bad-key": (
        401,
        "The API key is not valid.",
        "Khóa API không hợp lệ.",
    ),
    "other-institution": (
        403,
        "The body names another institution than the one of the API key.",
        "Nội dung nêu tổ chức khác với tổ chức của khóa API.",
    ),
    "not-found": (
        404,
        "There is nothing here under this name.",
        "Không có gì dưới tên này.",
    ),
    "method-not-allowed": (
        405,
        "This address does not know this method.",
        "Địa chỉ này không hỗ trợ phương thức này.",
    ),
    "conflict": (
        409,
        "This registration was sent before with different content.",
        "Đăng ký này đã được gửi trước đó với nội dung khác.",
    ),
    "other-outcome": (
        409,
        "Another outcome of this registration was reported before; the first one stays.",
        "Đăng ký này đã có kết quả xác minh khác được báo trước đó; kết quả đầu tiên được giữ nguyên.",
    ),
    "erased": (
        410,
        "The personal data of this registration was erased: it is not recorded again, and its decision is not explained.",
        "Dữ liệu cá nhân của đăng ký này đã được xóa: dữ liệu không được ghi lại nữa, quyết định không được giải thích.",
    ),
    "not-explainable": (
        410,
        "The model that decided used other features than this program, or is not kept: there is no explanation.",
        "Mô hình đã quyết định dùng đặc trưng khác với chương trình này hoặc không còn lưu: không giải thích được.",
    ),
    "too-large": (
        413,
        "The body is larger than 5 MB or the list longer than 1000.",
        "Nội dung lớn hơn 5 MB hoặc danh sách dài hơn 1000.",
    ),
    "not-json-type": (
        415,
        "The content type has to be application/json in UTF-8.",
        "Kiểu nội dung phải là application/json, mã UTF-8.",
    ),
    "no-purpose": (
        400,
        "The header X-Purpose has to say why this is read.",
        "Tiêu đề X-Purpose phải cho biết đọc để làm gì.",
    ),
    "empty-body": (400, "The body is empty.", "Nội dung rỗng."),
    "not-utf8": (400, "The body is not valid UTF-8.", "Nội dung không phải UTF-8 hợp lệ."),
    "not-json": (400, "The body is not valid JSON.", "Nội dung không phải JSON hợp lệ."),
    "invalid": (
        422,
        "The request holds values that cannot be accepted.",
        "Yêu cầu có giá trị không chấp nhận được.",
    ),
    "defect": (
        500,
        "The service failed on this request; nothing was recorded for it.",
        "Dịch vụ gặp lỗi với yêu cầu này; không có gì được ghi lại.",
    ),
    "unavailable": (
        503,
        "Not available at the moment; send the same request again.",
        "Tạm thời không phục vụ được; hãy gửi lại đúng yêu cầu này.",
    ),
}
"""Every problem: HTTP status, English, Vietnamese."""

_BY_ERROR: dict[type[CallError], str] = {
    UnavailableError: "unavailable",
    ConflictError: "conflict",
    OtherOutcomeError: "other-outcome",
    ErasedError: "erased",
    UnexplainableError: "not-explainable",
    NotFoundError: "not-found",
    RefusedError: "invalid",
}
_BY_STATUS = {404: "not-found", 405: "method-not-allowed"}

REFUSALS: dict[str, tuple[str, str]] = {
    "ahead": ("the moment lies in the future", "thời điểm nằm trong tương lai"),
    "before_registration": (
        "the moment does not lie after the registration",
        "thời điểm không nằm sau lúc đăng ký",
    ),
    "not_object": ("the item is not an object", "phần tử không phải là một đối tượng"),
    "unreadable": ("the value cannot be read", "giá trị không đọc được"),
    "too_long": ("the text is too long", "nội dung quá dài"),
    "missing": ("a required value is missing", "thiếu giá trị bắt buộc"),
}
"""Reasons that only the door gives; those of parsing come with the parser."""


class ProblemError(Exception):
    """Ends a request with one problem document."""

    def __init__(self, code: str, errors: Sequence[ColumnProblem | tuple[str, str]] = ()) -> None:
        super().__init__(code)
        self.code = code
        self.errors = errors


def document(code: str, errors: Sequence[ColumnProblem | tuple[str, str]] = ()) -> dict[str, Any]:
    """The problem document; `errors` are the parser's, or (column, key of `REFUSALS`)."""
    status, english, vietnamese = PROBLEMS[code]
    form: dict[str, Any] = {
        "type": f"urn:chinhchu:problem:{code}",
        "title": english,
        "title_vi": vietnamese,
        "status": status,
    }
    if errors:
        form["errors"] = [_column(error) for error in errors]
    return form


def of_error(error: BaseException) -> dict[str, Any]:
    """The problem document of anything raised on the way to an answer."""
    if isinstance(error, ProblemError):
        return document(error.code, error.errors)
    if isinstance(error, RefusedError):
        return document("invalid", [(error.column, error.reason)])
    return document(_BY_ERROR.get(type(error), "defect"))  # type: ignore[arg-type]  # absent is fine


def response(form: dict[str, Any]) -> JSONResponse:
    """A problem document as an HTTP response."""
    status = int(form["status"])
    headers = {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if status == 503:
        headers["Retry-After"] = "1"
    return JSONResponse(form, status, headers, media_type=MEDIA_TYPE)


def of_status(status: int) -> dict[str, Any]:
    """The problem document of an error that the web framework found itself."""
    return document(_BY_STATUS.get(status, "invalid" if status < 500 else "defect"))


def _column(error: ColumnProblem | tuple[str, str]) -> dict[str, str]:
    if isinstance(error, ColumnProblem):
        return {
            "column": error.column,
            "code": error.code,
            "reason": error.reason,
            "reason_vi": error.reason_vi,
        }
    column, code = error
    english, vietnamese = REFUSALS[code]
    return {"column": column, "code": code, "reason": english, "reason_vi": vietnamese}

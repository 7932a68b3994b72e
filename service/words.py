"""What commands say to people, in Vietnamese or English, by `CHINHCHU_LANGUAGE` or the locale."""

from __future__ import annotations

import errno
import os


def said(vietnamese: str, english: str) -> str:
    """The sentence in the language of the person at the terminal."""
    chosen = (
        os.environ.get("CHINHCHU_LANGUAGE") or os.environ.get("LC_ALL") or os.environ.get("LANG")
    )
    return vietnamese if (chosen or "").lower().startswith("vi") else english


def percent(part: float) -> str:
    """A share as a reader writes it."""
    text = f"{100 * part:.3g} %"
    return said(text.replace(".", ","), text)


def number(value: float) -> str:
    """A number with its thousands apart, as a reader writes it."""
    whole = abs(value) >= 100 or value == int(value)
    text = f"{value:,.0f}" if whole else f"{value:.3g}"
    return said(text.translate(_SWAPPED), text)


_SWAPPED = str.maketrans(",.", ".,")


def reason(error: OSError) -> str:
    """Why the system refused, in a few words."""
    system = error.strerror or "?"
    return said(_REASONS.get(error.errno or 0, system), system)


_REASONS = {
    errno.ENOENT: "không có tệp hoặc thư mục này",
    errno.EACCES: "không có quyền",
    errno.EPERM: "không được phép",
    errno.EISDIR: "là thư mục",
    errno.ENOTDIR: "không phải thư mục",
    errno.EROFS: "chỉ đọc được",
    errno.ENOSPC: "hết chỗ trên đĩa",
    errno.EADDRINUSE: "địa chỉ đang được dùng",
    errno.EADDRNOTAVAIL: "máy này không có địa chỉ ấy",
}

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

"""What commands say to people, in Vietnamese or English, by `CHINHCHU_LANGUAGE` or the locale."""

from __future__ import annotations

import os


def said(vietnamese: str, english: str) -> str:
    """The sentence in the language of the person at the terminal."""
    chosen = (
        os.environ.get("CHINHCHU_LANGUAGE") or os.environ.get("LC_ALL") or os.environ.get("LANG")
    )
    return vietnamese if (chosen or "").lower().startswith("vi") else english

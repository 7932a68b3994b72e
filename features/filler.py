"""What people write in a field where they have nothing to write: "không có", N/A, a dash."""

from __future__ import annotations

import re
import unicodedata

from features.syllable import without_marks

_WORDS_WRITTEN = """
    ABSENT BLANK BOQUA CHUACAPNHAT CHUACO CHUACUNGCAP CHUARO CHUAXACDINH DEMO DUMMY EMPTY FALSE KHAC
    KHONG KHONGAP KHONGAPDUNG KHONGBIET KHONGCO KHONGCOEMAIL KHONGCOSO KHONGCOTHONGTIN KHONGCUNGCAP
    KHONGKHAI KHONGRO KHONGXACDINH KO KOCO MISSING NA NAN NIL NO NOEMAIL NONE NOTAPPLICABLE
    NOTAVAILABLE NOTGIVEN NOTPROVIDED NULL OTHER SAMPLE TEST TEXT TRONG TRUE UNDEFINED UNKNOWN
    UNKNOWNDEVICE 020000000000 9774D56D682E549C
    """
_NO_SIGN = re.compile(r"[\W_]+")
_WORDS = frozenset(_WORDS_WRITTEN.split())
# The last two are what phones answer that may not, or cannot, tell what they are.


def signs(text: str) -> str:
    """Its letters and digits alone, upper case, without marks."""
    plain = text if text.isascii() else without_marks(unicodedata.normalize("NFKC", text))
    plain = plain.upper()
    return plain if plain.isalnum() else _NO_SIGN.sub("", plain)


def is_filler(bare: str) -> bool:
    """Whether the `signs` of a text say nothing, however it was written."""
    return not bare or bare in _WORDS

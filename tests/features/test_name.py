"""Names compare from strict to loose, and the difference has a name."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.difference import DIFFERENCES, outcome
from features.evidence import Outcome
from features.name import compare, family, forms, stripped
from features.syllable import without_marks

CASES = [
    # typed, registered, difference                                  comment
    ("Nguyễn Văn An", "Nguyễn Văn An", "same"),
    (unicodedata.normalize("NFD", "Nguyễn Văn An"), "Nguyễn Văn An", "same"),
    ("NGUYỄN  VĂN AN", "Nguyễn Văn An", "case_or_spacing"),
    ("Mai.Thị.Kiều Ngọc", "Mai Thị Kiều Ngọc", "case_or_spacing"),
    ("Ðặng Văn An", "Đặng Văn An", "same"),  # the Icelandic letter that looks like Đ
    ("H HEN NIÊ", "H'Hen Niê", "case_or_spacing"),
    ("HHEN NIE", "H'Hen Niê", "diacritics_missing"),
    ("Phạm Thuý Hoà", "Phạm Thúy Hòa", "tone_placement"),
    ("PHAM THI HOAI", "Phạm Thị Hoài", "diacritics_missing"),
    ("Dặng Xuân Cường", "Đặng Xuân Cường", "d_stroke"),
    ("Lê Văn Tỏan", "Lê Văn Toàn", "other_diacritics"),
    ("Nguyển Văn An", "Nguyễn Văn An", "by_ear"),  # hỏi for ngã
    ("Lí Văn Mĩ", "Lý Văn Mỹ", "i_y"),
    ("Nguyeenx Phus Truwowngf", "Nguyễn Phú Trường", "telex"),
    (
        "Lee Thij Hoa",
        "Lê Thị Hoa",
        "telex",
    ),  # too little to repair blindly, enough beside the register
    ("Nguye64n Thi5 Hoa", "Nguyễn Thị Hoa", "vni_keys"),
    ("NguyÔn V¨n An", "Nguyễn Văn An", "legacy_encoding"),
    ("Nguy?n V?n An", "Nguyễn Văn An", "legacy_encoding"),  # lossy
    ("Linh Trần Thị", "Trần Thị Linh", "word_order"),
    ("NGUYEN<<VAN<AN", "Nguyễn Văn An", "diacritics_missing"),  # machine-readable zone
    ("Huỳnh Văn An", "Hoàng Văn An", "regional_family"),
    ("Đặng Lợi", "Đặng Minh Lợi", "missing_middle"),
    ("Đặng Văn Minh Lợi", "Đặng Minh Lợi", "extra_middle"),
    ("N.V. An", "Nguyễn Văn An", "initials"),
    ("Trần Thị Lnih", "Trần Thị Linh", "one_letter"),
    ("Ngguyễn Thị Hoa", "Nguyễn Thị Hoa", "one_letter"),
    ("Lê Văn Toàn", "Lê Văn Tâm", "one_word"),
    ("Trần Quốc Việt", "Nguyễn Văn Tuấn", "different_name"),
    ("Lê Thanh Sương", "Lê Thị Sương", "one_word"),
    ("An", "Nguyễn Văn An", "different_name"),
    ("???", "Nguyễn Văn An", "different_name"),
]


@pytest.mark.parametrize(("typed", "registered", "difference"), CASES)
def test_the_difference_is_named(typed: str, registered: str, difference: str) -> None:
    assert compare(typed, registered) == difference


def test_looser_differences_never_weigh_less() -> None:
    """Same, then typing, then a slip, then another person."""
    order = [Outcome.MATCH, Outcome.PARTIAL, Outcome.MISMATCH]
    names = ["Trần Thị Thúy Hòa", "TRAN THI THUY HOA", "Trần Thị Thúy Hoaa", "Lý Văn Tèo"]
    weights = [order.index(outcome(compare(name, names[0]))) for name in names]
    assert weights == sorted(weights)
    assert weights[0] < weights[2] < weights[3]


@given(st.text(), st.text())
def test_comparing_any_two_texts_gives_a_documented_code(one: str, other: str) -> None:
    assert compare(one, other) in DIFFERENCES


@given(st.text())
def test_a_text_is_the_same_as_itself_in_any_normal_form(text: str) -> None:
    assert compare(text, text) == "same"
    assert forms(unicodedata.normalize("NFD", text)).plain == forms(text).plain


SYLLABLES = "Nguyễn Trần Đặng Lê Thị Văn Thúy Hoà Quỳnh Mỹ Dũng Đức Phượng Yến"
NAMES = st.lists(
    st.sampled_from(SYLLABLES.split()),
    min_size=2,
    max_size=5,
).map(" ".join)


@given(NAMES)
def test_writing_without_marks_or_in_capitals_is_never_another_name(name: str) -> None:
    for written in (name.upper(), name.lower(), without_marks(name).upper(), f"  {name}. "):
        assert outcome(compare(written, name)) is Outcome.MATCH


@given(st.text())
def test_a_stripped_name_is_plain_and_stable(text: str) -> None:
    once = stripped(text)
    assert once == once.strip()
    assert "  " not in once


@given(NAMES)
def test_stripping_forgets_marks_and_case(name: str) -> None:
    assert stripped(name) == stripped(name.upper()) == stripped(without_marks(name))
    assert stripped(name).isascii()


def test_a_family_name_is_the_first_syllable_repaired() -> None:
    assert family("Löu Ngoïc Hieáu") == "LUU"
    assert family("lê  thị hoa") == "LE"
    assert family("...") == ""

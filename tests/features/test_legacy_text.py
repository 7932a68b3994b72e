"""Raw typing and old fonts are repaired; a healthy name never is."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.legacy_text import repair, telex_word
from features.syllable import is_syllable, letters_and_tone, with_tone, without_marks

DAMAGED = [
    # damaged, meant, kind
    ("Nguyeenx Phus Truwowngf", "Nguyễn Phú Trường", "telex"),
    ("DDawngj Thij Hoa", "Đặng Thị Hoa", "telex"),
    ("NGUYEENX VAWN AN", "NGUYỄN VĂN AN", "telex"),
    ("Nguye64n Va8n An", "Nguyễn Văn An", "vni_keys"),
    ("Nguye6n4 Thi5 D9ao2", "Nguyễn Thị Đào", "vni_keys"),
    ("Tra6n2 Thi5 Thuy1 Tu7o7i", "Trần Thị Thúy Tươi", "vni_keys"),
    ("Nguye64n Quy2nh Tu7o72ng", "Nguyễn Quỳnh Tường", "vni_keys"),
    ("NguyÔn V¨n An", "Nguyễn Văn An", "legacy_encoding"),  # TCVN3
    ("§Æng ThÞ Ph¹m", "Đặng Thị Phạm", "legacy_encoding"),  # TCVN3
    ("L\xad¬ng ThÞ M¬", "Lương Thị Mơ", "legacy_encoding"),  # TCVN3, a soft hyphen for ư
    ("Nguyeãn Vaên An", "Nguyễn Văn An", "legacy_encoding"),  # VNI-Windows
    ("Ñaëng Thò Hoaøng", "Đặng Thị Hoàng", "legacy_encoding"),  # VNI-Windows
    ("Leâ Thò Thu Mai", "Lê Thị Thu Mai", "legacy_encoding"),  # VNI that TCVN3 could read too
    ("Nguyá»…n VÄƒn An", "Nguyễn Văn An", "legacy_encoding"),  # UTF-8 as Windows-1252
    ("LÃª Thanh", "Lê Thanh", "legacy_encoding"),
    ("NguyÃ¡Â»â€¦n VÃ„Æ’n An", "Nguyễn Văn An", "legacy_encoding"),  # twice over
    ("LĂª VÄƒn An", "Lê Văn An", "legacy_encoding"),  # UTF-8 as Windows-1258
    ("Nguy&#7877;n V&#259;n An", "Nguyễn Văn An", "legacy_encoding"),  # HTML escapes
    ("NGUYÔN V¨N AN", "Nguyễn Văn An", "legacy_encoding"),  # TCVN3, its font of capitals
    ("Nguy\xadn Vån ÐÕt", "Nguyễn Văn Đạt", "legacy_encoding"),  # VISCII
    ("Nguyễn Vawn An", "Nguyễn Văn An", "telex"),  # a word that was left raw
    ("Trwowng Vawn Hwng", "Trương Văn Hưng", "telex"),  # w alone
    ("NGUYỄN VA8N AN", "Nguyễn Văn An", "vni_keys"),
]

HEALTHY = [
    # Kinh names with either tone placement, in every case
    "Nguyễn Thị Thúy Hoà",
    "HOÀ THUÝ KHOẺ",
    "Lê Đỗ Ngọc Quỳnh",
    "Tôn Nữ Ý Nhi",
    "NGUYEN VAN AN",
    "nguyen thi hoa",
    # minority names
    "Giàng A Páo",
    "H'Hen Niê",
    "Y Moan Êñuôl",
    "Ksor H'Bia",
    "Rơ Châm Jen",
    "Thạch Sơn Kim Danh",
    "Sơn Thị Sô Phi",
    "Xồng Bá Lầu",
    # foreigners
    "Lee Min Ho",
    "Kim Soo Jeong",
    "Max Weber",
    "José García Ñúñez",
    "François Müller",
    "SOMCHAI PHOMMACHANH",
    "Ross Fox",
]

KINH = "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Văn Thị Hữu Đức Minh"
GIVEN = (
    "Anh Hoà Thuý Thúy Khoẻ Quỳnh Tường Nguyệt Hương Giang Yến Mỹ Uyên Ngoan Xuyến Phượng Ơn Ý Oanh"
)
healthy_names = st.lists(st.sampled_from((KINH + " " + GIVEN).split()), min_size=2, max_size=5).map(
    " ".join
)


@pytest.mark.parametrize(("damaged", "meant", "kind"), DAMAGED)
def test_damage_is_repaired_and_named(damaged: str, meant: str, kind: str) -> None:
    fixed = repair(damaged)
    assert fixed.text.casefold() == meant.casefold()
    assert fixed.difference == kind


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_name_of_any_people_is_left_alone(name: str) -> None:
    for form in (name, unicodedata.normalize("NFD", name)):
        assert repair(form).text == form
        assert repair(form).difference is None


@given(healthy_names, st.sampled_from([str, str.upper, str.lower, without_marks]))
def test_a_healthy_kinh_name_is_left_alone(name: str, write: type[str]) -> None:
    form = write(name)
    assert (repair(form).text, repair(form).difference) == (form, None)


@given(healthy_names)
def test_utf8_read_as_windows_comes_back(name: str) -> None:
    garbled = "".join(
        bytes([b]).decode("cp1252", "replace").replace("\ufffd", chr(b)) for b in name.encode()
    )
    assert repair(garbled).text == name


@given(st.text())
def test_repair_never_fails_and_keeps_what_it_repaired(text: str) -> None:
    once = repair(text).text
    assert repair(once).text is not None


@given(st.sampled_from((KINH + " " + GIVEN).split()))
def test_a_syllable_is_its_letters_and_its_tone(word: str) -> None:
    letters, tone = letters_and_tone(word)
    assert letters_and_tone(with_tone(letters, tone)) == (letters, tone)
    assert is_syllable(word)


@pytest.mark.parametrize("word", ["Max", "Weber", "Nguyôn", "Leâ", "Kxor", "xyz"])
def test_what_is_no_syllable_is_known(word: str) -> None:
    assert not is_syllable(word)


@pytest.mark.parametrize(
    ("keys", "word"),
    [
        ("hoaf", "hòa"),
        ("ddoongf", "đồng"),
        ("tuwowngf", "tường"),
        ("thuws", "thứ"),
        ("xoas", "xóa"),
    ],
)
def test_telex_keys_make_a_word(keys: str, word: str) -> None:
    assert telex_word(keys) == word

"""One place is recognised however it is written, under old units and new; another is another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.address import compare, normal, province, read
from features.difference import DIFFERENCES
from features.syllable import without_marks

FULL = "12/3 đường Lê Lợi, Phường Bến Nghé, Quận 1, Thành phố Hồ Chí Minh"

CASES = [
    # typed, registered, difference
    (FULL, FULL, "same"),
    ("12/3 Lê Lợi, Bến Nghé, Quận 1, Hồ Chí Minh", FULL, "written_differently"),
    ("12/3 Đ. Lê Lợi, P.Bến Nghé, Q.1, TP.HCM", FULL, "written_differently"),
    ("12/3 LE LOI, PHUONG BEN NGHE, QUAN 1, TP HO CHI MINH", FULL, "written_differently"),
    ("12/3 đường Lê Lợi - Phường Bến Nghé - Quận 1 - TP. HCM", FULL, "written_differently"),
    ("12/3 Lê Lợi phường Bến Nghé quận 1 thành phố Hồ Chí Minh", FULL, "written_differently"),
    ("12/3 Lê Lợi, Quận 1, Thành phố Hồ Chí Minh", FULL, "part_missing"),
    ("Phường Bến Nghé, Quận 1, TP HCM", FULL, "part_missing"),
    ("12/3 Lê Lợi, Phường Bến Nghé, Quận 1, Thành phố Hồ Chi Mnih", FULL, "spelling"),
    ("12/3 Lê Lợi, Phường Sài Gòn, Thành phố Hồ Chí Minh", FULL, "administrative_unit"),
    ("14/3 Lê Lợi, Phường Bến Nghé, Quận 1, TP HCM", FULL, "same_commune"),  # another house
    ("99 Hùng Vương, Phường 1, Quận 10, TP HCM", FULL, "same_province"),
    ("Thôn 5, Xã Ea Na, Huyện Krông A Na, Tỉnh Đắk Lắk", FULL, "other_address"),
    (
        "Thôn Lũng Vài, Xã Mậu A, Tỉnh Lào Cai",
        "Thôn Lũng Vài, An Thịnh, Văn Yên, Yên Bái",
        "administrative_unit",  # province and commune of today, and those before
    ),
    (
        "Thôn 3, Xã Hải Hậu, Tỉnh Ninh Bình",
        "Thôn 3, Thị trấn Yên Định, Huyện Hải Hậu, Tỉnh Nam Định",
        "administrative_unit",
    ),
    ("???", FULL, "unreadable"),
]


@pytest.mark.parametrize(("typed", "registered", "difference"), CASES)
def test_the_difference_of_two_addresses_is_named(
    typed: str, registered: str, difference: str
) -> None:
    assert compare(typed, registered) == difference


@pytest.mark.parametrize(
    "text",
    [
        "Xã X, Tỉnh Hải Dương",
        "Hai Duong",
        "x, Thành phố Hải Phòng",
        "TP. Hải Phòng",
        "P. Lê Chân, Q. Lê Chân, TP Hải Phòng",
    ],
)
def test_the_province_of_today_is_recognised(text: str) -> None:
    assert province(text) == "HAI PHONG"


@pytest.mark.parametrize(
    ("text", "today"),
    [
        ("Bà Rịa - Vũng Tàu", "HO CHI MINH"),
        ("P.4, TP Vũng Tàu, BR-VT", "HO CHI MINH"),
        ("Phường An Phú, Thị xã Tịnh Biên, Tỉnh An Giang", "AN GIANG"),
        ("Thừa Thiên - Huế", "HUE"),
        ("Đăk Lăk", "DAK LAK"),
        ("somewhere", None),
        ("", None),
    ],
)
def test_provinces_with_hard_names(text: str, today: str | None) -> None:
    assert province(text) == today


def test_a_place_has_one_normal_form_under_old_and_new_units() -> None:
    old = "Thôn Lũng Vài, Xã An Thịnh, Huyện Văn Yên, Tỉnh Yên Bái"
    assert normal(old) == normal("Thôn Lũng Vài, An Thịnh, Văn Yên, Yên Bái")
    assert normal(old) == normal("THON LUNG VAI, MAU A, LAO CAI")
    assert normal(old) != normal("Thôn Lũng Vài, Xã Đông Cuông, Tỉnh Lào Cai")
    assert normal("KP 3, P. Hoài Tân, TX Hoài Nhơn, T. Bình Định") == normal(
        "Khu phố 3, Phường Hoài Tân, Thị xã Hoài Nhơn, Tỉnh Bình Định"
    )


def test_a_district_whose_name_begins_like_a_level_word_keeps_it() -> None:
    assert (
        read("An Phú, Tịnh Biên, An Giang").communes == read("AN PHU, TINH BIEN, AN GIANG").communes
    )
    assert read("An Phú, Tịnh Biên, An Giang").communes


@given(st.text(), st.text())
def test_any_two_texts_compare(one: str, other: str) -> None:
    assert compare(one, other) in DIFFERENCES
    assert isinstance(normal(one), str)


@given(st.sampled_from([case[1] for case in CASES]))
def test_marks_and_case_never_make_another_address(text: str) -> None:
    assert normal(without_marks(text).upper()) == normal(text) == normal(text.lower())

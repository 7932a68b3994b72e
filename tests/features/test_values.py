"""Birth dates, identity numbers, telephones: what they say as typed, and how they differ."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features import birth_date, identity_number, phone
from features.difference import DIFFERENCES
from features.registration import Sex

DATES = [
    # typed, registered, difference
    ("1990-03-21", "1990-03-21", "same"),
    ("21/03/1990", "1990-03-21", "same"),
    ("21.3.1990", "1990-03-21", "same"),
    ("21031990", "1990-03-21", "same"),
    ("19900321", "1990-03-21", "same"),
    ("1990-03-21T00:00:00", "1990-03-21", "same"),
    ("1990-05-03", "1990-03-05", "day_month_swapped"),
    ("05/03/1990", "1990-05-03", "day_month_swapped"),
    ("1990-21-03", "1990-03-21", "day_month_swapped"),  # a month that cannot be
    ("1990-03-20", "1990-03-21", "one_digit"),
    ("1909-03-21", "1990-03-21", "digits_swapped"),
    ("1990-03-12", "1990-03-21", "digits_swapped"),
    ("1990-10-21", "1990-02-21", "other_month"),
    ("2001-07-08", "1991-07-08", "other_year"),  # a decade
    ("1990", "1990-03-21", "year_only"),
    ("1990-03", "1990-03-21", "month_only"),
    ("01/01/1990", "1990-03-21", "first_of_january"),
    ("01/01/1990", "1990", "register_less_exact"),
    ("1990", "1990", "register_less_exact"),
    ("1990-03-21", "1990-03", "register_less_exact"),
    ("1990-03-21", "1990", "register_less_exact"),
    ("1984-07-02", "1990-03-21", "different_date"),
    ("1991", "1990-03-21", "different_date"),
    ("không rõ", "1990-03-21", "unreadable"),
    ("21/03/1890", "1990-03-21", "unreadable"),  # before living memory
    ("1990-03-21", "??", "register_unreadable"),
]


@pytest.mark.parametrize(("typed", "registered", "difference"), DATES)
def test_the_difference_of_two_dates_is_named(typed: str, registered: str, difference: str) -> None:
    assert birth_date.compare(typed, registered) == difference


@given(st.text(max_size=12) | st.from_regex(r"[0-9/ .-]{1,12}", fullmatch=True), st.dates())
def test_any_text_compares_with_any_date(text: str, day: date) -> None:
    assert birth_date.compare(text, day.isoformat()) in DIFFERENCES


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31)))
def test_every_way_of_writing_a_day_is_one_day(day: date) -> None:
    for written in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d", "%d %m %Y"):
        assert birth_date.normal(day.strftime(written)) == day.isoformat()


@pytest.mark.parametrize(
    ("typed", "number", "repair"),
    [
        ("079090123456", "079090123456", "same"),
        ("079 090 123 456", "079090123456", "same"),
        ("079.090.123-456", "079090123456", "same"),
        ("O79O9O123456", "079090123456", "letters_for_digits"),
        ("o7909012345l", "079090123451", "letters_for_digits"),
        ("79090123456", "079090123456", "leading_zero_lost"),
        ("1090123456", "001090123456", "leading_zero_lost"),
        ("\ufeff079090123456\u200e", "079090123456", "same"),  # invisible signs
        ("０７９０９０１２３４５６", "079090123456", "same"),  # fullwidth digits
        ("079\u2013090\u2013123456", "079090123456", "same"),  # en dashes
        ("079090123456 (cấp lại)", "079090123456", "same"),
        ("079090123456 [CCCD]", "079090123456", "same"),
    ],
)
def test_a_number_is_read_as_it_was_meant(typed: str, number: str, repair: str) -> None:
    assert identity_number.read(typed).candidates == ((number, repair),)
    assert identity_number.normal(typed) == number


def test_a_short_number_that_no_province_explains_has_no_candidate() -> None:
    assert identity_number.read("30901234567").candidates == (
        ("030901234567", "leading_zero_lost"),
    )
    assert identity_number.read("99090123456").candidates == ()
    assert identity_number.read("A/123").candidates == ()
    assert identity_number.normal("A/BC") is None


def test_nine_digits_are_a_former_number() -> None:
    assert identity_number.read("273 270 505").former == "273270505"
    assert identity_number.read("273 270 505").candidates == ()


@pytest.mark.parametrize(
    ("typed", "former"),
    [("12345678", "012345678"), ("1234567", "001234567"), ("12 345 678", "012345678")],
)
def test_a_former_number_gets_its_lost_zeros_back(typed: str, former: str) -> None:
    assert identity_number.read(typed).former == former
    assert identity_number.normal(typed) == former


SAYS_NOTHING = [
    "-",
    "--",
    "?",
    ".",
    "không có",
    "KHÔNG CÓ",
    "N/A",
    "null",
    "0",
    "chưa có",
    "",
    "  ",
]


@pytest.mark.parametrize("typed", [None, *SAYS_NOTHING])
def test_a_number_that_says_nothing_is_not_given(typed: str | None) -> None:
    assert identity_number.given(typed) is None


@pytest.mark.parametrize("typed", ["079090123456", "B1234567", "12/2019", "O79O9O123456"])
def test_a_number_that_says_something_is_given_as_typed(typed: str) -> None:
    assert identity_number.given(typed) == typed


@given(st.text())
def test_reading_a_number_never_fails(text: str) -> None:
    reading = identity_number.read(text)
    assert all(len(number) == 12 and number.isdigit() for number, _ in reading.candidates)


def test_structure_tells_province_sex_and_year() -> None:
    structure = identity_number.structure("079190123456")
    assert (structure.province_code, structure.sex, structure.birth_year) == (
        "079",
        Sex.FEMALE,
        1990,
    )
    assert identity_number.structure("003290123456").province_code is None
    assert identity_number.structure("079205123456").birth_year == 2005
    assert identity_number.structure("079505123456").birth_year is None


@given(st.from_regex(r"[0-9]{11,13}", fullmatch=True))
def test_neighbours_are_other_numbers_of_twelve_digits(digits: str) -> None:
    near = list(identity_number.neighbours(digits))
    assert near
    assert all(len(number) == 12 and number != digits for number in near)


@given(
    st.from_regex(r"[0-9]{12}", fullmatch=True), st.integers(0, 11), st.sampled_from("0123456789")
)
def test_a_slip_has_the_true_number_among_its_neighbours(true: str, at: int, digit: str) -> None:
    slips = [
        true[:at] + digit + true[at + 1 :],
        true[:at] + true[at + 1 :],
        true[:at] + digit + true[at:],
    ]
    if at < 11:
        slips.append(true[:at] + true[at + 1] + true[at] + true[at + 2 :])
    for slip in slips:
        assert slip == true or true in set(identity_number.neighbours(slip))


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("0912345678", "0912345678"),
        ("+84 912 345 678", "0912345678"),
        ("84912345678", "0912345678"),
        ("0084912345678", "0912345678"),
        ("+84 (0)912 345 678", "0912345678"),
        ("912345678", "0912345678"),  # Excel ate the zero
        ("01681234567", "0381234567"),  # Viettel before 2018-09-15
        ("01201234567", "0701234567"),  # MobiFone
        ("01291234567", "0821234567"),  # VinaPhone
        ("024 3825 1234", "02438251234"),
        ("1900 1234", None),
        ("", None),
        ("0112345678", None),
    ],
)
def test_a_telephone_number_has_one_normal_form(typed: str, normal: str | None) -> None:
    assert phone.normal(typed) == normal


@given(st.text())
def test_a_normal_telephone_number_is_stable(text: str) -> None:
    normal = phone.normal(text)
    assert normal is None or phone.normal(normal) == normal

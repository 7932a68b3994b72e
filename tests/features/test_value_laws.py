"""Laws of dates, numbers and communes: reflexive, symmetric, unrelated < slip < equal."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features import address, birth_date, commune, identity_number
from features.birth_date import BirthDate
from features.difference import outcome
from features.evidence import Outcome
from features.identity_number import CONTRADICTIONS, SIMO_DOCUMENT_TYPES, contradictions
from features.registration import DocumentType, Sex

SLIPS = {
    "day_month_swapped",
    "digits_swapped",
    "one_digit",
    "other_day",
    "other_month",
    "other_year",
    "year_only",
    "month_only",
    "first_of_january",
    "register_less_exact",
}
DAYS = st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31))
REGISTERED = st.builds(
    lambda day, signs: day.isoformat()[:signs], DAYS, st.sampled_from([10, 7, 4])
)
TYPED = REGISTERED | st.from_regex(r"19[0-9]{2}-[0-3][1-9]-[0-2][1-9]", fullmatch=True)


def _covered(typed: str, registered: str) -> int:
    ours, theirs = birth_date.read(typed), birth_date.read(registered)
    if ours is None or theirs is None:
        return 0
    return sum(low <= theirs.number <= high for low, high in birth_date.slips(ours))


@given(TYPED, REGISTERED)
def test_what_is_named_a_slip_lies_in_the_ranges_of_slips(typed: str, registered: str) -> None:
    if birth_date.read(typed) != birth_date.read(registered):
        assert _covered(typed, registered) == (birth_date.compare(typed, registered) in SLIPS)


@given(TYPED)
def test_the_ranges_of_slips_are_few_and_do_not_overlap(typed: str) -> None:
    ours = birth_date.read(typed)
    ranges = sorted(birth_date.slips(ours)) if ours else []
    assert len(ranges) <= 60
    assert all(low <= high for low, high in ranges)
    assert all(one[1] < other[0] for one, other in pairwise(ranges))
    for low, high in ranges:
        if low == high:
            known = BirthDate(low // 10000, low // 100 % 100 or None, low % 100 or None)
            assert birth_date.compare(typed, known.iso) in SLIPS


@pytest.mark.parametrize("typed", ["1990-03-21", "1990-01-01", "1990-21-03", "1990-10", "1990"])
def test_every_day_of_a_century_is_a_slip_or_is_not_covered(typed: str) -> None:
    ours, day = birth_date.read(typed), date(1920, 1, 1)
    assert ours is not None
    ranges = birth_date.slips(ours)
    while day.year < 2021:
        number = int(day.strftime("%Y%m%d"))
        covered = any(low <= number <= high for low, high in ranges)
        slip = birth_date.compare(typed, day.isoformat()) in SLIPS
        assert covered == (slip and number != ours.number)
        day += timedelta(1)


@given(TYPED, REGISTERED)
def test_unrelated_is_less_than_a_slip_and_a_slip_less_than_equal(typed: str, known: str) -> None:
    found = outcome(birth_date.compare(typed, known))
    if birth_date.read(typed) == birth_date.read(known):
        assert found is Outcome.MATCH
    elif birth_date.compare(typed, known) == "register_less_exact":
        assert found is Outcome.MATCH  # as far as the register can tell
    elif _covered(typed, known):
        assert found is Outcome.PARTIAL


@given(DAYS, DAYS)
def test_two_whole_dates_differ_alike_from_either_side(one: date, other: date) -> None:
    if (1, 1) not in {(one.month, one.day), (other.month, other.day)}:
        ours, theirs = one.isoformat(), other.isoformat()
        assert birth_date.compare(ours, theirs) == birth_date.compare(theirs, ours)
        assert birth_date.compare(ours, ours) == "same"


def test_what_can_be_read_in_two_ways_is_not_read() -> None:
    assert birth_date.read("010203") is None
    assert birth_date.read("020985") == BirthDate(1985, 9, 2)


@pytest.mark.parametrize(
    ("number", "born", "sex", "found"),
    [
        ("079190123456", 1990, Sex.FEMALE, ()),
        ("079190123456", None, None, ()),
        ("003190123456", 1990, Sex.FEMALE, ("province_code_unknown",)),
        ("112190123456", 1990, Sex.FEMALE, ()),  # born abroad
        ("079490123456", 1990, Sex.MALE, ("century_impossible",)),
        ("079190123456", 1991, Sex.FEMALE, ("number_says_other_year",)),
        ("079190123456", 1990, Sex.MALE, ("number_says_other_sex",)),
        ("079290123456", 1990, Sex.FEMALE, ("number_says_other_year", "number_says_other_sex")),
    ],
)
def test_what_the_structure_of_a_number_contradicts(
    number: str, born: int | None, sex: Sex | None, found: tuple[str, ...]
) -> None:
    assert contradictions(number, born, sex) == found
    assert set(found) <= set(CONTRADICTIONS)
    assert all("xác minh" in vi and "verified" in en for vi, en in CONTRADICTIONS.values())


def test_every_document_of_the_enumeration_of_simo_has_a_type_or_none_that_we_know() -> None:
    assert list(SIMO_DOCUMENT_TYPES) == list("1234567")
    assert {kind for kind in SIMO_DOCUMENT_TYPES.values() if kind} <= set(DocumentType)


def test_a_cancelled_number_of_twelve_digits_may_be_a_former_one() -> None:
    assert identity_number.read("079 090 123 456").formers == ("079090123456",)
    assert identity_number.read("273270505").formers == ("273270505",)
    assert identity_number.read("B1234567").formers == ()


def test_every_old_commune_is_read_to_all_that_took_a_part_of_it() -> None:
    table, divided = commune.table(), 0
    for province, districts in table.districts.items():
        for district, held in districts.items():
            for name, codes in held.communes.items():
                found = address.read(f"Thôn 1, {name}, Huyện {district}, {province}")
                assert codes <= found.communes
                assert found.place == "THON 1"
                divided += len(codes) > 1
    assert divided >= 471


def test_every_commune_of_today_is_read_in_its_province() -> None:
    for province, communes in commune.table().today.items():
        for name, codes in communes.items():
            found = address.read(f"Thôn 1, Xã {name}, {province}")
            assert codes <= found.likely
            assert found.province == province


def test_a_bare_name_is_undecidable_and_a_district_is_all_its_communes() -> None:
    assert not address.read("Ba Đình").communes
    ward, either, district = (
        address.read(f"12 Hoàng Hoa Thám, {unit}, Hà Nội")
        for unit in ("Phường Ba Đình", "Ba Đình", "Quận Ba Đình")
    )
    assert len(ward.likely) == 1
    assert either.likely == ward.likely
    assert district.likely == frozenset()
    assert ward.communes < either.communes == district.communes
    assert len(address.read("Quận 1, TP.HCM").communes) > 3


@given(st.sampled_from(sorted(commune.TODAY)), st.sampled_from(sorted(commune.TODAY)))
def test_an_address_differs_alike_from_either_side(one: str, other: str) -> None:
    ours, theirs = f"Thôn 5, Xã Tân Lập, {one}", f"Thôn 5, Xã Tân Lập, {other}"
    assert address.compare(ours, theirs) == address.compare(theirs, ours)
    assert address.compare(ours, ours.upper()) in ("same", "written_differently")

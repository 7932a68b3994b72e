"""Rows become nouns: alike from every source, and bad ones become problems, never exceptions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.parsing import (
    REASONS,
    Label,
    parse_label,
    parse_person,
    parse_registration,
    read_date,
    read_moment,
)
from features.registration import HolderType, Person, Registration, Status

ROW = {
    "registration_id": "A-1",
    "kind": "sim",
    "institution": "VIETTEL",
    "registered_at": "2026-01-02T03:04:05Z",
    "document_type": "cccd",
    "full_name": "TRAN VAN A",
}
PERSON = {"id_number": "001090000001", "full_name": "Trần Văn A", "birth_date": "1990"}

anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.binary(),
    st.dates(),
    st.datetimes(timezones=st.none() | st.just(UTC)),
    st.lists(st.text() | st.integers()),
    st.dictionaries(st.text(), st.text()),
)


def test_text_and_typed_cells_make_the_same_registration() -> None:
    as_text = ROW | {"document_issued_on": "2021-05-11", "birth_date": "1990-01-02", "email": ""}
    as_typed = ROW | {
        "registered_at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "document_issued_on": date(2021, 5, 11),
        "birth_date": date(1990, 1, 2),
        "email": None,
    }
    assert parse_registration(as_text) == parse_registration(as_typed)
    assert isinstance(parse_registration(as_text), Registration)


@pytest.mark.parametrize(
    ("written", "meaning", "why"),
    [
        ("2026-01-02T10:04:05+07:00", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "an offset"),
        ("2026-01-02T03:04:05", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "none means UTC"),
        ("2026-01-02 03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "a space for T"),
        ("2026-01-02", datetime(2026, 1, 2, tzinfo=UTC), "a day is its first moment"),
        (datetime(2026, 1, 2, 3), datetime(2026, 1, 2, 3, tzinfo=UTC), "typed, naive"),  # noqa: DTZ001
        ("yesterday", None, "no timestamp"),
        ("2026-02-30T00:00:00", None, "no such day"),
        (1767322800, None, "a number says no unit"),
        ("0001-01-01T00:00:00+14:00", None, "before the calendar begins"),
        ("9999-12-31T23:59:59-14:00", None, "after the calendar ends"),
        ("1900-01-01T00:00:00+07:00", None, "1899 in UTC"),
        ("1900-01-01", datetime(1900, 1, 1, tzinfo=UTC), "the first year"),
        ("2200-12-31", datetime(2200, 12, 31, tzinfo=UTC), "the last year"),
        ("2201-01-01", None, "a wrong unit"),
        (datetime(9999, 12, 31, tzinfo=UTC), None, "typed, far away"),
    ],
)
def test_a_moment_is_read_in_utc(written: object, meaning: datetime | None, why: str) -> None:
    assert read_moment(written) == meaning, why


@given(
    st.datetimes(
        min_value=datetime(1900, 1, 3),  # noqa: DTZ001  hypothesis wants naive bounds
        max_value=datetime(2200, 12, 29),  # noqa: DTZ001  likewise
    ),
    st.integers(-840, 840),
)
def test_the_same_instant_in_any_offset_is_one_moment(when: datetime, minutes: int) -> None:
    aware = when.replace(tzinfo=UTC)
    elsewhere = aware.astimezone(timezone(timedelta(minutes=minutes)))
    assert read_moment(elsewhere.isoformat()) == aware


@pytest.mark.parametrize("column", sorted(ROW))
@pytest.mark.parametrize("absent", [None, "", "   "])
def test_a_required_value_that_is_absent_is_named(column: str, absent: object) -> None:
    problems = parse_registration(ROW | {column: absent})
    assert isinstance(problems, list)
    assert [p.column for p in problems] == [column]


@pytest.mark.parametrize("column", ["kind", "document_type", "channel", "holder_type", "sex"])
@pytest.mark.parametrize("value", ["CCCD?", "Bank_Account", 3, ["sim"]])
def test_a_value_outside_an_enumeration_is_named(column: str, value: object) -> None:
    problems = parse_registration(ROW | {column: value})
    assert isinstance(problems, list)
    assert [(p.column, p.code) for p in problems] == [(column, "unknown_value")]


@pytest.mark.parametrize("key", ["a\nb", "a\x00b", "\ud800", "a\x7f"])
@pytest.mark.parametrize("column", ["registration_id", "institution"])
def test_a_key_with_control_characters_is_unreadable(column: str, key: str) -> None:
    problems = parse_registration(ROW | {column: key})
    assert isinstance(problems, list)
    assert [(p.column, p.code) for p in problems] == [(column, "unreadable")]


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2201-01-01", date(9999, 12, 31)])
def test_a_day_beyond_living_memory_is_none(day: object) -> None:
    parsed = parse_registration(ROW | {"document_issued_on": day})
    person = parse_person(PERSON | {"status_since": day, "document_expires_on": day})
    assert isinstance(parsed, Registration)
    assert parsed.document_issued_on is None
    assert isinstance(person, Person)
    assert person.status_since is person.document_expires_on is None


def test_a_label_confirmed_beyond_living_memory_is_unreadable() -> None:
    label = {"registration_id": "A", "is_fraud": True, "confirmed_at": "9999-12-31"}
    problems = parse_label(label)
    assert isinstance(problems, list)
    assert [(p.column, p.code) for p in problems] == [("confirmed_at", "unreadable")]


@pytest.mark.parametrize("column", ["channel", "holder_type", "sex"])
def test_a_blank_enumeration_is_absent(column: str) -> None:
    assert parse_registration(ROW | {column: "  "}) == parse_registration(ROW)


def test_spaces_around_an_enumeration_are_no_part_of_it() -> None:
    spaced = {"kind": " sim ", "document_type": "cccd\t"}
    assert parse_registration(ROW | spaced) == parse_registration(ROW)


def test_former_numbers_in_a_list_lose_their_spaces() -> None:
    person = parse_person(PERSON | {"former_id_numbers": ["273 270 505", " 001 090 000 002"]})
    assert isinstance(person, Person)
    assert person.former_id_numbers == ("273270505", "001090000002")


@given(st.dictionaries(st.sampled_from(sorted(Registration.__slots__)), anything))
def test_no_cell_makes_parsing_a_registration_fail(cells: dict[str, object]) -> None:
    parsed = parse_registration(cells)
    assert isinstance(parsed, Registration) or all(p.code in REASONS for p in parsed)


@given(st.dictionaries(st.sampled_from(sorted(Person.__slots__)), anything))
def test_no_cell_makes_parsing_a_person_fail(cells: dict[str, object]) -> None:
    parsed = parse_person(PERSON | cells)
    assert isinstance(parsed, Person) or all(p.code in REASONS for p in parsed)


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "document_number",
                "birth_date",
                "address",
                "email",
                "document_issued_on",
                "ip_address",
            ]
        ),
        anything,
    )
)
def test_what_people_typed_freely_never_rejects_a_row(cells: dict[str, object]) -> None:
    assert isinstance(parse_registration(ROW | cells), Registration)


def test_unknown_columns_are_left_alone() -> None:
    assert parse_registration(ROW | {"mood": "good"}) == parse_registration(ROW)


def test_defaults_are_an_individual_and_a_living_person() -> None:
    parsed, person = parse_registration(ROW), parse_person(PERSON)
    assert isinstance(parsed, Registration)
    assert isinstance(person, Person)
    assert parsed.holder_type is HolderType.INDIVIDUAL
    assert person.status is Status.LIVING


def test_former_numbers_are_a_list_or_text_with_spaces() -> None:
    listed = parse_person(PERSON | {"former_id_numbers": ["123456789", "001090000002"]})
    spaced = parse_person(PERSON | {"former_id_numbers": "123456789  001090000002 "})
    assert listed == spaced


@pytest.mark.parametrize("number", ["1234", "00109000000x", "0010900000012", "٠٠١٠٩٠٠٠٠٠٠١"])
def test_a_person_has_twelve_plain_digits(number: str) -> None:
    problems = parse_person(PERSON | {"id_number": number})
    assert isinstance(problems, list)
    assert problems[0].code == "not_twelve_digits"


@pytest.mark.parametrize("value", [True, "true", "True", "1"])
def test_a_label_reads_booleans_as_files_write_them(value: object) -> None:
    label = parse_label({"registration_id": "A", "is_fraud": value, "confirmed_at": "2026-01-01"})
    assert isinstance(label, Label)
    assert label.is_fraud


def test_a_label_without_a_verdict_is_a_problem() -> None:
    problems = parse_label(
        {"registration_id": "A", "is_fraud": "maybe", "confirmed_at": "2026-01-01"}
    )
    assert isinstance(problems, list)
    assert [(p.column, p.code) for p in problems] == [("is_fraud", "unreadable")]


def test_every_reason_is_told_in_two_languages() -> None:
    assert all(
        english and vietnamese and english != vietnamese for english, vietnamese in REASONS.values()
    )


@given(st.text())
def test_reading_a_date_never_fails(text: str) -> None:
    assert read_date(text) is None or isinstance(read_date(text), date)

"""A million random and mutated strings through every reader: no exception."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

import pytest

from features import address, birth_date, identity_number, parsing, phone
from features.difference import DIFFERENCES
from tests.features import mutations

STRINGS = 1_000_000

PERSON = ["id_number", "full_name", "birth_date", "former_id_numbers", "sex", "nationality"]
PERSON += ["residence", "province_code", "status", "status_since", "document_issued_on"]
REGISTRATION = ["registration_id", "kind", "institution", "registered_at", "document_type"]
REGISTRATION += ["full_name", "document_number", "document_issued_on", "birth_date", "sex"]
REGISTRATION += ["address", "contact_phone", "email", "msisdn", "holder_type", "channel"]


def _number(text: str) -> bool:
    identity_number.given(text)
    number = identity_number.normal(text)
    return number is None or (number.isascii() and number.isdigit())


def _date(text: str) -> bool:
    born = birth_date.read(text)
    return birth_date.compare(text, "1990-03-21") in DIFFERENCES and (
        born is None or birth_date.read(born.iso) == born
    )


def _phone(text: str) -> bool:
    number = phone.normal(text)
    return number is None or (number.isascii() and number[0] == "0")


def _address(text: str) -> bool:
    return address.compare(text, mutations.ADDRESSES[0]) in DIFFERENCES and bool(
        address.normal(text)
    )


READERS = [
    (_number, mutations.NUMBERS),
    (_date, mutations.DATES),
    (_phone, mutations.PHONES),
    (_address, mutations.ADDRESSES),
]


@pytest.mark.parametrize(("sound", "seeds"), READERS)
def test_a_million_strings_break_no_reader(sound: Callable[[str], bool], seeds: list[str]) -> None:
    unsound = [text for text in mutations.mutated(seeds, STRINGS) if not sound(text)]
    assert unsound == []


@pytest.mark.parametrize(
    ("parse", "columns"),
    [(parsing.parse_registration, REGISTRATION), (parsing.parse_person, PERSON)],
)
def test_a_million_strings_in_the_columns_of_a_row_are_a_noun_or_problems(
    parse: parsing.Parser, columns: list[str]
) -> None:
    strings = mutations.mutated(mutations.ALL, STRINGS)
    while cells := list(islice(strings, len(columns))):
        found = parse(dict(zip(columns, cells, strict=False)))
        if isinstance(found, list):
            assert all(problem.code in parsing.REASONS for problem in found)


@pytest.mark.parametrize(("sound", "_seeds"), READERS)
def test_a_huge_string_is_read_like_any_other(
    sound: Callable[[str], bool], _seeds: list[str]
) -> None:
    """Whoever reads it in a time that grows as its square is noticed: the tests do not end."""
    for text in mutations.huge():
        assert sound(text)

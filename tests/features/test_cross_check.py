"""The cross-check names differences and judges identity exactly as it is defined."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.cross_check import cross_check
from features.difference import DIFFERENCES, SENTENCES
from features.evidence import (
    FIELDS,
    Evidence,
    Found,
    FoundBy,
    Identity,
    NotCovered,
    NotFound,
    Outcome,
    RegisterAnswer,
    Several,
    Unavailable,
)
from features.reading import read_population, read_registrations
from features.register.replica import Replica
from features.registration import (
    DocumentType,
    HolderType,
    IdNumber,
    Person,
    Registration,
    Sex,
    Status,
)

Make = Callable[..., Person]
Type = Callable[..., Registration]

BY_NUMBER = [
    # what was typed otherwise                      identity             field, difference
    ({}, "verified", "full_name", "same"),
    ({"full_name": "NGUYEN THI THUY HOA"}, "verified", "full_name", "diacritics_missing"),
    ({"full_name": "Nguyễn Thuý Hoà"}, "verified", "full_name", "missing_middle"),
    ({"full_name": "Hoà Nguyễn Thị Thúy"}, "verified", "full_name", "word_order"),
    ({"full_name": "Nguyễn Thị Thúy Hào"}, "verified", "full_name", "slip_to_word"),
    ({"full_name": "Lê Văn Tám"}, "mismatch", "full_name", "different_name"),
    ({"birth_date": "1990-21-03"}, "verified", "birth_date", "day_month_swapped"),
    ({"birth_date": "1990"}, "verified", "birth_date", "year_only"),
    ({"birth_date": None}, "verified", "birth_date", "not_given"),
    ({"birth_date": "1985-11-02"}, "mismatch", "birth_date", "different_date"),
    # corrected in the register since: number, home and card prove the holder
    ({"birth_date": "1990-11-02"}, "verified", "birth_date", "same_year"),
    ({"full_name": "Nguyễn Thị Thúy Liên"}, "verified", "full_name", "one_word"),
    (
        {
            "full_name": "Nguyễn Thị Thúy Liên",
            "birth_date": "1990-11-02",
            "document_issued_on": None,
        },
        "mismatch",
        "birth_date",
        "same_year",
    ),
    ({"sex": Sex.MALE}, "verified", "sex", "other_sex"),  # one slip
    ({"sex": None, "address": None}, "verified", "sex", "not_given"),
    ({"address": "Thôn 5, Xã Ea Na, Tỉnh Đắk Lắk"}, "verified", "address", "other_address"),
    (
        {"document_issued_on": date(2015, 1, 1)},
        "verified",
        "document_issued_on",
        "earlier_document",
    ),
    ({"document_number": "79090123456"}, "verified", "document_number", "leading_zero_lost"),
    ({"document_number": "273270505"}, "verified", "document_number", "former_number"),
    ({"document_number": "079090123465"}, "verified", "document_number", "one_digit"),
    ({"document_number": "-"}, "verified", "document_number", "not_given"),
    ({"document_number": "không có"}, "verified", "document_number", "not_given"),
    ({"holder_type": HolderType.ORGANISATION}, "verified", "full_name", "same"),
]


@pytest.mark.parametrize(("changes", "identity", "field", "difference"), BY_NUMBER)
def test_a_person_found_by_number(
    person: Make,
    registration: Type,
    changes: dict[str, object],
    identity: str,
    field: str,
    difference: str,
) -> None:
    found = cross_check(registration(**changes), Found(person(), FoundBy.NUMBER))
    assert found.identity == identity
    assert found.fields[field].difference == difference


def test_number_and_name_of_two_people_leave_no_matched_person(
    person: Make, registration: Type
) -> None:
    answer = Found(person(), FoundBy.NUMBER)
    stranger = cross_check(registration(full_name="Lê Văn Tám"), answer)
    assert (stranger.identity, stranger.matched_id_number) == (Identity.MISMATCH, None)
    other_day = cross_check(registration(birth_date="1985-11-02"), answer)
    assert (other_day.identity, other_day.matched_id_number) == (
        Identity.MISMATCH,
        person().id_number,
    )


@pytest.mark.parametrize("status", list(Status))
def test_status_and_expiry_never_count(person: Make, registration: Type, status: Status) -> None:
    holder = person(status=status, document_expires_on=date(2020, 1, 1))
    assert cross_check(registration(), Found(holder, FoundBy.NUMBER)).identity is Identity.VERIFIED


CORRECTED = [
    # number as typed; whether it was the holder's once; birth date as typed, as registered; code
    ("079190123456", False, "1990-03-21", "1989-07-02", "corrected_since"),
    ("079190123499", True, "1990-03-21", "1989-07-02", "corrected_since"),
    (
        "079190123456",
        False,
        "1986-11-05",
        "1989-07-02",
        "different_date",
    ),  # not of the number either
    ("079190123456", False, "1986-11-05", "1990-03-21", "different_date"),
    ("079190123499", False, "1990-03-21", "1989-07-02", "different_date"),  # not a number of theirs
]


@pytest.mark.parametrize("case", CORRECTED)
def test_a_date_that_the_number_was_made_for_is_one_that_the_register_corrected_since(
    person: Make, registration: Type, case: tuple[str, bool, str, str, str]
) -> None:
    number, cancelled, typed, registered, code = case
    holder = person(
        id_number=IdNumber("079190123456"),
        former_id_numbers=(number,) if cancelled else (),
        birth_date=registered,
    )
    by = FoundBy.FORMER_NUMBER if cancelled else FoundBy.NUMBER
    row = registration(document_number=number, birth_date=typed)
    found = cross_check(row, Found(holder, by))
    assert found.fields["birth_date"].difference == code
    verified = code == "corrected_since"
    assert found.identity is (Identity.VERIFIED if verified else Identity.MISMATCH)


@pytest.mark.parametrize("born", [None, "xx", "1990", "1990-03-25"])
@pytest.mark.parametrize(
    "full_name", ["Nguyễn Thị Thúy Liên", "Trần Thị Thúy Hoà", "Nguyễn Hoà", "Nguyễn Mỹ Anh Hoà"]
)
def test_another_name_under_a_right_number_needs_the_birth_date(
    person: Make, registration: Type, full_name: str, born: str | None
) -> None:
    """A son with his father's number, a sister with her sister's, a slip that met a neighbour's."""
    typed = registration(full_name=full_name, birth_date=born)
    found = cross_check(typed, Found(person(), FoundBy.NUMBER))
    if full_name == "Nguyễn Hoà":  # her own name, shortened
        assert found.identity is Identity.VERIFIED
    else:
        assert (found.identity, found.matched_id_number) == (Identity.MISMATCH, None)


def test_a_year_that_agrees_is_no_birth_date(person: Make, registration: Type) -> None:
    born_then = person(birth_date="1948", full_name="Nguyễn Thị Hương")
    bare = {"document_number": None, "document_issued_on": None, "full_name": "Nguyễn Thị Hương"}
    answer = Found(born_then, FoundBy.NAME_AND_BIRTH_DATE)
    elsewhere = registration(birth_date="1948", address="Thôn 5, Xã Ea Na, Tỉnh Đắk Lắk", **bare)
    assert cross_check(elsewhere, answer).identity is not Identity.VERIFIED
    at_home = registration(birth_date="1948", **bare)
    assert cross_check(at_home, answer).identity is Identity.VERIFIED


def test_a_number_of_odd_structure_is_no_contradiction(person: Make, registration: Type) -> None:
    odd = person(id_number=IdNumber("003505123456"))
    typed = registration(document_number="003505123456")
    assert cross_check(typed, Found(odd, FoundBy.NUMBER)).identity is Identity.VERIFIED


@pytest.mark.parametrize(
    ("answer", "identity", "available"),
    [
        (NotFound(), Identity.NOT_FOUND, True),
        (NotCovered(), Identity.UNVERIFIABLE, True),
        (Unavailable(), Identity.UNVERIFIABLE, False),
        (Several(()), Identity.UNVERIFIABLE, True),
    ],
)
def test_without_a_single_person(
    registration: Type, answer: RegisterAnswer, identity: Identity, available: bool
) -> None:
    found = cross_check(registration(), answer)
    assert (found.identity, found.register_available) == (identity, available)
    assert found.matched_id_number is None
    assert set(found.fields) == set(FIELDS)


def test_a_former_number_without_its_first_zero_is_one(person: Make, registration: Type) -> None:
    holder = person(former_id_numbers=("012345678",))
    typed = registration(document_type=DocumentType.CMND, document_number="12345678")
    found = cross_check(typed, Found(holder, FoundBy.FORMER_NUMBER))
    assert found.fields["document_number"].difference == "leading_zero_lost"
    assert found.identity is Identity.VERIFIED


def test_a_birth_certificate_number_contradicts_nothing(person: Make, registration: Type) -> None:
    typed = registration(document_type=DocumentType.BIRTH_CERTIFICATE, document_number="12/2019")
    found = cross_check(typed, Found(person(), FoundBy.NAME_AND_BIRTH_DATE))
    assert found.fields["document_number"].outcome is Outcome.UNAVAILABLE
    assert found.identity is Identity.VERIFIED


typed_freely = st.fixed_dictionaries(
    {},
    optional={
        "full_name": st.text(min_size=1),
        "birth_date": st.none() | st.text(),
        "address": st.none() | st.text(),
        "document_number": st.none() | st.text(),
        "document_issued_on": st.none() | st.dates(),
    },
)


@given(changes=typed_freely, by=st.sampled_from(FoundBy))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_typed_breaks_the_cross_check(
    person: Make, registration: Type, changes: dict[str, object], by: FoundBy
) -> None:
    found = cross_check(registration(**changes), Found(person(), by))
    assert list(found.fields) == list(FIELDS)
    assert all(field.difference in DIFFERENCES for field in found.fields.values())
    assert "079090123456" not in repr(found)


def test_every_difference_is_told_in_two_languages() -> None:
    for vietnamese, english in SENTENCES.values():
        assert vietnamese
        assert english
        assert vietnamese != english


def song() -> Path:
    world = Path(__file__).parents[2].parent / "shared" / "worlds" / "song"
    if not world.exists():
        pytest.skip("the sample world ../shared/worlds/song is not here")
    return world


def test_on_the_sample_world_most_holders_are_verified(tmp_path: Path) -> None:
    """Marks read off a book without truth: few mismatches, and each says why."""
    replica = Replica(tmp_path)
    replica.load(read_population(song() / "population.parquet").items, date(2026, 7, 1))
    rows = read_registrations(song() / "registrations.parquet").items[::40]
    checked: list[Evidence] = [
        cross_check(row, answer) for row, answer in zip(rows, replica.ask(rows), strict=True)
    ]
    replica.close()
    covered = [e for e in checked if e.identity is not Identity.UNVERIFIABLE]
    verified = [e for e in covered if e.identity is Identity.VERIFIED]
    assert len(verified) > 0.985 * len(covered)
    for evidence in checked:
        if evidence.identity is Identity.MISMATCH:
            assert Outcome.MISMATCH in {field.outcome for field in evidence.fields.values()}

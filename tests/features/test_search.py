"""Whom the register names where the number is wrong or absent: the likeliest, several, or nobody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from features.cross_check import cross_check
from features.evidence import (
    Found,
    FoundBy,
    Identity,
    NotCovered,
    NotFound,
    RegisterAnswer,
    Several,
)
from features.register import search
from features.register.replica import Replica
from features.registration import IdNumber, Person, Registration

SNAPSHOT = date(2026, 7, 1)
Make = Callable[..., Person]
Type = Callable[..., Registration]

ALSO_FOUND = [
    # what was typed otherwise, without a number
    {"full_name": "NGUYEN THI THUY HOA"},
    {"full_name": "Nguyeenx Thij Thuys Hoaf"},
    {"full_name": "Hoà Nguyễn Thị Thuý"},
    {"full_name": "Nguyễn Thúy Hoà"},  # a word is missing
    {"full_name": "Nguyễn Thị Thúy Ngọc Hoà"},  # a word is added
    {"full_name": "Nguyễn Thị Thúyy Hoà"},  # a letter is added to one
    {"birth_date": "1990-03-12"},
    {"birth_date": "21/3/1990"},
    {"birth_date": "1990-21-03"},
    {"birth_date": "1980-03-21"},
    {"birth_date": "1990"},
    {"birth_date": "01/01/1990"},
]


def ask(replica: Replica, registration: Registration) -> RegisterAnswer:
    (answer,) = replica.ask([registration])
    return answer


@pytest.mark.parametrize("changes", ALSO_FOUND)
def test_a_slip_in_the_name_or_in_the_birth_date_still_finds_the_holder(
    replica: Replica, person: Make, registration: Type, changes: dict[str, object]
) -> None:
    stranger = person(
        id_number=IdNumber("001085000001"), full_name="Lý Văn Tèo", former_id_numbers=()
    )
    replica.load([person(), stranger], SNAPSHOT)
    typed = registration(document_number=None, **changes)
    assert ask(replica, typed) == Found(person(), FoundBy.NAME_AND_BIRTH_DATE)


@pytest.mark.parametrize(
    "changes",
    [
        {"full_name": "Nguyễn Thị Thúy Liên"},  # another word: her twin, for all that is known
        {"full_name": "Phạm Quốc Bảo"},
        {"birth_date": "1971-12-30"},
        {"birth_date": None},
        {"full_name": "Nguyễn Thị Thúy Liên", "birth_date": "1990-03-12"},
    ],
)
def test_another_name_or_another_birth_date_finds_nobody(
    replica: Replica, person: Make, registration: Type, changes: dict[str, object]
) -> None:
    replica.load([person()], SNAPSHOT)
    assert ask(replica, registration(document_number=None, **changes)) == NotCovered()
    assert ask(replica, registration(document_number="123456789", **changes)) == NotFound()


def namesakes(make: Make, count: int) -> list[Person]:
    """People of one name and one birth date, each with a home of their own."""
    return [
        make(
            id_number=IdNumber(f"0011900{n:05}"),
            former_id_numbers=(),
            residence=f"{n + 1} đường Nguyễn Trãi, Phường Bến Thành, Quận 1, TP Hồ Chí Minh",
            document_issued_on=None,
        )
        for n in range(count)
    ]


def test_of_two_namesakes_the_home_tells_the_one(
    replica: Replica, person: Make, registration: Type
) -> None:
    one, other = namesakes(person, 2)
    replica.load([one, other], SNAPSHOT)
    at_home = registration(document_number=None, address=other.residence)
    assert ask(replica, at_home) == Found(other, FoundBy.NAME_AND_BIRTH_DATE)
    nowhere = ask(replica, registration(document_number=None, address=None))
    assert nowhere == Several((one, other))


def test_an_exact_twin_is_told_from_one_a_letter_apart(
    replica: Replica, person: Make, registration: Type
) -> None:
    an, anh = (
        person(id_number=IdNumber(f"07919012345{n}"), full_name=name, former_id_numbers=())
        for n, name in ((6, "Nguyễn Thị Lan An"), (7, "Nguyễn Thị Lan Anh"))
    )
    replica.load([an, anh], SNAPSHOT)
    for twin in (an, anh):
        typed = registration(document_number=None, full_name=twin.full_name)
        assert ask(replica, typed) == Found(twin, FoundBy.NAME_AND_BIRTH_DATE)


def test_a_crowd_of_namesakes_is_several_and_no_more_are_read_than_can_be_told(
    replica: Replica, person: Make, registration: Type
) -> None:
    replica.load(namesakes(person, 2_000), SNAPSHOT)
    found = ask(replica, registration(document_number=None, address=None))
    assert isinstance(found, Several)
    assert len(found.persons) <= search.MOST


def test_a_number_that_is_wrong_in_two_digits_counts_under_the_same_name_and_birth_date(
    replica: Replica, person: Make, registration: Type
) -> None:
    replica.load([person()], SNAPSHOT)
    typed = registration(document_number="079090129956")
    assert ask(replica, typed) == Found(person(), FoundBy.REPAIRED_NUMBER)
    assert ask(replica, registration(document_number="079090999956")) == NotFound()


def test_a_cancelled_number_of_twelve_digits_leads_to_its_person(
    replica: Replica, person: Make, registration: Type
) -> None:
    holder = person(former_id_numbers=("079091555666",))
    replica.load([holder], SNAPSHOT)
    typed = registration(document_number="079 091 555 666")
    assert ask(replica, typed) == Found(holder, FoundBy.FORMER_NUMBER)


def test_a_namesake_elsewhere_in_the_nation_takes_nothing_from_a_proven_identity(
    replica: Replica, person: Make, registration: Type
) -> None:
    """Exactly the name typed, a middle name short, and the birth date; but another home."""
    namesake = person(
        id_number=IdNumber("001190000077"),
        full_name="Nguyễn Thị Hoà",
        former_id_numbers=(),
        residence="Số 3 Thôn Đoài, Xã Minh Đạo, Huyện Tiên Du, Tỉnh Bắc Ninh",
    )
    replica.load([person(), namesake], SNAPSHOT)
    typed = registration(full_name="Nguyễn Thị Hoà")
    found = cross_check(typed, ask(replica, typed))
    assert (found.identity, found.matched_id_number) == (Identity.VERIFIED, person().id_number)


def test_another_name_with_its_own_bearer_of_that_day_is_the_bearers(
    replica: Replica, person: Make, registration: Type
) -> None:
    """A twin who lives elsewhere now, with her sister's number."""
    twin = person(
        id_number=IdNumber("079190000077"),
        full_name="Nguyễn Thị Thúy Liên",
        former_id_numbers=(),
        residence="Số 3 Thôn Đoài, Xã Minh Đạo, Huyện Tiên Du, Tỉnh Bắc Ninh",
    )
    replica.load([person(), twin], SNAPSHOT)
    typed = registration(full_name=twin.full_name)
    found = cross_check(typed, ask(replica, typed))
    assert (found.identity, found.matched_id_number) == (Identity.MISMATCH, None)


def test_of_more_people_than_are_read_nobody_is_named(
    replica: Replica, person: Make, registration: Type
) -> None:
    """The one at home is the last of the crowd by birth date; the first has a part of the address."""
    crowd = [
        replace(one, birth_date=f"1990-{n % 11 + 1:02}-{n % 27 + 2:02}")
        for n, one in enumerate(namesakes(person, 400))
    ]
    holder = person(birth_date="1990-12-31", former_id_numbers=())
    replica.load([*crowd, holder], SNAPSHOT)
    typed = registration(document_number=None, birth_date="1990")
    assert isinstance(ask(replica, typed), Several)


def test_a_number_cancelled_and_given_anew_still_leads_to_who_had_it(
    replica: Replica, person: Make, registration: Type
) -> None:
    number = IdNumber("079090123456")
    had = person(id_number=IdNumber("079090777888"), former_id_numbers=(number,))
    has = person(full_name="Lý Văn Tèo", birth_date="1971-12-30", former_id_numbers=())
    replica.load([had, has], SNAPSHOT)
    assert ask(replica, registration()) == Found(had, FoundBy.FORMER_NUMBER)
    other = registration(full_name=has.full_name, birth_date=has.birth_date)
    assert ask(replica, other) == Found(has, FoundBy.NUMBER)


def test_a_passport_handed_in_as_a_card_accuses_nobody(
    replica: Replica, person: Make, registration: Type
) -> None:
    replica.load([person()], SNAPSHOT)
    typed = registration(document_number="C1234567", full_name="Lý Văn Tèo")
    assert ask(replica, typed) == NotCovered()
    hers = cross_check(same := registration(document_number="C1234567"), ask(replica, same))
    assert hers.fields["document_number"].difference == "other_document_number"
    assert hers.identity is Identity.VERIFIED


def test_an_old_number_that_nobody_had_is_evidence_where_the_register_knows_the_old_one(
    replica: Replica, person: Make, registration: Type
) -> None:
    replica.load([person()], SNAPSHOT)
    bare = {"address": None, "document_issued_on": None, "sex": None}
    made_up = registration(document_number="999999999", **bare)
    assert cross_check(made_up, ask(replica, made_up)).identity is not Identity.VERIFIED

"""Whom the register names where the number is wrong or absent: the likeliest, several, or nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from features.evidence import Found, FoundBy, NotCovered, NotFound, RegisterAnswer, Several
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

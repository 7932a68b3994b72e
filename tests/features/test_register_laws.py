"""Laws that every register keeps, the replica as well as one that is asked over the network."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.cross_check import cross_check
from features.evidence import (
    Evidence,
    Found,
    Identity,
    NotCovered,
    NotFound,
    Outcome,
    PopulationRegister,
    RegisterAnswer,
    Several,
    Unavailable,
    Verdicts,
)
from features.register.replica import Replica
from features.registration import DocumentType, IdNumber, Person, Registration, Sex
from tests.features.registers import asked_at, standing_in

AS_OF = date(2026, 7, 1)
UNKNOWN = "079190654321"
Make = Callable[..., Person]
Type = Callable[..., Registration]


@pytest.fixture
def holder(person: Make) -> Person:
    return person()


@pytest.fixture
def people(person: Make, holder: Person) -> list[Person]:
    """A holder, a stranger, twins in all but the number, and one of whom little is known."""
    twin = {"full_name": "Lê Văn Nam", "birth_date": "1985-06-07", "sex": Sex.MALE}
    bare = {"former_id_numbers": (), "residence": None, "sex": None, "document_issued_on": None}
    return [
        holder,
        person(
            id_number=IdNumber("001085011111"),
            full_name="Phạm Quốc Bảo",
            birth_date="1985-02-03",
            sex=Sex.MALE,
            former_id_numbers=("112233445",),
            residence="5 phố Huế, Quận Hai Bà Trưng, Hà Nội",
        ),
        person(id_number=IdNumber("001085022222"), former_id_numbers=(), **twin),
        person(id_number=IdNumber("001085033333"), former_id_numbers=(), **twin),
        person(id_number=IdNumber("040060000001"), **bare | {"full_name": "H Bia Niê"}),
    ]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Replica, str]]:
    """A replica, and where a stand-in over it answers."""
    with (
        closing(Replica(tmp_path_factory.mktemp("population"))) as replica,
        standing_in(replica) as url,
    ):
        yield replica, url


@pytest.fixture(params=["replica", "remote"])
def register(
    request: pytest.FixtureRequest, served: tuple[Replica, str], people: list[Person]
) -> Iterator[PopulationRegister]:
    replica, url = served
    replica.load(people, AS_OF)
    if request.param == "replica":
        yield replica
        return
    with asked_at(url) as remote:
        yield remote


def one(register: PopulationRegister, registration: Registration) -> RegisterAnswer:
    (answer,) = register.ask([registration])
    return answer


def checked(register: PopulationRegister, registration: Registration) -> Evidence:
    return cross_check(registration, one(register, registration))


def variety(typed: Type) -> list[Registration]:
    """Registrations of every kind of answer."""
    return [
        typed(),
        typed(document_number=UNKNOWN),
        typed(document_type=DocumentType.PASSPORT, document_number="B1234567"),
        typed(document_number=None, birth_date=None),
        typed(document_number=None, full_name="Lê Văn Nam", birth_date="07/06/1985"),
        typed(document_number="79090123456"),
        typed(document_number="273270505", document_type=DocumentType.CMND),
        typed(document_number="001085011111"),
        typed(full_name="nguyeenx thij thuys hoaf", birth_date="21/3/1990"),
        typed(address=None, sex=None, document_issued_on=None),
        typed(document_number="không có", birth_date="never"),
    ]


def test_a_registration_has_one_answer_in_its_place(
    register: PopulationRegister, registration: Type
) -> None:
    batch = variety(registration)
    assert register.ask([]) == []
    assert register.ask(batch) == [one(register, r) for r in batch]
    assert register.ask(batch[::-1]) == register.ask(batch)[::-1]


@pytest.mark.parametrize("size", [1, 7, 100, 250])
def test_any_cut_of_a_batch_gives_equal_answers(
    register: PopulationRegister, registration: Type, size: int
) -> None:
    days = [registration().registered_at + timedelta(days=n) for n in range(23)]
    rows = [replace(r, registered_at=day) for day in days for r in variety(registration)]
    cut = [rows[start : start + size] for start in range(0, len(rows), size)]
    assert [a for part in cut for a in register.ask(part)] == register.ask(rows)


def test_a_passport_is_not_covered(register: PopulationRegister, registration: Type) -> None:
    typed = registration(document_type=DocumentType.PASSPORT, document_number="C0123456")
    assert one(register, typed) == NotCovered()


@pytest.mark.parametrize("number", [None, "-", "không có", "N/A"])
@pytest.mark.parametrize("born", [None, "unknown", "32/32/3232"])
def test_nothing_to_ask_by_is_not_covered(
    register: PopulationRegister, registration: Type, number: str | None, born: str | None
) -> None:
    assert one(register, registration(document_number=number, birth_date=born)) == NotCovered()


def test_a_sound_number_of_nobody_is_not_found(
    register: PopulationRegister, registration: Type
) -> None:
    typed = registration(document_number=UNKNOWN, full_name="Vừ A Dính", birth_date="1999-01-31")
    assert one(register, typed) == NotFound()
    assert checked(register, typed).identity is Identity.NOT_FOUND


def test_the_exact_holder_is_confirmed_field_by_field(
    register: PopulationRegister, registration: Type, holder: Person
) -> None:
    found = checked(register, registration())
    assert found.identity is Identity.VERIFIED
    assert {field.outcome for field in found.fields.values()} == {Outcome.MATCH}
    assert found.matched_id_number == holder.id_number


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"document_number": "79090123456"}, "a leading zero lost"),
        ({"document_number": "O7909O123456"}, "letters for digits"),
        ({"document_number": "079 090 123 456"}, "written in groups"),
        ({"full_name": "NGUYEN THI THUY HOA"}, "without marks"),
        ({"full_name": "Nguyeenx Thij Thuys Hoaf"}, "raw Telex"),
        ({"birth_date": "21/03/1990"}, "day first"),
        ({"address": None}, "no address"),
    ],
)
def test_a_holder_who_wrote_it_otherwise_is_verified_and_named(
    register: PopulationRegister, registration: Type, holder: Person, changes: dict, why: str
) -> None:
    found = checked(register, registration(**changes))
    assert (found.identity, found.matched_id_number) == (Identity.VERIFIED, holder.id_number), why


def test_the_name_of_another_under_a_number_is_not_verified(
    register: PopulationRegister, registration: Type
) -> None:
    found = checked(register, registration(full_name="Phạm Quốc Bảo"))
    assert found.identity is Identity.MISMATCH
    assert found.matched_id_number is None


def test_several_stays_several(register: PopulationRegister, registration: Type) -> None:
    typed = registration(document_number=None, full_name="Lê Văn Nam", birth_date="1985-06-07")
    assert isinstance(one(register, typed), Several)
    found = checked(register, typed)
    assert found.several
    assert found.identity is Identity.UNVERIFIABLE
    assert found.matched_id_number is None


@pytest.mark.parametrize("absent", ["birth_date", "sex", "address", "document_issued_on"])
def test_an_absent_field_is_no_disagreement(
    register: PopulationRegister, registration: Type, absent: str
) -> None:
    found = checked(register, registration(**{absent: None}))
    assert found.fields[absent].outcome is Outcome.UNAVAILABLE
    assert found.identity is Identity.VERIFIED


def test_what_the_register_does_not_know_is_no_disagreement(
    register: PopulationRegister, registration: Type
) -> None:
    typed = registration(document_number="040060000001", full_name="H Bia Niê")
    found = checked(register, typed)
    for field in ("sex", "address", "document_issued_on"):
        assert found.fields[field].outcome is Outcome.UNAVAILABLE


def test_a_document_of_later_is_not_known_yet(
    register: PopulationRegister, registration: Type, holder: Person
) -> None:
    early = registration().registered_at.replace(year=2020)
    found = checked(register, registration(registered_at=early))
    assert found.fields["document_issued_on"].outcome is Outcome.UNAVAILABLE
    assert found.identity is Identity.VERIFIED


def test_no_answer_claims_more_than_the_register_said(
    register: PopulationRegister, registration: Type
) -> None:
    for typed in variety(registration):
        answer = one(register, typed)
        found = cross_check(typed, answer)
        assert found.register_available
        if isinstance(answer, Verdicts):
            agreeing = {name for name, verdict in answer.fields.items() if verdict}
            matches = {n for n, field in found.fields.items() if field.outcome is Outcome.MATCH}
            assert matches <= agreeing
            assert answer.number is None or "document_number" in agreeing
        elif not isinstance(answer, Found):
            assert found.matched_id_number is None
            assert found.identity in {Identity.NOT_FOUND, Identity.UNVERIFIABLE}


TYPED = st.text(max_size=40) | st.sampled_from(["079090123456", "\ud800", "\x00", "٠٧٩", "1e400"])


@settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)
@given(number=TYPED, name=TYPED, born=TYPED, address=TYPED)
def test_nothing_typed_raises(
    register: PopulationRegister,
    registration: Type,
    number: str,
    name: str,
    born: str,
    address: str,
) -> None:
    typed = registration(
        document_number=number, full_name=name or "A", birth_date=born, address=address
    )
    answer = one(register, typed)
    assert isinstance(answer, RegisterAnswer)
    assert answer != Unavailable()
    cross_check(typed, answer)


def personal(persons: Sequence[Person]) -> set[str]:
    texts = (
        [p.id_number, p.full_name, p.birth_date, p.residence, *p.former_id_numbers] for p in persons
    )
    return {text for row in texts for text in row if text is not None}


def test_no_answer_shows_a_person_in_its_text(
    register: PopulationRegister,
    registration: Type,
    people: list[Person],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    batch = variety(registration)
    answers = register.ask(batch)
    told = repr(answers) + repr(register) + "".join(map(repr, batch)) + caplog.text
    assert not [text for text in personal(people) if text in told]
    assert not any(isinstance(answer, Unavailable) for answer in answers)

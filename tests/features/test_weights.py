"""The weights of evidence: what the file says, and the laws that any such file has to keep."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features import weights
from features.cross_check import cross_check
from features.difference import DIFFERENCES, evidence, outcome
from features.evidence import FIELDS, Found, FoundBy, Identity, Outcome, Verdicts
from features.registration import Person, Registration, Sex

Make = Callable[..., Person]
Type = Callable[..., Registration]

RULES = weights.default()
AGREEING = dict.fromkeys(FIELDS, "same")
RANK = {Outcome.MATCH: 0, Outcome.PARTIAL: 1, Outcome.MISMATCH: 2}


def bits(by: FoundBy = FoundBy.NUMBER, **codes: str) -> float:
    return RULES.weigh(AGREEING | codes, by, *["Nguyễn Thị Hương"] * 2).bits


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("number", "document_number"),
        ("name", "full_name"),
        ("date", "birth_date"),
        ("address", "address"),
    ],
)
def test_every_difference_that_a_table_of_cases_knows_is_weighed(kind: str, field: str) -> None:
    tables = list((Path(__file__).parent / "cases").glob(f"{kind}_*.tsv"))
    assert tables
    lines = [line for table in tables for line in table.read_text("utf-8").splitlines()]
    codes = {line.split("\t")[2] for line in lines if line.count("\t") == 3}
    weighed = {code for code in codes & set(DIFFERENCES) if outcome(code) in RANK}
    assert weighed <= set(RULES.fields[field])
    assert len(weighed) > 3


def test_every_row_is_a_known_difference_and_every_column_a_distribution() -> None:
    for field in FIELDS:
        assert set(RULES.fields[field]) <= set(DIFFERENCES), field
    for field in weights.LEARNT:
        told = weights.with_impostor(RULES.fields[field], RULES.knows[field])
        for column in zip(*told.values(), strict=True):
            assert sum(column) == pytest.approx(1, abs=0.03), field


@pytest.mark.parametrize("field", weights.LEARNT)
def test_an_equal_field_speaks_for_the_holder_and_no_other_difference_speaks_louder(
    field: str,
) -> None:
    """Against a stranger: unrelated < slip < equal."""
    rows = RULES.fields[field]
    weight = {code: math.log2(row[0] / row[1]) for code, row in rows.items()}
    for code, other in product(rows, rows):
        if outcome(code) is Outcome.MISMATCH and outcome(other) is not Outcome.MISMATCH:
            assert weight[code] < weight[other], (code, other)
    assert weight["same"] > 0


@pytest.mark.parametrize("code", RULES.fields["address"])
@pytest.mark.parametrize("issued", RULES.fields["document_issued_on"])
def test_neither_address_nor_issue_date_makes_a_mismatch(code: str, issued: str) -> None:
    assert bits(address=code, document_issued_on=issued) >= RULES.verified_bits


@pytest.mark.parametrize("field", ["full_name", "birth_date", "sex"])
def test_one_slip_does_not_unmake_what_everything_else_proves(field: str) -> None:
    for code in RULES.fields[field]:
        if outcome(code) is not Outcome.MISMATCH or field == "sex":
            assert bits(**{field: code}) >= RULES.verified_bits, code


@pytest.mark.parametrize("place", ["same_commune", "same_province", "other_address"])
@pytest.mark.parametrize("slip", ["one_digit", "other_day", "other_year"])
def test_a_slip_in_the_birth_date_without_number_or_address_does_not_pass(
    place: str, slip: str
) -> None:
    codes = {"document_number": "not_given", "document_issued_on": "not_given"}
    found = bits(FoundBy.NAME_AND_BIRTH_DATE, **codes, birth_date=slip, address=place)
    assert found < RULES.verified_bits


def test_agreement_on_a_rare_name_weighs_more_against_a_stranger() -> None:
    common, rare = (
        RULES.weigh(AGREEING, FoundBy.NAME_AND_BIRTH_DATE, full_name, full_name).against_stranger
        for full_name in ("Nguyễn Thị Hương", "Quàng Kháy Xuyến")
    )
    assert rare > common + 3


def test_of_a_name_given_in_part_only_the_part_is_rare() -> None:
    part = RULES.weigh(
        AGREEING | {"full_name": "missing_middle"},
        FoundBy.NUMBER,
        "Nguyễn Hương",
        "Nguyễn Kháy Xuyến Hương",
    )
    whole = RULES.weigh(AGREEING, FoundBy.NUMBER, *["Nguyễn Hương"] * 2)
    assert part.rarity == whole.rarity


def test_a_common_name_and_a_year_of_birth_are_too_little(person: Make, registration: Type) -> None:
    holder = person(full_name="Nguyễn Thị Hương")
    answer = Found(holder, FoundBy.NAME_AND_BIRTH_DATE)
    bare = registration(
        full_name="NGUYEN THI HUONG", document_number=None, address=None, document_issued_on=None
    )
    assert cross_check(bare, answer).identity is Identity.VERIFIED
    year = registration(
        full_name="NGUYEN THI HUONG",
        birth_date="1990",
        document_number=None,
        address=None,
        document_issued_on=None,
    )
    assert cross_check(year, answer).identity is Identity.UNVERIFIABLE


def test_an_impostor_near_the_birth_date_is_not_verified_and_nobody_is_named(
    person: Make, registration: Type
) -> None:
    """Name, sex and district known, the date not: too little to say that it is a slip."""
    typed = registration(
        document_number=None,
        birth_date="1990-03-25",
        address="45 đường Pasteur, Phường Bến Thành, Quận 1, Thành phố Hồ Chí Minh",
        document_issued_on=None,
    )
    found = cross_check(typed, Found(person(), FoundBy.NAME_AND_BIRTH_DATE))
    assert found.identity is not Identity.VERIFIED
    assert found.matched_id_number is None


def test_the_same_slip_of_someone_who_lives_there_and_holds_the_card_passes(
    person: Make, registration: Type
) -> None:
    typed = registration(document_number=None, birth_date="1990-03-25")
    found = cross_check(typed, Found(person(), FoundBy.NAME_AND_BIRTH_DATE))
    assert found.identity is Identity.VERIFIED


codes = st.fixed_dictionaries(
    {field: st.sampled_from([*RULES.fields[field], "not_given"]) for field in FIELDS}
)


@given(codes=codes, by=st.sampled_from(FoundBy))
def test_the_waterfall_adds_up_to_the_balance(codes: dict[str, str], by: FoundBy) -> None:
    balance = RULES.weigh(codes, by, "Trần An", "Trần Văn An")
    fields = {field: evidence(code) for field, code in codes.items()}
    steps = RULES.steps(fields, by, balance)
    assert sum(step.bits for step in steps) == pytest.approx(balance.bits, abs=1e-9)
    assert [step.part for step in steps][1:7] == list(FIELDS)


YES = dict.fromkeys(FIELDS, True)


@pytest.mark.parametrize(
    ("verdicts", "identity"),
    [
        (YES, "verified"),
        (YES | {"address": False, "document_issued_on": False}, "verified"),
        (YES | {"address": None, "sex": None, "document_issued_on": None}, "verified"),
        (YES | {"full_name": False}, "mismatch"),  # it cannot tell a slip: the worst is taken
        (YES | {"birth_date": False}, "mismatch"),
        (YES | {"document_number": False}, "mismatch"),
    ],
)
def test_bare_verdicts_are_weighed_and_nothing_is_added_to_them(
    registration: Type, person: Make, verdicts: dict[str, bool | None], identity: str
) -> None:
    number = person().id_number
    found = cross_check(registration(), Verdicts(number, FoundBy.NUMBER, verdicts))
    assert found.identity == identity
    assert found.person is None
    if identity == "verified":
        assert found.matched_id_number == number
    for field, said in verdicts.items():
        expected = {True: "register_agrees", False: "register_differs", None: "register_silent"}
        assert found.fields[field].difference == expected[said]


@pytest.mark.parametrize("by", [FoundBy.FORMER_NUMBER, FoundBy.REPAIRED_NUMBER])
def test_a_number_that_led_to_its_person_all_the_same_contradicts_nothing(
    registration: Type, person: Make, by: FoundBy
) -> None:
    answer = Verdicts(person().id_number, by, YES | {"document_number": False})
    found = cross_check(registration(document_number="273270505"), answer)
    assert found.identity is Identity.VERIFIED
    assert found.fields["document_number"].difference == by.value


@given(
    days=st.integers(1, 400),
    back=st.booleans(),
    sex=st.sampled_from([None, *Sex]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_other_birth_date_passes_for_an_impostor_of_the_district(
    person: Make, registration: Type, days: int, back: bool, sex: Sex | None
) -> None:
    born = date(1990, 3, 21) + timedelta(days=-days if back else days)
    typed = registration(
        document_number=None,
        birth_date=born.isoformat(),
        sex=sex,
        address="45 đường Pasteur, Phường Bến Thành, Quận 1, Thành phố Hồ Chí Minh",
        document_issued_on=None,
    )
    found = cross_check(typed, Found(person(), FoundBy.NAME_AND_BIRTH_DATE))
    assert found.identity is not Identity.VERIFIED

"""The vector: every feature is declared whole, and answers a number whatever people typed."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.cross_check import cross_check
from features.evidence import (
    Evidence,
    Found,
    FoundBy,
    NotCovered,
    NotFound,
    Several,
    Unavailable,
)
from features.registration import Channel, DocumentType, HolderType, Kind, Registration, Status
from features.vector import FEATURES, NAMES, vector
from features.vector.feature import Direction, Feature, feature


class NoCompany(dict):
    """Aggregates of a registration that nobody is around."""

    def __missing__(self, name):
        return math.nan


@dataclass(frozen=True)
class Facts:
    registration: Registration
    evidence: Evidence
    company: NoCompany


@pytest.fixture
def facts(registration, person):
    """Facts of a registration against its person; `about` changes the person."""

    def make(about=None, by=FoundBy.NUMBER, **typed):
        made = registration(**typed)
        evidence = cross_check(made, Found(person(**(about or {})), by))
        return Facts(made, evidence, NoCompany())

    return make


def value(facts, name):
    return FEATURES[NAMES.index(name)].compute(facts)


# ── Declarations ─────────────────────────────────────────────────────


def test_a_feature_is_listed_once():
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("declared", FEATURES, ids=NAMES)
def test_a_feature_says_what_it_asserts_in_which_unit_and_why_it_is_told(declared):
    assert declared.doc[0].isupper()
    assert declared.doc.endswith(".")
    assert "{" not in declared.doc
    assert declared.unit
    assert declared.reason.isupper()
    assert isinstance(declared.direction, Direction)


def test_a_function_without_a_text_is_no_feature():
    def silent(facts) -> float:
        return 0.0

    with pytest.raises(TypeError, match="silent has no docstring"):
        feature("NAME_FORM")(silent)


def test_a_declared_function_keeps_its_name_and_text():
    @feature("NAME_FORM", unit="years", direction=Direction.FALLS)
    def wisdom(facts) -> float:
        """How wise."""
        return 1.0

    assert isinstance(wisdom, Feature)
    assert (wisdom.name, wisdom.doc, wisdom.unit) == ("wisdom", "How wise.", "years")
    assert wisdom.direction is Direction.FALLS


# ── Values ───────────────────────────────────────────────────────────

NAN = math.nan
PAPERS = [  # (feature, what was typed, what the register holds instead, value)
    ("is_sim", {"kind": Kind.SIM}, {}, 1),
    ("is_sim", {}, {}, 0),
    ("channel", {}, {}, NAN),  # not said
    ("channel", {"channel": Channel.BRANCH}, {}, 0),
    ("document_type", {"document_type": DocumentType.CMND}, {}, 1),
    ("is_organisation", {"holder_type": HolderType.ORGANISATION}, {}, 1),
    ("hour", {"registered_at": datetime(2026, 3, 1, 2, 30, tzinfo=UTC)}, {}, 9.5),  # Hanoi clock
    ("hour", {"registered_at": datetime(2026, 3, 1, 17, 0, tzinfo=UTC)}, {}, 0),
    ("weekday", {"registered_at": datetime(2026, 3, 1, 16, 59, tzinfo=UTC)}, {}, 6),  # a Sunday
    ("weekday", {"registered_at": datetime(2026, 3, 1, 17, 0, tzinfo=UTC)}, {}, 0),  # Monday there
    ("identity", {}, {}, 0),
    ("found_by", {}, {}, 0),
    ("full_name_disagrees", {}, {}, 0),
    ("full_name_disagrees", {"full_name": "Trần Văn Bình"}, {}, 2),
    ("sex_disagrees", {"sex": None}, {}, NAN),
    ("disagreements", {}, {}, 0),
    ("partial_agreements", {}, {}, 0),
    ("holder_is_not_living", {}, {}, 0),
    ("holder_is_not_living", {}, {"status": Status.DETAINED}, 1),
    ("holder_is_deceased", {}, {"status": Status.DETAINED}, 0),
    ("holder_is_deceased", {}, {"status": Status.DECEASED}, 1),
    ("days_since_status", {}, {}, NAN),
    (
        "days_since_status",
        {},
        {"status": Status.DECEASED, "status_since": date(2026, 2, 1)},
        28,
    ),
    ("document_age", {"document_issued_on": date(2026, 2, 28)}, {}, 1),
    ("document_age", {"document_issued_on": None}, {}, NAN),
    ("document_days_expired", {}, {"document_expires_on": date(2026, 2, 27)}, 2),
    ("document_days_expired", {}, {"document_expires_on": date(2026, 3, 2)}, 0),
    ("document_days_expired", {}, {"document_expires_on": None}, 0),  # of the old, it never does
    ("issue_date_apart", {"document_issued_on": date(2021, 5, 12)}, {}, 1),
    ("has_contact_phone", {}, {}, 0),
    ("has_contact_phone", {"contact_phone": "0912345678"}, {}, 1),
    ("has_email", {"email": "a@b.vn"}, {}, 1),
    ("has_device", {"device_id": "d"}, {}, 1),
    ("has_face", {"face_template": "f"}, {}, 1),
    ("has_address", {"address": None}, {}, 0),
    ("contact_phone_is_own_number", {"contact_phone": "0912345678"}, {}, NAN),
    (
        "contact_phone_is_own_number",
        {"contact_phone": "+84 912 345 678", "msisdn": "0912345678"},
        {},
        1,
    ),
    (
        "contact_phone_is_own_number",
        {"contact_phone": "0912345679", "msisdn": "0912345678"},
        {},
        0,
    ),
    ("contact_phone_is_own_number", {"contact_phone": "?", "msisdn": "?"}, {}, 0),  # no numbers
    ("contact_phone_prefix", {"contact_phone": "+84912345678"}, {}, 91),
    ("contact_phone_prefix", {"contact_phone": "none"}, {}, NAN),
    ("email_digits", {"email": "an12@b.vn"}, {}, 0.5),
    ("email_digits", {"email": "@b.vn"}, {}, NAN),
    ("email_digits", {}, {}, NAN),
    ("email_resembles_name", {"email": "thuyhoa@b.vn"}, {}, 1),
    ("email_resembles_name", {"email": "1234@b.vn"}, {}, NAN),
    ("name_has_no_marks", {"full_name": "Nguyen Thi Thuy Hoa"}, {}, 1),
    ("name_is_upper_case", {"full_name": "NGUYỄN THỊ THÚY HOÀ"}, {}, 1),
    ("name_is_upper_case", {}, {}, 0),
    ("born_in_province_of_residence", {}, {}, 1),
    ("born_in_province_of_residence", {}, {"province_code": "01"}, 0),
    ("born_in_province_of_residence", {}, {"province_code": None}, NAN),
]


@pytest.mark.parametrize(("name", "typed", "held", "expected"), PAPERS)
def test_a_feature_of_the_papers_says_what_is_so(facts, name, typed, held, expected):
    found = value(facts(held, **typed), name)
    assert found == pytest.approx(expected, abs=0.01, nan_ok=True)


def test_every_feature_of_the_papers_has_a_case():
    named = {name for name, *_ in PAPERS}
    agreements = {n for n in NAMES if n.endswith("_disagrees")}
    assert {n for n in NAMES if "." not in n} - agreements <= named


def test_without_a_person_the_register_tells_nothing(registration):
    made = registration()
    unknown = Facts(made, cross_check(made, NotFound()), NoCompany())
    for name in ("holder_is_deceased", "days_since_status", "document_days_expired", "found_by"):
        assert math.isnan(value(unknown, name))


AGED = [  # how old the holder is, and what only tells it
    {"birth_date": "1950-03-21"},
    {"birth_date": "2008-03-21"},
    {"document_expires_on": None},
    {"document_expires_on": date(2050, 1, 1)},
]


@pytest.mark.parametrize("held", AGED)
def test_no_feature_tells_how_old_the_holder_is(facts, held):
    born = {"birth_date": held["birth_date"]} if "birth_date" in held else {}
    assert vector(facts(held, **born)) == pytest.approx(vector(facts()), nan_ok=True)


def test_nobody_around_has_no_value(facts):
    row = dict(zip(NAMES, vector(facts()), strict=True))
    assert all(math.isnan(v) for n, v in row.items() if "." in n)


def test_a_feature_of_company_is_the_aggregate_of_its_name(facts):
    asked = replace(facts(), company=NoCompany({"phone.holders.30d": 7.0}))
    row = dict(zip(NAMES, vector(asked), strict=True))
    assert row["phone.holders.30d"] == 7
    assert math.isnan(row["phone.holders.7d"])


TYPED = st.text(max_size=30) | st.from_regex(r"[\d/\-.+ @A-Za-zÀ-ỹ]{0,20}", fullmatch=True)
ANSWERS = [NotFound(), Several(()), Unavailable(), NotCovered()]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    typed=st.fixed_dictionaries(
        {"full_name": TYPED},
        optional={
            name: st.none() | TYPED
            for name in (
                "document_number",
                "birth_date",
                "address",
                "contact_phone",
                "email",
                "msisdn",
                "account_number",
                "ip_address",
            )
        },
    ),
    answer=st.none() | st.sampled_from(ANSWERS),
    born=st.none() | TYPED,
)
def test_whatever_was_typed_every_feature_is_a_number_or_has_no_value(
    registration, person, typed, answer, born
):
    made = registration(**typed)
    answer = answer or Found(person(birth_date=born), FoundBy.NUMBER)
    row = vector(Facts(made, cross_check(made, answer), NoCompany()))
    assert len(row) == len(NAMES)
    assert all(isinstance(v, float) for v in row)
    assert not any(math.isinf(v) for v in row)

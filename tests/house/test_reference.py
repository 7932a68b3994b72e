"""Laws of the pages made from the code: every code in two languages, the rules as they are in force."""

from __future__ import annotations

from dataclasses import replace

import pytest

from features import name, weights
from features.cross_check import cross_check
from features.difference import SENTENCES
from features.evidence import FIELDS, FoundBy, Identity, Verdicts
from features.parsing import REASONS as COLUMN_PROBLEMS
from features.vector import FEATURES
from models.hard_facts import CODES
from models.wording import REASONS
from service import comparison_rules, reference
from service.problems import PROBLEMS

TABLES = {
    "reasons": REASONS,
    "differences": SENTENCES,
    "rejected values": COLUMN_PROBLEMS,
    "problems": {code: (en, vi) for code, (_, en, vi) in PROBLEMS.items()},
}


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_every_code_is_told_in_two_languages(table):
    for code, (one, other) in table.items():
        assert one.strip(), code
        assert other.strip(), code
        assert one != other, code


def test_every_feature_and_hard_fact_gives_a_reason_that_is_told():
    assert {f.reason for f in FEATURES} | CODES <= set(REASONS)


def test_the_reference_page_is_made_from_the_tables():
    page = reference.PAGE.read_text(encoding="utf-8")
    assert page == reference.render(), "run `make reference`"


def test_the_page_of_the_comparison_rules_is_made_from_the_code():
    page = comparison_rules.PAGE.read_text(encoding="utf-8")
    assert page == comparison_rules.render(), "run `make reference`"


@pytest.mark.parametrize("field", FIELDS)
def test_the_rules_tell_every_difference_that_weighs_anything(field):
    page = comparison_rules.render()
    for code in weights.default().fields[field]:
        assert page.count(f"| {SENTENCES[code][0]} | `{code}` |") >= 1
        assert page.count(f"| {SENTENCES[code][1]} | `{code}` |") >= 1


def test_names_are_told_in_the_order_in_which_they_are_compared():
    told = [code for _, codes in comparison_rules.name_order() for code in codes]
    assert tuple(told) == name.LEVELS


def test_the_slip_is_verified_and_the_impostor_is_not():
    assert comparison_rules.slip()[1].identity is Identity.VERIFIED
    assert comparison_rules.impostor()[1].identity is Identity.MISMATCH


@pytest.mark.parametrize("field", ["sex", "address", "document_issued_on"])
def test_what_the_rules_call_harmless_never_makes_a_mismatch(field):
    registration, _ = comparison_rules.slip()
    given = replace(registration, document_issued_on=registration.registered_at.date())
    answers = dict.fromkeys(FIELDS, True) | {field: False}
    found = cross_check(given, Verdicts(None, FoundBy.NUMBER, answers))
    assert found.fields[field].difference == "register_differs"
    assert found.identity is not Identity.MISMATCH

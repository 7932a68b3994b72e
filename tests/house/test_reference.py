"""Laws of the codes: each is told in two languages, and the reference page tells them all."""

from __future__ import annotations

import pytest

from features.difference import SENTENCES
from features.parsing import REASONS as COLUMN_PROBLEMS
from features.vector import FEATURES
from models.hard_facts import CODES
from models.reasons import REASONS
from service import reference
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

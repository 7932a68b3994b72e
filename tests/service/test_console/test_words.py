"""Laws of the words: every text in both languages, every code of the ledger has a name."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from features.evidence import FIELDS, Identity, Outcome
from features.registration import Kind
from graph.attributes import Attribute
from models.decision import Decision, RiskBand
from service.console.words import TEXTS, Language

CODES = [
    *[("decision", d.code) for d in Decision],
    *[("identity", i.value) for i in Identity],
    *[("risk", b.value) for b in RiskBand],
    *[("kind", k.value) for k in Kind],
    *[("agreement", o.value) for o in Outcome],
    *[("field", name) for name in FIELDS],
    *[("attribute", a.value) for a in Attribute],
]


@pytest.mark.parametrize(("table", "code"), CODES)
def test_every_code_of_the_ledger_has_a_name_in_both_languages(table, code):
    for language in Language:
        assert language.called(table, code) not in {"", code}


def test_both_languages_of_a_text_have_the_same_places_to_fill():
    for code, (vietnamese, english) in TEXTS.items():
        assert vietnamese, code
        assert english, code
        assert set(re.findall(r"{\w+}", vietnamese)) == set(re.findall(r"{\w+}", english)), code


@pytest.mark.parametrize("language", Language)
def test_a_code_that_left_its_table_shows_itself(language):
    assert language.called("decision", "long_gone") == "long_gone"
    assert language.difference("long_gone") == "long_gone"


def test_times_are_those_of_vietnam():
    at = datetime(2026, 12, 31, 17, 0, 5, tzinfo=UTC)
    assert Language.VIETNAMESE.moment(at) == "01/01/2027 00:00:05"
    assert Language.ENGLISH.moment(at) == "01 Jan 2027 00:00:05"


def test_numbers_are_written_as_each_language_writes_them():
    assert (Language.VIETNAMESE.share(0.8341), Language.ENGLISH.share(0.8341)) == ("83,4%", "83.4%")
    assert (Language.VIETNAMESE.whole(1234), Language.ENGLISH.whole(1234)) == ("1.234", "1,234")


@pytest.mark.parametrize("text", [None, "", "fr", "EN", "vi"])
def test_the_language_is_vietnamese_unless_english_was_chosen(text):
    assert Language.of(text) is Language.VIETNAMESE
    assert Language.of("en") is Language.ENGLISH

"""Laws of the parts of a check: the hints, the bars of the waterfall, the words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.difference import DIFFERENCES
from features.evidence import (
    FIELDS,
    Alternative,
    Balance,
    Evidence,
    FieldEvidence,
    FoundBy,
    Identity,
    Outcome,
)
from features.weights import Step
from service import evidence_words
from service.checking import advice, waterfall
from service.checking.table import printable

DECISIVE = ("document_number", "full_name", "birth_date", "sex")
BITS = st.floats(-60, 60)
STEPS = st.lists(BITS, min_size=1, max_size=9).map(
    lambda bits: [Step("start", "", value) for value in bits]
)


@pytest.mark.parametrize("code", DIFFERENCES)
@pytest.mark.parametrize("field", FIELDS)
def test_only_what_can_decide_has_to_be_cleared_and_then_it_is_told_how(field, code):
    outcome = DIFFERENCES[code].outcome
    found = Evidence(Identity.MISMATCH, {field: FieldEvidence(outcome, code)})
    hints = advice.hints(found)
    if outcome is Outcome.MATCH or field not in DECISIVE:
        assert hints == []
    elif outcome is not Outcome.UNAVAILABLE:
        (hint,) = hints
        assert hint.field == field
        assert all(word.strip() for word in hint.words)
        assert hint.words[0] != hint.words[1]


@given(STEPS, st.floats(0, 20))
def test_each_bar_begins_where_the_one_before_it_ended(steps, threshold):
    rows = waterfall.rows(steps, threshold)
    ends = None
    for row, step in zip(rows, steps, strict=True):
        assert len(row.bar) == waterfall.WIDTH
        drawn = [at for at, sign in enumerate(row.bar) if sign in "█▒·"]
        assert drawn == list(range(drawn[0], drawn[-1] + 1))
        begin, end = (drawn[0], drawn[-1]) if step.bits >= 0 else (drawn[-1], drawn[0])
        assert ends in (None, begin)
        ends = end
        assert ("▒" in row.bar) <= (step.bits < 0)


@given(STEPS, st.floats(0, 20))
def test_the_threshold_is_marked_in_the_same_cell_of_every_line(steps, threshold):
    rows = waterfall.rows(steps, threshold)
    assert len({row.bar.index("┊") for row in rows if "┊" in row.bar}) <= 1


def test_nothing_but_nothings_is_drawn_too():
    rows = waterfall.rows([Step("start", "", 0.0)], 0.0)
    assert rows[0].bar.strip() == "·"


LIKELIHOODS = (
    # bits, words in Vietnamese, in English
    (0.0, "gấp khoảng 1,0 lần", "about 1.0 times"),
    (1.3, "gấp khoảng 2,5 lần", "about 2.5 times"),
    (
        -1.3,
        "Kẻ mạo danh có khả năng gấp",
        "An impostor is about 2.5 times as likely as the holder.",
    ),
    (11.2, "khoảng 2.000 lần", "The holder is about 2,000 times as likely as an impostor."),
    (30.0, "hơn một triệu lần", "more than a million times"),
)


@pytest.mark.parametrize(("bits", "vi", "en"), LIKELIHOODS)
def test_bits_are_told_as_how_many_times_as_likely(bits, vi, en):
    balance = Balance(99.0, bits, 0.0)
    assert vi in evidence_words.likelihood(balance, "vi")
    assert en in evidence_words.likelihood(balance, "en")


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (evidence_words.FIELD_NAMES, FIELDS),
        (evidence_words.OUTCOMES, Outcome),
        (evidence_words.IDENTITIES, Identity),
        (evidence_words.FOUND_BY, FoundBy),
        (evidence_words.ALTERNATIVES, Alternative),
        (evidence_words.WHO, Alternative),
        (evidence_words.PARTS, [*FIELDS, "start", "rarity"]),
    ],
)
def test_every_code_has_its_words(table, codes):
    assert set(table) == set(codes)
    assert all(vi.strip() and en.strip() and vi != en for vi, en in table.values())


def test_minus_nothing_is_nothing():
    assert [evidence_words.bits(b, "vi") for b in (-0.04, 0.0, -0.06, 3.25)] == [
        *("0", "0", "-0,1", "+3,2")
    ]


@given(st.text())
def test_what_is_printable_is_printed_as_it_is(text):
    shown = printable(text)
    assert shown.isprintable()
    if text.isprintable() and len(text) <= 200:
        assert shown.replace(" ", "") == "".join(text.split())

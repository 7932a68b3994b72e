"""The policy: ordered answers, and a file that is refused in one line where it makes no sense."""

from __future__ import annotations

import itertools
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.decision import Decision, RiskBand
from models.errors import PolicyError
from models.hard_facts import CODES
from models.policy import DEFAULT, bands_of, load, of_form
from models.policy_form import problems

POLICY = load()
RISKS = st.floats(0, 1)
FACTS = st.frozensets(st.sampled_from(sorted(CODES)))
BANK = "BANK-A"
_GOOD = tomllib.loads(DEFAULT.read_text(encoding="utf-8"))
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
_NAMES = st.sampled_from(["institutions", "capacity", "cost", *_GOOD]) | st.text(max_size=5)
FORMS = st.dictionaries(_NAMES, _VALUES, max_size=3).map(lambda changed: _GOOD | changed)
"""Files with some settings replaced by anything."""


def test_decisions_are_ordered_by_how_far_a_holder_is_from_being_served():
    assert Decision.CLEAR < Decision.REVIEW < Decision.REFUSE


@given(risk=RISKS, facts=FACTS)
def test_the_furthest_of_risk_and_facts_decides(risk, facts):
    assert POLICY.decide(risk, facts, BANK) is max(
        POLICY.by_risk(risk, BANK), POLICY.by_facts(facts)
    )


@given(risk=RISKS)
def test_the_model_alone_never_refuses(risk):
    assert POLICY.decide(risk, frozenset(), BANK) < Decision.REFUSE


@given(risk=RISKS, fact=st.sampled_from(sorted(CODES)))
def test_one_hard_fact_never_refuses_and_a_listed_one_reviews(risk, fact):
    decision = POLICY.decide(risk, frozenset({fact}), BANK)
    assert decision < Decision.REFUSE
    if fact in POLICY.review_facts:
        assert decision is Decision.REVIEW


@given(facts=FACTS)
def test_only_a_listed_pair_refuses(facts):
    listed = any(pair <= facts for pair in POLICY.refuse_pairs)
    assert (POLICY.by_facts(facts) is Decision.REFUSE) == listed


@given(facts=FACTS, more=FACTS, risk=RISKS, higher=RISKS)
def test_more_facts_and_more_risk_never_bring_a_milder_decision(facts, more, risk, higher):
    risk, higher = sorted((risk, higher))
    assert POLICY.decide(risk, facts, BANK) <= POLICY.decide(higher, facts | more, BANK)
    bands = list(RiskBand)
    assert bands.index(POLICY.band(risk)) <= bands.index(POLICY.band(higher))


def test_some_pairs_do_not_refuse():
    pairs = [frozenset(p) for p in itertools.combinations(sorted(CODES), 2)]
    assert 0 < sum(POLICY.by_facts(p) is Decision.REFUSE for p in pairs) < len(pairs)


def test_identity_that_fails_and_an_outage_are_looked_at():
    """Mismatch, not found, and a register that could not be asked lead to a review."""
    for fact in ("IDENTITY_MISMATCH", "IDENTITY_NOT_FOUND", "REGISTER_UNAVAILABLE"):
        assert POLICY.decide(0.0, frozenset({fact}), BANK) is Decision.REVIEW


def test_a_threshold_belongs_to_the_side_above_it():
    assert POLICY.by_risk(POLICY.review_risk, BANK) is Decision.REVIEW
    assert POLICY.band(POLICY.bands[0]) is RiskBand.MEDIUM
    assert POLICY.band(0.0) is RiskBand.LOW
    assert POLICY.band(1.0) is RiskBand.VERY_HIGH


BAD = [  # (text, its replacement, what the line names)
    ("review_risk = 0.20", "review_risk = 0", "review_risk"),  # everybody would be reviewed
    ("review_risk = 0.20", "review_risk = nan", "review_risk"),
    ("review_risk = 0.20", "review_risk = 20", "review_risk"),  # per cent, not a share
    ("review_risk = 0.20", 'review_risk = "high"', "not a number"),
    ("review_risk = 0.20", "review_risk = 1" + "0" * 400, "review_risk lies above 0"),
    ("review_risk = 0.20", "review_risk = 0.2\nx = " + "[" * 9000, "nested too deeply"),
    ("review_risk = 0.20", "", "'review_risk' is missing"),
    ("medium = 0.02", "medium = 0.3", "bands"),  # above `high`
    ("very_high = 0.60", "very_high = 1.2", "bands"),
    ("medium = 0.02", "", "'bands.medium' is missing"),
    ("[bands]", "[bands", "not TOML"),  # no TOML
    ('["HOLDER_DECEASED", "FACE_OF_FRAUD"]', '["HOLDER_DECEASED"]', "two different"),
    ('["HOLDER_DECEASED", "FACE_OF_FRAUD"]', '["FACE_OF_FRAUD", "FACE_OF_FRAUD"]', "two different"),
    ('["HOLDER_DECEASED", "FACE_OF_FRAUD"]', '["HOLDER_DECEASED", "RISK"]', "unknown hard facts"),
    ('["HOLDER_DECEASED", "FACE_OF_FRAUD"]', "7", "not a list of pairs"),
    ('  "IDENTITY_MISMATCH",', '  "IDENTITY_MISMACH",', "IDENTITY_MISMACH"),
    ('  "IDENTITY_MISMATCH",', "  7,", "not a list of codes"),
    ("[refuse]", "[reject]", "'refuse.pairs' is missing"),
    ("[refuse]", "[reject]\nall = true\n[refuse]", "nobody reads"),
    ("[bands]", "[bands]\nlow = 0.01", "nobody reads: bands.low"),
    ("[bands]", "[cost]\nreview = 1\n[bands]", "'cost.false_refusal' is missing"),
    ("[bands]", "capacity = 480\n[bands]", "nobody reads: capacity"),
    ("[bands]", "[institutions]\nVCB = 0.2\n[bands]", "institutions.VCB has one setting"),
    ("[bands]", "[institutions.VCB]\nreview_risk = 0\n[bands]", "institutions.VCB: review_risk"),
    ("window = 1000", "window = inf", "breaker.window lies above 0"),
    ("window = 1000", "window = 0.5", "breaker.window is a whole number"),
    ("times = 3.0", "times = 1", "breaker.times lies above 1"),
    ("bound = 0.001", "", "'breaker.bound' is missing"),
    ('version = "2026', 'version = "../2026', "version is"),  # it names a file
    ('version = "2026', "version = 7 # ", "version is"),
]


@pytest.mark.parametrize(("text", "instead", "named"), BAD)
def test_a_policy_that_makes_no_sense_is_refused_in_one_line(tmp_path, text, instead, named):
    good = DEFAULT.read_text(encoding="utf-8")
    assert text in good
    path = tmp_path / "mine.toml"
    path.write_text(good.replace(text, instead, 1), encoding="utf-8")
    with pytest.raises(PolicyError, match=named) as refused:
        load(path)
    assert str(refused.value).startswith("policy mine.toml: ")
    assert "\n" not in str(refused.value)
    assert refused.value.vietnamese.startswith("chính sách mine.toml: ")


def test_a_file_that_an_editor_signed_is_read_as_any_other(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(DEFAULT.read_text("utf-8"), "utf-8-sig")
    assert load(path) == POLICY


def test_every_mistake_is_told_at_once_in_both_languages(tmp_path):
    path = tmp_path / "mine.toml"
    good = DEFAULT.read_text(encoding="utf-8")
    path.write_text(good.replace("0.20", "20").replace('  "IDENTITY_', '  "IDENTITIES_'), "utf-8")
    with pytest.raises(PolicyError) as refused:
        load(path)
    assert [english.split(" ")[0] for _, english in refused.value.problems] == [
        "review_risk",
        "bands.high",
        "bands",
        "unknown",
    ]
    assert all(vi and vi != en for vi, en in refused.value.problems)


@given(form=FORMS)
def test_whatever_stands_in_a_file_is_a_policy_or_named_problems(form):
    told = problems(form)
    if not told:
        assert of_form(form, "mine.toml").version == form["version"]
    assert all(vietnamese and english for vietnamese, english in told)


@given(risk=st.floats(0, 1, exclude_min=True))
def test_there_are_four_bands_whatever_the_review_risk(risk):
    medium, high, very_high = bands_of(risk)
    assert 0 < medium < high < very_high <= 1


@given(risk=st.floats(0.0001, 0.99))
def test_bands_follow_the_review_risk_where_a_file_names_none(risk):
    form = {name: value for name, value in _GOOD.items() if name != "bands"}
    form["review_risk"] = risk
    medium, high, very_high = of_form(form, "mine.toml").bands
    assert medium < high == risk < very_high <= 1


def test_the_packaged_bands_are_those_that_follow_its_review_risk():
    assert POLICY.bands == bands_of(POLICY.review_risk)


def test_an_institution_with_a_threshold_of_its_own_goes_by_it_alone(tmp_path):
    path = tmp_path / "mine.toml"
    own = DEFAULT.read_text(encoding="utf-8") + "\n[institutions.VCB]\nreview_risk = 0.5\n"
    path.write_text(own, "utf-8")
    policy = load(path)
    assert policy.by_risk(0.3, "VCB") is Decision.CLEAR
    assert policy.by_risk(0.3, BANK) is Decision.REVIEW
    assert policy.decide(0.3, frozenset({"HOLDER_DECEASED"}), "VCB") is Decision.REVIEW


def test_an_absent_policy_and_one_of_another_encoding_are_refused_in_one_line(tmp_path):
    path = tmp_path / "mine.toml"
    with pytest.raises(
        PolicyError, match=r"policy mine\.toml: the file cannot be read \(No such file"
    ):
        load(path)
    path.write_bytes(b'version = "\xff"')
    with pytest.raises(PolicyError, match=r"policy mine\.toml: the file is not UTF-8"):
        load(path)

"""Reasons: contributions are exact and add up, and what is told is what a clerk can use."""

from __future__ import annotations

import math
import re
from itertools import combinations

import lightgbm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.difference import DIFFERENCES
from features.evidence import FIELDS, Evidence, FieldEvidence, Identity, Outcome
from features.vector import FEATURES, NAMES, OF_COMPANY
from models.calibration import Calibration
from models.decision import Decision
from models.hard_facts import CODES
from models.policy import load
from models.reasons import AS_A_WHOLE, SENSITIVE, grouped, reasons_of
from models.risk import RiskModel
from models.screening import screen, vectors_of
from models.wording import REASONS

POLICY = load()
NOTHING = Evidence(Identity.VERIFIED)


def odd(facts):
    """Some facts that a person would look at."""
    return [f for f in facts if f.evidence.identity in {Identity.MISMATCH, Identity.NOT_FOUND}]


def pushed(**groups):
    """Contributions that sum up to these pushes a group."""
    pushes = np.zeros(len(NAMES))
    for code, push in groups.items():
        pushes[next(i for i, f in enumerate(FEATURES) if f.reason == code)] = push
    return pushes


# ── The sum, and its parts ───────────────────────────────────────────


def test_groups_and_what_is_said_of_nobody_add_up_to_the_raw_score(trained):
    vectors = vectors_of([*trained.facts[::40], *odd(trained.facts)[:40]])
    shares = trained.model.shares(vectors)
    sums = [sum(grouped(row[:-1]).values()) + row[-1] for row in shares]
    assert np.allclose(sums, trained.model.raw(vectors), rtol=0, atol=1e-6)
    assert len(set(shares[:, -1])) == 1
    assert trained.model.shares(vectors[:0]).shape == (0, len(NAMES) + 1)
    assert trained.model.contributions(vectors[:0]).shape == (0, len(NAMES))


PLAYERS = [3, 40, 100, 200]


@pytest.fixture(scope="module")
def tiny():
    """A few trees over four features of the vector, one of them sometimes missing."""
    chance = np.random.default_rng(3)
    rows = np.zeros((400, len(NAMES)))
    rows[:, PLAYERS] = chance.normal(size=(400, len(PLAYERS)))
    a, b, c, d = rows[:, PLAYERS].T
    label = a * b + (c > 0) * d > 0.2
    rows[chance.random(400) < 0.2, PLAYERS[1]] = np.nan
    parameters = {"objective": "binary", "verbosity": -1, "num_threads": 1, "num_leaves": 8}
    booster = lightgbm.train(parameters, lightgbm.Dataset(rows, label=label), 8)
    model = RiskModel("tiny", booster.model_to_string(), Calibration((-9.0, 9.0), (0.0, 1.0)))
    return model, [t["tree_structure"] for t in booster.dump_model()["tree_info"]], rows


def expected(node, row, known):
    """What a tree says of a row of which only some features are known: by training rows a branch."""
    if "leaf_value" in node:
        return node["leaf_value"]
    left, right = node["left_child"], node["right_child"]
    feature, value = node["split_feature"], row[node["split_feature"]]
    if feature not in known:
        sizes = [n.get("internal_count", n.get("leaf_count")) for n in (left, right)]
        said = [expected(n, row, known) for n in (left, right)]
        return float(np.average(said, weights=sizes))
    if math.isnan(value) and node["missing_type"] == "NaN":
        goes_left = node["default_left"]
    else:
        goes_left = (0.0 if math.isnan(value) else value) <= node["threshold"]
    return expected(left if goes_left else right, row, known)


def by_hand(trees, row):
    """Shapley's own formula over every coalition of the four features."""
    n, shares = len(PLAYERS), np.zeros(len(NAMES))
    worth = {
        frozenset(c): sum(expected(t, row, frozenset(c)) for t in trees)
        for size in range(n + 1)
        for c in combinations(PLAYERS, size)
    }
    for player in PLAYERS:
        for coalition in (c for c in worth if player not in c):
            weight = 1 / (n * math.comb(n - 1, len(coalition)))
            shares[player] += weight * (worth[coalition | {player}] - worth[coalition])
    return shares


def test_contributions_are_shapley_values_and_none_other(tiny):
    """So the top three of the fast way are the top three of the exact one, in every row."""
    model, trees, rows = tiny
    found = model.contributions(rows[:40])
    assert np.allclose(found, [by_hand(trees, row) for row in rows[:40]], atol=1e-9)


# ── Which are told ───────────────────────────────────────────────────


def all_codes() -> set[str]:
    """Every code that a feature, a hard fact or a difference can give."""
    return {f.reason for f in FEATURES} | set(CODES) | {f"DIFFERENT_{n.upper()}" for n in FIELDS}


def test_every_code_has_a_sentence_in_vietnamese_and_in_english():
    assert all_codes() <= set(REASONS)
    assert {c for c in REASONS if c.startswith(("SHARED_", "UNUSUAL_"))} <= all_codes()
    for code, (vietnamese, english) in REASONS.items():
        assert re.fullmatch("[A-Z][A-Z_]*[A-Z]", code)
        assert vietnamese.endswith(".")
        assert english.endswith(".")
        assert english.isascii()
        assert not vietnamese.isascii(), code


def test_every_difference_has_a_sentence_in_both_languages():
    for code, difference in DIFFERENCES.items():
        assert difference.en.endswith("."), code
        assert difference.vi.endswith("."), code
        assert not difference.vi.isascii(), code


NAMED = Evidence(
    Identity.MISMATCH, {"full_name": FieldEvidence(Outcome.MISMATCH, "different_name")}
)
TOLD = [  # (hard facts, evidence, pushes by group, the reasons)
    (  # facts first, then what they contradict, then groups
        ("IDENTITY_MISMATCH",),
        NAMED,
        {"SHARED_PHONE": 2.0, "SHARED_DEVICE": 1.0},
        ("IDENTITY_MISMATCH", "DIFFERENT_FULL_NAME", "SHARED_PHONE", "SHARED_DEVICE"),
    ),
    (  # what a clerk can do nothing about waits until better ones are few
        (),
        NOTHING,
        {"HOLDER_PLACE": 9.0, "CHANNEL": 5.0, "SHARED_PHONE": 0.5},
        ("SHARED_PHONE", "CHANNEL", "HOLDER_PLACE"),
    ),
    (
        (),
        NOTHING,
        {"CHANNEL": 5.0, "SHARED_PHONE": 0.5, "CONTACT": 0.4, "SHARED_EMAIL": 0.3},
        ("SHARED_PHONE", "CONTACT", "SHARED_EMAIL"),
    ),
    (  # a weak push fills up to three, and no further
        (),
        NOTHING,
        {"SHARED_PHONE": 0.5, "CONTACT": 0.05, "SHARED_EMAIL": 0.04, "SHARED_FACE": 0.03},
        ("SHARED_PHONE", "CONTACT", "SHARED_EMAIL"),
    ),
    ((), NOTHING, {"SHARED_PHONE": 0.5, "CONTACT": 0.001}, ("SHARED_PHONE",)),
    # Nobody is looked at for a birthplace alone.
    ((), NOTHING, {"HOLDER_PLACE": 2.0}, (AS_A_WHOLE, "HOLDER_PLACE")),
    ((), NOTHING, {"SHARED_PHONE": -1.0}, (AS_A_WHOLE,)),
    ((), NOTHING, {"DISAGREEMENTS": 2.0}, ("DISAGREEMENTS",)),
    (
        (),
        NOTHING,
        {"DISAGREEMENTS": 2.0, "DIFFERENT_ADDRESS": 1.0},
        ("DISAGREEMENTS", "DIFFERENT_ADDRESS"),
    ),
    (  # named fields need no summing up, nor does a fact that was told
        ("DEVICE_OF_FRAUD",),
        NAMED,
        {"DISAGREEMENTS": 2.0, "FRAUD_NEARBY_DEVICE": 3.0, "CONTACT": 0.1},
        ("DEVICE_OF_FRAUD", "DIFFERENT_FULL_NAME", "CONTACT"),
    ),
]


@pytest.mark.parametrize(("held", "evidence", "pushes", "told"), TOLD)
def test_facts_lead_and_what_a_clerk_can_use_comes_before_what_he_cannot(
    held, evidence, pushes, told
):
    assert reasons_of(held, evidence, pushed(**pushes)) == told


def test_who_is_cleared_is_told_the_facts_alone():
    assert reasons_of((), NOTHING, None) == ()
    assert reasons_of(("PHONE_OF_FRAUD",), NAMED, None) == ("PHONE_OF_FRAUD", "DIFFERENT_FULL_NAME")


@settings(deadline=None)
@given(
    st.dictionaries(st.sampled_from(sorted({f.reason for f in FEATURES})), st.floats(-3, 3)),
    st.lists(st.sampled_from(sorted(CODES)), unique=True),
    st.sampled_from([NOTHING, NAMED]),
)
def test_three_to_five_reasons_each_once_every_fact_and_no_sensitive_one_first(
    pushes, held, evidence
):
    told = reasons_of(tuple(held), evidence, pushed(**pushes))
    facts = len(held) + (evidence is NAMED)
    assert len(set(told)) == len(told)
    assert told[: len(held)] == tuple(held)
    assert told[0] not in SENSITIVE
    assert len(told) <= max(5, facts)
    groups = [c for c in told[facts:] if c != AS_A_WHOLE]
    assert all(pushes[c] > 0 for c in groups)
    strong = [c for c in pushes if pushes[c] >= 0.1 and c not in groups and c not in SENSITIVE]
    assert len(told) >= 3 or len(strong) <= 6, "only what is said already, or says little, is left"


class Pushed:
    """The trained model with other contributions."""

    def __init__(self, model, push):
        self.version, self.risk, self.contributions = model.version, model.risk, push


def test_what_a_registration_lacks_is_no_reason_however_much_it_moves_the_model(trained):
    facts = odd(trained.facts)[:80]
    lacking = Pushed(trained.model, lambda vectors: np.where(np.isnan(vectors), 5.0, 0.0))
    nothing = Pushed(trained.model, np.zeros_like)
    screened, bare = (screen(facts, model, POLICY) for model in (lacking, nothing))
    assert any(np.isnan(s.vector).any() for s in screened)
    assert [s.reasons for s in screened] == [s.reasons for s in bare]


def test_that_nobody_shares_a_value_is_never_told_as_sharing(trained):
    """However much the model is moved by it: the sentence would be untrue."""
    facts = odd(trained.facts)[:80]
    of_company = np.array([name in OF_COMPANY for name in NAMES])
    zeros = Pushed(trained.model, lambda vectors: np.where(of_company & (vectors == 0), 5.0, 0.0))
    nothing = Pushed(trained.model, np.zeros_like)
    screened, bare = (screen(facts, model, POLICY) for model in (zeros, nothing))
    assert any((s.vector[of_company] == 0).any() for s in screened)
    assert [s.reasons for s in screened] == [s.reasons for s in bare]


def test_who_is_looked_at_is_told_why(trained):
    screened = screen(odd(trained.facts)[:80], trained.model, POLICY)
    assert screened
    for s in screened:
        assert s.decision is not Decision.CLEAR
        assert s.reasons
        assert set(s.reasons) <= set(REASONS)
        assert s.reasons[0] not in SENSITIVE

"""Counterfactuals: what is told flips the decision, nothing smaller does, and nothing is made up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import combinations

import numpy as np
import pytest

from features.vector import NAMES
from graph.alone import alone
from graph.company import PLACE, Company
from models import use_by
from models.counterfactual import CANDIDATES, Case, candidates, judged, otherwise, ways_out
from models.decision import Decision
from models.explanation import explain
from models.hard_facts import CODES, hard_facts
from models.levers import LEVERS
from models.policy import load
from models.reasons import SENSITIVE
from models.screening import vectors_of
from models.wording import REASONS, otherwise_of, title_of

POLICY = load()


@pytest.fixture(scope="module")
def strict(trained):
    """A policy that reviews one in thirty by risk alone."""
    risks = trained.model.risk(vectors_of(trained.facts[::7]))
    return replace(POLICY, review_risk=float(np.quantile(risks, 0.97)))


@pytest.fixture(scope="module")
def cases(trained, strict):
    """Reviewed and refused cases, by facts and by risk alone, with what they were judged."""
    facts = [f for i, f in enumerate(trained.facts) if i % 7 == 0 or hard_facts(f)]
    made = [
        Case(vector, frozenset(hard_facts(f)), f.registration.institution)
        for f, vector in zip(facts, vectors_of(facts), strict=True)
    ]
    found = zip(made, judged(made, trained.model, strict), strict=True)
    stopped = [(case, after) for case, after in found if after.decision > Decision.CLEAR]
    by_risk = [pair for pair in stopped if not pair[0].held & strict.review_facts][:25]
    by_fact = [pair for pair in stopped if pair[0].held & strict.review_facts][:15]
    assert len(by_risk) >= 10, len(by_risk)
    assert len(by_fact) >= 5, len(by_fact)
    return by_risk + by_fact


def flips(case, codes, before, model, policy):
    return judged([otherwise(case, codes)], model, policy)[0].decision < before.decision


def test_what_is_told_flips_the_decision_and_no_smaller_set_does(trained, strict, cases):
    """Exhaustively, over every set of the facts that are candidates."""
    told = 0
    for case, before in cases:
        ways = ways_out(case, trained.model, strict)
        codes = candidates(case, trained.model)
        assert len(codes) <= CANDIDATES
        size = len(ways[0].codes) if ways else 3
        for way in ways:
            (after,) = judged([otherwise(case, way.codes)], trained.model, strict)
            assert (after.decision, after.risk) == (way.decision, way.risk)
            assert after.decision < before.decision
            assert len(way.codes) == size
        smaller = range(1, size if ways else size + 1)
        tried = [otherwise(case, chosen) for n in smaller for chosen in combinations(codes, n)]
        if tried:
            after = judged(tried, trained.model, strict)
            assert all(a.decision >= before.decision for a in after)
        told += bool(ways)
    assert told >= len(cases) // 2


def test_a_set_may_be_told_in_any_order(trained, strict, cases):
    for case, _ in cases[:10]:
        codes = tuple(candidates(case, trained.model)[:3])
        one, other = otherwise(case, codes), otherwise(case, codes[::-1])
        assert np.array_equal(one.vector, other.vector, equal_nan=True)
        assert one.held == other.held


def test_who_is_cleared_has_nothing_to_be_told(trained):
    case = Case(np.full(len(NAMES), np.nan), frozenset(), "A")
    assert judged([case], trained.model, POLICY)[0].decision is Decision.CLEAR
    assert ways_out(case, trained.model, POLICY) == ()


def test_where_nothing_can_be_otherwise_nothing_is_told(trained):
    """A policy that reviews everybody has no way out, and none is made up."""
    everybody = replace(POLICY, review_risk=1e-12)
    case = Case(vectors_of(trained.facts[:1])[0], frozenset(), "A")
    ways = ways_out(case, trained.model, everybody)
    assert all(
        judged([otherwise(case, w.codes)], trained.model, everybody)[0].risk < 1e-12 for w in ways
    )


@pytest.mark.parametrize("pair", POLICY.refuse_pairs, ids=lambda p: "+".join(sorted(p)))
def test_of_two_facts_that_refuse_each_is_told(trained, pair):
    """One of them alone is not enough to refuse."""
    person = next(f for f in trained.facts if not np.isnan(f.company["face.registrations.all"]))
    vector = vectors_of([person])[0]
    vector[NAMES.index("face.frauds.all")] = vector[NAMES.index("device.frauds.all")] = 1.0
    vector[NAMES.index("holder_is_deceased")] = vector[NAMES.index("holder_is_not_living")] = 1.0
    case = Case(vector, frozenset(pair), "A")
    ways = ways_out(case, trained.model, POLICY)
    assert {len(w.codes) for w in ways} == {1}
    clears = {lever.code: lever.clears for lever in LEVERS}
    assert frozenset().union(*(clears[w.codes[0]] for w in ways)) >= pair
    assert all(w.decision < Decision.REFUSE for w in ways)


def test_a_review_for_staleness_alone_is_told_to_be_one(trained):
    """A stale part that a policy reviews for is a fact like any other."""
    limit = use_by.Limit(timedelta(days=1), use_by.Then.REVIEW)
    aged = replace(POLICY, review_risk=1.0, use_by={"GRAPH_STALE": limit})
    case = Case(vectors_of(trained.facts[:1])[0], frozenset({"GRAPH_STALE", "MODEL_STALE"}), "A")
    (way,) = ways_out(case, trained.model, aged)
    assert (way.codes, way.decision) == (("GRAPH_STALE",), Decision.CLEAR)


LINKS = {
    lever.code: lever.code.removeprefix("SHARED_").lower()
    for lever in LEVERS
    if lever.code.startswith("SHARED_")
}


def emptied(facts, links):
    """The vector of the facts with some links as in an empty graph."""
    (empty,) = alone([facts.node])
    values = facts.company.values.copy()
    for name, place in PLACE.items():
        if name.split(".")[0] in links:
            values[place] = empty.values[place]
    return vectors_of([replace(facts, company=Company(values))])[0]


@pytest.mark.parametrize("code", LINKS)
def test_a_value_that_nobody_else_uses_has_the_features_of_one_that_is_new(trained, code):
    """What the lever writes is what the features make of an empty graph, and all else stays."""
    lever, link = next(lever for lever in LEVERS if lever.code == code), LINKS[code]
    for facts in trained.facts[::29]:
        after = lever.applied(vectors_of([facts])[0], frozenset())
        assert (after is not None) == (facts.company[f"{link}.holders.all"] > 0)
        if after is not None:
            assert np.array_equal(after[0], emptied(facts, {link}), equal_nan=True)


def test_who_registers_for_the_first_time_has_used_nothing_before_but_what_others_use(trained):
    lever = next(lever for lever in LEVERS if lever.code == "MANY_REGISTRATIONS")
    met = 0
    for facts in trained.facts[::29]:
        after = lever.applied(vectors_of([facts])[0], frozenset())
        assert (after is not None) == (facts.company["holder.registrations.all"] > 0)
        if after is not None:
            own = {k for k in LINKS.values() if facts.company[f"{k}.holders.all"] == 0}
            kept = {"twice", "beyond"}
            assert np.array_equal(after[0], emptied(facts, {"holder", *own} - kept), equal_nan=True)
            met += 1
    assert met


def test_a_lever_that_was_pulled_pulls_no_further(cases):
    for case, _ in cases:
        for lever in LEVERS:
            once = lever.applied(case.vector, case.held)
            if once is not None:
                assert lever.applied(*once) is None


def test_levers_are_facts_with_words_and_never_what_a_person_cannot_help():
    codes = [lever.code for lever in LEVERS]
    assert len(set(codes)) == len(codes)
    unhelpable = SENSITIVE | {"ACCOUNT_OR_SIM", "CHANNEL", "TIME_OF_DAY", "EMAIL_PATTERN"}
    assert not unhelpable & set(codes)
    assert set(codes) <= set(REASONS)
    cleared = frozenset().union(*(lever.clears for lever in LEVERS))
    assert cleared < CODES | set(use_by.CODES)
    for code in codes:
        vietnamese, english = otherwise_of(code)
        assert english != code
        assert english.isascii()
        assert not vietnamese.isascii()


def test_every_group_has_a_title_in_both_languages():
    for code in REASONS:
        vietnamese, english = title_of(code)
        assert english.isascii()
        assert not vietnamese.isascii()
    assert title_of("GONE") == ("GONE", "GONE")


def test_an_explanation_adds_up_and_is_judged_as_the_screening_was(trained, strict, cases):
    for case, before in cases[:10]:
        made = explain(case, tuple(sorted(case.held)), trained.model, strict)
        assert made.after == before
        assert made.base + sum(push for _, push in made.groups) == pytest.approx(
            made.score, abs=1e-6
        )
        assert made.ways == ways_out(case, trained.model, strict)
        sizes = [abs(push) for _, push in made.groups]
        assert sizes == sorted(sizes, reverse=True)

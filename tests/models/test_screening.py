"""The one road: batches change nothing, risk moves in the declared directions, reasons are told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.evidence import Evidence, Identity
from features.registration import Status
from features.vector import FEATURES, NAMES, OF_OUTCOMES
from features.vector.feature import Direction
from graph.aggregates import AGGREGATES, MarkMeasure
from graph.company import PLACE, Company
from models.decision import Decision, RiskBand
from models.hard_facts import HARD_FACTS, hard_facts
from models.policy import load
from models.screening import screen, vectors_of

POLICY = load()


def odd(facts):
    """Some facts that a person would look at."""
    return [f for f in facts if f.evidence.identity in {Identity.MISMATCH, Identity.NOT_FOUND}]


def with_counts(facts, **counts):
    """The facts with other aggregates; a name's dots are written as double underscores."""
    values = facts.company.values.copy()
    for name, value in counts.items():
        values[PLACE[name.replace("__", ".")]] = value
    return replace(facts, company=Company(values))


def test_the_size_of_a_batch_never_changes_an_answer(trained):
    facts = [*trained.facts[:150], *odd(trained.facts)[:50]]
    together = screen(facts, trained.model, POLICY)
    for size in (1, 7):
        cut = [facts[i : i + size] for i in range(0, len(facts), size)]
        apart = [s for part in cut for s in screen(part, trained.model, POLICY)]
        assert [s.row() for s in apart] == [s.row() for s in together]
        assert all(
            np.array_equal(a.vector, t.vector, equal_nan=True)
            for a, t in zip(apart, together, strict=True)
        )
    assert {s.decision for s in together} >= {Decision.CLEAR, Decision.REVIEW}


OUTCOMES = [a.name for a in AGGREGATES if isinstance(a.measure, MarkMeasure)]


def test_the_risk_without_outcomes_is_that_of_a_world_in_which_none_is_known(trained):
    bare = []
    for facts in trained.facts:
        known = {n.replace(".", "__"): 0.0 for n in OUTCOMES if facts.company[n] > 0}
        bare.append(with_counts(facts, **known))
    screened = screen(trained.facts, trained.model, POLICY)
    without = [s.risk for s in screen(bare, trained.model, POLICY)]
    assert [s.risk_without_outcomes for s in screened] == without
    assert any(s.risk != s.risk_without_outcomes for s in screened)


def test_nobody_to_screen_is_no_error(trained):
    assert screen([], trained.model, POLICY) == []


def test_an_answer_names_what_decided_and_shows_nobody(trained):
    screening = screen(odd(trained.facts)[:1], trained.model, POLICY)[0]
    row = screening.row()
    assert (row["model_version"], row["policy_version"]) == (trained.model.version, POLICY.version)
    assert 0 <= row["risk"] <= 1
    assert row["risk_band"] in list(RiskBand)
    assert screening.registration.full_name not in repr(screening)


DIRECTED = [f for f in FEATURES if f.direction is not Direction.FREE]


@pytest.mark.parametrize("feature", DIRECTED, ids=lambda f: f.name)
def test_risk_moves_with_a_feature_only_as_its_direction_allows(trained, feature):
    """Each row with the feature raised step by step and all else as it was."""
    rows = vectors_of(trained.facts[::60])
    column = NAMES.index(feature.name)
    risks = []
    for value in (0.0, 1.0, 2.0, 3.0, 10.0, 64.0):
        rows[:, column] = value
        risks.append(trained.model.risk(rows))
    steps = np.diff(np.array(risks), axis=0) * int(feature.direction)
    assert (steps >= -1e-12).all()


def test_some_features_have_a_direction():
    names = {f.name for f in DIRECTED}
    assert {"face.holders.all", "device.frauds.all", "full_name_disagrees"} <= names
    assert all(f.direction is Direction.RISES for f in FEATURES if ".frauds." in f.name)


def test_the_model_alone_never_refuses_a_real_row(trained):
    for s in screen(trained.facts[:600], trained.model, POLICY):
        assert s.decision < Decision.REFUSE or len(s.reasons) >= 2


# ── Hard facts ───────────────────────────────────────────────────────


def quiet(trained):
    """A verified, living holder, met by nobody."""
    found = next(
        f
        for f in trained.facts
        if f.evidence.identity is Identity.VERIFIED
        and f.evidence.person is not None
        and f.evidence.person.status is Status.LIVING
    )
    return replace(found, company=Company(np.full(len(AGGREGATES), np.nan)))


HELD = [  # (aggregates, the hard facts that hold)
    ({}, ()),  # what is not known is no fact
    ({"face__holders__all": 1, "face__families__all": 0}, ()),  # perhaps a married name
    ({"face__holders__all": 1, "face__families__all": 1}, ("FACE_UNDER_OTHER_NAMES",)),
    ({"face__frauds__all": 1}, ("FACE_OF_FRAUD",)),
    ({"device__frauds__all": 2}, ("DEVICE_OF_FRAUD",)),
    ({"phone__frauds__90d": 1}, ("PHONE_OF_FRAUD",)),
    ({"phone__frauds__all": 1}, ()),  # long ago: the number may have a new holder
    ({"holder__frauds__all": 1}, ("HOLDER_OF_FRAUD",)),
    ({"address__frauds__all": 9}, ()),  # neighbours prove nothing
]


@pytest.mark.parametrize(("counts", "expected"), HELD)
def test_the_graph_establishes_hard_facts(trained, counts, expected):
    assert hard_facts(with_counts(quiet(trained), **counts)) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Status.LIVING, ()),
        (Status.DECEASED, ("HOLDER_DECEASED",)),
        (Status.MISSING, ("HOLDER_ABSENT",)),
        (Status.EMIGRATED, ("HOLDER_ABSENT",)),
        (Status.DETAINED, ("HOLDER_ABSENT",)),
    ],
)
def test_the_register_establishes_hard_facts(trained, status, expected):
    facts = quiet(trained)
    person = replace(facts.evidence.person, status=status)
    evidence = replace(facts.evidence, person=person)
    assert hard_facts(replace(facts, evidence=evidence)) == expected


def test_an_outage_is_a_hard_fact_and_a_lack_of_coverage_is_none(trained):
    facts = quiet(trained)
    silent = Evidence(Identity.UNVERIFIABLE, facts.evidence.fields)
    assert hard_facts(replace(facts, evidence=silent)) == ()
    away = replace(silent, register_available=False)
    assert hard_facts(replace(facts, evidence=away)) == ("REGISTER_UNAVAILABLE",)


def test_hard_facts_are_told_apart():
    assert len({h.code for h in HARD_FACTS}) == len(HARD_FACTS)


# ── Features and aggregates ──────────────────────────────────────────


def test_every_aggregate_is_a_feature():
    assert {a.name for a in AGGREGATES} <= set(NAMES)


def test_the_features_of_outcomes_are_those_that_change_when_no_outcome_is_known(trained):
    """Those that read several aggregates too."""
    values = np.arange(1.0, len(AGGREGATES) + 1)
    known = replace(trained.facts[0], company=Company(values))
    of_outcomes = [isinstance(a.measure, MarkMeasure) for a in AGGREGATES]
    unknown = replace(known, company=Company(np.where(of_outcomes, 0.0, values)))
    with_outcomes, without = vectors_of([known, unknown])
    changed = {
        name
        for name, a, b in zip(NAMES, with_outcomes, without, strict=True)
        if "." in name and a != b
    }
    assert changed == OF_OUTCOMES
    assert all(value == 0 for name, value in zip(NAMES, without, strict=True) if name in changed)


def test_a_feature_of_company_reads_the_aggregate_of_its_name(trained):
    facts = replace(trained.facts[0], company=Company(np.arange(float(len(AGGREGATES)))))
    (vector,) = vectors_of([facts])
    for aggregate, place in PLACE.items():
        assert vector[NAMES.index(aggregate)] == place

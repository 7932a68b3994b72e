"""The one road: put the facts of registrations together, and judge them.

The API, a batch upload, a backtest, a campaign and the rows of a training set all take it. One
registration is a batch of one, and the size of a batch never changes an answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.cross_check import cross_check
from features.evidence import Evidence, PopulationRegister
from features.registration import Registration
from features.vector import NAMES, OF_COMPANY, OF_OUTCOMES, vector
from graph.attributes import Node, Tokens, node_of
from graph.company import Company, Graph
from models.decision import Decision, Screening
from models.hard_facts import hard_facts
from models.policy import Policy
from models.reasons import reasons_of
from models.risk import RiskModel

_OUTCOMES = [i for i, name in enumerate(NAMES) if name in OF_OUTCOMES]
"""Where in the vector confirmed outcomes are counted."""
_COMPANY = np.array([name in OF_COMPANY for name in NAMES])


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of one registration at its own moment."""

    registration: Registration
    evidence: Evidence
    node: Node
    company: Company


Examined = tuple[Registration, Evidence, Node]
"""A registration, how far its papers agree with the register, its place in a graph."""


def examine(
    registrations: Sequence[Registration], register: PopulationRegister, tokens: Tokens
) -> list[Examined]:
    """Asks the register and cross-checks: each registration, its evidence, its place in a graph."""
    answers = register.ask(registrations)
    evidence = [cross_check(r, a) for r, a in zip(registrations, answers, strict=True)]
    rows = zip(registrations, evidence, strict=True)
    return [(r, e, node_of(r, e, tokens)) for r, e in rows]


def gather(
    registrations: Sequence[Registration],
    register: PopulationRegister,
    graph: Graph,
    tokens: Tokens,
) -> list[Facts]:
    """Examines, and looks at the graph; one `Facts` a registration."""
    return accompany(examine(registrations, register, tokens), graph)


def accompany(examined: Sequence[Examined], graph: Graph) -> list[Facts]:
    """Looks at the graph."""
    around = graph.around([node for _, _, node in examined])
    return [Facts(*row, company) for row, company in zip(examined, around, strict=True)]


def vectors_of(facts: Sequence[Facts]) -> NDArray[np.float64]:
    """The feature matrix: float64 of shape (len(facts), len(NAMES))."""
    matrix = np.empty((len(facts), len(NAMES)))
    for i, f in enumerate(facts):
        matrix[i] = vector(f)
    return matrix


def screen(
    facts: Sequence[Facts], model: RiskModel, policy: Policy, stale: tuple[str, ...] = ()
) -> list[Screening]:
    """Judges: risk from the model, decision from the policy, reasons from what led there.

    `stale` are the codes of what is past its use-by date; each is a reason of every answer.
    """
    vectors = vectors_of(facts)
    risks = model.risk(vectors)
    without = _risks_without_outcomes(vectors, risks, model)
    held = [hard_facts(f) for f in facts]
    asked = [
        (float(r), frozenset(h), f.registration.institution)
        for r, h, f in zip(risks, held, facts, strict=True)
    ]
    decisions = [policy.decide(*row, stale) for row in asked]
    # Exact contributions are dear: only where a clerk will read them.
    # A review for staleness alone has none of its own.
    read = np.flatnonzero([policy.decide(*row) is not Decision.CLEAR for row in asked])
    # What a registration lacks may move the model, and so may it that nobody shares a value; but
    # neither is a reason, and the sentence of the latter would say the opposite.
    silent = np.isnan(vectors[read]) | (_COMPANY & (vectors[read] == 0))
    pushes = np.where(silent, 0.0, model.contributions(vectors[read]))
    contributions = dict(zip(read.tolist(), pushes, strict=True))
    return [
        Screening(
            registration=f.registration,
            evidence=f.evidence,
            vector=vectors[i],
            decision=decisions[i],
            risk=float(risks[i]),
            risk_without_outcomes=float(without[i]),
            risk_band=policy.band(float(risks[i])),
            reasons=(*reasons_of(held[i], f.evidence, contributions.get(i)), *stale),
            ring_id=f.company.ring_id,
            model_version=model.version,
            policy_version=policy.version,
        )
        for i, f in enumerate(facts)
    ]


def _risks_without_outcomes(
    vectors: NDArray[np.float64], risks: NDArray[np.float64], model: RiskModel
) -> NDArray[np.float64]:
    """The risks, shape (n,), had no outcome become known; only rows that count one are judged."""
    counts = vectors[:, _OUTCOMES]
    counted = (counts > 0).any(axis=1)  # no NaN is: where the attribute is absent
    if not counted.any():
        return risks
    bare, without = vectors[counted], risks.copy()
    bare[:, _OUTCOMES] = np.where(np.isnan(counts[counted]), np.nan, 0.0)
    without[counted] = model.risk(bare)
    return without

"""What would have to be different for the decision to be different, where an honest answer exists.

It is for the clerk or analyst who examines a decision, and whose reading is recorded: it shows on
which facts the decision rests, so that these are checked first. It is not for the applicant: what
mends a slip (a name typed wrongly) helps both, but who shares a phone with a ring would learn from
it what to hide. Many facts are other people's acts, and so they are told as facts, not as advice.

Model and policy judge anew what is told, nothing is guessed. Where several shared values lead to one
registration, `twice` and `beyond` stay as they were counted unless they are a fact of the set
themselves: the vector does not tell what would be left of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from models import use_by
from models.decision import Decision
from models.levers import LEVERS
from models.policy import Policy
from models.risk import RiskModel

CANDIDATES = 12
LARGEST = 3
_AT_MOST = 5
_STALE = frozenset(use_by.CODES)
_LEVER = {lever.code: lever for lever in LEVERS}


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """What was decided on: the vector, of shape (features,), and what held beside it.

    `held` are codes of hard facts, and of parts that were past their use-by date.
    """

    vector: NDArray[np.float64]
    held: frozenset[str]
    institution: str


@dataclass(frozen=True, slots=True)
class Way:
    """Facts that, all otherwise at once, lead to another decision; none of them can be left out."""

    codes: tuple[str, ...]
    decision: Decision
    risk: float


def ways_out(case: Case, model: RiskModel, policy: Policy) -> tuple[Way, ...]:
    """The smallest sets of facts that lead to a milder decision, the mildest first, at most five.

    All sets of up to three facts are tried, among the twelve that weigh most on the case. Nothing
    is told of a cleared case, or where no set is found.
    """
    (before,) = judged([case], model, policy)
    if before.decision is Decision.CLEAR:
        return ()
    codes = candidates(case, model)
    for size in range(1, min(LARGEST, len(codes)) + 1):
        sets = list(combinations(codes, size))
        found = judged([otherwise(case, chosen) for chosen in sets], model, policy)
        ways = [
            Way(chosen, after.decision, after.risk)
            for chosen, after in zip(sets, found, strict=True)
            if after.decision < before.decision
        ]
        if ways:
            return tuple(sorted(ways, key=lambda w: (w.decision, w.risk, w.codes))[:_AT_MOST])
    return ()


def candidates(case: Case, model: RiskModel) -> list[str]:
    """The levers that change the case: those of hard facts, then those that lower the score most."""
    changed = {
        lever.code: after
        for lever in LEVERS
        if (after := lever.applied(case.vector, case.held)) is not None
    }
    if not changed:
        return []
    scores = model.raw(np.array([vector for vector, _ in changed.values()]))
    (own,) = model.raw(case.vector[np.newaxis])
    drops = dict(zip(changed, own - scores, strict=True))
    of_facts = [code for code, (_, held) in changed.items() if held != case.held]
    weighing = sorted(
        (c for c in changed if c not in of_facts and drops[c] > 0), key=lambda c: -drops[c]
    )
    return [*of_facts, *weighing][:CANDIDATES]


def otherwise(case: Case, codes: tuple[str, ...]) -> Case:
    """The case with these facts as they could be."""
    vector, held = case.vector, case.held
    for code in codes:
        after = _LEVER[code].applied(vector, held)
        if after is not None:
            vector, held = after
    return Case(vector, held, case.institution)


@dataclass(frozen=True, slots=True)
class Judged:
    """What model and policy make of a case."""

    decision: Decision
    risk: float


def judged(cases: list[Case], model: RiskModel, policy: Policy) -> list[Judged]:
    """Judges cases as screening does."""
    risks = model.risk(np.array([case.vector for case in cases]))
    return [
        Judged(
            policy.decide(float(risk), case.held, case.institution, case.held & _STALE), float(risk)
        )
        for case, risk in zip(cases, risks, strict=True)
    ]

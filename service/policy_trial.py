"""What a policy would have done on past days, beside another one: before anybody adopts it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from models.decision import Decision
from models.policy import Cost, Policy
from service.mixes import Mix, has_changed
from service.policy_past import CLEARED, FRAUD, GROUPS, Past, Row

SHOWN = 20
"""So many changes are told one by one, those of the highest risk."""

Decisions = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Side:
    """What one policy would have done.

    `expected_frauds` is how many of those whom it stops are fraud by their calibrated risk; `cost`
    takes a review for one that finds out, in đồng, None where no costs are named.
    """

    version: str
    reviewed: int
    refused: int
    reviews_a_day: float
    busiest_day: date
    reviews_on_busiest_day: int
    known_frauds_stopped: int
    known_honest_reviewed: int
    known_honest_refused: int
    expected_frauds: float
    cost: float | None


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole with its 95 % interval of Wilson."""

    part: int
    whole: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Hit:
    """Whom both policies review or refuse, of one group."""

    group: str
    value: str
    new: Share
    old: Share


@dataclass(frozen=True, slots=True)
class Change:
    """A decision that would have been another: codes of the decisions, and what was held."""

    row: Row
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Trial:
    """All that a trial tells; `held_at` are institutions at which the circuit breaker would open."""

    since: date
    last: date
    decisions: int
    known_frauds: int
    known_honest: int
    expected_frauds: float
    new: Side
    old: Side
    changed: int
    stricter: int
    milder: int
    largest: list[Change]
    hits: list[Hit]
    held_at: list[str]


def trial(past: Past, new: Policy, old: Policy) -> Trial:
    """Both policies on the same risks and hard facts; costs are those of `new`, else of `old`."""
    ours, theirs = past.decide(new), past.decide(old)
    costs = new.cost or old.cost
    changed = np.flatnonzero(ours != theirs)
    return Trial(
        since=past.period.since,
        last=past.period.before - timedelta(days=1),
        decisions=len(past),
        known_frauds=int((past.outcome == FRAUD).sum()),
        known_honest=int((past.outcome == CLEARED).sum()),
        expected_frauds=float(past.risk.sum()),
        new=_side(past, new, ours, costs),
        old=_side(past, old, theirs, costs),
        changed=len(changed),
        stricter=int((ours > theirs).sum()),
        milder=int((ours < theirs).sum()),
        largest=[
            Change(past.rows[i], _code(theirs[i]), _code(ours[i]))
            for i in changed[np.argsort(-past.risk[changed], kind="stable")][:SHOWN]
        ],
        hits=[hit for name in GROUPS for hit in _hits(past, name, ours, theirs)],
        held_at=list(_held_at(past, new, ours, theirs)),
    )


def cost_of(past: Past, decisions: Decisions, cost: Cost) -> float:
    """What decisions cost by calibrated risk, in đồng; a review finds the fraud that it meets."""
    reviewed, refused = decisions == Decision.REVIEW, decisions == Decision.REFUSE
    missed = past.risk[decisions == Decision.CLEAR].sum()
    wronged = (1 - past.risk[refused]).sum()
    return float(
        cost.review * reviewed.sum() + cost.missed_fraud * missed + cost.false_refusal * wronged
    )


def share(part: int, whole: int) -> Share:
    """With its 95 % interval; of nobody it may be anything."""
    from scipy.stats import binomtest  # noqa: PLC0415  # seconds; only who tries a policy pays

    if not whole:
        return Share(0, 0, 0.0, 1.0)
    low, high = binomtest(part, whole).proportion_ci(method="wilson")
    return Share(part, whole, float(low), float(high))


def _side(past: Past, policy: Policy, decisions: Decisions, cost: Cost | None) -> Side:
    reviewed, refused = decisions == Decision.REVIEW, decisions == Decision.REFUSE
    a_day = np.bincount(past.day[reviewed], minlength=past.period.days)
    busiest = int(a_day.argmax())
    stopped, honest = reviewed | refused, past.outcome == CLEARED
    return Side(
        version=policy.version,
        reviewed=int(reviewed.sum()),
        refused=int(refused.sum()),
        reviews_a_day=float(a_day.mean()),
        busiest_day=past.period.since + timedelta(days=busiest),
        reviews_on_busiest_day=int(a_day[busiest]),
        known_frauds_stopped=int((stopped & (past.outcome == FRAUD)).sum()),
        known_honest_reviewed=int((reviewed & honest).sum()),
        known_honest_refused=int((refused & honest).sum()),
        expected_frauds=float(past.risk[stopped].sum()),
        cost=None if cost is None else cost_of(past, decisions, cost),
    )


def _hits(past: Past, name: str, ours: Decisions, theirs: Decisions) -> Iterator[Hit]:
    column = past.group(name)
    for value in np.unique(column).tolist():
        of_group = column == value
        size = int(of_group.sum())
        new, old = (share(int((d[of_group] > 0).sum()), size) for d in (ours, theirs))
        yield Hit(name, value, new, old)


def _held_at(past: Past, new: Policy, ours: Decisions, theirs: Decisions) -> Iterator[str]:
    for place, name in enumerate(past.institutions):
        there = past.institution == place
        before = theirs[there] > 0
        known = share(int(before.sum()), len(before))
        mix = Mix()
        for stopped, stopped_before in zip(ours[there] > 0, before, strict=True):
            mix.add(stopped=stopped, stopped_before=stopped_before)
            likely = known.low, known.high
            if has_changed(mix, likely, new.breaker, len(past.institutions) + 1):
                yield name
                break
            if mix.decisions >= new.breaker.window:
                break


def _code(decision: np.int8) -> str:
    return Decision(int(decision)).code

"""Thresholds from what there are people for and from what it costs: a policy, with its doubt.

What is asked for changes from week to week, for fraud comes in waves: so the last days decide, and
those before them tell how far off the same fit was then.

A review is worth its price from the risk on at which it costs less than the fraud that it would
find. Where that asks for more reviews than there are people for, the threshold lies where they are
all at work. It is the larger of the two, and no other one costs less by calibrated risk.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.errors import InputError
from models.decision import Decision
from models.policy import Capacity, Cost, Policy, bands_of
from service.policy_past import Past
from service.words import said

_AHEAD, _EVERY = 14, 7
"""Days that a fit is for, and days from one earlier fit to the next."""
_FEWEST = 5
"""Fewer earlier fits tell nothing of how far off they were."""
_DRAWS = 500
_SEED = 0
_DIGITS = 6
_LEAST, _MOST = 10.0**-_DIGITS, 1.0

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a policy is fitted to; `institution` is the only one that it is for, None for all.

    The last `window` days decide.
    """

    capacity: Capacity
    cost: Cost | None = None
    institution: str | None = None
    window: int = 30


@dataclass(frozen=True, slots=True)
class DearPair:
    """Hard facts that refuse where reviews would cost less: how many, and what either costs."""

    pair: frozenset[str]
    refused: int
    refusal: float
    review: float


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fitted policy: `form` is what its file says, `days` how many decided.

    `by_capacity` is the risk from which all reviewers are at work, `by_cost` that from which a
    review is worth its price. The 95 % interval of the threshold is a bootstrap over days; that of
    the reviews a day of the two weeks to come goes by how far off `checked` earlier fits were, or
    is a bootstrap too where these are too few. `dear` are pairs of hard facts whose refusal costs
    more than a review.
    """

    form: dict[str, Any]
    days: int
    review_risk: float
    interval: Interval
    by_capacity: float
    by_cost: float | None
    reviews_a_day: float
    reviews_interval: Interval
    checked: int
    by_facts_a_day: float
    dear: list[DearPair]


def fit(past: Past, base: Policy, form: Mapping[str, Any], asked: Asked) -> Fitted:
    """Fits the review risk of `base`, whose file says `form`; its hard facts stay as they are.

    Raises:
        InputError: nothing was decided for the institution that was asked for.
    """
    whole = _Queue.of(past, base, asked.institution)
    queue = whole.between(whole.days - asked.window, whole.days)
    by_cost = None if asked.cost is None else min(asked.cost.review / asked.cost.missed_fraud, 1.0)
    rule = _Rule(asked.capacity.a_day, by_cost or 0.0)
    alike = np.full(queue.days, 1 / queue.days)
    draws = np.random.default_rng(_SEED).multinomial(queue.days, alike, _DRAWS)
    chosen = _settable(rule.threshold(queue))
    reviews = queue.reviews(chosen)
    off = list(_off(whole, rule, asked.window))
    return Fitted(
        form=_form(form, chosen, asked, past),
        days=queue.days,
        review_risk=chosen,
        interval=_interval(np.array([rule.threshold(queue, often) for often in draws])),
        by_capacity=_settable(queue.threshold(rule.a_day * queue.days)),
        by_cost=by_cost,
        reviews_a_day=float(reviews.mean()),
        reviews_interval=(
            _interval(draws @ reviews / queue.days)
            if len(off) < _FEWEST
            else _as_before(float(reviews.mean()), np.array(off))
        ),
        checked=len(off),
        by_facts_a_day=float(queue.by_facts.mean()),
        dear=[] if asked.cost is None else list(_dear(past, base, asked.cost)),
    )


@dataclass(frozen=True, slots=True)
class _Rule:
    """So many reviews a day, and none below a risk."""

    a_day: float
    least: float

    def threshold(self, queue: _Queue, often: Counts | None = None) -> float:
        """What it makes of a queue, each of its days taken so often, or once."""
        return max(queue.threshold(self.a_day * queue.days, often), self.least)


def _off(whole: _Queue, rule: _Rule, days: int) -> Iterator[float]:
    """How many times as many reviews earlier fits asked for afterwards as before, as logarithms."""
    for end in range(whole.days - _AHEAD, days - 1, -_EVERY):
        window, later = whole.between(end - days, end), whole.between(end, end + _AHEAD)
        threshold = rule.threshold(window)
        asked, then = (q.reviews(threshold).sum() + 0.5 for q in (window, later))
        yield math.log(then / asked * days / _AHEAD)


def _as_before(reviews: float, off: Floats) -> Interval:
    """The interval of a figure that will be off as others were, whose times overlap."""
    apart = max(len(off) * _EVERY / _AHEAD, 1.0)
    spread = 1.96 * float(off.std(ddof=1)) * math.sqrt(1 + 1 / apart)
    middle = float(off.mean())
    return reviews * math.exp(middle - spread), reviews * math.exp(middle + spread)


def _dear(past: Past, base: Policy, cost: Cost) -> Iterator[DearPair]:
    for pair in sorted(base.refuse_pairs, key=sorted):
        held = np.array([pair <= kind for kind in past.kinds])[past.facts]
        refusal = float((1 - past.risk[held]).sum()) * cost.false_refusal
        review = float(held.sum()) * cost.review
        if refusal > review:
            yield DearPair(pair, int(held.sum()), refusal, review)


@dataclass(frozen=True, slots=True)
class _Queue:
    """What waits for reviewers: what hard facts ask for each day, and the risks of all others.

    `risk` falls, `day` belongs to it; `ends` are the places where a run of equal risks ends.
    """

    by_facts: Counts
    risk: Floats
    day: Counts
    ends: Counts

    @staticmethod
    def of(past: Past, base: Policy, institution: str | None) -> _Queue:
        """Of an institution, or of all that have no threshold of their own.

        Raises:
            InputError: nothing was decided there.
        """
        decisions = np.array([base.by_facts(kind) for kind in past.kinds])[past.facts]
        names = np.array(past.institutions)[past.institution]
        if institution is None:
            ours = ~np.isin(names, list(base.institutions))
        else:
            ours = names == institution
        if not ours.any():
            none = "không có quyết định nào của tổ chức ấy", "no decision is that institution's"
            raise InputError(said(*none))
        reviewed = ours & (decisions == Decision.REVIEW)
        free = np.flatnonzero(ours & (decisions == Decision.CLEAR))
        order = free[np.argsort(-past.risk[free], kind="stable")]
        risk = past.risk[order]
        counted = np.bincount(past.day[reviewed], minlength=past.period.days)
        return _queue(counted, risk, past.day[order])

    @property
    def days(self) -> int:
        """How many days were looked at."""
        return len(self.by_facts)

    def between(self, first: int, end: int) -> _Queue:
        """That of some of its days, from `first` on and before `end`."""
        first = max(first, 0)
        here = (self.day >= first) & (self.day < end)
        return _queue(self.by_facts[first:end], self.risk[here], self.day[here] - first)

    def threshold(self, room: float, often: Counts | None = None) -> float:
        """The lowest risk whose reviews, with those for hard facts, fit; each day once, or so often."""
        times = np.ones(self.days, dtype=np.int64) if often is None else often
        asked = np.cumsum(times[self.day])[self.ends]
        fitting = int(np.searchsorted(asked, room - times @ self.by_facts, side="right"))
        if fitting == len(self.ends):
            return _LEAST
        below = self.risk[self.ends[fitting]]
        above = self.risk[self.ends[fitting - 1]] if fitting else _MOST
        return float(below + above) / 2

    def reviews(self, threshold: float) -> Counts:
        """The reviews of each day."""
        by_risk = self.day[self.risk >= threshold]
        return self.by_facts + np.bincount(by_risk, minlength=self.days)


def _queue(by_facts: Counts, risk: Floats, day: Counts) -> _Queue:
    return _Queue(by_facts, risk, day, np.flatnonzero(np.diff(risk, append=-1.0) < 0))


def _settable(risk: float) -> float:
    return min(max(round(risk, _DIGITS), _LEAST), _MOST)


def _interval(draws: Floats) -> Interval:
    low, high = np.quantile(draws, [0.025, 0.975])
    return float(low), float(high)


def _form(base: Mapping[str, Any], review_risk: float, asked: Asked, past: Past) -> dict[str, Any]:
    """The file of `base` with what was fitted; of a new version, equal where all is equal."""
    form = dict(base)
    if asked.institution is not None:
        own = {asked.institution: {"review_risk": review_risk}}
        form["institutions"] = {**form.get("institutions", {}), **own}
    else:
        names = ("medium", "high", "very_high")
        bands = dict(zip(names, bands_of(review_risk), strict=True))
        form |= {"review_risk": review_risk, "bands": bands, "capacity": asdict(asked.capacity)}
    if asked.cost is not None:
        form["cost"] = asdict(asked.cost)
    last = past.period.before - timedelta(days=1)
    digest = hashlib.sha256(json.dumps(form, sort_keys=True).encode()).hexdigest()
    form["version"] = f"{last}-fit-{digest[:8]}"
    return form

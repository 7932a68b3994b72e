"""What became known of past answers: how late outcomes come, and whether the risk kept its word.

Only rows old enough count for the latter: nine tenths of the frauds that ever become known of them are. What is known is a floor: an unknown row
is not honest. Three figures stand side by side. *Known*: the fraud that the model expected over the fraud
that is known. *Estimate*: the same with every unknown row taken for what the risk says of it, as in
training; it tells fraud that the model did not see coming. *Against before*: how far expected over known
has moved since the reference, outcomes that are still to come allowed for; it tells a risk that rose or
fell while the world did not. Either of the latter two gives an alert when all of its interval lies
outside the band. A ring that is found counts as one event, not as many, so the intervals are wider than
those of Poisson by what rings there were.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, TypeGuard

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from training.dataset import FRAUD, UNKNOWN
from training.delay import share_known

BAND = (0.6, 1.6)
"""Expected over actual fraud in which a model is kept."""
AFTER_DAYS = (30, 60, 90)
_DAY = 86_400.0
_MATURE = 0.9
_LONGEST_DAYS = 3 * 366
_DOUBT = 0.01
"""Of an interval; every month and institution is looked at anew."""
_NORMAL = 2.576
"""Standard errors of such an interval."""

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers of the past beside what became known, one row a registration, shapes (n,).

    `at` and `confirmed` are in seconds since 1970 (NaN where unknown), `label` is 1 fraud, 0 cleared,
    -1 unknown; `month` and `institution` count into `months` and `institutions`; `stopped` says
    whether the answer was more than clear; rows of one `event` (a ring) are not independent.
    """

    at: NDArray[np.float64]
    risk: NDArray[np.float64]
    stopped: NDArray[np.bool_]
    label: NDArray[np.int8]
    confirmed: NDArray[np.float64]
    event: NDArray[np.int64]
    month: NDArray[np.int16]
    institution: NDArray[np.int32]
    months: tuple[str, ...]
    institutions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """Whether the risk of some rows kept its word; None where too little is known to tell."""

    rows: int
    expected: float
    frauds: int
    cleared: int
    known: float | None
    estimate: float
    estimate_between: Interval
    against_before: float | None
    against_before_between: Interval | None

    @property
    def out_of_band(self) -> bool:
        """Whether it gives an alert."""
        return out_of_band(self.estimate_between) or out_of_band(self.against_before_between)


def out_of_band(between: Interval | None) -> TypeGuard[Interval]:
    """Whether all of an interval lies outside the band."""
    return between is not None and (between[0] > BAND[1] or between[1] < BAND[0])


@dataclass(frozen=True, slots=True)
class Month:
    """One month of registrations: answers, outcomes, how late these came, and what risk alone tells.

    `delay_days` are the median and the ninth decile among outcomes known by now; `known_after` is
    the share of all registrations of which something was known within so many days, None where
    the month is not that old. `expected_precision` and `expected_recall` need no outcome: they are
    those of the answers that stopped somebody, were every risk what it says.
    """

    month: str
    rows: int
    stopped: int
    known: int
    delay_days: Interval | None
    known_after: dict[int, float | None]
    mature: bool
    expected_precision: float | None
    expected_recall: float | None
    kept: Kept


@dataclass(frozen=True, slots=True)
class Hindsight:
    """All months; of the latest mature one after the reference, every institution as well."""

    months: tuple[Month, ...]
    mature_days: float
    judged: str | None
    institutions: tuple[tuple[str, Kept], ...]

    @property
    def alerts(self) -> list[tuple[str, str, Kept]]:
        """(level, slice, figures) of what left the band."""
        whole = [("all", "all", m.kept) for m in self.months if m.month == self.judged]
        told = whole + [("institution", name, kept) for name, kept in self.institutions]
        return [row for row in told if row[2].out_of_band]


def look_back(answers: Answers, reference: Sequence[int], until: float) -> Hindsight:
    """Everything that outcomes known at `until` (seconds since 1970) tell.

    Args:
        answers: rows of the past.
        reference: the months, as places in `answers.months`, with which later ones are compared.
        until: nothing is known later.
    """
    known = _Known.of(answers, until)
    before = np.isin(answers.month, reference)
    months = tuple(_month(answers, m, before, known) for m in range(len(answers.months)))
    later = [i for i, m in enumerate(months) if m.mature and i not in reference]
    if not later:
        return Hindsight(months, known.mature_days, None, ())
    inside = answers.month == later[-1]
    each = []
    for i, name in enumerate(answers.institutions):
        own = answers.institution == i
        if (inside & own).any():
            each.append((name, _kept(answers, inside & own, before & own, known)))
    return Hindsight(months, known.mature_days, months[later[-1]].month, tuple(each))


@dataclass(frozen=True, slots=True)
class _Known:
    """What share of the frauds that ever become known is known, by age in whole days."""

    until: float
    shares: NDArray[np.float64]

    @classmethod
    def of(cls, answers: Answers, until: float) -> Self:
        fraud = answers.label == FRAUD
        delay = (answers.confirmed[fraud] - answers.at[fraud]) / _DAY
        seen_for = (until - answers.at[fraud]) / _DAY
        return cls(until, share_known(np.arange(_LONGEST_DAYS, dtype=float), delay, seen_for))

    def age(self, at: NDArray[np.float64]) -> NDArray[np.float64]:
        """In days."""
        return (self.until - at) / _DAY

    def share(self, at: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of rows of these moments."""
        days = np.clip(self.age(at), 0, len(self.shares) - 1)
        return np.asarray(self.shares[days.astype(int)])

    @property
    def mature_days(self) -> float:
        """From which age on nearly all is known that will be."""
        return float(np.argmax(self.shares >= _MATURE))


def _month(
    answers: Answers,
    month: int,
    before: NDArray[np.bool_],
    known: _Known,
) -> Month:
    inside = answers.month == month
    label, risk = answers.label[inside], answers.risk[inside]
    stopped = answers.stopped[inside]
    delay = (answers.confirmed[inside] - answers.at[inside]) / _DAY
    age = float(known.age(answers.at[inside]).min(initial=np.inf))  # of the month's last row
    come = delay[label != UNKNOWN]
    return Month(
        month=answers.months[month],
        rows=len(label),
        stopped=int(stopped.sum()),
        known=len(come),
        delay_days=_quantiles(come),
        known_after={d: _share(delay <= d) if age >= d else None for d in AFTER_DAYS},
        mature=bool(len(label)) and age >= known.mature_days,
        expected_precision=float(risk[stopped].mean()) if stopped.any() else None,
        expected_recall=float(risk[stopped].sum() / risk.sum()) if risk.sum() else None,
        kept=_kept(answers, inside, before & ~inside, known),
    )


def _share(flags: NDArray[np.bool_]) -> float | None:
    return float(flags.mean()) if len(flags) else None


def _quantiles(days: NDArray[np.float64]) -> Interval | None:
    if not len(days):
        return None
    half, most = np.quantile(days, (0.5, 0.9))
    return float(half), float(most)


def _kept(
    answers: Answers,
    inside: NDArray[np.bool_],
    before: NDArray[np.bool_],
    known: _Known,
) -> Kept:
    fraud = answers.label == FRAUD
    expected, frauds = float(answers.risk[inside].sum()), int((inside & fraud).sum())
    unknown = float(answers.risk[inside & (answers.label == UNKNOWN)].sum())
    spread = _spread(answers.event[inside & fraud])
    low, high = _poisson(frauds, spread)
    moved, between = _against(answers, inside, before, known)
    return Kept(
        rows=int(inside.sum()),
        expected=expected,
        frauds=frauds,
        cleared=int((inside & (answers.label == 0)).sum()),
        known=expected / frauds if frauds else None,
        estimate=_ratio(expected, frauds + unknown),
        estimate_between=(_ratio(expected, high + unknown), _ratio(expected, low + unknown)),
        against_before=moved,
        against_before_between=between,
    )


def _against(
    answers: Answers,
    inside: NDArray[np.bool_],
    before: NDArray[np.bool_],
    known: _Known,
) -> tuple[float | None, Interval | None]:
    """Expected over known fraud against that of before, and its interval."""
    told, spreads = [], []
    for rows in (inside, before):
        frauds = rows & (answers.label == FRAUD)
        # Of what was expected, what can be known yet.
        due = float((answers.risk[rows] * known.share(answers.at[rows])).sum())
        if not frauds.any() or not due:
            return None, None
        count = int(frauds.sum())
        told.append(due / count)
        spreads.append(_spread(answers.event[frauds]) / count)
    ratio = told[0] / told[1]
    far = float(np.exp(_NORMAL * np.sqrt(sum(spreads))))
    return ratio, (ratio / far, ratio * far)


def _spread(events: NDArray[np.int64]) -> float:
    """How many times wider than that of Poisson the variance of a count is, events being whole."""
    if not len(events):
        return 1.0
    sizes = np.unique(events, return_counts=True)[1].astype(np.float64)
    return float((sizes**2).sum() / sizes.sum())


def _poisson(count: int, spread: float) -> Interval:
    """The exact interval of a Poisson mean, of a count of events that are `spread` rows each."""
    events = count / spread
    low = chi2.ppf(_DOUBT / 2, 2 * events) / 2 if count else 0.0
    return float(low * spread), float(chi2.ppf(1 - _DOUBT / 2, 2 * events + 2) / 2 * spread)


def _ratio(expected: float, actual: float) -> float:
    return expected / actual if actual else float("inf")

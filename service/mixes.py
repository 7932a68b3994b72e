"""How surprising a mix of decisions is, by what was likely and by what those before would decide."""

from __future__ import annotations

import math
from dataclasses import dataclass

from models.policy import Breaker


@dataclass(slots=True)
class Mix:
    """Decisions, how many stopped somebody, and how many the judges before would have stopped."""

    decisions: int = 0
    stopped: int = 0
    stopped_before: int = 0

    def add(self, *, stopped: bool, stopped_before: bool) -> None:
        """Counts one decision."""
        self.decisions += 1
        self.stopped += bool(stopped)
        self.stopped_before += bool(stopped_before)


def has_changed(seen: Mix, likely: tuple[float, float], rules: Breaker, mixes: int) -> bool:
    """Whether one of so many mixes has left what is likely, by the rules of a policy.

    Args:
        seen: what new judges did.
        likely: bounds of the share that they would stop if they were as those before.
        rules: how far the odds may leave them, and how rarely a smaller change is to be told.
        mixes: how many are looked at.
    """
    return surprise(seen, likely, rules.times) > math.log(mixes / rules.bound)


def surprise(seen: Mix, likely: tuple[float, float], times: float) -> float:
    """How much likelier a mix is if its share may be any than if it is as before, as a logarithm.

    Were it as before, it would ever exceed ln(1 / x) with a probability of x at most, however often
    one looks: Ville's inequality, for the share is given every value alike beforehand.

    Args:
        seen: what new judges did.
        likely: bounds of the share that they would stop if they were as those before.
        times: by what factor the odds may leave these bounds, and those of the judges before.
    """
    same = seen.stopped_before / seen.decisions
    low = min(_shifted(likely[0], 1 / times), _shifted(same, 1 / times))
    high = max(_shifted(likely[1], times), _shifted(same, times))
    share = min(max(seen.stopped / seen.decisions, low), high)
    passed = seen.decisions - seen.stopped
    as_before = _times_log(seen.stopped, share) + _times_log(passed, 1 - share)
    anything = (
        math.lgamma(seen.stopped + 1) + math.lgamma(passed + 1) - math.lgamma(seen.decisions + 2)
    )
    return anything - as_before


def _shifted(share: float, times: float) -> float:
    """The share whose odds are so many times those of another."""
    return share * times / (1 - share + share * times)


def _times_log(count: int, share: float) -> float:
    return 0.0 if not count else -math.inf if share <= 0 else count * math.log(share)

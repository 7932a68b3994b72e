"""The policy: identity, risk and hard facts in, one ordered decision out, from a readable file."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.decision import Decision, RiskBand
from models.errors import PolicyError
from models.policy_form import Problem, problems
from models.use_by import Limit, Then, limits

DEFAULT = Path(__file__).parent / "policies" / "default.toml"


@dataclass(frozen=True, slots=True)
class Capacity:
    """How many reviews a day there are people for."""

    reviewers: int
    reviews_per_reviewer_day: float

    @property
    def a_day(self) -> float:
        """Reviews a day."""
        return self.reviewers * self.reviews_per_reviewer_day


@dataclass(frozen=True, slots=True)
class Cost:
    """What a review, a refused honest person and a fraud that passed cost, in đồng."""

    review: float
    false_refusal: float
    missed_fraud: float


@dataclass(frozen=True, slots=True)
class Breaker:
    """When a new policy or model is held: `service.breaker` goes by it.

    An institution's first `window` decisions are watched. The odds of being reviewed or refused may
    change by a factor of `times`; `bound` is the chance that a smaller change is taken for a larger.
    """

    window: int = 1_000
    bound: float = 0.001
    times: float = 3.0


@dataclass(frozen=True, slots=True)
class Policy:
    """Thresholds on calibrated risk, and what hard facts lead to.

    `bands` are the lower bounds of `medium`, `high` and `very_high`. `institutions` holds the review
    risk of those that have one of their own, `use_by` limits of age by reason code.
    """

    version: str
    review_risk: float
    bands: tuple[float, float, float]
    review_facts: frozenset[str]
    refuse_pairs: frozenset[frozenset[str]]
    institutions: Mapping[str, float] = field(default_factory=dict)
    capacity: Capacity | None = None
    cost: Cost | None = None
    breaker: Breaker = field(default_factory=Breaker)
    use_by: Mapping[str, Limit] = field(default_factory=dict)

    def decide(
        self, risk: float, facts: frozenset[str], institution: str, stale: Collection[str] = ()
    ) -> Decision:
        """The furthest of what risk and hard facts ask for, and what is done of stale parts."""
        thens = {self.use_by[code].then for code in stale if code in self.use_by}
        asked = self.by_facts(facts)
        if Then.PAPERS not in thens:
            asked = max(asked, self.by_risk(risk, institution))
        return max(asked, Decision.REVIEW) if Then.REVIEW in thens else asked

    def by_risk(self, risk: float, institution: str) -> Decision:
        """What the model alone asks for: never more than a review."""
        return Decision.REVIEW if risk >= self.threshold(institution) else Decision.CLEAR

    def threshold(self, institution: str) -> float:
        """The risk from which an institution's registrations are reviewed."""
        return self.institutions.get(institution, self.review_risk)

    def by_facts(self, facts: frozenset[str]) -> Decision:
        """One hard fact reviews; two independent ones, listed as a pair, refuse."""
        if any(pair <= facts for pair in self.refuse_pairs):
            return Decision.REFUSE
        return Decision.REVIEW if facts & self.review_facts else Decision.CLEAR

    def band(self, risk: float) -> RiskBand:
        """The calibrated risk in words."""
        return list(RiskBand)[sum(risk >= bound for bound in self.bands)]


def bands_of(review_risk: float) -> tuple[float, float, float]:
    """The bands that follow a review risk: a tenth of it, itself, and six times its odds.

    Where it leaves no room below or above, they lie a little off: there are always four bands.
    """
    high = min(max(review_risk, 1e-6), 1 - 2e-6)
    odds = 6 * high / (1 - high)
    return round(high / 10, 7), high, round(odds / (1 + odds), 6)


def load(path: Path = DEFAULT) -> Policy:
    """Reads and checks a policy file.

    Raises:
        PolicyError: the file cannot be read, or a value in it makes no sense.
    """
    return of_form(read(path), path.name)


def read(path: Path) -> dict[str, Any]:
    """The settings of a policy file as they stand there.

    Raises:
        PolicyError: the file cannot be read.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))  # editors of Windows sign it
    except (OSError, ValueError, RecursionError) as error:
        raise PolicyError(path.name, [_why(error)]) from error


def of_form(form: Mapping[str, Any], name: str) -> Policy:
    """The policy that a file's settings make; `name` is what an error calls them by.

    Raises:
        PolicyError: a value makes no sense.
    """
    found = problems(form)
    if found:
        raise PolicyError(name, found)
    bands, own = form.get("bands"), form.get("institutions", {})
    return Policy(
        version=form["version"],
        review_risk=float(form["review_risk"]),
        bands=bands_of(form["review_risk"]) if bands is None else _bands(bands),
        review_facts=frozenset(form["review"]["facts"]),
        refuse_pairs=frozenset(map(frozenset, form["refuse"]["pairs"])),
        institutions={code: float(settings["review_risk"]) for code, settings in own.items()},
        capacity=Capacity(**form["capacity"]) if "capacity" in form else None,
        cost=Cost(**form["cost"]) if "cost" in form else None,
        breaker=Breaker(**form.get("breaker", {})),
        use_by=limits(form.get("use_by", {})),
    )


def keep(policy: Policy, home: Path, path: Path = DEFAULT) -> Path:
    """Copies a policy file into the data folder under its version, once.

    Raises:
        PolicyError: another policy was kept under this version before.
    """
    kept = home / "policies" / f"{policy.version}.toml"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        aside = kept.with_suffix(".part")
        aside.write_bytes(path.read_bytes())
        aside.replace(kept)
    elif load(kept) != policy:
        raise PolicyError(policy.version, [CHANGED])
    return kept


CHANGED = ("nội dung khác nhưng vẫn phiên bản cũ", "changed without a new version")


def _bands(table: Mapping[str, float]) -> tuple[float, float, float]:
    return float(table["medium"]), float(table["high"]), float(table["very_high"])


def _why(error: Exception) -> Problem:
    """What is wrong with a file out of which no settings can be read."""
    match error:
        case OSError():
            why = error.strerror
            return f"không đọc được tệp ({why})", f"the file cannot be read ({why})"
        case UnicodeDecodeError():
            return "tệp không phải là văn bản UTF-8", "the file is not UTF-8 text"
        case RecursionError():
            return "tệp lồng nhau quá sâu", "the file is nested too deeply"
        case _:
            return f"tệp không phải là TOML ({error})", f"the file is not TOML ({error})"

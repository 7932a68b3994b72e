"""The policy: identity, risk and hard facts in, one ordered decision out, from a readable file."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.decision import Decision, RiskBand
from models.errors import PolicyError
from models.hard_facts import CODES

DEFAULT = Path(__file__).parent / "policies" / "default.toml"


@dataclass(frozen=True, slots=True)
class Policy:
    """Thresholds on calibrated risk, and what hard facts lead to.

    `bands` are the lower bounds of `medium`, `high` and `very_high`.
    """

    version: str
    review_risk: float
    bands: tuple[float, float, float]
    review_facts: frozenset[str]
    refuse_pairs: frozenset[frozenset[str]]

    def decide(self, risk: float, facts: frozenset[str]) -> Decision:
        """The furthest of what risk and hard facts ask for."""
        return max(self.by_risk(risk), self.by_facts(facts))

    def by_risk(self, risk: float) -> Decision:
        """What the model alone asks for: never more than a review."""
        return Decision.REVIEW if risk >= self.review_risk else Decision.CLEAR

    def by_facts(self, facts: frozenset[str]) -> Decision:
        """One hard fact reviews; two independent ones, listed as a pair, refuse."""
        if any(pair <= facts for pair in self.refuse_pairs):
            return Decision.REFUSE
        return Decision.REVIEW if facts & self.review_facts else Decision.CLEAR

    def band(self, risk: float) -> RiskBand:
        """The calibrated risk in words."""
        return list(RiskBand)[sum(risk >= bound for bound in self.bands)]


def load(path: Path = DEFAULT) -> Policy:
    """Reads and checks a policy file.

    Raises:
        PolicyError: the file cannot be read, or a value in it makes no sense.
    """
    try:
        form = tomllib.loads(path.read_text(encoding="utf-8"))
        policy = _policy(form)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PolicyError(f"policy {path.name}: {_why(error)}") from error
    for problem in _problems(policy, form):
        raise PolicyError(f"policy {path.name}: {problem}")
    return policy


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
        raise PolicyError(f"policy {policy.version}: changed without a new version")
    return kept


def _why(error: Exception) -> str:
    """What is wrong with a file out of which no policy can be made."""
    match error:
        case OSError():
            return f"the file cannot be read ({error.strerror})"
        case UnicodeDecodeError():
            return "the file is not UTF-8 text"
        case tomllib.TOMLDecodeError():
            return f"the file is not TOML ({error})"
        case KeyError():
            return f"the setting {error} is missing"
        case _:
            return f"a setting is of the wrong kind ({error})"


_IN_TABLES = (
    *(("bands", name) for name in ("medium", "high", "very_high")),
    ("review", "facts"),
    ("refuse", "pairs"),
)


def _policy(form: dict[str, Any]) -> Policy:
    for table, name in _IN_TABLES:
        if name not in form.get(table, {}):
            raise KeyError(f"{table}.{name}")
    bands = form["bands"]
    return Policy(
        version=str(form["version"]),
        review_risk=float(form["review_risk"]),
        bands=(float(bands["medium"]), float(bands["high"]), float(bands["very_high"])),
        review_facts=frozenset(map(str, form["review"]["facts"])),
        refuse_pairs=frozenset(frozenset(map(str, pair)) for pair in form["refuse"]["pairs"]),
    )


def _problems(policy: Policy, form: dict[str, Any]) -> list[str]:
    """Every contradiction, one sentence each."""
    problems = []
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", policy.version):
        problems.append("version is up to 64 letters, digits, dots, dashes")
    if not 0 < policy.review_risk <= 1:
        problems.append("review_risk lies above 0 and up to 1")
    if not 0 < policy.bands[0] < policy.bands[1] < policy.bands[2] <= 1:
        problems.append("bands rise between 0 and 1")
    named = policy.review_facts.union(*policy.refuse_pairs)
    if not named <= CODES:
        problems.append(f"unknown hard facts: {', '.join(sorted(named - CODES))}")
    if any(len(pair) != 2 for pair in policy.refuse_pairs):
        problems.append("a refusal needs two different hard facts")
    known = {"version", "review_risk", "bands", "review", "refuse"}
    if set(form) != known:
        problems.append(f"settings nobody reads: {', '.join(sorted(set(form) - known))}")
    return problems

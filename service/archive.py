"""The kept models and policies by which stored vectors are judged again, each read once."""

from __future__ import annotations

from pathlib import Path

from models import bundle, policy
from models.decision import Decision
from models.policy import Policy
from models.risk import RiskModel
from service.ledger.judged import JudgedRow


class Archive:
    """Versions of a data folder; a model may know other features than today's."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._models: dict[str, tuple[RiskModel, tuple[str, ...]]] = {}
        self._policies: dict[str, Policy] = {}

    def model(self, version: str) -> RiskModel:
        """A model as it judged.

        Raises:
            BundleError: it is not kept, or cannot be used.
        """
        return self._held(version)[0]

    def names(self, version: str) -> tuple[str, ...]:
        """The features of a model, in the order of the vectors that name it.

        Raises:
            BundleError: as `model`.
        """
        return self._held(version)[1]

    def policy(self, version: str) -> Policy:
        """A policy as it decided.

        Raises:
            PolicyError: it is not kept, or cannot be read.
        """
        if version not in self._policies:
            self._policies[version] = policy.load(self._home / "policies" / f"{version}.toml")
        return self._policies[version]

    def _held(self, version: str) -> tuple[RiskModel, tuple[str, ...]]:
        if version not in self._models:
            kept = bundle.load_to_replay(self._home / "models" / version)
            self._models[version] = kept.model(), kept.names
        return self._models[version]


def decided(row: JudgedRow, risk: float, rules: Policy) -> Decision:
    """What a policy decides of a stored row at a risk: what held then holds, what was stale is."""
    return rules.decide(risk, row.facts, row.institution, row.stale)

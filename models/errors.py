"""What can go wrong with a model or a policy.

ChinhchuError
└── JudgementError
    ├── BundleError        a released model that cannot be read or does not fit this program
    ├── PolicyError        a policy file that cannot be read or contradicts itself
    ├── OvertakenError     another champion than the one that was looked at
    └── UnknownModelError  a model reference that names nothing
"""

from __future__ import annotations

from collections.abc import Sequence

from features.errors import ChinhchuError


class JudgementError(ChinhchuError):
    """Root of this floor's errors; its text is one clear line without personal data."""


class BundleError(JudgementError):
    """A released model that cannot be read or does not fit this program."""


class PolicyError(JudgementError):
    """A policy file that cannot be read or contradicts itself; `str()` is the line in English."""

    def __init__(self, name: str, problems: Sequence[tuple[str, str]]) -> None:
        """`problems` are sentences in Vietnamese and in English; `name` is that of the file."""
        self.problems = tuple(problems)
        vietnamese, english = ("; ".join(told) for told in zip(*problems, strict=True))
        super().__init__(f"policy {name}: {english}")
        self.vietnamese = f"chính sách {name}: {vietnamese}"


class OvertakenError(JudgementError):
    """The champion is no longer the one that was looked at."""


class UnknownModelError(JudgementError):
    """A model reference that names nothing."""

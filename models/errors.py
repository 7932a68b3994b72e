"""What can go wrong with a model or a policy.

ChinhchuError
└── JudgementError
    ├── BundleError        a released model that cannot be read or does not fit this program
    ├── PolicyError        a policy file that cannot be read or contradicts itself
    └── UnknownModelError  a model reference that names nothing
"""

from __future__ import annotations

from features.errors import ChinhchuError


class JudgementError(ChinhchuError):
    """Root of this floor's errors; its text is one clear line without personal data."""


class BundleError(JudgementError):
    """A released model that cannot be read or does not fit this program."""


class PolicyError(JudgementError):
    """A policy file that cannot be read or contradicts itself."""


class UnknownModelError(JudgementError):
    """A model reference that names nothing."""

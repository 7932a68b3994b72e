"""The vector: every feature is one named, documented function, listed once in `FEATURES`."""

from features.vector.company import COMPANY, OF_OUTCOMES
from features.vector.feature import Counts, Facts, Feature
from features.vector.papers import PAPERS

FEATURES: tuple[Feature, ...] = (*PAPERS, *COMPANY)
"""All features, in the order of the vector."""

OF_COMPANY: frozenset[str] = frozenset(f.name for f in COMPANY)
"""Names of the features that tell of company."""

NAMES: tuple[str, ...] = tuple(f.name for f in FEATURES)

__all__ = ["FEATURES", "NAMES", "OF_COMPANY", "OF_OUTCOMES", "Counts", "Facts", "Feature", "vector"]


def vector(facts: Facts) -> list[float]:
    """The features of one registration, in the order of `FEATURES`; NaN where one has no value."""
    return [f.compute(facts) for f in FEATURES]

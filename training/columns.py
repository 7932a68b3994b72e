"""A column of a stream that is watched: numbers or kinds, each row in a bin, what is missing in the first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

BINS = 10
"""Bins of a number, each with as many rows of the reference; what is missing is one more."""
_MOST_KINDS = 30
UNSEEN = 255
"""The code of a row of which a column says nothing at all, not even that it is missing."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """A number of each row, shape (n,); NaN where it is missing, unless `seen` says it is unknown."""

    name: str
    values: NDArray[np.floating]
    seen: NDArray[np.bool_] | None = None

    def coded(self, reference: NDArray[np.bool_]) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
        """The bin of each row, and what the bins are called; the first is that of missing ones."""
        values = self.values
        missing = np.isnan(values)
        known = values[reference & ~missing]
        edges = _edges(known if len(known) else values[~missing])
        codes = (np.searchsorted(edges, values, side="right") + 1).astype(np.uint8)
        codes[missing] = 0
        if self.seen is not None:
            codes[~self.seen] = UNSEEN
        return codes, ("missing", *_between(edges))


@dataclass(frozen=True, slots=True)
class Kinds:
    """A kind of each row: `codes`, shape (n,), count into `names`, of which the first is "missing"."""

    name: str
    codes: NDArray[np.uint8]
    names: tuple[str, ...]

    def coded(self, _: NDArray[np.bool_]) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
        """As it is."""
        return self.codes, self.names


Column = Numbers | Kinds


def kinds(name: str, values: pa.Array) -> Kinds:
    """The most frequent values as kinds of their own, the others as one; null is missing."""
    encoded = pc.dictionary_encode(values)
    place = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
    counts = np.bincount(place[place >= 0], minlength=len(encoded.dictionary))
    kept = np.argsort(-counts, kind="stable")[:_MOST_KINDS]
    code = np.full(len(counts) + 1, len(kept) + 1, dtype=np.uint8)
    code[kept], code[-1] = np.arange(1, len(kept) + 1), 0  # place -1, that of no value, is last
    names = [str(encoded.dictionary[i].as_py()) for i in kept.tolist()]
    return Kinds(name, code[place], ("missing", *names, "another"))


def _edges(known: NDArray[np.floating]) -> NDArray[np.floating]:
    """The inner edges of the bins: between the values where these are few, else quantiles."""
    if not len(known):
        return known
    quantiles = np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1], method="lower")
    few = np.unique(known[:: max(1, len(known) // 5_000)])
    return few[1:] if len(few) <= BINS else np.unique(quantiles[quantiles > known.min()])


def _between(edges: NDArray[np.floating]) -> Iterator[str]:
    if not len(edges):
        yield "any"
        return
    yield f"< {edges[0]:.4g}"
    yield from (f"{a:.4g} … {b:.4g}" for a, b in pairwise(edges))
    yield f"≥ {edges[-1]:.4g}"

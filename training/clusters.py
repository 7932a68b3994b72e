"""Which registrations belong together: whoever shares a private value, over any number of steps.

Rows of one cluster are no independent witnesses, so figures are resampled by cluster, and a split by
ring keeps clusters apart.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from graph.aggregates import PERSONAL
from graph.attributes import Attribute, Node

TYING = PERSONAL | {Attribute.HOLDER}
MOST = 64
"""A value that more registrations hold ties nobody: it is a dormitory or a filler, and no live
graph remembers more of a private value either."""


def clusters(nodes: Sequence[Node]) -> NDArray[np.int64]:
    """The cluster of each node, shape (n,); numbered in the order of their first members."""
    place: dict[str, int] = {}
    held = [
        (i, place.setdefault(token, len(place)))
        for i, node in enumerate(nodes)
        for attribute, token in node.tokens.items()
        if attribute in TYING
    ]
    row, value = np.array(held, dtype=np.int64).reshape(-1, 2).T
    ties = np.bincount(value, minlength=len(place))[value] <= MOST
    n, size = len(nodes), len(nodes) + len(place)
    tied = coo_array((np.ones(ties.sum(), bool), (row[ties], n + value[ties])), shape=(size, size))
    found = connected_components(tied, directed=False)[1][:n]
    _, first, member = np.unique(found, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[member].astype(np.int64)

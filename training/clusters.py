"""Which registrations belong together: whoever shares a private value, over any number of steps.

Rows of one cluster are no independent witnesses, so figures are resampled by cluster, and a split by
ring keeps clusters apart.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from graph.aggregates import PERSONAL
from graph.attributes import Attribute
from graph.columns import Columns

TYING = PERSONAL - {Attribute.ADDRESS} | {Attribute.HOLDER}
"""What ties; neighbours and lodgers share an address, and over it half a country is one cluster."""
MOST = 10
"""A value that more different holders name ties nobody.

Of the rings of a simulated world 90 % of the members then lie in one cluster, and the largest
cluster holds 0.3 % of the rows; from 16 holders on, addresses too, it held 37 %.
"""


def clusters(book: Columns) -> NDArray[np.int64]:
    """The cluster of each node, shape (n,); numbered in the order of their first members."""
    n = len(book)
    tying = pa.array([attribute.value for attribute in sorted(TYING)])
    held = book.holding.filter(pc.is_in(book.holding["attribute"].cast(pa.string()), tying))
    row, value = (held[name].to_numpy().astype(np.int64) for name in ("n", "token"))
    holder = np.empty(n, dtype=np.int64)
    holder[book.node["n"].to_numpy()] = book.node["holder"].to_numpy()
    named = np.unique(value * n + holder[row]) // max(n, 1)
    ties = np.bincount(named)[value] <= MOST
    last = n + value.max(initial=-1) + 1
    tied = coo_array((np.ones(ties.sum(), bool), (row[ties], n + value[ties])), shape=(last, last))
    found = connected_components(tied, directed=False)[1][:n]
    _, first, member = np.unique(found, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[member].astype(np.int64)

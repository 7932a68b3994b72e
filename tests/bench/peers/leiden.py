"""igraph's components and Leiden on the arrays of a ring run: leiden.py EDGES.npz."""

from __future__ import annotations

import json
import resource
import sys
import time

import igraph
import numpy as np


def main() -> None:
    """CPU seconds of each step, as one JSON object."""
    with np.load(sys.argv[1]) as held:
        size, edges = int(held["size"]), held["edges"]
    moments = [time.process_time()]
    graph = igraph.Graph(size, edges)
    moments.append(time.process_time())
    graph.connected_components()
    moments.append(time.process_time())
    graph.community_leiden("modularity")
    moments.append(time.process_time())
    costs = dict(zip(("build", "components", "leiden"), np.diff(moments).tolist(), strict=True))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps(costs | {"peak_gib": peak}))


if __name__ == "__main__":
    main()

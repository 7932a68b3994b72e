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
    cost, last = {}, time.process_time()
    for name, step in (
        ("build", lambda: igraph.Graph(size, edges)),
        ("components", lambda: graph.connected_components()),
        ("leiden", lambda: graph.community_leiden("modularity", resolution=1.0)),
    ):
        made = step()
        graph = made if name == "build" else graph
        cost[name] = time.process_time() - last
        last = time.process_time()
    cost["peak_gib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps(cost))


if __name__ == "__main__":
    main()

"""Scores one pair after another as the peers do in real time: one_pair.py PAIRS MODEL.

Each line of standard input names a peer and a slice of the pairs (`splink 0 20`); each answer is
the CPU time that it took, in seconds.
"""

from __future__ import annotations

import logging
import sys
import time
from typing import Any

import duckdb
import pyarrow.parquet as pq
from logic_v2 import entity
from nomenklatura.matching.logic_v2.model import LogicV2
from nomenklatura.matching.types import ScoringConfig
from splink import DuckDBAPI
from splink.internals.realtime import compare_records

_TERMS = {"tf_marked_name": 1e-4, "tf_full_name": 1e-4, "tf_letters": 1e-4, "tf_born": 1e-4}
_LEFT, _RIGHT = {"source_dataset": "a_left", **_TERMS}, {"source_dataset": "b_right", **_TERMS}
_FIELDS = ("name", "born", "sex", "address")

Pair = tuple[dict[str, Any], dict[str, Any]]


class Splink:
    """Its real-time path, with the SQL kept from call to call."""

    def __init__(self, model: str) -> None:
        connection = duckdb.connect()
        connection.execute("set threads = 1")
        self._model, self._api = model, DuckDBAPI(connection)

    def __call__(self, pairs: list[Pair], first: int) -> None:
        for one, other in pairs:
            compare_records(
                one | _LEFT, other | _RIGHT, self._model, self._api, sql_cache_key="pair"
            ).as_record_list()


def logic_v2(pairs: list[Pair], first: int) -> None:
    """Entities made and compared, with the explanation that the score comes with."""
    config = ScoringConfig.defaults()
    for place, (one, other) in enumerate(pairs, first):
        sides = {f"{f}_1": one[f] for f in _FIELDS} | {f"{f}_2": other[f] for f in _FIELDS}
        found = LogicV2.compare(entity(sides, "1", place), entity(sides, "2", place), config)
        _ = (found.score, found.explanations)


def main() -> None:
    """Answers line by line until the input ends."""
    logging.disable(logging.WARNING)
    path, model = sys.argv[1:]
    table = pq.read_table(path)
    pairs = list(zip(table["one"].to_pylist(), table["other"].to_pylist(), strict=True))
    peers = {"splink": Splink(model), "logic_v2": logic_v2}
    for run in peers.values():
        run(pairs[:2], -2)  # loads its tables, makes its SQL
    for line in sys.stdin:
        who, first, last = line.split()
        start = time.process_time()
        peers[who](pairs[int(first) : int(last)], int(first))
        print(time.process_time() - start, flush=True)


if __name__ == "__main__":
    main()

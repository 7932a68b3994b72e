"""nomenklatura's logic-v2 scores the pairs of a Parquet file: logic_v2.py PAIRS OUT.

Columns `name_1`, `name_2` and, where there, `born_`, `sex_` and `address_` of either side.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from followthemoney import EntityProxy, model
from nomenklatura.matching.logic_v2.model import LogicV2
from nomenklatura.matching.types import ScoringConfig

_PROPERTIES = {"name": "name", "born": "birthDate", "sex": "gender", "address": "address"}


def entity(row: dict[str, Any], side: str, place: int) -> EntityProxy:
    """One side of a pair as a FollowTheMoney person; equal ids would share what is cached."""
    properties = {
        theirs: [row[f"{ours}_{side}"]]
        for ours, theirs in _PROPERTIES.items()
        if row.get(f"{ours}_{side}")
    }
    return model.get_proxy({"id": f"{side}-{place}", "schema": "Person", "properties": properties})


def main() -> None:
    """Scores every pair and says what it cost."""
    pairs, out = sys.argv[1:]
    rows = pq.read_table(pairs).to_pylist()
    config = ScoringConfig.defaults()
    made = [(entity(row, "1", place), entity(row, "2", place)) for place, row in enumerate(rows)]
    LogicV2.compare(*made[0], config)  # loads its tables
    start = time.process_time()
    scores = [LogicV2.compare(one, other, config).score for one, other in made]
    seconds = time.process_time() - start
    pq.write_table(pa.table({"score": scores}), out)
    print(json.dumps({"seconds": seconds, "pairs": len(rows)}))


if __name__ == "__main__":
    main()

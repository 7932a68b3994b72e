"""The nodes of a whole book as columns, so that a million of them lie in memory at once.

Names and tokens are numbered, for they are compared alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import pyarrow as pa

from graph.attributes import Key, Node
from graph.measures import event_of, microseconds

Outcome = tuple[datetime, bool]
"""When an outcome was confirmed, and whether it is fraud."""

_NUMBERED = pa.dictionary(pa.int32(), pa.string())
_NODE = pa.schema(
    [
        ("n", pa.int64()),
        ("at", pa.int64()),
        ("registration_id", pa.string()),
        ("institution", pa.string()),
        ("holder", pa.string()),
        ("family", pa.string()),
        ("is_sim", pa.bool_()),
        ("verified", pa.bool_()),
        ("province", pa.uint8()),
    ]
)
_HOLDING = pa.schema([("n", pa.int64()), ("attribute", _NUMBERED), ("token", pa.string())])
_MARK = pa.schema([("n", pa.int64()), ("confirmed", pa.int64()), ("is_fraud", pa.bool_())])


@dataclass(frozen=True, slots=True)
class Columns:
    """Nodes by `n`, their place as given.

    `node`: moment in microseconds since 1970, `rank` in the order of the world, numbers of
    institution, holder and family. `holding`: which node has which attribute, and the number of its
    token. `mark`: what became known of whom.
    """

    node: pa.Table
    holding: pa.Table
    mark: pa.Table

    def __len__(self) -> int:
        return int(self.node.num_rows)


class Part(NamedTuple):
    """Some nodes of a book as tables; names and tokens are still text."""

    node: pa.Table
    holding: pa.Table
    mark: pa.Table


def part_of(nodes: Sequence[Node], start: int, outcomes: Mapping[Key, Outcome]) -> Part:
    """The tables of nodes whose places begin at `start`; `outcomes` tells what became known, by key."""
    places = range(start, start + len(nodes))
    held = [
        (n, a.value, t) for n, v in zip(places, nodes, strict=True) for a, t in v.tokens.items()
    ]
    known = [(n, outcomes[v.key]) for n, v in zip(places, nodes, strict=True) if v.key in outcomes]
    marks = [(n, microseconds(at), is_fraud) for n, (at, is_fraud) in known]
    rows = [
        (n, e.at, e.registration_id, e.institution, e.holder, e.family, e.is_sim, e.verified)
        + (int(e.province or 0),)
        for n, e in zip(places, map(event_of, nodes), strict=True)
    ]
    return Part(_table(rows, _NODE), _table(held, _HOLDING), _table(marks, _MARK))


def columns_of(parts: Iterable[Part]) -> Columns:
    """The columns of a book from its parts."""
    # The last gives the columns of no node their types.
    made = [*parts, part_of((), 0, {})]
    node, holding, mark = (pa.concat_tables(t) for t in zip(*made, strict=True))
    made.clear()
    order = [(name, "ascending") for name in ("at", "registration_id", "institution")]
    node = node.sort_by(order).drop_columns("registration_id")
    node = node.append_column("rank", pa.array(range(node.num_rows), pa.int64()))
    for name in ("institution", "holder", "family"):
        node = _numbered(node, name)
    return Columns(node, _numbered(holding, "token"), mark)


def _table(rows: Sequence[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema)


def _numbered(table: pa.Table, name: str) -> pa.Table:
    """The table with a column of text as numbers that are equal where the text is."""
    coded = table[name].dictionary_encode().chunks  # all of one dictionary
    numbers = pa.chunked_array([chunk.indices for chunk in coded], pa.int32())
    return table.set_column(table.schema.get_field_index(name), name, numbers)

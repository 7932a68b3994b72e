"""The graph of a whole book: the same aggregates compiled to SQL and answered by DuckDB.

`History.around` answers each registration of a book as of its own moment, as the live graph would
have, had they arrived in the order of the world.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from graph.aggregates import (
    AGGREGATES,
    KEPT,
    KEPT_MARKS,
    LENGTH_US,
    LINKS,
    Link,
    MarkMeasure,
    Measure,
    Window,
    event_of,
    microseconds,
)
from graph.attributes import Key, Mark, Node
from graph.company import PLACE, Company

Outcome = tuple[datetime, bool]
"""When an outcome was confirmed, and whether it is fraud."""


class History:
    """A book and what became known of it; `outcomes` maps a registration's key to its outcome."""

    def __init__(self, outcomes: Mapping[Key, Outcome]) -> None:
        self._outcomes = outcomes

    def around(self, nodes: Sequence[Node]) -> list[Company]:
        """The company of each node, the whole book being `nodes`."""
        values = self.values(nodes)
        return [Company(row) for row in values]

    def marks(self, nodes: Sequence[Node]) -> list[Mark]:
        """The outcomes of the nodes, as marks."""
        return [Mark(n, *self._outcomes[n.key]) for n in nodes if n.key in self._outcomes]

    def values(self, nodes: Sequence[Node]) -> NDArray[np.float64]:
        """All aggregates of all nodes: float64 of shape (len(nodes), len(AGGREGATES))."""
        values = np.full((len(nodes), len(AGGREGATES)), np.nan)
        with duckdb.connect() as connection:
            _load(connection, nodes, self.marks(nodes))
            for link, measures in LINKS.items():
                rows = np.array(
                    [i for i, n in enumerate(nodes) if link.mine in n.tokens], dtype=np.int64
                )
                for over_marks in (False, True):
                    columns = [
                        (m, w)
                        for m, windows in measures.items()
                        if isinstance(m, MarkMeasure) == over_marks
                        for w in windows
                    ]
                    if columns:
                        _fill(connection, link, columns, rows, values)
        return values


def _load(
    connection: duckdb.DuckDBPyConnection, nodes: Sequence[Node], marks: Sequence[Mark]
) -> None:
    """Tables `node`, `holding` (node has attribute and token) and `mark`."""
    row_of = {n.key: i for i, n in enumerate(nodes)}
    events = [event_of(n) for n in nodes]
    columns = list(zip(*events, strict=True)) or [()] * 7
    names = ("at", "id", "institution", "holder", "family", "is_sim", "verified")
    types = (pa.int64(), *[pa.string()] * 4, pa.bool_(), pa.bool_())
    table = {n: pa.array(c, t) for n, c, t in zip(names, columns, types, strict=True)}
    table["n"] = pa.array(range(len(nodes)), pa.int64())
    connection.register("node_arrow", pa.table(table))
    holdings = [(i, a.value, t) for i, n in enumerate(nodes) for a, t in n.tokens.items()]
    connection.register(
        "holding_arrow", _table(holdings, n=pa.int64(), attribute=pa.string(), token=pa.string())
    )
    known = [(row_of[m.node.key], microseconds(m.confirmed_at), m.is_fraud) for m in marks]
    connection.register(
        "mark_arrow", _table(known, n=pa.int64(), confirmed=pa.int64(), is_fraud=pa.bool_())
    )
    for name in ("node", "holding", "mark"):
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM {name}_arrow")  # noqa: S608  # own names


def _table(rows: Sequence[tuple[object, ...]], **types: pa.DataType) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(types)
    return pa.table({n: pa.array(c, t) for (n, t), c in zip(types.items(), columns, strict=True)})


def _fill(
    connection: duckdb.DuckDBPyConnection,
    link: Link,
    columns: Sequence[tuple[Measure | MarkMeasure, Window]],
    rows: NDArray[np.int64],
    values: NDArray[np.float64],
) -> None:
    """Writes the columns of one link for the nodes that have its attribute."""
    places = [PLACE[f"{link.name}.{m.name}.{w.value}"] for m, w in columns]
    own = (0, "", "", "", "", False, False)
    for place, (measure, _) in zip(places, columns, strict=True):
        values[rows, place] = measure.count([], own)  # type: ignore[arg-type]  # nothing to count
    found = connection.execute(compiled(link, columns)).fetchnumpy()
    for i, place in enumerate(places):
        column = np.ma.filled(found[f"c{i}"].astype(np.float64), np.nan)
        values[found["n"], place] = column


def compiled(link: Link, columns: Sequence[tuple[Measure | MarkMeasure, Window]]) -> str:
    """The SQL of one link; `columns` are all over events or all over marks.

    Registrations (`r`) and what they may see (`e`) are numbered together within each token, so
    that a registration sees those numbered up to its own; buckets of the kept length keep the
    join linear in the book.
    """
    over_marks = isinstance(columns[0][0], MarkMeasure)
    kept = KEPT_MARKS if over_marks else KEPT[link.theirs]
    moment = "confirmed" if over_marks else "at"
    when = "mark.confirmed" if over_marks else "node.at"
    selected = ", ".join(
        f"{m.sql.format(w=_test(w, moment))} AS c{i}" for i, (m, w) in enumerate(columns)
    )
    order = 'moment, is_e, "at", id, institution' if over_marks else "moment, id, institution, is_e"
    return f"""
        WITH seen AS (
            SELECT h.token, 0 AS is_e, node.at AS moment, NULL::BIGINT AS confirmed,
                NULL::BOOLEAN AS is_fraud, node.*
            FROM holding h JOIN node USING (n) WHERE h.attribute = '{link.mine.value}'
            UNION ALL
            SELECT h.token, 1 AS is_e, {when} AS moment, confirmed, is_fraud, node.*
            FROM holding h JOIN node USING (n) {"" if over_marks else "LEFT"} JOIN mark USING (n)
            WHERE h.attribute = '{link.theirs.value}'),
        numbered AS (
            SELECT *, sum(is_e) OVER (
                PARTITION BY token ORDER BY {order} ROWS UNBOUNDED PRECEDING)::BIGINT AS seq
            FROM seen),
        r AS (
            SELECT *, unnest([seq // {kept}, seq // {kept} - 1]) AS bucket
            FROM numbered WHERE is_e = 0),
        e AS (SELECT *, seq // {kept} AS bucket FROM numbered WHERE is_e = 1)
        SELECT r.n AS n, {selected}
        FROM r JOIN e ON r.token = e.token AND r.bucket = e.bucket
            AND e.seq <= r.seq AND e.seq > r.seq - {kept}
        {"WHERE (e.at, e.id, e.institution) < (r.at, r.id, r.institution)" if over_marks else ""}
        GROUP BY r.n
    """  # noqa: S608  # built from the declared table alone


def _test(window: Window, moment: str) -> str:
    """Whether an earlier event or mark lies in the window before the registration."""
    return "true" if window is Window.ALL else f"r.at - e.{moment} <= {LENGTH_US[window]}"

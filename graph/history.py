"""The graph of a whole book: the same aggregates compiled to SQL and answered by DuckDB.

`History.around` answers each registration of a book as of its own moment, as the live graph would
have, had they arrived in the order of the world.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from graph.aggregates import (
    AGGREGATES,
    IDLE_US,
    KEPT,
    KEPT_BEYOND,
    KEPT_MARKS,
    LENGTH_US,
    LINKS,
    NEIGHBOURS,
    NUMBER,
    PERSONAL,
    REACHES,
    Link,
    Reach,
    Table,
    Window,
)
from graph.attributes import Attribute, Key, Mark, Node
from graph.columns import Columns, Outcome, columns_of, part_of
from graph.company import PLACE, Company
from graph.measures import Event, MarkMeasure, Measure


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
        for aggregates in aggregates_of(columns_of([part_of(nodes, 0, self._outcomes)])):
            for name, column in aggregates.items():
                values[:, PLACE[name]] = column
        return values


_MEMORY = "2GB"
"""What counting may take of it; of a larger book a part is laid aside on disk."""
Aggregated = dict[str, NDArray[np.float64]]
"""Some aggregates by name, each of shape (n,)."""


def aggregates_of(book: Columns) -> Iterator[Aggregated]:
    """The aggregates of all nodes of a book, link by link: never all of them at once.

    Those of all desks come first, for a desk is held against them.
    """
    with (
        TemporaryDirectory(prefix="chinhchu-counts-") as aside,
        duckdb.connect(config={"memory_limit": _MEMORY, "temp_directory": aside}) as connection,
    ):
        _load(connection, book)
        for link in sorted(LINKS, key=lambda k: k.mine is not Attribute.PEERS):
            asked = "SELECT n FROM holding WHERE attribute = ?"
            rows = connection.execute(asked, [link.mine.value]).fetchnumpy()["n"]
            yield _aggregated(connection, link, rows, len(book))
        _look_again(connection)
        for reach in REACHES:
            yield _aggregated(connection, reach, np.arange(len(book)), len(book))


def _aggregated(
    connection: duckdb.DuckDBPyConnection, link: Link | Reach, rows: NDArray[np.int64], n: int
) -> Aggregated:
    """The aggregates of one link; `rows` have its attribute.

    Who met others there over a personal value goes into table `meeting`, for the second look.
    """
    counted = Aggregated()
    for columns in _columns(LINKS[link] if isinstance(link, Link) else REACHES[link]):
        if isinstance(link, Link):
            over_marks = isinstance(columns[0][0], MarkMeasure)
            connection.execute(_numbered(link, over_marks=over_marks))
            if link.mine in PERSONAL and not over_marks:
                met = _met(link, "r.n, e.n AS other, e.rank, r.token")
                connection.execute(f"INSERT INTO meeting {met} WHERE e.holder <> r.holder")
            selected = f"r.n AS n, {_selected(columns)}"
            sql = f"{_met(link, selected, over_marks=over_marks)} GROUP BY r.n"
        else:
            sql = _reached(link, columns)
        found = connection.execute(sql).fetchnumpy()
        counted |= _counted(link, columns, rows, found, n)
    return counted


def _load(connection: duckdb.DuckDBPyConnection, book: Columns) -> None:
    """Tables `node`, `holding` and `mark`; `begun` is the rank from which events of a number count."""
    for name in ("node", "holding", "mark"):
        connection.register(f"{name}_arrow", getattr(book, name))
        more = ", 0::BIGINT AS begun" if name == "holding" else ""
        connection.execute(f"CREATE TABLE {name} AS SELECT *{more} FROM {name}_arrow")  # noqa: S608  # own names
        connection.unregister(f"{name}_arrow")
    _note_uses(connection)
    connection.execute(_uses_begun())
    connection.execute("DROP TABLE used")
    connection.execute("CREATE TABLE meeting (n BIGINT, other BIGINT, rank BIGINT, token INTEGER)")


Wanted = Sequence[tuple[Measure | MarkMeasure, Window]]


def _columns(table: Table) -> Iterator[Wanted]:
    """The columns over events, then those over marks, if any."""
    for over_marks in (False, True):
        columns = [
            (m, w)
            for m, windows in table.items()
            if isinstance(m, MarkMeasure) == over_marks
            for w in windows
        ]
        if columns:
            yield columns


def _counted(
    link: Link | Reach,
    columns: Wanted,
    rows: NDArray[np.int64],
    found: Mapping[str, NDArray[Any]],
    n: int,
) -> Aggregated:
    """The columns of one query; rows that it found nothing for have met nobody."""
    own = Event(0, "", "", "", "", is_sim=False, verified=False)
    counted = Aggregated()
    for i, (measure, window) in enumerate(columns):
        none = measure.count([], [], own) if isinstance(measure, Measure) else measure.count([])
        column = np.full(n, np.nan)
        column[rows] = none
        column[found["n"]] = np.ma.filled(found[f"c{i}"].astype(np.float64), np.nan)
        counted[f"{link.name}.{measure.name}.{window.value}"] = column
    return counted


def _selected(columns: Wanted) -> str:
    moment = "confirmed" if isinstance(columns[0][0], MarkMeasure) else "at"
    return ", ".join(
        f"{m.sql.format(w=_test(w, moment))} AS c{i}" for i, (m, w) in enumerate(columns)
    )


def _numbered(link: Link, *, over_marks: bool = False) -> str:
    """Table `numbered`: registrations, and what they may see at the link's place (`is_e`).

    Both are numbered together within each token, so that a registration sees those numbered up to
    its own. A table, for DuckDB reads one on all processors and what a query makes on one.
    """
    order, mine, theirs, marked = "rank, is_e", "", "", ""
    if over_marks:
        order = "moment, is_e, rank"
        mine = ", node.at AS moment, NULL::BIGINT AS confirmed, NULL::BOOLEAN AS is_fraud"
        theirs = ", confirmed AS moment, confirmed, is_fraud"
        marked = "JOIN mark USING (n)"
    return f"""
        CREATE OR REPLACE TABLE numbered AS WITH seen AS (
            SELECT h.token, h.begun, 0 AS is_e, node.*{mine}
            FROM holding h JOIN node USING (n) WHERE h.attribute = '{link.mine.value}'
            UNION ALL
            SELECT h.token, 0 AS begun, 1 AS is_e, node.*{theirs}
            FROM holding h JOIN node USING (n) {marked} WHERE h.attribute = '{link.theirs.value}')
        SELECT *, sum(is_e) OVER (
            PARTITION BY token ORDER BY {order} ROWS UNBOUNDED PRECEDING)::BIGINT AS seq FROM seen
    """  # noqa: S608  # built from the declared table alone


def _met(link: Link, selected: str, *, over_marks: bool = False) -> str:
    """Selects from registrations `r` joined with what they see (`e`), both of table `numbered`.

    Buckets of the kept length keep the join linear in the book.
    """
    kept = KEPT_MARKS if over_marks else KEPT[link.theirs]
    return f"""
        WITH r AS (
            SELECT *, {_SINCE}, seq - {kept - 1} AS first,
                unnest([seq // {kept}, seq // {kept} - 1]) AS bucket
            FROM numbered WHERE is_e = 0),
        e AS (
            SELECT *{_repeated(selected)}, seq // {kept} AS bucket FROM numbered WHERE is_e = 1)
        SELECT {selected}
        FROM r JOIN e ON r.token = e.token AND r.bucket = e.bucket
            AND e.seq BETWEEN r.first AND r.seq
            AND e.rank BETWEEN r.begun AND r.rank - 1
    """  # noqa: S608  # built from the declared table alone


def _repeated(selected: str, of: str = "token", seq: str = "seq") -> str:
    """Columns that are asked for: the numbers of the next and of the last event of the same kind."""
    return "".join(
        f", coalesce({step}({seq}) OVER (PARTITION BY {of}, {kind} ORDER BY {seq}), {none})"
        f" AS {column}"
        for kind in ("holder", "family", "institution", "province")
        for step, column, none in (
            ("lead", f"next_{kind}", _NEVER),
            ("lag", f"past_{kind}", -_NEVER),
        )
        if f"e.{column}" in selected
    )


_NEVER = 1 << 62


def _note_uses(connection: duckdb.DuckDBPyConnection) -> None:
    """Table `used`: what a registration sees of its numbers, who named and registered them, itself too."""
    connection.execute(f"""
        CREATE TABLE used AS SELECT n, rank, node.at AS moment, holder,
            mine.attribute::VARCHAR AS attribute, true AS registered
        FROM holding mine JOIN holding sim USING (n, token) JOIN node USING (n)
        WHERE sim.attribute = 'sim' AND mine.attribute IN ({_listed(NUMBER)})
    """)  # noqa: S608  # built from the declared table alone
    for mine, theirs in product(sorted(NUMBER), repeat=2):
        connection.execute(_numbered(Link("", mine, theirs)))
        columns = "r.n, e.rank, e.at, e.holder"
        seen = f"{columns}, '{mine.value}', {theirs is Attribute.SIM}"
        connection.execute(f"INSERT INTO used {_met(Link('', mine, theirs), seen)}")


def _uses_begun() -> str:
    """Sets where the present use of each registration's numbers began, as `sight` tells it."""
    return f"""
        UPDATE holding SET begun = present.began FROM (
            WITH event AS (
                SELECT n, attribute, rank, any_value(moment) AS moment,
                    any_value(holder) AS holder, bool_or(registered) AS registered
                FROM used GROUP BY n, attribute, rank),
            told AS (
                SELECT *, moment - lag(moment) OVER (PARTITION BY n, attribute ORDER BY rank)
                        AS idle,
                    last_value(CASE WHEN registered THEN holder END IGNORE NULLS) OVER (
                        PARTITION BY n, attribute ORDER BY rank
                        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS holder_before
                FROM event)
            SELECT n, attribute, max(rank) AS began FROM told
            WHERE registered AND holder <> holder_before AND idle >= {IDLE_US}
            GROUP BY n, attribute) present
        WHERE holding.n = present.n AND holding.attribute = present.attribute
    """  # noqa: S608  # built from the declared table alone


def _look_again(connection: duckdb.DuckDBPyConnection) -> None:
    """Tables of pairs of registrations, as `sight` has them, made of all meetings over one value.

    `met` those of others over personal values, `twice` over two or more; `way` the places to which
    a neighbour leads, `beyond` whom they lead to, `beyond_marked` of whom something is known there.
    """
    connection.execute(f"""
        DROP TABLE numbered;
        CREATE TABLE met AS
            SELECT n, other, any_value(rank) AS rank, min(token) <> max(token) AS twice
            FROM meeting GROUP BY n, other;
        DROP TABLE meeting;
        CREATE TABLE twice AS SELECT n, other FROM met WHERE twice;
        CREATE TABLE way AS {_ways()};
        CREATE TABLE beyond AS {_beyond()};
        CREATE TABLE beyond_marked AS {_beyond_marked()}
    """)  # noqa: S608  # built from the declared table alone


def _listed(attributes: Iterable[Attribute]) -> str:
    return ", ".join(f"'{a.value}'" for a in sorted(attributes))


def _ways() -> str:
    """Where the values of the latest neighbours lead; those of a number to both its uses.

    Nearly every place is that of one holder alone, of whom nothing is known, and leads nowhere: it
    is left out at once.
    """
    return f"""
        WITH neighbour AS (
            SELECT n, unnest(max_by(other, rank, {NEIGHBOURS})) AS other FROM met GROUP BY n),
        place AS (
            SELECT attribute, token, min(holder) AS lowest, max(holder) AS highest,
                count(mark.n) AS known
            FROM holding JOIN node USING (n) LEFT JOIN mark ON mark.n = node.n
            WHERE attribute IN ({_listed(PERSONAL)})
            GROUP BY attribute, token),
        onward AS (
            SELECT held.n AS other, held.token, place.attribute
            FROM holding held JOIN node USING (n) JOIN place ON place.token = held.token
            WHERE (lowest <> holder OR highest <> holder OR known > 0) AND (held.attribute = place.attribute
                OR (held.attribute IN ({_listed(NUMBER)})
                    AND place.attribute IN ({_listed(NUMBER)}))))
        SELECT DISTINCT n, other, token, attribute FROM neighbour JOIN onward USING (other)
        WHERE NOT EXISTS (FROM holding own WHERE own.n = neighbour.n AND own.token = onward.token)
    """  # noqa: S608  # built from the declared table alone


def _beyond() -> str:
    """Whom the ways lead to: at each place the latest, counted back from the last before me."""
    return f"""
        WITH place AS (
            SELECT attribute, token, rank, holding.n, row_number() OVER (
                PARTITION BY attribute, token ORDER BY rank) AS seq
            FROM holding JOIN node USING (n) WHERE attribute IN ({_listed(PERSONAL)})),
        ask AS (SELECT way.*, node.rank, node.holder FROM way JOIN node USING (n)),
        last AS (
            SELECT ask.*, place.seq FROM ask ASOF JOIN place
            ON ask.attribute = place.attribute AND ask.token = place.token
                AND place.rank < ask.rank)
        SELECT DISTINCT last.n, place.n AS other
        FROM last JOIN place USING (attribute, token)
        JOIN node far ON far.n = place.n JOIN node neighbour ON neighbour.n = last.other
        WHERE place.seq BETWEEN last.seq - {KEPT_BEYOND - 1} AND last.seq
            AND far.holder NOT IN (last.holder, neighbour.holder)
            AND NOT EXISTS (FROM met WHERE met.n = last.n AND met.other = place.n)
    """  # noqa: S608  # built from the declared table alone


def _beyond_marked() -> str:
    """Of whom beyond something is known among the latest marks of a place on the way."""
    return f"""
        WITH place AS (
            SELECT attribute, token, confirmed, holding.n, row_number() OVER (
                PARTITION BY attribute, token ORDER BY confirmed, rank) AS seq
            FROM holding JOIN node USING (n) JOIN mark USING (n)
            WHERE attribute IN ({_listed(PERSONAL)})),
        moment AS (SELECT attribute, token, confirmed, max(seq) AS seq FROM place GROUP BY ALL),
        ask AS (SELECT DISTINCT n, attribute, token, node.at FROM way JOIN node USING (n)),
        last AS (
            SELECT ask.*, moment.seq FROM ask ASOF JOIN moment
            ON ask.attribute = moment.attribute AND ask.token = moment.token
                AND moment.confirmed < ask.at)
        SELECT DISTINCT last.n, place.n AS other
        FROM last JOIN place USING (attribute, token)
        JOIN beyond ON beyond.n = last.n AND beyond.other = place.n
        WHERE place.seq BETWEEN last.seq - {KEPT_MARKS - 1} AND last.seq
    """  # noqa: S608  # built from the declared table alone


def _reached(reach: Reach, columns: Wanted) -> str:
    """The SQL of one look on, over the pairs of `_look_again`."""
    pairs, marks = reach.name, ""
    if isinstance(columns[0][0], MarkMeasure):
        pairs, marks = f"{reach.name}_marked", "JOIN mark ON mark.n = other"
    event = "node.*, mark.confirmed, mark.is_fraud" if marks else "node.*"
    selected = _selected(columns)
    return f"""
        SELECT r.n AS n, {selected}
        FROM (
            SELECT pair.n AS r_n, {event}{_repeated(selected, "pair.n", "rank")}
            FROM {pairs} pair JOIN node ON node.n = other {marks}) e
        JOIN (SELECT *, {_SINCE}, rank AS seq FROM node) r ON r.n = e.r_n
        GROUP BY r.n
    """  # noqa: S608  # built from the declared table alone


def _test(window: Window, moment: str) -> str:
    """Whether an earlier event or mark lies in the window before the registration."""
    return "true" if window is Window.ALL else f"e.{moment} >= r.since_{window.name}"


_SINCE = ", ".join(
    f'"at" - {length} AS since_{window.name}'
    for window, length in LENGTH_US.items()
    if window is not Window.ALL
)
"""When each window begins: reckoned once a registration, not once a pair."""

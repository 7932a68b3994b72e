"""Two CSV files, nodes and edges, with the headers of neo4j-admin; spreadsheets and i2 read them.

UTF-8 with a byte order mark, without which Excel and i2 garble Vietnamese; Neo4j skips the mark.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from graph.export.graphml import flat
from graph.export.picture import Fact, Picture

NODES, EDGES = "nodes.csv", "edges.csv"

_FORMULA = tuple("=+-@＝＋－＠")
"""A cell that begins so would be run by a spreadsheet, not shown."""


def write(drawn: Picture, folder: Path) -> None:
    """Writes `nodes.csv` and `edges.csv` into `folder`.

    Raises:
        OSError: they cannot be written.
    """
    columns: dict[str, str] = {}
    for point in drawn.points.values():
        for name, fact in point.facts.items():
            columns.setdefault(name, name + _type_of(fact))
    rows = []
    for point in drawn.points.values():
        facts = flat(point.facts)
        classes = ";".join(dict.fromkeys((point.pole, point.kind)))
        rows.append([point.id, classes, point.label, *(facts.get(name) for name in columns)])
    _write(folder / NODES, ["id:ID", ":LABEL", "label", *columns.values()], rows)
    links = (
        [link.source, link.target, link.kind, link.at.isoformat()] for link in drawn.links.values()
    )
    _write(folder / EDGES, [":START_ID", ":END_ID", ":TYPE", "at:datetime"], links)


def _type_of(fact: Fact) -> str:
    """What follows a property's name in the header; text is what it is without."""
    if isinstance(fact, bool):
        return ":boolean"
    if isinstance(fact, float):
        return ":double"
    return ":datetime" if isinstance(fact, datetime) else ""


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows([_cell(value) for value in row] for row in rows)


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value

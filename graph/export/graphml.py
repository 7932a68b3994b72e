"""GraphML, for Gephi, yEd and Neo4j: scalars alone, moments as ISO 8601."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import networkx as nx

from graph.export.picture import Fact, Header, Picture, one_line

FILE = "rings.graphml"


def write(drawn: Picture, header: Header, folder: Path) -> None:
    """Writes `rings.graphml` into `folder`.

    Raises:
        OSError: it cannot be written.
    """
    graph = nx.DiGraph(
        exported_at=header.exported_at.isoformat(),
        query=one_line(header.query),
        classification=one_line(header.classification),
        count=len(drawn.points),
    )
    for point in drawn.points.values():
        facts = flat(point.facts)
        graph.add_node(point.id, label=point.label, pole=point.pole, kind=point.kind, **facts)
    for link in drawn.links.values():
        graph.add_edge(link.source, link.target, kind=link.kind, at=link.at.isoformat())
    nx.write_graphml(graph, folder / FILE)


def flat(facts: Mapping[str, Fact]) -> dict[str, str | float | bool]:
    """Facts as scalars: several texts are joined, a moment is written out."""
    return {name: _scalar(fact) for name, fact in facts.items()}


def _scalar(fact: Fact) -> str | float | bool:
    if isinstance(fact, tuple):
        return "; ".join(fact)
    return fact.isoformat() if isinstance(fact, datetime) else fact

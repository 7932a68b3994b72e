"""Point-in-time rows: each registration's vector as of its own moment, beside what became known.

The facts of a book never lie in memory together: papers are examined in parts, and of each only its
numbers, its place in the graph and its groups are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from types import SimpleNamespace
from typing import NamedTuple, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features import vector
from features.evidence import PopulationRegister
from features.registration import Institution, Kind, Registration, RegistrationId
from features.vector import NAMES, OF_COMPANY, Feature
from features.vector.company import COMPANY
from features.vector.papers import PAPERS
from graph.aggregates import AGGREGATES
from graph.alone import alone
from graph.attributes import Attribute, Key, Node, Tokens, branch
from graph.columns import Outcome, Part, columns_of, part_of
from graph.company import Company
from graph.history import Aggregated, aggregates_of
from models.screening import Examined, Facts, examine
from training.book import Book
from training.clusters import clusters
from training.groups import Groups, groups_of
from training.processes import in_processes, without_collector

FRAUD, CLEARED, UNKNOWN = 1, 0, -1


def _link(name: str) -> str:
    """The link of an aggregate, or of a feature of company."""
    return name.partition(".")[0]


_ROWS_A_PART = 8_192
MANY = 50_000
"""Registrations that are worth the start of processes to examine them."""
_LINKS: dict[str, list[tuple[int, Feature]]] = {}
for _place, _feature in enumerate(COMPANY, start=len(PAPERS)):
    _LINKS.setdefault(_link(_feature.name), []).append((_place, _feature))
_PAPERS = len(PAPERS)
_NOBODY = Company(np.full(len(AGGREGATES), np.nan), known=False)
_EXCLUDED = ("rejected", "erased", "registrations_after", "labels_after", "labels_of_nobody")
_CODE = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    [("registration_id", pa.string())]
    + [(name, _CODE) for name in ("institution", "kind", "channel", "agent_id", "branch")]
    + [("typology", _CODE)]
    + [(name, _CODE) for name in Groups._fields]
)
"""Of `Dataset.rows`."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """Rows in the order of the world.

    `vectors` is float32 of shape (n, features). `at` is in seconds since 1970, `confirmed` too (NaN
    where unknown). `label` is 1 fraud, 0 cleared, -1 unknown: not known is not honest. `cluster`
    says who belongs together (`training.clusters`), `rows` has the columns of `SCHEMA`: who
    registered where, how a known fraud was done (null otherwise), and the groups of the holder.
    `excluded` counts what was read and is not in here, by reason.
    """

    vectors: NDArray[np.float32]
    at: NDArray[np.float64]
    label: NDArray[np.int8]
    confirmed: NDArray[np.float64]
    cluster: NDArray[np.int64]
    rows: pa.Table
    excluded: dict[str, int]

    def __len__(self) -> int:
        return len(self.at)

    def label_at(self, moment: float) -> NDArray[np.int8]:
        """The labels as they were known just before a moment, in seconds since 1970."""
        return np.where(self.confirmed < moment, self.label, UNKNOWN).astype(np.int8)


def build(book: Book, tokens: Tokens, *, processes: int = 1) -> Dataset:
    """The rows of a whole book; every vector sees only what was known at its moment.

    A large book may be examined in several processes (`training.processes`).
    """
    vectors = np.empty((len(book.registrations), len(NAMES)), dtype=np.float32)
    parts: list[Part] = []
    described = [SCHEMA.empty_table()]
    for start, told in zip(_starts(book), _examined(book, tokens, processes), strict=True):
        vectors[start : start + len(told.papers), :_PAPERS] = told.papers
        parts.append(told.part)
        described.append(told.rows)
    columns = columns_of(parts)
    parts.clear()
    rows = pa.concat_tables(described).unify_dictionaries()
    cluster = clusters(columns)
    peers: Aggregated = {}
    for aggregates in aggregates_of(columns):
        peers = peers or aggregates
        made = list(_of_company(peers | aggregates, _link(next(iter(aggregates)))))
        for start in _starts(book):  # some rows at a time, so that they stay in the cache
            part = slice(start, start + _ROWS_A_PART)
            for place, column in made:
                vectors[part, place] = column[part]
    label, confirmed = _known(book)
    at = np.array([r.registered_at.timestamp() for r in book.registrations])
    excluded = {name: book.counts[name] for name in _EXCLUDED if name in book.counts}
    return Dataset(vectors, at, label, confirmed, cluster, rows, excluded)


class _Told(NamedTuple):
    """What is kept of some registrations: the features of their papers, place in the graph, rows."""

    papers: NDArray[np.float32]
    part: Part
    rows: pa.Table


def _starts(book: Book) -> range:
    return range(0, len(book.registrations), _ROWS_A_PART)


def _examined(book: Book, tokens: Tokens, processes: int) -> Iterator[_Told]:
    """What is told of a book, part by part in its order."""
    asked = (_asked(book, start, tokens) for start in _starts(book))
    here = processes == 1 or len(book.registrations) < MANY
    with without_collector():
        yield from map(_tell, asked) if here else in_processes(processes, _tell, asked)


class _Asked(NamedTuple):
    """What it takes to examine some registrations, in any process."""

    registrations: Sequence[Registration]
    start: int
    outcomes: Mapping[Key, Outcome]
    typologies: Mapping[Key, str]
    register: PopulationRegister
    tokens: Tokens


def _asked(book: Book, start: int, tokens: Tokens) -> _Asked:
    part = book.registrations[start : start + _ROWS_A_PART]
    outcomes = {r.key: book.outcomes[r.key] for r in part if r.key in book.outcomes}
    typologies = {key: book.typologies[key] for key in outcomes if key in book.typologies}
    return _Asked(part, start, outcomes, typologies, book.register, tokens)


def _tell(asked: _Asked) -> _Told:
    """What is told of some registrations."""
    examined = examine(asked.registrations, asked.register, asked.tokens)
    nodes = [node for _, _, node in examined]
    return _Told(
        _of_papers(examined),
        part_of(nodes, asked.start, asked.outcomes),
        _rows(examined, asked.typologies),
    )


def _of_papers(examined: Sequence[Examined]) -> NDArray[np.float32]:
    """The features of the papers, shape (n, papers)."""
    matrix = np.empty((len(examined), _PAPERS), dtype=np.float32)
    for i, row in enumerate(examined):
        facts = Facts(*row, _NOBODY)  # no paper looks at company
        matrix[i] = [f.compute(facts) for f in PAPERS]
    return matrix


def _of_company(aggregates: Aggregated, link: str) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """The features of one link with their places in the vector, of shape (n,) each.

    Every feature takes columns as it takes the numbers of one registration.
    """
    facts = cast(vector.Facts, SimpleNamespace(company=aggregates))  # all that they look at
    for place, feature in _LINKS[link]:
        yield place, np.asarray(feature.compute(facts))


def _rows(examined: Sequence[Examined], typologies: Mapping[Key, str]) -> pa.Table:
    """Some rows of `Dataset.rows`."""
    described = [
        (
            r.registration_id,
            r.institution,
            r.kind.value,
            None if r.channel is None else r.channel.value,
            r.agent_id,
            branch(r),
            typologies.get(r.key),
            *groups_of(r, evidence, node.province),
        )
        for r, evidence, node in examined
    ]
    columns = zip(*described, strict=True)
    arrays = [pa.array(c, pa.string()).cast(f.type) for c, f in zip(columns, SCHEMA, strict=True)]
    return pa.table(arrays, schema=SCHEMA)


def _known(book: Book) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """Label and moment of confirmation of each registration."""
    n = len(book.registrations)
    label, confirmed = np.full(n, UNKNOWN, dtype=np.int8), np.full(n, np.nan)
    for i, r in enumerate(book.registrations):
        outcome = book.outcomes.get(r.key)
        if outcome is not None:
            label[i] = FRAUD if outcome[1] else CLEARED
            confirmed[i] = outcome[0].timestamp()
    return label, confirmed


def as_if_alone(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same registrations had nobody else registered: so looks the first of a ring.

    Args:
        vectors: shape (n, features).
    """
    return np.where(np.isnan(vectors), np.float32(np.nan), np.where(_COMPANY, _nobody(), vectors))


_COMPANY = np.array([name in OF_COMPANY for name in NAMES])


@cache
def _nobody() -> NDArray[np.float32]:
    """What each feature of company says, where the registration has the attribute, in an empty graph."""
    tokens = dict.fromkeys(Attribute, "00" * 16)
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    node = Node(
        RegistrationId("r"),
        Institution("i"),
        moment,
        Kind.SIM,
        "00" * 8,
        "00" * 8,
        verified=True,
        tokens=tokens,
    )
    (company,) = alone([node])
    aggregates = {a.name: np.array([company[a.name]]) for a in AGGREGATES}
    values = np.full(len(NAMES), np.nan, dtype=np.float32)
    for link in _LINKS:
        for place, column in _of_company(aggregates, link):
            values[place] = column[0]
    return values

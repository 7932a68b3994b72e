"""Where the past comes from that is watched: the ledger, or the folder of a backtest and its book."""

from __future__ import annotations

import json
import secrets
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from features.errors import ChinhchuError, InputError
from features.evidence import FIELDS
from features.reading import read_labels, read_registrations
from features.registration import Institution, Registration
from features.vector import NAMES
from graph.attributes import Tokens, branch
from graph.columns import Outcome
from models import registry
from service.ledger import Ledger
from service.ledger.past import Screened, last_screened, screened
from service.progress import Progress
from service.words import said
from training.book import BookFiles, open_book, registrations_meant
from training.dataset import CLEARED, FRAUD, UNKNOWN, build
from training.processes import processors
from training.typed_form import COLUMNS
from training.watch import Past

_LONGEST_PAST = timedelta(days=3 * 366)
_DECISION = ("decision", "risk", "identity", "ring_id")


@dataclass(frozen=True, slots=True)
class WatchedFiles:
    """A backtest's or a campaign's folder and the book that it judged."""

    decisions: Path
    registrations: Path
    labels: Path | None
    population: Path | None


@dataclass(slots=True)
class _Rows:
    """The columns of a past as they are gathered."""

    columns: dict[str, list[str | None]] = field(default_factory=lambda: defaultdict(list))
    at: list[float] = field(default_factory=list)
    risk: list[float] = field(default_factory=list)
    label: list[int] = field(default_factory=list)
    confirmed: list[float] = field(default_factory=list)
    typed: list[bool] = field(default_factory=list)

    def add(
        self,
        told: tuple[Institution, datetime, Registration | None],
        judged: dict[str, Any],
        checks: dict[str, str | None],
        outcome: Outcome | None,
    ) -> None:
        """Adds one answer; of an erased row what was typed is missing."""
        institution, moment, typed = told
        self.at.append(moment.timestamp())
        self.risk.append(judged["risk"])
        self.label.append(UNKNOWN if outcome is None else FRAUD if outcome[1] else CLEARED)
        self.confirmed.append(np.nan if outcome is None else outcome[0].timestamp())
        self.typed.append(typed is not None)
        of_row = {
            "institution": institution,
            "branch": None if typed is None else _branch_name(typed),
            **{name: judged[name] for name in _DECISION if name != "risk"},
            **{f"check_{name}": value for name, value in checks.items()},
            **{name: _text(getattr(typed, name, None)) for name in COLUMNS},
        }
        for name, value in of_row.items():
            self.columns[name].append(value)

    def past(self, features: tuple[tuple[str, ...], NDArray[np.float32]]) -> Past:
        """What was gathered, in the order in which it was added."""
        return Past(
            rows=pa.table({n: pa.array(v, pa.string()) for n, v in self.columns.items()}),
            at=np.array(self.at),
            risk=np.array(self.risk),
            label=np.array(self.label, dtype=np.int8),
            confirmed=np.array(self.confirmed),
            typed=np.array(self.typed, dtype=bool),
            features=features,
        )


def past_of_files(files: WatchedFiles, progress: Progress) -> Past:
    """The answers of a folder, beside the book; with a population also its features.

    A decision names no institution: where two institutions use one id, neither row is taken.

    Raises:
        InputError: a file cannot be read, or nothing in them belongs together.
    """
    decisions = _decisions(files.decisions)
    registrations, outcomes, features = _book(files, progress)
    progress.stage("read", "Đọc quyết định…", "Reading the decisions…")
    often: dict[str, int] = defaultdict(int)
    for registration in registrations:
        often[registration.registration_id] += 1
    rows, kept = _Rows(), []
    for i, r in enumerate(registrations):
        judged = decisions.get(r.registration_id)
        if judged is None or often[r.registration_id] > 1:
            continue
        checks = {name: judged[f"match_{name}"] for name in FIELDS}
        rows.add((r.institution, r.registered_at, r), judged, checks, outcomes.get(r.key))
        kept.append(i)
    if not kept:
        raise _nothing()
    names, values = features
    return rows.past((names, values[kept] if names else values))


def past_of_ledger(ledger: Ledger, home: Path, progress: Progress) -> Past:
    """The answers of the ledger's last three years, each as it was first given.

    Raises:
        InputError: nothing was screened yet.
    """
    progress.stage("read", "Đọc sổ cái…", "Reading the ledger…")
    rows, vectors = _Rows(), _Vectors(home)
    with ledger.connection() as door:
        last = last_screened(door)
        if last is None:
            raise _nothing()
        for i, s in enumerate(screened(door, ledger.keys, last - _LONGEST_PAST)):
            judged = {n: getattr(s, n) for n in _DECISION}
            told = (s.institution, s.registered_at, s.typed)
            rows.add(told, judged, dict(s.differences), s.outcome)
            vectors.add(s)
            progress.count(i + 1)
    return rows.past(vectors.features())


class _Vectors:
    """The stored vectors, by the features that all models had which judged these rows."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._names: dict[str, tuple[str, ...]] = {}
        self._parts: list[tuple[str, NDArray[np.float32]]] = []

    def add(self, row: Screened) -> None:
        """Adds the vector of one row."""
        values = np.frombuffer(row.vector, dtype="<f8").astype(np.float32)
        self._parts.append((row.model_version, values))

    def features(self) -> tuple[tuple[str, ...], NDArray[np.float32]]:
        """Names, and values of shape (rows, features)."""
        versions = {version for version, _ in self._parts}
        named = {version: _features_of(version, self._home) for version in versions}
        common = [n for n in NAMES if all(n in names for names in named.values())]
        places = {v: [names.index(n) for n in common] for v, names in named.items()}
        values = np.empty((len(self._parts), len(common)), dtype=np.float32)
        for i, (version, vector) in enumerate(self._parts):
            values[i] = vector[places[version]]
        return tuple(common), values


def _features_of(version: str, home: Path) -> tuple[str, ...]:
    """The features of a kept model; none where it is kept no longer."""
    try:
        folder = registry.resolve(version, home)
        return tuple(json.loads((folder / "features.json").read_text(encoding="utf-8")))
    except (ChinhchuError, OSError, ValueError):
        return ()


def _decisions(folder: Path) -> dict[str, dict[str, Any]]:
    """Each decision by its registration; ids that stand twice are left out.

    Raises:
        InputError: there is no `decisions.parquet` of this form.
    """
    file = folder / "decisions.parquet"
    try:
        names = ["registration_id", *_DECISION, *(f"match_{name}" for name in FIELDS)]
        rows = pq.read_table(file, columns=names).to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise InputError(
            said(f"{file}: không đọc được quyết định", f"{file}: no decisions can be read there")
        ) from error
    by_id = {row["registration_id"]: row for row in rows}
    if len(by_id) == len(rows):
        return by_id
    seen: dict[str, int] = defaultdict(int)
    for row in rows:
        seen[row["registration_id"]] += 1
    return {key: row for key, row in by_id.items() if seen[key] == 1}


def _book(
    files: WatchedFiles, progress: Progress
) -> tuple[
    Sequence[Registration],
    dict[tuple[Institution, Any], Outcome],
    tuple[tuple[str, ...], NDArray[np.float32]],
]:
    """Registrations in the order of the world, their outcomes, and their features if they can be had."""
    progress.stage("book", "Đọc sổ đăng ký…", "Reading the book…")
    if files.population is None:
        found = read_registrations(files.registrations).items
        labels = read_labels(files.labels).items if files.labels else []
        outcomes = {
            key: (label.confirmed_at, label.is_fraud)
            for label, key in registrations_meant(labels, found)
        }
        return sorted(found, key=lambda r: r.order), outcomes, ((), np.empty((0, 0), np.float32))
    book_files = BookFiles(files.population, files.registrations, files.labels)
    with open_book(book_files) as book:
        vectors = build(book, Tokens(secrets.token_bytes(32)), processes=processors()).vectors
        return book.registrations, book.outcomes, (NAMES, vectors.astype(np.float32))


def _branch_name(registration: Registration) -> str | None:
    """The code of the branch, after its institution where it does not say so itself."""
    found = branch(registration)
    if found is None:
        return None
    institution, _, code = found.partition(":")
    return code if code.startswith(institution.upper()) else f"{institution} {code}"


def _text(value: object) -> str | None:
    return None if value is None else value.value if isinstance(value, StrEnum) else str(value)


def _nothing() -> InputError:
    return InputError(said("chưa có gì được xét để theo dõi", "nothing was screened to be watched"))

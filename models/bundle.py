"""A released model as a folder of plain files: readable, diffable, safe to load.

model.txt          the LightGBM trees as text
calibration.json   {"raw": [...], "probability": [...]}
features.json      the names of the vector, in order
golden.json        a few dozen made-up facts with the vector and the risk they must give
card.json          version, when and on what it was trained, what it scored, the digest of the trees
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from features.cross_check import cross_check
from features.evidence import Evidence, Found, FoundBy, NotFound
from features.parsing import parse_person, parse_registration
from features.registration import Person, Registration
from features.vector import NAMES, vector
from models.calibration import Calibration
from models.errors import BundleError
from models.journal import check_model
from models.risk import RiskModel

FILES = ("model.txt", "calibration.json", "features.json", "golden.json", "card.json")


class NamedCounts(dict[str, float]):
    """Aggregates by name, as golden facts keep them; absent ones are NaN."""

    known = True

    def __missing__(self, name: str) -> float:
        return math.nan


@dataclass(frozen=True, slots=True)
class GoldenFacts:
    """Made-up facts; they hold nobody's data."""

    registration: Registration
    evidence: Evidence
    company: NamedCounts


@dataclass(frozen=True, slots=True)
class Golden:
    """Facts and what they must give: `row` is their plain form."""

    row: dict[str, Any]
    vector: tuple[float, ...]
    risk: float


def golden_row(
    registration: Registration, person: Person | None, counts: Mapping[str, float]
) -> dict[str, Any]:
    """The plain form of golden facts; a null person means that the register knows nobody."""
    return {
        "registration": _plain(registration),
        "person": None if person is None else _plain(person),
        "company": {n: v for n, v in counts.items() if not math.isnan(v)},
    }


def _plain(noun: Registration | Person) -> dict[str, Any]:
    return {
        k: v.isoformat() if isinstance(v, datetime | date) else v
        for k, v in asdict(noun).items()
        if v not in (None, ())
    }


def golden_facts(row: Mapping[str, Any]) -> GoldenFacts:
    """The facts of a plain row, with the evidence that this program finds in them.

    Raises:
        BundleError: the row is not one of registration, person and company.
    """
    registration = parse_registration(row["registration"])
    person = None if row["person"] is None else parse_person(row["person"])
    if not isinstance(registration, Registration) or isinstance(person, list):
        raise BundleError("golden.json holds facts that cannot be read")
    answer = NotFound() if person is None else Found(person, FoundBy.NUMBER)
    evidence = cross_check(registration, answer)
    return GoldenFacts(registration, evidence, NamedCounts(row["company"]))


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everything of a released model; `model_text` is LightGBM's own text form."""

    model_text: str
    calibration: Calibration
    golden: tuple[Golden, ...]
    card: dict[str, Any]
    names: tuple[str, ...] = NAMES

    @property
    def version(self) -> str:
        """What decisions name it by."""
        return str(self.card["version"])

    @property
    def learned_until(self) -> datetime | None:
        """The moment up to which it knew the world; None where it stands in, of a made-up one."""
        until = self.card.get("until")
        if until is None or "made_from" in self.card:
            return None
        moment = datetime.fromisoformat(until)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    def model(self) -> RiskModel:
        """The model, ready to judge."""
        return RiskModel(self.version, self.model_text, self.calibration, len(self.names))


def save(bundle: Bundle, folder: Path) -> None:
    """Writes the bundle's files into a new or empty folder."""
    folder.mkdir(parents=True, exist_ok=True)
    golden = [{**g.row, "vector": _nulls(g.vector), "risk": g.risk} for g in bundle.golden]
    card = {**bundle.card, "trees": _digest(bundle.model_text)}
    (folder / "model.txt").write_text(bundle.model_text, encoding="utf-8")
    for name, content in (
        ("calibration.json", asdict(bundle.calibration)),
        ("features.json", list(bundle.names)),
        ("golden.json", golden),
        ("card.json", card),
    ):
        text = json.dumps(content, ensure_ascii=False, indent=1 if name == "card.json" else None)
        (folder / name).write_text(text + "\n", encoding="utf-8")


def load(folder: Path) -> Bundle:
    """Reads a bundle and proves that this program computes what it was trained on.

    Raises:
        BundleError: a file is missing or unreadable, the features differ, or a golden fact gives
            another vector or another risk.
    """
    return _proven(folder, prove)


def load_to_replay(folder: Path) -> Bundle:
    """Reads a bundle that may know other features than this program: it judges stored vectors alone.

    Raises:
        BundleError: a file is missing or unreadable, or a golden vector gives another risk.
    """
    return _proven(folder, _prove_risks)


def _proven(folder: Path, prove: Callable[[Bundle], None]) -> Bundle:
    try:
        bundle = _read(folder)
        prove(bundle)
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise BundleError(f"model {folder.name}: not a readable bundle ({error})") from error
    return bundle


def _read(folder: Path) -> Bundle:
    read = {n: (folder / n).read_text(encoding="utf-8") for n in FILES}
    names = tuple(json.loads(read["features.json"]))
    card = json.loads(read["card.json"])
    check_model(str(card["version"]))
    # LightGBM may end the whole process over trees that somebody edited, so they stay unread.
    if card["trees"] != _digest(read["model.txt"]):
        raise BundleError(f"model {folder.name}: holds other trees than those released")
    calibration = Calibration(**_tuples(json.loads(read["calibration.json"])))
    golden = tuple(_golden(g) for g in json.loads(read["golden.json"]))
    if not golden:
        raise BundleError(f"model {card['version']}: holds no golden facts")
    return Bundle(read["model.txt"], calibration, golden, card, names)


def _digest(trees: str) -> str:
    return hashlib.sha256(trees.encode()).hexdigest()


def prove(bundle: Bundle) -> None:
    """Computes every golden fact again.

    Raises:
        BundleError: the features differ, or a vector or a risk does beyond rounding.
        ValueError: the card tells no day up to which it learned.
    """
    _ = bundle.learned_until
    if bundle.names != NAMES:
        odd = sorted(map(str, set(bundle.names) ^ set(NAMES)))[:3]
        told = f"e.g. {odd}" if odd else "their order"
        raise BundleError(f"model {bundle.version}: trained on other features ({told})")
    vectors = np.array([vector(golden_facts(g.row)) for g in bundle.golden])
    expected = np.array([g.vector for g in bundle.golden])
    if not np.allclose(vectors, expected, rtol=1e-9, atol=1e-9, equal_nan=True):
        wrong = np.flatnonzero(
            ~np.isclose(vectors, expected, rtol=1e-9, atol=1e-9, equal_nan=True).all(axis=0)
        )
        names = ", ".join(NAMES[i] for i in wrong[:3])
        raise BundleError(f"model {bundle.version}: golden facts give other values of {names}")
    _prove_risks(bundle)


def _prove_risks(bundle: Bundle) -> None:
    vectors = np.array([g.vector for g in bundle.golden])
    risks = bundle.model().risk(vectors)
    if not np.allclose(risks, [g.risk for g in bundle.golden], rtol=1e-7, atol=1e-9):
        raise BundleError(f"model {bundle.version}: golden facts give other risks")


def _golden(form: dict[str, Any]) -> Golden:
    values = tuple(math.nan if v is None else float(v) for v in form["vector"])
    row = {k: form[k] for k in ("registration", "person", "company")}
    return Golden(row, values, float(form["risk"]))


def _nulls(values: Sequence[float]) -> list[float | None]:
    """JSON knows no NaN."""
    return [None if math.isnan(v) else v for v in values]


def _tuples(form: dict[str, list[float]]) -> dict[str, tuple[float, ...]]:
    return {k: tuple(v) for k, v in form.items()}

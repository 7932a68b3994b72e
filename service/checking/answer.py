"""Asks the register in force about one registration, and the answer as a form for programs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from features import identity_number, weights
from features.comparison import doubts
from features.cross_check import cross_check
from features.difference import SENTENCES
from features.errors import DataFolderError, InputError, NewerFormatError
from features.evidence import Evidence
from features.identity_number import CONTRADICTIONS
from features.reading import Rejected
from features.register.replica import Replica
from features.registration import Registration
from features.weights import Step
from service import wiring
from service.checking import advice
from service.datafolder import NO_POPULATION, DataFolder, open_folder
from service.evidence_words import Words
from service.interruption import one_scratch
from service.settings import Settings
from service.words import said
from training.book import load_population, rows_rejected


@dataclass(frozen=True, slots=True)
class Source:
    """The register that was asked: `replica`, `remote` or `file`.

    `as_of` is the day of its data, None where it does not tell; `failure` says why it could not be
    asked; `rejected_rows` of a file could not be read.
    """

    kind: str
    as_of: date | None = None
    failure: Words | None = None
    rejected_rows: int = 0


@dataclass(frozen=True, slots=True)
class Check:
    """One registration, what the cross-check made of it, and against which register."""

    registration: Registration
    evidence: Evidence
    source: Source

    @property
    def doubts(self) -> tuple[str, ...]:
        """What the structure of the number given contradicts."""
        return doubts(self.registration)

    @property
    def steps(self) -> list[Step]:
        """The waterfall of evidence; empty where there was nobody to weigh."""
        found = self.evidence
        if found.balance is None or found.found_by is None:
            return []
        return weights.default().steps(found.fields, found.found_by, found.balance)


def check(settings: Settings, registration: Registration, population: Path | None) -> Check:
    """Asks the register in force, or that of a population file, about one registration.

    A register that cannot be asked is an answer. The lock of the data folder is left alone: a
    service may be running on it.

    Raises:
        DataFolderError: no population was ever loaded, or a newer program wrote it.
        InputError: the population file cannot be read.
    """
    if population is None:
        home = settings.home  # a check makes nothing, not even a folder
        kept = open_folder(home) if home.exists() else DataFolder(home)
        return _asked(settings, registration, kept.population)
    own = replace(settings, register_url=None)
    with _loaded(population) as (folder, rejected):
        made = _asked(own, registration, folder)
    source = replace(made.source, kind="file", as_of=None, rejected_rows=rejected)
    return replace(made, source=source)


@contextmanager
def _loaded(population: Path) -> Iterator[tuple[Path, int]]:
    """A population file as a replica for the time being, and how many rows are not in it."""
    if not population.exists():
        raise InputError(said(f"{population}: không có tệp này", f"{population}: no such file"))
    rejected: list[Rejected] = []
    with one_scratch(), TemporaryDirectory() as scratch:
        replica = Replica(Path(scratch))
        load_population(population, replica, rejected, datetime.now(UTC).date())
        replica.close()
        yield Path(scratch), rows_rejected(rejected)


def _asked(settings: Settings, registration: Registration, folder: Path) -> Check:
    with wiring.register_in_use(settings, folder) as register:
        source = Source("remote") if register.remote else _replica(folder)
        evidence = cross_check(registration, register.asked.ask([registration])[0])
    if not evidence.register_available and source.failure is None:
        source = replace(source, failure=_SILENT)
    return Check(registration, evidence, source)


_SILENT = ("cơ sở dữ liệu dân cư không trả lời", "the register did not answer")


def _replica(folder: Path) -> Source:
    try:
        snapshot = Replica(folder).snapshot()
    except NewerFormatError:
        raise
    except DataFolderError as error:
        return Source("replica", failure=(f"bản sao dân cư bị hỏng: {error}", str(error)))
    if snapshot is None:
        raise DataFolderError(said(*NO_POPULATION))
    return Source("replica", snapshot.as_of)


def form(made: Check, *, with_register: bool) -> dict[str, Any]:
    """The answer for programs, in both languages; its keys are always the same.

    A number that was not typed is the register's own value: it is told where that is asked for.
    """
    found, source = made.evidence, made.source
    number = found.matched_id_number
    balance, rules = found.balance, weights.default()
    return {
        "identity": found.identity.value,
        "matched_id_number": number if with_register or number == _typed(made) else None,
        "found_by": None if found.found_by is None else found.found_by.value,
        "several": found.several,
        "fields": {
            name: {"outcome": field.outcome.value, **_told(field.difference)}
            for name, field in found.fields.items()
        },
        "number_says": [{"code": code, **_both(CONTRADICTIONS[code])} for code in made.doubts],
        "against": None if balance is None else balance.likelier.value,
        "steps": [asdict(step) for step in made.steps],
        "bits": None if balance is None else balance.bits,
        "verified_bits": rules.verified_bits,
        "weights_version": rules.version,
        "next_steps": [{"field": h.field, **_both(h.words)} for h in advice.hints(found)],
        "register": {
            "kind": source.kind,
            "as_of": None if source.as_of is None else source.as_of.isoformat(),
            "available": found.register_available,
            "rejected_rows": source.rejected_rows,
            "failure": None if source.failure is None else _both(source.failure),
        },
    }


def _typed(made: Check) -> str | None:
    """The 12-digit number that was typed, as it is read."""
    candidates = identity_number.read(made.registration.document_number or "").candidates
    return candidates[0][0] if candidates else None


def _both(words: Words) -> dict[str, str]:
    return {"vi": words[0], "en": words[1]}


def _told(code: str) -> dict[str, str]:
    return {"difference": code, **_both(SENTENCES[code])}

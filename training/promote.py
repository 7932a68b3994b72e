"""Champion and challenger: a new model judges from now on unless it is worse on the same rows.

`promote` and `roll_back` are a person's own switches. Each is recorded with who and why.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from features.errors import ChinhchuError, DataFolderError, InputError, StorageFullError
from models import bundle as bundles
from models import registry
from models.bundle import Bundle
from models.registry import Order, Run
from training.comparing import Comparison

_TRAIN = "chinhchu train"


@dataclass(frozen=True, slots=True)
class Promotion:
    """What became of a trained model; the figures are those of the same later rows."""

    version: str
    folder: Path
    is_champion: bool
    why: str
    figures: dict[str, Any]
    champion_figures: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Release:
    """A model to be kept, how it compares, and what its training run tells."""

    bundle: Bundle
    compared: Comparison
    run: Run


def release(made: Release, home: Path, *, may_promote: bool, at: datetime) -> Promotion:
    """Keeps the model in the data folder, records it all, promotes if it may; `at` is now.

    The first model of a data folder is compared like any other, with the default one.

    Raises:
        DataFolderError: the data folder takes nothing; the champion is the same as before.
    """
    new, compared = made.bundle, made.compared
    better, why = compared.better, compared.why
    if registry.aliased("champion", home) is None:
        # The default model knows a made-up world alone: it stands in, and is no champion to beat.
        warned = "" if better else "warning: "
        better, why = True, f"the first of this data folder; {warned}{why}"
    if not may_promote:
        why = f"not promoted, as asked ({why})"
    is_champion = may_promote and better
    figures = new.card["later_part"]
    with _clear_errors(home):
        with TemporaryDirectory(prefix="chinhchu-bundle-") as scratch:
            bundles.save(new, Path(scratch))
            if made.run.card is not None:
                shutil.copytree(made.run.card, Path(scratch) / "card")
            kept = registry.keep(Path(scratch), new.version, home)
        registry.record(kept, home, made.run, is_champion=is_champion)
        if is_champion:
            registry.switch(new.version, home, Order(_TRAIN, why, at))
        else:
            registry.challenge(new.version, home)
    return Promotion(new.version, kept, is_champion, why, figures, compared.champion_figures)


@dataclass(frozen=True, slots=True)
class Switched:
    """A switch that a person ordered, and what keeps MLflow's book from telling it, if anything."""

    entry: dict[str, Any]
    book_refuses: str | None


def promote(reference: str, home: Path, order: Order) -> Switched:
    """Makes the champion what a reference names: an alias, a version, a folder, `default`.

    Raises:
        JudgementError: it names nothing, or the bundle cannot be used.
        InputError: it is the champion already.
    """
    folder = registry.resolve(reference, home)
    chosen = bundles.load(folder)
    champion = registry.aliased("champion", home)
    if champion is not None and champion.name == chosen.version:
        raise InputError(f"model {chosen.version}: it is the champion already")
    registry.keep(folder, chosen.version, home)
    return _switched(chosen.version, home, registry.switch(chosen.version, home, order))


def roll_back(home: Path, order: Order) -> Switched:
    """Makes the champion before this one the champion again; the two change places.

    Raises:
        JudgementError: there is none, or its bundle cannot be used.
    """
    version = bundles.load(registry.resolve("previous", home)).version
    return _switched(version, home, registry.switch(version, home, order))


def _switched(version: str, home: Path, entry: dict[str, Any]) -> Switched:
    try:
        registry.record_champion(version, home)
    except Exception as error:  # noqa: BLE001  # whatever its book does, the switch is made
        return Switched(entry, type(error).__name__)
    return Switched(entry, None)


@contextmanager
def _clear_errors(home: Path) -> Iterator[None]:
    """Turns what the disk and MLflow's book raise into one clear line."""
    try:
        yield
    except ChinhchuError:
        raise
    except OSError as error:
        reason = error.strerror or "disk"
        raise StorageFullError(f"{home}: the model cannot be kept ({reason})") from error
    except Exception as error:  # MLflow lets through whatever its database raises
        name = type(error).__name__
        raise DataFolderError(f"{home / 'mlflow'}: the model's book refuses ({name})") from error

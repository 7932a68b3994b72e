"""Champion and challenger: a new model judges from now on unless it is worse on the same rows.

`promote` and `roll_back` are a person's own switches. Each is recorded with who and why.
"""

from __future__ import annotations

import filecmp
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from features.errors import ChinhchuError, DataFolderError, InputError, StorageFullError
from models import bundle as bundles
from models import journal, registry
from models.bundle import Bundle
from models.errors import BundleError, OvertakenError, UnknownModelError
from models.registry import Order, Run
from training.comparing import Comparison, Words

_TRAIN = "chinhchu train"
_GATES = "gates.json"
_NO_GATES = {
    "vi": "không có cổng nào được ghi lại: không phải do `train` tạo ra tại đây",
    "en": "no gates on record: nothing tells that `train` made it",
}


@dataclass(frozen=True, slots=True)
class Promotion:
    """What became of a trained model; the figures are those of the same later rows."""

    version: str
    folder: Path
    is_champion: bool
    why: Words
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
    if compared.seen is None:
        better, why = _first(compared)
    if left := _left(new.version, home):
        better = False
        why = Words(
            f"{left} đã thay phiên bản này, nên nó chỉ thách đấu ({why.vi})",
            f"{left} switched away from this version, so it only challenges ({why.en})",
        )
    if not may_promote:
        why = Words(f"không thay, như đã yêu cầu ({why.vi})", f"not promoted, as asked ({why.en})")
    is_champion = may_promote and better
    figures = new.card["later_part"]
    with _clear_errors(home):
        with TemporaryDirectory(prefix="chinhchu-bundle-") as scratch:
            folder = Path(scratch) / "bundle"
            bundles.save(new, folder)
            told = registry.told_of(folder)
            told.mkdir()
            write_gates(compared, told)
            if made.run.card is not None:
                shutil.copytree(made.run.card, told / "card")
            kept = registry.keep(folder, new.version, home)
        registry.record(kept, home, made.run, is_champion=is_champion)
        order = Order(_TRAIN, why.en, at)
        if _call(kept, home, order, compared.seen, is_champion=is_champion) != is_champion:
            is_champion = False
            why = Words(
                f"mô hình chính đã đổi trong lúc huấn luyện, nên nó chỉ thách đấu ({why.vi})",
                f"the champion was switched meanwhile, so it only challenges ({why.en})",
            )
    return Promotion(new.version, kept, is_champion, why, figures, compared.champion_figures)


def _first(compared: Comparison) -> tuple[bool, Words]:
    """The first model of a data folder judges, unless its golden facts fail.

    The default model knows a made-up world alone: it stands in, and is no champion to beat.
    """
    better, why = compared.better, compared.why
    warned = Words("", "") if better else Words("cảnh báo: ", "warning: ")
    first = "mô hình đầu tiên của thư mục dữ liệu này", "the first of this data folder"
    proven = all(gate.passed for gate in compared.gates if gate.name == "golden_facts")
    return proven, Words(f"{first[0]}; {warned.vi}{why.vi}", f"{first[1]}; {warned.en}{why.en}")


def _left(version: str, home: Path) -> str | None:
    """Who took a version out of office, a person or the breaker, where that was the last of it."""
    told = [e for e in registry.switches(home) if version in (e["from"], e["to"])]
    for entry in told[-1:]:
        if entry["from"] == version and entry["by"] != _TRAIN:
            return str(entry["by"])
    return None


def _call(kept: Path, home: Path, order: Order, over: str | None, *, is_champion: bool) -> bool:
    """Has a kept version judge or challenge; gives whether it judges.

    Trained again to the same bytes, it goes on judging; where another one than `over` judges by
    now, it was compared with the wrong one, and challenges.
    """
    now = registry.aliased("champion", home)
    if now == kept:
        return is_champion
    if is_champion:
        try:
            gates = _brief(gates_of(kept).found)
            registry.switch(kept.name, home, order, gates=gates, over=over)
        except OvertakenError:
            now = registry.champion_folder(home)
            registry.record_champion(now.name, home)
        else:
            return True
    registry.challenge(kept.name, home)
    return False


class GateError(ChinhchuError):
    """A gate that a model failed; `vietnamese` and `english` are its line."""

    def __init__(self, version: str, gate: Mapping[str, Any]) -> None:
        self.vietnamese, self.english = (f"{version}: {gate[name]}" for name in ("vi", "en"))
        super().__init__(self.english)


@dataclass(frozen=True, slots=True)
class Gates:
    """What a kept model was held to when it was made, and beside which model; none where unknown.

    Each gate has `name`, `passed` (None where too little was known to tell), a sentence in `vi` and `en`, and `figures`.
    """

    against: str
    found: list[dict[str, Any]]


def gates_of(folder: Path) -> Gates:
    """The gates on record beside a bundle.

    Raises:
        BundleError: they cannot be read.
    """
    try:
        form = json.loads((registry.told_of(folder) / _GATES).read_text(encoding="utf-8"))
        return Gates(str(form["against"]), list(form["gates"]))
    except FileNotFoundError:
        return Gates("", [])
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise BundleError(f"model {folder.name}: {_GATES} cannot be read") from error


def write_gates(compared: Comparison, folder: Path) -> None:
    """Writes what a bundle was held to."""
    gates = [
        {
            "name": gate.name,
            "passed": gate.passed,
            "vi": gate.said_vi,
            "en": gate.said_en,
            "figures": gate.figures,
        }
        for gate in compared.gates
    ]
    text = json.dumps({"against": compared.called.en, "gates": gates}, ensure_ascii=False, indent=1)
    (folder / _GATES).write_text(text + "\n", encoding="utf-8")


def _brief(gates: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{"name": gate["name"], "passed": gate["passed"]} for gate in gates]


@dataclass(frozen=True, slots=True)
class Switched:
    """A switch that a person ordered, and what keeps MLflow's book from telling it, if anything."""

    entry: dict[str, Any]
    book_refuses: str | None


def promote(reference: str, home: Path, order: Order, *, force: bool = False) -> Switched:
    """Makes the champion what a reference names: an alias, a version, a folder, `default`.

    It is held to the gates that its training found it to pass or fail, and one that is not packaged
    needs gates on record; `force` promotes it all the same, which is recorded. A bundle that cannot be used is never promoted.

    Raises:
        GateError: it failed a gate, or none is on record.
        JudgementError: it names nothing, or the bundle cannot be used.
        InputError: it is the champion already.
    """
    folder = registry.resolve(reference, home)
    chosen = bundles.load(folder)
    champion = registry.aliased("champion", home)
    if champion is not None and champion.name == chosen.version:
        raise InputError(
            f"model {chosen.version}: it is the champion already",
            f"mô hình {chosen.version}: đang là mô hình chính rồi",
        )
    found = gates_of(folder).found
    failed = [gate for gate in found if gate["passed"] is False]
    packaged = (registry.DEFAULT, home / "models" / registry.default_version())
    if not found and folder not in packaged:
        failed = [_NO_GATES]
    if failed and not force:
        raise GateError(chosen.version, failed[0])
    kept = registry.keep(folder, chosen.version, home)
    if filecmp.cmpfiles(folder, kept, bundles.FILES, shallow=False)[0] != list(bundles.FILES):
        raise BundleError(f"model {chosen.version}: kept before with other content")
    forced = bool(failed)
    entry = registry.switch(chosen.version, home, order, gates=_brief(found), forced=forced)
    return _switched(chosen.version, home, entry)


def roll_back(home: Path, order: Order) -> Switched:
    """Makes the champion before this one the champion again; the two change places.

    Raises:
        JudgementError: there is none, the circuit breaker held it, or its bundle cannot be used.
    """
    before = registry.aliased("previous", home)
    if before is None:
        raise UnknownModelError(
            "there is no champion before this one; `chinhchu model promote default` takes the packaged one"
        )
    if before.name in journal.held(registry.journal_of(home)):
        raise UnknownModelError(
            f"the circuit breaker held model {before.name}; who wants it all the same says `chinhchu model promote {before.name}`"
        )
    version = bundles.load(before).version
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

"""Released models: where they lie, which one judges, and MLflow's book of how they came to be.

Serving, backtest and campaign read plain folders under `models/` of the data folder and never
import mlflow: `champion`, `challenger` and `previous` are one-line files that name a version.
Each switch of the champion is a line of `promotions.jsonl`. Only `record` and `record_champion` open
MLflow.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from models import journal
from models.errors import OvertakenError, UnknownModelError

if TYPE_CHECKING:
    from mlflow import MlflowClient

DEFAULT = Path(__file__).parent / "default"
ANY = "*"
"""Whatever judges: no version is called so."""
ALIASES = journal.MODEL_ALIASES
_NAME = "chinhchu-risk"
_AT_ONCE = 500
"""Metrics that MLflow takes in one call; it takes a thousand at most."""


def resolve(reference: str | None, home: Path) -> Path:
    """The bundle folder that a reference names.

    Args:
        reference: `champion`, `challenger`, `previous`, `default`, a version, or a folder; None is
            the champion, and the default model on a fresh installation.
        home: the data folder.

    Raises:
        UnknownModelError: the reference names nothing.
    """
    if reference is None:
        return aliased("champion", home) or DEFAULT
    if reference == "default":
        return DEFAULT
    found = aliased(reference, home) if reference in ALIASES else home / "models" / reference
    for folder in (found, Path(reference)):
        if folder is not None and (folder / "card.json").is_file():
            return folder
    raise UnknownModelError(
        f"model {reference}: no alias, version or bundle folder of that name",
        f"mô hình {reference}: không có tên gọi, phiên bản hay thư mục mô hình nào như vậy",
    )


def default_version() -> str:
    """What the packaged model is called."""
    return str(json.loads((DEFAULT / "card.json").read_text(encoding="utf-8"))["version"])


def champion_folder(home: Path) -> Path:
    """The model that judges: the champion, or the default one before any promotion."""
    return resolve(None, home)


def aliased(alias: str, home: Path) -> Path | None:
    """The folder that an alias names now, None where it names none."""
    folder = home / "models"
    version = journal.named(folder / alias)
    if alias == "previous":
        champion = journal.named(folder / "champion")
        version = journal.named_before(folder / alias, champion, journal_of(home))
    return None if version is None else folder / version


def keep(bundle_folder: Path, version: str, home: Path) -> Path:
    """Copies a bundle into the data folder, whole or not at all; a kept version stays as it is.

    What its training run told goes along, before it.

    Raises:
        BundleError: no model may be called so.
    """
    journal.check_model(version)
    kept = home / "models" / version
    if kept.exists():
        return kept
    kept.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(mkdtemp(prefix=".", dir=kept.parent))
    try:
        for folder, place in ((told_of(bundle_folder), told_of(kept)), (bundle_folder, kept)):
            if folder.exists():
                copy = aside / place.name
                shutil.copytree(folder, copy, copy_function=shutil.copyfile)
                shutil.rmtree(place, ignore_errors=True)
                copy.rename(place)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return kept


def told_of(bundle_folder: Path) -> Path:
    """Where lies what a training run told of its bundle: gates and card.

    Not in it: a bundle is equal byte for byte whenever it is made, whatever it was compared with and
    however long a score took.
    """
    return bundle_folder.with_name(f"{bundle_folder.name}.told")


def promote(version: str, home: Path) -> None:
    """Makes a kept version the champion; the one before it becomes `previous`.

    Where the packaged model judged, it is kept under its version, so that it can judge again.
    """
    before = aliased("champion", home) or keep(DEFAULT, default_version(), home)
    if before.name != version:
        journal.point(home / "models" / "previous", before.name)
    journal.point(home / "models" / "champion", version)
    challenger = aliased("challenger", home)
    if challenger is not None and challenger.name == version:  # it challenges nobody any more
        (home / "models" / "challenger").unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Order:
    """Who has the champion switched, why, and when; `patience` is what `journal.writing` takes."""

    by: str
    why: str
    at: datetime
    patience: float = journal.PATIENCE


def switch(
    version: str,
    home: Path,
    order: Order,
    *,
    gates: Sequence[Mapping[str, Any]] = (),
    forced: bool = False,
    over: str | None = ANY,
) -> dict[str, Any]:
    """Promotes a kept version, recorded before it judges; gives the entry.

    `gates` are those that it was held to, `forced` whether it failed one and judges all the same,
    `over` the champion that it was found to be no worse than, None where there was none.

    Raises:
        OvertakenError: another one than `over` is the champion by now.
    """
    with journal.writing(journal_of(home), order.patience) as add:
        before = aliased("champion", home)
        if over not in (ANY, None if before is None else before.name):
            raise OvertakenError(f"model {version}: the champion was switched meanwhile")
        entry = {
            "at": order.at.isoformat(),
            "by": order.by,
            "why": order.why,
            "from": None if before is None else before.name,
            "to": version,
            "gates": list(gates),
            "forced": forced,
        }
        add(entry)
        promote(version, home)
    return entry


def switches(home: Path) -> list[dict[str, Any]]:
    """Every recorded switch of the champion, the first one first."""
    return [{"gates": [], "forced": False} | told for told in journal.switches(journal_of(home))]


def journal_of(home: Path) -> Path:
    """The journal of the champion's switches."""
    return home / "models" / "promotions.jsonl"


def versions(home: Path) -> list[Path]:
    """The folders of all kept versions, by name."""
    return sorted(card.parent for card in (home / "models").glob("[!.]*/card.json"))


def challenge(version: str, home: Path) -> None:
    """Makes a kept version the challenger: it judges only where somebody asks for it."""
    journal.point(home / "models" / "challenger", version)


@dataclass(frozen=True, slots=True)
class Run:
    """What a training run tells: figures and parameters by name, and the folder of its card, if any."""

    metrics: Mapping[str, float]
    parameters: Mapping[str, str]
    card: Path | None


def record(kept: Path, home: Path, told: Run, *, is_champion: bool) -> None:
    """Writes a run, its figures and a registered version into MLflow on a SQLite file.

    Args:
        kept: the bundle's folder, whose files become the run's artefacts, beside its card.
        home: the data folder, where the book lies under `mlflow/`.
        told: becomes the run's metrics and parameters.
        is_champion: whether the alias `champion` moves to this version.
    """
    client = _client(home)
    experiment = client.get_experiment_by_name(_NAME)
    where = (home / "mlflow" / "artifacts").as_uri()
    experiment_id = (
        experiment.experiment_id
        if experiment is not None
        else client.create_experiment(_NAME, artifact_location=where)
    )
    run = client.create_run(experiment_id, run_name=kept.name)
    run_id = run.info.run_id
    _log(client, run_id, told)
    for file in kept.iterdir():
        client.log_artifact(run_id, str(file), artifact_path="bundle")
    client.set_terminated(run_id)
    if not client.search_registered_models(f"name = '{_NAME}'"):
        client.create_registered_model(_NAME)
    source = f"{run.info.artifact_uri}/bundle"
    made = client.create_model_version(
        _NAME, source=source, run_id=run_id, tags={"bundle": kept.name}
    )
    alias = "champion" if is_champion else "challenger"
    client.set_registered_model_alias(_NAME, alias, made.version)


def _log(client: MlflowClient, run_id: str, told: Run) -> None:
    from mlflow.entities import Metric, Param  # noqa: PLC0415  # as for the client

    metrics = [Metric(name, value, 0, 0) for name, value in told.metrics.items()]
    parameters = [Param(name, value) for name, value in told.parameters.items()]
    for start in range(0, len(metrics), _AT_ONCE):
        client.log_batch(run_id, metrics=metrics[start : start + _AT_ONCE])
    client.log_batch(run_id, params=parameters)
    if told.card is not None:
        client.log_artifacts(run_id, str(told.card), artifact_path="card")


def record_champion(version: str, home: Path) -> None:
    """Moves MLflow's alias `champion`; a version that its book does not hold leaves it as it is."""
    if not (home / "mlflow" / "mlflow.db").exists():
        return
    client = _client(home)
    for known in client.search_model_versions(f"name = '{_NAME}'"):
        if known.tags.get("bundle") == version:
            client.set_registered_model_alias(_NAME, "champion", known.version)
            return


def _client(home: Path) -> MlflowClient:
    # Nothing of a training run may leave the machine.
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("DO_NOT_TRACK", "true")
    os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")  # its tables are no news to a user
    from mlflow import MlflowClient  # noqa: PLC0415  # seconds; only who records pays for it

    (home / "mlflow").mkdir(parents=True, exist_ok=True)
    return MlflowClient(tracking_uri=f"sqlite:///{home / 'mlflow' / 'mlflow.db'}")

"""The registry: plain folders and one-line aliases; MLflow's book beside them, met by one door."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from models import bundle as bundles
from models import registry
from models.errors import BundleError, UnknownModelError
from models.registry import DEFAULT, aliased, challenge, champion_folder, keep, promote, resolve

ROOT = Path(__file__).parents[2]


@pytest.fixture
def kept(tmp_path):
    """Keeps versions that are a card alone."""

    def make(version: str) -> Path:
        made = tmp_path / "made" / version
        made.mkdir(parents=True)
        (made / "card.json").write_text(f'{{"version": "{version}"}}')
        return keep(made, version, tmp_path / "home")

    return make


@pytest.fixture
def home(tmp_path) -> Path:
    return tmp_path / "home"


def test_a_fresh_installation_judges_with_the_default_model(home):
    assert resolve(None, home) == DEFAULT == champion_folder(home)
    assert resolve("default", home) == DEFAULT
    assert aliased("champion", home) is None


def test_what_is_promoted_judges_and_the_one_before_it_can_come_back(home, kept):
    one, two = kept("v1"), kept("v2")
    assert resolve(None, home) == DEFAULT  # kept is not promoted
    promote("v1", home)
    assert resolve(None, home) == resolve("champion", home) == one
    promote("v2", home)
    assert (resolve("champion", home), resolve("previous", home)) == (two, one)
    promote("v1", home)
    assert (resolve("champion", home), resolve("previous", home)) == (one, two)


def test_a_challenger_judges_only_where_it_is_asked_for(home, kept):
    one, two = kept("v1"), kept("v2")
    promote("v1", home)
    challenge("v2", home)
    assert (resolve(None, home), resolve("challenger", home)) == (one, two)
    assert aliased("previous", home) == home / "models" / registry.default_version()


def test_promoting_the_champion_again_forgets_nothing(home, kept):
    one, two = kept("v1"), kept("v2")
    promote("v1", home)
    promote("v2", home)
    promote("v2", home)
    assert (resolve("champion", home), resolve("previous", home)) == (two, one)


def test_a_version_a_folder_and_the_default_can_be_named_after_a_promotion(home, kept, tmp_path):
    one = kept("v1")
    promote("v1", home)
    assert resolve("v1", home) == one
    assert resolve(str(tmp_path / "made" / "v1"), home) == tmp_path / "made" / "v1"
    assert resolve("default", home) == DEFAULT


@pytest.mark.parametrize("reference", ["v9", "previous", "challenger", "champion", "", "/nowhere"])
def test_a_reference_that_names_nothing_is_refused_in_one_line(home, reference):
    with pytest.raises(UnknownModelError) as refused:
        resolve(reference, home)
    assert reference in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_kept_version_stays_as_it_is_and_nothing_half_written_is_left(home, kept, tmp_path):
    one = kept("v1")
    other = tmp_path / "other"
    other.mkdir()
    (other / "card.json").write_text("{}")
    assert keep(other, "v1", home) == one
    assert (one / "card.json").read_text() == '{"version": "v1"}'
    assert [p.name for p in (home / "models").iterdir()] == ["v1"]


@pytest.mark.parametrize(
    "version",
    ["../../../escaped", "", ".", "previous", "champion", "default", "v1.told", "promotions.jsonl"]
    + ["a/b", ".v1", "v" * 65, "v1\n", "v\0"],
)
def test_what_is_no_name_of_a_model_is_neither_kept_nor_read(home, trained, tmp_path, version):
    odd = replace(trained.bundle, card=trained.bundle.card | {"version": version})
    bundles.save(odd, tmp_path / "bundle")
    with pytest.raises(BundleError, match="may be called so"):
        bundles.load(tmp_path / "bundle")
    with pytest.raises(BundleError, match="may be called so"):
        keep(tmp_path / "bundle", version, home)
    assert not home.exists()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # between libraries of MLflow
def test_mlflow_remembers_each_training_and_who_is_champion(trained, home, tmp_path, monkeypatch):
    import mlflow  # noqa: PLC0415  # seconds; only this test pays for them

    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    monkeypatch.setenv("DO_NOT_TRACK", "true")
    bundles.save(trained.bundle, tmp_path / "bundle")
    folders = [keep(tmp_path / "bundle", version, home) for version in ("v1", "v2")]
    for folder, is_champion in zip(folders, (True, False), strict=True):
        told = registry.Run({"average_precision": 0.5}, {"rounds": "30"}, None)
        registry.record(folder, home, told, is_champion=is_champion)
    client = mlflow.MlflowClient(tracking_uri=f"sqlite:///{home / 'mlflow' / 'mlflow.db'}")
    (model,) = client.search_registered_models()
    aliases = {
        alias: client.get_model_version_by_alias(model.name, alias)
        for alias in ("champion", "challenger")
    }
    assert {a: v.tags["bundle"] for a, v in aliases.items()} == {
        "champion": "v1",
        "challenger": "v2",
    }
    run = client.get_run(aliases["champion"].run_id)
    assert run.info.status == "FINISHED"
    assert run.data.metrics == {"average_precision": 0.5}
    assert run.data.params == {"rounds": "30"}
    inside = {f.path for f in client.list_artifacts(run.info.run_id, "bundle")}
    assert inside == {f"bundle/{name}" for name in bundles.FILES}
    for version, champion in (("v2", "v2"), ("v1", "v1"), ("not in the book", "v1")):
        registry.record_champion(version, home)
        judging = client.get_model_version_by_alias(model.name, "champion")
        assert judging.tags["bundle"] == champion


HEAVY = ("mlflow", "lightgbm", "sklearn")
LIGHT = [  # (modules imported, what they must not bring along)
    ("features.vector, features.cross_check, features.reading", (*HEAVY, "duckdb", "redis")),
    ("graph.live, graph.history, graph.rings", HEAVY),
    ("models.registry, models.screening, models.bundle, models.policy", HEAVY),
    ("service.app", ("mlflow", "nicegui")),
    ("service.cli", HEAVY),
]


@pytest.mark.parametrize(("modules", "unwanted"), LIGHT)
def test_an_import_brings_nothing_heavy_along(modules, unwanted):
    code = f"import sys, {modules}; print(*(m for m in {unwanted!r} if m in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []

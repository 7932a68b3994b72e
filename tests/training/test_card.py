"""Laws of the model card: each figure stands in the book of training runs, and nobody stands in it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from models import bundle as bundles
from models import registry
from models.registry import DEFAULT
from training import card, resampling
from training.comparing import compare
from training.evaluate import Rows, assess
from training.train import Trained

pytestmark = [
    pytest.mark.xdist_group("training"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # between libraries of MLflow
]
N = 3_000


@pytest.fixture(scope="module")
def trained() -> Trained:
    """The default model, beside outcomes and a risk that were made up."""
    dice = np.random.default_rng(0)
    label = dice.choice([-1, 0, 1], N, p=[0.88, 0.1, 0.02]).astype(np.int8)
    risk = np.exp(dice.normal(size=N) + 3 * (label == 1) - 5).clip(0, 1)
    groups = {
        "institution": dice.choice(["VCB", "MB%", ""], N),
        "age_group": dice.choice(["under_25", "25_59"], N),
        "typology": np.where(label == 1, "rented", ""),
    }
    rows = Rows(
        label, np.sort(dice.uniform(0, 90, N)) * 86_400, np.arange(N) // 3, np.ones(N), groups
    )
    bundle = bundles.load(DEFAULT)
    made = {"recipe": {"num_leaves": 31}, "label_delay_days_90%": 61.5}
    bundle = replace(bundle, card=bundle.card | made)
    vectors = np.array([bundle.golden[i % len(bundle.golden)].vector for i in range(N)])
    orders = {"rules": dice.integers(0, 3, N).astype(float), "papers": dice.random(N)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resampling, "REPLICATES", 20)
        found = assess(risk, rows)
    return Trained(bundle, vectors.astype(np.float32), rows, risk, found, orders)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def run(trained, home) -> registry.Run:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resampling, "REPLICATES", 20)
        compared = compare(trained, home, count(0, 1_000).__next__)
        return card.write(trained, compared, home / "card")


def test_a_card_is_a_page_plots_and_numbers(run):
    assert {path.name for path in run.card.iterdir()} == {
        *("card.md", "figures.json", "precision_recall.png", "reliability.png", "cost.png"),
        *("time_to_catch.png", "groups.png"),
    }
    page = (run.card / "card.md").read_text()
    for heading in ("Xếp hạng", "Ranking", "Hiệu chỉnh", "Calibration", "Nhóm", "Groups", "Cổng"):
        assert heading in page
    assert all((run.card / name).exists() for name in re.findall(r"\((\w+\.png)\)", page))


def test_every_figure_of_the_page_is_a_metric(run):
    numbers = {f"{value:.4g}" for value in run.metrics.values()}
    numbers |= {f"{value:,.0f}" for value in run.metrics.values()}
    page = (run.card / "card.md").read_text()
    tables = page[page.index("## Dữ liệu") : page.index("## Cổng")]
    cells = [
        cell for line in tables.splitlines() if line.startswith("|") for cell in line.split("|")[2:]
    ]
    told = re.findall(r"(?<![\w.])-?\d[\d,.e+-]*", " ".join(cells))
    assert len(told) > 200
    assert set(told) <= numbers


def test_every_figure_of_the_card_is_in_the_book_of_training_runs(run, trained, home):
    kept = registry.keep(DEFAULT, trained.bundle.version, home)
    registry.record(kept, home, run, is_champion=False)
    client = registry._client(home)
    (found,) = client.search_runs([client.get_experiment_by_name("chinhchu-risk").experiment_id])
    assert found.data.metrics == pytest.approx(
        json.loads((run.card / "figures.json").read_text())["metrics"]
    )
    assert found.data.params == run.parameters
    assert found.data.params.items() >= {("num_leaves", "31"), ("label_delay_days_90pct", "61.5")}
    logged = {file.path for file in client.list_artifacts(found.info.run_id, "card")}
    assert logged == {f"card/{path.name}" for path in run.card.iterdir()}
    bundle = {file.path for file in client.list_artifacts(found.info.run_id, "bundle")}
    assert bundle == {f"bundle/{name}" for name in bundles.FILES}


def test_a_card_beside_a_bundle_changes_nothing_of_it(run, tmp_path):
    made = tmp_path / "made"
    bundles.save(bundles.load(DEFAULT), made)
    (tmp_path / "made.told").mkdir()
    (tmp_path / "made.told" / "card.md").write_bytes((run.card / "card.md").read_bytes())
    kept = registry.keep(made, "v1", tmp_path)
    assert bundles.load(kept).version == bundles.load(DEFAULT).version
    assert {path.name for path in kept.iterdir()} == set(bundles.FILES)
    assert (registry.told_of(kept) / "card.md").exists()


def test_not_one_row_is_in_it_only_numbers_of_rows(run, trained):
    """Neither the moment of a row nor what it was ranked by; a small group is not told at all."""
    text = "".join(path.read_text() for path in run.card.glob("*.[mj]*"))
    assert not [at for at in trained.rows.at if str(at) in text]
    many = [value for name, value in run.metrics.items() if name.endswith(".rows")]
    assert min(many) >= 10

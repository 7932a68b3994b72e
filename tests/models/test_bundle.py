"""A bundle: plain files that give the same model back, or one line of refusal."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from features.vector import NAMES
from models import bundle as bundles
from models.errors import BundleError
from models.registry import DEFAULT
from models.risk import RiskModel
from models.screening import vectors_of

MEGABYTE = 1_000_000


@pytest.fixture
def folder(trained, tmp_path) -> Path:
    bundles.save(trained.bundle, tmp_path / "mine")
    return tmp_path / "mine"


def test_a_saved_bundle_comes_back_as_it_was(trained, folder):
    assert sorted(p.name for p in folder.iterdir()) == sorted(bundles.FILES)
    back = bundles.load(folder)
    assert (back.version, back.calibration) == (trained.model.version, trained.bundle.calibration)
    vectors = vectors_of(trained.facts[:500])
    assert (back.model().risk(vectors) == trained.model.risk(vectors)).all()
    assert np.array_equal(
        back.model().contributions(vectors[:20]), trained.model.contributions(vectors[:20])
    )


def test_saving_twice_writes_the_same_bytes(trained, folder, tmp_path):
    bundles.save(bundles.load(folder), tmp_path / "again")
    for name in bundles.FILES:
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()


def test_the_default_model_loads_and_is_small():
    assert bundles.load(DEFAULT).version
    assert sum(f.stat().st_size for f in DEFAULT.iterdir()) <= 2 * MEGABYTE


def test_golden_facts_say_something(trained):
    risks = {round(g.risk, 9) for g in trained.bundle.golden}
    assert len(trained.bundle.golden) >= 20
    assert len(risks) > 3


def edited(name, change):
    """Changes one JSON file of a bundle."""

    def edit(folder: Path) -> None:
        form = json.loads((folder / name).read_text(encoding="utf-8"))
        (folder / name).write_text(json.dumps(change(form)), encoding="utf-8")

    return edit


def written(name, text):
    return lambda folder: (folder / name).write_text(text, encoding="utf-8")


def first_golden(**changes):
    return edited("golden.json", lambda rows: [rows[0] | changes, *rows[1:]])


def one_leaf_changed(folder: Path) -> None:
    text = (folder / "model.txt").read_text(encoding="utf-8")
    line = next(x for x in text.splitlines() if x.startswith("leaf_value="))
    changed = line.replace("leaf_value=", "leaf_value=1")
    (folder / "model.txt").write_text(text.replace(line, changed, 1), encoding="utf-8")


TAMPERED = [  # (what was done to the files, what the line names)
    (lambda folder: (folder / "card.json").unlink(), "not a readable bundle"),
    (lambda folder: (folder / "model.txt").write_bytes(b"\xff\xfe"), "not a readable bundle"),
    (written("calibration.json", "{"), "not a readable bundle"),
    (written("calibration.json", "[]"), "not a readable bundle"),
    (edited("calibration.json", lambda c: c | {"raw": c["raw"][::-1]}), "a calibration is"),
    (edited("calibration.json", lambda c: c | {"raw": ["a", "b"]}), "not a readable bundle"),
    (edited("features.json", lambda names: names[1:]), "other features"),
    (edited("features.json", lambda names: names[::-1]), "other features"),  # another order
    (edited("features.json", lambda names: [*names, 7]), "other features"),
    (written("features.json", "7"), "not a readable bundle"),
    (edited("card.json", lambda card: {}), "not a readable bundle"),  # no version
    (written("card.json", "[]"), "not a readable bundle"),
    (written("golden.json", "[]"), "no golden facts"),
    (first_golden(risk=0.987654321), "other risks"),
    (first_golden(vector=[7.0] * len(NAMES)), "other values of"),
    (first_golden(vector=[7.0]), "other values|not a readable bundle"),
    (first_golden(registration={}), "cannot be read"),
    (first_golden(company=7), "not a readable bundle"),
    (written("model.txt", ""), "other trees"),
    (one_leaf_changed, "other trees"),
    (edited("card.json", lambda card: card | {"trees": 7}), "other trees"),
]


@pytest.mark.parametrize(("tamper", "named"), TAMPERED)
def test_a_bundle_that_was_tampered_with_is_refused_in_one_line(folder, tamper, named):
    tamper(folder)
    with pytest.raises(BundleError, match=named) as refused:
        bundles.load(folder)
    assert "\n" not in str(refused.value)


def test_trees_that_are_none_are_refused_in_one_line(trained):
    with pytest.raises(BundleError, match="trees cannot be read"):
        RiskModel("mine", "no trees", trained.bundle.calibration)


def test_golden_facts_hold_nobody_of_the_book(trained):
    """They come from another made-up world than the one trained on."""
    theirs = {f.registration.document_number for f in trained.facts}
    ours = {g.row["registration"].get("document_number") for g in trained.bundle.golden}
    assert not (ours - {None}) & theirs

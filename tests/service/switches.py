"""What tests of switched models and policies share: versions to switch to, and the switch itself."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime, timedelta

import lightgbm
import numpy as np

from features.parsing import Person, parse_person
from features.register.replica import Replica
from models import bundle, policy
from models.bundle import Bundle, Golden
from models.risk import RiskModel
from service.datafolder import open_folder

DEFAULT = policy.load()
BANK = "BANK-A"


def peopled(home, world):
    """A data folder whose register knows the world's people."""
    persons = [parse_person(row) for row in world.population.to_pylist()]
    replica = Replica(open_folder(home).population)
    replica.load((p for p in persons if isinstance(p, Person)), date(2026, 7, 1))
    replica.close()
    return home


def bodies_of(world, most):
    """Registrations of the world as one bank would send them, just now."""
    start = datetime.now(UTC) - timedelta(hours=1)
    rows = world.registrations.slice(0, most).to_pylist()
    for i, row in enumerate(rows):
        row["institution"] = BANK
        row["registered_at"] = (start + timedelta(seconds=i)).isoformat()
        issued = row["document_issued_on"]
        row["document_issued_on"] = None if issued is None else issued.isoformat()
    return rows


def kept(home, folder, version, **card):
    made = home / "models" / version
    shutil.copytree(folder, made)
    (made / "card.json").write_text(
        json.dumps(json.loads((made / "card.json").read_text()) | {"version": version, **card})
    )
    return made


def adopt(home, version, *, file_of=None):
    """As a command would: the file kept under its version, the alias switched at once."""
    text = policy.DEFAULT.read_text(encoding="utf-8").replace(DEFAULT.version, file_of or version)
    (home / "policies").mkdir(exist_ok=True)
    file = home / "policies" / f"{version}.toml"
    if not file.exists():
        file.write_text(text, encoding="utf-8")
    point(home / "policies" / "in_force", version)


def point(alias, version):
    aside = alias.with_suffix(".part")
    aside.write_text(version + "\n")
    aside.replace(alias)


def refitted(small, version, *, seed):
    """A bundle of other trees than the small model's, as another training would give them."""
    first = bundle.load(small)
    return _fitted(first, version, first.names, first.golden[0].vector, seed)


def narrow_bundle(small, version, *, seed):
    """One of three features, as an older program may have had."""
    vector = (0.5, 0.1, float("nan"))
    return _fitted(bundle.load(small), version, ("a", "b", "c"), vector, seed)


def _fitted(first, version, names, vector, seed):
    rows = np.random.default_rng(seed).normal(size=(400, len(names)))
    known = lightgbm.Dataset(rows, label=rows[:, 0] + rows[:, seed % 3] > 0.5)
    parameters = {"objective": "binary", "num_leaves": 7, "num_threads": 1, "verbosity": -1}
    text = lightgbm.train(parameters, known, 10).model_to_string()
    model = RiskModel(version, text, first.calibration, len(names))
    risk = float(model.risk(np.array([vector]))[0])
    golden = (Golden(first.golden[0].row, vector, risk),)
    return Bundle(text, first.calibration, golden, {"version": version}, names)

"""What tests of switched models and policies share: versions to switch to, and the switch itself."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime, timedelta

from features.parsing import Person, parse_person
from features.register.replica import Replica
from models import policy
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


def kept(home, folder, version):
    made = home / "models" / version
    shutil.copytree(folder, made)
    (made / "card.json").write_text(
        json.dumps(json.loads((made / "card.json").read_text()) | {"version": version})
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

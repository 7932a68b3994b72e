"""What tests of switched models and policies share: versions to switch to, and the switch itself."""

from __future__ import annotations

import json
import shutil

from models import policy

DEFAULT = policy.load()


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

"""Laws of the layout: the rooms are ours, nothing stands where it would hide them or tell of us."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOMS = ("features", "graph", "models", "training", "service")

# Built from pieces, so that this file names none.
_HOSTS = (
    "pypi" + r"\.org",
    "python" + r"hosted\.org",
    "deb" + r"\.debian\.org",
    "registry\\." + "npm",
)
_MACHINE = (r"(?<![\w.])/" + "work/", r"(?<![\w.~])/" + "root/", r"(?<![\w.])/" + r"home/\w")


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_is_found_inside_this_checkout(root, room):
    spec = find_spec(room)
    assert spec is not None
    assert Path(spec.origin or "").parent == root / room


@pytest.mark.parametrize("room", ROOMS)
def test_no_stranger_owns_the_name_of_a_room(room):
    assert set(packages_distributions().get(room, [])) <= {"chinhchu"}


def test_no_package_under_tests_hides_a_room(root):
    assert not list((root / "tests").rglob("__init__.py"))


def test_every_folder_of_a_room_is_a_package(files):
    folders = {path.parent for path in files if path.parts[0] in ROOMS and path.suffix == ".py"}
    packages = {path.parent for path in files if path.name == "__init__.py"}
    assert folders <= packages, "the tools go blind in a folder without __init__.py"


def test_no_room_is_a_drawer_for_anything(files):
    drawers = {"utils", "util", "helpers", "common", "core", "misc"}
    assert not [p for p in files if p.suffix == ".py" and drawers & {p.stem, *p.parent.parts}]


def test_the_first_sentence_of_every_file_says_what_it_is_for(root, files):
    silent = [
        path
        for path in files
        if path.suffix == ".py"
        and not (ast.get_docstring(ast.parse((root / path).read_bytes())) or "").split("\n\n")[0]
    ]
    assert not silent


@pytest.mark.parametrize("pattern", [*_HOSTS, *_MACHINE])
def test_no_file_names_a_registry_or_a_machine(root, files, pattern):
    wanted = re.compile(pattern.encode())
    assert not [path for path in files if wanted.search((root / path).read_bytes())]


def test_the_licence_stands_in_the_root(root):
    assert "Apache License" in (root / "LICENSE").read_text(encoding="utf-8")


def test_the_default_model_is_small_plain_files(root):
    kept = [path for path in (root / "models" / "default").iterdir() if path.is_file()]
    assert sum(path.stat().st_size for path in kept) <= 2_000_000
    assert {path.suffix for path in kept} <= {".json", ".txt", ".md", ".toml"}


def test_what_serves_and_screens_meets_neither_mlflow_nor_the_console():
    doors = "service.cli, service.commands, service.serving, service.app, service.campaign.runs"
    code = f"import sys, {doors}; print(*{{'mlflow', 'nicegui'}} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.split() == []

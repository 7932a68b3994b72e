"""Laws of the README: its commands, call, settings and dependencies are those of the program."""

from __future__ import annotations

import http.client
import json
import os
import re
import shlex
import subprocess
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from service.callers import create_key
from service.cli import _parser
from service.serving import running
from service.settings import Settings

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
COMMANDS = [c for block in BLOCKS for c in re.findall(r"\bchinhchu ([^)\n]+)", block)]
RECIPES = [r for block in BLOCKS for r in re.findall(r"^make (.+)$", block, re.MULTILINE)]
CALL = next(block for block in BLOCKS if block.startswith("curl "))


def _section(title: str) -> str:
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def _first_cells(section: str) -> Iterator[str]:
    yield from re.findall(r"^\| ([^|]+) \|", section, re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_is_one_that_the_program_reads(command):
    assert callable(_parser().parse_args(shlex.split(command)).run)


def test_the_table_of_commands_is_complete():
    told = {cell.strip("`").split(" [")[0] for cell in _first_cells(_section("Commands"))}
    named = {" ".join(w for w in command.split()[1:3] if w.islower()) for command in told}
    known = set(next(a.choices for a in _parser()._actions if a.choices))
    assert {name.split(" ")[0] for name in named if name} == known


@pytest.mark.parametrize("recipe", RECIPES)
def test_each_recipe_is_one_of_the_makefile(root, recipe):
    asked = ["make", "--dry-run", *shlex.split(recipe)]
    # A make above this one would hand its own flags down.
    alone = {name: value for name, value in os.environ.items() if name != "MAKEFLAGS"}
    told = subprocess.run(asked, cwd=root, env=alone, capture_output=True, check=False)
    assert told.returncode == 0, told.stderr


def test_every_recipe_is_told_by_make_help(root):
    made = (root / "Makefile").read_text(encoding="utf-8")
    declared = set(re.search(r"^\.PHONY: (.+)$", made, re.MULTILINE)[1].split())
    told = subprocess.run(["make", "help"], cwd=root, capture_output=True, text=True, check=True)
    assert set(re.findall(r"^  make (\S+)", told.stdout, re.MULTILINE)) == declared


def test_every_setting_is_told_and_every_told_one_is_read(root, files):
    rooms = ("features", "graph", "models", "training", "service")
    sources = [root / p for p in files if p.suffix == ".py" and p.parts[0] in rooms]
    read = {n for p in sources for n in re.findall(r"CHINHCHU_[A-Z_]+", p.read_text("utf-8"))}
    assert {cell.strip("`") for cell in _first_cells(_section("Settings"))} - {
        "variable",
        "---",
    } == read


def test_every_dependency_has_its_reason(root):
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"].values()
    wanted = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    wanted += [name for group in groups for name in group if isinstance(name, str)]
    told = set(_first_cells(_section("Why each dependency"))) - {"package", "---"}
    assert told == {re.split(r"[\[<>=~! ]", name)[0] for name in wanted}


def test_the_build_backend_is_locked(root):
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(project["build-system"]["requires"]) <= set(project["dependency-groups"]["build"])


def test_every_path_that_is_named_exists(root):
    named = re.findall(r"`((?:features|graph|models|training|service|docs)/[\w./]*)`", README)
    assert named
    assert not [path for path in named if not (root / path).exists()]


@pytest.fixture
def service():
    """The whole service on a data folder of its own, without the console."""
    with tempfile.TemporaryDirectory(prefix="chinhchu-readme-") as home:
        settings = Settings(Path(home), port=0, console_port=0)
        with running(settings, announce=lambda _: None, console=False) as serving:
            yield serving


def test_the_call_is_answered(service):
    words = iter(shlex.split(CALL.replace("\\\n", " ")))
    said = [(word, next(words)) for word in words if word in {"-H", "-d", "curl"}]
    key = create_key(service.house.ledger, "VCB")
    headers = dict(v.replace("$KEY", key).split(": ", 1) for w, v in said if w == "-H")
    body = next(value for word, value in said if word == "-d")
    address = urlsplit(next(value for word, value in said if word == "curl"))
    assert address.port == Settings(Path()).port
    connection = http.client.HTTPConnection(urlsplit(service.api_url).netloc, timeout=30)
    connection.request("POST", address.path, body, headers)
    answer = json.loads(connection.getresponse().read())
    connection.close()
    assert answer["registration_id"] == json.loads(body)["registration_id"]
    assert answer["decision"] in {"clear", "review"}

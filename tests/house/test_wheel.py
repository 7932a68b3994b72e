"""Laws of the wheel: it holds all five rooms with their data, and runs away from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

ROOMS = ("features", "graph", "models", "training", "service")

USE = """
import pathlib, sys
from models import bundle, policy, registry
from service.wiring import check_rooms
from training.world import simulate
check_rooms()
assert registry.DEFAULT.is_relative_to(pathlib.Path(sys.argv[1]))
bundle.load(registry.DEFAULT)
policy.load()
assert simulate(200, 1).population.num_rows
"""


@pytest.fixture(scope="module")
def site(root, tmp_path_factory):
    """The wheel, built and unpacked into a folder of its own, with no index to ask."""
    made = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "--no-cache-dir"]
    offline = ["--no-index", "--no-deps", "--disable-pip-version-check"]
    build = [*pip, "wheel", *offline, "--no-build-isolation", "--wheel-dir", str(made), str(root)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = made.glob("chinhchu-*.whl")
    target = made / "site"
    install = [*pip, "install", *offline, "--target", str(target), str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    return target


def test_every_file_of_the_rooms_is_in_the_wheel(files, site):
    ours = {str(path) for path in files if path.parts[0] in ROOMS}
    packed = {str(path.relative_to(site)) for path in site.rglob("*") if path.is_file()}
    assert ours <= packed


def test_nothing_but_the_rooms_is_in_the_wheel(site):
    tops = {path.name for path in site.iterdir() if not path.name.endswith(".dist-info")}
    assert tops <= {*ROOMS, "bin"}


def test_the_licence_travels_with_the_wheel(site):
    assert list(site.glob("chinhchu-*.dist-info/licenses/LICENSE"))


def _away(site, tmp_path, words):
    """Runs Python in an empty folder with the unpacked wheel before everything else."""
    away = {**os.environ, "PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, *words],
        cwd=tmp_path,
        env=away,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_wheel_works_away_from_the_checkout(site, tmp_path):
    told = _away(site, tmp_path, ["-c", USE, str(site)])
    assert told.returncode == 0, told.stderr


def test_its_command_answers_away_from_the_checkout(site, tmp_path):
    told = _away(site, tmp_path, ["-m", "service.cli", "--help"])
    assert told.returncode == 0, told.stderr
    assert "chinhchu" in told.stdout

"""Commands are run as people run them, on small simulated worlds and in data folders of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from service import cli
from training.world import simulate

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Said:
    """What a command left: its exit code and both its texts."""

    code: int
    out: str
    err: str

    @property
    def line(self) -> str:
        """The one line on standard error."""
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        return lines[0]


@dataclass(frozen=True)
class World:
    """The files of a world, and the words that hand them to a command."""

    folder: Path

    def file(self, name):
        return self.folder / f"{name}.parquet"

    def few(self, name):
        """A few rows of one of its files."""
        return pq.read_table(self.file(name)).to_pylist()[:40]

    def words(self, *names, **other):
        """Those of all three files or of some; `other` names files to be given instead."""
        names = names or ("population", "registrations", "labels")
        files = {name: other.get(name, self.file(name)) for name in names}
        return [word for name, path in files.items() for word in (f"--{name}", str(path))]


@pytest.fixture(scope="session")
def village(tmp_path_factory) -> World:
    """A world of as few people as there can be."""
    folder = tmp_path_factory.mktemp("village")
    simulate(100, seed=1).write(folder)
    return World(folder)


@pytest.fixture(scope="session")
def town(tmp_path_factory) -> World:
    """A world with rings, labels and chance meetings."""
    folder = tmp_path_factory.mktemp("town")
    simulate(1_200, seed=5).write(folder)
    return World(folder)


@pytest.fixture(scope="session")
def city(tmp_path_factory) -> World:
    """A world that takes a command long enough to be stopped at its work."""
    folder = tmp_path_factory.mktemp("city")
    simulate(4_000, seed=5).write(folder)
    return World(folder)


@pytest.fixture(scope="session")
def screened(tmp_path_factory):
    """Screens a book with the default model; gives the folder of the results."""

    def screened(command, *words):
        folder = tmp_path_factory.mktemp(command)
        model = ("--model", "default", "--out", str(folder / "out"))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("CHINHCHU_HOME", str(folder / "home"))
            assert cli.main([command, *words, *model]) == 0
        return folder / "out"

    return screened


@pytest.fixture(scope="session")
def backtest(screened, town) -> Path:
    """The town, replayed."""
    return screened("backtest", *town.words())


@pytest.fixture(scope="session")
def campaign(screened, town) -> Path:
    """The town, reviewed as a whole."""
    return screened("campaign", *town.words())


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """An empty data folder, in which commands of this test work."""
    monkeypatch.setenv("CHINHCHU_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CHINHCHU_LANGUAGE", "en")
    return tmp_path / "home"


@pytest.fixture
def run(home, capsys):
    """Runs a command in this process."""

    def run(*words):
        capsys.readouterr()
        try:
            code = cli.main([str(word) for word in words])
        except SystemExit as stop:  # argparse ends a command over a wrong word
            code = stop.code
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return Said(code, said.out, said.err)

    return run


@pytest.fixture
def start(home):
    """Starts a command as a process of its own; it never outlives the test."""
    started = []

    def start(*words, **changes):
        process = subprocess.Popen(
            [sys.executable, "-m", "service.cli", *map(str, words)],
            cwd=ROOT,
            env={**os.environ, "OMP_NUM_THREADS": "1", **changes.pop("env", {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **changes,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def rows():
    """The rows of a Parquet file."""
    return lambda path: pq.read_table(path).to_pylist()

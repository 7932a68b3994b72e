"""Laws of the first `make`: it names what is missing in one line, and half an install is none."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

# Every stand-in answers like a Python that lacks one thing; `pip` fails as a cut line would.
STAND_INS = [
    ("exit 127", "python3-venv", "a Python without ensurepip"),
    ('case "$*" in *version_info*) exit 1;; -V) echo Python 3.9.2;; esac', "3.11 or later", "old"),
]


@pytest.fixture
def checkout(root, tmp_path):
    """What the first recipe looks at, in a folder of its own."""
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(root / name, tmp_path)
    shutil.copytree(root / ".ci", tmp_path / ".ci")
    return tmp_path


def _make(checkout: Path, python: str) -> subprocess.CompletedProcess[str]:
    alone = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    words = ["make", ".venv/ready", f"PYTHON={python}"]
    return subprocess.run(
        words, cwd=checkout, env=alone, capture_output=True, text=True, check=False
    )


def _stand_in(checkout: Path, script: str) -> str:
    path = checkout / "stand-in"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def _complaints(told: subprocess.CompletedProcess[str]) -> list[str]:
    return [line for line in told.stderr.splitlines() if not line.startswith("make:")]


def test_a_machine_without_python_is_told_so_in_one_line(checkout):
    told = _make(checkout, "no-python-here")
    (line,) = _complaints(told)
    assert told.returncode != 0
    assert line.startswith("missing: python3, python3-venv")
    assert "apt-get install python3 python3-venv" in line


@pytest.mark.parametrize(("script", "named", "why"), STAND_INS)
def test_what_is_missing_is_named_in_one_line(checkout, script, named, why):
    told = _make(checkout, _stand_in(checkout, script))
    (line,) = _complaints(told)
    assert told.returncode != 0
    assert line.startswith("missing: "), why
    assert named in line


def test_an_installation_cut_short_leaves_no_stamp(checkout):
    fails_in_pip = """
if [ "$1 $2" = "-m venv" ]; then
  mkdir -p .venv/bin && printf '#!/bin/sh\\nexit 1\\n' > .venv/bin/python && chmod +x .venv/bin/python
fi"""
    (checkout / ".venv").mkdir()
    (checkout / ".venv" / "ready").touch()
    os.utime(checkout / ".venv" / "ready", (0, 0))  # of an older lock
    told = _make(checkout, _stand_in(checkout, fails_in_pip))
    assert told.returncode != 0
    assert not (checkout / ".venv" / "ready").exists()


def test_a_finished_installation_is_not_done_again(checkout):
    (checkout / ".venv").mkdir()
    (checkout / ".venv" / "ready").touch()
    told = _make(checkout, "no-python-here")
    assert told.returncode == 0, told.stderr

"""What the tests of the house look at: `root`, the checkout; `files`, its own files.

`files` are those that git knows or would take up (outside a git checkout: all but the tools'
leavings), as paths relative to the root.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_LEAVINGS = {".venv", ".git", "__pycache__", "dist", ".hypothesis"}


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def files() -> list[Path]:
    asked = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        told = subprocess.run(asked, cwd=ROOT, capture_output=True, check=True).stdout
        found = {Path(name) for name in told.decode().split("\0") if name}
    except (OSError, subprocess.CalledProcessError):
        every = (path.relative_to(ROOT) for path in ROOT.rglob("*"))
        found = {
            p for p in every if not any(x in _LEAVINGS or x.endswith("_cache") for x in p.parts)
        }
    return sorted(path for path in found if (ROOT / path).is_file())

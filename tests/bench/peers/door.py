"""The door to the peers: their scripts run in an environment of their own and exchange plain files.

`make peers` makes that environment; where it is absent the bench says so in one line.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

_HERE = Path(__file__).resolve().parent
_PYTHON = _HERE.parents[2] / ".venv-peers" / "bin" / "python"


def here() -> bool:
    """Whether the peers are installed; says so where they are not."""
    stands = _PYTHON.with_name("nomenklatura").exists()
    if not stands:
        print("no peers beside us: `make peers` installs Splink and nomenklatura\n")
    return stands


def run(script: str, *words: str | Path) -> dict[str, Any]:
    """What a peer's script says of its work, as one JSON object on its last line."""
    told = subprocess.run(
        [_PYTHON, _HERE / script, *words], check=True, capture_output=True, text=True
    )
    answer: dict[str, Any] = json.loads(told.stdout.splitlines()[-1])
    return answer


def talking(script: str, *words: str | Path) -> subprocess.Popen[str]:
    """A peer's script that works a line at a time, for measuring in turns."""
    return subprocess.Popen(
        [_PYTHON, _HERE / script, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )

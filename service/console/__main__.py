"""Runs the console: `python -m service.console`, as the service starts it or by hand.

It reads `CHINHCHU_HOST`, `CHINHCHU_CONSOLE_PORT` and `CHINHCHU_DATABASE_URL`, and ends when the
process that started it ends. No key of the ledger is used: what the console shows is not sealed.
"""

from __future__ import annotations

import os
import sys


def main() -> int:
    """Serves until it is told to stop; gives the exit code."""
    parent = os.getppid()
    # The parent is known before the slow imports, or its death during them would go unseen.
    from features.errors import ChinhchuError  # noqa: PLC0415
    from service.console.running import run  # noqa: PLC0415
    from service.errors import SettingsError  # noqa: PLC0415
    from service.settings import Settings  # noqa: PLC0415

    try:
        run(Settings.from_environment(os.environ), parent)
    except ChinhchuError as error:
        sys.stderr.write(f"{error}\n")
        return 2 if isinstance(error, SettingsError) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

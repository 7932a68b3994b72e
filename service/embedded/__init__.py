"""The embedded parts: PostgreSQL and Valkey in the data folder, without any set-up.

    with embedded.parts(folder) as running:
        running.database_url, running.valkey_url

They start by themselves, also for root, stop with the process, keep their data, and are started
again if one dies. The caller owns the data folder (`service.datafolder.owned`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from service.datafolder import DataFolder
from service.embedded.keeper import Keeper, Part
from service.embedded.postgres import Postgres
from service.embedded.process import runtime_folder
from service.embedded.valkey import Valkey


@dataclass(frozen=True, slots=True)
class Parts:
    """Where the running parts answer; `keeper` knows their process numbers."""

    database_url: str
    valkey_url: str
    keeper: Keeper


def say(line: str) -> None:
    """One line for the person who runs the program."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


@contextmanager
def parts(
    folder: DataFolder,
    *,
    database_url: str | None = None,
    valkey_url: str | None = None,
    announce: Callable[[str], None] = say,
) -> Iterator[Parts]:
    """The parts, running until the end of the block; one that is named by URL is not started.

    Raises:
        StartError: one does not start.
        StorageFullError: for want of room.
    """
    with runtime_folder(folder.runtime) as runtime:
        wanted: list[Part] = []
        if database_url is None:
            postgres = Postgres(folder.postgres, runtime)
            wanted.append(postgres)
            database_url = postgres.url
        if valkey_url is None:
            valkey = Valkey(folder.valkey, runtime)
            wanted.append(valkey)
            valkey_url = valkey.url
        keeper = Keeper(wanted, announce)
        keeper.start()
        try:
            yield Parts(database_url, valkey_url, keeper)
        finally:
            keeper.stop()


def url_of_running(folder: DataFolder) -> str | None:
    """Where the ledger of a service that runs on this folder answers; None where none runs."""
    runtime = _runtime_of_running(folder)
    if runtime is None:
        return None
    postgres = Postgres(folder.postgres, runtime)
    return postgres.url if postgres.ready() else None


def graph_url_of_running(folder: DataFolder) -> str | None:
    """Where the live graph of a service that runs on this folder answers; None where none does."""
    runtime = _runtime_of_running(folder)
    if runtime is None:
        return None
    valkey = Valkey(folder.valkey, runtime)
    return valkey.url if valkey.ready() else None


def _runtime_of_running(folder: DataFolder) -> Path | None:
    try:
        return Path(folder.runtime.read_text().strip())
    except OSError:
        return None

"""The service's tests run on real parts: one PostgreSQL and one Valkey a test worker."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from service import embedded
from service.datafolder import owned
from service.embedded import Parts
from service.keys import Keys
from service.ledger import Ledger


@pytest.fixture(scope="session")
def parts() -> Iterator[Parts]:
    """Running parts in a folder of their own; `tmp_path` would be too deep to be read in a log."""
    home = Path(tempfile.mkdtemp(prefix="chinhchu-test-"))
    try:
        with owned(home) as folder, embedded.parts(folder, announce=lambda _: None) as running:
            yield running
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def database_url(parts: Parts) -> Iterator[str]:
    """An empty database, dropped afterwards."""
    with psycopg.connect(parts.database_url, autocommit=True) as door:
        row = door.execute("SELECT 'test_' || replace(gen_random_uuid()::text, '-', '')").fetchone()
        name = row[0]
        door.execute(f"CREATE DATABASE {name}")
        yield parts.database_url.replace("/chinhchu?", f"/{name}?")
        door.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def keys() -> Keys:
    return Keys.new()


@pytest.fixture
def ledger(database_url: str, keys: Keys) -> Iterator[Ledger]:
    """An empty ledger."""
    with Ledger(database_url, keys) as opened:
        yield opened

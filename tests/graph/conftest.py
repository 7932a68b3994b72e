"""A real Valkey for the tests of the live graph: one a test worker, emptied for each that asks."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from graph.live import LiveGraph
from service import embedded
from service.datafolder import owned


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """Where it answers; its folder is not `tmp_path`, which is too deep for a socket."""
    home = Path(tempfile.mkdtemp(prefix="chinhchu-test-"))
    try:
        with (
            owned(home) as folder,
            embedded.parts(folder, database_url="", announce=lambda _: None) as running,
        ):
            yield running.valkey_url
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def valkey(valkey_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(valkey_url) as client:
        yield client


@pytest.fixture
def graph(valkey: redis.Redis) -> LiveGraph:
    """An empty live graph."""
    live = LiveGraph(valkey)
    live.clear()
    return live

"""A scripted service and a clock for the tests of the remote register."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.features.registers import Script, Watch, at_work


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture(scope="session")
def at_one_address() -> Iterator[tuple[Script, str]]:
    told = Script()
    with at_work(told.app) as url:
        yield told, url


@pytest.fixture
def script(at_one_address: tuple[Script, str]) -> tuple[Script, str]:
    """A service that agrees to everything until the test says otherwise, and its address."""
    told, url = at_one_address
    told.begin()
    return told, url

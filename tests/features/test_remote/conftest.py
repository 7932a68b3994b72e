"""A scripted service and a clock for the tests of the remote register."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.features.registers import Script, Watch, at_work


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def script() -> Iterator[tuple[Script, str]]:
    told = Script()
    with at_work(told.app) as url:
        yield told, url

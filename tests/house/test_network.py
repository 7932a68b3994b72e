"""The law of the test run itself: no test reaches another machine, every one may call this one."""

from __future__ import annotations

import socket

import pytest


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "example.invalid"])
def test_another_machine_is_out_of_reach(host):
    with pytest.raises(RuntimeError, match="another machine"):
        socket.create_connection((host, 80), timeout=1)


def test_this_machine_may_be_called():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=1).close()

"""For every test: nothing outside this machine is reached, and no law is judged by the clock.

The guard is an audit hook of this process; programs that a test starts are told where to listen and
call by the test itself.
"""

from __future__ import annotations

import ipaddress
import sys

from hypothesis import settings

settings.register_profile("no clock", deadline=None)
settings.load_profile("no clock")

_NAMES = {None, "", "localhost", b"localhost"}


def _is_here(host: object) -> bool:
    if host in _NAMES:
        return True
    text = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    try:
        return ipaddress.ip_address(text).is_loopback
    except ValueError:
        return False


def _stay_here(event: str, args: tuple[object, ...]) -> None:
    if event == "socket.getaddrinfo":
        host = args[0]
    elif event in {"socket.connect", "socket.sendto"} and isinstance(args[1], tuple):
        host = args[1][0]
    else:
        return
    if not _is_here(host):
        raise RuntimeError("a test reaches for another machine")


sys.addaudithook(_stay_here)

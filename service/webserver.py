"""A web application on a socket of this machine, in a thread, until the end of a block."""

from __future__ import annotations

import errno
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from service.errors import StartError
from service.words import reason, said

_GRACE = 5
"""Seconds that calls at work get when the service stops."""


def listening(host: str, port: int, setting: str) -> socket.socket:
    """A socket that listens there; port 0 takes any free one.

    Raises:
        StartError: the port is in use, or the address is not this machine's.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.socket(family, socket.SOCK_STREAM)
    except (OSError, UnicodeError):  # the latter of a name that no network can carry
        raise StartError(unusable(host)) from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise StartError(in_use(host, port, setting)) from None
        why = reason(error)
        raise StartError(
            said(
                f"không lắng nghe được ở {host} cổng {port} ({why})",
                f"cannot listen on {host} port {port} ({why})",
            )
        ) from None
    return listener


def in_use(host: str, port: int, setting: str) -> str:
    """The line for a port that somebody else has."""
    return said(
        f"cổng {port} của {host} đang được dùng ({setting})",
        f"port {port} of {host} is in use ({setting})",
    )


def unusable(host: str) -> str:
    """The line for an address that is not this machine's."""
    return said(
        f"không dùng được địa chỉ {host} (CHINHCHU_HOST)",
        f"the address {host} cannot be used (CHINHCHU_HOST)",
    )


@contextmanager
def told_by_signal(told: threading.Event) -> Iterator[None]:
    """Sets the event on Ctrl-C or TERM instead of interrupting; on the main thread alone."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda *_: told.set()) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


@contextmanager
def answering(app: ASGIApp, listener: socket.socket) -> Iterator[None]:
    """The application answers on a listening socket until the end of the block.

    Raises:
        StartError: it does not start.
    """
    config = uvicorn.Config(
        app,
        access_log=False,  # addresses and keys of registrations would stand in it
        log_config=None,
        log_level="warning",
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), name="web", daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    if not server.started:
        raise StartError("the web server does not start")
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


def address(host: str, port: int) -> str:
    """Where a listener is reached."""
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}"

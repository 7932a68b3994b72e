"""The process of the console: its port, its ledger, its log, and its end."""

from __future__ import annotations

import errno
import logging
import os
import signal
import socket
import sys
import threading
import time
import traceback
from datetime import UTC, datetime

import uvicorn

from service.callers import Callers
from service.console.app import create_app
from service.console.sessions import Sessions
from service.console.visit import Console
from service.errors import SettingsError, StartError
from service.explaining import Explainer
from service.keys import Keys
from service.ledger import Ledger
from service.settings import Settings
from service.webserver import in_use, unusable

_LOOK_AFTER = 0.5
"""Seconds between two looks whether the parent still lives."""
_GRACE = 2
"""Seconds that open pages get when the console stops; they reconnect by themselves."""


def run(settings: Settings, parent: int) -> None:
    """Serves until a signal, or until the process `parent` is no longer our parent.

    Raises:
        SettingsError: no database is named.
        StartError: the port is in use, or the ledger does not answer.
    """
    if settings.database_url is None:
        raise SettingsError("the console needs CHINHCHU_DATABASE_URL; `chinhchu serve` gives it")
    _quiet_log()
    # It opens nothing that is sealed, so it gets keys that open nothing.
    with Ledger(settings.database_url, Keys.new()) as ledger:
        sessions, explainer = Sessions(Callers(ledger)), Explainer(settings.home)
        app = create_app(Console(ledger, sessions, lambda: datetime.now(UTC), explainer))
        config = uvicorn.Config(
            app,
            access_log=False,
            log_config=None,
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=_GRACE,
        )
        server = uvicorn.Server(config)
        _end_calmly(server)
        threading.Thread(target=_watch, args=(server, parent), daemon=True).start()
        with _listening(settings.host, settings.console_port) as listener:
            server.run([listener])


def _end_calmly(server: uvicorn.Server) -> None:
    """A signal ends the server; uvicorn repeats it at its end, when nobody should mind."""

    def stop(*_: object) -> None:
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)


def _watch(server: uvicorn.Server, parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_AFTER)
    server.should_exit = True


def _listening(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise StartError(in_use(host, port, "CHINHCHU_CONSOLE_PORT")) from None
        raise StartError(unusable(host)) from None


class PlacesOnly(logging.Formatter):
    """Writes of an exception its kind and its places in the code; its message may quote a row."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and the places."""
        head = f"{record.levelname} {record.name}"
        error = record.exc_info[1] if record.exc_info else None
        if error is None and isinstance(record.msg, BaseException):
            error = record.msg
        if error is None:
            return f"{head}: {record.getMessage()}"
        places = "".join(traceback.format_tb(error.__traceback__))
        return f"{head}: {type(error).__name__}\n{places}"


def _quiet_log() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(PlacesOnly())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    # It would write every address that was not found.
    logging.getLogger("nicegui").setLevel(logging.ERROR)

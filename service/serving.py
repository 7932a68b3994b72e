"""Serves: the API in this process, the console in a child of its own, both until told to stop."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

from service.app import create_app
from service.embedded import say
from service.embedded.keeper import Keeper
from service.embedded.process import Launch, launch
from service.settings import Settings
from service.webserver import address, answering, listening, told_by_signal
from service.wiring import House, now, wire


@dataclass(frozen=True, slots=True)
class Serving:
    """A running service and where it is reached."""

    house: House
    api_url: str
    console_url: str | None


@contextmanager
def running(
    settings: Settings,
    *,
    announce: Callable[[str], None] = say,
    console: bool = True,
    clock: Callable[[], datetime] = now,
) -> Iterator[Serving]:
    """The whole service until the end of the block: parts, lane, API, console.

    Raises:
        ChinhchuError: something does not start; what had started is stopped again.
    """
    with ExitStack() as stack:
        listener, kept = stack.enter_context(_places(settings, console=console))
        house = stack.enter_context(wire(settings, clock))
        api_url = address(settings.host, listener.getsockname()[1])
        stack.enter_context(answering(create_app(house.doors()), listener))
        announce(f"API: {api_url} (page {api_url}/docs)")
        console_url = None
        if kept is not None:
            console_url = stack.enter_context(_console(settings, house, kept, announce))
        yield Serving(house, api_url, console_url)


def serve(
    settings: Settings, *, announce: Callable[[str], None] = say, console: bool = True
) -> int:
    """Serves until Ctrl-C or TERM; gives the exit code 0 then.

    Call it on the main thread.

    Raises:
        ChinhchuError: something does not start.
    """
    told = threading.Event()
    with told_by_signal(told), running(settings, announce=announce, console=console):
        told.wait()
    return 0


def check_ports(settings: Settings) -> None:
    """Tells now what `running` would tell: for those who work long before they serve.

    Raises:
        StartError: as `listening`, of the API's port or the console's.
    """
    with _places(settings, console=True):
        pass


@contextmanager
def _places(
    settings: Settings, *, console: bool
) -> Iterator[tuple[socket.socket, socket.socket | None]]:
    """Both places taken before any work is done for them; the console's is kept for its process."""
    with ExitStack() as stack:
        api = stack.enter_context(listening(settings.host, settings.port, "CHINHCHU_PORT"))
        if not console or find_spec("service.console.__main__") is None:
            yield api, None
            return
        port = settings.console_port
        yield api, stack.enter_context(listening(settings.host, port, "CHINHCHU_CONSOLE_PORT"))


@contextmanager
def _console(
    settings: Settings, house: House, kept: socket.socket, announce: Callable[[str], None]
) -> Iterator[str]:
    port = int(kept.getsockname()[1])
    kept.close()  # its own process listens from here on
    part = Console(settings, house, port)
    keeper = Keeper([part], announce)
    keeper.start()
    try:
        yield address(settings.host, port)
    finally:
        keeper.stop()


class Console:
    """The console as a part that a keeper looks after; it ends with this process."""

    name = "Console"
    farewell = signal.SIGTERM
    patience = 5.0

    def __init__(self, settings: Settings, house: House, port: int) -> None:
        self._settings = settings
        self._store = house.store
        self._port = port

    @property
    def where(self) -> str:
        """For the line that says where it is."""
        return address(self._settings.host, self._port)

    @property
    def log(self) -> Path:
        """Where it complains."""
        return self._store.folder.home / "console.log"

    def prepare(self) -> None:
        """Nothing has to be in place."""

    def mend(self) -> None:
        """Nothing is kept that could be broken."""

    def start(self) -> subprocess.Popen[bytes]:
        """Starts it; settings and keys reach it through its environment alone."""
        command = [sys.executable, "-m", "service.console"]
        rooms = Path(__file__).resolve().parent.parent
        how = Launch(command, rooms, self.log, self.farewell, environment=self._environment())
        return launch(how)

    def ready(self) -> bool:
        """Whether it takes connections."""
        try:
            socket.create_connection((self._settings.host, self._port), timeout=1).close()
        except OSError:
            return False
        return True

    def _environment(self) -> dict[str, str]:
        keys = self._store.keys
        handed = {
            "CHINHCHU_HOME": str(self._store.folder.home),
            "CHINHCHU_HOST": self._settings.host,
            "CHINHCHU_CONSOLE_PORT": str(self._port),
            "CHINHCHU_DATABASE_URL": self._store.parts.database_url,
            "CHINHCHU_VALKEY_URL": self._store.parts.valkey_url,
            "CHINHCHU_TOKEN_KEY": keys.token.hex(),
            "CHINHCHU_ENCRYPTION_KEY": keys.encryption.hex(),
        }
        if keys.encryption_previous is not None:
            handed["CHINHCHU_ENCRYPTION_KEY_PREVIOUS"] = keys.encryption_previous.hex()
        return {**os.environ, **handed}

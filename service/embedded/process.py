"""Child processes that end with their parent, and the traces of those that did not.

A part is started with a farewell signal that the kernel sends it when its parent dies, also by
`kill -9`. Where a part outlives its parent all the same, its pid file leads to it; a process
counts as ours only while it stands in the folder it serves.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from service.errors import StartError

LONGEST_SOCKET_PATH = 107
_LOG_KEPT = 8 * 1024 * 1024
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class User:
    """An account of the system that a part runs as."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Launch:
    """How to start one part: `folder` becomes its working directory, `log` takes its output.

    Without an `environment` of its own a part gets a bare one: none of the service's secrets.
    """

    command: Sequence[str]
    folder: Path
    log: Path
    farewell: signal.Signals
    user: User | None = None
    environment: Mapping[str, str] | None = None


def own_user() -> User:
    """The account this process runs as.

    Raises:
        StartError: its number has no name; PostgreSQL refuses to work then.
    """
    try:
        entry = pwd.getpwuid(os.geteuid())
    except KeyError:
        raise StartError(
            f"user number {os.geteuid()} has no name on this system; the embedded PostgreSQL "
            "needs one (or set CHINHCHU_DATABASE_URL)"
        ) from None
    return User(entry.pw_name, entry.pw_uid, entry.pw_gid)


def unprivileged_user() -> User | None:
    """`nobody` for root, because PostgreSQL refuses to run as root; None for everyone else."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise StartError("this system has no user `nobody` to run PostgreSQL as") from None
    return User(entry.pw_name, entry.pw_uid, entry.pw_gid)


def launch(how: Launch) -> subprocess.Popen[bytes]:
    """Starts a part; call it on a thread that lives as long as the part shall.

    The kernel ties the farewell to the starting *thread*.
    """
    if how.log.exists() and how.log.stat().st_size > _LOG_KEPT:
        how.log.replace(how.log.with_suffix(".log.1"))
    user = how.user
    with how.log.open("ab") as log, warnings.catch_warnings():
        # From Python 3.12 on, forking beside threads warns; the child only calls prctl.
        warnings.simplefilter("ignore", DeprecationWarning)
        return subprocess.Popen(  # noqa: S603 the command is our own, no shell
            how.command,
            cwd=how.folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=_bare() if how.environment is None else how.environment,
            start_new_session=True,  # Ctrl-C on the terminal is for the parent to hear
            preexec_fn=_tie(how.farewell),  # noqa: PLW1509 there is no other door to prctl
            user=None if user is None else user.uid,
            group=None if user is None else user.gid,
            extra_groups=None if user is None else [],
        )


def run(how: Launch) -> int:
    """Runs a command to its end, on the same terms; gives its exit code."""
    process = launch(how)
    try:
        return process.wait()
    finally:
        if process.poll() is None:
            process.kill()


def stop(process: subprocess.Popen[bytes], farewell: signal.Signals, patience: float) -> None:
    """Asks a part to end, and kills it when it has not after `patience` seconds."""
    if process.poll() is None:
        process.send_signal(farewell)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def end_leftover(pid_file: Path, folder: Path, farewell: signal.Signals, patience: float) -> bool:
    """Ends the part of an earlier life that `pid_file` names, if it still serves `folder`."""
    try:
        pid = int(pid_file.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return False
    if pid <= 1 or not _stands_in(pid, folder):
        return False
    _signal(pid, farewell)
    deadline = time.monotonic() + patience
    while _stands_in(pid, folder):
        if time.monotonic() > deadline:
            _signal(pid, signal.SIGKILL)
        time.sleep(0.05)
    return True


def wheel(name: str) -> Path:
    """The folder of an installed wheel, found without running its code.

    Both wheels prepare folders, locks and exit hooks of their own when imported.
    """
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise StartError(f"the package {name} is not installed")
    return Path(next(iter(spec.submodule_search_locations))).resolve()


@contextmanager
def runtime_folder(record: Path) -> Iterator[Path]:
    """A short folder for sockets, gone at the end of the block.

    `record` remembers it, so that the next life removes what a killed one left.
    """
    _forget(record)
    base = tempfile.gettempdir()
    if len(base) > LONGEST_SOCKET_PATH // 2:
        base = "/tmp"  # noqa: S108 mkdtemp makes a folder of its own there
    folder = Path(tempfile.mkdtemp(prefix="chinhchu-", dir=base))
    # PostgreSQL under another account has to pass through; it cannot list the folder.
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    try:
        record.write_text(f"{folder}\n")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        record.unlink(missing_ok=True)


def _forget(record: Path) -> None:
    try:
        folder = Path(record.read_text().strip())
        ours = folder.name.startswith("chinhchu-") and folder.lstat().st_uid == os.geteuid()
    except OSError:
        return
    if ours and folder.is_dir() and not folder.is_symlink():
        shutil.rmtree(folder, ignore_errors=True)


def _tie(farewell: signal.Signals) -> Callable[[], None]:
    """What the child does before it becomes the part. Nothing here may import or lock."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent, number = os.getpid(), int(farewell)

    def tie() -> None:
        prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent:  # it died between fork and prctl
            os._exit(1)

    return tie


def _bare() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _stands_in(pid: int, folder: Path) -> bool:
    try:
        place = Path(f"/proc/{pid}/cwd")
        alive = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        return alive and place.samefile(folder)
    except OSError:
        return False


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return

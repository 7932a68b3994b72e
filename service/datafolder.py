"""The data folder: where everything kept lies, its version, and who owns it.

| name | holds |
| --- | --- |
| `version` | the format of the folder; a newer one is refused |
| `lock` | held by the one process that runs the parts |
| `keys.json` | the service's keys, mode 0600 |
| `runtime` | names the folder of the running parts' sockets |
| `postgres/`, `valkey/` | the embedded ledger and the embedded live graph |
| `population/` | the register's replica |
| `models/` | released models, which one is the champion, and who promoted it |
| `policies/` | every policy that decided, which one is in force, and who adopted it |
| `watched.json` | when the ledger was watched last, and how many alerts there were |
| `runs/` | what offline commands write where nobody named a place |
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from features.errors import DataFolderError, InputError, NewerFormatError, StorageFullError
from features.register.replica import Replica
from service.errors import FolderBusyError
from service.words import said

VERSION = 1


@dataclass(frozen=True, slots=True)
class DataFolder:
    """A data folder that exists and has a version this program understands."""

    home: Path

    @property
    def keys(self) -> Path:
        """The file of the service's keys."""
        return self.home / "keys.json"

    @property
    def postgres(self) -> Path:
        """The embedded ledger."""
        return self.home / "postgres"

    @property
    def valkey(self) -> Path:
        """The embedded live graph."""
        return self.home / "valkey"

    @property
    def population(self) -> Path:
        """The replica of the population register."""
        return self.home / "population"

    @property
    def runtime(self) -> Path:
        """Names the folder of the running parts' sockets."""
        return self.home / "runtime"

    @property
    def watched(self) -> Path:
        """Tells when the ledger was watched last."""
        return self.home / "watched.json"

    @property
    def runs(self) -> Path:
        """What offline commands write where nobody named a place."""
        return self.home / "runs"


def open_folder(home: Path) -> DataFolder:
    """The folder at `home`, made (mode 0700) if absent; several processes may have it open.

    Raises:
        NewerFormatError: a newer version of the program wrote it.
        StorageFullError: there is no room to make it.
        DataFolderError: it cannot be made or read.
    """
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_version(home / "version")
    except OSError as error:
        raise _failure(home, error) from None
    return DataFolder(home)


def check_made(home: Path) -> None:
    """Refuses a folder in which nothing was ever kept: who only reads makes none.

    Raises:
        InputError: it holds no ledger.
    """
    if not DataFolder(home).postgres.exists():
        raise InputError(
            said(
                f"chưa có dữ liệu nào của chương trình ở {home} (CHINHCHU_HOME)",
                f"nothing of this program is kept at {home} (CHINHCHU_HOME)",
            )
        )


@contextmanager
def owned(home: Path) -> Iterator[DataFolder]:
    """The folder, owned by this process until the end of the block.

    Raises:
        FolderBusyError: another process owns it.
        DataFolderError: as `open_folder`.
    """
    folder = open_folder(home)
    try:
        handle = os.open(home / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _failure(home, error) from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            owner = os.read(handle, 20).decode("ascii", "replace").strip() or "unknown"
            raise FolderBusyError(
                said(
                    f"thư mục dữ liệu đang được tiến trình khác dùng (pid {owner}): {home}",
                    f"the data folder is in use by another process (pid {owner}): {home}",
                )
            ) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield folder
    finally:
        os.close(handle)


def _check_version(file: Path) -> None:
    try:
        text = file.read_text().strip()
    except FileNotFoundError:
        aside = file.with_suffix(f".{os.getpid()}")
        aside.write_text(f"{VERSION}\n")
        aside.rename(file)
        return
    if not text.isdigit():
        raise DataFolderError(f"the version of the data folder cannot be read: {file}")
    if int(text) > VERSION:
        raise NewerFormatError(
            f"the data folder is of version {text}, this program understands {VERSION}: "
            f"{file.parent}"
        )


def _failure(home: Path, error: OSError) -> DataFolderError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return StorageFullError(f"no room left for the data folder: {home}")
    return DataFolderError(f"the data folder cannot be used: {home} ({error.strerror})")


NO_POPULATION = (
    "chưa nạp dữ liệu dân cư: chạy `chinhchu population load FILE` trước",
    "no population is loaded: run `chinhchu population load FILE` first",
)


def check_register(population: Path) -> None:
    """Refuses to go on without a register: who a holder is could never be found out afterwards.

    Raises:
        InputError: no population has been loaded.
    """
    with closing(Replica(population)) as replica:
        if replica.snapshot() is None:
            raise InputError(said(*NO_POPULATION))

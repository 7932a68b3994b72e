"""The folder of a command's results: written aside first, moved there together at the end."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

from features.errors import DataFolderError, InputError, StorageFullError


@contextmanager
def results(out: Path) -> Iterator[Path]:
    """A folder aside in `out`; its files replace those of `out` when the block ends well.

    When it does not, `out` is as it was before: nothing half-written stays, and a folder that was
    made for the results goes again.

    Raises:
        InputError: `out` is not a folder.
        DataFolderError: nothing can be written there.
    """
    existed = out.exists()
    if existed and not out.is_dir():
        raise InputError(f"{out}: is not a folder", f"{out}: không phải thư mục")
    try:
        out.mkdir(parents=True, exist_ok=True)
        aside = Path(mkdtemp(prefix=".part-", dir=out))
    except OSError as error:
        raise unwritable(out, error) from error
    try:
        yield aside
        try:
            for file in sorted(aside.iterdir()):
                file.replace(out / file.name)
        except OSError as error:
            raise unwritable(out, error) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        if not existed:
            with suppress(OSError):  # it holds results
                out.rmdir()


def unwritable(where: Path, error: OSError) -> DataFolderError:
    """One clear line for a place that takes nothing."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return StorageFullError(f"{where}: no room left; what was there before is intact")
    reason = error.strerror or "disk"
    return DataFolderError(f"{where}: cannot write there ({reason})")

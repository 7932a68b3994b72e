"""Sorts more index entries than memory holds: sorted runs wait on the disk and are merged in parts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np

Entries = np.ndarray[Any, np.dtype[Any]]

_RUN = 1 << 23
_PART = 1 << 18
_FIRST_BYTES = 256


class Sorter:
    """Takes entries of equal width in any order and gives them back in order, each once.

    Args:
        folder: where runs wait; they have no name there and go with the process.
        width: bytes of an entry.
        run: how many entries stay in memory.
    """

    def __init__(self, folder: Path, width: int, run: int = _RUN) -> None:
        self._folder, self._run = folder, run
        self._kind = np.dtype(f"S{width}")
        self._loose: list[Entries] = []
        self._held = 0
        self._runs: list[Entries] = []

    def add(self, entries: Entries) -> None:
        """Takes entries, a row of bytes each."""
        self._loose.append(np.ascontiguousarray(entries).view(self._kind).ravel())
        self._held += len(entries)
        if self._held >= self._run:
            with TemporaryFile(dir=self._folder) as file:
                self._sorted().tofile(file)
                self._runs.append(np.memmap(file, self._kind, mode="r"))

    def parts(self) -> Iterator[bytes]:
        """All entries in order, joined, a part at a time; they are given once."""
        last = self._sorted()
        if not self._runs:
            yield from (last[i : i + _PART].tobytes() for i in range(0, len(last), _PART))
            return
        runs = [*self._runs, last]
        bounds = [np.array([bytes([b])], self._kind) for b in range(1, _FIRST_BYTES)]
        cuts = [[0, *(int(np.searchsorted(r, b)[0]) for b in bounds), len(r)] for r in runs]
        for i in range(_FIRST_BYTES):
            pieces = [r[cut[i] : cut[i + 1]] for r, cut in zip(runs, cuts, strict=True)]
            yield _in_order(pieces).tobytes()

    def _sorted(self) -> Entries:
        """What is held in memory, in order; it is held no longer."""
        entries = _in_order([np.empty(0, self._kind), *self._loose])
        self._loose, self._held = [], 0
        return entries


def _in_order(pieces: list[Entries]) -> Entries:
    """The entries of all pieces in order, each once."""
    entries = np.concatenate(pieces)
    entries.sort()
    repeated = np.flatnonzero(entries[1:] == entries[:-1])
    return np.delete(entries, repeated) if len(repeated) else entries

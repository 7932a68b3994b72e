"""Answers of a remote register that are kept for a while, each with the day its data is of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from features.evidence import RegisterAnswer

_MOST = 100_000


@dataclass(frozen=True, slots=True)
class _Kept:
    answer: RegisterAnswer
    as_of: date
    at: float


class Cache:
    """Keeps answers under the keys of their questions, in memory; the oldest make room."""

    def __init__(self, max_age: float) -> None:
        """`max_age` in seconds; 0 keeps nothing."""
        self._max_age = max_age
        self._kept: dict[bytes, _Kept] = {}
        self._newest: date | None = None

    def put(self, key: bytes, answer: RegisterAnswer, as_of: date, now: float) -> None:
        """Keeps an answer that was given at `now`, a moment on the clock of `get`."""
        if self._max_age <= 0:
            return
        self._newest = as_of
        self._kept.pop(key, None)
        self._kept[key] = _Kept(answer, as_of, now)
        if len(self._kept) > _MOST:
            del self._kept[next(iter(self._kept))]

    def get(self, key: bytes, now: float) -> RegisterAnswer | None:
        """An answer that is not too old and of the day that the register now speaks of."""
        kept = self._valid(key, now)
        return kept.answer if kept is not None and kept.as_of == self._newest else None

    def get_in_outage(self, key: bytes, now: float) -> RegisterAnswer | None:
        """An answer that is not too old, though the register may know better by now."""
        kept = self._valid(key, now)
        return None if kept is None else kept.answer

    def _valid(self, key: bytes, now: float) -> _Kept | None:
        kept = self._kept.get(key)
        return kept if kept is not None and now - kept.at < self._max_age else None

"""Who is signed in: sessions in memory, each resting on an API key that is asked again and again.

A revoked key ends its sessions within the seconds that `service.callers` remembers a key. Nothing
is written anywhere; a restart of the console asks everyone to sign in again.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from service.callers import Caller

COOKIE = "chinhchu_console"
LONGEST = 12 * 3600.0
"""Seconds from sign-in to the end of a session, at work or not."""
IDLE = 3600.0
"""Seconds without a page after which a session ends."""
_MOST = 10_000


class KeyCheck(Protocol):
    """Tells whose key this is; `service.callers.Callers` is one."""

    def remembered(self, key: str) -> Caller | None:
        """The caller if the key was found a moment ago."""
        ...

    def verify(self, key: str) -> Caller | None:
        """The caller of a valid key."""
        ...


@dataclass(slots=True)
class _Session:
    """One signed-in browser; the times are those of a monotonic clock."""

    key: str = field(repr=False)
    began: float
    seen: float


class Sessions:
    """The sessions of one console process."""

    def __init__(self, keys: KeyCheck, seconds: Callable[[], float] = time.monotonic) -> None:
        self._keys = keys
        self._seconds = seconds
        self._open: dict[str, _Session] = {}
        self._lock = threading.Lock()

    def begin(self, key: str) -> str | None:
        """Signs in; gives the secret of the new session, None for an unknown or revoked key.

        Raises:
            UnavailableError: the ledger is away.
        """
        if self._keys.verify(key) is None:
            return None
        secret, now = secrets.token_urlsafe(32), self._seconds()
        with self._lock:
            self._drop_old(now)
            self._open[secret] = _Session(key, now, now)
        return secret

    def caller(self, secret: str | None) -> Caller | None:
        """Who holds this session; None where it has ended or its key is no longer valid.

        Raises:
            UnavailableError: the ledger is away.
        """
        now = self._seconds()
        with self._lock:
            session = self._open.get(secret or "")
            if session is None or _over(session, now):
                return None
            session.seen = now
        found = self._keys.remembered(session.key) or self._keys.verify(session.key)
        if found is None:
            self.end(secret)
        return found

    def end(self, secret: str | None) -> None:
        """Signs out; an unknown session is none."""
        with self._lock:
            self._open.pop(secret or "", None)

    def _drop_old(self, now: float) -> None:
        for secret in [s for s, session in self._open.items() if _over(session, now)]:
            del self._open[secret]
        while len(self._open) >= _MOST:
            del self._open[next(iter(self._open))]


def _over(session: _Session, now: float) -> bool:
    return now - session.began > LONGEST or now - session.seen > IDLE

"""Who may call: API keys, each bound to one institution; the ledger keeps their hashes alone.

A key is 256 random bits, so one plain SHA-256 is enough: there is nothing to guess.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from features.registration import Institution
from service.ledger import Ledger

PREFIX = "chinhchu_"
_REMEMBERED = 5.0
"""Seconds that a key is trusted without asking again: as long as a revocation may take."""
_MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Caller:
    """A caller whose key was found: its institution, and the key's public name for the record."""

    institution: Institution
    role: str
    name: str


def create_key(ledger: Ledger, institution: Institution, role: str = "caller") -> str:
    """Makes a key for an institution; this is the only time its text is seen."""
    key = PREFIX + secrets.token_urlsafe(32)
    with ledger.connection() as door:
        door.execute(
            "INSERT INTO api_keys (key_hash, institution, role, created_at) "
            "VALUES (%s, %s, %s, %s)",
            [_hash(key), institution, role, datetime.now(UTC)],
        )
    return key


def revoke_key(ledger: Ledger, key: str) -> bool:
    """Revokes a key from now on; False where there is no such key."""
    with ledger.connection() as door:
        done = door.execute(
            "UPDATE api_keys SET revoked_at = %s WHERE key_hash = %s AND revoked_at IS NULL",
            [datetime.now(UTC), _hash(key)],
        )
        return done.rowcount == 1


class Callers:
    """Tells callers by their keys, and remembers the known ones for a few seconds."""

    def __init__(self, ledger: Ledger, seconds: Callable[[], float] = time.monotonic) -> None:
        self._ledger = ledger
        self._seconds = seconds
        self._remembered: dict[bytes, tuple[float, Caller]] = {}
        self._lock = threading.Lock()

    def remembered(self, key: str) -> Caller | None:
        """The caller if the key was found a moment ago; asks nobody."""
        with self._lock:
            found = self._remembered.get(_hash(key))
        if found is None or self._seconds() - found[0] > _REMEMBERED:
            return None
        return found[1]

    def verify(self, key: str) -> Caller | None:
        """The caller of a valid key, None for an unknown or revoked one.

        Raises:
            UnavailableError: the ledger is away.
        """
        digest = _hash(key)
        with self._ledger.connection() as door:
            row = door.execute(
                "SELECT institution, role FROM api_keys WHERE key_hash = %s AND revoked_at IS NULL",
                [digest],
            ).fetchone()
        if row is None:
            return None
        caller = Caller(Institution(row[0]), row[1], f"{row[0]}:{digest[:4].hex()}")
        with self._lock:
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[digest] = (self._seconds(), caller)
        return caller


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "replace")).digest()

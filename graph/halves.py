"""Two places for one live graph: one is in force, in the other it may be built anew meanwhile.

Their keys begin unlike and are equally long. One builder at a time; it has the place aside for as
long as it says so again and again, and nothing that a killed one left is ever in force.
"""

from __future__ import annotations

from typing import Any

import redis

HALVES = (b"chinhchu:", b"chinhchu;")
"""What every key of a half begins with: the server may be somebody else's too."""

_IN_FORCE = b"chinhchu-in-force"
_BUILDER = b"chinhchu-builder"
HELD_MS = 30_000
"""How long the place aside stays taken when nothing more is heard of its builder."""

_HOLD = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
"""
_SWITCH = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2])
redis.call('DEL', KEYS[1])
return 1
"""
_LET_GO = """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
"""


def in_force(client: redis.Redis) -> bytes:
    """The half that is asked."""
    return HALVES[1] if client.get(_IN_FORCE) == HALVES[1] else HALVES[0]


def aside(client: redis.Redis) -> bytes:
    """The half that nobody asks."""
    return HALVES[1 - HALVES.index(in_force(client))]


class Builder:
    """Who builds aside; `name` is like no other's."""

    def __init__(self, client: redis.Redis, name: str) -> None:
        self._client = client
        self._name = name

    def take(self) -> bool:
        """Takes the place aside; False where another builder has it."""
        return bool(self._client.set(_BUILDER, self._name, nx=True, px=HELD_MS))

    def who(self) -> str:
        """The name of whoever has the place aside; empty where nobody has."""
        found: Any = self._client.get(_BUILDER)
        return (found or b"").decode()

    def hold(self) -> bool:
        """Says that it is at work still; False where it was given up for dead."""
        return self._run(_HOLD, [_BUILDER], self._name, str(HELD_MS))

    def put_in_force(self, half: bytes) -> bool:
        """Has what it built asked from here on; False where it was given up for dead."""
        return self._run(_SWITCH, [_BUILDER, _IN_FORCE], self._name, half)

    def let_go(self) -> None:
        """Leaves the place to whoever comes, if it was its own."""
        self._run(_LET_GO, [_BUILDER], self._name)

    def _run(self, script: str, keys: list[bytes], *values: str | bytes) -> bool:
        return bool(self._client.eval(script, len(keys), *keys, *values))

"""When a remote register is not called: after failures, and beyond the questions of a minute."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

_MINUTE = 60.0


class Breaker:
    """Opens after so many failures in a row; after a pause one call tries whether it is over."""

    def __init__(self, failures: int, pause: float, clock: Callable[[], float]) -> None:
        self._most = failures
        self._pause = pause
        self._clock = clock
        self._failures = 0
        self._opened_at: float | None = None
        self.healthy = True
        """Whether the last call was answered, or none was made yet."""

    def may_call(self) -> bool:
        """Whether a call is worth making now."""
        return self._opened_at is None or self._clock() - self._opened_at >= self._pause

    def succeed(self) -> None:
        """A call was answered."""
        self._failures, self._opened_at, self.healthy = 0, None, True

    def refuse(self) -> None:
        """Nothing that was asked was taken: no answer, yet another question may be taken."""
        self.healthy = False

    def fail(self) -> None:
        """A call was not answered; one that was a trial opens the breaker for another pause."""
        self._failures += 1
        self.healthy = False
        if self._failures >= self._most:
            self._opened_at = self._clock()


class Budget:
    """Never grants more questions than agreed within any minute."""

    def __init__(self, per_minute: int, clock: Callable[[], float]) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._spent: deque[tuple[float, int]] = deque()

    @property
    def left(self) -> int:
        """Questions that may be asked now."""
        now = self._clock()
        while self._spent and now - self._spent[0][0] >= _MINUTE:
            self._spent.popleft()
        return self._per_minute - sum(count for _, count in self._spent)

    def grant(self, wanted: int) -> int:
        """As many of the wanted questions as may be asked now; they count as asked."""
        granted = min(wanted, self.left)
        if granted > 0:
            self._spent.append((self._clock(), granted))
        return granted

"""Progress of long work on standard error: rows done, rate, time left."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence

from features.evidence import PopulationRegister, RegisterAnswer
from features.registration import Registration
from service.words import said

_EVERY = 0.5
"""Seconds between two lines on a terminal; elsewhere ten times that."""


class Progress:
    """Prints one changing line a stage on a terminal, a line now and then elsewhere."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._stage, self._since, self._printed = "", clock(), 0.0
        self._live = sys.stderr.isatty()
        self.seconds: dict[str, float] = {}

    def stage(self, name: str, vietnamese: str, english: str) -> None:
        """Begins a stage; `name` is its key in the report's timings."""
        self.done()
        self._stage, self._since, self._printed = name, self._clock(), self._clock()
        self._show(said(vietnamese, english), end="\n")

    @property
    def staged(self) -> bool:
        """Whether a stage runs."""
        return bool(self._stage)

    def count(self, done: int) -> None:
        """So many rows of the stage are done; how many there are is not known yet."""
        if self._due():
            rate = done / max(self._printed - self._since, 1e-9)
            vi = f"  {_points(done)} dòng, {_points(rate)} dòng/giây"
            self._show(said(vi, f"  {done:,} rows, {rate:,.0f} rows/s"), self._end)

    def rows(self, done: int, total: int) -> None:
        """So many rows of the stage are done."""
        if not self._due():
            return
        rate = done / max(self._printed - self._since, 1e-9)
        left = (total - done) / max(rate, 1e-9)
        count, whole, speed, rest = map(_points, (done, total, rate, left))
        vi = f"  {count} / {whole} dòng, {speed} dòng/giây, còn {rest} giây"
        en = f"  {done:,} / {total:,} rows, {rate:,.0f} rows/s, {left:,.0f} s left"
        self._show(said(vi, en), self._end)

    def _due(self) -> bool:
        """Whether it is time for a line again."""
        now = self._clock()
        due = now - self._printed >= (_EVERY if self._live else 10 * _EVERY)
        self._printed = now if due else self._printed
        return due

    @property
    def _end(self) -> str:
        return "\r" if self._live else "\n"

    def done(self) -> None:
        """Ends the stage."""
        if self._stage:
            self.seconds[self._stage] = round(self._clock() - self._since, 2)
        self._stage = ""

    def _show(self, line: str, end: str) -> None:
        clear = "\x1b[K" if self._live else ""
        sys.stderr.write(f"{clear}{line}{end}")
        sys.stderr.flush()


def _points(number: float) -> str:
    """A number as Vietnamese writes it, with points between its thousands."""
    return f"{number:,.0f}".replace(",", ".")


class WatchedRegister:
    """A register that tells how far a long question has come."""

    def __init__(self, register: PopulationRegister, progress: Progress, rows: int = 2_000) -> None:
        self._register, self._progress, self._rows = register, progress, rows

    def ask(self, registrations: Sequence[Registration]) -> list[RegisterAnswer]:
        """The register's own answers, asked in parts."""
        answers: list[RegisterAnswer] = []
        for i in range(0, len(registrations), self._rows):
            answers += self._register.ask(registrations[i : i + self._rows])
            self._progress.rows(len(answers), len(registrations))
        return answers

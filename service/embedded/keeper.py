"""Brings parts up, watches them, starts again what dies, and stops them in the end."""

from __future__ import annotations

import logging
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from signal import Signals
from typing import Protocol

from features.errors import ChinhchuError, StorageFullError
from service.embedded.process import stop
from service.errors import StartError
from service.words import said

_TRIES = 4
_LONGEST_START = 120.0
_LOOK = 0.1

_logger = logging.getLogger(__name__)


class Part(Protocol):
    """A program that runs beside ours."""

    name: str
    farewell: Signals
    patience: float

    @property
    def where(self) -> str:
        """For the line that says where it is."""
        ...

    @property
    def log(self) -> Path:
        """Where it complains."""
        ...

    def prepare(self) -> None:
        """What has to be in place before each start."""
        ...

    def start(self) -> subprocess.Popen[bytes]:
        """Starts it."""
        ...

    def ready(self) -> bool:
        """Whether it answers."""
        ...

    def mend(self) -> None:
        """What may help when it ends again and again before it is ready."""
        ...


class Keeper:
    """Keeps parts running on one thread of its own, from `start` to `stop`.

    All parts are started on that thread: the kernel sends a part its farewell when the thread
    that started it ends.
    """

    def __init__(self, parts: Sequence[Part], say: Callable[[str], None]) -> None:
        self._parts = list(parts)
        self._say = say
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._stopping = threading.Event()
        self._up = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._keep, name="keeper", daemon=True)

    def start(self) -> None:
        """Returns when every part answers.

        Raises:
            StartError: one does not start.
        """
        self._thread.start()
        self._up.wait()
        if self._error is not None:
            self._thread.join()
            raise self._error

    def stop(self) -> None:
        """Stops every part, the last started first."""
        self._stopping.set()
        self._thread.join()

    def pids(self) -> dict[str, int]:
        """The process number of each running part, by name."""
        return {name: process.pid for name, process in self._running.items()}

    def _keep(self) -> None:
        try:
            for part in self._parts:
                self._bring_up(part)
                self._say(f"{part.name}: {part.where}")
            self._up.set()
            while not self._stopping.wait(_LOOK):
                self._look_after()
        except BaseException as error:  # noqa: BLE001 handed to the thread that waits in `start`
            self._error = error
        finally:
            for part in reversed(self._parts):
                if part.name in self._running:
                    stop(self._running.pop(part.name), part.farewell, part.patience)
            self._up.set()

    def _look_after(self) -> None:
        for part in self._parts:
            running = self._running.get(part.name)
            if running is not None and running.poll() is None:
                continue
            _logger.warning(
                said("%s đã dừng; đang chạy lại", "%s ended; it is started again"), part.name
            )
            try:
                self._bring_up(part)
            except (ChinhchuError, OSError) as error:
                _logger.warning("%s", error)
                self._stopping.wait(1.0)

    def _bring_up(self, part: Part) -> None:
        """Starts a part and waits until it answers; a few tries, with mending before the last."""
        for attempt in range(_TRIES):
            if attempt == _TRIES - 1:
                part.mend()
            try:
                part.prepare()
                self._running[part.name] = part.start()
            except OSError as error:
                raise StartError(f"{part.name} does not start ({error.strerror})") from None
            if self._wait_ready(part):
                return
            if self._stopping.wait(0.2 * 2**attempt):
                return
        raise _failure(part)

    def _wait_ready(self, part: Part) -> bool:
        process = self._running[part.name]
        deadline = time.monotonic() + _LONGEST_START
        while process.poll() is None and not self._stopping.is_set():
            if part.ready():
                return True
            if time.monotonic() > deadline:
                stop(process, part.farewell, part.patience)
                break
            time.sleep(0.05)
        return self._stopping.is_set()


def _failure(part: Part) -> ChinhchuError:
    try:
        last = part.log.read_bytes()[-2000:].decode("utf-8", "replace")
    except OSError:
        last = ""
    if "No space left" in last or "File too large" in last:
        return StorageFullError(f"{part.name} does not start: no room left on the disk")
    return StartError(f"{part.name} does not start; the reason is in {part.log}")

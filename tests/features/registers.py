"""What the tests of the registers share: a stand-in on a real socket, and a clock of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from random import Random
from time import monotonic, sleep

from starlette.types import ASGIApp

from features.register.remote import RemoteRegister, Surroundings, Terms
from features.register.replica import Replica
from service.nationalregister.app import StandIn, Switches
from service.webserver import address, answering, listening

REAL = Surroundings(monotonic, sleep, Random(1).random)
AMPLE = 10**9


@dataclass
class Watch:
    """A clock that goes on only where somebody sleeps or the test says so."""

    now: float = 1_000.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    @property
    def around(self) -> Surroundings:
        """The outside of a register, with chance always one half."""
        return Surroundings(lambda: self.now, self.sleep, lambda: 0.5)


@contextmanager
def at_work(app: ASGIApp) -> Iterator[str]:
    """The address of an application on a free port of this machine."""
    with listening("127.0.0.1", 0, "a port") as listener, answering(app, listener):
        yield address("127.0.0.1", listener.getsockname()[1])


@contextmanager
def standing_in(replica: Replica, token: str | None = None, **switches: float) -> Iterator[str]:
    """The address of a stand-in over a replica."""
    with at_work(StandIn(replica, Switches(**switches), Random(1), token).app()) as url:
        yield url


@contextmanager
def asked_at(
    url: str, around: Surroundings = REAL, **terms: float | str | None
) -> Iterator[RemoteRegister]:
    """A remote register, with ample time and budget where the test says nothing else."""
    agreed = {"deadline": 20.0, "per_minute": AMPLE, "max_age": 0.0, "backoff": 0.01}
    with closing(RemoteRegister(Terms(url, **agreed | terms), around)) as register:
        yield register

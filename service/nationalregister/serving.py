"""Serves the stand-in of a national register until told to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from features.reading import Rejected
from features.register.replica import Replica
from service.datafolder import check_register, open_folder
from service.embedded import say
from service.errors import SettingsError
from service.nationalregister.app import StandIn, Switches
from service.settings import Settings, is_this_machine
from service.webserver import address, answering, listening, told_by_signal
from service.words import said
from training.book import load_population, rows_rejected


@dataclass(frozen=True, slots=True)
class Trial:
    """What is served and how; `population` None is the replica of the data folder."""

    population: Path | None
    port: int
    switches: Switches
    seed: int


def serve(settings: Settings, trial: Trial) -> int:
    """Serves until Ctrl-C or TERM; gives the exit code 0 then. Call it on the main thread.

    Raises:
        ChinhchuError: no population, an unreadable one, or a port that is taken.
    """
    told = threading.Event()
    with running(settings, trial), told_by_signal(told):
        told.wait()
    return 0


@contextmanager
def running(
    settings: Settings, trial: Trial, announce: Callable[[str], None] = say
) -> Iterator[str]:
    """The stand-in until the end of the block; gives its address.

    Raises:
        ChinhchuError: as `serve`.
    """
    _check_host(settings)
    with ExitStack() as stack:
        listener = stack.enter_context(listening(settings.host, trial.port, "--port"))
        replica = stack.enter_context(_replica(settings, trial.population, announce))
        stand_in = StandIn(replica, trial.switches, Random(trial.seed), settings.register_token)  # noqa: S311 chance, no secret
        stack.enter_context(answering(stand_in.app(), listener))
        url = address(settings.host, listener.getsockname()[1])
        announce(said(f"Cơ sở dữ liệu dân cư thử: {url}", f"Stand-in register: {url}"))
        announce(said(*_WARNING))
        yield url


_WARNING = (
    "Chỉ để thử: trả lời từ bản sao tại chỗ, không phải cơ sở dữ liệu quốc gia.",
    "For trials only: it answers from a local replica and is not the national register.",
)


def _check_host(settings: Settings) -> None:
    """Who asks from another machine has to show a token."""
    if settings.register_token is None and not is_this_machine(settings.host):
        raise SettingsError(
            said(
                "mở ra ngoài máy này (CHINHCHU_HOST) thì phải đặt CHINHCHU_REGISTER_TOKEN",
                "listening beyond this machine (CHINHCHU_HOST) needs CHINHCHU_REGISTER_TOKEN",
            )
        )


@contextmanager
def _replica(
    settings: Settings, population: Path | None, announce: Callable[[str], None]
) -> Iterator[Replica]:
    """The replica of the data folder, or of a file in a scratch folder that goes at the end."""
    if population is None:
        folder = open_folder(settings.home).population
        check_register(folder)
        with closing(Replica(folder)) as replica:
            yield replica
        return
    with (
        TemporaryDirectory(prefix="chinhchu-register-") as scratch,
        closing(Replica(Path(scratch))) as replica,
    ):
        rejected: list[Rejected] = []
        report = load_population(population, replica, rejected, datetime.now(UTC).date())
        rows = rows_rejected(rejected)
        announce(
            said(
                f"Đã nạp {report.loaded} người, bỏ {rows} dòng",
                f"{report.loaded} persons loaded, {rows} rows rejected",
            )
        )
        yield replica

"""What each command does, once its words are understood; printing is for `service.cli` alone."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from features.errors import InputError
from features.reading import Rejected, write_rejected
from features.register.replica import Replica
from features.registration import Institution
from graph.attributes import Tokens
from models import policy, registry
from service import wiring
from service.bookload import BookLoad, read_book
from service.callers import create_key
from service.campaign.judging import Judge
from service.campaign.output import write_report
from service.campaign.runs import Moments, backtest, campaign
from service.datafolder import check_register, open_folder
from service.interruption import one_scratch
from service.ledger.records import LONGEST_KEY
from service.ledger_book import ledger_book
from service.progress import Progress
from service.results import results
from service.settings import Settings
from service.watch_report import note_alerts, write_watch
from service.watching import WatchedFiles, past_of_files, past_of_ledger
from service.words import said
from training import card
from training.book import Book, BookFiles, load_population, open_book, rows_rejected
from training.comparing import compare
from training.processes import processors
from training.promote import Promotion, Release, release
from training.train import train
from training.watch import Watch, period_of, watch
from training.world import simulate


def make_world(out: Path, persons: int, seed: int) -> dict[str, int]:
    """Writes a synthetic world; gives the rows of each file."""
    progress = Progress()
    with results(out) as aside:
        progress.stage("simulate", "Tạo thế giới giả lập…", "Making the world…")
        world = simulate(persons, seed)
        world.write(aside)
    tables = ("population", "registrations", "labels", "truth")
    return {name: getattr(world, name).num_rows for name in tables}


def population_load(settings: Settings, file: Path, as_of: date) -> tuple[Any, int, Path]:
    """Loads the local replica; gives the report, the rejected rows' number, the run's folder."""
    out = _run_folder(settings, "population-load")
    replica = Replica(open_folder(settings.home).population)
    rejected: list[Rejected] = []
    progress = Progress()

    def watch(_: object, done: int) -> None:
        if not progress.staged:  # a file that cannot be read at all is told in one line
            progress.stage("population", "Nạp dữ liệu dân cư…", "Loading the population…")
        progress.count(done)

    with results(out) as aside, closing(replica):
        report = load_population(file, replica, rejected, as_of, watch)
        write_rejected(aside / "rejected.parquet", rejected)
    return report, rows_rejected(rejected), out


def book_load(
    settings: Settings, registrations: Path, labels: Path | None
) -> tuple[dict[str, int], Path]:
    """Puts a history into ledger and graph; gives what was done and where rejected rows are."""
    out = _run_folder(settings, "book-load")
    book = read_book(registrations, labels)  # before anything is started for it
    check_register(open_folder(settings.home).population)
    with results(out) as aside, wiring.opened(settings) as store:
        load = BookLoad(store, wiring.now(), Progress())
        load.record(book, aside)
    return load.counts, out


@dataclass(frozen=True, slots=True)
class Training:
    """What `train` was asked.

    Without `files` it learns from the ledger; `until` None is just after the last row.
    """

    files: BookFiles | None
    until: datetime | None
    may_promote: bool
    seed: int
    trials: int = 0


def train_model(settings: Settings, asked: Training) -> Promotion:
    """Trains, evaluates, registers, promotes; `folder` of what it gives is that of the run."""
    progress = Progress()
    home = open_folder(settings.home).home
    out = _run_folder(settings, "train")
    # The ledger first: its server may run as another user, who cannot write into our scratch.
    with results(out) as aside, _book(settings, asked) as book, one_scratch():
        progress.stage("train", "Đối chiếu, đếm, huấn luyện…", "Checking, counting, training…")
        until = learned_until(book, asked.until)
        trained = train(
            book,
            until,
            Tokens(secrets.token_bytes(32)),
            seed=asked.seed,
            trials=asked.trials,
            processes=processors(),
        )
        write_rejected(aside / "rejected.parquet", book.rejected)
        progress.stage("register", "Ghi vào sổ mô hình…", "Registering the model…")
        compared = compare(trained, home, time.perf_counter_ns)
        made = Release(trained.bundle, compared, card.write(trained, compared, aside / "card"))
        promotion = release(made, home, may_promote=asked.may_promote, at=wiring.now())
        progress.done()
        counts: dict[str, Any] = {
            "command": "train",
            "until": until.isoformat(),
            "counts": book.counts,
        }
        if asked.until is not None:
            counts["until_asked"] = asked.until.isoformat()
        write_report(aside, {**counts, **_told(promotion), "seconds": progress.seconds})
    return replace(promotion, folder=out)


@contextmanager
def _book(settings: Settings, asked: Training) -> Iterator[Book]:
    """What a model is to learn from."""
    if asked.files is None:
        with ledger_book(settings, asked.until) as book:
            yield book
        return
    files, until = asked.files, asked.until
    with one_scratch(), open_book(files, until=until, labels_until=until) as book:
        yield book


def _told(promotion: Promotion) -> dict[str, Any]:
    """What a report says of a model that was made."""
    return {
        "model_version": promotion.version,
        "is_champion": promotion.is_champion,
        "why": promotion.why.en,
        "figures": promotion.figures,
        "champion_figures": promotion.champion_figures,
    }


def learned_until(book: Book, asked: datetime | None) -> datetime:
    """The moment that a model's age counts from: the one asked for, but never after all is known.

    A day to come would make it younger than what it learned from.
    """
    moments = [r.registered_at for r in book.registrations]
    moments += [confirmed_at for confirmed_at, _ in book.outcomes.values()]
    just_after = max(moments, default=wiring.now()) + timedelta(microseconds=1)
    return just_after if asked is None else min(asked, just_after)


@dataclass(frozen=True, slots=True)
class Screened:
    """What a backtest or a campaign was asked.

    `policy` None is the packaged one, `out` None a new folder under `runs/`.
    """

    files: BookFiles
    model: str | None
    policy: Path | None
    out: Path | None


def run_backtest(
    settings: Settings, asked: Screened, rings_every: int
) -> tuple[dict[str, Any], Path]:
    """Replays a book; gives the report and the folder of the results."""
    return _screened(
        settings,
        asked,
        "backtest",
        lambda judge, out: backtest(asked.files, judge, out, rings_every=rings_every),
    )


def run_campaign(
    settings: Settings, asked: Screened, moments: Moments
) -> tuple[dict[str, Any], Path]:
    """Reviews a whole book; gives the report and the folder of the results."""
    return _screened(
        settings,
        asked,
        "campaign",
        lambda judge, out: campaign(asked.files, judge, out, moments),
    )


def _screened(
    settings: Settings,
    asked: Screened,
    name: str,
    run: Callable[[Judge, Path], dict[str, Any]],
) -> tuple[dict[str, Any], Path]:
    folder = registry.resolve(asked.model, open_folder(settings.home).home)
    judge = Judge.of(folder, asked.policy or policy.DEFAULT, Progress())
    out = asked.out or _run_folder(settings, name)
    with one_scratch():
        return run(judge, out), out


@dataclass(frozen=True, slots=True)
class Watched:
    """What `watch` was asked; `files` None is the ledger, the others None are its own choice."""

    files: WatchedFiles | None
    month: str | None
    reference: tuple[str, str] | None
    out: Path | None


def watch_past(settings: Settings, asked: Watched) -> tuple[Watch, Path]:
    """Watches the ledger or files; gives what was found and the folder of the results.

    What the ledger gave is noted in the data folder, for the metrics of the service.
    """
    progress = Progress()
    if asked.files is not None:
        past = past_of_files(asked.files, progress)
    else:
        wiring.check_there(settings)
        with wiring.visited(settings) as ledger:
            past = past_of_ledger(ledger, settings.home, progress)
    progress.stage("watch", "So với trước…", "Comparing with the past…")
    period = period_of(past.at, asked.month, asked.reference)
    found = watch(past, period, past.known_until)
    out = asked.out or _run_folder(settings, "watch")
    with results(out) as aside:
        write_watch(found, aside)
    if asked.files is None:
        note_alerts(open_folder(settings.home).watched, found, wiring.now())
    progress.done()
    return found, out


def new_key(settings: Settings, institution: str) -> str:
    """A new API key of an institution, shown once; only its hash is kept.

    Raises:
        InputError: a code that no registration could carry.
        ChinhchuError: the ledger does not answer.
    """
    good = institution == institution.strip() and institution.isprintable()
    if not (good and 0 < len(institution) <= LONGEST_KEY):
        raise InputError(
            said(
                f"mã tổ chức phải có từ 1 đến {LONGEST_KEY} ký tự in được, không có khoảng trắng ở hai đầu",
                f"an institution's code is 1 to {LONGEST_KEY} printable characters, no blank at either end",
            )
        )
    with wiring.visited(settings) as ledger:
        return create_key(ledger, Institution(institution))


def _run_folder(settings: Settings, command: str) -> Path:
    """A name that no other run has; the folder itself is made with the results."""
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S}"
    return open_folder(settings.home).runs / f"{stamp}-{command}-{secrets.token_hex(2)}"

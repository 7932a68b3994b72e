"""The demonstration: a small simulated province from nothing to a live, explained decision.

Everybody in it is made up. It works in `demo/` of the data folder, made anew each time: of a year of
the province all but the last 90 days becomes history, a model learns from it, and these 90 days are
screened live through the API as if they were happening, one day after the other.
"""

from __future__ import annotations

import http.client
import json
import shutil
import signal
import sys
import threading
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import pyarrow.parquet as pq

from features.difference import SENTENCES
from features.reading import read_registrations
from features.register.replica import Replica
from features.registration import Institution, Registration
from graph.attributes import Key
from models import bundle, registry
from models.decision import Decision
from models.wording import REASONS
from service import wiring
from service.bookload import BookLoad
from service.callers import create_key
from service.commands import Training, train_model
from service.datafolder import open_folder, owned
from service.ledger.records import content
from service.ledger.rings import RingLedger
from service.progress import Progress
from service.ring_story import story
from service.serving import Serving, check_ports, running
from service.settings import Settings
from service.words import percent, said
from training.book import BookFiles, load_population
from training.world import DAYS, simulate

PERSONS = 10_000
SEED = 5
LIVE_DAYS = 90

Answer = dict[str, Any]
_DECISIONS = {
    Decision.CLEAR: ("thông qua", "clear"),
    Decision.REVIEW: ("cần xem xét", "review"),
    Decision.REFUSE: ("từ chối", "refuse"),
}


def demo(settings: Settings, *, wait: bool) -> int:
    """Runs it all; serves until Ctrl-C if `wait`. Gives the exit code.

    Raises:
        ChinhchuError: something does not start, or another demonstration is running.
    """
    open_folder(settings.home)  # a newer one is not for this program, nor is a corner of it
    own = replace(
        settings,
        home=settings.home / "demo",
        database_url=None,
        valkey_url=None,
        register_url=None,  # nobody of its province is known there
    )
    told = threading.Event()
    before = signal.signal(signal.SIGTERM, lambda *_: _interrupt())
    try:
        return _demo(own, told, wait=wait)
    except KeyboardInterrupt:
        return 0
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt() -> None:
    raise KeyboardInterrupt


def _demo(settings: Settings, told: threading.Event, *, wait: bool) -> int:
    check_ports(settings)
    if settings.home.exists():
        with owned(settings.home):  # another demonstration is told of before anything else
            pass
    _say("Dọn chỗ và dựng một tỉnh nhỏ…", "Making room and a small province…")
    _sweep(settings)
    today = datetime.now(UTC).date()
    live_from = datetime.combine(today - timedelta(days=LIVE_DAYS), time(), UTC)
    files = _province(settings, today)
    _learn(settings, files, live_from)
    stream = _history(settings, files, live_from)
    clock = _Clock(live_from)
    with running(settings, clock=clock.now, announce=_quiet) as serving:
        _say(
            f"Sàng lọc trực tiếp {_whole(len(stream))} đăng ký của {LIVE_DAYS} ngày cuối…",
            f"Screening the {len(stream):,} registrations of the last {LIVE_DAYS} days live…",
        )
        with _Callers(serving) as callers:
            answers = callers.replay(stream, clock)
        clock.moment = None
        institution, ring = _findings(answers, stream)
        _story(serving, ring)
        if wait:
            institution = institution or next(iter(callers.keys))
            _ways_in(serving, ring, institution, callers.keys[institution])
            told.wait()
    return 0


def _sweep(settings: Settings) -> None:
    """Stops what a killed demonstration left running, then removes its files."""
    home = settings.home
    if home.exists():
        with wiring.opened(settings, announce=_quiet):
            pass
        with owned(home):
            for entry in home.iterdir():
                if entry.is_dir():
                    shutil.rmtree(entry)
                elif entry.name != "lock":
                    entry.unlink()


def _province(settings: Settings, today: date) -> BookFiles:
    """A year of the province that ends today, and its population in the local replica."""
    world = settings.home / "world"
    simulate(PERSONS, SEED, start=today - timedelta(days=DAYS)).write(world)
    files = BookFiles.of(world)
    replica = Replica(settings.home / "population")
    # Older than the first day that is replayed: nothing that judges may be of a day to come.
    taken = today - timedelta(days=LIVE_DAYS)
    persons = load_population(files.population, replica, [], taken).loaded
    replica.close()
    _say(
        f"  {_whole(persons)} người trong bản sao dân cư",
        f"  {persons:,} persons in the register's replica",
    )
    return files


def _learn(settings: Settings, files: BookFiles, until: datetime) -> None:
    made = train_model(settings, Training(files, until, may_promote=True, seed=0))
    known = bundle.load(registry.resolve(made.version, settings.home)).card["frauds_known"]
    _say(
        f"  mô hình {made.version}: học từ {_whole(known)} vụ gian lận đã biết",
        f"  model {made.version}: learned from {known:,} known frauds",
    )
    if not made.is_champion:
        _say(
            "  chưa chứng tỏ tốt hơn: mô hình mặc định vẫn đánh giá",
            "  it has not shown itself better: the default model goes on judging",
        )


def _history(settings: Settings, files: BookFiles, until: datetime) -> list[Registration]:
    """Loads what lies before `until` into ledger and graph; gives the rest, in order."""
    past = files.registrations.with_name("history.parquet")
    for source, column in ((files.registrations, "registered_at"), (files.labels, "confirmed_at")):
        if source is not None:
            table = pq.read_table(source, filters=[(column, "<", until)])
            pq.write_table(table, past if source == files.registrations else _known(files))
    with wiring.opened(settings, announce=_quiet) as store:
        load = BookLoad(store, until, Progress())
        load.load(past, _known(files), past.parent)
    rows = read_registrations(files.registrations).items
    return sorted((r for r in rows if r.registered_at >= until), key=lambda r: r.order)


def _known(files: BookFiles) -> Path:
    return files.registrations.with_name("history-labels.parquet")


class _Clock:
    """The service's clock while the last 90 days are replayed; afterwards the real one."""

    def __init__(self, moment: datetime) -> None:
        self.moment: datetime | None = moment

    def now(self) -> datetime:
        return self.moment or datetime.now(UTC)


class _Callers:
    """Every institution with a key of its own, calling the API as banks and operators would."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving
        self._host = urlsplit(serving.api_url).netloc
        self._pool = ThreadPoolExecutor(4)
        self.keys: dict[Institution, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def replay(self, stream: Sequence[Registration], clock: _Clock) -> list[Answer]:
        """Each day's registrations, one list an institution; the clock stands at the day's end."""
        answers: list[Answer] = []
        for day, rows in groupby(stream, key=lambda r: r.registered_at.date()):
            clock.moment = datetime.combine(day, time(23, 59, 59), UTC)
            by_institution: dict[Institution, list[Registration]] = defaultdict(list)
            for row in rows:
                by_institution[row.institution].append(row)
            for institution in by_institution.keys() - self.keys.keys():
                self.keys[institution] = create_key(self._serving.house.ledger, institution)
            for part in self._pool.map(self._post, by_institution, by_institution.values()):
                answers += part
        return answers

    def _post(self, institution: Institution, rows: Sequence[Registration]) -> list[Answer]:
        connection = http.client.HTTPConnection(self._host, timeout=60)
        headers = {
            "Authorization": f"Bearer {self.keys[institution]}",
            "Content-Type": "application/json",
        }
        body = b"[" + b",".join(content(r) for r in rows) + b"]"
        connection.request("POST", "/v1/screenings", body, headers)
        response = connection.getresponse()
        answer = json.loads(response.read())
        connection.close()
        return [{**a, "institution": institution} for a in answer if "decision" in a]


def _findings(
    answers: Sequence[Answer], stream: Sequence[Registration]
) -> tuple[Institution | None, str | None]:
    """Prints the counts, a verified holder, a slip explained, a ring caught; gives as `_ring`."""
    typed = {(r.institution, r.registration_id): r for r in stream}
    _say(
        f"\nĐã sàng lọc {_whole(len(answers))} đăng ký: {_decisions(answers)}.\n",
        f"\nScreened {len(answers):,} registrations: {_decisions(answers)}.\n",
    )
    _verified(answers)
    _slip(answers, typed)
    return _ring(answers)


def _decisions(answers: Sequence[Answer]) -> str:
    counts = Counter(a["decision"] for a in answers)
    told = [(said(*words), counts[d.code]) for d, words in _DECISIONS.items()]
    return ", ".join(f"{word} {_whole(count)}" for word, count in told)


def _whole(number: int) -> str:
    """A whole number as the reader writes it: 4.984 or 4,984."""
    return said(f"{number:,}".replace(",", "."), f"{number:,}")


def _ways_in(serving: Serving, ring: str | None, institution: Institution, key: str) -> None:
    """Prints the addresses and a key to use with them."""
    if ring is not None:
        _line(f"   {serving.console_url}/rings/{ring}")
    _say(
        f"\nAPI: {serving.api_url}/docs\nBảng điều khiển: {serving.console_url}\n"
        f"Khóa API để đăng nhập ({institution}): {key}\nCtrl-C để dừng.",
        f"\nAPI: {serving.api_url}/docs\nConsole: {serving.console_url}\n"
        f"API key to sign in with ({institution}): {key}\nCtrl-C stops everything.",
    )


def _verified(answers: Sequence[Answer]) -> None:
    for a in answers:
        same = all(
            a[f"match_{n}"] == "match" for n in ("document_number", "full_name", "birth_date")
        )
        if a["decision"] == "clear" and a["identity"] == "verified" and same:
            _say(
                f"1. Chính chủ: {a['registration_id']}: số giấy tờ, họ tên, ngày sinh khớp; rủi ro {percent(a['risk'])}.",
                f"1. A verified holder: {a['registration_id']}: number, name and birth date agree; risk {percent(a['risk'])}.",
            )
            return


def _slip(answers: Sequence[Answer], typed: Mapping[Key, Registration]) -> None:
    for wanted in ("telex", "one_letter", "word_order", "diacritics_missing"):
        for a in answers:
            difference = a["evidence"]["full_name"]["difference"]
            if difference == wanted and a["identity"] == "verified":
                vi, en = SENTENCES[difference]
                name = typed[a["institution"], a["registration_id"]].full_name
                _say(
                    f"2. Lỗi gõ được giải thích: {a['registration_id']}: gõ “{name}” (người giả lập): {vi} Vẫn là chính chủ.",
                    f"2. A slip explained: {a['registration_id']}: typed “{name}” (made up): {en} Still the rightful holder.",
                )
                return


def _ring(answers: Sequence[Answer]) -> tuple[Institution | None, str | None]:
    """Prints the ring that most of the stopped registrations reached; an institution, its name."""
    stopped = [a for a in answers if a["ring_id"] and a["decision"] != "clear"]
    reached = Counter(a["ring_id"] for a in stopped)
    if not reached:
        _say(
            f"3. {LIVE_DAYS} ngày cuối chưa thấy nhóm nào.",
            f"3. No ring reached in the last {LIVE_DAYS} days.",
        )
        return None, None
    ring_id, size = reached.most_common(1)[0]
    members = [a for a in stopped if a["ring_id"] == ring_id]
    institutions = Counter(a["institution"] for a in members)
    _say(
        f"3. Bắt được một nhóm: {ring_id}: "
        f"{_whole(size)} đăng ký của {len(institutions)} tổ chức bị chặn lại.",
        f"3. A ring caught: {ring_id}: "
        f"{_counted(size, 'registration')} of {_counted(len(institutions), 'institution')} stopped.",
    )
    for code, count in Counter(code for a in members for code in a["reasons"]).most_common(3):
        vi, en = REASONS[code]
        _say(f"   {_whole(count)} lần: {vi}", f"   {_counted(count, 'time')}: {en}")
    return Institution(institutions.most_common(1)[0][0]), ring_id


def _story(serving: Serving, ring_id: str | None) -> None:
    """Prints the ring in a sentence."""
    if ring_id is None:
        return
    with serving.house.ledger.connection() as door:
        seen = RingLedger(door).seen(ring_id, wiring.now())
    if seen is not None:
        vietnamese, english = story(seen.ring, len(seen.confirmed))
        _say(f"   {vietnamese}", f"   {english}")


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _say(vietnamese: str, english: str) -> None:
    _line(said(vietnamese, english))


def _quiet(_: str) -> None:
    """What starts is told once, at the end."""


def _line(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()

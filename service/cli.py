"""The command line: reads the words, calls the command, prints a summary, gives the exit code.

Exit codes: 0 success; 1 a failure while working; 2 usage or unreadable input, one clear line;
130 interrupted (`serve` and `demo` end with 0 on Ctrl-C).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from features.errors import ChinhchuError, InputError
from models.errors import JudgementError
from service.arguments import (
    Parser,
    day,
    days,
    moment,
    persons,
    seed,
    speak_the_readers_language,
)
from service.errors import SettingsError
from service.interruption import interruptible
from service.settings import Settings
from service.words import said

if TYPE_CHECKING:
    from training.book import BookFiles

_USAGE_ERRORS = (InputError, SettingsError, JudgementError)


def main(words: Sequence[str] | None = None) -> int:
    """Runs one command; gives the exit code."""
    # A library that waits on a busy core would slow every score on a small machine.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    options = _parser().parse_args(words)
    run: Callable[[Settings, argparse.Namespace], int] = options.run
    with interruptible() as came:
        try:
            code = run(Settings.from_environment(os.environ), options)
            sys.stdout.flush()
        except KeyboardInterrupt:
            return _interrupted()
        except Exception as error:  # noqa: BLE001  # never a traceback at a user
            return _interrupted() if came else _failed(error)
        return code


def _interrupted() -> int:
    print(said("đã dừng", "interrupted"), file=sys.stderr)
    return 130


def _failed(error: Exception) -> int:
    """One line on standard error, with no text that may hold a name; gives the exit code."""
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        text = where + (error.strerror or str(error))
    elif isinstance(error, ChinhchuError):
        text = str(error)
    elif isinstance(error, MemoryError):
        text = said("không đủ bộ nhớ", "not enough memory")
    else:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(frame.filename).name}:{frame.lineno}"
        text = (
            f"{said('lỗi không lường trước', 'unexpected error')}: {type(error).__name__} ({where})"
        )
    print("chinhchu: " + " ".join(text.split()), file=sys.stderr)
    return 2 if isinstance(error, _USAGE_ERRORS) else 1


def _parser() -> argparse.ArgumentParser:
    speak_the_readers_language()
    parser = Parser(prog="chinhchu", description=said(*_DESCRIPTION))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in (_demo, _simulate, _population, _book, _train, _backtest, _campaign, _serve, _key):
        add(commands)
    return parser


_DESCRIPTION = (
    (
        "Kiểm tra tài khoản ngân hàng và SIM có đúng chính chủ không. "
        "Dữ liệu của chương trình nằm trong một thư mục (CHINHCHU_HOME)."
    ),
    (
        "Screens bank accounts and SIM cards: is the registration in the hands of its rightful "
        "holder? All data of the program lies in one folder (CHINHCHU_HOME)."
    ),
)
_Commands = argparse._SubParsersAction  # noqa: SLF001  # argparse names the type nowhere else


def _command(commands: _Commands[Parser], name: str, vi: str, en: str) -> Parser:
    text = said(vi, en)
    return commands.add_parser(name, help=text.split(".")[0], description=text)


def _demo(commands: _Commands[Parser]) -> None:
    parser = _command(
        commands,
        "demo",
        "Một tỉnh nhỏ giả lập, từ đầu đến cuối. Không đọc gì, ghi demo/ của thư mục dữ liệu, làm mới mỗi lần.",
        "A small simulated province, end to end. Reads nothing, writes demo/ of the data folder, anew each time.",
    )
    parser.add_argument(
        "--no-wait", action="store_true", help=said("dừng sau kết quả", "stop after the findings")
    )

    def run(settings: Settings, options: argparse.Namespace) -> int:
        from service.demo import demo

        return demo(settings, wait=not options.no_wait)

    parser.set_defaults(run=run)


def _simulate(commands: _Commands[Parser]) -> None:
    parser = _command(
        commands,
        "simulate",
        "Tạo thế giới giả lập. Không đọc gì, ghi population, registrations, labels, truth (.parquet) vào OUT.",
        "Makes a synthetic world. Reads nothing, writes population, registrations, labels and truth (.parquet) to OUT.",
    )
    parser.add_argument(
        "out", type=Path, metavar="OUT", help=said("thư mục ghi", "folder to write")
    )
    how_many = said("bao nhiêu người", "how many people")
    parser.add_argument("--persons", type=persons, required=True, metavar="N", help=how_many)
    parser.add_argument("--seed", type=seed, required=True, metavar="S", help=said(*_SEED))

    def run(_: Settings, options: argparse.Namespace) -> int:
        from service.commands import make_world

        rows = make_world(options.out, options.persons, options.seed)
        _summary(rows, options.out)
        return 0

    parser.set_defaults(run=run)


def _population(commands: _Commands[Parser]) -> None:
    parser = _command(
        commands,
        "population",
        "Cơ sở dữ liệu dân cư tại chỗ. Đọc FILE, ghi population/ và runs/ của thư mục dữ liệu.",
        "The local replica of the population database. Reads FILE, writes population/ and runs/ of the data folder.",
    )
    parser.add_argument("action", choices=["load"])
    parser.add_argument("file", type=Path, metavar="FILE", help=said(*_POPULATION))
    taken = said("ngày của bản chụp; mặc định: hôm nay", "day of the snapshot; default: today")
    parser.add_argument("--as-of", type=day, default=None, metavar="DATE", help=taken)

    def run(settings: Settings, options: argparse.Namespace) -> int:
        from service.commands import population_load

        as_of = options.as_of or datetime.now(UTC).date()
        report, rejected, out = population_load(settings, options.file, as_of)
        _summary({"loaded": report.loaded, "repeated": report.repeated, "rejected": rejected}, out)
        return 0

    parser.set_defaults(run=run)


def _book(commands: _Commands[Parser]) -> None:
    parser = _command(
        commands,
        "book",
        "Nạp lịch sử vào sổ cái và đồ thị, không sàng lọc. Đọc tệp đăng ký và, nếu có, tệp kết quả xác minh; ghi sổ cái của thư mục dữ liệu.",
        "Loads a history into ledger and graph without screening it. Reads the registrations and, where given, the labels; writes the data folder's ledger.",
    )
    parser.add_argument("action", choices=["load"])
    _registration_files(parser, labels_required=False)

    def run(settings: Settings, options: argparse.Namespace) -> int:
        from service.commands import book_load

        counts, out = book_load(settings, options.registrations, options.labels)
        _summary(counts, out)
        return 0

    parser.set_defaults(run=run)


def _train(commands: _Commands[Parser]) -> None:
    parser = _command(
        commands,
        "train",
        "Huấn luyện mô hình. Đọc ba tệp, ghi models/ và mlflow/ của thư mục dữ liệu.",
        "Trains a model. Reads the three files, writes models/ and mlflow/ of the data folder.",
    )
    _book_files(parser, labels_required=True)
    known = said(
        "chỉ biết những gì trước T; mặc định: ngay sau dòng cuối",
        "only what lies before T exists; default: just after the last row",
    )
    parser.add_argument("--until", type=moment, metavar="T", help=known)
    kept = said("không thay mô hình chính", "leave the champion as it is")
    parser.add_argument("--no-promote", action="store_true", help=kept)
    parser.add_argument("--seed", type=seed, default=0, metavar="S", help=said(*_SEED))

    def run(settings: Settings, options: argparse.Namespace) -> int:
        from service.commands import Training, train_model

        asked = Training(_files(options), options.until, not options.no_promote, options.seed)
        made = train_model(settings, asked)
        _summary({k: _short(v) for k, v in made.figures.items()}, made.folder)
        verdict = (
            said("là mô hình chính (champion)", "is the champion")
            if made.is_champion
            else said("không thay mô hình chính", "does not replace the champion")
        )
        print(f"{made.version} {verdict}: {made.why}")
        return 0

    parser.set_defaults(run=run)


def _backtest(commands: _Commands[Parser]) -> None:
    parser = _command(
        commands,
        "backtest",
        "Chạy lại sổ theo thứ tự thời gian. Đọc các tệp của sổ và models/, ghi decisions, rings, rejected (.parquet), report.json vào DIR.",
        "Replays a book in order. Reads the book's files and models/, writes decisions, rings, rejected (.parquet) and report.json to DIR.",
    )
    _book_files(parser, labels_required=False)
    _screening_options(parser)
    every = said("số ngày giữa hai lần tìm nhóm; mặc định 7", "days between ring runs; default 7")
    parser.add_argument("--rings-every", type=days, default=7, metavar="N", help=every)

    def run(settings: Settings, options: argparse.Namespace) -> int:
        from service.commands import Screened, run_backtest

        asked = Screened(_files(options), options.model, options.out)
        _report(*run_backtest(settings, asked, options.rings_every))
        return 0

    parser.set_defaults(run=run)


def _campaign(commands: _Commands[Parser]) -> None:
    parser = _command(
        commands,
        "campaign",
        "Rà soát cả sổ và các nhóm. Đọc các tệp của sổ và models/, ghi decisions, rings, rejected (.parquet), report.json vào DIR.",
        "Reviews a whole book and its rings. Reads the book's files and models/, writes decisions, rings, rejected (.parquet) and report.json to DIR.",
    )
    _book_files(parser, labels_required=False)
    _screening_options(parser)
    known = said("chỉ dùng kết quả xác minh trước T", "only outcomes confirmed before T")
    parser.add_argument("--labels-until", type=moment, metavar="T", help=known)
    book = said("chỉ dùng đăng ký trước T", "only registrations before T")
    parser.add_argument("--as-of", type=moment, metavar="T", help=book)
    where = said(
        "nơi tính; bản này chỉ có local (mặc định)",
        "where it is computed; this release has local alone (the default)",
    )
    parser.add_argument("--engine", choices=["local", "spark"], default="local", help=where)

    def run(settings: Settings, options: argparse.Namespace) -> int:
        from service.campaign.runs import Moments
        from service.commands import Screened, run_campaign

        if options.engine == "spark":
            raise InputError(
                said(
                    "--engine spark chưa có trong bản này", "--engine spark is not in this release"
                )
            )
        asked = Screened(_files(options), options.model, options.out)
        moments = Moments(options.as_of, options.labels_until)
        _report(*run_campaign(settings, asked, moments))
        return 0

    parser.set_defaults(run=run)


def _serve(commands: _Commands[Parser]) -> None:
    parser = _command(
        commands,
        "serve",
        "API và bảng điều khiển, đến khi Ctrl-C. Đọc và ghi thư mục dữ liệu.",
        "API and console, until Ctrl-C. Reads and writes the data folder.",
    )

    def run(settings: Settings, _: argparse.Namespace) -> int:
        from service.serving import serve

        return serve(settings)

    parser.set_defaults(run=run)


def _key(commands: _Commands[Parser]) -> None:
    parser = _command(
        commands,
        "key",
        "Khóa API của một tổ chức, hiện một lần. Đọc và ghi sổ cái của thư mục dữ liệu (chỉ giữ mã băm).",
        "An API key of an institution, shown once. Reads and writes the data folder's ledger (its hash alone).",
    )
    parser.add_argument("action", choices=["create"])
    parser.add_argument(
        "institution",
        metavar="INSTITUTION",
        help=said("mã tổ chức, viết thế nào giữ thế ấy", "its code, taken as written"),
    )

    def run(settings: Settings, options: argparse.Namespace) -> int:
        from service.commands import new_key

        print(new_key(settings, options.institution))
        return 0

    parser.set_defaults(run=run)


def _book_files(parser: Parser, *, labels_required: bool) -> None:
    parser.add_argument(
        "--population", type=Path, required=True, metavar="F", help=said(*_POPULATION)
    )
    _registration_files(parser, labels_required=labels_required)


def _registration_files(parser: Parser, *, labels_required: bool) -> None:
    book = said("tệp đăng ký để đọc", "registrations to read")
    parser.add_argument("--registrations", type=Path, required=True, metavar="F", help=book)
    known = said("tệp kết quả xác minh để đọc", "labels to read: what became known")
    if not labels_required:
        known += said(" (tùy chọn)", " (optional)")
    parser.add_argument("--labels", type=Path, required=labels_required, metavar="F", help=known)


_POPULATION = (
    "tệp dân cư để đọc (.parquet, .csv, .json, .jsonl)",
    "population file to read (.parquet, .csv, .json, .jsonl)",
)
_SEED = ("hạt giống: cùng số, cùng kết quả", "equal seeds, equal bytes")


def _files(options: argparse.Namespace) -> BookFiles:
    from training.book import BookFiles

    return BookFiles(options.population, options.registrations, options.labels)


def _screening_options(parser: Parser) -> None:
    which = said(
        "champion, challenger, previous, default, một phiên bản hay một thư mục mô hình",
        "champion, challenger, previous, default, a version or a bundle folder",
    )
    parser.add_argument("--model", metavar="M", help=which)
    where = said(
        "thư mục ghi; mặc định: runs/ của thư mục dữ liệu", "folder to write; default: under runs/"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help=where)


def _short(value: object) -> object:
    return round(value, 4) if isinstance(value, float) else value


def _report(report: dict[str, object], out: Path) -> None:
    keys = (
        "counts",
        "decisions",
        "identities",
        "rings",
        "ring_members",
        "seconds",
        "model_version",
    )
    _summary({k: report[k] for k in keys}, out)


def _summary(figures: Mapping[str, object], where: Path) -> None:
    for name, value in figures.items():
        print(
            f"{name}: {json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value}"
        )
    print(f"{said('kết quả ở', 'results in')} {where}")


if __name__ == "__main__":
    sys.exit(main())

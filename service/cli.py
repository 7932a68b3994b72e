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
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NoReturn

from features.errors import ChinhchuError, InputError
from models.errors import JudgementError
from service.errors import SettingsError
from service.settings import Settings
from service.words import said

_USAGE_ERRORS = (InputError, SettingsError, JudgementError)


class _Parser(argparse.ArgumentParser):
    """One clear line for a wrong word."""

    def error(self, message: str) -> NoReturn:
        hint = said("xem", "see")
        self.exit(2, f"{self.prog}: {message} ({hint} {self.prog} --help)\n")


def main(words: Sequence[str] | None = None) -> int:
    """Runs one command; gives the exit code."""
    # A library that waits on a busy core would slow every score on a small machine.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    options = _parser().parse_args(words)
    run: Callable[[Settings, argparse.Namespace], int] = options.run
    try:
        return run(Settings.from_environment(os.environ), options)
    except KeyboardInterrupt:
        print(said("đã dừng", "interrupted"), file=sys.stderr)
        return 130
    except _USAGE_ERRORS as error:
        return _failed(error, 2)
    except (ChinhchuError, OSError) as error:
        return _failed(error, 1)
    except Exception as error:  # noqa: BLE001  # never a traceback at a user; no text that may hold a name
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(frame.filename).name}:{frame.lineno}"
        said_it = said("lỗi không lường trước", "unexpected error")
        print(f"chinhchu: {said_it}: {type(error).__name__} ({where})", file=sys.stderr)
        return 1


def _failed(error: Exception, code: int) -> int:
    print(f"chinhchu: {error}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="chinhchu", description=said(*_DESCRIPTION))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in (_demo, _simulate, _population, _book, _train, _backtest, _campaign, _serve, _key):
        add(commands)
    return parser


_DESCRIPTION = (
    "Kiểm tra tài khoản ngân hàng và SIM có đúng chính chủ không. Dữ liệu của chương trình nằm "
    "trong một thư mục (CHINHCHU_HOME).",
    "Screens bank accounts and SIM cards: is the registration in the hands of its rightful "
    "holder? All data of the program lies in one folder (CHINHCHU_HOME).",
)
_Commands = argparse._SubParsersAction  # noqa: SLF001  # argparse names the type nowhere else


def _command(commands: _Commands[_Parser], name: str, vi: str, en: str) -> _Parser:
    text = said(vi, en)
    return commands.add_parser(name, help=text.split(".")[0], description=text)


def _demo(commands: _Commands[_Parser]) -> None:
    parser = _command(
        commands,
        "demo",
        "Một tỉnh nhỏ giả lập, từ đầu đến cuối. Ghi vào demo/ của thư mục dữ liệu, làm mới mỗi lần.",
        "A small simulated province, end to end. Writes demo/ of the data folder, anew each time.",
    )
    parser.add_argument(
        "--no-wait", action="store_true", help=said("dừng sau kết quả", "stop after the findings")
    )

    def run(settings: Settings, options: argparse.Namespace) -> int:
        from service.demo import demo

        return demo(settings, wait=not options.no_wait)

    parser.set_defaults(run=run)


def _simulate(commands: _Commands[_Parser]) -> None:
    parser = _command(
        commands,
        "simulate",
        "Tạo thế giới giả lập. Ghi population, registrations, labels, truth (.parquet) vào OUT.",
        "Makes a synthetic world. Writes population, registrations, labels and truth (.parquet) to OUT.",
    )
    parser.add_argument("out", type=Path, metavar="OUT")
    parser.add_argument("--persons", type=int, required=True, metavar="N")
    parser.add_argument("--seed", type=int, required=True, metavar="S")

    def run(_: Settings, options: argparse.Namespace) -> int:
        from service.commands import make_world

        rows = make_world(options.out, options.persons, options.seed)
        _summary(rows, options.out)
        return 0

    parser.set_defaults(run=run)


def _population(commands: _Commands[_Parser]) -> None:
    parser = _command(
        commands,
        "population",
        "Cơ sở dữ liệu dân cư tại chỗ. Đọc FILE, ghi population/ và runs/ của thư mục dữ liệu.",
        "The local replica of the population database. Reads FILE, writes population/ and runs/ of the data folder.",
    )
    parser.add_argument("action", choices=["load"])
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--as-of", type=_day, default=None, metavar="DATE")

    def run(settings: Settings, options: argparse.Namespace) -> int:
        from service.commands import population_load

        as_of = options.as_of or datetime.now(UTC).date()
        report, rejected, out = population_load(settings, options.file, as_of)
        _summary({"loaded": report.loaded, "repeated": report.repeated, "rejected": rejected}, out)
        return 0

    parser.set_defaults(run=run)


def _book(commands: _Commands[_Parser]) -> None:
    parser = _command(
        commands,
        "book",
        "Nạp lịch sử vào sổ và đồ thị, không chấm. Đọc hai tệp, ghi sổ cái của thư mục dữ liệu.",
        "Loads a history into ledger and graph without screening it. Reads the files, writes the data folder's ledger.",
    )
    parser.add_argument("action", choices=["load"])
    parser.add_argument("--registrations", type=Path, required=True, metavar="F")
    parser.add_argument("--labels", type=Path, metavar="F")

    def run(settings: Settings, options: argparse.Namespace) -> int:
        from service.commands import book_load

        counts, out = book_load(settings, options.registrations, options.labels)
        _summary(counts, out)
        return 0

    parser.set_defaults(run=run)


def _train(commands: _Commands[_Parser]) -> None:
    parser = _command(
        commands,
        "train",
        "Huấn luyện mô hình. Đọc ba tệp, ghi models/ và mlflow/ của thư mục dữ liệu.",
        "Trains a model. Reads the three files, writes models/ and mlflow/ of the data folder.",
    )
    _book_files(parser, labels_required=True)
    parser.add_argument("--until", type=_moment, metavar="T")
    parser.add_argument("--no-promote", action="store_true")
    parser.add_argument("--seed", type=int, default=0, metavar="S")

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


def _backtest(commands: _Commands[_Parser]) -> None:
    parser = _command(
        commands,
        "backtest",
        "Chạy lại sổ theo thứ tự thời gian. Ghi decisions, rings, rejected (.parquet), report.json vào DIR.",
        "Replays a book in order. Writes decisions, rings, rejected (.parquet) and report.json to DIR.",
    )
    _book_files(parser, labels_required=False)
    _screening_options(parser)
    parser.add_argument("--rings-every", type=_days, default=7, metavar="N")

    def run(settings: Settings, options: argparse.Namespace) -> int:
        from service.commands import Screened, run_backtest

        asked = Screened(_files(options), options.model, options.out)
        _report(*run_backtest(settings, asked, options.rings_every))
        return 0

    parser.set_defaults(run=run)


def _campaign(commands: _Commands[_Parser]) -> None:
    parser = _command(
        commands,
        "campaign",
        "Rà soát cả sổ và các nhóm. Ghi decisions, rings, rejected (.parquet), report.json vào DIR.",
        "Reviews a whole book and its rings. Writes decisions, rings, rejected (.parquet) and report.json to DIR.",
    )
    _book_files(parser, labels_required=False)
    _screening_options(parser)
    parser.add_argument("--labels-until", type=_moment, metavar="T")
    parser.add_argument("--as-of", type=_moment, metavar="T")
    parser.add_argument("--engine", choices=["local", "spark"], default="local")

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


def _serve(commands: _Commands[_Parser]) -> None:
    parser = _command(
        commands,
        "serve",
        "API và bàn làm việc, đến khi Ctrl-C. Đọc và ghi thư mục dữ liệu.",
        "API and console, until Ctrl-C. Reads and writes the data folder.",
    )

    def run(settings: Settings, _: argparse.Namespace) -> int:
        from service.serving import serve

        return serve(settings)

    parser.set_defaults(run=run)


def _key(commands: _Commands[_Parser]) -> None:
    parser = _command(
        commands,
        "key",
        "Khóa API của một tổ chức, hiện một lần. Ghi sổ cái của thư mục dữ liệu (chỉ giữ mã băm).",
        "An API key of an institution, shown once. Writes the data folder's ledger (its hash alone).",
    )
    parser.add_argument("action", choices=["create"])
    parser.add_argument("institution", metavar="INSTITUTION")

    def run(settings: Settings, options: argparse.Namespace) -> int:
        from service.commands import new_key

        print(new_key(settings, options.institution))
        return 0

    parser.set_defaults(run=run)


def _book_files(parser: _Parser, *, labels_required: bool) -> None:
    parser.add_argument("--population", type=Path, required=True, metavar="F")
    parser.add_argument("--registrations", type=Path, required=True, metavar="F")
    parser.add_argument("--labels", type=Path, required=labels_required, metavar="F")


def _files(options: argparse.Namespace) -> object:
    from training.book import BookFiles

    return BookFiles(options.population, options.registrations, options.labels)


def _screening_options(parser: _Parser) -> None:
    parser.add_argument(
        "--model", metavar="M", help="champion, challenger, default, a version, a folder"
    )
    parser.add_argument("--out", type=Path, metavar="DIR")


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _days(text: str) -> int:
    days = int(text)
    if days < 1:
        raise argparse.ArgumentTypeError("at least one day")
    return days


def _moment(text: str) -> datetime:
    """00:00 UTC of a day, or an instant; without an offset it is UTC."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


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


def _summary(figures: dict[str, object], where: Path) -> None:
    for name, value in figures.items():
        print(
            f"{name}: {json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value}"
        )
    print(f"{said('kết quả ở', 'results in')} {where}")


if __name__ == "__main__":
    sys.exit(main())

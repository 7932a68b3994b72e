"""The commands over files: worlds, the replica, histories, models, backtests and campaigns."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from features.errors import InputError
from features.registration import VIETNAM
from service.arguments import (
    POPULATION,
    SEED,
    Commands,
    Parser,
    all_or_none,
    book_files,
    command,
    day,
    days,
    moment,
    persons,
    registration_files,
    screening_options,
    seed,
    whole,
    whole_book_or_ledger,
)
from service.settings import Settings
from service.words import said

if TYPE_CHECKING:
    from training.book import BookFiles


def simulate(commands: Commands[Parser]) -> None:
    """Makes a world."""
    parser = command(
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
    parser.add_argument("--seed", type=seed, required=True, metavar="S", help=said(*SEED))

    def run(_: Settings, options: argparse.Namespace) -> int:
        from service.commands import make_world

        rows = make_world(options.out, options.persons, options.seed)
        _summary(rows, options.out)
        return 0

    parser.set_defaults(run=run)


def population(commands: Commands[Parser]) -> None:
    """Loads the replica."""
    parser = command(
        commands,
        "population",
        "Cơ sở dữ liệu dân cư tại chỗ. Đọc FILE, ghi population/ và runs/ của thư mục dữ liệu.",
        "The local replica of the population database. Reads FILE, writes population/ and runs/ of the data folder.",
    )
    parser.add_argument("action", choices=["load"])
    parser.add_argument("file", type=Path, metavar="FILE", help=said(*POPULATION))
    taken = said("ngày của bản chụp; mặc định: hôm nay", "day of the snapshot; default: today")
    parser.add_argument("--as-of", type=day, default=None, metavar="DATE", help=taken)

    def run(settings: Settings, options: argparse.Namespace) -> int:
        from service.commands import population_load

        as_of = options.as_of or datetime.now(UTC).date()
        if as_of > datetime.now(VIETNAM).date():
            raise InputError(
                said(f"--as-of {as_of} nằm trong tương lai", f"--as-of {as_of} lies in the future")
            )
        report, rejected, out = population_load(settings, options.file, as_of)
        _summary({"loaded": report.loaded, "repeated": report.repeated, "rejected": rejected}, out)
        return 0

    parser.set_defaults(run=run)


def book(commands: Commands[Parser]) -> None:
    """Loads a history."""
    parser = command(
        commands,
        "book",
        "Nạp lịch sử vào sổ cái và đồ thị, không sàng lọc. Đọc tệp đăng ký và, nếu có, tệp kết quả xác minh; ghi sổ cái của thư mục dữ liệu.",
        "Loads a history into ledger and graph without screening it. Reads the registrations and, where given, the labels; writes the data folder's ledger.",
    )
    parser.add_argument("action", choices=["load"])
    registration_files(parser, labels_required=False)

    def run(settings: Settings, options: argparse.Namespace) -> int:
        from service.commands import book_load

        counts, out = book_load(settings, options.registrations, options.labels)
        _summary(counts, out)
        return 0

    parser.set_defaults(run=run)


def train(commands: Commands[Parser]) -> None:
    """Makes a model."""
    parser = command(
        commands,
        "train",
        "Huấn luyện mô hình. Đọc ba tệp, hoặc sổ cái và bản sao dân cư của thư mục dữ liệu nếu không cho tệp nào; ghi models/ và mlflow/ của thư mục dữ liệu.",
        "Trains a model. Reads the three files, or without any the ledger and the local replica of the data folder; writes models/ and mlflow/ of the data folder.",
    )
    whole_book_or_ledger(parser)
    known = said(
        "chỉ biết những gì trước T; mặc định và muộn nhất: ngay sau dòng cuối",
        "only what lies before T exists; default, and at the latest: just after the last row",
    )
    parser.add_argument("--until", type=moment, metavar="T", help=known)
    kept = said("không thay mô hình chính", "leave the champion as it is")
    parser.add_argument("--no-promote", action="store_true", help=kept)
    parser.add_argument("--seed", type=seed, default=0, metavar="S", help=said(*SEED))
    tried = said(
        "trước hết thử chừng ấy cách dựng cây, trên phần thời gian sớm hơn",
        "first try so many ways to grow the trees, on the earlier part of the time",
    )
    parser.add_argument("--tune", type=whole, default=0, metavar="TRIALS", help=tried)

    def run(settings: Settings, options: argparse.Namespace) -> int:
        from service.commands import Training, train_model

        files = _files(options) if all_or_none(options) else None
        asked = Training(files, options.until, not options.no_promote, options.seed, options.tune)
        made = train_model(settings, asked)
        _summary(_spans(made.figures), made.folder)
        in_sample = said(
            "hiệu chỉnh (expected, calibration, estimated): trên chính các đăng ký đã khớp đường hiệu chỉnh",
            "calibration (expected, calibration, estimated) is in-sample: on the rows that its curve was fitted on",
        )
        print(in_sample)
        print(f"{said('thẻ mô hình', 'model card')}: {made.folder / 'card' / 'card.md'}")
        verdict = (
            said("là mô hình chính (champion)", "is the champion")
            if made.is_champion
            else said("không thay mô hình chính", "does not replace the champion")
        )
        print(f"{made.version} {verdict}: {said(*made.why)}")
        return 0

    parser.set_defaults(run=run)


def backtest(commands: Commands[Parser]) -> None:
    """Replays a book."""
    parser = command(
        commands,
        "backtest",
        "Chạy lại sổ theo thứ tự thời gian. Đọc các tệp của sổ và models/, ghi decisions, rings, rejected (.parquet), rings.json, rings.graphml, report.json vào DIR.",
        "Replays a book in order. Reads the book's files and models/, writes decisions, rings, rejected (.parquet), rings.json, rings.graphml and report.json to DIR.",
    )
    book_files(parser, labels_required=False)
    screening_options(parser)
    every = said("số ngày giữa hai lần tìm nhóm; mặc định 7", "days between ring runs; default 7")
    parser.add_argument("--rings-every", type=days, default=7, metavar="N", help=every)

    def run(settings: Settings, options: argparse.Namespace) -> int:
        from service.commands import Screened, run_backtest

        asked = Screened(_files(options), options.model, options.policy, options.out)
        _report(*run_backtest(settings, asked, options.rings_every))
        return 0

    parser.set_defaults(run=run)


def campaign(commands: Commands[Parser]) -> None:
    """Reviews a book."""
    parser = command(
        commands,
        "campaign",
        "Rà soát cả sổ và các nhóm. Đọc các tệp của sổ và models/, ghi decisions, rings, rejected (.parquet), rings.json, rings.graphml, report.json vào DIR.",
        "Reviews a whole book and its rings. Reads the book's files and models/, writes decisions, rings, rejected (.parquet), rings.json, rings.graphml and report.json to DIR.",
    )
    book_files(parser, labels_required=False)
    screening_options(parser)
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
        asked = Screened(_files(options), options.model, options.policy, options.out)
        moments = Moments(options.as_of, options.labels_until)
        _report(*run_campaign(settings, asked, moments))
        return 0

    parser.set_defaults(run=run)


def _files(options: argparse.Namespace) -> BookFiles:
    from training.book import BookFiles

    return BookFiles(options.population, options.registrations, options.labels)


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


def _spans(figures: Mapping[str, object]) -> dict[str, object]:
    """Figures in short, each beside its interval of 95 % where it has one."""
    ends = {name: f"{name}_low" for name in figures if f"{name}_low" in figures}
    short = {name: _short(value) for name, value in figures.items()}
    return {
        name: f"{value} ({short[ends[name]]} … {short[f'{name}_high']})" if name in ends else value
        for name, value in short.items()
        if not name.endswith(("_low", "_high"))
    }


def _short(value: object) -> object:
    return round(value, 4) if isinstance(value, float) else value


def _summary(figures: Mapping[str, object], where: Path) -> None:
    for name, value in figures.items():
        print(
            f"{name}: {json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value}"
        )
    print(f"{said('kết quả ở', 'results in')} {where}")

"""The commands that run the service and its stand-ins, and make its keys."""

from __future__ import annotations

import argparse
from pathlib import Path

from service.arguments import (
    POPULATION,
    SEED,
    Commands,
    Parser,
    command,
    port,
    seconds,
    seed,
    share,
    utf8,
)
from service.settings import Settings
from service.words import said


def demo(commands: Commands[Parser]) -> None:
    """Shows it all."""
    parser = command(
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


def serve(commands: Commands[Parser]) -> None:
    """Serves."""
    parser = command(
        commands,
        "serve",
        "API và bảng điều khiển, đến khi Ctrl-C. Đọc và ghi thư mục dữ liệu.",
        "API and console, until Ctrl-C. Reads and writes the data folder.",
    )

    def run(settings: Settings, _: argparse.Namespace) -> int:
        from service.serving import serve

        return serve(settings)

    parser.set_defaults(run=run)


def register(commands: Commands[Parser]) -> None:
    """Stands in for the national register."""
    parser = command(
        commands,
        "register",
        "Máy chủ thử thay cơ sở dữ liệu quốc gia, chỉ trả lời khớp hay không từng trường, đến khi Ctrl-C. Đọc bản sao của thư mục dữ liệu hoặc FILE, không ghi gì vào đó.",
        "A stand-in for the national register, for trials: answers yes or no a field, until Ctrl-C. Reads the data folder's replica or FILE, writes nothing there.",
    )
    parser.add_argument("action", choices=["serve"])
    parser.add_argument("--population", type=Path, metavar="FILE", help=said(*POPULATION))
    where = said("cổng; 0 lấy cổng trống; mặc định 8082", "port; 0 takes a free one; default 8082")
    parser.add_argument("--port", type=port, default=8082, metavar="P", help=where)
    slow = said("số giây trước mỗi câu trả lời", "seconds before each answer")
    parser.add_argument("--slow", type=seconds, default=0.0, metavar="SECONDS", help=slow)
    wrong = said("tỷ lệ câu trả lời sai", "share of answers that are wrong")
    parser.add_argument("--wrong", type=share, default=0.0, metavar="SHARE", help=wrong)
    down = said("tỷ lệ lần gọi không được trả lời", "share of calls that are not answered")
    parser.add_argument("--down", type=share, default=0.0, metavar="SHARE", help=down)
    parser.add_argument("--seed", type=seed, default=0, metavar="S", help=said(*SEED))

    def run(settings: Settings, options: argparse.Namespace) -> int:
        from service.nationalregister.app import Switches
        from service.nationalregister.serving import Trial, serve

        bad_day = Switches(options.slow, options.wrong, options.down)
        return serve(settings, Trial(options.population, options.port, bad_day, options.seed))

    parser.set_defaults(run=run)


def key(commands: Commands[Parser]) -> None:
    """Makes API keys."""
    parser = command(
        commands,
        "key",
        "Khóa API của một tổ chức, hiện một lần. Đọc và ghi sổ cái của thư mục dữ liệu (chỉ giữ mã băm).",
        "An API key of an institution, shown once. Reads and writes the data folder's ledger (its hash alone).",
    )
    parser.add_argument("action", choices=["create"])
    parser.add_argument(
        "institution",
        type=utf8,
        metavar="INSTITUTION",
        help=said("mã tổ chức, viết thế nào giữ thế ấy", "its code, taken as written"),
    )

    def run(settings: Settings, options: argparse.Namespace) -> int:
        from service.commands import new_key

        print(new_key(settings, options.institution))
        return 0

    parser.set_defaults(run=run)

"""The command that estimates the weights of evidence anew from a book."""

from __future__ import annotations

import argparse
from pathlib import Path

from service.arguments import (
    POPULATION,
    SEED,
    Commands,
    Parser,
    command,
    seed,
)
from service.settings import Settings
from service.words import said

_BOOK = ("tệp đăng ký để đọc", "registrations to read")


def weights(commands: Commands[Parser]) -> None:
    """Estimates the parameter file of the cross-check."""
    parser = command(
        commands,
        "weights",
        "Ước lượng lại trọng số của phép đối chiếu từ một sổ đăng ký, không cần kết quả xác minh. Đọc hai tệp, ghi weights.toml vào OUT.",
        "Estimates the weights of the cross-check anew from a book, without any outcome. Reads the two files, writes weights.toml to OUT.",
    )
    parser.add_argument(
        "--population", type=Path, required=True, metavar="FILE", help=said(*POPULATION)
    )
    parser.add_argument(
        "--registrations", type=Path, required=True, metavar="FILE", help=said(*_BOOK)
    )
    parser.add_argument("--seed", type=seed, default=0, metavar="S", help=said(*SEED))
    where = said("thư mục ghi", "folder to write")
    parser.add_argument("--out", type=Path, required=True, metavar="OUT", help=where)

    def run(_: Settings, options: argparse.Namespace) -> int:
        from service.weighing import weigh
        from training.book import BookFiles

        files = BookFiles(options.population, options.registrations)
        version = weigh(files, options.seed, options.out)
        print(f"{said('trọng số', 'weights')} {version}: {options.out / 'weights.toml'}")
        return 0

    parser.set_defaults(run=run)

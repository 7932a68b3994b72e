"""The command of an auditor: judges old decisions again with the versions that they name."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from service.arguments import Commands, Parser, command, rows, screening
from service.settings import Settings
from service.words import said

if TYPE_CHECKING:
    from service.replay import Replayed

_MOST_SHOWN = 20


def replay(commands: Commands[Parser]) -> None:
    """Replays decisions."""
    parser = command(
        commands,
        "replay",
        "Xét lại quyết định cũ bằng đúng vectơ, mô hình và chính sách đã lưu; so từng bit. Đọc sổ cái, models/ và policies/ của thư mục dữ liệu, không ghi gì. Chạy được cả khi dịch vụ đang chạy. Mã thoát 1 nếu có khác biệt.",
        "Judges old decisions again with the stored vectors, models and policies, and compares bit for bit. Reads the ledger, models/ and policies/ of the data folder, writes nothing. Also while the service runs. Exit code 1 if anything differs.",
    )
    which = parser.add_mutually_exclusive_group()
    one = said("mã một lần sàng lọc", "the id of one screening")
    which.add_argument("screening_id", nargs="?", type=screening, metavar="SCREENING_ID", help=one)
    several = said(
        "số quyết định gần nhất; mặc định 1000", "so many of the latest; 1,000 unless said"
    )
    which.add_argument("--last", type=rows, default=1_000, metavar="N", help=several)
    parser.set_defaults(run=_run)


def _run(settings: Settings, options: argparse.Namespace) -> int:
    from service.replay import run

    return _tell(run(settings, options.screening_id, options.last))


def _tell(made: Replayed) -> int:
    for difference in made.differences[:_MOST_SHOWN]:
        told = f"{difference.what}: {difference.stored} → {difference.found}"
        print(f"{difference.screening_id}  {told}")
    if len(made.differences) > _MOST_SHOWN:
        print("…")
    for (model, policy), count in sorted(made.by.items()):
        print(
            said(f"{count} bằng {model}, chính sách {policy}", f"{count} by {model} under {policy}")
        )
    if not made.rows:
        print(said("chưa có quyết định nào để xét lại", "there is no decision to judge again"))
        return 0
    other = len({difference.screening_id for difference in made.differences})
    verdict = (
        said(f"khác: {other}", f"different: {other}") if other else said("giống hệt", "identical")
    )
    print(said(f"Đã xét lại {made.rows}: {verdict}", f"Judged again {made.rows}: {verdict}"))
    return 1 if other else 0

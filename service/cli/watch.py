"""The command that watches: what no longer looks as it did, and whether the risk kept its word."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

from features.errors import InputError
from service.arguments import POPULATION, Commands, Parser, command
from service.settings import Settings
from service.words import said

if TYPE_CHECKING:
    from service.watching import WatchedFiles

_MONTH = re.compile(r"[12][0-9]{3}-(0[1-9]|1[0-2])")


def watch(commands: Commands[Parser]) -> None:
    """Watches the ledger or a backtest."""
    parser = command(
        commands,
        "watch",
        "Theo dõi: tháng, tổ chức, chi nhánh nào không còn như trước, kết quả xác minh đến chậm bao lâu, rủi ro có đúng như đã nói không. Đọc sổ cái của thư mục dữ liệu, cả khi dịch vụ đang chạy, hoặc các tệp; ghi watch.json, watch.md và hình (.png) vào DIR. Dòng đầu là `alerts: N`; mã thoát là 0 dù có cảnh báo.",
        "Watches: which month, institution or branch no longer looks as it did, how late outcomes come, whether the risk kept its word. Reads the data folder's ledger, also while the service runs, or files; writes watch.json, watch.md and plots (.png) to DIR. The first line is `alerts: N`; the exit code is 0 with alerts too.",
    )
    _files_of(parser)
    which = said(
        "tháng cần xem, 2026-05; mặc định: tháng cuối",
        "month to look at, 2026-05; default: the last one",
    )
    parser.add_argument("--month", type=_month, metavar="M", help=which)
    before = said(
        "tháng đầu và cuối để so, 2025-07..2025-12; mặc định: nửa đầu của 12 tháng",
        "first and last month to compare with, 2025-07..2025-12; default: the earlier half of 12 months",
    )
    parser.add_argument("--reference", type=_months, metavar="M..M", help=before)
    where = said(
        "thư mục ghi; mặc định: runs/ của thư mục dữ liệu", "folder to write; default: under runs/"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help=where)
    parser.set_defaults(run=_watch)


def _files_of(parser: Parser) -> None:
    judged = said("thư mục kết quả của backtest hay campaign", "folder of a backtest or a campaign")
    parser.add_argument("--decisions", type=Path, metavar="DIR", help=judged)
    book = said("tệp đăng ký của sổ ấy", "the registrations of its book")
    parser.add_argument("--registrations", type=Path, metavar="F", help=book)
    known = said("tệp kết quả xác minh (tùy chọn)", "labels: what became known (optional)")
    parser.add_argument("--labels", type=Path, metavar="F", help=known)
    people = said("; theo dõi cả các đặc trưng (tùy chọn)", "; watches the features too (optional)")
    parser.add_argument("--population", type=Path, metavar="F", help=said(*POPULATION) + people)


def _watch(settings: Settings, options: argparse.Namespace) -> int:
    from service.commands import Watched, watch_past
    from service.watch_report import alerts_said, too_few_said

    asked = Watched(_files(options), options.month, options.reference, options.out)
    found, out = watch_past(settings, asked)
    print(f"alerts: {found.alert_count}")
    few = too_few_said(found)
    if few is not None:
        print(said(*few))
    for told in alerts_said(found):
        print(f"- {said(*told)}")
    months = f"{found.period.reference[0]}..{found.period.reference[-1]}"
    print(f"month: {found.period.watched[-1]}")
    print(f"reference: {months}")
    print(f"rows: {found.rows}")
    print(f"rows of the month: {found.compared[1]}")
    print(f"{said('kết quả ở', 'results in')} {out}")
    return 0


def _files(options: argparse.Namespace) -> WatchedFiles | None:
    """The files named, None where the ledger is meant.

    Raises:
        InputError: some are named and one that they need is not.
    """
    from service.watching import WatchedFiles

    if options.decisions is not None and options.registrations is not None:
        return WatchedFiles(
            options.decisions, options.registrations, options.labels, options.population
        )
    named = (options.decisions, options.registrations, options.labels, options.population)
    if any(file is not None for file in named):
        raise InputError(
            said(
                "cần cả --decisions và --registrations, hoặc không tệp nào (đọc sổ cái)",
                "--decisions and --registrations go together; without any file the ledger is read",
            )
        )
    return None


def _month(text: str) -> str:
    if not _MONTH.fullmatch(text):
        raise argparse.ArgumentTypeError(
            said(
                f"{text[:20]!r} không phải là tháng (2026-05)",
                f"{text[:20]!r} is not a month (2026-05)",
            )
        )
    return text


def _months(text: str) -> tuple[str, str]:
    first, dots, last = text.partition("..")
    return _month(first), _month(last if dots else first)

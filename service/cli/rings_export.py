"""The command that hands rings to the tools of analysts."""

from __future__ import annotations

import argparse
from pathlib import Path

from features.errors import InputError
from service.arguments import Commands, Parser, command, utf8
from service.settings import Settings
from service.words import said

_FORMATS = ("graphml", "ftm", "csv")


def export(actions: Commands[Parser]) -> None:
    """Adds `rings export`."""
    parser = command(
        actions,
        "export",
        "Xuất nhóm cho công cụ phân tích. Ghi vào DIR rings.graphml, rings.ftm.json (FollowTheMoney) hoặc nodes.csv và edges.csv. Họ tên và số chỉ có với --with-names; việc đọc ấy được ghi vào sổ cái cùng mục đích.",
        "Exports rings for the tools of analysts. Writes rings.graphml, rings.ftm.json (FollowTheMoney), or nodes.csv and edges.csv to DIR. Names and numbers with --with-names alone; the ledger records that they were read, and the purpose.",
    )
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "ring_id", nargs="?", type=utf8, metavar="ID", help=said("mã nhóm", "its id")
    )
    every = said("mọi nhóm của đợt dò gần nhất", "all rings of the last run")
    which.add_argument("--all", action="store_true", help=every)
    form = said("định dạng; mặc định graphml", "format; default graphml")
    parser.add_argument("--format", choices=_FORMATS, default="graphml", help=form)
    where = said("thư mục ghi", "folder to write")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help=where)
    names = said("kèm họ tên, số giấy tờ, số điện thoại…", "with names, numbers, addresses …")
    parser.add_argument("--with-names", action="store_true", help=names)
    why = said("đọc để làm gì, một mã ngắn", "why they are read, a short code")
    parser.add_argument("--purpose", metavar="CODE", help=why)
    parser.set_defaults(run=_export)


def _export(settings: Settings, options: argparse.Namespace) -> int:
    from service.ring_export import Wanted, export
    from service.wiring import check_there, now, visited

    if options.with_names != (options.purpose is not None):
        raise InputError(
            said("--with-names và --purpose đi cùng nhau", "--with-names and --purpose go together")
        )
    wanted = Wanted(options.ring_id, options.format, options.purpose)
    check_there(settings)
    with visited(settings) as ledger:
        written = export(ledger, wanted, options.out, now())
    for name, count in written.items():
        print(f"{name}: {count}")
    print(f"{said('kết quả ở', 'results in')} {options.out}")
    return 0

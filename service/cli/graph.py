"""The command that looks after the live graph."""

from __future__ import annotations

import argparse

from service.arguments import Commands, Parser, command
from service.settings import Settings
from service.words import said


def graph(commands: Commands[Parser]) -> None:
    """Builds the live graph anew."""
    parser = command(
        commands,
        "graph",
        "Dựng lại đồ thị từ sổ cái, cả khi dịch vụ đang chạy: đồ thị cũ vẫn trả lời cho đến khi xong. Đọc sổ cái của thư mục dữ liệu, ghi đồ thị.",
        "Builds the live graph anew from the ledger, also while the service runs: the old one answers until it is done. Reads the data folder's ledger, writes its graph.",
    )
    parser.add_argument("action", choices=["rebuild"])
    parser.set_defaults(run=_rebuild)


def _rebuild(settings: Settings, _: argparse.Namespace) -> int:
    from service.graph_desk import rebuild

    position = rebuild(settings)
    print(
        said(
            f"Đã dựng lại đồ thị đến vị trí {position} của sổ cái.",
            f"The graph was rebuilt up to position {position} of the ledger.",
        )
    )
    return 0

"""The commands of who answers for the model: see the versions, promote one, roll back."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.arguments import Commands, Parser, answered_for, command, utf8
from service.cli.shadow import shadow
from service.settings import Settings
from service.words import said

if TYPE_CHECKING:
    from models.registry import Order
    from training.promote import Switched


def model(commands: Commands[Parser]) -> None:
    """Shows and switches models."""
    parser = command(
        commands,
        "model",
        "Các mô hình: xem, đưa lên làm mô hình chính, quay lại bản trước. Đọc và ghi models/ của thư mục dữ liệu. Chạy được cả khi dịch vụ đang chạy.",
        "Models: see them, promote one, roll back. Reads and writes models/ of the data folder. Also while the service runs, which takes a switch over within seconds.",
    )
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    command(
        actions,
        "list",
        "Các phiên bản, tên gọi, độ chính xác trung bình (AP). Không ghi gì.",
        "The versions, what they are called, their average precision (AP). Writes nothing.",
    ).set_defaults(run=_list)
    promoted = command(
        actions,
        "promote",
        "Đưa một phiên bản lên làm mô hình chính. Ghi models/ và sổ MLflow.",
        "Makes a version the champion. Writes models/ and MLflow's book.",
    )
    which = said(
        "một phiên bản, challenger, previous, default hay một thư mục mô hình",
        "a version, challenger, previous, default or a bundle folder",
    )
    promoted.add_argument("version", type=utf8, metavar="VERSION", help=which)
    all_the_same = said(
        "dù không đạt một cổng, hay không có cổng nào được ghi; việc này được ghi lại",
        "although it failed a gate, or none is on record; this is recorded",
    )
    promoted.add_argument("--force", action="store_true", help=all_the_same)
    answered_for(promoted)
    promoted.set_defaults(run=_promote)
    back = command(
        actions,
        "rollback",
        "Quay lại mô hình chính trước đó. Ghi models/ và sổ MLflow.",
        "Makes the champion before this one the champion again. Writes models/ and MLflow's book.",
    )
    answered_for(back)
    back.set_defaults(run=_rollback)
    command(
        actions,
        "log",
        "Ai đã thay mô hình chính, khi nào, vì sao. Không ghi gì.",
        "Who switched the champion, when and why. Writes nothing.",
    ).set_defaults(run=_log)
    shadow(actions)


def _list(settings: Settings, _: argparse.Namespace) -> int:
    from models import registry

    home = settings.home
    called = {alias: registry.aliased(alias, home) for alias in registry.ALIASES}
    titles = (
        said("phiên bản", "version"),
        said("học đến", "learned until"),
        "AP",
        said("đạt", "gates"),
    )
    rows = [("", *titles)]
    for folder in registry.versions(home) or [registry.DEFAULT]:
        aliases = [alias for alias, of in called.items() if of == folder]
        if called["champion"] is None and folder == registry.champion_folder(home):
            aliases.append("default")
        rows.append((" ".join(aliases), folder.name, *_told(folder), _gates(folder)))
    widths = [max(len(row[i]) for row in rows) for i in range(5)]
    for row in rows:
        print(
            "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        )
    return 0


def _told(folder: Path) -> tuple[str, str]:
    """Until when a version learned, and its average precision, as its card tells."""
    try:
        card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
        precision = card.get("later_part", {}).get("average_precision")
        return str(card.get("until", "?"))[:10], "?" if precision is None else f"{precision:.3f}"
    except (OSError, ValueError, AttributeError, TypeError):
        return said("không đọc được", "unreadable"), "?"


def _gates(folder: Path) -> str:
    """How many of the gates on record it passed, and of how many too little was known."""
    from models.errors import BundleError
    from training.promote import gates_of

    try:
        found = gates_of(folder).found
        passed = [gate["passed"] for gate in found]
    except (BundleError, LookupError, TypeError):
        return "?"
    unknown = said(f", {passed.count(None)} chưa biết", f", {passed.count(None)} not told")
    told = f"{passed.count(True)}/{len(passed)}" + unknown * (None in passed)
    return told if passed else "–"


def _promote(settings: Settings, options: argparse.Namespace) -> int:
    from service.datafolder import open_folder
    from training.promote import GateError, promote

    home = open_folder(settings.home).home
    try:
        made = promote(options.version, home, _order(options), force=options.force)
    except GateError as error:
        failed = said(f"không đưa lên: {error.vietnamese}", f"not promoted: {error.english}")
        print(f"chinhchu: {failed}", file=sys.stderr)
        return 1
    return _tell(made)


def _rollback(settings: Settings, options: argparse.Namespace) -> int:
    from service.datafolder import open_folder
    from training.promote import roll_back

    return _tell(roll_back(open_folder(settings.home).home, _order(options)))


def _order(options: argparse.Namespace) -> Order:
    from models.registry import Order
    from service.wiring import now

    return Order(options.by, options.why, now())


def _tell(switched: Switched) -> int:
    print(_line(switched.entry))
    if switched.book_refuses is not None:
        print(
            said(
                f"sổ MLflow không ghi được ({switched.book_refuses}); mô hình chính vẫn đã thay",
                f"MLflow's book does not tell it ({switched.book_refuses}); the champion is switched all the same",
            )
        )
    return 0


def _log(settings: Settings, _: argparse.Namespace) -> int:
    from models.registry import switches
    from service.in_force import cut_short

    lines = [_line(entry) for entry in switches(settings.home)]
    lines += cut_short(settings.home, "model")
    print("\n".join(lines or [said("chưa thay mô hình lần nào", "no model was switched yet")]))
    return 0


def _line(entry: dict[str, Any]) -> str:
    from service.checking.table import harmless

    before = entry["from"] or "default"
    forced = said("  (dù không đạt)", "  (forced)") if entry["forced"] else ""
    words = f"{before} → {entry['to']}  {entry['by']}: {entry['why']}{forced}"
    return f"{entry['at'][:19]}Z  {harmless(words)}"

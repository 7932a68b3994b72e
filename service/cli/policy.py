"""The commands of a risk officer: read a policy, check one, try it, fit it, adopt it, take it back."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from service.arguments import Commands, Parser, command
from service.settings import Settings
from service.words import said

_FILE = ("tệp chính sách để đọc (.toml)", "policy file to read (.toml)")


def policy(commands: Commands[Parser]) -> None:
    """Reads, checks, tries, fits and adopts policies."""
    parser = command(
        commands,
        "policy",
        "Chính sách: ai được xem xét, ai bị từ chối. Đọc tệp chính sách và sổ cái của thư mục dữ liệu; chỉ `adopt` và `rollback` ghi vào policies/ ở đó. Chạy được cả khi dịch vụ đang chạy.",
        "The policy: who is reviewed, who is refused. Reads policy files and the data folder's ledger; `adopt` and `rollback` alone write, to policies/ there. Also while the service runs.",
    )
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    checked = command(
        actions,
        "check",
        "Kiểm tra một tệp và nói bằng lời nó quyết định gì. Không ghi gì.",
        "Checks a file and says in words what it decides. Writes nothing.",
    )
    checked.add_argument("file", type=Path, metavar="FILE", help=said(*_FILE))
    checked.set_defaults(run=_check)
    shown = command(
        actions,
        "show",
        "Chính sách đang dùng, bằng lời. Không ghi gì.",
        "The policy in force, in words. Writes nothing.",
    )
    shown.set_defaults(run=_show)


def _check(_: Settings, options: argparse.Namespace) -> int:
    from models.errors import PolicyError
    from models.policy import load
    from service.policy_words import lines_of

    try:
        policy = load(options.file)
    except PolicyError as error:
        for problem in error.problems:
            print(f"{options.file.name}: {said(*problem)}", file=sys.stderr)
        return 2
    print("\n".join(lines_of(policy)))
    return 0


def _show(settings: Settings, _: argparse.Namespace) -> int:
    from models.policy import load
    from service.in_force import policy_file
    from service.policy_words import lines_of

    print("\n".join(lines_of(load(policy_file(settings.policy, settings.home)))))
    return 0

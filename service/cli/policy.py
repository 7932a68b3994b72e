"""The commands of a risk officer: read a policy, check one, try it, fit it, adopt it, take it back."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from service.arguments import Commands, Parser, answered_for, command
from service.cli.policy_fit import add_fit
from service.cli.policy_try import add_try
from service.settings import Settings
from service.words import said

if TYPE_CHECKING:
    from service.policies import Adoption

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
    add_try(actions, _FILE)
    add_fit(actions)
    adopted = command(
        actions,
        "adopt",
        "Từ nay quyết định theo một tệp; dịch vụ đang chạy nhận ngay. Ghi policies/ của thư mục dữ liệu.",
        "Lets a file decide from now on; a service that runs takes it over within seconds. Writes policies/ of the data folder.",
    )
    adopted.add_argument("file", type=Path, metavar="FILE", help=said(*_FILE))
    answered_for(adopted)
    adopted.set_defaults(run=_adopt)
    back = command(
        actions,
        "rollback",
        "Quay lại chính sách trước đó. Ghi policies/ của thư mục dữ liệu.",
        "Lets the policy before this one decide again. Writes policies/ of the data folder.",
    )
    answered_for(back)
    back.set_defaults(run=_rollback)
    command(
        actions,
        "log",
        "Ai đã thay chính sách, khi nào, vì sao. Không ghi gì.",
        "Who switched the policy, when and why. Writes nothing.",
    ).set_defaults(run=_log)


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
    print(_whence(settings))
    return 0


def _whence(settings: Settings) -> str:
    from service.policies import adoptions

    if settings.policy is not None:
        return said("Do CHINHCHU_POLICY chỉ định.", "Named by CHINHCHU_POLICY.")
    switched = adoptions(settings.home)
    if not switched:
        return said("Đi kèm chương trình.", "It comes with the program.")
    return f"{said('Được chọn', 'Adopted')} {_told(switched[-1])}"


def _adopt(settings: Settings, options: argparse.Namespace) -> int:
    from service.datafolder import open_folder
    from service.policies import adopt
    from service.wiring import now

    home = open_folder(settings.home).home
    print(_told(adopt(home, options.file, by=options.by, why=options.why, at=now())))
    _say_what_wins(settings)
    return 0


def _rollback(settings: Settings, options: argparse.Namespace) -> int:
    from service.datafolder import open_folder
    from service.policies import rollback
    from service.wiring import now

    home = open_folder(settings.home).home
    print(_told(rollback(home, by=options.by, why=options.why, at=now())))
    _say_what_wins(settings)
    return 0


def _log(settings: Settings, _: argparse.Namespace) -> int:
    from service.in_force import cut_short
    from service.policies import adoptions

    lines = [_told(adoption) for adoption in adoptions(settings.home)]
    lines += cut_short(settings.home, "policy")
    print("\n".join(lines or [said("chưa thay chính sách lần nào", "no policy was switched yet")]))
    return 0


def _told(adoption: Adoption) -> str:
    from service.checking.table import harmless

    words = f"{adoption.before} → {adoption.after}  {adoption.by}: {adoption.why}"
    return f"{adoption.at:%Y-%m-%dT%H:%M:%S}Z  {harmless(words)}"


def _say_what_wins(settings: Settings) -> None:
    if settings.policy is not None:
        name = settings.policy.name
        print(
            said(
                f"CHINHCHU_POLICY chỉ định {name}: dịch vụ vẫn theo tệp ấy.",
                f"CHINHCHU_POLICY names {name}: the service goes on by that file.",
            )
        )

"""The command that erases personal data."""

from __future__ import annotations

import argparse
import sys

from features.errors import InputError
from service.arguments import Commands, Parser, command, utf8
from service.errors import SettingsError
from service.settings import Settings
from service.words import said


def forget(commands: Commands[Parser]) -> None:
    """Erases the personal data of registrations."""
    parser = command(
        commands,
        "forget",
        "Xóa dữ liệu cá nhân của một đăng ký, hoặc của một người (số giấy tờ đọc từ đầu vào chuẩn), khỏi sổ cái và đồ thị; quyết định được giữ. Chạy được cả khi dịch vụ đang chạy.",
        "Erases the personal data of one registration, or of a person (the number is read from standard input), from ledger and graph; decisions stay. Also while the service runs.",
    )
    whose = said("mã tổ chức", "its institution")
    parser.add_argument("institution", nargs="?", type=utf8, help=whose)
    which = said("mã đăng ký", "its id")
    parser.add_argument("registration_id", nargs="?", type=utf8, help=which)
    person = said("của người có số giấy tờ ở đầu vào chuẩn", "of whose number is on standard input")
    parser.add_argument("--person", action="store_true", help=person)
    reason = said("căn cứ, được lưu lại", "on what ground; it is kept")
    parser.add_argument("--reason", type=utf8, required=True, metavar="TEXT", help=reason)
    parser.set_defaults(run=_run)


def _read() -> str:
    try:
        return utf8(sys.stdin.readline())
    except (UnicodeDecodeError, argparse.ArgumentTypeError):
        text = said("đầu vào chuẩn không phải là UTF-8", "standard input is not in UTF-8")
        raise InputError(text) from None


def _run(settings: Settings, options: argparse.Namespace) -> int:
    from service.erasure_desk import forget, of_person, of_registration

    named = options.institution is not None and options.registration_id is not None
    if options.person == named or (options.person and options.institution is not None):
        raise SettingsError(
            said(
                "cho mã tổ chức và mã đăng ký, hoặc --person",
                "give an institution and an id, or --person",
            )
        )
    if options.person:
        wanted = of_person(_read())
    else:
        wanted = of_registration(options.institution, options.registration_id)
    count, done = forget(settings, wanted, options.reason)
    if done:
        print(said(f"Số đăng ký đã xóa: {count}", f"Registrations erased: {count}"))
    else:
        print(
            said(
                f"Số đăng ký mà dịch vụ sẽ xóa trong giây lát: {count}",
                f"Registrations that the service erases shortly: {count}",
            )
        )
    return 0

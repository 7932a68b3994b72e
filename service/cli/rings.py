"""The commands of an analyst: run the ring search, list the rings, show one whole."""

from __future__ import annotations

import argparse
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

from features.registration import VIETNAM
from service.arguments import Commands, Parser, command, day, share, utf8
from service.cli.rings_export import export
from service.settings import Settings
from service.words import percent, said

if TYPE_CHECKING:
    from graph.attributes import Key
    from service.ledger.rings import Seen
    from service.ring_desk import Found


def rings(commands: Commands[Parser]) -> None:
    """Finds and shows rings."""
    parser = command(
        commands,
        "rings",
        "Nhóm nghi vấn: dò ngay, liệt kê, xem từng nhóm. Đọc sổ cái của thư mục dữ liệu; chỉ `run` ghi vào đó và vào đồ thị. Chạy được cả khi dịch vụ đang chạy.",
        "Suspected rings: find them now, list them, show one. Reads the data folder's ledger; `run` alone writes to it and to the graph. Also while the service runs.",
    )
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    found = command(
        actions,
        "run",
        "Dò nhóm trong các đăng ký đã sàng lọc (đăng ký chỉ nạp bằng `book load` chưa có rủi ro). Ghi sổ cái và đồ thị.",
        "Finds the rings among registrations that were screened (those of `book load` alone have no risk yet). Writes the ledger and the graph.",
    )
    when = said(
        "00:00 UTC của ngày, không trước đợt dò gần nhất; mặc định: bây giờ",
        "00:00 UTC of the day, not before the last run; default: now",
    )
    found.add_argument("--day", type=day, metavar="DATE", help=when)
    found.set_defaults(run=_run)
    several = command(
        actions,
        "list",
        "Các nhóm của đợt dò gần nhất. Không ghi gì.",
        "The rings of the last run. Writes nothing.",
    )
    least = said("chỉ từ rủi ro này", "only from this risk on")
    several.add_argument("--min-risk", type=share, default=0.0, metavar="RISK", help=least)
    several.set_defaults(run=_list)
    single = command(
        actions,
        "show",
        "Một nhóm: thành viên, thông tin dùng chung, diễn biến. Không ghi gì.",
        "One ring: its members, what ties them, what became of it. Writes nothing.",
    )
    single.add_argument("ring_id", type=utf8, metavar="ID", help=said("mã nhóm", "its id"))
    single.set_defaults(run=_show)
    export(actions)


def _run(settings: Settings, options: argparse.Namespace) -> int:
    from service.ring_desk import run

    made = run(settings, options.day)
    moment = f"{made.run_at:%Y-%m-%d %H:%M} UTC"
    rings, members = len(made.rings), sum(len(ring.members) for ring in made.rings)
    print(
        said(
            f"Từ những gì biết trước {moment}: số nhóm {rings}, số thành viên {members}",
            f"From what was known before {moment}: rings {rings}, members {members}",
        )
    )
    _say_if_nobody_was_screened(made)
    return 0


def _say_if_nobody_was_screened(made: Found) -> None:
    if made.anybody_screened:
        return
    print(
        said(
            "Chưa có đăng ký nào được sàng lọc trước đó: đăng ký chỉ nạp bằng `book load` chưa có rủi ro. Để dò cả một sổ: chinhchu campaign.",
            "No registration had been screened by then: those of `book load` alone have no risk. For a whole book: chinhchu campaign.",
        )
    )


def _list(settings: Settings, options: argparse.Namespace) -> int:
    from service.ring_desk import rings
    from service.ring_story import story

    last = rings(settings, options.min_risk)
    moment = f"{last.run_at:%Y-%m-%d %H:%M} UTC"
    number = len(last.rings)
    print(said(f"Đợt dò {moment}, số nhóm: {number}", f"Run of {moment}, rings: {number}"))
    _say_if_nobody_was_screened(last)
    for ring in last.rings:
        told = said(*story(ring, last.confirmed.get(ring.ring_id, 0)))
        print(f"\n{ring.ring_id}  {percent(ring.risk)}\n  {told}")
    return 0


def _show(settings: Settings, options: argparse.Namespace) -> int:
    from service.ring_desk import one
    from service.ring_story import story

    seen = one(settings, options.ring_id)
    state = (
        said("đang hoạt động", "alive")
        if seen.alive
        else said("không còn thấy", "not found any more")
    )
    print(f"{seen.ring.ring_id}  {percent(seen.ring.risk)}  ({state})")
    print(said(*story(seen.ring, len(seen.confirmed))))
    _members(seen)
    _ties(seen)
    _told(seen)
    return 0


def _members(seen: Seen) -> None:
    kinds = {"bank_account": said("tài khoản", "account"), "sim": "SIM"}
    print(said("\nThành viên (giờ Việt Nam)", "\nMembers (times of Vietnam)"))
    width = max(len(_name(node.key)) for node in seen.ring.members)
    for node in seen.ring.members:
        parts = [
            f"  {_name(node.key):{width}}",
            _moment(node.registered_at),
            kinds[node.kind.value],
        ]
        if node.key in seen.confirmed:
            parts.append(said("đã xác nhận gian lận", "confirmed as fraud"))
        if node.key in seen.ring.erased:
            parts.append(said("đã xóa dữ liệu cá nhân", "personal data erased"))
        print("  ".join(parts))


def _ties(seen: Seen) -> None:
    from service.ring_story import by_holders, knots

    across, own = by_holders(seen.ring)
    for title, ties in (
        (said("Những người đứng tên dùng chung", "What different holders share"), across),
        (said("Chỉ của một người đứng tên", "Shared by one holder's own registrations"), own),
    ):
        if not ties:
            continue
        print(f"\n{title}")
        told = [(said(*words), keys) for words, keys in knots(ties)]
        often, numbers = Counter(name for name, _ in told), Counter[str]()
        for name, keys in told:
            numbers[name] += 1
            number = f" {numbers[name]}" if often[name] > 1 else ""
            print(f"  {name}{number}: {', '.join(map(_name, keys))}")


def _told(seen: Seen) -> None:
    from service.ring_story import happened

    print(said("\nDiễn biến (UTC)", "\nWhat became of it (UTC)"))
    for step in seen.told:
        print(f"  {step.run_at:%Y-%m-%d %H:%M}  {said(*happened(step))}")


def _name(key: Key) -> str:
    """Institution and registration, as their senders wrote them, harmless to a terminal."""
    from service.checking.table import printable

    return " ".join(map(printable, key))


def _moment(at: datetime) -> str:
    return f"{at.astimezone(VIETNAM):%Y-%m-%d %H:%M}"

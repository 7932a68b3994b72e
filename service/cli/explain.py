"""The command of who examines a decision: what led to it, and what would lead to another one."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from service.arguments import Commands, Parser, command, screening
from service.settings import Settings
from service.words import percent, said

if TYPE_CHECKING:
    from models.explanation import Explanation
    from service.ledger.records import StoredScreening

_LEAST_SHOWN = 0.02
_MOST_SHOWN = 10
_WIDTH = 12


def explain(commands: Commands[Parser]) -> None:
    """Explains a decision."""
    parser = command(
        commands,
        "explain",
        "Tách một quyết định: mỗi nhóm dữ kiện đóng góp bao nhiêu, và điều gì khác đi thì quyết định khác đi. Đọc sổ cái, models/ và policies/ của thư mục dữ liệu; việc đọc được ghi vào sổ cái cùng mục đích. Dành cho người thẩm tra, không cho người đăng ký. Chạy được cả khi dịch vụ đang chạy.",
        "Takes a decision apart: what each group of facts added, and what would have to be different for another decision. Reads the ledger, models/ and policies/ of the data folder; the ledger records the reading and its purpose. For who examines, not for the applicant. Also while the service runs.",
    )
    one = said("mã một lần sàng lọc", "the id of one screening")
    parser.add_argument("screening_id", type=screening, metavar="SCREENING_ID", help=one)
    why = said("đọc để làm gì, một mã ngắn", "why it is read, a short code")
    parser.add_argument("--purpose", type=_purpose, required=True, metavar="CODE", help=why)
    parser.add_argument("--json", action="store_true", help=said("dạng JSON", "as JSON"))
    parser.set_defaults(run=_run)


def _run(settings: Settings, options: argparse.Namespace) -> int:
    from service.checking.table import printable
    from service.explanation_desk import explained

    stored, made = explained(settings, options.screening_id, options.purpose)
    if options.json:
        import json

        from service.answers import explanation_form

        json.dump(explanation_form(made, stored), sys.stdout, ensure_ascii=False, indent=1)
        print()
        return 0
    print(f"{stored.decision}  {percent(stored.risk)}  ({stored.model_version})")
    print(f"{printable(stored.institution)}  {printable(stored.registration_id)}")
    _facts(made, stored)
    _ways(made)
    _groups(made, stored)
    return 0


def _facts(made: Explanation, stored: StoredScreening) -> None:
    from service.explaining import facts_in_words

    if not made.held:
        return
    print(said("\nDữ kiện cứng, ngoài điểm số", "\nHard facts, beside the score"))
    for _, words in facts_in_words(made, stored):
        print(f"  {said(*words)}")


def _groups(made: Explanation, stored: StoredScreening) -> None:
    from service.explaining import START, groups_in_words

    print(said("\nĐiểm số (log-odds), cộng từng phần", "\nThe score in log-odds, part by part"))
    groups = [(push, said(*words)) for _, push, words in groups_in_words(made, stored)]
    shown = [(push, told) for push, told in groups[:_MOST_SHOWN] if abs(push) >= _LEAST_SHOWN]
    rest = sum(push for push, _ in groups[len(shown) :])
    widest = max([abs(push) for push, _ in shown], default=1.0)
    print(f"  {_number(made.base)}  {'':{_WIDTH}}  {said(*START)}")
    for push, told in shown:
        bar = ("█" if push > 0 else "▒") * max(1, round(abs(push) / widest * _WIDTH))
        print(f"  {_number(push)}  {bar:{_WIDTH}}  {told}")
    print(f"  {_number(rest)}  {'':{_WIDTH}}  {said('Phần còn lại.', 'All the rest.')}")
    print(f"  {_number(made.score)}  {'':{_WIDTH}}  {said('Tổng.', 'Sum.')}")
    risk = percent(made.after.risk)
    print(
        said(
            f"Điểm này được hiệu chỉnh thành rủi ro {risk}.",
            f"Calibrated, this score is a risk of {risk}.",
        )
    )


def _ways(made: Explanation) -> None:
    from service.explaining import ways_in_words, why_no_ways

    nothing = why_no_ways(made)
    if nothing is not None:
        print(f"\n{said(*nothing)}")
    for decision, risk, facts in ways_in_words(made):
        share = percent(risk)
        print(
            said(f"\nSẽ là {decision} ({share}) nếu:", f"\nIt would be {decision} ({share}) where:")
        )
        for _, words in facts:
            print(f"  • {said(*words)}")


def _number(push: float) -> str:
    text = f"{round(push, 2) + 0.0:+7.2f}"  # what rounds to nothing is no minus
    return said(text.replace(".", ","), text)


def _purpose(text: str) -> str:
    from service.calls import PURPOSE

    if not PURPOSE.fullmatch(text):
        raise argparse.ArgumentTypeError(
            said(
                "từ 1 đến 64 chữ cái không dấu, chữ số, _ . : -", "1 to 64 letters, digits, _ . : -"
            )
        )
    return text

"""What a challenger would have changed, for who decides whether to promote it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from service.arguments import Commands, Parser, command, days
from service.settings import Settings
from service.words import said

if TYPE_CHECKING:
    from service.shadow_desk import Comparison


def shadow(actions: Commands[Parser]) -> None:
    """Compares the challenger with what was decided."""
    parser = command(
        actions,
        "shadow",
        "Mô hình thách thức đã có thể đổi những quyết định nào. Đọc sổ cái và models/, không ghi gì.",
        "What the challenger would have changed. Reads the ledger and models/, writes nothing.",
    )
    how_far = said("số ngày gần đây; mặc định 30", "so many last days; 30 unless said")
    parser.add_argument("--last", type=days, default=30, metavar="DAYS", help=how_far)
    parser.set_defaults(run=_run)


def _run(settings: Settings, options: argparse.Namespace) -> int:
    from service.shadow_desk import compare
    from service.wiring import now

    made = compare(settings, options.last, now())
    stricter, milder = made.total("stricter"), made.total("milder")
    changed, judged = _number(stricter + milder), _number(made.total("decisions"))
    more, fewer = _number(stricter), _number(milder)
    print(
        said(
            f"{made.version}: lẽ ra đã đổi {changed} trong {judged} quyết định (chặt hơn +{more}, nhẹ hơn −{fewer})",
            f"{made.version}: would have changed {changed} of {judged} decisions (stricter +{more}, milder −{fewer})",
        )
    )
    if made.left_out:
        left = _number(made.left_out)
        print(
            said(
                f"không so được {left}: khi ấy dùng đặc trưng khác, hoặc bản cũ không còn",
                f"not compared: {left}, whose features were others then, or whose versions are gone",
            )
        )
    _institutions(made)
    _largest(made)
    return 0


def _institutions(made: Comparison) -> None:
    from service.checking.table import printable

    for code in sorted(made.by_institution):
        counts = made.by_institution[code]
        changed = counts["stricter"] + counts["milder"]
        of = said("trong", "of")
        told = f"{_number(changed)} {of} {_number(counts['decisions'])}"
        print(f"  {printable(code)}  {told}  +{counts['stricter']} −{counts['milder']}")


def _largest(made: Comparison) -> None:
    if not made.largest:
        return
    count = len(made.largest)
    print(said(f"\n{count} thay đổi lớn nhất", f"\nThe {count} largest"))
    for change in made.largest:
        decisions = f"{change.decision} → {change.would}"
        risks = f"{change.risk:.3f} → {change.would_risk:.3f}"
        print(f"  {change.screening_id}  {decisions}  {risks}  {' '.join(change.reasons)}".rstrip())


def _number(count: int) -> str:
    return said(f"{count:,}".replace(",", "."), f"{count:,}")

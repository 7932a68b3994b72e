"""The command that tries a policy on past days: what it would have done, before anybody adopts it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from features.errors import InputError
from service.arguments import Commands, Parser, command, day
from service.settings import Settings
from service.words import number, percent, said

if TYPE_CHECKING:
    from service.policy_past import Past
    from service.policy_trial import Change, Hit, Share, Side, Trial

_DAYS = 30
_MOST_OF_A_GROUP = 12


def add_try(actions: Commands[Parser], file: tuple[str, str]) -> None:
    """Tries a policy."""
    parser = command(
        actions,
        "try",
        "Thử một tệp trên những ngày đã qua: số lượt xem xét, đúng ai, bắt được gì, khác gì chính sách đang dùng. Đọc sổ cái, hoặc kết quả của backtest hay campaign; không ghi gì.",
        "Tries a file on past days: reviews, whom they hit, what they catch, what changes against the policy in force. Reads the ledger, or what a backtest or campaign wrote; writes nothing.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help=said(*file))
    past_options(parser, _DAYS)
    beside = said("so với tệp này", "compare with this file")
    parser.add_argument("--against", type=Path, metavar="FILE", help=beside)
    form = said("in JSON cho chương trình", "print JSON, for programs")
    parser.add_argument("--json", action="store_true", help=form)
    parser.set_defaults(run=_run)


def past_options(parser: Parser, days: int) -> None:
    """Which past decisions are read, from where; by default those of the last `days`."""
    first = said(
        f"ngày đầu (giờ Việt Nam); mặc định: {days} ngày cuối",
        f"first day (of Vietnam); default: the last {days} days",
    )
    parser.add_argument("--from", dest="since", type=day, metavar="DAY", help=first)
    end = said("trước ngày này", "before this day")
    parser.add_argument("--until", type=day, metavar="DAY", help=end)
    folder = said(
        "thư mục kết quả của backtest hay campaign; mặc định: sổ cái",
        "folder of a backtest or a campaign; default: the ledger",
    )
    parser.add_argument("--decisions", type=Path, metavar="DIR", help=folder)
    book = said("tệp đăng ký của lần chạy ấy", "the registrations of that run")
    parser.add_argument("--registrations", type=Path, metavar="F", help=book)
    known = said("kết quả xác minh (tùy chọn)", "what became known (optional)")
    parser.add_argument("--labels", type=Path, metavar="F", help=known)


def past_asked(settings: Settings, options: argparse.Namespace, days: int) -> Past:
    """The past decisions that the options name.

    Raises:
        InputError: there are none, or options contradict one another.
    """
    from service import wiring
    from service.policy_past import Span, of_files, of_ledger

    if (options.decisions is None) != (options.registrations is None) or (
        options.labels is not None and options.decisions is None
    ):
        raise InputError(
            said(
                "--decisions và --registrations (cùng --labels nếu có) đi với nhau",
                "--decisions and --registrations (and --labels, if any) go together",
            )
        )
    span = Span(options.since, options.until, days)
    if options.decisions is not None:
        return of_files(options.decisions, (options.registrations, options.labels), span)
    wiring.check_there(settings)
    with wiring.visited(settings) as ledger:
        return of_ledger(ledger, span)


def _run(settings: Settings, options: argparse.Namespace) -> int:
    from models.policy import load
    from service.in_force import policy_file
    from service.policy_trial import trial

    new = load(options.file)
    old = load(options.against or policy_file(settings.policy, settings.home))
    told = trial(past_asked(settings, options, _DAYS), new, old)
    if options.json:
        form = asdict(told)
        for change in form["largest"]:
            del change["row"]["groups"]  # of one person they are nobody's business
        print(json.dumps(form, default=_plain, ensure_ascii=False, indent=1))
        return 0
    print("\n".join(_lines(told)))
    return 0


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else str(value)


def _lines(told: Trial) -> Iterator[str]:
    from service.checking.table import printable

    rows = number(told.decisions)
    yield said(
        f"{told.new.version} thử thay {told.old.version}: {rows} quyết định từ {told.since} đến {told.last}",
        f"{told.new.version} tried in the place of {told.old.version}: {rows} decisions of {told.since} to {told.last}",
    )
    yield from _table([_heads(told), *_figures(told)])
    yield said(
        f"Sẽ đổi {number(told.changed)} trên {rows} quyết định: {number(told.stricter)} chặt hơn, {number(told.milder)} nhẹ hơn.",
        f"It would have changed {number(told.changed)} of {rows} decisions: {number(told.stricter)} to stricter ones, {number(told.milder)} to milder.",
    )
    if told.largest:
        yield said("Những quyết định có rủi ro cao nhất trong đó:", "Those of the highest risk:")
        yield from _table([_change(change) for change in told.largest])
    if told.held_at:
        places = ", ".join(map(printable, told.held_at))
        yield said(f"Cầu dao sẽ ngắt ở: {places}.", f"The circuit breaker would open at: {places}.")
    yield said(
        "Bị xem xét hay từ chối, theo nhóm (khoảng tin cậy 95 %; sau cùng: chính sách kia):",
        "Reviewed or refused, by group (95 % intervals; last: the other policy):",
    )
    yield from _table([_hit(hit) for hit in _worth_telling(told.hits)])


def _heads(told: Trial) -> tuple[str, ...]:
    return "", told.new.version, told.old.version


def _figures(told: Trial) -> Iterator[tuple[str, ...]]:
    def of_known(part: int, whole: int) -> str:
        return said(f"{number(part)} trên {number(whole)}", f"{number(part)} of {number(whole)}")

    def row(vi: str, en: str, new: str, old: str) -> tuple[str, ...]:
        return said(vi, en), new, old

    def busiest(side: Side) -> str:
        return f"{number(side.reviews_on_busiest_day)} ({side.busiest_day:%d/%m})"

    def expected(side: Side) -> str:
        part, whole = number(side.expected_frauds), number(told.expected_frauds)
        return said(f"{part} trên {whole}", f"{part} of {whole}")

    new, old, frauds, honest = told.new, told.old, told.known_frauds, told.known_honest
    yield row(
        "xem xét một ngày", "reviews a day", number(new.reviews_a_day), number(old.reviews_a_day)
    )
    yield row("ngày nhiều nhất", "busiest day", busiest(new), busiest(old))
    yield row("từ chối", "refused", number(new.refused), number(old.refused))
    yield row(
        "gian lận đã biết bị chặn",
        "known frauds stopped",
        of_known(new.known_frauds_stopped, frauds),
        of_known(old.known_frauds_stopped, frauds),
    )
    yield row("gian lận dự kiến bị chặn", "expected frauds stopped", expected(new), expected(old))
    yield row(
        "người đã xác minh là trung thực bị xem xét",
        "known honest reviewed",
        of_known(new.known_honest_reviewed, honest),
        of_known(old.known_honest_reviewed, honest),
    )
    yield row(
        "người đã xác minh là trung thực bị từ chối",
        "known honest refused",
        of_known(new.known_honest_refused, honest),
        of_known(old.known_honest_refused, honest),
    )
    if new.cost is not None and old.cost is not None:
        yield row(
            "chi phí dự kiến, đồng", "expected cost, đồng", number(new.cost), number(old.cost)
        )


def _change(change: Change) -> tuple[str, ...]:
    from service.checking.table import printable

    row = change.row
    who = " ".join(printable(word) for word in (*row.key, row.screening_id) if word)
    decisions = f"{change.old} → {change.new}"
    return f"{row.day}", who, percent(row.risk), decisions, " ".join(sorted(row.facts))


def _worth_telling(hits: list[Hit]) -> Iterator[Hit]:
    """The largest values of each group of which anything is known."""
    for group in dict.fromkeys(hit.group for hit in hits if hit.value):
        of_group = [hit for hit in hits if hit.group == group]
        yield from sorted(of_group, key=lambda hit: -hit.new.whole)[:_MOST_OF_A_GROUP]


def _hit(hit: Hit) -> tuple[str, ...]:
    from service.checking.table import printable

    shown = printable(hit.value) or said("không rõ", "not known")
    return (
        said(*_GROUP_WORDS[hit.group]),
        said(_VALUES.get(hit.value, shown), shown),
        number(hit.new.whole),
        _share(hit.new),
        _share(hit.old),
    )


def _share(share: Share) -> str:
    middle = share.part / max(share.whole, 1)
    return f"{percent(middle)} ({percent(share.low)} – {percent(share.high)})"


_GROUP_WORDS = {
    "institution": ("tổ chức", "institution"),
    "kind": ("loại", "kind"),
    "channel": ("kênh", "channel"),
    "age_group": ("tuổi", "age"),
    "sex": ("giới", "sex"),
    "name_group": ("dạng tên", "form of the name"),
    "province_group": ("vùng", "region"),
}


_VALUES = {
    "bank_account": "tài khoản ngân hàng",
    "male": "nam",
    "female": "nữ",
    "under_25": "dưới 25",
    "25_59": "25 đến 59",
    "60_up": "từ 60",
}
"""Codes of groups in Vietnamese words; the others are names."""


def _table(rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (f"{cell:{width}}" for cell, width in zip(row, widths, strict=True))
        yield ("  " + "  ".join(cells)).rstrip()

"""The command that fits a policy to what there are people for, and to what it costs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from features.errors import InputError
from service.arguments import Commands, Parser, command, positive, whole
from service.cli.policy_try import past_asked, past_options
from service.settings import Settings
from service.words import number, percent, said

if TYPE_CHECKING:
    from models.policy import Cost
    from service.policy_fit import DearPair, Fitted

_DAYS = 180


def add_fit(actions: Commands[Parser]) -> None:
    """Fits a policy."""
    parser = command(
        actions,
        "fit",
        "Đặt ngưỡng xem xét theo năng lực và chi phí, kèm khoảng tin cậy. Đọc sổ cái, hoặc kết quả của backtest hay campaign; ghi tệp chính sách mới vào FILE. Chính sách được dùng chỉ sau `adopt`.",
        "Sets the review risk by capacity and cost, with its confidence interval. Reads the ledger, or what a backtest or campaign wrote; writes a new policy file to FILE. It decides after `adopt` alone.",
    )
    people = said("số người xem xét", "how many people review")
    parser.add_argument("--reviewers", type=whole, required=True, metavar="N", help=people)
    each = said("số lượt mỗi người một ngày", "reviews of each of them a day")
    parser.add_argument("--reviews-per-day", type=positive, required=True, metavar="N", help=each)
    _costs(parser)
    alone = said(
        "chỉ đặt ngưỡng riêng cho tổ chức này, theo năng lực của nó",
        "fit the threshold of this institution alone, to its own capacity",
    )
    parser.add_argument("--institution", metavar="CODE", help=alone)
    start = said(
        "chính sách để bắt đầu; mặc định: chính sách đang dùng",
        "policy to start from; default: the one in force",
    )
    parser.add_argument("--base", type=Path, metavar="FILE", help=start)
    past_options(parser, _DAYS)
    out = said("tệp chính sách để ghi", "policy file to write")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help=out)
    parser.set_defaults(run=_run)


def _costs(parser: Parser) -> None:
    for name, vi, en in (
        ("review", "chi phí một lượt xem xét, đồng", "what a review costs, in đồng"),
        ("missed", "thiệt hại khi lọt một vụ gian lận", "what a missed fraud costs"),
        ("refusal", "thiệt hại khi từ chối nhầm một người", "what a false refusal costs"),
    ):
        parser.add_argument(f"--cost-{name}", type=positive, metavar="ĐỒNG", help=said(vi, en))


def _cost(options: argparse.Namespace) -> Cost | None:
    from models.policy import Cost

    given = (options.cost_review, options.cost_refusal, options.cost_missed)
    if given == (None, None, None):
        return None
    if None in given:
        three = "--cost-review, --cost-missed, --cost-refusal"
        raise InputError(said(f"cần cả ba: {three}", f"all three are needed: {three}"))
    return Cost(*given)


def _run(settings: Settings, options: argparse.Namespace) -> int:
    from models import policy
    from models.policy_form import text_of
    from service.in_force import policy_file
    from service.policy_fit import Asked, fit

    file = options.base or policy_file(settings.policy, settings.home)
    base = policy.load(file)
    capacity = policy.Capacity(options.reviewers, options.reviews_per_day)
    asked = Asked(capacity, _cost(options) or base.cost, options.institution)
    past = past_asked(settings, options, _DAYS)
    fitted = fit(past, base, policy.read(file), asked)
    policy.of_form(fitted.form, options.out.name)
    about = (
        f"Made by `chinhchu policy fit` from {base.version} and the {len(past)} decisions\n"
        f"from {past.period.since} on and before {past.period.before}."
    )
    aside = options.out.with_name(f".{options.out.name}.part")
    try:
        aside.write_text(text_of(fitted.form, about), encoding="utf-8")
        aside.replace(options.out)
    finally:
        aside.unlink(missing_ok=True)
    _tell(fitted, capacity.a_day, options.out)
    return 0


def _tell(fitted: Fitted, capacity: float, out: Path) -> None:
    low, high = (percent(risk) for risk in fitted.interval)
    print(
        said(
            f"Xem xét từ rủi ro {percent(fitted.review_risk)} (95 %: {low} – {high})",
            f"Reviews from a risk of {percent(fitted.review_risk)} (95 %: {low} – {high})",
        )
    )
    few, many = (number(reviews) for reviews in fitted.reviews_interval)
    each, facts = number(fitted.reviews_a_day), number(fitted.by_facts_a_day)
    print(
        said(
            f"{each} lượt một ngày trong {fitted.days} ngày cuối, trong đó {facts} do dữ kiện cứng; năng lực {number(capacity)}",
            f"{each} reviews a day in the last {fitted.days} days, {facts} of them for hard facts; capacity {number(capacity)}",
        )
    )
    print(
        said(
            f"Hai tuần tới (95 %): {few} – {many} lượt một ngày, theo {fitted.checked} lần đặt trước đây",
            f"In the two weeks to come (95 %): {few} – {many} a day, by {fitted.checked} fits of before",
        )
    )
    if fitted.by_facts_a_day > capacity:
        print(
            said(
                "Riêng dữ kiện cứng đã vượt năng lực: không ngưỡng nào vừa.",
                "Hard facts alone ask for more than there are people for: no threshold fits.",
            )
        )
    elif fitted.by_cost is not None and fitted.by_cost > fitted.by_capacity:
        print(
            said(
                f"Chi phí quyết định: dưới {percent(fitted.by_cost)} một lượt xem xét đắt hơn điều nó tìm ra.",
                f"Cost decides: below {percent(fitted.by_cost)} a review costs more than what it finds.",
            )
        )
    _tell_dear(fitted.dear)
    print(f"{said('kết quả ở', 'results in')} {out}")


def _tell_dear(dear_pairs: list[DearPair]) -> None:
    for dear in dear_pairs:
        pair, refusal, review = (
            " + ".join(sorted(dear.pair)),
            number(dear.refusal),
            number(dear.review),
        )
        print(
            said(
                f"Từ chối vì {pair} ({dear.refused} lần) tốn {refusal} đồng theo rủi ro, xem xét chỉ {review}: nên bỏ cặp này khỏi [refuse].",
                f"Refusing for {pair} ({dear.refused} times) costs {refusal} đồng by risk, reviews only {review}: think of taking the pair out of [refuse].",
            )
        )

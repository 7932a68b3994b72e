"""What a policy says, in plain words: who is reviewed, who is refused, and what holds it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from models.decision import RiskBand
from models.hard_facts import HARD_FACTS
from models.policy import Policy
from models.use_by import PARTS, Then
from models.wording import REASONS
from service.words import number, percent, said


def lines_of(policy: Policy) -> Iterator[str]:
    """The lines of a terminal, in the language of who reads there."""
    yield said(f"Chính sách {policy.version}", f"Policy {policy.version}")
    yield from _reviewed(policy)
    yield from _refused(policy)
    yield said(
        "Còn lại được thông qua. Mô hình không bao giờ tự mình từ chối một người.",
        "Everybody else is cleared. The model alone never refuses a person.",
    )
    yield _bands(policy)
    yield from _means(policy)
    yield _breaker(policy)
    yield from _use_by(policy)


def _reviewed(policy: Policy) -> Iterator[str]:
    risk = percent(policy.review_risk)
    yield said(
        f"Một người xem xét: rủi ro từ {risk}, hoặc có một trong các điều sau:",
        f"A person looks: at a risk of {risk} or more, or where one of these holds:",
    )
    for fact in HARD_FACTS:
        if fact.code in policy.review_facts:
            yield f"  • {_fact(fact.code)}"
    for institution, own in sorted(policy.institutions.items()):
        yield said(
            f"  Riêng {institution}: rủi ro từ {percent(own)}.",
            f"  At {institution}: at a risk of {percent(own)} or more.",
        )


def _refused(policy: Policy) -> Iterator[str]:
    if not policy.refuse_pairs:
        yield said("Không ai bị từ chối.", "Nobody is refused.")
        return
    yield said("Từ chối nếu có cả hai điều:", "Refused where both of these hold:")
    places = {fact.code: place for place, fact in enumerate(HARD_FACTS)}
    pairs = [sorted(pair, key=places.__getitem__) for pair in policy.refuse_pairs]
    for first, second in sorted(pairs):
        yield f"  • {_fact(first)} + {_fact(second)}"


def _fact(code: str) -> str:
    return said(*REASONS[code]).removesuffix(".")


def _bands(policy: Policy) -> str:
    low, *rest = RiskBand
    bounds = (f"{_band(b)} ≥ {percent(r)}" for b, r in zip(rest, policy.bands, strict=True))
    told = "; ".join((_band(low), *bounds))
    return said(f"Mức rủi ro: {told}.", f"Risk bands: {told}.")


def _band(band: RiskBand) -> str:
    return said(f"{_BANDS[band]} ({band.value})", band.value)


_BANDS = {
    RiskBand.LOW: "thấp",
    RiskBand.MEDIUM: "vừa",
    RiskBand.HIGH: "cao",
    RiskBand.VERY_HIGH: "rất cao",
}


def _means(policy: Policy) -> Iterator[str]:
    if policy.capacity is not None:
        people, each = policy.capacity.reviewers, number(policy.capacity.reviews_per_reviewer_day)
        day = number(policy.capacity.a_day)
        yield said(
            f"Năng lực: {day} lượt xem xét một ngày (số người: {people}, mỗi người: {each}).",
            f"Capacity, reviews a day: {day} (people: {people}, reviews of each: {each}).",
        )
    if policy.cost is not None:
        review, refusal, missed = (
            number(c)
            for c in (policy.cost.review, policy.cost.false_refusal, policy.cost.missed_fraud)
        )
        yield said(
            f"Chi phí (đồng): một lượt xem xét {review}, từ chối nhầm {refusal}, lọt gian lận {missed}.",
            f"Costs (đồng): a review {review}, a false refusal {refusal}, a missed fraud {missed}.",
        )


def _breaker(policy: Policy) -> str:
    held = policy.breaker
    window, times = number(held.window), number(held.times)
    return said(
        f"Cầu dao: trong {window} quyết định đầu của mỗi tổ chức, nếu tỷ lệ xem xét và từ chối đổi quá {times} lần (theo tỷ số odds), chính sách hay mô hình mới bị giữ lại.",
        f"Circuit breaker: if within an institution's first {window} decisions the odds of being reviewed or refused change by more than {times} times, the new policy or model is held.",
    )


def _use_by(policy: Policy) -> Iterator[str]:
    for name, part in PARTS.items():
        limit = policy.use_by.get(part.code)
        if limit is None:
            continue
        is_hours = part.unit == "hours"
        count = number(
            limit.age / timedelta(hours=1) if is_hours else limit.age / timedelta(days=1)
        )
        unit = said("giờ", "hours") if is_hours else said("ngày", "days")
        yield said(
            f"Hạn dùng, {said(*_PARTS[name])}: {count} {unit}; quá hạn thì {said(*_THEN[limit.then])}.",
            f"Use-by date, {said(*_PARTS[name])}: {count} {unit}; beyond, {said(*_THEN[limit.then])}.",
        )


_PARTS = {
    "model": ("mô hình", "the model"),
    "register": ("bản chụp dữ liệu dân cư", "the register's snapshot"),
    "graph": ("đồ thị", "the graph"),
    "lists": ("danh mục", "the lists"),
}
_THEN = {
    Then.GO_ON: ("vẫn quyết định như cũ và nói rõ", "decisions go on, and say so"),
    Then.REVIEW: (
        "ai lẽ ra được thông qua thì được xem xét",
        "whoever would be cleared is reviewed",
    ),
    Then.PAPERS: ("chỉ dữ kiện cứng quyết định", "hard facts alone decide"),
}

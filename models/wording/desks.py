"""Reasons about desks and networks: what part of a day is odd, and how busy the day is."""

from __future__ import annotations

from collections.abc import Sequence

from models.wording.counts import Count
from models.wording.sentences import HUBS, THINGS, Words
from models.wording.values import Teller, Values, sentence


def _part(thing: str, measure: str, vi: str, en: str) -> Teller:
    """Tells what part of the last day's registrations, where it is more than their past lets expect."""
    link = thing.lower()
    thing_vi, thing_en = THINGS[thing]

    def tell(values: Values) -> Words | None:
        part, whole = values[f"{link}.{measure}.1d"], values[f"{link}.registrations.1d"]
        if not (part >= 2 and values[f"{link}.{measure}_excess.1d"] >= 1):
            return None
        n, of = round(part), round(whole)
        return (
            f"{n} trong {of} đăng ký 24 giờ qua của {thing_vi} {vi}.",
            f"{n} of the {of} registrations of {thing_en} in the last 24 hours {en}.",
        )

    return tell


def _pace(thing: str) -> Teller:
    """Tells a day that is far above the average one."""
    link = thing.lower()
    vi, en = THINGS[thing]

    def tell(values: Values) -> Words | None:
        day, pace = values[f"{link}.registrations.1d"], values[f"{link}.pace.1d"]
        if not (day >= 5 and pace >= 2):
            return None
        n = round(day)
        times = f"{pace:.1f}" if pace < 10 else f"{pace:.0f}"
        return (
            sentence(
                f"{vi} có {n} đăng ký trong 24 giờ qua, gấp {times} lần một ngày thường"
            ).replace(times, times.replace(".", ",")),
            sentence(
                f"{en} has {n} registrations in the last 24 hours, {times} times its usual day"
            ),
        )

    return tell


def _busy(thing: str) -> Count:
    vi, en = THINGS[thing]
    return Count(
        f"{thing.lower()}.registrations",
        f"{vi} có {{n}} đăng ký khác{{when}}",
        f"{en} has {{n}} other registration{{when}}",
        f"{en} has {{n}} other registrations{{when}}",
    )


def _hub(thing: str) -> Sequence[Teller]:
    return (
        _part(thing, "unverified", "chưa xác minh được danh tính", "have an unverified identity"),
        _part(thing, "nights", "là vào ban đêm", "were made at night"),
        _pace(thing),
        _busy(thing),
    )


DESKS: dict[str, Sequence[Teller]] = {
    f"UNUSUAL_{thing}": _hub(thing) for thing in HUBS if thing != "PEERS"
}
"""What tells a code, in the order in which it is tried."""

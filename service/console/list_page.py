"""The first page: what was screened lately, how it was decided, and the way to each screening."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from service.console.layout import (
    Frame,
    decision_chip,
    page,
    put,
    ring_link,
    screening_link,
    table,
)
from service.console.markup import Html, join, tag
from service.console.reading import ConsoleReader, Count, Line, Lines
from service.console.words import Language

DECISIONS = ("clear", "review", "refuse")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A part of the list: one decision or all; before a position, after one, or the latest."""

    decision: str | None = None
    before: int | None = None
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """What the page shows."""

    wanted: Wanted
    found: Lines
    counts: dict[str, Count]


def read(reader: ConsoleReader, wanted: Wanted, now: datetime) -> Listing:
    """The lines that are wanted, and the counts as of now."""
    found = reader.lines(wanted.decision, wanted.before, wanted.after)
    return Listing(wanted, found, reader.counts(now))


def draw(frame: Frame, listing: Listing) -> None:
    """The page."""
    language = frame.language
    say = language.say
    with page(frame, say("latest")):
        put(
            tag("h1", say("latest")),
            _summary(language, listing.counts),
            tag(
                "section",
                _filter(language, listing.wanted.decision),
                _lines(language, listing),
                _paging(language, listing),
                class_="card",
            ),
            tag("p", say("times_local"), class_="note"),
        )


def _summary(language: Language, counts: dict[str, Count]) -> Html:
    whole = Count(sum(c.day for c in counts.values()), sum(c.week for c in counts.values()))
    boxes = [_box(language, language.say("all"), "all", whole)]
    for decision in DECISIONS:
        name = language.called("decision", decision)
        boxes.append(_box(language, name, decision, counts.get(decision, Count())))
    return tag("section", *boxes, class_="summary", aria_label=language.say("summary"))


def _box(language: Language, name: str, tone: str, count: Count) -> Html:
    say = language.say
    return tag(
        "div",
        tag("h2", name),
        tag("p", tag("strong", language.whole(count.day)), f" {say('last_day')}"),
        tag("p", say("last_week", count=language.whole(count.week)), class_="week"),
        class_=f"box {tone}",
    )


def _filter(language: Language, chosen: str | None) -> Html:
    links = []
    for decision in (None, *DECISIONS):
        name = language.called("decision", decision) if decision else language.say("all")
        current = "true" if decision == chosen else None
        links.append(tag("a", name, href=_address(Wanted(decision)), aria_current=current))
    return tag("nav", *links, class_="filter", aria_label=language.say("filter"))


def _lines(language: Language, listing: Listing) -> Html:
    say, lines = language.say, listing.found.lines
    if not lines:
        empty = "none_decided_so" if listing.wanted.decision else "none_yet"
        return tag("p", say(empty), class_="empty")
    heads = ("registration", "time", "kind", "identity", "decision", "risk", "ring")
    rows = [_row(language, line) for line in lines]
    return table(say("latest"), [say(head) for head in heads], rows, tight=True)


def _row(language: Language, line: Line) -> list[str]:
    repeated = tag("span", language.say("repeated"), class_="hint") if line.repeated else None
    return [
        join(screening_link(line.screening_id, line.registration_id), repeated),
        tag("time", language.moment(line.screened_at), datetime=line.screened_at.isoformat()),
        language.called("kind", line.kind),
        language.called("identity", line.identity),
        decision_chip(language, line.decision),
        join(
            language.called("risk", line.risk_band),
            tag("span", language.share(line.risk), class_="hint"),
        ),
        ring_link(line.ring_id) if line.ring_id else "–",
    ]


def _paging(language: Language, listing: Listing) -> Html | None:
    found, decision = listing.found, listing.wanted.decision
    links = []
    if found.newer and found.lines:
        newer = Wanted(decision, after=found.lines[0].position)
        links.append(tag("a", f"‹ {language.say('newer')}", href=_address(newer), rel="prev"))
    if found.older and found.lines:
        older = Wanted(decision, before=found.lines[-1].position)
        links.append(tag("a", f"{language.say('older')} ›", href=_address(older), rel="next"))
    return tag("nav", *links, class_="paging", aria_label=language.say("pages")) if links else None


def _address(wanted: Wanted) -> str:
    named = {"decision": wanted.decision, "before": wanted.before, "after": wanted.after}
    query = urlencode({name: value for name, value in named.items() if value is not None})
    return f"/?{query}" if query else "/"

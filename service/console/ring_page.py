"""One ring: its drawing, what its members share, and the members of one's own institution."""

from __future__ import annotations

from collections.abc import Sequence

from nicegui import ui
from nicegui.events import GenericEventArguments

from service.console.layout import (
    Frame,
    decision_chip,
    facts,
    page,
    put,
    screening_link,
    table,
)
from service.console.markup import Html, join, tag
from service.console.reading import Life, Member, Ring
from service.console.ring_graph import Tie, chart, kinds_in_words, ties_of
from service.console.words import Language


def draw(frame: Frame, ring: Ring) -> None:
    """The page."""
    language = frame.language
    say = language.say
    ties = ties_of(ring.members)
    with page(frame, say("ring_title")):
        put(
            tag("p", tag("a", f"‹ {say('back')}", href="/"), class_="back"),
            tag("h1", say("ring_title"), " ", tag("span", ring.ring_id, class_="mono")),
            tag("p", language.pick(ring.life.story)) if ring.life else None,
            tag("p", say("ring_about"), class_="note"),
            tag("section", _about(language, ring), class_="card"),
        )
        with ui.element("div").classes("ring"):
            with ui.element("section").classes("card"):
                put(_drawing_head(language, ring))
                _drawing(language, ring, ties)
            put(_ties(language, ring.members, ties))
        put(_own_members(language, ring), _life(language, ring.life) if ring.life else None)


def _about(language: Language, ring: Ring) -> Html:
    say = language.say
    count = language.whole
    others = ring.total - ring.own_total
    life = ring.life
    run = [language.moment(ring.run_at)] if ring.run_at else []
    run += [say("ring_lost")] if life and not life.alive else []
    split = f"{count(ring.own_total)} {say('yours')}, {count(others)} {say('other_members')}"
    return facts(
        [
            (say("members"), f"{count(ring.total)}: {split}"),
            (say("ring_risk"), None if ring.risk is None else language.share(ring.risk)),
            (say("ring_first"), None if life is None else life.first_seen.isoformat()),
            (say("ring_run"), "; ".join(run) or None),
        ]
    )


def _drawing_head(language: Language, ring: Ring) -> Html:
    say = language.say
    legend = [
        tag("li", tag("span", class_=f"dot {tone}", aria_hidden="true"), text)
        for tone, text in (
            *[(d, language.called("decision", d)) for d in ("clear", "review", "refuse")],
            ("other", say("legend.other")),
            ("tie", say("legend.tie")),
        )
    ]
    shown = len(ring.members)
    part = None
    if shown < ring.total:
        text = say("drawn_part", shown=language.whole(shown), count=language.whole(ring.total))
        part = tag("p", text, class_="note")
    return join(tag("h2", say("drawing")), tag("ul", *legend, class_="legend"), part)


def _drawing(language: Language, ring: Ring, ties: list[Tie]) -> None:
    def open_screening(event: GenericEventArguments) -> None:
        """Follows a click on one's own registration; the browser says no more than its place."""
        place = event.args.get("dataIndex")
        if event.args.get("dataType") != "node" or not isinstance(place, int):
            return
        if 0 <= place < len(ring.members) and ring.members[place].screening_id is not None:
            ui.navigate.to(f"/screenings/{ring.members[place].screening_id}")

    # A narrow screen scrolls the drawing; pressed together, no name could be read.
    with ui.element("div").style("overflow-x: auto").props("tabindex=0"):
        drawn = ui.echart(chart(ring.members, ties, language)).style("min-width: 42rem")
    drawn.on("componentClick", open_screening, ["dataType", "dataIndex"])
    drawn.classes("drawing").props["role"] = "img"
    drawn.props["aria-label"] = language.say("drawing")


def _ties(language: Language, members: Sequence[Member], ties: list[Tie]) -> Html:
    say = language.say
    lines = []
    for tie in ties:
        own = sum(members[place].own for place in tie.members)
        counts = say("tie_of", count=language.whole(len(tie.members)), own=language.whole(own))
        lines.append(
            tag("li", tag("strong", kinds_in_words(tie.kinds, language)), tag("span", counts))
        )
    told = tag("ul", *lines, class_="ties", tabindex="0") if lines else tag("p", say("no_ties"))
    return tag("section", tag("h2", say("ties")), told, class_="card")


def _own_members(language: Language, ring: Ring) -> Html:
    say = language.say
    heads = [say(head) for head in ("registration", "registered_at", "kind", "decision", "risk")]
    rows = [_row(language, member) for member in ring.members if member.own]
    title = say("own_members")
    return tag("section", tag("h2", title), table(title, heads, rows, tight=True), class_="card")


def _life(language: Language, life: Life) -> Html:
    """What became of it, the latest first."""
    lines = [
        tag("li", tag("strong", language.pick(words)), tag("span", language.moment(at)))
        for at, words in reversed(life.steps)
    ]
    told = tag("ul", *lines, class_="ties", tabindex="0")
    return tag("section", tag("h2", language.say("ring_life")), told, class_="card")


def _row(language: Language, member: Member) -> list[str]:
    name = member.registration_id or ""
    told = (("since_run", not member.in_run), ("erased", member.erased))
    hints = [tag("span", language.say(word), class_="hint") for word, so in told if so]
    link = screening_link(member.screening_id, name) if member.screening_id else name
    return [
        join(link, *hints),
        language.moment(member.registered_at) if member.registered_at else "–",
        language.called("kind", member.kind or ""),
        decision_chip(language, member.decision) if member.decision else "–",
        language.called("risk", member.risk_band) if member.risk_band else "–",
    ]

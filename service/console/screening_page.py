"""One screening: what was decided, why, and what the register made of each field."""

from __future__ import annotations

from features.evidence import FIELDS
from models.wording import words_of
from service.console.layout import (
    Frame,
    chip,
    decision_chip,
    facts,
    page,
    put,
    ring_link,
    screening_link,
    table,
)
from service.console.markup import Html, join, tag
from service.console.reading import Detail
from service.console.words import Language
from service.ledger.records import vector_of

_IDENTITY_TONE = {"verified": "clear", "mismatch": "refuse", "not_found": "review"}
_RISK_TONE = {"low": "clear", "medium": "review", "high": "refuse", "very_high": "refuse"}
_FIELD_TONE = {"match": "clear", "partial": "review", "mismatch": "refuse"}


def draw(frame: Frame, detail: Detail) -> None:
    """The page."""
    language = frame.language
    say = language.say
    kind = language.called("kind", detail.kind)
    with page(frame, say("screening")):
        put(
            tag("p", tag("a", f"‹ {say('back')}", href="/"), class_="back"),
            tag("h1", say("screening")),
            tag("p", f"{kind} · ", tag("span", detail.registration_id, class_="mono")),
            _verdict(language, detail),
            tag(
                "div",
                tag("div", _reasons(language, detail), _evidence(language, detail)),
                _record(language, detail),
                class_="halves",
            ),
        )


def _verdict(language: Language, detail: Detail) -> Html:
    """Decision, identity and risk side by side: two answers, and what follows from them."""
    say = language.say
    identity = language.called("identity", detail.identity)
    band = language.called("risk", detail.risk_band)
    return tag(
        "section",
        _answer(say("decision"), decision_chip(language, detail.decision)),
        _answer(say("identity"), chip(identity, _IDENTITY_TONE.get(detail.identity, "plain"))),
        _answer(
            say("risk"),
            join(
                chip(band, _RISK_TONE.get(detail.risk_band, "plain")),
                tag("span", language.share(detail.risk), class_="figure"),
            ),
        ),
        class_="card verdict",
    )


def _answer(name: str, value: Html) -> Html:
    return tag("div", tag("h2", name), tag("p", value), class_="answer")


def _reasons(language: Language, detail: Detail) -> Html:
    say, vector = language.say, vector_of(detail.vector)
    items = [
        tag("li", language.pick(words_of(code, vector)), tag("span", code, class_="code"))
        for code in detail.reasons
    ]
    told = tag("ol", *items, class_="reasons") if items else tag("p", say("no_reasons"))
    apart = tag("a", say("explain"), href=f"/screenings/{detail.screening_id}/explanation")
    return tag("section", tag("h2", say("reasons")), told, tag("p", apart), class_="card")


def _evidence(language: Language, detail: Detail) -> Html:
    say = language.say
    names = [name for name in FIELDS if name in detail.fields]
    rows = [_field(language, name, detail.fields[name]) for name in names]
    return tag(
        "section",
        tag("h2", say("evidence")),
        table(say("evidence"), [say("field"), say("agreement"), say("difference")], rows),
        tag("p", say("no_personal_data"), class_="note"),
        class_="card",
    )


def _field(language: Language, name: str, found: object) -> list[str]:
    codes = found if isinstance(found, dict) else {}
    outcome, difference = codes.get("outcome", ""), codes.get("difference", "")
    return [
        language.called("field", name),
        chip(language.called("agreement", outcome), _FIELD_TONE.get(outcome, "plain")),
        join(language.difference(difference), tag("span", difference, class_="code")),
    ]


def _record(language: Language, detail: Detail) -> Html:
    say = language.say
    others = [
        tag("li", screening_link(other, str(other)), class_="mono") for other in detail.others
    ]
    rows = [
        (say("registered_at"), language.moment(detail.registered_at)),
        (say("screened_at"), language.moment(detail.screened_at)),
        (say("ring"), ring_link(detail.ring_id) if detail.ring_id else None),
        (say("ring_now"), _ring_now(detail)),
        (say("outcome_known"), _outcome(language, detail)),
        (say("purpose"), detail.purpose),
        (say("asked_by"), detail.asked_by),
        (say("model_version"), detail.model_version),
        (say("policy_version"), detail.policy_version),
        (say("position"), str(detail.position)),
        (say("graph_position"), str(detail.graph_position)),
        (say("other_screenings"), tag("ul", *others) if others else None),
    ]
    return tag("section", tag("h2", say("record")), facts(rows), class_="card")


def _ring_now(detail: Detail) -> Html | None:
    """A ring found after the decision; the decision itself could not know it."""
    if detail.ring_now is None or detail.ring_now == detail.ring_id:
        return None
    return ring_link(detail.ring_now)


def _outcome(language: Language, detail: Detail) -> str | None:
    if detail.is_fraud is None or detail.confirmed_at is None:
        return None
    told = language.say("outcome.fraud" if detail.is_fraud else "outcome.honest")
    typology = f" ({detail.typology})" if detail.typology else ""
    return f"{told}{typology}, {language.moment(detail.confirmed_at)}"

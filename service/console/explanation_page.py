"""One decision taken apart: what each group of facts added, and what would lead to another one."""

from __future__ import annotations

from dataclasses import dataclass

from models.explanation import Explanation
from models.wording import Words
from service.console.layout import Frame, decision_chip, page, put, screening_link, table
from service.console.markup import Html, join, tag
from service.console.reading import Detail
from service.console.words import Language
from service.explaining import (
    OTHER_FEATURES,
    START,
    facts_in_words,
    groups_in_words,
    ways_in_words,
    why_no_ways,
)

_LEAST_SHOWN = 0.02


@dataclass(frozen=True, slots=True)
class Explained:
    """A screening and its explanation, None where there can be none, and why that is so."""

    detail: Detail
    explanation: Explanation | None
    why_not: Words = OTHER_FEATURES


def draw(frame: Frame, explained: Explained) -> None:
    """The page."""
    language, detail, made = frame.language, explained.detail, explained.explanation
    say = language.say
    with page(frame, say("explanation")):
        put(
            tag("p", screening_link(detail.screening_id, f"‹ {say('screening')}"), class_="back"),
            tag("h1", say("explanation")),
            tag(
                "p",
                tag("span", detail.registration_id, class_="mono"),
                " · ",
                decision_chip(language, detail.decision),
                f" {language.share(detail.risk)}",
            ),
            *(
                _unexplained(language, explained.why_not)
                if made is None
                else _explained(language, detail, made)
            ),
        )


def _unexplained(language: Language, why: Words) -> list[Html]:
    text = language.pick(why)
    return [tag("section", tag("p", f"{text[0].upper()}{text[1:]}."), class_="card")]


def _explained(language: Language, detail: Detail, made: Explanation) -> list[Html]:
    return [_ways(language, made), *_facts(language, detail, made), _groups(language, detail, made)]


def _facts(language: Language, detail: Detail, made: Explanation) -> list[Html]:
    told = facts_in_words(made, detail)
    if not told:
        return []
    items = [_named(language.pick(words), code) for code, words in told]
    title = language.say("hard_facts")
    return [tag("section", tag("h2", title), tag("ul", *items, class_="reasons"), class_="card")]


def _ways(language: Language, made: Explanation) -> Html:
    say = language.say
    nothing = why_no_ways(made)
    parts = [
        join(
            tag(
                "p",
                say("would_be"),
                " ",
                decision_chip(language, decision),
                f" ({language.share(risk)}):",
            ),
            tag("ul", *[_named(language.pick(w), code) for code, w in facts], class_="reasons"),
        )
        for decision, risk, facts in ways_in_words(made)
    ]
    return tag(
        "section",
        tag("h2", say("otherwise")),
        *parts,
        tag("p", language.pick(nothing)) if nothing else None,
        tag("p", say("otherwise_about"), class_="note"),
        class_="card",
    )


def _groups(language: Language, detail: Detail, made: Explanation) -> Html:
    say = language.say
    groups = groups_in_words(made, detail)
    rest = sum(push for _, push, _ in groups if abs(push) < _LEAST_SHOWN)
    rows = [
        [language.pick(START), _push(language, made.base)],
        *(
            [
                join(language.pick(words), tag("span", code, class_="code")),
                _push(language, push),
            ]
            for code, push, words in groups
            if abs(push) >= _LEAST_SHOWN
        ),
        [say("all_the_rest"), _push(language, rest)],
        [say("sum"), _push(language, made.score)],
    ]
    return tag(
        "section",
        tag("h2", say("score")),
        table(say("score"), [say("group"), say("push")], rows, tight=True),
        tag("p", say("score_about"), class_="note"),
        class_="card",
    )


def _named(text: str, code: str) -> Html:
    return tag("li", text, tag("span", code, class_="code"))


def _push(language: Language, push: float) -> str:
    text = f"{round(push, 2) + 0.0:+.2f}"  # what rounds to nothing is no minus
    return language.pick((text.replace(".", ","), text))

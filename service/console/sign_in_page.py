"""The sign-in page: one labelled field, sent as a plain form so that no script sees the key."""

from __future__ import annotations

from collections.abc import Mapping

from service.console import layout
from service.console.markup import tag
from service.console.words import Language

PROBLEMS = {"failed": "sign_in_failed", "away": "away_about"}
"""What the address may say went wrong -> its text."""


def draw(language: Language, query: Mapping[str, str]) -> None:
    """The form; it remembers in `to` where the reader wanted to go."""
    say = language.say
    to = query.get("to", "/")
    problem = PROBLEMS.get(query.get("problem", ""))
    with layout.page(layout.Frame(language, None, to), say("sign_in")):
        layout.put(
            tag(
                "section",
                tag("h1", say("sign_in")),
                tag("p", say("sign_in_about"), id="about"),
                tag("p", say(problem), class_="alert", role="alert") if problem else None,
                tag(
                    "form",
                    tag("label", say("api_key"), for_="key"),
                    tag(
                        "input",
                        id="key",
                        name="key",
                        type="password",
                        required=True,
                        autofocus=True,
                        autocomplete="current-password",
                        spellcheck="false",
                        maxlength="200",
                        aria_describedby="about",
                    ),
                    tag("input", type="hidden", name="to", value=to),
                    tag("button", say("sign_in"), type="submit", class_="primary"),
                    method="post",
                    action="/sign-in",
                ),
                class_="card sign-in",
            )
        )

"""The frame around every page: title, header, language switch; and the small parts they share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote, urlencode
from uuid import UUID

from nicegui import ui

from service.console.markup import Html, join, tag
from service.console.words import Language


@dataclass(frozen=True, slots=True)
class Frame:
    """For whom a page is drawn: the language, the institution if signed in, the address."""

    language: Language
    institution: str | None
    here: str


@contextmanager
def page(frame: Frame, title: str) -> Iterator[None]:
    """A page with its title and header; what the block draws is its content."""
    ui.page_title(f"{title} – chinhchu")
    with ui.header(fixed=False, elevated=False, wrap=False).classes("top"):
        ui.html(_header(frame), sanitize=False).classes("top-inner")
    with ui.element("div").classes("content").props('id="content" tabindex="-1"'):
        yield


def put(*parts: Html | None) -> None:
    """Draws finished markup."""
    ui.html(join(*parts), sanitize=False)


def calm(frame: Frame, code: str) -> None:
    """A page that says in two lines why there is nothing to see."""
    say = frame.language.say
    with page(frame, say(code)):
        put(
            tag(
                "section",
                tag("h1", say(code)),
                tag("p", say(f"{code}_about")),
                tag("p", tag("a", say("back"), href="/")) if frame.institution else None,
                class_="card calm",
            )
        )


def chip(text: str, tone: str) -> Html:
    """A short word on a coloured ground; the word alone carries the meaning."""
    return tag("span", text, class_=f"chip {tone}")


def decision_chip(language: Language, decision: str) -> Html:
    """The decision in its colour."""
    return chip(language.called("decision", decision), decision)


def facts(rows: list[tuple[str, str | None]]) -> Html:
    """Terms and what they are; a term without a value is left out."""
    kept = [tag("div", tag("dt", term), tag("dd", value)) for term, value in rows if value]
    return tag("dl", *kept, class_="facts")


def table(caption: str, heads: list[str], rows: list[list[str]], *, tight: bool = False) -> Html:
    """A table with a caption for those who hear it; the first cell of a row names it.

    `tight` keeps every other cell on one line.
    """
    head = tag("thead", tag("tr", *[tag("th", text, scope="col") for text in heads]))
    lines = [
        tag("tr", tag("th", first, scope="row"), *[tag("td", cell) for cell in rest])
        for first, *rest in rows
    ]
    whole = tag("table", tag("caption", caption, class_="unseen"), head, tag("tbody", *lines))
    look = "table tight" if tight else "table"
    return tag("div", whole, class_=look, tabindex="0", role="region", aria_label=caption)


def screening_link(screening_id: UUID, text: str) -> Html:
    """A link to one screening."""
    return tag("a", text, href=f"/screenings/{screening_id}")


def ring_link(ring_id: str) -> Html:
    """A link to one ring."""
    return tag("a", ring_id, href=f"/rings/{quote(ring_id, safe='')}", class_="mono")


def _header(frame: Frame) -> Html:
    say = frame.language.say
    account = None
    if frame.institution:
        account = join(
            tag("span", frame.institution, class_="institution"),
            tag(
                "form",
                tag("button", say("sign_out"), type="submit", class_="quiet"),
                method="post",
                action="/sign-out",
            ),
        )
    return join(
        tag("a", say("skip"), href="#content", class_="skip"),
        tag("a", say("product"), href="/", class_="brand"),
        tag(
            "nav",
            tag("a", say("latest"), href="/") if frame.institution else None,
            aria_label=say("menu"),
        ),
        tag("div", _languages(frame), account, class_="end"),
    )


def _languages(frame: Frame) -> Html:
    links = []
    for language, name in ((Language.VIETNAMESE, "Tiếng Việt"), (Language.ENGLISH, "English")):
        links.append(
            tag(
                "a",
                name,
                href=f"/language/{language.value}?{urlencode({'to': frame.here})}",
                lang=language.value,
                hreflang=language.value,
                aria_current="true" if language is frame.language else None,
            )
        )
    return tag(
        "div", *links, class_="languages", role="group", aria_label=frame.language.say("language")
    )

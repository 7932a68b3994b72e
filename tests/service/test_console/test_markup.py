"""Laws of markup: what was text stays text, wherever it is put."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from service.console.markup import join, tag

TEXT = st.text(st.characters(exclude_characters="\r\0", exclude_categories=("Cs",)))


class Seen(HTMLParser):
    """The elements and the text of a piece of markup."""

    def __init__(self):
        super().__init__()
        self.elements, self.text = [], ""

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


def seen(markup):
    parser = Seen()
    parser.feed(markup)
    parser.close()
    return parser


@given(TEXT)
def test_text_never_becomes_markup(text):
    found = seen(tag("p", text))
    assert [name for name, _ in found.elements] == ["p"]
    assert found.text == text


@given(TEXT)
def test_an_attribute_holds_its_value_and_nothing_more(text):
    assert seen(tag("a", "x", href=text)).elements == [("a", {"href": text})]


def test_finished_markup_is_put_in_as_it_is():
    assert join(tag("b", "1 < 2"), " & ", None) == "<b>1 &lt; 2</b> &amp; "


def test_names_of_attributes_are_those_of_html():
    made = tag("input", class_="a", aria_label="b", required=True, disabled=False, id=None)
    assert made == '<input class="a" aria-label="b" required>'

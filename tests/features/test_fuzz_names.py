"""A million random and mutated strings through the readers of names: no exception."""

from __future__ import annotations

from features import legacy_text, name
from features.difference import DIFFERENCES
from tests.features import mutations

STRINGS = 1_000_000
REGISTERED = mutations.NAMES[0]


def _sound(text: str) -> bool:
    """Whether a string is compared, repaired and stripped; the forms are made on the way."""
    name.stripped(text)
    legacy_text.repair(text)
    return name.compare(text, REGISTERED) in DIFFERENCES


def test_a_million_strings_break_no_reader_of_names() -> None:
    strings = mutations.mutated(mutations.NAMES, STRINGS)
    assert [text for text in strings if not _sound(text)] == []


def test_a_huge_string_is_read_as_a_name_like_any_other() -> None:
    """Whoever reads it in a time that grows as its square is noticed: the tests do not end."""
    for text in mutations.huge():
        assert _sound(text)
        assert _sound(f"{REGISTERED} {text}")

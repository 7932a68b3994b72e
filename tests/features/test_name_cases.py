"""Tables of names as they are typed beside names as they are registered, one for each kind of noise.

Each line of `cases/name_*.tsv` holds the typed name, the registered one, the code that the clerk is to
read, and why; what cannot be seen on a page is written as `\\u` and four digits.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from features.difference import DIFFERENCES, outcome
from features.name import compare, forms
from features.syllable import is_syllable

TABLES = sorted(Path(__file__).with_name("cases").glob("name_*.tsv"))
KINDS = {
    "normal_form", "case_and_spacing", "tone_placement", "i_y", "d_stroke", "without_marks",
    "telex", "vni_keys", "tcvn3", "vni_font", "viscii", "mojibake", "lossy", "misread",
    "missing_middle", "extra_middle", "word_order", "initials", "part_or_honorific",
    "regional_family", "one_letter", "another_word_by_a_letter", "one_word", "other_parts",
    "minority_and_foreign", "different_name",
}  # fmt: skip

ONE_WAY = {"some_diacritics_missing", "legacy_encoding", "initials", "honorific"}
MIRRORED = {"missing_middle": "extra_middle", "extra_middle": "missing_middle"}


def _read(cell: str) -> str:
    return re.sub(r"\\u([0-9a-f]{4})", lambda match: chr(int(match[1], 16)), cell)


def _rows(table: Path) -> list[tuple[str, str, str, str]]:
    lines = table.read_text(encoding="utf-8").splitlines()[1:]
    return [(_read(t), _read(r), code, why) for t, r, code, why in (x.split("\t") for x in lines)]


CASES = [
    pytest.param(*row[:3], id=f"{t.stem}-{n}") for t in TABLES for n, row in enumerate(_rows(t))
]


@pytest.mark.parametrize(("typed", "registered", "code"), CASES)
def test_each_case_is_named_as_its_table_says(typed: str, registered: str, code: str) -> None:
    assert compare(typed, registered) == code


def _is_whole(name: str) -> bool:
    """Whether every word is a syllable with a capital, and marks were typed."""
    words = [letters for letters, _ in forms(name).toned]
    return name.istitle() and not name.isascii() and all(map(is_syllable, words))


@pytest.mark.parametrize(("typed", "registered", "code"), CASES)
def test_a_difference_of_two_whole_names_weighs_the_same_from_the_other_side(
    typed: str, registered: str, code: str
) -> None:
    back = compare(registered, typed)
    if not (_is_whole(typed) and _is_whole(registered)) or ONE_WAY & {code, back}:
        return
    assert outcome(back) is outcome(code)
    assert MIRRORED.get(code, back) == back


def test_there_is_a_table_of_forty_reasoned_cases_for_each_kind_of_noise() -> None:
    assert {table.stem.removeprefix("name_") for table in TABLES} == KINDS
    for table in TABLES:
        rows = _rows(table)
        assert len({row[:2] for row in rows}) == len(rows) >= 40, table.stem
        assert all(code in DIFFERENCES and why for _, _, code, why in rows), table.stem


def test_every_difference_of_a_name_has_its_cases() -> None:
    codes = list(DIFFERENCES)
    of_names = codes[codes.index("case_or_spacing") : codes.index("different_name") + 1]
    assert set(of_names) <= {code for t in TABLES for _, _, code, _ in _rows(t)}

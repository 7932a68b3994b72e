"""Laws of names that hold whatever the name: healthy ones stay, unrelated ones are told apart."""

from __future__ import annotations

import csv
import random
import unicodedata
from collections import defaultdict
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features import syllable
from features.difference import DIFFERENCES, outcome
from features.evidence import Outcome
from features.legacy_text import repair
from features.name import compare, family, forms, stripped
from features.syllable import is_syllable, with_tone, without_marks

SHARED = Path(__file__).parents[3] / "shared"
PARTS = SHARED / "data" / "names" / "vn_name_parts_by_gender.csv"
POPULATION = SHARED / "worlds" / "song" / "population.parquet"

PLAUSIBLE = [Outcome.MATCH, Outcome.PARTIAL, Outcome.MISMATCH]
WRITTEN = "b c ch d đ g h k kh l m n ng nh p ph r s t th tr v x"
INITIALS = WRITTEN.split()
RHYMES = sorted(syllable.RHYMES)
SYLLABLES = st.builds(
    lambda initial, rhyme, tone: with_tone(initial + rhyme, tone).capitalize(),
    st.sampled_from(["", *INITIALS]),
    st.sampled_from(RHYMES),
    st.sampled_from(["", *"fsxrj"]),
).filter(is_syllable)
WHOLE_NAMES = st.lists(SYLLABLES, min_size=2, max_size=5).map(" ".join)
ABROAD = (
    "José García Ñúñez, François Müller, Åsa Öberg, Jürgen Größe, Siân O'Brien, Zoë Brontë, "
    "João Gonçalves, Søren Kjær, Đorđe Petrović, Łukasz Żak, Max Weber, Lee Min Ho, Ross Fox, "
    "Kim Soo Jeong, Tan Ah Kow, Xu Jiaqi, Nguyen Jr, Sok Chanthy, Somchai Phommachanh, "
    "Ayşe Yılmaz, Jiří Dvořák, Adwoa Boateng, Wójcik Ewa, Saad Aziz, Isaac Deeds"
)
FOREIGN = ABROAD.split(", ")


def _registered() -> list[str]:
    if not POPULATION.exists():
        pytest.skip("no population beside the project to check names of")
    column = pq.read_table(POPULATION, columns=["full_name"])["full_name"]
    return sorted(set(column.to_pylist()))


def _same_but_for_marks(one: str, other: str) -> bool:
    return forms(one).joined == forms(other).joined


def test_no_syllable_is_ever_repaired() -> None:
    for initial in ("", *INITIALS, "gh", "gi", "ngh", "qu"):
        for rhyme in RHYMES:
            for tone in ("", *"fsxrj"):
                word = with_tone(initial + rhyme, tone).capitalize()
                if is_syllable(word):
                    for name in (word, word.upper(), f"Hà {word}", f"{word} Văn {word}"):
                        assert repair(name).text == name


@given(WHOLE_NAMES, st.sampled_from([str, str.upper, str.lower, without_marks]))
def test_no_name_of_syllables_is_ever_repaired(name: str, write: type[str]) -> None:
    assert repair(write(name)).text == write(name)
    assert repair(unicodedata.normalize("NFD", write(name))).difference is None


@pytest.mark.parametrize("name", FOREIGN)
def test_no_foreign_name_is_ever_repaired(name: str) -> None:
    for form in (name, name.upper(), unicodedata.normalize("NFD", name)):
        assert repair(form).text == form


def test_no_part_of_a_name_is_ever_repaired() -> None:
    if not PARTS.exists():
        pytest.skip("no name parts beside the project to check")
    with PARTS.open(encoding="utf-8") as file:
        parts = {row["value"] for row in csv.DictReader(file)}
    changed = {part for part in parts if repair(f"Trần {part}").text != f"Trần {part}"}
    assert not changed


def test_no_registered_name_is_repaired_and_each_is_the_same_as_itself() -> None:
    for name in _registered():
        assert repair(name).text == name
        assert compare(unicodedata.normalize("NFD", name), name) == "same"
        assert outcome(compare(without_marks(name).upper(), name)) is Outcome.MATCH


def test_registered_names_that_share_all_but_one_word_never_match() -> None:
    alike: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for name in _registered():
        words = name.split()
        for i in range(len(words)):
            alike[(*words[:i], "", *words[i + 1 :])].append(name)
    groups = [names for names in alike.values() if len(names) > 1]
    dice = random.Random(1)
    for _ in range(5000):
        one, other = dice.sample(dice.choice(groups), 2)
        if not _same_but_for_marks(one, other):
            assert outcome(compare(one, other)) is not Outcome.MATCH


@given(WHOLE_NAMES, WHOLE_NAMES)
def test_two_names_match_only_where_they_are_equal_up_to_marks(one: str, other: str) -> None:
    if outcome(compare(one, other)) is Outcome.MATCH:
        assert _same_but_for_marks(one, other)


@given(WHOLE_NAMES, WHOLE_NAMES)
def test_whole_names_weigh_the_same_from_either_side(one: str, other: str) -> None:
    codes = (compare(one, other), compare(other, one))
    if not {"some_diacritics_missing", "diacritics_missing", "initials", "honorific"} & {*codes}:
        assert outcome(codes[0]) is outcome(codes[1])


SLIPS = st.sampled_from(
    [
        lambda name: name[:-1] + name[-2:],  # the last letter doubled
        lambda name: name.replace("ễ", "", 1),
        lambda name: " ".join(reversed(name.split())),
        lambda name: " ".join(name.split()[::2]),  # the middle names left out
    ]
)


@given(st.sampled_from(["Nguyễn Văn Dũng", "Nguyễn Thị Phương", "Nguyễn Hữu Khanh"]), SLIPS)
def test_unrelated_is_farther_than_a_slip_is_farther_than_equal(name, slip) -> None:
    unrelated = "Lê Hoàng Tèo"
    places = [
        PLAUSIBLE.index(outcome(compare(typed, name))) for typed in (name, slip(name), unrelated)
    ]
    assert places == [0, 1, 2]


@given(st.text(st.characters(codec=None), max_size=40), st.text(max_size=40))
def test_any_text_has_a_difference_and_forms(one: str, other: str) -> None:
    assert compare(one, other) in DIFFERENCES
    assert compare(one, one) == "same"
    assert family(one) == (stripped(one).split() or [""])[0]


@pytest.mark.parametrize(
    "part", ["a", "?", "?a", "aw ", "1", "&", "Ã", "á»…", "\u0301", "[", "'", "\ud800"]
)
def test_a_huge_text_is_compared_like_any_other(part: str) -> None:
    huge = part * (100_000 // len(part))
    assert compare(huge, "Nguyễn Văn An") == "different_name"
    assert compare("Nguyễn Văn An", huge) == "different_name"
    assert repair(huge).difference is None

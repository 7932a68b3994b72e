"""Laws of the simulated pen: legacy encodings, cards by law, chance."""

from __future__ import annotations

from collections import Counter
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.world import legacy, noise
from training.world.dice import Dice, Wheel
from training.world.papers import birthday, cards_of


def dice(seed: int = 1) -> Dice:
    return Dice(np.random.SeedSequence(seed))


@pytest.mark.parametrize(
    ("written", "clean", "typed", "comment"),
    [
        (legacy.telex, "Nguyễn Văn An", "Nguyeenx Vawn An", "tone after the syllable"),
        (legacy.telex, "Đặng Dương", "DDawngj Duwowng", "đ is a doubled d"),
        (legacy.vni_keys, "Nguyễn Văn Thái", "Nguye6n4 Va8n Thai1", "digits for marks"),
        (legacy.vni_keys, "Đặng", "D9a8ng5", "9 for the stroke"),
        (legacy.tcvn3, "Phạm Thị Huệ", "Ph¹m ThÞ HuÖ", "bytes of .VnTime fonts"),
        (legacy.tcvn3, "Đặng", "§Æng", "a capital without tone"),
        (legacy.vni_windows, "Nguyễn Khôi Cường", "Nguyeãn Khoâi Cöôøng", "two bytes a vowel"),
        (legacy.mojibake, "Lê", "LÃª", "UTF-8 read as Windows-1252"),
    ],
)
def test_accidents_look_as_they_do_on_real_forms(written, clean, typed, comment):
    assert written(clean) == typed, comment


@given(st.text(alphabet="aAbcdeghđĐêếộ ửỹ nm", min_size=1))
def test_no_name_breaks_an_encoding(text):
    for write in (legacy.telex, legacy.vni_keys, legacy.tcvn3, legacy.vni_windows, legacy.mojibake):
        assert isinstance(write(text), str)


@given(st.integers(0, 2**32 - 1), st.dates(date(1930, 1, 1), date(2024, 12, 31)))
def test_cards_follow_each_other_and_run_to_a_birthday_of_the_law(seed, born):
    until = date(2026, 6, 30)
    cards = cards_of(dice(seed), born, None, until)
    assert [card.issued for card in cards] == sorted(card.issued for card in cards)
    for card in cards:
        assert born < card.issued <= until
        ends = [birthday(born, age) for age in (25, 40, 60)]
        assert card.expires in (*ends, None)
        assert card.expires is None or card.issued < card.expires


@given(st.integers(0, 2**32 - 1))
def test_noise_always_changes_the_value(seed):
    chance = dice(seed)
    for mistype, clean in ((noise.name, "Trần Thị Mỹ Hòa"), (noise.number, "001190004521")):
        noisy = mistype(chance, clean)
        assert noisy is None or noisy[0] != clean


def test_a_wheel_gives_each_item_its_share():
    wheel, chance = Wheel((("rare", 1), ("common", 9), ("never", 0))), dice()
    drawn = Counter(chance.spin(wheel) for _ in range(20_000))
    assert set(drawn) == {"rare", "common"}
    assert 0.08 < drawn["rare"] / 20_000 < 0.12


def test_equal_seeds_give_equal_chance():
    one, other = dice(7), dice(7)
    assert [one.roll() for _ in range(40_000)] == [other.roll() for _ in range(40_000)]

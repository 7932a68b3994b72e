"""Laws of corrections: old papers before the day, new ones after, and the register knows which."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta

import numpy as np
import pytest

from training.world import World, simulate
from training.world.desk import papers_of
from training.world.dice import Dice
from training.world.names import Names
from training.world.people import Census, Human
from training.world.places import Places

UNTIL = date(2026, 6, 30)
DAY = timedelta(days=1)


def dice(seed: int) -> Dice:
    return Dice(np.random.SeedSequence(seed))


def people(office: int) -> list[Human]:
    chance = dice(1)
    census = Census(chance, dice(office), Names(), Places(chance, 100), UNTIL)
    census.fill(25_000)
    return census.people


@pytest.fixture(scope="module")
def everyone() -> list[Human]:
    return people(office=2)


@pytest.fixture(scope="module")
def corrected(everyone) -> list[Human]:
    return [human for human in everyone if human.correction]


@pytest.fixture(scope="module")
def world() -> World:
    return simulate(15_000, seed=8)


def entries(world: World) -> list[tuple[dict, dict, dict]]:
    """(registration, truth, person) of everyone whom the register holds."""
    persons = {row["id_number"]: row for row in world.population.to_pylist()}
    pairs = zip(world.registrations.to_pylist(), world.truth.to_pylist(), strict=True)
    return [
        (row, truth, persons[truth["matched_id_number"]])
        for row, truth in pairs
        if truth["matched_id_number"] in persons
    ]


def test_about_five_in_a_thousand_are_corrected_within_the_year_mostly_in_the_name(corrected):
    assert 0.004 < len(corrected) / 25_000 < 0.008
    names = sum(human.correction.before.name != human.name for human in corrected)
    dates = sum(human.correction.before.born != human.born for human in corrected)
    numbers = sum(human.correction.before.id_number != human.id_number for human in corrected)
    assert names > dates > 3 * numbers > 0
    assert all(UNTIL - timedelta(days=365) < human.correction.day <= UNTIL for human in corrected)


def test_papers_say_the_old_until_the_day_and_then_what_the_register_says(corrected):
    for human in corrected:
        day, before = human.correction.day, human.correction.before
        old, new, row = papers_of(human, day - DAY), papers_of(human, day), human.row(UNTIL)
        assert (old.number, old.full_name, old.birth_date) == (
            before.id_number,
            before.name.text,
            before.born,
        )
        assert (new.number, new.full_name, new.birth_date.isoformat()) == (
            row["id_number"],
            row["full_name"],
            row["birth_date"],
        )
        assert old.person is new.person is human


def test_mostly_one_word_of_a_name_is_corrected_and_never_the_whole(corrected):
    changed = Counter()
    for human in corrected:
        old, new = human.correction.before.name.text.split(), human.name.text.split()
        changed[len(Counter(old) - Counter(new)) + (len(old) != len(new))] += 1
        assert old[0] == new[0] or "".join(old[1:]) == "".join(new[1:])
    del changed[0]
    assert changed[1] > 0.8 * changed.total()
    assert set(changed) <= {1, 2}


def test_a_birth_date_moves_by_a_year_and_a_half_at_most_and_another_year_is_another_number(
    corrected,
):
    moved = [h for h in corrected if h.correction.before.born != h.born]
    for human in moved:
        before = human.correction.before
        assert abs(before.born - human.born) <= timedelta(days=550)
        if before.born.year != human.born.year:
            assert before.id_number != human.id_number
            assert before.id_number[4:6] == f"{before.born.year % 100:02d}"
    assert sum(h.correction.before.born.year == h.born.year for h in moved) > 0.75 * len(moved)


def test_a_cancelled_number_is_a_former_one_and_asks_for_a_new_card(corrected):
    cancelled = [h for h in corrected if h.correction.before.id_number != h.id_number]
    assert cancelled
    for human in cancelled:
        assert human.correction.before.id_number in human.row(UNTIL)["former_id_numbers"]
        if human.card_on(human.correction.day):
            assert human.cards[-1].issued == human.correction.day


def test_most_corrections_bring_a_new_card(corrected):
    held = [human for human in corrected if human.card_on(human.correction.day)]
    new = sum(human.card_on(UNTIL).issued == human.correction.day for human in held)
    assert 0.75 < new / len(held) < 0.95


def test_corrections_change_nobody_else(everyone):
    same = people(office=3)
    pairs = list(zip(everyone, same, strict=True))
    assert all((a.id_number, a.name, a.born) == (b.id_number, b.name, b.born) for a, b in pairs)
    assert any(a.correction != b.correction for a, b in pairs)


def test_the_book_shows_about_so_many_papers_from_before_a_correction(world):
    kinds = Counter(k for ks in world.truth["noise_kinds"].to_pylist() for k in ks.split())
    rows = world.truth.num_rows
    # Few people with several registrations each: wide bounds about 0.15 %, 0.10 % and 0.015 %.
    assert 0.0007 < kinds["full_name:before_correction"] / rows < 0.0025
    assert 0.0004 < kinds["birth_date:before_correction"] / rows < 0.002
    assert 0 < kinds["document_number:before_correction"] / rows < 0.0005


def test_the_truth_calls_it_stale_and_what_is_written_is_not_what_the_register_says(world):
    for row, truth, person in entries(world):
        for name in ("full_name", "birth_date"):
            if f"{name}:before_correction" in truth["noise_kinds"].split():
                assert truth[f"why_{name}"] == "stale"
                assert row[name] != person[name]
        if truth["noise_kinds"].split() == ["document_number:before_correction"]:
            assert row["document_number"] in person["former_id_numbers"]


def test_nobody_honest_shows_old_papers_again_after_new_ones(world):
    old, new = defaultdict(list), defaultdict(list)
    for row, truth, person in entries(world):
        if not truth["is_fraud"]:
            stale = ":before_correction" in truth["noise_kinds"]
            (old if stale else new)[person["id_number"]].append(row["registered_at"])
    both = set(old) & set(new)
    assert both
    assert all(max(old[number]) < min(new[number]) for number in both)

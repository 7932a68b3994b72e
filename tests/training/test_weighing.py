"""Estimated weights: a book teaches what slips holders make, not what strangers do under their numbers."""

from __future__ import annotations

import tomllib
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from features import weights
from features.evidence import FIELDS
from features.reading import read_population, read_registrations
from features.register.replica import Replica
from features.weights import Weights
from training.weighing import Pairs, estimate, pairs_of, render
from training.world import simulate

HOLDER, STRANGER = 0, 1
PRESENT = weights.default()


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    folder: Path = tmp_path_factory.mktemp("book")
    simulate(1_500, seed=5).write(folder)
    persons = read_population(folder / "population.parquet").items
    rows = read_registrations(folder / "registrations.parquet").items
    replica = Replica(folder / "replica")
    replica.load(persons, date(2026, 7, 1))
    yield persons, pairs_of(rows, replica, persons, seed=1)
    replica.close()


@pytest.fixture(scope="module")
def estimated(book):
    persons, pairs = book
    return estimate(pairs, persons, PRESENT)


def test_the_file_reads_back_as_weights_and_every_column_is_a_distribution(estimated):
    read = Weights(tomllib.loads(render(estimated, "a-version")))
    assert read.version == "a-version"
    assert read.verified_bits == PRESENT.verified_bits
    for field in FIELDS[1:]:
        assert list(read.fields[field]) == list(PRESENT.fields[field])
        for column in (HOLDER, STRANGER):
            total = sum(row[column] for row in read.fields[field].values())
            assert total == pytest.approx(1, abs=0.05), field


def test_equal_books_and_seeds_give_equal_files(book, estimated):
    persons, pairs = book
    assert render(estimate(pairs, persons, PRESENT), "v") == render(estimated, "v")


def test_holders_mostly_agree_and_people_at_random_do_not(estimated):
    for field in ("full_name", "birth_date"):
        same = estimated[field]["same"]
        assert same[HOLDER] > 0.7
        assert same[STRANGER] < 0.01
    assert estimated["full_name"]["different_name"][STRANGER] > 0.8


def test_what_an_impostor_knows_stays_an_assumption(estimated):
    assert estimated["impostor_knows"] == PRESENT.knows
    for field in FIELDS:
        for code, row in PRESENT.fields[field].items():
            assert estimated[field][code][2:] == row[2:]


def test_strangers_under_holders_numbers_do_not_teach_that_holders_bear_other_names(book):
    """One pair in ten is of two people who have nothing to do with one another."""
    persons, pairs = book
    spoilt = Counter(pairs.found)
    wanted = pairs.found.total() // 10
    for codes, count in pairs.random.items():
        taken = min(count, wanted)
        spoilt[codes] += taken
        wanted -= taken
    found = estimate(Pairs(spoilt, pairs.random), persons, PRESENT)
    assert found["full_name"]["different_name"][HOLDER] < 0.01
    assert 0.05 < found["found_by"]["number"][STRANGER] < 0.15


def test_a_book_of_nothing_changes_nothing_but_the_names():
    empty = estimate(Pairs(), [], PRESENT)
    for field in FIELDS:
        for code, row in PRESENT.fields[field].items():
            assert empty[field][code] == pytest.approx(row, rel=0.2)

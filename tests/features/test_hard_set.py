"""Laws of the verdict on the hard set: who is verified, and who is not, where no number is given."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.register.replica import Replica
from tests.bench.hard_set import TODAY, HardSet, accepted, judged, make, marks

PERSONS, SEED = 3_000, 7


@pytest.fixture(scope="module")
def hard_set() -> HardSet:
    return make(PERSONS, SEED)


@pytest.fixture(scope="module")
def register(hard_set, tmp_path_factory):
    folder: Path = tmp_path_factory.mktemp("population")
    replica = Replica(folder)
    replica.load(hard_set.persons, TODAY)
    yield replica
    replica.close()


@pytest.fixture(scope="module", params=["absent", "given"])
def found(request, hard_set, register):
    """The marks where no number is given, and where nine holders of ten give theirs."""
    rows = hard_set.rows if request.param == "absent" else hard_set.with_numbers(SEED)
    return marks(rows, accepted(judged(rows, register)))


def test_true_holders_are_verified(found):
    assert found.accepted / found.holders >= 0.95


def test_impostors_who_know_name_and_district_are_not_verified(found):
    assert found.let_in / found.impostors <= 0.05


def test_nobody_is_verified_as_somebody_else(found):
    assert found.wrong == 0


def test_the_set_is_as_hard_as_it_says(hard_set):
    """A twentieth impostors; twins, namesakes and shared residences in plenty; no number at all."""
    rows, persons = hard_set.rows, hard_set.persons
    assert sum(row.impostor for row in rows) == pytest.approx(len(rows) / 20, abs=1)
    assert not any(row.registration.document_number for row in rows)
    homes = [(p.residence, p.full_name.split()[0], p.birth_date) for p in persons]
    assert len(homes) - len(set(homes)) >= len(persons) / 100, "twins"
    assert len({p.residence for p in persons}) <= len(persons) / 3, "households"
    for row in rows:
        if row.impostor:
            assert row.registration.full_name == row.person.full_name
            assert row.registration.birth_date != row.person.birth_date


def test_equal_seeds_make_equal_sets(hard_set):
    again = make(PERSONS, SEED)
    assert again.persons == hard_set.persons
    assert again.rows == hard_set.rows
    assert again.with_numbers(1) == hard_set.with_numbers(1)

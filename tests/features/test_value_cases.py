"""The tables of cases: what was typed, what is registered, and the name of the difference."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from features import address, birth_date, comparison, phone
from features.difference import DIFFERENCES
from features.registration import Person, Registration

CASES = Path(__file__).parent / "cases"
FEWEST = 40


def _rows(kind: str) -> list[tuple[str, str, str]]:
    """The rows of all tables of one kind of value, without their comments."""
    rows = []
    for path in sorted(CASES.glob(f"{kind}_*.tsv")):
        lines = path.read_text("utf-8").splitlines()[1:]
        rows += [tuple(line.split("\t")[:3]) for line in lines]
    return rows


@pytest.mark.parametrize(
    "table", sorted(p for k in ("number", "date", "address", "phone") for p in CASES.glob(f"{k}_*"))
)
def test_a_table_has_forty_cases_and_a_reason_for_each(table: Path) -> None:
    head, *lines = table.read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines]
    assert head.split("\t") == ["typed", "registered", "code", "why"]
    assert len({tuple(row[:2]) for row in rows}) == len(rows) >= FEWEST
    assert all(len(row) == 4 and row[2] in DIFFERENCES and row[3] for row in rows)


@pytest.mark.parametrize(("typed", "registered", "code"), _rows("number"))
def test_the_difference_of_two_numbers_is_named(
    typed: str,
    registered: str,
    code: str,
    person: Callable[..., Person],
    registration: Callable[..., Registration],
) -> None:
    number, *former = registered.split()
    holder = person(id_number=number, former_id_numbers=tuple(former))
    found = comparison.differences(registration(document_number=typed), holder)
    assert found["document_number"] == code


@pytest.mark.parametrize(("typed", "registered", "code"), _rows("date"))
def test_the_difference_of_two_dates_is_named(typed: str, registered: str, code: str) -> None:
    assert birth_date.compare(typed, registered) == code


@pytest.mark.parametrize(("typed", "registered", "code"), _rows("address"))
def test_the_difference_of_two_addresses_is_named(typed: str, registered: str, code: str) -> None:
    assert address.compare(typed, registered) == code


@pytest.mark.parametrize(("typed", "number", "code"), _rows("phone"))
def test_a_telephone_number_has_one_normal_form(typed: str, number: str, code: str) -> None:
    normal = phone.normal(typed)
    assert ("unreadable" if normal is None else "same") == code
    assert normal in (None, number)

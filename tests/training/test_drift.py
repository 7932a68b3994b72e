"""Laws of watching for drift: what changed is named, and chance, paydays and small slices are not."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.columns import UNSEEN, Kinds, Numbers, kinds
from training.drift import Level, Stream, alerts, tables
from training.drift_words import alert_said
from training.typed_form import CODES, COLUMNS, form_columns

BRANCHES, ROWS, MONTHS = 60, 90, 4
OF_A_BANK = 20


@pytest.fixture(scope="module")
def stream() -> Stream:
    """Three banks of twenty branches; of each month as many rows as of the reference."""
    branch = np.repeat(np.arange(BRANCHES, dtype=np.int32), ROWS * MONTHS)
    month = np.tile(np.repeat(np.arange(MONTHS, dtype=np.int16), ROWS), BRANCHES)
    day = np.tile(np.arange(ROWS, dtype=np.int32) % 30, BRANCHES * MONTHS) + 30 * month
    return made(branch, month, day)


def made(branch, month, day) -> Stream:
    bank = branch // OF_A_BANK
    size = int(branch.max()) + 1
    of_bank = (np.arange(size) // OF_A_BANK).astype(np.int32)
    banks = int(of_bank.max()) + 1
    return Stream(
        month,
        day,
        ("reference", "2026-03", "2026-04", "2026-05")[: int(month.max()) + 1],
        (
            Level("all", np.zeros_like(branch), ("all",), np.zeros(1, np.int32)),
            Level(
                "institution",
                bank,
                tuple(f"BANK{i}" for i in range(banks)),
                np.zeros(banks, np.int32),
            ),
            Level("branch", branch, tuple(f"BANK{b}-{i}" for i, b in enumerate(of_bank)), of_bank),
        ),
    )


@pytest.fixture
def columns(stream) -> list[Numbers | Kinds]:
    """Numbers and kinds that do not change, slices being unlike one another."""
    random = np.random.default_rng(7)
    n, branch = len(stream.month), stream.levels[2].codes
    age = random.lognormal(3 + branch / 100, 0.4)
    count = random.poisson(0.2 + branch / 50).astype(float)
    count[random.random(n) < 0.1] = np.nan
    kind = random.choice(3, n, p=(0.5, 0.45, 0.05)).astype(np.uint8)
    return [
        Numbers("age", age),
        Numbers("count", count),
        Kinds("kind", kind, ("missing", "a", "b")),
    ]


def told(stream, columns):
    return alerts(stream, columns, tables(stream, columns))


def here(stream, branch, since=3):
    return (stream.levels[2].codes == branch) & (stream.month >= since)


def changed(column, rows, value):
    values = column.values.copy()
    values[rows] = value
    return Numbers(column.name, values)


def test_what_does_not_change_gives_no_alert(stream, columns):
    assert told(stream, columns) == []


def test_small_slices_cry_no_wolf():
    """A thousand branches with a few rows each, five columns: chance alone is everywhere."""
    random = np.random.default_rng(3)
    branch = np.repeat(np.arange(1000, dtype=np.int32), 50)
    month = np.tile(np.repeat(np.array([0, 1], dtype=np.int16), 25), 1000)
    small = made(branch, month, np.arange(len(month), dtype=np.int32))
    numbers = [Numbers(f"n{i}", random.exponential(size=len(month))) for i in range(3)]
    rare = [Numbers(f"r{i}", (random.random(len(month)) < 0.02) * 1.0) for i in range(2)]
    assert told(small, [*numbers, *rare]) == []


def test_the_branch_that_changed_is_named_first_with_its_column_and_how(stream, columns):
    age, count, kind = columns
    rows = here(stream, 25)
    lost = rows & (np.random.default_rng(1).random(len(rows)) < 0.8)
    found = told(stream, [age, changed(count, lost, np.nan), kind])
    assert [(a.level, a.slice_name) for a in found] == [("branch", "BANK1-25")]
    vietnamese, english = alert_said(found[0])
    assert english.startswith("branch BANK1-25: changed since 2026-05: `count` missing: ")
    assert vietnamese.startswith("chi nhánh BANK1-25: thay đổi từ 2026-05: `count` bỏ trống: ")
    assert found[0].changes[0].rows == (ROWS, ROWS)


def test_an_alert_tells_since_when(stream, columns):
    age, *rest = columns
    (alert,) = told(stream, [changed(age, here(stream, 3, since=2), 40.0), *rest])
    assert alert.changes[0].since == "2026-04"


def test_what_changed_and_changed_back_is_no_alert_of_the_last_month(stream, columns):
    age, *rest = columns
    gone = here(stream, 3, since=2) & (stream.month == 2)
    assert told(stream, [changed(age, gone, 40.0), *rest]) == []


def test_what_changes_everywhere_is_told_once_of_the_whole(stream, columns):
    age, *rest = columns
    rows = stream.month == 3
    (alert,) = told(stream, [changed(age, rows, age.values[rows] * 3), *rest])
    assert alert.level == "all"
    assert "`age` median" in alert_said(alert)[1]


def test_what_changes_in_a_bank_is_told_of_the_bank(stream, columns):
    age, *rest = columns
    rows = (stream.levels[1].codes == 1) & (stream.month == 3)
    found = told(stream, [changed(age, rows, age.values[rows] * 4), *rest])
    assert ("institution", "BANK1") in [(a.level, a.slice_name) for a in found]
    assert "branch" not in [a.level for a in found]


def test_what_one_branch_changed_is_told_of_it_and_not_of_its_bank(stream, columns):
    """Of a bank with two branches one changes: the bank as a whole has changed too."""
    branch = stream.levels[2].codes
    few = np.isin(branch, [0, 1, *range(20, 60)])
    numbers = {old: new for new, old in enumerate([0, 1, *range(20, 60)])}
    renamed = np.array([numbers[b] for b in branch[few]], dtype=np.int32)
    bank = np.where(renamed < 2, 0, 1 + (renamed - 2) // 20).astype(np.int32)
    of_bank = np.where(np.arange(42) < 2, 0, 1 + (np.arange(42) - 2) // 20).astype(np.int32)
    levels = (
        Level("institution", bank, ("SMALL", "A", "B"), np.zeros(3, np.int32)),
        Level("branch", renamed, tuple(f"branch {i}" for i in range(42)), of_bank),
    )
    small = Stream(stream.month[few], stream.day[few], stream.months, levels)
    age = changed(columns[0], here(stream, 1), 40.0).values[few]
    assert [(a.level, a.slice_name) for a in told(small, [Numbers("age", age)])] == [
        ("branch", "branch 1")
    ]


def test_a_payday_is_no_change(stream, columns):
    """Of one day thirty times as many rows, all of another kind: each day counts alike."""
    branch, month = stream.levels[2].codes, stream.month
    day = np.where(
        (branch == 7) & (month == 3), np.where(stream.day % 30 < 20, 90, stream.day), stream.day
    )
    paid = (branch == 7) & (day == 90)
    age, *rest = columns
    burst = made(branch, month, day.astype(np.int32))
    assert paid.sum() == 60
    assert told(burst, [changed(age, paid, 40.0), *rest]) == []
    assert told(stream, [changed(age, paid, 40.0), *rest])


def test_what_has_always_wandered_is_no_news():
    """A count that is one thing for a fortnight and another thing the next; and one that was still."""
    random = np.random.default_rng(2)
    days = np.arange(210)
    branch = np.repeat(np.arange(40, dtype=np.int32), len(days) * 2)
    day = np.tile(np.repeat(days, 2), 40).astype(np.int32)
    month = (day >= 180).astype(np.int16)
    stream = made(branch, month, day)
    state = random.integers(0, 3, size=(40, 15))[branch, day // 14]
    still = np.where((branch == 5) & (month == 1), 2, random.integers(0, 3, len(day)))
    assert told(stream, [Numbers("state", state.astype(float))]) == []
    (alert,) = told(stream, [Numbers("still", still.astype(float))])
    assert alert.slice_name == "BANK0-5"


def test_rows_of_which_a_column_says_nothing_are_not_missing(stream, columns):
    *_, kind = columns
    codes = kind.codes.copy()
    codes[here(stream, 9) & (np.arange(len(codes)) % 2 == 0)] = UNSEEN
    assert told(stream, [Kinds("kind", codes, kind.names)]) == []


def test_rare_kinds_are_one_together_and_null_is_missing():
    values = [f"v{i:02}" for i in range(50) for _ in range(50 - i)] + [None] * 3
    made = kinds("k", pa.array(values))
    assert made.names[0] == "missing"
    assert made.names[1] == "v00"
    assert made.names[-1] == "another"
    assert (made.codes[-3:] == 0).all()
    assert made.codes[-4] == len(made.names) - 1


def form(desks=(0,), **typed):
    table = pa.table({name: pa.array(values, pa.string()) for name, values in typed.items()})
    desk = np.resize(np.array(desks), len(table))
    return {
        c.name: [None if k == UNSEEN else c.names[k] for k in c.codes]
        for c in form_columns(table, desk)
    }


def test_a_form_is_told_by_shapes_and_repeats():
    told = form(
        birth_date=["1985-02-09", "1985-09-23", "1985-23-09", "23/09/1985", None],
        contact_phone=["0912345678", "0912345678", "+84 912", "0912345678", "0912345678"],
        email=["An.Nguyen@Gmail.com", "an@x.vn", None, "a1@x.vn", None],
        full_name=["Nguyễn Văn An", "NGUYEN VAN AN", "nguyen an", "Telex 2", "An"],
        device_id=["d-7f31", "d-7f31", None, "d-7f31", "x"],
    )
    assert told["form.birth_date"] == [
        "9999-99-99",
        "9999-99-99",
        "9999-99-99 (month over 12)",
        "99/99/9999",
        "missing",
    ]
    assert told["form.contact_phone"] == [
        "9999999999",
        "9999999999",
        "+99 999",
        "9999999999",
        "9999999999",
    ]
    assert told["form.contact_phone.repeats"] == [
        "another value",
        "the value of the row before",
        "another value",
        "another value",
        "the value of the row before",
    ]
    assert told["form.email"] == ["upper lower", "lower", "missing", "lower digits", "missing"]
    assert told["form.full_name"] == [
        "upper lower marks",
        "upper",
        "lower",
        "upper lower digits",
        "upper lower",
    ]
    assert told["form.device_id"] == ["given", "given", "missing", "given", "given"]


def test_a_value_repeats_at_its_own_desk_alone():
    told = form(desks=(0, 1), email=["a@x", "b@x", "a@x", "c@x"])
    assert told["form.email.repeats"][2] == "the value of the row before"
    assert told["form.email.repeats"][3] == "another value"


@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=40)), min_size=1, max_size=5))
def test_no_value_that_somebody_typed_is_told(values):
    """Of letters and digits only which kind they are, whatever was typed in whichever cell."""
    values = [None if v is None else v.encode("utf-8", "ignore").decode() for v in values]
    free = {name: values for name in COLUMNS if name not in CODES}
    words = {
        "missing",
        "another",
        "given",
        "upper",
        "lower",
        "marks",
        "digits",
        "(month",
        "over",
        "12)",
    }
    for name, shapes in form(**free).items():
        if not name.endswith(".repeats"):
            for word in " ".join(s for s in shapes if s).split():
                assert word in words or set(word) <= set("9AaĂă./+@()-?"), (name, word)

"""Laws of the months that are watched: an earlier half to compare with, on Vietnam's clock."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest

from features.errors import InputError
from training.watch import Past, period_of, watch


def at(*days):
    return np.array([datetime.fromisoformat(d).replace(tzinfo=UTC).timestamp() for d in days])


YEARS = at(*(f"{y}-{m:02}-15" for y in (2024, 2025) for m in range(1, 13)))


def test_the_earlier_half_of_the_last_twelve_months_is_compared_with():
    period = period_of(YEARS, None, None)
    assert (period.reference[0], period.reference[-1]) == ("2025-01", "2025-06")
    assert (period.watched[0], period.watched[-1]) == ("2025-07", "2025-12")
    assert period_of(YEARS[:2], None, None).months == ("2024-01", "2024-02")


def test_month_and_reference_are_those_asked_for():
    period = period_of(YEARS, "2024-09", ("2024-02", "2024-03"))
    assert period.reference == ("2024-02", "2024-03")
    assert period.watched == ("2024-04", "2024-05", "2024-06", "2024-07", "2024-08", "2024-09")


def test_a_month_begins_on_vietnams_clock():
    assert period_of(at("2026-04-10", "2026-05-31T17:30"), None, None).watched[-1] == "2026-06"


@pytest.mark.parametrize(
    ("moments", "month", "reference"),
    [
        (at(), None, None),
        (at("2026-01-01"), None, None),
        (YEARS, "2026-01", None),
        (YEARS, None, ("2025-11", "2025-12")),
        (YEARS, None, ("2025-06", "2025-05")),
        (YEARS, None, ("2020-01", "2020-02")),
    ],
)
def test_what_leaves_nothing_to_compare_is_refused(moments, month, reference):
    with pytest.raises(InputError, match="watch:"):
        period_of(moments, month, reference)


def test_what_counts_a_desks_own_past_or_grows_by_itself_is_not_watched():
    n = len(YEARS)
    names = (
        "phone.holders.30d",
        "branch.frauds.30d",
        "phone.age_hours.all",
        "holder.registrations.all",
        "document_age",
        "has_email",
        "channel",
    )
    rows = pa.table(
        {
            "institution": ["A"] * n,
            "branch": pa.nulls(n, pa.string()),
            "decision": ["clear", "review"] * (n // 2),
            "ring_id": pa.nulls(n, pa.string()),
        }
    )
    past = Past(
        rows=rows,
        at=YEARS,
        risk=np.full(n, 0.1),
        label=np.full(n, -1, dtype=np.int8),
        confirmed=np.full(n, np.nan),
        typed=np.ones(n, dtype=bool),
        features=(names, np.zeros((n, len(names)), dtype=np.float32)),
    )
    found = watch(past, period_of(YEARS, None, None), past.known_until)
    assert found.columns == 2 + 3  # risk, decision; holders of a phone, has_email, channel
    assert found.mix.sum() == found.rows == 12
    assert dict(zip(found.decisions, found.mix.sum(axis=(0, 1)), strict=True)) == {
        "clear": 6,
        "review": 6,
    }
    assert found.alert_count == 0

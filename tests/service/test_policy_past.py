"""Where a trial reads past decisions: in the ledger, and in what a backtest left."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.errors import InputError
from features.registration import VIETNAM
from models.policy import load
from service.ledger.records import Asked, NewOutcome
from service.policy_past import CLEARED, FRAUD, UNKNOWN, Span, of_files, of_ledger
from tests.service.doors import NOW

FACTS = frozenset({"IDENTITY_NOT_FOUND"})
DAY = NOW.astimezone(VIETNAM).date()


@pytest.fixture
def record(ledger, judged):
    """Records screenings made at a moment; gives the stored ones."""
    writer = ledger.open_lease()

    def record(at, *registrations, **changes):
        made = judged(*registrations)
        asked = Asked("BANK-A:test", "test", at)
        made = [replace(one, asked=asked, **changes) for one in made]
        return writer.record_screenings(made)

    record.outcomes = lambda *outcomes: writer.record_outcomes(list(outcomes), NOW)
    yield record
    writer.door.close()


def test_the_ledger_tells_what_was_decided_in_those_days_and_what_became_known(
    ledger, record, registration
):
    old, early, late = (registration(sex="female") for _ in range(3))
    record(NOW - timedelta(days=40), old)
    record(NOW - timedelta(days=3), early)
    record(NOW, late)
    record.outcomes(NewOutcome("BANK-A", early.registration_id, True, None, NOW))
    past = of_ledger(ledger, Span())
    assert [row.key for row in past.rows] == [early.key, late.key]
    assert past.outcome.tolist() == [FRAUD, UNKNOWN]
    assert past.kinds == [FACTS]
    assert past.risk.tolist() == [0.25, 0.25]
    assert (past.period.before - past.period.since).days == 30
    assert past.rows[1].day == DAY
    assert past.rows[0].groups == ("BANK-A", "bank_account", "ekyc", "25_59", "female", "", "")
    only = of_ledger(ledger, Span(DAY - timedelta(days=50), DAY - timedelta(days=10)))
    assert [row.key for row in only.rows] == [old.key]


def test_of_what_was_screened_again_the_last_screening_counts_once_on_its_first_day(
    ledger, record, registration
):
    known = registration()
    (first,) = record(NOW - timedelta(days=2), known)
    (again,) = record(NOW, known, in_ledger=True, rescreens=first.screening_id)
    (row,) = of_ledger(ledger, Span(before=DAY + timedelta(days=1))).rows
    assert row.screening_id == str(again.screening_id)
    assert row.day == DAY - timedelta(days=2)


def test_an_empty_ledger_is_told(ledger):
    with pytest.raises(InputError):
        of_ledger(ledger, Span())


@pytest.fixture
def files(tmp_path):
    """Two days of a backtest; two institutions used the id `twice`."""
    rows = [("a", "VCB", 1), ("b", "BID", 1), ("twice", "VCB", 0), ("twice", "BID", 0)]
    pq.write_table(
        pa.Table.from_pylist(
            [
                {
                    "registration_id": key,
                    "kind": "sim",
                    "institution": institution,
                    "registered_at": NOW - timedelta(days=days),
                    "document_type": "cccd",
                    "document_number": None,
                    "full_name": "Nguyễn Văn An",
                    "birth_date": "2005-01-01",
                }
                for key, institution, days in rows
            ]
        ),
        tmp_path / "registrations.parquet",
    )
    decisions = [
        {"registration_id": key, "risk": 0.5, "reasons": ["IDENTITY_NOT_FOUND", "AGE"]}
        for key, *_ in rows
    ]
    pq.write_table(pa.Table.from_pylist(decisions), tmp_path / "decisions.parquet")
    labels = [{"registration_id": "a", "is_fraud": False, "typology": None, "confirmed_at": NOW}]
    pq.write_table(pa.Table.from_pylist(labels), tmp_path / "labels.parquet")
    return tmp_path


def test_a_backtest_tells_the_same_and_ids_that_two_used_are_left_out(files):
    past = of_files(files, (files / "registrations.parquet", files / "labels.parquet"), Span())
    assert [row.key for row in past.rows] == [("BID", "b"), ("VCB", "a")]
    assert past.outcome.tolist() == [UNKNOWN, CLEARED]
    assert past.kinds == [FACTS]
    assert past.decide(load()).tolist() == [1, 1]
    assert past.group("age_group").tolist() == ["under_25", "under_25"]


def test_a_folder_without_decisions_is_told(files):
    (files / "decisions.parquet").unlink()
    with pytest.raises(InputError, match="cannot be read as what a backtest"):
        of_files(files, (files / "registrations.parquet", None), Span())

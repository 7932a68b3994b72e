"""Laws of backtest and campaign: a decision rests on what was known at its moment, and on no more."""

from __future__ import annotations

import csv
import json
import random
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

pytestmark = pytest.mark.xdist_group("town")

HALF_WAY = datetime(2026, 1, 15, tzinfo=UTC)
COMMANDS = ("backtest", "campaign")


@pytest.fixture
def decisions(rows):
    """Decision rows by registration."""
    return lambda out: {r["registration_id"]: r for r in rows(out / "decisions.parquet")}


@pytest.fixture
def changed(town, tmp_path):
    """One of the town's files with its rows changed; gives the new file."""

    def changed(name, change, suffix=".parquet"):
        table = pq.read_table(town.file(name))
        made = change(table.to_pylist())
        path = tmp_path / f"{name}{suffix}"
        if suffix == ".parquet":
            pq.write_table(pa.Table.from_pylist(made, table.schema), path)
        else:
            as_csv(path, made, table.schema.names)
        return path

    return changed


def as_csv(path, made, columns):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        for row in made:
            former = row.get("former_id_numbers")
            joined = {} if former is None else {"former_id_numbers": " ".join(former)}
            writer.writerow({**row, **joined})


def shuffled(made):
    return random.Random(3).sample(made, len(made))


def before(column, moment):
    return lambda made: [row for row in made if row[column] < moment]


def flipped(key):
    return lambda made: [
        {**row, "is_fraud": not row["is_fraud"]} if row["registration_id"] == key else row
        for row in made
    ]


@pytest.mark.parametrize("command", COMMANDS)
def test_neither_format_nor_order_of_files_nor_the_key_of_a_run_changes_a_decision(
    request, screened, town, changed, rows, command
):
    names = ("population", "registrations", "labels")
    files = {name: changed(name, shuffled, ".csv") for name in names}
    again, first = screened(command, *town.words(**files)), request.getfixturevalue(command)
    for table in ("decisions", "rings"):
        assert rows(again / f"{table}.parquet") == rows(first / f"{table}.parquet")


def test_later_registrations_change_no_decision_of_a_backtest(
    backtest, screened, town, changed, decisions
):
    book = changed("registrations", before("registered_at", HALF_WAY))
    earlier, whole = (
        decisions(screened("backtest", *town.words(registrations=book))),
        decisions(backtest),
    )
    assert 0 < len(earlier) < len(whole)
    assert earlier == {key: whole[key] for key in earlier}


def test_a_campaign_as_of_a_day_is_that_of_files_that_end_there(screened, town, changed, rows):
    book = changed("registrations", before("registered_at", HALF_WAY))
    known = changed("labels", before("confirmed_at", HALF_WAY))
    asked = screened("campaign", *town.words(), "--as-of", "2026-01-15")
    given = screened("campaign", *town.words(registrations=book, labels=known))
    for table in ("decisions", "rings"):
        assert rows(asked / f"{table}.parquet") == rows(given / f"{table}.parquet")


def test_labels_until_a_day_are_those_confirmed_before_it(screened, town, changed, rows):
    known = changed("labels", before("confirmed_at", HALF_WAY))
    asked = screened("campaign", *town.words(), "--labels-until", "2026-01-15T07:00:00+07:00")
    given = screened("campaign", *town.words(labels=known))
    assert rows(asked / "decisions.parquet") == rows(given / "decisions.parquet")


def test_no_labels_are_a_file_of_none(screened, town, changed, rows):
    without = screened("campaign", *town.words("population", "registrations"))
    none = screened("campaign", *town.words(labels=changed("labels", lambda made: [])))
    assert rows(without / "decisions.parquet") == rows(none / "decisions.parquet")


def test_outside_rings_a_campaign_finds_the_risks_of_the_backtest(backtest, campaign, decisions):
    live, whole = decisions(backtest), decisions(campaign)
    alone = [key for key, row in whole.items() if row["ring_id"] is None]
    assert 0 < len(alone) < len(whole)
    for key in alone:
        assert {**live[key], "ring_id": None} == whole[key]
    for key in whole.keys() - set(alone):
        assert whole[key]["risk"] >= live[key]["risk"]


@pytest.fixture
def members(campaign, town, rows):
    """Members of rings of whom an outcome is known, those of whom it is known longest first."""
    ring_of = {row["registration_id"]: row["ring_id"] for row in rows(campaign / "rings.parquet")}
    known = sorted(rows(town.file("labels")), key=lambda row: row["confirmed_at"])
    return [row["registration_id"] for row in known if row["registration_id"] in ring_of]


@pytest.fixture
def relabelled(screened, town, changed):
    """Screens again with one outcome turned round; gives the folder of the results."""

    def relabelled(command, key):
        return screened(command, *town.words(labels=changed("labels", flipped(key))))

    return relabelled


@pytest.mark.parametrize("command", COMMANDS)
def test_an_own_label_never_changes_an_own_decision_or_a_ring_though_it_changes_others(
    request, relabelled, members, decisions, rows, command
):
    folder = request.getfixturevalue(command)
    first = decisions(folder)
    others = 0
    for key in members[:2]:
        again = relabelled(command, key)
        assert rows(again / "rings.parquet") == rows(folder / "rings.parquet")
        after = decisions(again)
        assert after[key] == first[key]
        others += sum(after[k] != first[k] for k in first)
    assert others


def test_a_ring_is_known_in_a_backtest_no_earlier_than_its_last_run(
    backtest, town, decisions, rows
):
    when = {r["registration_id"]: r["registered_at"] for r in rows(town.file("registrations"))}
    first = min(when.values())
    reached = [key for key, row in decisions(backtest).items() if row["ring_id"]]
    assert reached
    assert all(when[key] - first > timedelta(days=6) for key in reached)


def test_rings_every_so_many_days_is_what_is_done_and_said(screened, town, decisions, rows):
    when = {r["registration_id"]: r["registered_at"] for r in rows(town.file("registrations"))}
    out = screened("backtest", *town.words(), "--rings-every", "200")
    assert json.loads((out / "report.json").read_text())["rings_every"] == 200
    start = datetime.combine(min(when.values()).date(), datetime.min.time(), UTC)
    for key, row in decisions(out).items():
        assert row["ring_id"] is None or when[key] >= start + timedelta(days=200)


def test_a_far_off_date_costs_no_more_than_the_runs_that_are_asked_for(
    screened, town, changed, decisions
):
    """One row at the end of all calendars, with millions of periods without a row before it."""

    def far_off(made):
        last = max(made, key=lambda row: row["registered_at"])
        moment = datetime(9999, 12, 30, tzinfo=UTC)
        return [{**row, "registered_at": moment} if row is last else row for row in made]

    book = changed("registrations", far_off)
    out = screened("backtest", *town.words(registrations=book), "--rings-every", "1")
    assert json.loads((out / "report.json").read_text())["seconds"]["rings"] < 60
    assert len(decisions(out)) > 0

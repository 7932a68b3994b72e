"""Laws of `watch` over files: alerts come first, a planted change is named, and no value is told."""

from __future__ import annotations

import json
from datetime import timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from service.campaign.output import DECISIONS

pytestmark = pytest.mark.xdist_group("town")
PLOTS = ("institutions.png", "decisions.png", "calibration.png", "label_delay.png")


@pytest.fixture(scope="session")
def answers(town, tmp_path_factory):
    """The folder of a run that found nothing worth a look."""
    folder = tmp_path_factory.mktemp("answers")
    rows = [
        {"registration_id": key, "decision": "clear", "risk": 0.01, "identity": "verified"}
        for key in pq.read_table(town.file("registrations"))["registration_id"].to_pylist()
    ]
    pq.write_table(pa.Table.from_pylist(rows, DECISIONS), folder / "decisions.parquet")
    return folder


def watched(town, answers, **other):
    return ("watch", "--decisions", answers, *town.words("registrations", "labels", **other))


def test_alerts_come_first_and_everything_is_written(run, town, answers, tmp_path):
    said = run(*watched(town, answers), "--out", tmp_path / "out")
    assert said.code == 0
    told = json.loads((tmp_path / "out" / "watch.json").read_text())
    first, *rest = said.out.splitlines()
    assert first == f"alerts: {told['alerts']}"
    assert sum(line.startswith("- ") for line in rest) == told["alerts"]
    assert told["rows"] == pq.read_metadata(town.file("registrations")).num_rows
    assert sum(row["clear"] for row in told["decisions"]) == told["rows"]
    assert len(told["by_month"]) == 12
    page = (tmp_path / "out" / "watch.md").read_text()
    assert all(f"![{name}]({name})" in page for name in PLOTS)
    assert all((tmp_path / "out" / name).read_bytes().startswith(b"\x89PNG") for name in PLOTS)


def test_the_bank_whose_form_changed_is_named_and_what_was_typed_is_not(
    run, town, answers, tmp_path
):
    """From May on, an operator fills in one mailbox for everybody."""
    table = pq.read_table(town.file("registrations"))
    rows = table.to_pylist()
    for row in rows:
        if row["institution"] == "VIETTEL" and row["registered_at"].month in {5, 6}:
            row["email"] = "nobody.particular@example.vn"
    changed = tmp_path / "registrations.parquet"
    pq.write_table(pa.Table.from_pylist(rows, table.schema), changed)
    said = run(*watched(town, answers, registrations=changed), "--out", tmp_path / "out")
    line = next(told for told in said.out.splitlines() if "institution VIETTEL" in told)
    assert "changed since 2026-05: `form.email" in line
    text = "".join(f.read_text() for f in (tmp_path / "out").glob("watch.*")) + said.out
    assert "particular" not in text
    names = {row["full_name"] for row in rows} | {row["contact_phone"] for row in rows} - {None}
    assert not [name for name in names if name in text]


def test_with_a_population_the_features_are_watched_too_and_a_growing_book_is_no_change(
    run, town, tmp_path
):
    rows = [
        {"registration_id": key, "decision": "review", "risk": 0.2, "identity": "verified"}
        for key in pq.read_table(town.file("registrations"))["registration_id"].to_pylist()
    ]
    pq.write_table(pa.Table.from_pylist(rows, DECISIONS), tmp_path / "decisions.parquet")
    words = town.words("population", "registrations")
    said = run("watch", "--decisions", tmp_path, *words, "--out", tmp_path / "out")
    assert said.code == 0
    assert not [grows for grows in (".all`", "`feature.document_age`") if grows in said.out]
    assert json.loads((tmp_path / "out" / "watch.json").read_text())["columns"] > 150


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--month", "2026-13"), "is not a month"),
        (("--reference", "2025..2026"), "is not a month"),
        (("--month", "2031-01"), "no screening of 2031-01"),
        (("--reference", "2025-09..2026-06"), "has to end before"),
        (("--reference", "2020-01..2020-02"), "has no screenings"),
    ],
)
def test_what_cannot_be_watched_is_said_in_one_line(run, town, answers, tmp_path, words, told):
    said = run(*watched(town, answers), *words, "--out", tmp_path / "out")
    assert said.code == 2
    assert told in said.err.splitlines()[-1]
    assert not (tmp_path / "out").exists()


def test_of_a_month_of_a_few_rows_it_says_that_they_are_too_few(run, town, answers, tmp_path):
    table = pq.read_table(town.file("registrations"))
    june = [(at + timedelta(hours=7)).month == 6 for at in table["registered_at"].to_pylist()]
    kept = [not late or sum(june[: i + 1]) <= 1 for i, late in enumerate(june)]
    few = tmp_path / "registrations.parquet"
    pq.write_table(table.filter(pa.array(kept)), few)
    said = run(*watched(town, answers, registrations=few), "--out", tmp_path / "out")
    lines = said.out.splitlines()
    assert lines[0] == "alerts: 0"
    assert lines[1].startswith("too few to tell: rows in 2026-06: 1, before: ")
    assert "rows of the month: 1" in lines
    assert "too few to tell" in (tmp_path / "out" / "watch.md").read_text()


def test_files_that_do_not_belong_together_are_refused(run, town, village, answers, tmp_path):
    alone = run("watch", "--decisions", answers)
    assert (alone.code, "go together" in alone.line) == (2, True)
    absent = run("watch", "--decisions", tmp_path, *town.words("registrations"))
    assert absent.code == 2
    assert "no decisions can be read" in absent.err
    strangers = run("watch", "--decisions", answers, *village.words("registrations"))
    assert strangers.code in {0, 2}  # ids of two worlds may meet by chance


def test_without_files_and_without_a_ledger_nothing_is_made(run, home):
    said = run("watch")
    assert said.code == 2
    assert not home.exists()

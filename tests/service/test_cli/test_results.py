"""What the offline commands leave: exactly the published files, columns and types."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import networkx as nx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from models.wording import REASONS

pytestmark = pytest.mark.xdist_group("town")

FIELDS = ("document_number", "full_name", "birth_date", "sex", "address", "document_issued_on")
ALLOWED = {
    "decision": {"clear", "review", "refuse"},
    "risk_band": {"low", "medium", "high", "very_high"},
    "identity": {"verified", "mismatch", "not_found", "unverifiable"},
    **{f"match_{f}": {"match", "partial", "mismatch", "unavailable"} for f in FIELDS},
}
TEXT = pa.string()
TABLES = {
    "decisions": {
        "registration_id": TEXT,
        "decision": TEXT,
        "risk": pa.float64(),
        "risk_band": TEXT,
        "identity": TEXT,
        "matched_id_number": TEXT,
        **{f"match_{f}": TEXT for f in FIELDS},
        "reasons": pa.list_(TEXT),
        "ring_id": TEXT,
        "model_version": TEXT,
        "policy_version": TEXT,
    },
    "rings": {"ring_id": TEXT, "registration_id": TEXT, "ring_risk": pa.float64()},
    "rejected": {
        "source": TEXT,
        "row_number": pa.int64(),
        "registration_id": TEXT,
        "column": TEXT,
        "reason": TEXT,
    },
}
SCORER = Path(__file__).parents[4] / "shared" / "checks" / "score.py"


@pytest.fixture(params=["backtest", "campaign"])
def results(request) -> Path:
    """The folder of either command's results."""
    return request.getfixturevalue(request.param)


def test_the_files_are_the_published_ones_and_nothing_else_stays(results):
    found = sorted(path.name for path in results.iterdir())
    assert found == [
        "decisions.parquet",
        "rejected.parquet",
        "report.json",
        "rings.graphml",
        "rings.json",
        "rings.parquet",
    ]


def test_the_rings_are_told_and_drawn_as_they_stand_in_the_table(results):
    told = json.loads((results / "rings.json").read_text(encoding="utf-8"))
    table = pq.read_table(results / "rings.parquet").to_pylist()
    assert [(r["ring_id"], m["registration_id"]) for r in told for m in r["members"]] == [
        (row["ring_id"], row["registration_id"]) for row in table
    ]
    drawn = nx.read_graphml(results / "rings.graphml")
    assert (len(drawn) == 0) == (not table)


@pytest.mark.parametrize("name", TABLES)
def test_columns_and_types_are_the_published_ones(results, name):
    schema = pq.read_schema(results / f"{name}.parquet")
    assert dict(zip(schema.names, schema.types, strict=True)) == TABLES[name]


def test_each_registration_is_decided_once_in_the_published_words(results, town, rows):
    decided = rows(results / "decisions.parquet")
    given = [row["registration_id"] for row in rows(town.file("registrations"))]
    assert sorted(row["registration_id"] for row in decided) == sorted(given)
    for row in decided:
        assert 0 <= row["risk"] <= 1
        assert set(row["reasons"]) <= set(REASONS)
        assert len(set(row["reasons"])) == len(row["reasons"])
        assert row["decision"] == "clear" or row["reasons"]
        for column, allowed in ALLOWED.items():
            assert row[column] in allowed, column


def test_a_verified_holder_is_named_and_an_unfound_one_is_not(results, rows):
    for row in rows(results / "decisions.parquet"):
        if row["identity"] == "verified":
            assert row["matched_id_number"]
        if row["identity"] == "not_found":
            assert row["matched_id_number"] is None


def test_a_ring_has_members_that_the_decisions_name_too(campaign, rows):
    ring_of = {row["registration_id"]: row["ring_id"] for row in rows(campaign / "rings.parquet")}
    decided = {
        r["registration_id"]: r for r in rows(campaign / "decisions.parquet") if r["ring_id"]
    }
    assert ring_of
    assert {key: row["ring_id"] for key, row in decided.items()} == ring_of
    assert all("IN_RING" in row["reasons"] for row in decided.values())


def test_the_report_says_what_was_read_what_judged_and_how_long_it_took(results, town):
    report = json.loads((results / "report.json").read_text(encoding="utf-8"))
    people = pq.read_table(town.file("population"))
    dated = (people["document_issued_on"], people["status_since"])
    latest = max(max(d for d in dates.to_pylist() if d) for dates in dated)
    assert report["counts"]["persons"] == people.num_rows
    assert report["counts"]["labels"] == pq.read_metadata(town.file("labels")).num_rows
    assert sum(report["decisions"].values()) == report["counts"]["registrations"]
    assert report["snapshot_date"] == latest.isoformat()
    assert report["model_version"]
    assert report["policy_version"]
    assert report["command"] != "backtest" or report["rings_every"] == 7
    assert {"gather", "judge", "rings"} <= set(report["seconds"])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # between libraries of MLflow
def test_a_training_leaves_its_rejected_rows_its_report_and_its_card(
    run, home, town, rows, monkeypatch
):
    monkeypatch.setattr("training.fit.ROUNDS", 20)
    said = run("train", *town.words())
    assert said.code == 0
    place = next(line for line in said.out.splitlines() if line.startswith("results in "))
    folder = Path(place.removeprefix("results in "))
    assert sorted(p.name for p in folder.iterdir()) == ["card", "rejected.parquet", "report.json"]
    assert f"model card: {folder / 'card' / 'card.md'}" in said.out
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert report["command"] == "train"
    assert report["counts"]["registrations"] == len(rows(town.file("registrations")))
    assert report["counts"]["rejected"] == len(rows(folder / "rejected.parquet")) == 0
    assert report["model_version"] in said.out
    assert report["why"] in said.out
    beside = home / "models" / f"{report['model_version']}.told" / "card" / "card.md"
    assert beside.read_bytes() == (folder / "card" / "card.md").read_bytes()


@pytest.mark.skipif(not SCORER.exists(), reason="no scorer beside the project: nothing is scored")
def test_the_scorer_takes_decisions_and_rings(results, town):
    words = [SCORER, town.folder, results / "decisions.parquet", "--rings"]
    done = subprocess.run(
        [sys.executable, *map(str, words), str(results / "rings.parquet"), "--quiet"],
        capture_output=True,
        text=True,
        check=True,
    )
    scored = json.loads(done.stdout)
    assert scored["facts"]["decided"] == 1.0
    assert scored["facts"]["absent_columns"] == []
    assert scored["facts"]["unknown_registrations"] == 0
    assert scored["ranking"]["average_precision"] > 10 * scored["ranking"]["base_rate"]

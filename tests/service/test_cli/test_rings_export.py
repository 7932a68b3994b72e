"""Laws of the export of rings: readable by others, personal only on record, all of it or nothing."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import networkx as nx
import psycopg
import pytest

from features.cross_check import cross_check
from features.evidence import NotFound
from graph.attributes import Tokens, node_of
from graph.rings import find
from service import ring_export
from service.ledger.records import Asked, NewOutcome
from service.ledger.writing import lease
from service.settings import Settings
from service.wiring import opened

YESTERDAY = datetime.now(UTC) - timedelta(days=1)
NAME = "Nguyễn Thị Ổi"


@pytest.fixture
def gang(home, judged, registration, run):
    """Four strangers on one phone, one of them confirmed; a run has found them."""
    many = [
        registration(
            registration_id=f"R{i}",
            full_name=NAME,
            account_number=f"00{i}",
            registered_at=(YESTERDAY - timedelta(hours=1)).isoformat(),
            device_id=None,
        )
        for i in range(4)
    ]
    rows = [
        replace(
            j,
            asked=Asked("A", "test", YESTERDAY),
            screening=replace(j.screening, risk=0.9, risk_without_outcomes=0.9),
        )
        for j in judged(*many)
    ]
    with (
        opened(Settings(home), announce=lambda _: None) as store,
        lease(store.parts.database_url, store.keys) as writer,
    ):
        writer.record_screenings(rows)
        writer.record_outcomes([NewOutcome(*many[0].key, True, None, YESTERDAY)], YESTERDAY)
    assert run("rings", "run").code == 0
    return many


@pytest.fixture
def readings(home):
    """What the ledger holds of who read what."""

    def readings():
        with (
            opened(Settings(home), announce=lambda _: None) as store,
            psycopg.connect(store.parts.database_url) as door,
        ):
            return door.execute(
                "SELECT purpose, what, institution, registration_id FROM readings ORDER BY 4"
            ).fetchall()

    return readings


def test_two_who_are_erased_are_not_one_person(run, gang, tmp_path):
    for one in gang[:2]:
        assert run("forget", one.institution, one.registration_id, "--reason", "asked").code == 0
    for form in ("graphml", "ftm", "csv"):
        said = run("rings", "export", "--all", "--format", form, "--out", tmp_path)
        assert said.code == 0, said.err
    drawn = nx.read_graphml(tmp_path / "rings.graphml")
    kinds = [kind for _, kind in drawn.nodes(data="kind")]
    assert kinds.count("Person") == 4
    erased = {told["registration_id"] for _, told in drawn.nodes(data=True) if told.get("erased")}
    assert erased == {one.registration_id for one in gang[:2]}
    assert (tmp_path / "rings.ftm.json").read_text("utf-8").count("personal data erased") == 2
    assert ",erased:boolean" in (tmp_path / "nodes.csv").read_text("utf-8")


def test_every_format_without_a_name_and_nothing_is_recorded(run, gang, readings, tmp_path):
    for form in ("graphml", "ftm", "csv"):
        said = run("rings", "export", "--all", "--format", form, "--out", tmp_path / "out")
        assert said.code == 0, said.err
        assert "rings: 1\n" in said.out
    files = {file.name: file.read_text("utf-8") for file in (tmp_path / "out").iterdir()}
    assert set(files) == {"rings.graphml", "rings.ftm.json", "nodes.csv", "edges.csv"}
    read = nx.parse_graphml(files["rings.graphml"])
    assert "pseudonymous" in read.graph["classification"]
    kinds = sorted(kind for _, kind in read.nodes(data="kind"))
    assert kinds == ["BankAccount"] * 4 + ["Person"] * 4 + ["Phone"]
    lines = [json.loads(line) for line in files["rings.ftm.json"].splitlines()]
    assert sum("crime.fraud" in form["properties"].get("topics", []) for form in lines) == 2
    for text in files.values():
        for value in (NAME, "0912345678", *(r.document_number for r in gang)):
            assert value not in text
    assert readings() == []


def test_names_are_written_for_a_purpose_which_the_ledger_keeps(run, gang, readings, tmp_path):
    plain = run("rings", "export", "--all", "--out", tmp_path / "plain")
    read = nx.read_graphml(tmp_path / "plain" / "rings.graphml")
    assert plain.code == 0
    ring_id = next(iter(nx.get_node_attributes(read, "ring_id").values()))
    words = ("--with-names", "--purpose", "police:12-2026")
    said = run("rings", "export", ring_id, *words, "--out", tmp_path / "out")
    assert said.code == 0, said.err
    file = tmp_path / "out" / "rings.graphml"
    named = nx.read_graphml(file)
    assert set(named) == set(read)
    assert named.graph["query"].startswith(ring_id)
    assert "personal data" in named.graph["classification"]
    labels = {label for _, label in named.nodes(data="label")}
    assert labels == {NAME, "000", "001", "002", "003", "0912345678"}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert readings() == [("police:12-2026", "rings export", *r.key) for r in gang]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["R-nobody"], "no ring of this id"),
        (["--all"], "was no run yet"),
        ([], "required"),
        (["R-1", "--all"], "not allowed with"),
        (["--all", "--format", "xls"], "invalid choice"),
        (["--all", "--with-names"], "go together"),
        (["--all", "--purpose", "why"], "go together"),
        (["--all", "--with-names", "--purpose", "bà Ổi"], "1 to 64 letters"),
    ],
)
def test_what_cannot_be_exported_is_told_in_one_line_and_leaves_nothing(
    run, home, tmp_path, words, told
):
    with opened(Settings(home), announce=lambda _: None):
        pass
    said = run("rings", "export", *words, "--out", tmp_path / "out")
    assert said.code == 2
    assert told in said.err.splitlines()[-1]
    assert "Ổi" not in said.err
    assert not (tmp_path / "out").exists()


def test_usage_errors_are_told_in_vietnamese(run, home, monkeypatch, tmp_path):
    monkeypatch.setenv("CHINHCHU_LANGUAGE", "vi")
    assert "cần một trong các tham số: ID --all" in run("rings", "export", "--out", tmp_path).err
    both = run("rings", "export", "R-1", "--all", "--out", tmp_path).err
    assert "không đi cùng" in both


def test_an_interrupted_export_leaves_what_was_there(run, gang, tmp_path, monkeypatch):
    words = ("rings", "export", "--all", "--out", tmp_path / "out")
    assert run(*words).code == 0
    before = (tmp_path / "out" / "rings.graphml").read_bytes()

    def half(_, __, folder):
        (folder / "rings.graphml").write_text("half")
        raise KeyboardInterrupt

    monkeypatch.setitem(ring_export.FORMATS, "graphml", half)
    assert run(*words).code == 130
    assert [file.read_bytes() for file in (tmp_path / "out").iterdir()] == [before]


def test_the_graph_of_a_campaign_depends_on_no_key_of_the_run(registration, tmp_path):
    many = [registration(device_id=None) for _ in range(4)]
    for name in ("one", "other"):
        tokens = Tokens(name.encode() * 16)
        nodes = [node_of(r, cross_check(r, NotFound()), tokens) for r in many]
        (tmp_path / name).mkdir()
        rings = find(nodes, {n.key: 0.9 for n in nodes})
        ring_export.draw_campaign(rings, YESTERDAY, tmp_path / name)
    one, other = (tmp_path / name / "rings.graphml" for name in ("one", "other"))
    assert one.read_bytes() == other.read_bytes()
    assert len(nx.read_graphml(one)) == 9

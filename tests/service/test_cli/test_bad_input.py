"""Laws of bad input: a bad file is one clear line, a bad row is rejected alone."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from models.registry import DEFAULT
from service.campaign.output import DECISIONS


def write_csv(path, rows, columns=None):
    columns = columns or list(rows[0])
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows([cell(row.get(c)) for c in columns] for row in rows)
    return path


def cell(value):
    if isinstance(value, list):
        return " ".join(value)
    return "" if value is None else str(value)


def without(rows, column):
    return [{k: v for k, v in row.items() if k != column} for row in rows]


def missing_column(path, rows, required):
    write_csv(path, without(rows, required))
    return required


def missing_parquet_column(path, rows, required):
    pq.write_table(pa.Table.from_pylist(without(rows, required)), path.with_suffix(".parquet"))
    return required


def doubled_column(path, rows, required):
    write_csv(path, rows, [*rows[0], required])
    return required


def empty(path, rows, required):
    path.touch()
    return "empty"


def invalid_utf8(path, rows, required):
    write_csv(path, rows)
    path.write_bytes(path.read_bytes()[:-20] + b"\xff\xfe\n")
    return "UTF-8"


def truncated(path, rows, required):
    path = path.with_suffix(".parquet")
    pq.write_table(pa.Table.from_pylist(rows), path)
    path.write_bytes(path.read_bytes()[:-30])
    return "Parquet"


def no_parquet(path, rows, required):
    path.with_suffix(".parquet").write_bytes(b"PAR1 or rather not" * 50)
    return "Parquet"


def folder(path, rows, required):
    path.mkdir()
    return "no such file"


def absent(path, rows, required):
    return "no such file"


def broken_json(path, rows, required):
    path.with_suffix(".json").write_text('[{"registration_id": ')
    return "JSON"


def unknown_kind(path, rows, required):
    path.with_suffix(".xlsx").write_bytes(b"PK")
    return ".csv"


BAD_FILES = (
    missing_column,
    missing_parquet_column,
    doubled_column,
    empty,
    invalid_utf8,
    truncated,
    no_parquet,
    folder,
    absent,
    broken_json,
    unknown_kind,
)
REQUIRED = {"population": "birth_date", "registrations": "document_number", "labels": "is_fraud"}


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize("spoil", BAD_FILES, ids=lambda f: f.__name__)
def test_a_file_that_cannot_be_read_is_one_line_that_names_it(run, village, tmp_path, name, spoil):
    path = tmp_path / f"bad-{name}.csv"
    named = spoil(path, village.few(name), REQUIRED[name])
    path = next(tmp_path.glob("bad-*"), path)
    out = tmp_path / "out"
    commands = [("backtest", *village.words(**{name: path}), "--out", out)]
    if name == "population":
        commands.append(("population", "load", path))
    else:
        commands.append(("book", "load", *village.words("registrations", "labels", **{name: path})))
    for words in commands:
        said = run(*words)
        assert said.code == 2
        assert said.line.startswith(f"chinhchu: {path}")
        assert named in said.line
        assert said.out == ""
    assert not out.exists()
    assert not any((tmp_path / "home").glob("runs/*"))
    assert not (tmp_path / "home" / "postgres").exists()  # nothing was started for it


def test_every_command_that_reads_a_book_refuses_it_alike(run, village, home, tmp_path):
    gone = tmp_path / "gone.parquet"
    for command in ("train", "backtest", "campaign"):
        said = run(command, *village.words(population=gone))
        assert (said.code, "no such file" in said.line) == (2, True)
    assert not (home / "models").exists()


def test_lower_floors_are_heard_in_the_readers_language(run, village, tmp_path, monkeypatch):
    monkeypatch.setenv("CHINHCHU_LANGUAGE", "vi")
    gone = tmp_path / "gone.parquet"
    assert run("backtest", *village.words(population=gone)).line.endswith("không có tệp này")
    words = ("--by", "Lan", "--why", "x")
    assert "không có tên gọi" in run("model", "promote", "nowhere", *words).line


BAD_ROWS = (
    # file, column, value, whether the row is rejected
    ("registrations", "registration_id", None, True),
    ("registrations", "registration_id", "A\x00B", True),
    ("registrations", "kind", "credit_card", True),
    ("registrations", "kind", "BANK_ACCOUNT ", True),
    ("registrations", "institution", None, True),
    ("registrations", "registered_at", "2026-02-30T10:00:00Z", True),
    ("registrations", "registered_at", "yesterday", True),
    ("registrations", "registered_at", None, True),
    ("registrations", "document_type", "driving_licence", True),
    ("registrations", "full_name", None, True),
    ("registrations", "channel", "telepathy", True),
    ("registrations", "birth_date", "31/02/1990", False),
    ("registrations", "document_number", None, False),
    ("registrations", "document_number", "không nhớ", False),
    ("registrations", "address", "x" * 100_000, False),
    ("registrations", "a_column_of_tomorrow", "17", False),
    ("labels", "is_fraud", "perhaps", True),
    ("labels", "confirmed_at", "2026-13-01", True),
    ("labels", "registration_id", "of nobody", False),
    ("population", "id_number", "12345", True),
    ("population", "full_name", None, True),
    ("population", "status", "immortal", True),
    ("population", "birth_date", "the year of the rat", False),
)


@pytest.mark.parametrize("name", REQUIRED)
def test_a_bad_row_is_rejected_alone_and_the_run_goes_on(run, rows, village, tmp_path, name):
    cases = [(column, value, bad) for n, column, value, bad in BAD_ROWS if n == name]
    changed = village.few(name)
    for row, (column, value, _) in zip(changed, cases, strict=False):
        row[column] = value
    columns = list(dict.fromkeys(column for row in changed for column in row))
    path = write_csv(tmp_path / f"{name}.csv", changed, columns)
    out = tmp_path / "out"
    assert run("backtest", *village.words(**{name: path}), "--out", out).code == 0
    found = rows(out / "rejected.parquet")
    told = [(r["source"], r["row_number"], r["column"]) for r in found]
    expected = [(path.name, i, c) for i, (c, _, bad) in enumerate(cases, start=1) if bad]
    assert told == expected
    judged = {r["registration_id"] for r in rows(out / "decisions.parquet")}
    if name == "registrations":
        bad_rows = {row_number - 1 for _, row_number, _ in expected}
        kept = [r["registration_id"] for i, r in enumerate(changed) if i not in bad_rows]
        assert judged == set(kept)
    assert json.loads((out / "report.json").read_text())["counts"]["rejected"] == len(found)


@pytest.mark.parametrize("command", ["backtest", "population", "book"])
def test_a_row_with_several_bad_columns_is_one_rejected_row(run, rows, village, tmp_path, command):
    bad = {"population": ("id_number", "status"), "registrations": ("document_type", "channel")}
    files = {}
    for name, columns in bad.items():
        changed = village.few(name)
        changed[0] |= dict.fromkeys(columns, "\U0001f642")
        files[name] = write_csv(tmp_path / f"{name}.csv", changed, list(changed[0]))
    expected = {
        "backtest": (["backtest", *village.words(**files), "--out", tmp_path / "out"], 2),
        "population": (["population", "load", files["population"]], 1),
        "book": (["book", "load", *village.words("registrations", **files)], 1),
    }
    if command == "book":
        assert run("population", "load", village.file("population")).code == 0
    words, rejected = expected[command]
    said = run(*words)
    assert said.code == 0
    out = Path(said.out.splitlines()[-1].removeprefix("results in "))
    assert len(rows(out / "rejected.parquet")) == 2 * rejected
    if command == "backtest":
        assert json.loads((out / "report.json").read_text())["counts"]["rejected"] == rejected
    else:
        assert f"rejected: {rejected}" in said.out.splitlines()


def test_a_repeated_row_is_ignored_if_equal_and_rejected_if_different(run, rows, village, tmp_path):
    tables = {name: village.few(name) for name in REQUIRED}
    files = {}
    for name, changed in (
        ("population", "sex"),
        ("registrations", "email"),
        ("labels", "typology"),
    ):
        again = {**tables[name][3], changed: "male" if changed == "sex" else "another"}
        if tables[name][3][changed] == again[changed]:
            again[changed] = "female"
        doubled = [*tables[name], tables[name][2], again]
        files[name] = write_csv(tmp_path / f"{name}.csv", doubled)
    out = tmp_path / "out"
    assert run("backtest", *village.words(**files), "--out", out).code == 0
    told = {(r["source"], r["row_number"]) for r in rows(out / "rejected.parquet")}
    assert told == {(path.name, len(tables[name]) + 2) for name, path in files.items()}
    assert len(rows(out / "decisions.parquet")) == len(tables["registrations"])


def test_a_book_of_no_rows_is_screened_in_no_rows(run, village, tmp_path):
    columns = list(village.few("registrations")[0])
    path = write_csv(tmp_path / "registrations.csv", [], columns)
    for command in ("backtest", "campaign"):
        words = village.words(registrations=path)
        assert run(command, *words, "--out", tmp_path / command).code == 0
        assert pq.read_table(tmp_path / command / "decisions.parquet").schema.equals(DECISIONS)


def test_too_little_to_train_on_is_one_line_after_the_progress(run, village, home):
    said = run("train", *village.words())
    assert said.code == 2
    assert "labels" in said.err.splitlines()[-1]
    assert not list(home.glob("models/*"))


def test_a_place_that_is_no_folder_is_refused_before_the_work(run, village, tmp_path):
    taken = tmp_path / "taken"
    taken.write_text("mine")
    for words in (("backtest", *village.words(), "--out", taken), ("simulate", taken, *SMALL)):
        said = run(*words)
        assert (said.code, "not a folder" in said.line) == (2, True)
    assert taken.read_text() == "mine"


SMALL = ("--persons", "100", "--seed", "1")


def test_a_model_that_is_damaged_is_one_line(run, village, tmp_path):
    damages = (
        # file, what it holds instead
        ("model.txt", lambda text: text[: len(text) // 2]),
        ("model.txt", lambda text: "garbage"),
        ("calibration.json", lambda text: "[]"),
        ("card.json", lambda text: "{}"),
        ("golden.json", lambda text: "[{}]"),
    )
    for name, damage in damages:
        model = tmp_path / "model"
        shutil.copytree(DEFAULT, model)
        file = model / name
        file.write_text(damage(file.read_text(encoding="utf-8")), encoding="utf-8")
        said = run("backtest", *village.words(), "--model", model, "--out", tmp_path / "out")
        assert said.code == 2
        assert "model" in said.line
        shutil.rmtree(model)
    assert not (tmp_path / "out").exists()


def test_a_policy_that_cannot_be_used_is_one_line_before_the_service_starts_anything(
    run, home, tmp_path, monkeypatch
):
    bad = tmp_path / "bad.toml"
    bad.write_text('version = "mine"\nreview_risk = 0.2\n', "utf-8")
    monkeypatch.setenv("CHINHCHU_POLICY", str(bad))
    monkeypatch.setenv("CHINHCHU_PORT", "0")
    monkeypatch.setenv("CHINHCHU_CONSOLE_PORT", "0")
    said = run("serve")
    assert said.code == 2
    assert (
        said.line
        == "chinhchu: policy bad.toml: the setting 'refuse.pairs' is missing; the setting 'review.facts' is missing"
    )
    assert not home.exists()

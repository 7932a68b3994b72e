"""Laws of bad days: a full disk, a busy or newer folder, a taken port, a command that is stopped."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.register.replica import Replica
from models.registry import DEFAULT
from service.datafolder import open_folder, owned

ROOT = Path(__file__).parents[3]
SMALL = ("--persons", "100", "--seed", "1")
CONFINED = """
import resource, sys
from service.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
sys.exit(main(sys.argv[2:]))
"""


@pytest.fixture
def confined(home, said):
    """Runs a command that may write no file larger than so many bytes."""

    def confined(limit, *words):
        return said([sys.executable, "-c", CONFINED, str(limit), *map(str, words)])

    return confined


@pytest.fixture
def said():
    """Runs a program to its end; gives its exit code and the last line it complained in."""

    def said(words):
        done = subprocess.run(
            words, cwd=ROOT, env=quiet(), capture_output=True, text=True, timeout=120, check=False
        )
        assert "Traceback" not in done.stderr
        return done.returncode, done.stderr.splitlines()[-1]

    return said


def quiet(**more):
    return {**os.environ, "OMP_NUM_THREADS": "1", **more}


def left_over(folder: Path) -> list[Path]:
    """What a command that stopped half-way would leave lying about."""
    return [p for p in folder.rglob("*") if ".part" in p.name or p.name.startswith(".")]


def content(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_full_disk_leaves_a_world_and_results_as_they_were(run, confined, village, tmp_path):
    out, world = tmp_path / "out", tmp_path / "world"
    assert run("backtest", *village.words(), "--out", out).code == 0
    assert run("simulate", world, *SMALL).code == 0
    commands = (
        # bytes a file may have, command, where its results lie
        (8_000, ("simulate", world, "--persons", "200", "--seed", "2"), world),
        (30_000, ("backtest", *village.words(), "--out", out), out),
        (30_000, ("backtest", *village.words(), "--out", tmp_path / "new"), tmp_path / "new"),
    )
    for limit, words, where in commands:
        before = content(where)
        code, line = confined(limit, *words)
        assert (code, line.startswith("chinhchu: ")) == (1, True), line
        assert content(where) == before
        assert not left_over(where)
        assert where.exists() == bool(before)


def test_a_full_disk_leaves_the_population_as_it_was(run, confined, village, town, home):
    assert run("population", "load", village.file("population"), "--as-of", "2026-07-01").code == 0
    folder = open_folder(home).population
    size = (folder / "data.mdb").stat().st_size
    code, line = confined(size, "population", "load", town.file("population"))
    assert (code, "no room" in line) == (1, True), line
    replica = Replica(folder)
    assert replica.snapshot().persons == 100
    replica.close()
    assert len(list((home / "runs").iterdir())) == 1


@pytest.fixture
def little_room(tmp_path):
    """A disk of its own that holds next to nothing."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8k", "none", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no disk of its own can be mounted here: needs root and its powers")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_results_that_do_not_fit_replace_nothing(run, village, little_room):
    (little_room / "decisions.parquet").write_bytes(b"of yesterday")
    for command in ("backtest", "campaign"):
        said = run(command, *village.words(), "--out", little_room)
        assert (said.code, "no room left" in said.err.splitlines()[-1]) == (1, True)
        assert content(little_room) == {"decisions.parquet": b"of yesterday"}


def test_a_model_that_does_not_fit_is_not_kept_in_part(said, little_room):
    code, line = said([sys.executable, "-c", KEEP, str(DEFAULT), str(little_room / "home")])
    assert code == 0, line
    assert not content(little_room)


KEEP = """
import sys
from pathlib import Path
from models import registry
try:
    registry.keep(Path(sys.argv[1]), "version", Path(sys.argv[2]))
except OSError as error:
    print(error, file=sys.stderr)
else:
    sys.exit("it fits")
"""


def test_a_newer_data_folder_is_one_line_from_every_command(run, village, home):
    home.mkdir()
    (home / "version").write_text("999\n")
    for words in (
        ("population", "load", village.file("population")),
        ("book", "load", *village.words("registrations")),
        ("train", *village.words()),
        ("backtest", *village.words()),
        ("campaign", *village.words()),
        ("serve",),
        ("key", "create", "BANK-A"),
        ("demo", "--no-wait"),
    ):
        said = run(*words)
        assert (said.code, "999" in said.line) == (1, True), words
        assert content(home) == {"version": b"999\n"}


def test_a_folder_that_somebody_holds_is_one_line(run, village, home):
    commands = (
        # words, exit code: what needs the parts waits for nobody, what does not goes on
        (("population", "load", village.file("population")), 0),
        (("serve",), 1),
        (("book", "load", *village.words("registrations")), 1),
        (("key", "create", "BANK-A"), 1),
    )
    with owned(home):
        for words, expected in commands:
            said = run(*words)
            assert said.code == expected
            assert expected == 0 or "in use by another process" in said.line


def test_a_port_in_use_is_one_line(said, home, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("CHINHCHU_PORT", str(taken.getsockname()[1]))
        code, line = said([sys.executable, "-m", "service.cli", "serve"])
    assert (code, "CHINHCHU_PORT" in line) == (1, True)


STOPPED = (
    # command, the line after which it is stopped, the signal
    ("simulate", "Making the world", signal.SIGINT),
    ("backtest", "Cross-checking", signal.SIGTERM),
    ("campaign", "Cross-checking", signal.SIGINT),
    ("train", "Checking", signal.SIGTERM),
    ("train", "Registering", signal.SIGINT),
)


@pytest.mark.parametrize(("command", "after", "number"), STOPPED)
def test_a_stopped_command_ends_with_130_and_leaves_nothing(
    start, town, tmp_path, command, after, number
):
    scratch, out = tmp_path / "scratch", tmp_path / "out"
    scratch.mkdir()
    words = {
        "simulate": ("simulate", out, "--persons", "3000", "--seed", "1"),
        "train": ("train", *town.words()),
    }.get(command, (command, *town.words(), "--out", out))
    process = start(*words, env={"TMPDIR": str(scratch)})
    for line in process.stderr:
        if line.startswith(after):
            break
    else:
        pytest.fail("it ended before it was stopped")
    process.send_signal(number)
    rest = process.stderr.read().splitlines()
    assert process.wait(60) == 130, rest
    assert rest == ["interrupted"]
    assert not list(scratch.iterdir())
    assert not out.exists()
    assert not left_over(tmp_path)
    assert not (tmp_path / "home" / "models" / "champion").exists()


def counts(said):
    """The figures of a summary by name."""
    pairs = (line.split(": ", 1) for line in said.out.splitlines() if ": " in line)
    return {name: int(value) for name, value in pairs if value.isdigit()}


def test_a_book_is_not_loaded_while_no_population_is(run, village, home):
    """Who a holder is could not be told later: the ledger is never changed."""
    said = run("book", "load", *village.words("registrations"))
    assert (said.code, "population load" in said.line) == (2, True)
    assert not (home / "postgres").exists()
    assert not list((home / "runs").glob("*"))


def test_train_reads_the_ledger_though_no_service_runs(run, village):
    """So few have too few labels; that this is told means that all of them were read."""
    assert run("population", "load", village.file("population")).code == 0
    assert run("book", "load", *village.words("registrations", "labels")).code == 0
    said = run("train")
    assert (said.code, "labels" in said.err.splitlines()[-1]) == (2, True)


def test_a_book_is_loaded_once_however_often_and_differences_are_told_by_row(
    run, rows, city, start, tmp_path
):
    assert run("population", "load", city.file("population")).code == 0
    words = ("book", "load", *city.words("registrations", "labels"))
    stopped = start(*words)
    for line in stopped.stderr:
        if line.startswith("Loading the book"):
            break
    stopped.send_signal(signal.SIGTERM)
    assert stopped.wait(60) == 130
    stopped.stderr.read()

    first, again = counts(run(*words)), counts(run(*words))
    book, known = (rows(city.file(name)) for name in ("registrations", "labels"))
    assert first["registrations"] + first["already_there"] == len(book)
    assert first["outcomes"] + first["outcomes_already_there"] == len(known)
    assert (again["registrations"], again["outcomes"], again["rejected"]) == (0, 0, 0)
    assert (again["already_there"], again["outcomes_already_there"]) == (len(book), len(known))

    book[4]["email"], known[2]["typology"] = "another@example.vn", "another"
    files = {}
    for name, made in (("registrations", book), ("labels", known)):
        files[name] = tmp_path / f"{name}.parquet"
        pq.write_table(pa.Table.from_pylist(made, pq.read_schema(city.file(name))), files[name])
    said = run("book", "load", *city.words("registrations", "labels", **files))
    assert counts(said)["contradicting"] == counts(said)["rejected"] == 2
    out = Path(said.out.splitlines()[-1].removeprefix("results in "))
    told = {(r["source"], r["row_number"]) for r in rows(out / "rejected.parquet")}
    assert told == {("registrations.parquet", 5), ("labels.parquet", 3)}


def test_what_ran_once_runs_again(run, village, tmp_path):
    out = tmp_path / "out"
    for words in (
        ("simulate", tmp_path / "world", *SMALL),
        ("population", "load", village.file("population")),
        ("backtest", *village.words(), "--out", out),
        ("campaign", *village.words(), "--out", out),
    ):
        assert [run(*words).code for _ in range(2)] == [0, 0]


def test_an_error_nobody_foresaw_is_one_line_without_its_text(run, village, monkeypatch):
    def fail(*_):
        raise RuntimeError("Nguyễn Văn An, 001090000001")

    monkeypatch.setattr("service.commands.run_backtest", fail)
    said = run("backtest", *village.words())
    assert said.code == 1
    assert "RuntimeError" in said.line
    assert "Nguyễn" not in said.err


def test_a_summary_that_nobody_can_take_is_one_line(home, village, tmp_path):
    with Path("/dev/full").open("w") as full:
        words = ["simulate", str(tmp_path / "world"), *SMALL]
        done = subprocess.run(
            [sys.executable, "-m", "service.cli", *words],
            cwd=ROOT,
            env=quiet(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith("chinhchu: ")


def test_a_closed_pipe_ends_quietly(start, tmp_path):
    """What `| head` does, once it has seen enough."""
    file = tmp_path / "population.csv"
    file.write_text("id_number,full_name,birth_date\n001085012345,Bùi Thị Bưởi,1985-09-02\n")
    for more in ([], ["--json"]):
        program = start("check", "--population", file, "--full-name", "Bùi Thị Bưởi", *more)
        program.stdout.close()
        assert program.stderr.read() == ""
        assert program.wait(60) == 1

"""Laws of `check`: one registration against the register in force, for a clerk or for a program."""

from __future__ import annotations

import contextlib
import io
import json
import os
import pty
import re
import subprocess
import sys
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.errors import InputError
from features.evidence import FIELDS
from features.register.store import Store
from service.checking import answer, typed
from service.datafolder import owned
from service.nationalregister.app import Switches
from service.nationalregister.serving import Trial, running
from service.settings import Settings

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")
POPULATION = """id_number,full_name,birth_date,sex,residence,document_issued_on
001085012345,Nguyễn Văn An,1985-09-02,male,"12 Hàng Bông, Phường Hoàn Kiếm, Hà Nội",2021-05-04
079190000111,Trần Thị Mỹ Duyên,1990-02-03,female,"5 Lê Lợi, Phường Sài Gòn, Hồ Chí Minh",2022-01-02
001085099991,Lê Văn Hùng,1985-01-05,male,,
001085099982,Lê Văn Hùng,1985-01-05,male,,
"""
AN = {"document_number": "001085012345", "full_name": "Nguyễn Văn An", "birth_date": "02/09/1985"}
KEYS = {
    *("identity", "matched_id_number", "found_by", "several", "fields", "number_says", "against"),
    *("steps", "bits", "verified_bits", "weights_version", "next_steps", "register"),
}


def words(**columns):
    """The options that say the columns."""
    return [w for column, v in columns.items() for w in (f"--{column.replace('_', '-')}", v)]


@pytest.fixture
def population(tmp_path):
    path = tmp_path / "population.csv"
    path.write_text(POPULATION, encoding="utf-8")
    return path


@pytest.fixture
def loaded(home, run, population):
    """A data folder whose replica holds four people as of a day."""
    assert run("population", "load", population, "--as-of", "2026-07-01").code == 0
    return home


@pytest.fixture
def asked(loaded, run):
    """The answer for programs."""

    def asked(*more, **columns):
        said = run("check", *words(**columns), *more, "--json")
        assert (said.code, said.err) == (0, "")
        return json.loads(said.out)

    return asked


@pytest.fixture
def standard_input(monkeypatch):
    """Puts bytes on standard input."""

    def standard_input(content):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    return standard_input


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ("VERIFIED", "Full name", "near match", "Day and month are swapped.", "+", "Sum")),
        ("vi", ("ĐÃ XÁC MINH", "Họ tên", "gần khớp", "Đảo ngày và tháng.", "+", "Tổng")),
    ],
)
@pytest.mark.parametrize("by_option", [True, False])
def test_the_page_tells_fields_verdict_and_evidence(
    loaded, run, monkeypatch, language, told, by_option
):
    monkeypatch.setenv("CHINHCHU_LANGUAGE", "en" if by_option else language)
    chosen = ["--language", language] if by_option else []
    said = run("check", *words(**AN | {"birth_date": "09/02/1985"}), *chosen)
    assert (said.code, said.err) == (0, "")
    for word in told:
        assert word in said.out
    assert "2026-07-01" in said.out or "01/07/2026" in said.out


VERDICTS = (
    # what was typed, identity, what the clerk is told, why
    (AN, "verified", "Go on", "everything agrees"),
    (AN | {"full_name": "nguyeenx vawn an"}, "verified", "Go on", "raw Telex"),
    (AN | {"birth_date": "20/11/1999"}, "mismatch", "look at the card", "another date"),
    (AN | {"full_name": "Trần Thị Bưởi"}, "mismatch", "another person's", "another's number"),
    (AN | {"document_number": "001085777777"}, "not_found", "nobody under", "no such number"),
    ({"full_name": "Lê Văn Hùng", "birth_date": "05/01/1985"}, "unverifiable", "12-digit", "two"),
    (AN | {"full_name": "Nguyễn Văn Tuấn"}, "verified", "differs in part", "another given name"),
    (AN | {"document_type": "passport"}, "unverifiable", "a passport", "not covered"),
    ({"full_name": "Nguyễn Văn An"}, "unverifiable", "Nothing was given", "no number, no date"),
)


@pytest.mark.parametrize(("columns", "identity", "told", "why"), VERDICTS)
def test_each_verdict_says_what_to_do_and_exits_with_0(run, asked, columns, identity, told, why):
    found = asked(**columns)
    assert found["identity"] == identity, why
    assert found.keys() == KEYS
    assert tuple(found["fields"]) == FIELDS
    said = run("check", *words(**columns))
    assert said.code == 0
    assert told in " ".join(said.out.split()), why


@pytest.mark.parametrize(("columns", "identity"), [case[:2] for case in VERDICTS])
def test_the_steps_of_the_waterfall_add_up_to_the_bits(asked, columns, identity):
    found = asked(**columns)
    if found["bits"] is None:
        assert found["steps"] == []
        assert found["against"] is None
        return
    assert sum(step["bits"] for step in found["steps"]) == pytest.approx(found["bits"])
    if identity == "verified":
        assert found["bits"] >= found["verified_bits"]


def test_a_mismatch_and_a_slip_come_with_what_would_clear_them(asked):
    found = asked(**AN | {"birth_date": "20/11/1999", "full_name": "Nguyễn Văn Ân"})
    assert [step["field"] for step in found["next_steps"]] == ["full_name", "birth_date"]
    assert all(step["vi"] != step["en"] for step in found["next_steps"])
    assert asked(**AN)["next_steps"] == []


def test_the_readme_shows_what_is_printed(loaded, run, standard_input, monkeypatch):
    section = README.split("\n## Checking one registration\n")[1].split("\n## ")[0]
    body = re.search(r"echo '(.*?)'", section)[1]
    told = re.search(r"```text\n(.*?)```", section, re.DOTALL)[1]
    monkeypatch.setenv("COLUMNS", "100")
    standard_input(body.encode())
    printed = {" ".join(line.split()) for line in run("check", "-").out.splitlines()}
    assert not [line for line in told.splitlines() if " ".join(line.split()) not in printed]


@pytest.mark.parametrize(
    ("language", "told"), [("en", ("shell's history", "Reads")), ("vi", ("lịch sử", "Đọc"))]
)
def test_the_help_names_every_option_and_warns_of_the_history(run, monkeypatch, language, told):
    monkeypatch.setenv("CHINHCHU_LANGUAGE", language)
    said = run("check", "--help")
    shown = " ".join(said.out.split())
    for word in (*told, *words(**dict.fromkeys(FIELDS, "")), "--json", "--show-register", "FILE"):
        assert word in shown


HIDDEN = ("1985-09-02", "12 Hàng Bông", "2021-05-04")


def test_what_the_register_holds_is_shown_only_where_asked(loaded, run):
    typed_words = words(**AN | {"birth_date": "20/11/1999", "address": "Quận 1, TP.HCM"})
    plain, shown = run("check", *typed_words), run("check", *typed_words, "--show-register")
    for value in HIDDEN:
        assert value not in plain.out
    assert HIDDEN[0] in shown.out
    assert HIDDEN[2] in shown.out


TYPED = (("001085012345", "as it is"), ("1085012345", "without its leading zeros"))
NOT_TYPED = (("001085012354", "mended"), ("", "found by name and birth date"))


@pytest.mark.parametrize(("number", "why"), TYPED + NOT_TYPED)
def test_a_number_that_was_not_typed_is_told_only_where_asked(asked, number, why):
    columns = AN | {"document_number": number, "address": "12 Hàng Bông, Hoàn Kiếm, Hà Nội"}
    plain, shown = asked(**columns), asked("--show-register", **columns)
    assert shown["matched_id_number"] == AN["document_number"], why
    assert (plain["matched_id_number"] is None) is ((number, why) in NOT_TYPED)


def test_another_persons_record_is_not_shown_even_where_asked(loaded, run):
    said = run("check", *words(**AN | {"full_name": "Trần Thị Bưởi"}), "--show-register")
    for value in ("Nguyễn Văn An", *HIDDEN):
        assert value not in said.out
    assert "no values to show" in said.out


@pytest.mark.parametrize(
    "name", ["Nguyễn Văn An", "Nguyeãn Vaên An", "nguyeenx vawn an", "NGUYỄN VĂN ẨN", "阮文安"]
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_the_columns_stand_in_line_whatever_the_marks(loaded, run, name, form):
    said = run("check", *words(**AN | {"full_name": unicodedata.normalize(form, name)}))
    lines = said.out.splitlines()
    head = next(i for i, line in enumerate(lines) if "Verdict" in line)
    column = lines[head].index("Verdict")
    table = lines[head + 2 : head + 2 + len(FIELDS)]
    for line in table:
        before = 0
        for at, char in enumerate(line):  # the cells before the column, measured by hand
            if before == column:
                assert re.match(r"(near )?match|mismatch|no data|   ", line[at:]), line
                break
            before += cells(char)
        assert sum(map(cells, line)) == sum(map(cells, lines[head]))


def cells(char):
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def test_a_name_cannot_move_the_cursor_or_paint_the_terminal(loaded, run):
    said = run("check", *words(**AN | {"full_name": "\x1b[2J\x1b[31mAn\u202e\r\x07[red]x[/red]"}))
    assert said.code == 0
    assert not set("\x1b\u202e\r\x07") & set(said.out)
    assert "[red]x[/red]" in said.out


def seen_on_a_terminal(*words, **env):
    """What a terminal of 100 columns gets."""
    keyboard, screen = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "service.cli", "check", *words],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", "TERM": "xterm", "COLUMNS": "100", **env},
        stdout=screen,
    )
    os.close(screen)
    seen = bytearray()
    with contextlib.suppress(OSError):  # the program has closed the other end
        while part := os.read(keyboard, 65536):
            seen += part
    os.close(keyboard)
    assert process.wait(60) == 0
    return seen.decode()


def test_there_is_colour_on_a_terminal_and_nowhere_else(loaded, run, monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    colour = re.compile(r"\x1b\[[\d;]*3[1-7]")
    assert colour.search(seen_on_a_terminal(*words(**AN)))
    assert not colour.search(seen_on_a_terminal(*words(**AN), NO_COLOR="1"))
    assert "\x1b" not in run("check", *words(**AN)).out
    assert "\x1b" not in seen_on_a_terminal(*words(**AN), "--json")


def test_standard_input_is_read_as_a_file_is_and_options_lie_over_it(
    loaded, run, standard_input, tmp_path
):
    file = tmp_path / "registration.json"
    body = {**AN, "kind": "sim", "device_id": "d-1", "registered_at": "2026-07-02T08:00:00+07:00"}
    file.write_text(json.dumps(body), encoding="utf-8")
    from_file = run("check", file, "--json")
    standard_input(b"\xef\xbb\xbf" + file.read_bytes())  # with the mark that Windows puts in front
    assert run("check", "-", "--json").out == from_file.out
    changed = json.loads(run("check", file, "--json", "--birth-date", "1999-11-20").out)
    assert json.loads(from_file.out)["identity"] == "verified"
    assert changed["fields"]["birth_date"]["difference"] == "different_date"


WRONG = (
    # words, standard input, what the one line names
    ((), b"", "standard input"),
    (("-",), b"", "standard input: not valid JSON"),
    (("-",), b'{"full_name": "Tr\xe1', "standard input: not valid UTF-8"),
    (("-",), b'{"full_name": NaN}', "standard input: not valid JSON"),
    (("-",), b"[" * 100_000, "standard input: not valid JSON"),
    (("-",), b'["Bui Thi Bi Mat"]', "standard input: not one JSON object"),
    (("-",), b'{"birth_date": "1985-09-02"}', "full_name: a required value is missing"),
    (("-",), b'{"full_name": "Bui Thi Bi Mat", "sex": "Bi Mat"}', "sex: "),
    (("-",), b'{"full_name": "x", "registered_at": "Bi Mat"}', "registered_at: "),
    (("-",), b'{"full_name": "x", "document_issued_on": "Bi Mat"}', "document_issued_on: "),
    (("-",), b" " * (2 << 20), "larger than 1 MiB"),
    (("no-such.json",), b"", "no-such.json: no such file"),
    (("tests",), b"", "tests: cannot be read"),
    (("--full-name", "x", "--document-issued-on", "31/02"), b"", "document_issued_on: "),
    (("--full-name", "x", "--population", "gone.csv"), b"", "gone.csv: no such file"),
    (("--full-name", "x", "--sex", "other"), b"", "--sex"),
    (("--full-name", "x", "--language", "fr"), b"", "--language"),
    (("--birth-date", "1985"), b"", "full_name: "),
)


@pytest.mark.parametrize(("given_words", "content", "named"), WRONG)
def test_wrong_input_is_one_line_without_what_was_typed(
    loaded, run, standard_input, given_words, content, named
):
    standard_input(content)
    said = run("check", *given_words)
    assert said.code == 2
    assert said.out == ""
    assert named in said.line
    assert "Mat" not in said.line


def test_an_issue_date_is_read_as_people_write_it(asked):
    for written in ("2021-05-04", "04/05/2021", "4.5.2021"):
        found = asked(**AN, document_issued_on=written)
        assert found["fields"]["document_issued_on"]["difference"] == "same"


@pytest.mark.parametrize("language", ["en", "vi"])
def test_an_empty_data_folder_is_one_line_that_says_how_to_load(home, run, monkeypatch, language):
    monkeypatch.setenv("CHINHCHU_LANGUAGE", language)
    said = run("check", *words(**AN), "--json")
    assert (said.code, said.out) == (1, "")
    assert "chinhchu population load FILE" in said.line
    assert ("no population" in said.line) is (language == "en")
    assert not home.exists()


def test_a_population_file_needs_no_data_folder_and_leaves_nothing(home, run, population):
    said = run("check", *words(**AN), "--population", population, "--json")
    found = json.loads(said.out)
    assert (found["identity"], found["register"]["kind"]) == ("verified", "file")
    assert found["register"]["rejected_rows"] == 0
    assert not home.exists()


def test_rows_of_a_population_file_that_cannot_be_read_are_told(home, run, population):
    population.write_text(POPULATION + "12345,Nobody,1990,,,\n", encoding="utf-8")
    said = run("check", *words(**AN), "--population", population)
    assert (said.code, "rows rejected: 1" in said.out) == (0, True)


def test_a_damaged_replica_is_an_outage_that_is_told(loaded, run, asked):
    Store(loaded / "population").close()
    (loaded / "population" / "data.mdb").write_bytes(b"not a database" * 1_000)
    found = asked(**AN)
    assert found["identity"] == "unverifiable"
    assert not found["register"]["available"]
    assert found["register"]["failure"]["en"]
    said = run("check", *words(**AN))
    assert "could not be asked" in said.out


def test_a_check_needs_no_lock_and_no_running_service(loaded, asked):
    with owned(loaded):
        assert asked(**AN)["identity"] == "verified"


def test_a_remote_register_shows_nothing_and_its_outage_is_an_answer(
    loaded, run, asked, monkeypatch
):
    stand_in = Settings(loaded)
    with running(stand_in, Trial(None, 0, Switches(), 0), announce=lambda _: None) as url:
        monkeypatch.setenv("CHINHCHU_REGISTER_URL", url)
        found = asked(**AN | {"birth_date": "20/11/1999"})
        page = run("check", *words(**AN | {"full_name": "Nguyen Van Anh"}), "--show-register").out
    assert found["register"]["kind"] == "remote"
    assert found["fields"]["birth_date"]["difference"] == "register_differs"
    assert "shows no data" in page
    assert "another person's" not in page  # a bare no may be a slip
    assert HIDDEN[2] not in page
    down = asked(**AN)
    assert (down["identity"], down["register"]["available"]) == ("unverifiable", False)


_ANYTHING = st.one_of(st.none(), st.text(max_size=40), st.integers(), st.booleans(), st.floats())


@given(st.dictionaries(st.sampled_from(FIELDS), _ANYTHING))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_typed_is_answered_or_refused_in_a_line(loaded, columns):
    row = {"full_name": "Nguyễn Văn An", **columns}
    try:
        registration = typed.registration(None, row, datetime(2026, 7, 2, tzinfo=UTC))
    except InputError:
        return
    form = answer.form(answer.check(Settings(loaded), registration, None), with_register=False)
    assert json.loads(json.dumps(form)).keys() == KEYS

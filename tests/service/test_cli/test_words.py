"""Laws of the words of a command: what it says of itself, and what it answers to wrong ones."""

from __future__ import annotations

import pytest

COMMANDS = {
    "demo": (),
    "simulate": ("OUT", "--persons", "--seed"),
    "population": ("load", "FILE", "--as-of"),
    "book": ("load", "--registrations", "--labels"),
    "train": ("--population", "--registrations", "--labels", "--until", "--no-promote"),
    "backtest": (
        *("--population", "--registrations", "--labels", "--model", "--rings-every", "--out"),
        *("decisions", "rings", "rejected", "report.json"),
    ),
    "campaign": (
        *("--population", "--registrations", "--labels", "--model", "--out"),
        *("--labels-until", "--as-of", "--engine"),
        *("decisions", "rings", "rejected", "report.json"),
    ),
    "serve": (),
    "register": ("serve", "--population", "--port", "--slow", "--wrong", "--down", "--seed"),
    "key": ("create",),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("language", "reads", "writes"), [("en", "read", "write"), ("vi", "đọc", "ghi")]
)
def test_the_help_of_a_command_says_what_it_reads_and_writes(
    run, monkeypatch, command, language, reads, writes
):
    monkeypatch.setenv("CHINHCHU_LANGUAGE", language)
    said = run(command, "--help")
    text = said.out.lower()
    assert said.code == 0
    assert reads in text
    assert writes in text
    for word in COMMANDS[command]:
        assert word in said.out


@pytest.mark.parametrize(
    ("language", "word"), [("en", "Replays a book"), ("vi", "Chạy lại sổ"), ("vi_VN", "tùy chọn")]
)
def test_the_help_of_the_program_names_every_command(run, monkeypatch, language, word):
    monkeypatch.setenv("CHINHCHU_LANGUAGE", language)
    said = run("--help")
    assert word in said.out
    for command in COMMANDS:
        assert command in said.out


BOOK = ("--population", "p.csv", "--registrations", "r.csv")
WRONG_WORDS = (
    # words, what the one line names
    ((), "COMMAND"),
    (("conjure",), "conjure"),
    (("simulate", "out"), "--persons"),
    (("simulate", "out", "--persons", "-5", "--seed", "1"), "--persons"),
    (("simulate", "out", "--persons", "99", "--seed", "1"), "from 100"),
    (("simulate", "out", "--persons", "1e3", "--seed", "1"), "'1e3'"),
    (("simulate", "out", "--persons", "9" * 5_000, "--seed", "1"), "--persons"),
    (("simulate", "out", "--persons", "200", "--seed", "-1"), "--seed"),
    (("population", "load"), "FILE"),
    (("population", "unload", "f.csv"), "unload"),
    (("population", "load", "f.csv", "--as-of", "2026-13-01"), "--as-of"),
    (("population", "load", "f.csv", "--as-of", "yesterday"), "yesterday"),
    (("population", "load", "f.csv", "--as-of", "2099-01-01"), "2099-01-01"),
    (("book", "load"), "--registrations"),
    (("train", *BOOK), "--labels"),
    (("train", *BOOK, "--labels", "l.csv", "--until", "2026-02-30"), "--until"),
    (("train", *BOOK, "--labels", "l.csv", "--until", "0001-01-01T00:00+07:00"), "--until"),
    (("train", *BOOK, "--labels", "l.csv", "--until", "two\nlines"), "--until"),
    (("backtest", *BOOK, "--rings-every", "0"), "--rings-every"),
    (("backtest", *BOOK, "--rings-every", "99999999999"), "--rings-every"),
    (("backtest", *BOOK, "--out"), "--out"),
    (("campaign", *BOOK, "--as-of", "20261"), "--as-of"),
    (("campaign", *BOOK, "--engine", "abacus"), "abacus"),
    (("campaign", *BOOK, "--engine", "spark"), "spark"),
    (("backtest", *BOOK, "--model", "no-such-model"), "no-such-model"),
    (("key", "create"), "INSTITUTION"),
    (("key", "create", ""), "200"),
    (("key", "create", "  "), "200"),
    (("key", "create", "VCB "), "200"),  # the code that registrations carry is another one
    (("key", "create", "VC\x07B"), "200"),
    (("key", "create", "V" * 201), "200"),
    (("serve", "--port", "1"), "--port"),
    (("register",), "action"),
    (("register", "serve", "--port", "65536"), "--port"),
    (("register", "serve", "--slow", "-1"), "--slow"),
    (("register", "serve", "--wrong", "1.5"), "--wrong"),
    (("register", "serve", "--down", "nan"), "--down"),
    (("register", "serve", "--population", "no-such.csv", "--port", "0"), "no-such.csv"),
    (("register", "serve", "--port", "0"), "population load"),
)


@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize(("words", "named"), WRONG_WORDS)
def test_a_wrong_word_is_one_line_and_exit_code_2(run, monkeypatch, language, words, named):
    monkeypatch.setenv("CHINHCHU_LANGUAGE", language)
    said = run(*words)
    assert said.code == 2
    assert said.out == ""
    assert said.line.startswith("chinhchu")
    assert named.replace("from", "từ" if language == "vi" else "from") in said.line


def test_a_wrong_setting_is_one_line_that_names_it(run, monkeypatch):
    monkeypatch.setenv("CHINHCHU_PORT", "eighty")
    said = run("serve")
    assert (said.code, "CHINHCHU_PORT" in said.line) == (2, True)

"""The weights of the cross-check are estimated from two files, and written or not written whole."""

from __future__ import annotations

import tomllib

from features.weights import Weights, default


def test_weights_of_a_book_are_a_file_that_the_cross_check_can_read(run, village, tmp_path):
    words = ("weights", *village.words("population", "registrations"), "--out")
    first, again = run(*words, tmp_path / "one"), run(*words, tmp_path / "two")
    assert (first.code, again.code) == (0, 0)
    text = (tmp_path / "one" / "weights.toml").read_text("utf-8")
    assert text == (tmp_path / "two" / "weights.toml").read_text("utf-8")
    read = Weights(tomllib.loads(text))
    assert read.version in first.out
    assert read.fields.keys() == default().fields.keys()


def test_files_that_teach_nothing_leave_no_file(run, village, tmp_path):
    empty = tmp_path / "registrations.csv"
    header = "registration_id,kind,institution,registered_at,document_type,document_number,full_name,birth_date"
    empty.write_text(header + "\n", "utf-8")
    words = village.words("population", "registrations", registrations=empty)
    said = run("weights", *words, "--out", tmp_path / "out")
    assert said.code == 2
    assert said.err.splitlines()[-1] == "chinhchu: no row of use in the files"
    assert not (tmp_path / "out").exists()
    missing = run("weights", *village.words("registrations"), "--out", tmp_path / "out")
    assert missing.code == 2

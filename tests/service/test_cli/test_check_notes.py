"""What a check tells beside the verdict, which it does not change."""

from __future__ import annotations

import json

import pytest

NUMBER, NAME, BORN = "001085012345", "Nguyễn Văn An", "1985-09-02"


@pytest.fixture
def checked(run, tmp_path):
    """Checks An, in a register that holds him in some status, with some options more."""

    def checked(*options, status="living", since=""):
        file = tmp_path / "population.csv"
        head = "id_number,full_name,birth_date,status,status_since"
        file.write_text(f"{head}\n{NUMBER},{NAME},{BORN},{status},{since}\n", "utf-8")
        typed = ("--document-number", NUMBER, "--full-name", NAME, "--birth-date", BORN)
        return run("check", *typed, "--population", file, "--language", "en", *options).out

    return checked


def test_a_holder_recorded_as_dead_is_no_reason_to_go_on(checked):
    dead = checked(status="deceased", since="2020-01-01")
    assert "VERIFIED" in dead
    assert "deceased" in dead
    assert "Go on" not in dead
    assert "Go on" in checked()


def test_what_the_number_says_of_itself_is_told_and_changes_no_verdict(checked):
    """The 12 digits of a man, on the form of a woman."""
    told = json.loads(checked("--sex", "female", "--json"))
    assert [one["code"] for one in told["number_says"]] == ["number_says_other_sex"]
    assert all(one["vi"] != one["en"] for one in told["number_says"])
    assert told["identity"] == "verified"
    assert json.loads(checked("--json"))["number_says"] == []
    assert "Go on" not in checked("--sex", "female")

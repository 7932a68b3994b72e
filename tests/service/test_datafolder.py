"""Laws of the data folder: one owner, one version, one clear line for everything else."""

from __future__ import annotations

import subprocess
import sys

import pytest

from features.errors import DataFolderError, NewerFormatError
from service.datafolder import open_folder, owned
from service.errors import FolderBusyError

HOLD = """
import sys
from pathlib import Path
from service.datafolder import owned
with owned(Path(sys.argv[1])):
    print("owned", flush=True)
    sys.stdin.read()
"""


def hold(home):
    """Another process that owns the folder until its standard input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "owned\n"
    return process


def test_a_folder_is_made_closed_to_others(tmp_path):
    folder = open_folder(tmp_path / "deep" / "home")
    assert folder.home.stat().st_mode & 0o077 == 0
    assert open_folder(folder.home) == folder


def test_a_second_process_on_the_folder_is_told_who_owns_it(tmp_path):
    with hold(tmp_path) as other:
        with pytest.raises(FolderBusyError, match=f"pid {other.pid}") as caught, owned(tmp_path):
            pass
        assert "\n" not in str(caught.value)
        other.stdin.close()


def test_a_killed_owner_leaves_the_folder_free(tmp_path):
    with hold(tmp_path) as other:
        other.kill()
        other.wait()
        with owned(tmp_path) as folder:
            assert folder.home == tmp_path


def test_reading_the_folder_needs_no_ownership(tmp_path):
    with hold(tmp_path) as other:
        assert open_folder(tmp_path).home == tmp_path
        other.stdin.close()


def test_a_newer_folder_is_refused_and_left_alone(tmp_path):
    (tmp_path / "version").write_text("999\n")
    with pytest.raises(NewerFormatError, match="version 999"), owned(tmp_path):
        pass
    assert [file.name for file in tmp_path.iterdir()] == ["version"]


def test_an_unreadable_version_is_one_clear_error(tmp_path):
    (tmp_path / "version").write_text("new!\n")
    with pytest.raises(DataFolderError, match="cannot be read"):
        open_folder(tmp_path)


def test_a_file_in_the_place_of_the_folder_is_one_clear_error(tmp_path):
    (tmp_path / "home").write_text("")
    with pytest.raises(DataFolderError, match="cannot be used"):
        open_folder(tmp_path / "home")

"""Laws of a journal: what was added stays, in order, whoever adds beside it and whatever was cut short."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from models import journal


def add(file, entry):
    with journal.writing(file) as write:
        write(entry)


def test_entries_come_back_in_order(tmp_path):
    file = tmp_path / "folder" / "journal.jsonl"
    assert journal.read(file) == []
    add(file, {"why": "vì kết quả tốt hơn\nnhiều"})
    add(file, {"why": 2})
    assert journal.read(file) == [{"why": "vì kết quả tốt hơn\nnhiều"}, {"why": 2}]
    assert len(file.read_text(encoding="utf-8").splitlines()) == 2


def test_a_line_cut_short_is_no_entry_and_spoils_no_other(tmp_path):
    file = tmp_path / "journal.jsonl"
    add(file, {"n": 1})
    with file.open("ab") as torn:
        torn.write('{"n": "một nửa'.encode()[:-1])
    assert journal.read(file) == [{"n": 1}]
    add(file, {"n": 2})
    assert journal.read(file) == [{"n": 1}, {"n": 2}]


def test_writers_beside_one_another_lose_nothing(tmp_path):
    file = tmp_path / "journal.jsonl"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: add(file, {"n": n}), range(40)))
    assert sorted(entry["n"] for entry in journal.read(file)) == list(range(40))


@pytest.mark.parametrize("odd", [b"\xff\xfe\n", b"", b"a\0b", b"../../etc\n", b"x" * 99, None])
def test_a_file_that_names_no_version_is_none(tmp_path, odd):
    if odd is None:
        (tmp_path / "champion").mkdir()
    else:
        (tmp_path / "champion").write_bytes(odd)
    assert journal.named(tmp_path / "champion") is None


WHOLE = {"at": "2026-11-22T06:00:00+00:00", "by": "x", "why": "y", "from": None, "to": "A"}


@pytest.mark.parametrize(
    "odd", [{"at": 1}, {"at": "soon"}, {"to": None}, {"from": 3}, {"by": ["x"]}, {"why": None}]
)
def test_a_line_that_tells_no_switch_is_none(tmp_path, odd):
    file = tmp_path / "journal.jsonl"
    for entry in (odd, WHOLE, {**WHOLE, **odd}):
        add(file, entry)
    assert journal.switches(file) == [WHOLE]

"""Laws of a book: what lies on or after its moment does not exist, and nothing of it stays behind."""

from __future__ import annotations

import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.errors import InputError
from features.evidence import Found
from features.parsing import Label
from features.registration import DocumentType, Kind, Registration
from training.book import BookFiles, open_book, registrations_meant
from training.world import simulate

MOMENT = datetime(2026, 1, 15, tzinfo=UTC)


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> BookFiles:
    folder = tmp_path_factory.mktemp("village")
    simulate(150, seed=4).write(folder)
    return BookFiles.of(folder)


def rewritten(path, folder, change):
    table = pq.read_table(path)
    made = pa.Table.from_pylist(change(table.to_pylist()), table.schema)
    pq.write_table(made, folder / path.name)
    return folder / path.name


def test_registrations_come_in_the_order_of_the_world_whatever_that_of_the_file(files, tmp_path):
    backwards = rewritten(files.registrations, tmp_path, lambda rows: rows[::-1])
    with open_book(BookFiles(files.population, backwards)) as book:
        order = [r.order for r in book.registrations]
    assert order == sorted(order)
    assert len(order) == pq.read_metadata(files.registrations).num_rows


def test_until_leaves_what_lies_strictly_before(files):
    with open_book(files) as book:
        moment = book.registrations[100].registered_at
        confirmed = sorted(at for at, _ in book.outcomes.values())[5]
    with open_book(files, until=moment, labels_until=confirmed) as book:
        assert [r.registered_at < moment for r in book.registrations] == [True] * 100
        assert all(at < confirmed for at, _ in book.outcomes.values())
        assert (
            book.counts["registrations_after"] + 100
            == pq.read_metadata(files.registrations).num_rows
        )
    with open_book(files, labels_until=confirmed) as book:
        assert len(book.outcomes) == 5


@pytest.mark.parametrize(
    ("days_of_a_and_b", "meant", "comment"),
    [
        ((0, None), "A", "one institution has the id"),
        ((0, 20), "A", "the other took the id after the label was confirmed"),
        ((0, 5), None, "both had it by then: a mark on the wrong person is worse than none"),
        ((11, None), None, "nobody had it yet"),
    ],
)
def test_a_label_means_the_one_registration_made_before_it(days_of_a_and_b, meant, comment):
    first = datetime(2026, 1, 1, tzinfo=UTC)
    rows = [
        Registration("X-1", Kind.SIM, bank, first + timedelta(days=d), DocumentType.CCCD, "A")
        for bank, d in zip("AB", days_of_a_and_b, strict=True)
        if d is not None
    ]
    label = Label("X-1", is_fraud=True, typology=None, confirmed_at=first + timedelta(days=10))
    found = registrations_meant([label], rows)
    assert [key for _, key in found] == ([] if meant is None else [(meant, "X-1")]), comment


def test_what_came_later_cannot_contradict_what_was_known(files, tmp_path):
    def corrected(rows):
        """Each row is preceded by a later one of the same key with other content."""
        moment = "registered_at" if "registered_at" in rows[0] else "confirmed_at"
        other = "email" if moment == "registered_at" else "typology"
        return [made for row in rows for made in ({**row, moment: MOMENT, other: "later"}, row)]

    known = BookFiles(
        files.population,
        rewritten(files.registrations, tmp_path, corrected),
        rewritten(files.labels, tmp_path, corrected),
    )
    with (
        open_book(files, until=MOMENT, labels_until=MOMENT) as plain,
        open_book(known, until=MOMENT, labels_until=MOMENT) as book,
    ):
        assert book.registrations == plain.registrations
        assert book.outcomes == plain.outcomes
        assert book.rejected == []


def test_a_book_without_labels_knows_nothing(files):
    with open_book(BookFiles(files.population, files.registrations)) as book:
        assert book.outcomes == {}
        assert book.counts["labels"] == 0


def test_the_register_of_a_book_answers_and_tells_its_day(files):
    people = pq.read_table(files.population)
    with open_book(files) as book:
        answers = book.register.ask(book.registrations)
        assert sum(isinstance(a, Found) for a in answers) > 0.8 * len(answers)
        assert book.counts["persons"] == people.num_rows
        days = people["document_issued_on"].to_pylist() + people["status_since"].to_pylist()
        assert book.snapshot == max(d for d in days if d is not None)
        assert book.snapshot <= date(2026, 7, 1)


def test_persons_that_contradict_each_other_are_rejected_by_their_row(files, tmp_path):
    def doubled(rows):
        bad = {**rows[1], "id_number": "12"}
        return [rows[0], bad, *rows[1:], rows[3], {**rows[5], "full_name": "Người Khác"}]

    path = rewritten(files.population, tmp_path, doubled)
    with open_book(BookFiles(path, files.registrations)) as book:
        told = {(r.source, r.row_number, r.column) for r in book.rejected}
        assert told == {(path.name, 2, "id_number"), (path.name, 153, "id_number")}
        assert book.counts["persons"] == 150


def test_nothing_stays_of_a_book_that_is_closed_or_cannot_be_opened(files, tmp_path, monkeypatch):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    with open_book(files):
        assert list(scratch.iterdir())
    assert not list(scratch.iterdir())
    with pytest.raises(InputError), open_book(BookFiles(Path("gone.csv"), files.registrations)):
        pass
    assert not list(scratch.iterdir())
    with pytest.raises(KeyboardInterrupt), open_book(files):
        raise KeyboardInterrupt
    assert not list(scratch.iterdir())

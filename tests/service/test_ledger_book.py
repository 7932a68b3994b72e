"""Laws of the book of a ledger: it is the book of its files, without whoever was erased."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta

import pytest

from features.errors import InputError
from features.reading import stream_population
from features.register.replica import Replica
from service.commands import learned_until
from service.datafolder import open_folder
from service.ledger.erasing import Erasures
from service.ledger.records import NewOutcome
from service.ledger.writing import BookRow
from service.ledger_book import ledger_book
from service.settings import Settings
from tests.service.doors import NOW
from training.book import BookFiles, open_book
from training.world import simulate

NOBODY = "http://127.0.0.1:9/"
TAKEN = date(2026, 7, 1)
EARLIER = NOW - timedelta(days=60)
REPORTED = NOW + timedelta(days=60)


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> BookFiles:
    folder = tmp_path_factory.mktemp("village")
    simulate(100, seed=1).write(folder)
    return BookFiles.of(folder)


@pytest.fixture
def settings(tmp_path, database_url, keys) -> Settings:
    """A data folder whose ledger is a database of one's own; nothing is in it yet."""
    return Settings(
        tmp_path / "home",
        database_url=database_url,
        valkey_url="redis://nobody.invalid",
        token_key=keys.token,
        encryption_key=keys.encryption,
    )


@pytest.fixture(params=["book"])
def loaded(request, files, settings, ledger, judge):
    """The village in the ledger and in the replica; the parameter is how its outcomes came."""
    with open_book(files) as book:
        writer = ledger.open_lease()
        with closing(writer.door):
            writer.record_book(
                [BookRow(s.registration, n) for s, n in judge(book.registrations)], NOW
            )
            outcomes = [
                NewOutcome(*key, is_fraud, book.typologies.get(key), at)
                for key, (at, is_fraud) in book.outcomes.items()
            ]
            writer.record_outcomes(outcomes, REPORTED, request.param)
        with closing(Replica(open_folder(settings.home).population)) as replica:
            replica.load_columns(stream_population(files.population, []), TAKEN)
        yield book


def test_it_is_the_book_of_its_files(loaded, settings):
    with ledger_book(settings, None) as book:
        assert book.registrations == loaded.registrations
        assert (book.outcomes, book.typologies) == (loaded.outcomes, loaded.typologies)
        assert book.register.ask(book.registrations) == loaded.register.ask(loaded.registrations)


def test_no_model_is_younger_than_what_it_learned_from(loaded):
    end = learned_until(loaded, None)
    last = max(at for at, _ in loaded.outcomes.values())
    assert last < end < last + timedelta(days=60)
    assert learned_until(loaded, end + timedelta(days=3000)) == end
    assert learned_until(loaded, EARLIER) == EARLIER


def test_what_lies_on_or_after_its_moment_does_not_exist(loaded, files, settings):
    middle = loaded.registrations[len(loaded.registrations) // 2].registered_at
    with (
        open_book(files, until=middle, labels_until=middle) as known,
        ledger_book(settings, middle) as book,
    ):
        assert book.registrations == known.registrations
        assert book.outcomes == known.outcomes


@pytest.mark.parametrize("loaded", ["api"], indirect=True)
def test_what_an_institution_reported_late_was_not_known_before(loaded, settings):
    assert max(at for at, _ in loaded.outcomes.values()) < REPORTED
    with ledger_book(settings, None) as book:
        assert book.outcomes == {k: (REPORTED, fraud) for k, (_, fraud) in loaded.outcomes.items()}
    with ledger_book(settings, REPORTED) as book:
        assert not book.outcomes


@pytest.mark.parametrize("carried_out", [False, True])
def test_whose_erasure_was_asked_is_left_out_and_counted(loaded, settings, ledger, carried_out):
    gone = list(loaded.outcomes)[:3]
    writer = ledger.open_lease()
    with closing(writer.door):
        Erasures(writer.door).ask(gone, "asked by the person", NOW)
        if carried_out:
            Erasures(writer.door).carry_out(gone, NOW)
    with ledger_book(settings, None) as book:
        assert {r.key for r in book.registrations} == {
            r.key for r in loaded.registrations if r.key not in gone
        }
        assert book.outcomes.keys() == loaded.outcomes.keys() - set(gone)
        assert book.counts["erased"] == 3


def test_a_remote_register_is_not_asked_about_the_past(loaded, settings):
    """Nobody listens there: every row would look as if nobody were known."""
    elsewhere = replace(settings, register_url=NOBODY)
    with ledger_book(elsewhere, None) as book:
        assert book.register.ask(book.registrations) == loaded.register.ask(loaded.registrations)
        assert book.snapshot == TAKEN


@pytest.mark.parametrize("url", [None, NOBODY])
def test_without_a_population_it_says_what_to_do(settings, url):
    elsewhere = replace(settings, register_url=url)
    with pytest.raises(InputError, match="population load"), ledger_book(elsewhere, None):
        pass


def test_without_a_ledger_it_says_so(tmp_path):
    with pytest.raises(InputError), ledger_book(Settings(tmp_path / "nothing"), None):
        pass

"""Laws of the ledger: nothing changes, nobody sees another's rows, one writer at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import numpy as np
import psycopg
import pytest

from features.errors import DataFolderError, NewerFormatError
from graph.attributes import Attribute
from graph.lineage import follow
from graph.rings import Ring, Tie
from service.callers import Callers, create_key, revoke_key
from service.errors import UnavailableError
from service.keys import Keys
from service.ledger import Ledger
from service.ledger.migration import VERSION
from service.ledger.records import NewOutcome, content, registration_of
from service.ledger.rings import RingLedger
from service.ledger.writing import BookRow, lease, open_lease

NOW = datetime(2026, 6, 2, tzinfo=UTC)
RING_TABLES = ("ring_runs", "rings", "ring_steps", "ring_ties", "ring_requests")
TABLES = ("registrations", "screenings", "outcomes", *RING_TABLES)


@pytest.fixture
def writer(ledger):
    with lease(ledger.database_url, ledger.keys) as opened:
        yield opened


def outcome(registration, **changes):
    known = NewOutcome(registration.institution, registration.registration_id, True, None, NOW)
    return replace(known, **changes)


def fill(writer, judged, registration):
    """One row at least in every table."""
    one = registration()
    (made,) = judged(one)
    writer.record_screenings([made])
    writer.record_outcomes([outcome(one)], NOW)
    tie = Tie(Attribute.PHONE, "token", (one.key,))
    named, steps = follow({}, [Ring("R-1", (made.node,), (tie,), 0.9)])
    RingLedger(writer.door).record(NOW, named, steps, 3)
    RingLedger(writer.door).ask(NOW)
    return one


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "change", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
def test_nothing_recorded_is_ever_changed(writer, judged, registration, table, change):
    fill(writer, judged, registration)
    column = "run_at" if table.startswith("ring") else "position"
    with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
        writer.door.execute(change.format(table, column, column))
    assert writer.door.execute(f"SELECT count(*) FROM {table}").fetchone() == (1,)  # noqa: S608


def test_what_is_recorded_is_read_again(ledger, writer, judged, registration):
    one, two = registration(), registration(document_number=None, address="Hà Nội")
    stored = writer.record_screenings(judged(one, two))
    with ledger.reader() as reader:
        assert reader.screening("BANK-A", stored[0].screening_id) == stored[0]
        assert reader.screenings_of("BANK-A", two.registration_id) == [stored[1]]
        assert reader.registration("BANK-A", two.registration_id) == two
        assert reader.latest("BANK-A", 10) == stored[::-1]
        assert reader.latest("BANK-A", 10, before=stored[1].position) == stored[:1]
        assert reader.latest("BANK-A", 10, decision="clear") == []
        assert reader.counts("BANK-A", NOW - timedelta(days=9)) == {"review": 2}


def test_the_vector_is_kept_bit_for_bit(ledger, writer, judged, registration):
    made = judged(registration())
    writer.record_screenings(made)
    with ledger.connection() as door:
        kept = door.execute("SELECT vector FROM screenings").fetchone()[0]
    assert kept == made[0].screening.vector.astype("<f8").tobytes()
    assert np.frombuffer(kept, "<f8").shape == made[0].screening.vector.shape


def test_another_institutions_rows_do_not_exist(ledger, writer, judged, registration):
    theirs = fill(writer, judged, registration)
    with ledger.whole() as whole:
        screening = whole.latest("BANK-A", 1)[0]
    with ledger.reader() as reader:
        assert reader.screening("BANK-B", screening.screening_id) is None
        assert reader.screenings_of("BANK-B", theirs.registration_id) == []
        assert reader.outcome("BANK-B", theirs.registration_id) is None
        assert reader.registration("BANK-B", theirs.registration_id) is None
        assert reader.latest("BANK-B", 10) == []
        assert reader.counts("BANK-B", NOW - timedelta(days=9)) == {}


def test_two_institutions_may_use_one_key(ledger, writer, judged, registration):
    mine = registration()
    theirs = replace(mine, institution="BANK-B")
    stored = writer.record_screenings(judged(mine, theirs))
    with ledger.reader() as reader:
        assert reader.screenings_of("BANK-B", mine.registration_id) == stored[1:]


def test_no_personal_value_lies_open_in_the_database(ledger, writer, judged, registration):
    typed = {
        "document_number": "001090012345",
        "full_name": "Trần Thị Bình",
        "birth_date": "1977-07-27",
        "address": "12 Hàng Bạc",
        "contact_phone": "0987654321",
        "email": "binh@example.vn",
        "account_number": "19001234567",
        "device_id": "device-of-binh",
        "ip_address": "203.0.113.77",
        "face_template": "face-of-binh",
    }
    writer.record_screenings(judged(registration(**typed)))
    with ledger.connection() as door:
        for table in TABLES:
            lines = door.execute(f"SELECT t::text, convert_to(t::text, 'UTF8') FROM {table} t")  # noqa: S608
            text = "".join(line[0] for line in lines)
            for column, value in typed.items():
                assert value not in text, (table, column)
                assert value.encode().hex() not in text, (table, column)


def test_equal_content_gives_equal_bytes_and_reads_back(registration):
    one = registration(document_issued_on="2021-05-01", holder_type="organisation")
    assert content(one) == content(replace(one))
    assert registration_of(content(one)) == one


def test_a_batch_is_recorded_whole_or_not_at_all(ledger, writer, judged, registration):
    one = registration()
    writer.record_screenings(judged(one))
    with pytest.raises(psycopg.errors.UniqueViolation):
        writer.record_screenings(judged(registration(), registration(), one))
    with ledger.whole() as whole:
        assert len(whole.latest("BANK-A", 10)) == 1


def test_positions_grow_with_every_commit(ledger, writer, judged, registration):
    one = registration()
    first = writer.record_screenings(judged(one, registration()))
    later = writer.record_outcomes([outcome(one)], NOW)
    with ledger.whole() as whole:
        events = whole.events(0, 100)
        assert [e.position for e in events] == sorted(e.position for e in events)
        assert [e.mark is not None for e in events] == [False, False, True]
        assert later[0].position == events[-1].position == whole.last_position()
        assert whole.events(events[0].position, 1) == events[1:2]
    assert first[-1].position < later[0].position


def test_a_book_is_recorded_without_screenings(ledger, writer, judge, registration):
    one = registration()
    writer.record_book([BookRow(one, judge([one])[0][1])], NOW)
    with ledger.whole() as whole:
        assert whole.known([one.key])[one.key].screening is None
        assert [event.node.key for event in whole.events(0, 10)] == [one.key]


def test_only_one_writer_holds_the_lease(ledger, writer):
    with pytest.raises(UnavailableError, match="another process"):
        open_lease(ledger.database_url, ledger.keys)
    writer.door.close()
    open_lease(ledger.database_url, ledger.keys).door.close()


def test_a_writer_that_lost_its_lease_cannot_commit(ledger, writer, judged, registration):
    with ledger.connection() as door:
        door.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
    with pytest.raises(psycopg.OperationalError):
        writer.record_screenings(judged(registration()))
    with ledger.whole() as whole:
        assert whole.last_position() == 0


@pytest.mark.parametrize("lost", ["token", "encryption"])
def test_other_keys_than_the_ledgers_are_refused(ledger, writer, judged, registration, lost):
    writer.record_screenings(judged(registration()))
    writer.door.close()
    other = replace(ledger.keys, **{lost: getattr(Keys.new(), lost)})
    with pytest.raises(DataFolderError, match=lost):
        open_lease(ledger.database_url, other)


def test_a_ledger_of_a_newer_version_is_refused(ledger, database_url, keys):
    with ledger.connection() as door:
        door.execute("INSERT INTO schema_version VALUES (999)")
    with pytest.raises(NewerFormatError, match="999"), Ledger(database_url, keys):
        pass


def test_opening_a_ledger_twice_changes_nothing(ledger, database_url, keys):
    with Ledger(database_url, keys) as again, again.connection() as door:
        assert door.execute("SELECT count(*) FROM schema_version").fetchone() == (VERSION,)


def test_a_key_is_known_by_its_hash_alone_until_it_is_revoked(ledger):
    key = create_key(ledger, "BANK-A")
    ticks = iter((0.0, 1.0, 9.0))
    callers = Callers(ledger, lambda: next(ticks))
    assert callers.verify(key).institution == "BANK-A"
    assert callers.verify(key + "x") is None
    assert callers.remembered(key).institution == "BANK-A"
    assert revoke_key(ledger, key)
    assert callers.remembered(key) is None, "a few seconds later it has to be asked again"
    assert callers.verify(key) is None
    assert not revoke_key(ledger, key)
    with ledger.connection() as door:
        assert key not in str(door.execute("SELECT * FROM api_keys").fetchall())


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE api_keys SET institution = 'BANK-B'",
        "UPDATE api_keys SET role = 'operator'",
        "DELETE FROM api_keys",
    ],
)
def test_of_a_key_nothing_but_its_revocation_changes(ledger, change):
    create_key(ledger, "BANK-A")
    with (
        ledger.connection() as door,
        pytest.raises(psycopg.errors.RestrictViolation),
    ):
        door.execute(change)


def test_an_unknown_screening_is_none(ledger):
    with ledger.reader() as reader:
        assert reader.screening("BANK-A", uuid4()) is None


def test_a_ledger_that_is_away_is_one_clear_error(keys):
    away = Ledger("postgresql://chinhchu@/x?host=/nonexistent", keys)
    with pytest.raises(UnavailableError):
        away.open_lease()

"""Laws of the data set: rows are the live vectors, states stay apart, clusters and delays are right."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from features.evidence import Evidence, Identity
from features.registration import (
    DocumentType,
    IdNumber,
    Institution,
    Kind,
    Person,
    Registration,
    RegistrationId,
    Sex,
)
from graph.attributes import Attribute, Node, Tokens
from graph.columns import columns_of, part_of
from graph.history import History
from models.screening import gather, vectors_of
from training import clusters as ties
from training import dataset
from training.book import Book, BookFiles, open_book
from training.clusters import clusters
from training.dataset import CLEARED, FRAUD, SCHEMA, UNKNOWN, Dataset, build
from training.groups import REGION_OF, groups_of
from training.maturity import maturity
from training.split import by_time
from training.world import simulate

KEY = bytes(16)
MOMENT = datetime(2026, 5, 1, tzinfo=UTC)
DAY = 86_400.0


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Book:
    folder = tmp_path_factory.mktemp("hamlet")
    simulate(700, seed=3).write(folder)
    with open_book(BookFiles.of(folder), labels_until=MOMENT) as book:
        yield book


@pytest.fixture(scope="module")
def data(book) -> Dataset:
    return build(book, Tokens(KEY))


def test_a_row_is_the_vector_that_the_road_gives_in_single_precision(book, data):
    facts = gather(book.registrations, book.register, History(book.outcomes), Tokens(KEY))
    assert np.array_equal(data.vectors, vectors_of(facts).astype(np.float32), equal_nan=True)
    assert data.vectors.dtype == np.float32


def test_no_row_depends_on_the_key_of_the_tokens(book, data):
    other = build(book, Tokens(b"quite another key"))
    assert np.array_equal(other.vectors, data.vectors, equal_nan=True)
    assert np.array_equal(other.cluster, data.cluster)
    assert other.rows.equals(data.rows)


def test_several_processes_tell_a_large_book_alike(book, data, monkeypatch):
    monkeypatch.setattr(dataset, "MANY", 1)
    monkeypatch.setattr(dataset, "_ROWS_A_PART", 300)
    other = build(book, Tokens(KEY), processes=2)
    assert np.array_equal(other.vectors, data.vectors, equal_nan=True)
    assert np.array_equal(other.cluster, data.cluster)
    assert other.rows.equals(data.rows)


def test_the_three_states_stay_apart_and_only_a_known_fraud_has_a_typology(book, data):
    expected = [
        UNKNOWN if r.key not in book.outcomes else FRAUD if book.outcomes[r.key][1] else CLEARED
        for r in book.registrations
    ]
    assert data.label.tolist() == expected
    assert set(expected) == {UNKNOWN, FRAUD, CLEARED}
    told = np.array(data.rows["typology"].is_valid())
    assert told.any()
    assert not (told & (data.label != FRAUD)).any()


def test_what_is_left_out_is_counted(book, data):
    assert data.excluded["labels_after"] > 0
    assert data.excluded["registrations_after"] == 0


def test_rows_are_in_the_order_of_the_world_and_say_who_registered_where(book, data):
    assert data.rows.schema.equals(SCHEMA)
    for name in ("registration_id", "institution", "kind", "agent_id"):
        assert data.rows[name].to_pylist() == [getattr(r, name) for r in book.registrations]
    assert set(data.rows["name_group"].to_pylist()) == {"kinh", "minority", None}
    assert set(data.rows["province_group"].to_pylist()) <= {*REGION_OF.values(), None}


REGISTRATION = Registration(
    RegistrationId("1"),
    Kind.SIM,
    Institution("viettel"),
    datetime(2026, 3, 1, 17, tzinfo=UTC),  # the second of March in Vietnam
    DocumentType.CCCD,
    "H'HEN NIE",
    birth_date="02/03/2001",
    sex=Sex.MALE,
)


def holder(**known) -> Evidence:
    return Evidence(Identity.VERIFIED, person=Person(IdNumber("001085012345"), **known))


@pytest.mark.parametrize(
    ("full_name", "group"),
    [
        ("Nguyễn Văn An", "kinh"),
        ("H'Hen Niê", "minority"),
        ("Y Moan Êñuôl", "minority"),
        ("Giàng A Páo", "minority"),
        ("Hà Văn Nọi", "kinh"),
    ],
)
def test_the_form_of_the_registered_name_tells_its_group(full_name, group):
    assert groups_of(REGISTRATION, holder(full_name=full_name), "").name_group == group


def test_groups_go_by_the_register_then_by_what_was_typed_and_a_typed_name_tells_nothing():
    typed = groups_of(REGISTRATION, Evidence(Identity.NOT_FOUND), "")
    assert typed == ("25_59", "male", None, None)
    known = holder(full_name="Lê Thị Hoa", birth_date="1950", sex=Sex.FEMALE)
    assert groups_of(REGISTRATION, known, "79") == ("60_up", "female", "kinh", "south_east")


def test_every_province_of_today_has_a_region():
    assert len(REGION_OF) == 34


def nodes_sharing(*tokens: dict[Attribute, str]) -> list[Node]:
    return [
        Node(
            RegistrationId(str(i)),
            Institution("vcb"),
            MOMENT + timedelta(hours=i),
            Kind.BANK_ACCOUNT,
            holder=f"holder {i}",
            family="",
            verified=True,
            tokens=held,
        )
        for i, held in enumerate(tokens)
    ]


def tied(nodes: list[Node]) -> np.ndarray:
    return clusters(columns_of([part_of(nodes[:2], 0, {}), part_of(nodes[2:], 2, {})]))


def test_a_chain_of_private_values_is_one_cluster_and_a_desk_ties_nobody():
    a, b, desk = "aa", "bb", "dd"
    chain = nodes_sharing(
        {Attribute.PHONE: a, Attribute.AGENT: desk},
        {Attribute.AGENT: desk},
        {Attribute.SIM: a, Attribute.FACE: b},
        {Attribute.FACE: b},
        {},
    )
    assert tied(chain).tolist() == [0, 1, 0, 0, 2]
    assert tied([]).tolist() == []
    assert tied(nodes_sharing({Attribute.ADDRESS: a}, {Attribute.ADDRESS: a})).tolist() == [
        0,
        1,
    ]


def test_a_value_that_too_many_hold_ties_nobody(monkeypatch):
    monkeypatch.setattr(ties, "MOST", 3)
    crowd = [{Attribute.DEVICE: "kiosk"}] * 4
    assert len(set(tied(nodes_sharing(*crowd)).tolist())) == 4
    assert len(set(tied(nodes_sharing(*crowd[:3])).tolist())) == 1


def rows_of(at, label, confirmed, cluster=None) -> Dataset:
    n = len(at)
    return Dataset(
        vectors=np.zeros((n, 1), np.float32),
        at=np.asarray(at, float),
        label=np.asarray(label, np.int8),
        confirmed=np.asarray(confirmed, float),
        cluster=np.arange(n) if cluster is None else np.asarray(cluster),
        rows=SCHEMA.empty_table(),
        excluded={},
    )


def test_later_rows_of_a_cluster_that_was_known_for_fraud_are_told_apart():
    nan = float("nan")
    data = rows_of(
        at=range(8),
        label=[1, 1, 0, -1, -1, -1, -1, -1],
        confirmed=[1.0, 7.0, 1.0, nan, nan, nan, nan, nan],
        cluster=[0, 1, 2, 3, 0, 1, 2, 3],
    )
    split = by_time(data, 0.5)
    assert split.before.tolist() == [True] * 4 + [False] * 4
    assert (split.later == ~split.before).all()
    assert np.flatnonzero(split.continuing).tolist() == [4]  # of 1 nothing was known by then
    assert data.label_at(split.since).tolist() == [1, -1, 0, *[-1] * 5]


def test_delays_are_those_of_all_outcomes_though_only_the_quick_ones_of_late_rows_are_seen():
    chance = random.Random(5)
    at = np.array([chance.uniform(0, 200 * DAY) for _ in range(20_000)])
    took = np.array([chance.expovariate(1 / 40) for _ in at])
    confirmed = at + took * DAY
    seen = confirmed < 200 * DAY
    data = rows_of(at, np.where(seen, 1, -1), np.where(seen, confirmed, np.nan))
    found = maturity(data, 200 * DAY)
    assert np.median(took[seen]) < 24  # half of the outcomes that are seen took so long
    assert found.days(0.5) == pytest.approx(np.log(2) * 40, rel=0.06)
    assert found.days(0.9) == pytest.approx(np.log(10) * 40, rel=0.06)
    assert found.since == 200 * DAY - found.days(0.9) * DAY


def test_where_nothing_is_known_no_row_is_called_mature():
    found = maturity(rows_of([0.0], [-1], [float("nan")]), DAY)
    assert np.isnan([found.since, found.days(0.5)]).all()

"""What company says: whose a number is and since when, a household or a crowd, a desk or its peers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import numpy as np
import pytest

from features.registration import Institution, Kind, RegistrationId
from features.vector.company import COMPANY
from graph.aggregates import KEPT_BEYOND, NEIGHBOURS
from graph.attributes import Attribute, Key, Node, Tokens
from graph.columns import Outcome
from graph.company import Company
from graph.history import History
from tests.graph.books import assert_same, through_live
from tests.graph.oracle import Oracle

TOKENS = Tokens(b"the key of the tests")
NOON = datetime(2026, 3, 2, 5, tzinfo=UTC)  # noon in Vietnam
DAY = timedelta(days=1)
FEATURE = {f.name: f for f in COMPANY}


class Book:
    """Registrations one after another, each made by `days` after the first noon."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.outcomes: dict[Key, Outcome] = {}

    def add(self, days: float, holder: str, family: str = "", **values: str) -> Node:
        made = Node(
            registration_id=RegistrationId(f"{len(self.nodes):05}"),
            institution=Institution("A"),
            registered_at=NOON + days * DAY,
            kind=Kind.SIM if "sim" in values else Kind.BANK_ACCOUNT,
            holder=TOKENS.token("holder", holder, 8),
            family=TOKENS.token("family", family or holder, 8),
            verified=True,
            tokens={
                Attribute(a): TOKENS.token("value", v)
                for a, v in {"holder": holder, **values}.items()
            },
            province="79",
        )
        self.nodes.append(made)
        return made

    def close_at_night(self) -> None:
        """Takes away what was made between midnight and five."""
        self.nodes = [n for n in self.nodes if not 17 <= n.registered_at.hour < 22]

    def known_as_fraud(self, node: Node, days: float) -> None:
        self.outcomes[node.key] = (NOON + days * DAY, True)

    def around(self, graph, *asked: Node) -> list[Company]:
        """The company of some of them, on which all three ways of counting agree."""
        nodes = sorted(self.nodes, key=lambda n: n.order)
        history = History(self.outcomes)
        values = history.values(nodes)
        marks = history.marks(nodes)
        assert_same(values, Oracle(nodes, marks).values(nodes))
        graph.clear()
        assert_same(through_live(graph, nodes, marks, 50), values)
        return [Company(values[nodes.index(node)]) for node in asked]


def feature(name: str, company: Company) -> float:
    """A feature of company: it reads no other fact."""
    return FEATURE[name].compute(SimpleNamespace(company=company))


# ── A number and whose it is ─────────────────────────────────────────


@pytest.mark.parametrize(
    ("holder", "family", "relation", "strangers"),
    [
        ("An", "Trần", 0, 0),  # his own SIM
        ("Bình", "Trần", 1, 0),  # his wife's or his son's
        ("Chi", "Lê", 2, 1),  # a stranger's
    ],
)
def test_a_contact_phone_meets_the_holder_of_its_sim(graph, holder, family, relation, strangers):
    book = Book()
    book.add(0, holder, family, sim="n1")
    (company,) = book.around(graph, book.add(3, "An", "Trần", phone="n1"))
    assert company["phone_as_sim.relation.all"] == relation
    assert company["phone_as_sim.strangers.all"] == strangers
    assert company["phone_as_sim.gap_hours.all"] == 72


def test_a_number_whose_sim_nobody_registered_has_no_relation(graph):
    book = Book()
    (company,) = book.around(graph, book.add(0, "An", phone="n1"))
    assert np.isnan(company["phone_as_sim.relation.all"])
    assert company["phone_as_sim.strangers.all"] == 0


def test_it_is_the_latest_holder_of_the_sim_that_counts(graph):
    book = Book()
    book.add(0, "An", sim="n1")
    book.add(1, "Chi", sim="n1")
    (company,) = book.around(graph, book.add(2, "An", phone="n1"))
    assert company["phone_as_sim.relation.all"] == 2
    assert company["phone_as_sim.same_holder.all"] == 1


def test_accounts_of_strangers_that_name_a_sim_before_it_is_registered(graph):
    book = Book()
    for i, (holder, family) in enumerate([("Bình", "Trần"), ("Chi", "Lê"), ("Dũng", "Phạm")]):
        book.add(i, holder, family, phone="n1")
    (company,) = book.around(graph, book.add(5, "An", "Trần", sim="n1"))
    assert company["sim_as_phone.strangers.30d"] == 2
    assert company["sim_as_phone.relation.all"] == 2


RECYCLED = [  # (days of the second SIM, its holder, days of an account in between, clean)
    (46, "Chi", None, True),
    (45.1, "Chi", None, False),  # sooner than any operator gives a number out anew
    (1, "Chi", None, False),  # a fraudster who registers it anew the next day washes nothing
    (90, "An", None, False),  # he has it still
    (90, "Chi", 60, False),  # it was in use meanwhile
    (90, "Chi", 20, True),  # idle for long enough since
]


@pytest.mark.parametrize(("days", "holder", "named", "clean"), RECYCLED)
def test_a_number_given_out_anew_starts_clean(graph, days, holder, named, clean):
    book = Book()
    for node in (book.add(0, "An", sim="n1"), book.add(0.5, "An", phone="n1")):
        book.known_as_fraud(node, 0.6)
    if named is not None:
        book.add(named, "An", phone="n1")
    again = book.add(days, holder, sim="n1")
    account = book.add(days + 1, holder, phone="n1")
    sim, company = book.around(graph, again, account)
    old = [
        sim["sim.frauds.all"],
        sim["sim_as_phone.registrations.all"],
        company["phone_as_sim.frauds.all"],
        company["phone.frauds.all"],
        company["phone.registrations.all"],
    ]
    assert all(value == 0 for value in old) if clean else all(value > 0 for value in old)
    assert company["phone_as_sim.relation.all"] == 0


def test_a_mark_on_a_face_or_a_document_never_expires(graph):
    book = Book()
    book.known_as_fraud(book.add(0, "An", face="f1", document="d1", sim="n1"), 1)
    (company,) = book.around(graph, book.add(400, "Chi", face="f1", document="d1", sim="n1"))
    assert company["face.frauds.all"] == company["document.frauds.all"] == 1
    assert company["sim.frauds.all"] == 0


# ── A household and a crowd ──────────────────────────────────────────


def test_a_familys_phone_is_told_from_a_crowds(graph):
    def shared(people: Sequence[tuple[str, str]]) -> Company:
        book = Book()
        for i, (holder, family) in enumerate(people):
            book.add(i, holder, family, phone="n1")
        return book.around(graph, book.add(9, "An", "Trần", phone="n1"))[0]

    household = shared([("Bình", "Trần"), ("Chi", "Trần"), ("Mẹ", "Lê")])
    crowd = shared([("Bình", "Phạm"), ("Chi", "Vũ"), ("Mẹ", "Lê")])
    assert household["phone.holders.all"] == crowd["phone.holders.all"] == 3
    assert feature("phone.kin_share.all", household) == pytest.approx(2 / 3)
    assert feature("phone.kin_share.all", crowd) == 0


def test_the_busiest_hour_is_found_wherever_it_lies(graph):
    book = Book()
    for hours in (0, 30, 30.2, 30.9, 31.0, 31.1, 200):
        book.add(hours / 24, f"h{hours}", device="d1")
    (company,) = book.around(graph, book.add(12, "An", device="d1"))
    assert company["device.burst.30d"] == 4


# ── A hub against its own past and its peers ─────────────────────────


def dealer(book: Book, days: Iterable[float], agent: str = "a1") -> None:
    """One honest customer after another."""
    for i, day in enumerate(days):
        book.add(day, f"customer {agent} {i}", agent=agent, peers="p1")


UNUSUAL = (
    "agent.nights_excess.1d",
    "agent.unverified_excess.1d",
    "agent.nights_over_peers.7d",
    "agent.night_share.7d",
    "agent.fraud_share.30d",
)


def test_an_honest_dealers_thousandth_customer_looks_like_his_hundredth(graph):
    book = Book()
    dealer(book, np.arange(1_300) / 25)
    book.close_at_night()
    hundredth, last = book.nodes[99], book.nodes[-1]
    found = book.around(graph, hundredth, last)
    for name in UNUSUAL:
        early, late = (feature(name, c) for c in found)
        assert late <= max(early, 0), name
    assert feature("agent.pace.1d", found[1]) < 2


def test_a_night_of_forty_borrowed_identities_shows(graph):
    book = Book()
    dealer(book, np.arange(200) / 10)
    book.close_at_night()
    dealer(book, [19.7 + i / 1_000 for i in range(60)], agent="a2")
    night = [20.5 + i / 400 for i in range(40)]  # from midnight in Vietnam
    dealer(book, night)
    (company,) = book.around(graph, book.add(20.62, "An", agent="a1", peers="p1"))
    assert feature("agent.night_share.1d", company) > 0.5
    assert feature("agent.nights_excess.1d", company) > 30
    assert feature("agent.nights_over_peers.7d", company) > 0.05
    assert feature("agent.pace.1d", company) > 3
    assert feature("agent.new_holder_share.1d", company) == 1


def test_a_share_of_nothing_has_no_value(graph):
    book = Book()
    (company,) = book.around(graph, book.add(0, "An", phone="n1", agent="a1"))
    assert np.isnan(feature("phone.fraud_share.all", company))
    assert np.isnan(feature("agent.night_share.1d", company))
    assert np.isnan(feature("tablet.pace.1d", company))


# ── The second look ──────────────────────────────────────────────────


def test_who_shares_two_values_is_told_from_who_shares_one(graph):
    book = Book()
    book.add(0, "Bình", phone="n1", device="d1")
    book.add(1, "Chi", phone="n1", device="d2")
    book.add(2, "Dũng", phone="n2", device="d1")
    book.add(3, "An", phone="n1", device="d1")
    (company,) = book.around(graph, book.add(4, "An", phone="n1", device="d1"))
    assert company["twice.registrations.all"] == 1
    assert company["phone.holders.all"] == company["device.holders.all"] == 2


def test_one_number_is_one_value_as_sim_and_as_contact_phone(graph):
    book = Book()
    book.add(0, "Bình", sim="n1", phone="n1")
    (company,) = book.around(graph, book.add(1, "An", phone="n1"))
    assert company["phone_as_sim.holders.all"] == company["phone.holders.all"] == 1
    assert company["twice.registrations.all"] == 0


def test_a_chain_that_shares_one_value_at_a_time_comes_into_sight(graph):
    book = Book()
    far = [book.add(i, f"far {i}", email="e1") for i in range(3)]
    book.known_as_fraud(far[0], 3.5)
    book.add(4, "Bình", email="e1", phone="n1")
    (company,) = book.around(graph, book.add(5, "An", phone="n1", device="d1"))
    assert company["phone.registrations.all"] == 1
    assert company["beyond.holders.all"] == company["beyond.registrations.30d"] == 3
    assert company["beyond.frauds.all"] == 1


def test_the_second_step_ends_at_who_is_met_already_and_at_the_neighbours_own(graph):
    book = Book()
    book.add(0, "Bình", email="e1", device="d1")
    book.add(1, "Chi", email="e1", phone="n1", device="d2")
    book.add(2, "Bình", email="e1", phone="n1")
    (company,) = book.around(graph, book.add(3, "An", phone="n1"))
    assert company["phone.registrations.all"] == 2
    # The first of Bình is met over Chi, though not over Bình himself.
    assert company["beyond.registrations.all"] == 1
    book.add(4, "Bình", email="e9", device="d1", phone="n9")
    (company,) = book.around(graph, book.add(5, "An", phone="n9"))
    assert company["beyond.registrations.all"] == 0


def test_a_crowd_is_seen_no_further_than_is_kept(graph):
    book = Book()
    for i in range(KEPT_BEYOND + 9):
        book.add(i / 100, f"far {i}", email="e1")
    for i in range(NEIGHBOURS + 5):
        book.add(1 + i / 100, f"near {i}", phone="n1", email=f"mine {i}")
    book.add(2, "last", phone="n1", email="e1")
    (company,) = book.around(graph, book.add(3, "An", phone="n1"))
    assert company["phone.registrations.all"] == NEIGHBOURS + 6
    assert company["beyond.registrations.all"] == KEPT_BEYOND - 1  # the neighbour's own is one


def test_who_is_forgotten_leads_nobody_on(graph):
    """Not over the values that stood with the registration, either."""
    book = Book()
    book.add(0, "far", email="e1")
    near = book.add(1, "Bình", email="e1", phone="n1")
    graph.project(book.nodes, [], 2)
    me = book.add(2, "An", phone="n1")
    assert graph.around([me])[0]["beyond.holders.all"] == 1
    graph.forget([near], [])
    assert graph.around([me])[0]["beyond.holders.all"] == 0
    alone = Book()
    kept = graph.dump()
    graph.clear()
    graph.project([alone.add(0, "far", email="e1")], [], 2)
    assert graph.dump() == kept

"""The order of the world in small: ties, full places, late arrivals, marks out of turn."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.registration import Institution, Kind, RegistrationId
from graph import history, live, sight
from graph.aggregates import KEPT, KEPT_MARKS
from graph.attributes import Attribute, Mark, Node, Tokens
from graph.history import History
from tests.graph import oracle
from tests.graph.books import assert_same, through_live
from tests.graph.oracle import Oracle

TOKENS = Tokens(b"the key of the tests")
START = datetime(2026, 3, 1, 12, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
# Moments at which two registrations tie, and at which a window just reaches or just does not.
MOMENTS = [
    START + whole + little
    for whole in (
        timedelta(0),
        timedelta(hours=1),
        timedelta(days=1),
        timedelta(days=30),
        timedelta(days=46),  # 45 days after the third: a number idle so long begins a new use
        timedelta(days=91),
    )
    for little in (timedelta(0), MICROSECOND)
]


def node(identifier: str, at: datetime, holder: str = "h1", **tokens: str) -> Node:
    """A registration; values by attribute, the institution stands before a slash if need be."""
    institution, _, own = identifier.rpartition("/")
    values = {"holder": holder, **tokens}
    return Node(
        registration_id=RegistrationId(own),
        institution=Institution(institution or "A"),
        registered_at=at,
        kind=Kind.SIM if "sim" in tokens else Kind.BANK_ACCOUNT,
        holder=TOKENS.token("holder", holder, 8),
        family=TOKENS.token("family", holder[:2], 8),
        verified=holder != "h3",
        tokens={Attribute(a): TOKENS.token("value", v) for a, v in values.items()},
        province={"h1": "01", "h2": "79"}.get(holder[:2], ""),
    )


# Identifiers of which one begins the other, of several scripts: text and bytes sort alike.
IDENTIFIERS = st.text("aAbé0-字", min_size=1, max_size=3)
OPTIONAL_TOKENS = {
    "phone": st.sampled_from(["n1", "n2"]),
    "sim": st.sampled_from(["n1", "n2"]),
    "agent": st.just("a1"),
    "peers": st.just("p1"),
    "device": st.sampled_from(["d1", "d2"]),
    "email": st.sampled_from(["e1", "e2"]),
}


@st.composite
def worlds(draw) -> tuple[list[Node], dict[RegistrationId, tuple[datetime, bool]]]:
    """A few registrations that share most of what they have; outcomes follow their rows."""
    nodes, outcomes = [], {}
    for name in draw(st.lists(IDENTIFIERS, max_size=20, unique=True)):
        tokens = draw(st.fixed_dictionaries({}, optional=OPTIONAL_TOKENS))
        institution = draw(st.sampled_from("AB"))
        holder = draw(st.sampled_from(["h1", "h1-son", "h2", "h3"]))
        made = node(f"{institution}/{name}", draw(st.sampled_from(MOMENTS)), holder, **tokens)
        nodes.append(made)
        later = [m for m in MOMENTS if m >= made.registered_at]
        outcome = st.tuples(st.sampled_from(later), st.booleans())
        if (known := draw(st.none() | outcome)) is not None:
            outcomes[made.key] = known
    return sorted(nodes, key=lambda n: n.order), outcomes


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(world=worlds(), size=st.integers(1, 5), kept=st.integers(1, 4))
def test_ties_and_full_places_are_settled_alike_by_all_three(graph, world, size, kept):
    nodes, outcomes = world
    graph.clear()
    with pytest.MonkeyPatch.context() as patch:
        for attribute in Attribute:
            patch.setitem(KEPT, attribute, kept)
        for module in (history, live, oracle, sight):
            patch.setattr(module, "KEPT_MARKS", kept)
            patch.setattr(module, "KEPT_BEYOND", kept)
        for module in (history, oracle, sight):
            patch.setattr(module, "NEIGHBOURS", kept)
        book = History(outcomes)
        expected = Oracle(nodes, book.marks(nodes)).values(nodes)
        assert_same(book.values(nodes), expected)
        assert_same(through_live(graph, nodes, book.marks(nodes), size), expected)


def crowd(size: int) -> list[Node]:
    """A dealer's day: many registrations, few moments, one tablet."""
    dice = random.Random(5)
    moments = [START + timedelta(minutes=dice.randrange(40)) for _ in range(size)]
    nodes = [
        node(f"{i:04}", at, f"h{dice.randrange(9)}", agent="a1", tablet="t1", phone="n1")
        for i, at in enumerate(moments)
    ]
    return sorted(nodes, key=lambda n: n.order)


@pytest.mark.parametrize("size", [1, 60, 500])
def test_a_crowd_beyond_what_is_kept_saturates_alike(graph, size):
    nodes = crowd(500)
    dice = random.Random(6)
    outcomes = {
        n.key: (n.registered_at + timedelta(minutes=dice.randrange(9)), i % 2 == 0)
        for i, n in enumerate(nodes)
        if i % 4 == 0
    }
    book = History(outcomes)
    expected = Oracle(nodes, book.marks(nodes)).values(nodes)
    assert_same(book.values(nodes), expected)
    assert_same(through_live(graph, nodes, book.marks(nodes), size), expected)
    last = dict(zip((a.name for a in history.AGGREGATES), expected[-1], strict=True))
    assert last["agent.registrations.30d"] == KEPT[Attribute.AGENT]
    assert last["agent.frauds.all"] + last["agent.cleared.all"] == KEPT_MARKS
    assert last["phone.registrations.all"] == KEPT[Attribute.PHONE]


def test_of_one_moment_the_smaller_id_comes_first(graph):
    twins = [node("b", START, "h2", device="d1"), node("a", START, "h1", device="d1")]
    counted = [c["device.registrations.all"] for c in graph.around(twins)]
    assert counted == [1, 0]
    graph.project(twins, [], 2)
    assert [c["device.registrations.all"] for c in graph.around(twins)] == [1, 0]


def test_a_window_reaches_its_length_and_no_further(graph):
    old = node("a", START, device="d1")
    graph.project([old], [], 1)
    asked = [
        node("b", START + timedelta(days=1), device="d1"),
        node("c", START + timedelta(days=1) + MICROSECOND, device="e1"),
        node("d", START + timedelta(days=1) + MICROSECOND, device="d1"),
    ]
    inside, elsewhere, outside = (
        c["device.registrations.1d"] for c in (graph.around([n])[0] for n in asked)
    )
    assert (inside, elsewhere, outside) == (1, 0, 0)


def test_a_late_arrival_sees_its_past_and_alters_no_answer_given(graph):
    """Though more came after it than its phone ever counts."""
    nodes = crowd(120)
    late, in_time = nodes[50], nodes[:50] + nodes[51:]
    assert len(nodes) - 50 > KEPT[Attribute.PHONE]
    marks = [Mark(n, n.registered_at, is_fraud=True) for n in in_time[::2]]
    answered = through_live(graph, in_time, [], 50)
    assert_same(answered, Oracle(in_time, []).values(in_time))
    graph.project([], marks, len(in_time))
    companies = graph.around([late])
    assert_same(np.array([c.values for c in companies]), Oracle(in_time, marks).values([late]))
    assert companies[0]["tablet.registrations.30d"] == 50


def test_the_own_outcome_never_enters_the_own_row(graph):
    """Not even one that claims to be older than its registration."""
    first, second = node("a", START, device="d1"), node("b", START + MICROSECOND, device="d1")
    outcomes = {first.key: (START - timedelta(days=1), True)}
    book = History(outcomes)
    graph.project([first], book.marks([first]), 1)
    for company in (*graph.around([first]), book.around([first])[0]):
        assert company["device.frauds.all"] == 0
        assert company["holder.frauds.all"] == 0
    for company in (*graph.around([second]), book.around([first, second])[1]):
        assert company["device.frauds.all"] == 1


def test_a_mark_counts_from_just_after_its_confirmation(graph):
    known = START + timedelta(hours=2)
    marked = node("a", START, device="d1")
    graph.project([marked], [Mark(marked, known, is_fraud=True)], 1)
    asked = [node("b", known, device="d1"), node("c", known + MICROSECOND, device="d1")]
    assert [c["device.frauds.all"] for c in graph.around(asked)] == [0, 1]


def test_a_number_has_one_token_as_sim_and_as_contact_phone(graph):
    sim = node("a", START, "h1", sim="n1")
    account = node("b", START + MICROSECOND, "h2", phone="n1")
    graph.project([sim], [], 1)
    (company,) = graph.around([account])
    assert company["phone_as_sim.holders.all"] == 1
    assert company["phone.registrations.all"] == 0
    assert np.isnan(company["sim.registrations.all"])


def test_what_a_registration_lacks_has_no_value_and_what_is_alone_counts_nothing(graph):
    (company,) = graph.around([node("a", START, phone="n1")])
    assert np.isnan(company["device.registrations.all"])
    assert company["phone.registrations.all"] == 0
    assert np.isnan(company["phone.gap_hours.all"])


def test_nobody_asks_and_an_empty_book_has_no_rows(graph):
    assert graph.around([]) == []
    assert History({}).around([]) == []

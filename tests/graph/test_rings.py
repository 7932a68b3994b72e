"""Rings: who belongs together, who does not, and what a ring is called."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.registration import Institution, Kind, RegistrationId
from graph.attributes import Attribute, Node, Tokens
from graph.rings import Rules, find, reached, ring_of_token

START = datetime(2026, 3, 1, tzinfo=UTC)


def node(i: int, holder: str = "", **tokens: str) -> Node:
    """The registration of one more holder, `i` minutes later."""
    holder = holder or f"holder {i}"
    return Node(
        registration_id=RegistrationId(f"r{i:03}"),
        institution=Institution("A"),
        registered_at=START + timedelta(minutes=i),
        kind=Kind.BANK_ACCOUNT,
        holder=holder,
        family="f",
        verified=True,
        tokens={Attribute.HOLDER: holder} | {Attribute(a): t for a, t in tokens.items()},
    )


def gang(size: int, *, start: int = 0, name: str = "g") -> list[Node]:
    """Mules in a chain: each shares a phone with one neighbour, a device with the other."""
    return [
        node(start + i, phone=f"{name}p{i // 2}", device=f"{name}d{(i + 1) // 2}")
        for i in range(size)
    ]


def keyed(some: Node) -> Node:
    """The same with tokens as a key gives them: the live graph stores their bytes."""
    tokens = Tokens(b"a key of sixteen")
    return replace(
        some,
        holder=tokens.token("holder", some.holder, 8),
        family=tokens.token("family", some.family, 8),
        tokens={a: tokens.token("value", t) for a, t in some.tokens.items()},
    )


def risks(nodes: list[Node], risk: float) -> dict:
    return {n.key: risk for n in nodes}


def members(ring) -> list[str]:
    return [n.registration_id for n in ring.members]


def test_a_chain_of_shared_values_is_one_ring_and_named_after_its_first_member():
    nodes = gang(7, start=4)
    (ring,) = find(nodes, risks(nodes, 0.9))
    assert members(ring) == [n.registration_id for n in nodes]
    assert ring.risk == pytest.approx(0.9)
    (same_first,) = find(nodes[:4], risks(nodes, 0.4))
    assert same_first.ring_id == ring.ring_id
    (other_first,) = find(nodes[1:], risks(nodes, 0.9))
    assert other_first.ring_id != ring.ring_id


def test_the_name_of_a_ring_can_stand_in_an_address_whatever_its_members_are_called():
    nodes = [replace(n, registration_id=RegistrationId(f"/ố? {i}")) for i, n in enumerate(gang(5))]
    (ring,) = find(nodes, risks(nodes, 0.9))
    assert re.fullmatch("[A-Za-z0-9-]+", ring.ring_id)


@pytest.mark.parametrize("size", [7, 300])  # the second is split into communities
def test_the_order_of_the_nodes_changes_nothing(size):
    nodes = gang(size) + gang(5, start=size + 10, name="h")
    expected = find(nodes, risks(nodes, 0.5))
    assert expected
    for seed in range(3):
        shuffled = random.Random(seed).sample(nodes, len(nodes))
        assert find(shuffled, risks(shuffled, 0.5)) == expected


def test_the_key_of_the_tokens_changes_nothing_but_the_tokens():
    nodes = gang(300)
    other = gang(300, name="of another key ")
    found, again = (find(n, risks(n, 0.5)) for n in (nodes, other))
    assert [(r.ring_id, members(r), r.risk) for r in found] == [
        (r.ring_id, members(r), r.risk) for r in again
    ]


def test_a_large_group_is_split_and_none_is_in_two_rings():
    nodes = gang(300)
    rings = find(nodes, risks(nodes, 0.5))
    assert len(rings) > 1
    everybody = [m for r in rings for m in members(r)]
    assert len(everybody) == len(set(everybody))


def test_a_value_that_many_honest_people_share_ties_nobody():
    """An office's phone, though something speaks against a few of its users."""
    staff = [node(i, phone="office") for i in range(40)]
    some = staff[::8]
    honest = risks(staff, 0.01)
    assert find(staff, honest | risks(some, 0.9)) == []
    (ring,) = find(staff, honest | risks(staff[20:25], 0.9))  # five in a row, who share it at once
    assert members(ring) == [n.registration_id for n in staff[20:25]]


@pytest.mark.parametrize("attribute", ["agent", "tablet", "network"])
def test_a_desk_ties_on_the_night_of_its_suspects_and_on_no_other_day(attribute):
    year = [node(i * 24 * 60, **{attribute: "desk"}) for i in range(200)]
    night = [node(150 * 24 * 60 + i, **{attribute: "desk"}) for i in range(1, 13)]
    everybody = [*year, *night]
    quiet = risks(everybody, 0.01)
    assert find(everybody, quiet | risks(year[::20], 0.9)) == []
    (ring,) = find(everybody, quiet | risks(year[::20], 0.9) | risks(night, 0.6))
    assert {n.registration_id for n in night} <= set(members(ring))
    assert len(ring.members) <= len(night) + 1  # whoever came that week, none of another


def test_a_device_in_its_owners_hand_is_no_tablet_at_a_desk():
    """One old use at a shop's desk changes nothing of what it ties since."""
    mules = [node(i * 20 * 24 * 60, device="d") for i in range(1, 5)]
    at_a_desk = node(0, tablet="d")
    risk = risks(mules, 0.9) | risks([at_a_desk], 0.001)
    (ring,) = find([at_a_desk, *mules], risk)
    assert members(ring) == [n.registration_id for n in mules]
    assert [t.attribute for t in ring.ties] == [Attribute.DEVICE]
    assert ring_of_token([ring]) == {"d": ring.ring_id}


def test_a_number_as_sim_and_as_contact_phone_is_one_value():
    users = [node(0, sim="n"), node(1, phone="n"), node(2, phone="n")]
    (ring,) = find(users, risks(users, 0.9))
    assert len(ring.members) == 3


def test_a_neighbourhood_of_addresses_ties_nobody():
    nodes = [node(i, subnet="same") for i in range(9)]
    assert find(nodes, risks(nodes, 0.9)) == []


def test_two_are_a_ring_only_where_much_speaks_against_many_registrations():
    two = [node(i, holder=f"h{i % 2}", phone="p") for i in range(6)]
    assert len(find(two, risks(two, 0.6))) == 1
    assert find(two, risks(two, 0.3)) == []
    assert find(two[:3], risks(two, 0.6)) == []


def test_one_person_who_heads_many_firms_is_a_ring():
    firms = [node(i, holder="one", organisation=f"firm {i}") for i in range(5)]
    assert len(find(firms, risks(firms, 0.6))) == 1


def test_a_number_that_came_to_others_after_a_long_silence_ties_them_to_nobody():
    before = [node(i, phone="p") for i in range(3)]
    after = [node(200 * 24 * 60 + i, phone="p") for i in range(3)]
    rings = find([*before, *after], risks([*before, *after], 0.9))
    assert sorted(members(r) for r in rings) == [
        [n.registration_id for n in some] for some in (before, after)
    ]


def test_the_evidence_names_the_value_and_the_members_that_it_ties():
    nodes = gang(5)
    (ring,) = find(nodes, risks(nodes, 0.9))
    tie = next(t for t in ring.ties if t.token.endswith("p1"))
    assert (tie.attribute, tie.members) == (Attribute.PHONE, (nodes[2].key, nodes[3].key))
    assert all(len(t.members) > 1 for t in ring.ties)
    assert ring.first_seen == nodes[0].registered_at
    assert (ring.holders, ring.accounts, ring.tier) == (5, 5, 0)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.floats(0, 1)), max_size=40))
def test_every_ring_hangs_together_by_its_ties_and_holds_nobody_twice(drawn):
    nodes = [node(i, phone=f"p{p}", device=f"d{d}") for i, (p, d, _) in enumerate(drawn)]
    risk = {n.key: r for n, (_, _, r) in zip(nodes, drawn, strict=True)}
    rings = find(nodes, risk)
    everybody = [n.key for r in rings for n in r.members]
    assert len(everybody) == len(set(everybody))
    for ring in rings:
        graph = nx.Graph()
        graph.add_nodes_from(n.key for n in ring.members)
        for tie in ring.ties:
            nx.add_path(graph, tie.members)
        assert set(graph) == {n.key for n in ring.members}
        assert nx.is_connected(graph)
        assert min(risk[key] for key in graph) >= Rules().suspicious


def test_a_family_is_no_ring():
    """One family name, one phone, one address, and nothing that speaks against them."""
    family = [node(i, phone="home", address="home", device="tablet") for i in range(5)]
    assert find(family, risks(family, 0.01)) == []


def test_honest_neighbours_of_a_ring_are_no_members():
    bad = [node(i, phone="p") for i in range(4)]
    aunt = node(9, phone="p")
    (ring,) = find([*bad, aunt], risks(bad, 0.8) | {aunt.key: 0.001})
    assert members(ring) == [n.registration_id for n in bad]


def test_one_holder_alone_is_no_ring_however_many_accounts():
    nodes = [node(i, holder="one", phone="p") for i in range(9)]
    assert find(nodes, risks(nodes, 0.9)) == []


def test_who_has_no_risk_yet_is_no_member():
    nodes = gang(5)
    assert find(nodes, {}) == []
    assert find([], {}) == []


def test_the_stronger_ring_comes_first():
    mild, grave = gang(5), gang(5, start=50, name="h")
    rings = find([*mild, *grave], risks(mild, 0.3) | risks(grave, 0.9))
    assert [r.members[0].registration_id for r in rings] == ["r050", "r000"]


def test_a_newcomer_reaches_a_ring_by_its_glue_alone():
    nodes = [node(i, phone="p", device=f"d{i}") for i in range(4)]
    rings = find(nodes, risks(nodes, 0.9))
    leads = ring_of_token(rings)
    assert reached(node(50, phone="p"), leads) == rings[0].ring_id
    assert reached(node(51, device="d1"), leads) is None  # one member's own
    assert reached(node(52, agent="p"), leads) is None  # public


def test_most_attributes_decide_which_ring_is_reached_and_ties_go_to_the_smaller_id():
    one, two = gang(4), gang(4, start=20, name="h")
    leads = ring_of_token(find([*one, *two], risks([*one, *two], 0.9)))
    first, second = leads["gp0"], leads["hd1"]
    assert first != second
    assert reached(node(60, phone="gp0", device="hd1"), leads) == min(first, second)
    assert reached(node(61, phone="hp0", device="hd1", sim="gp0"), leads) == second
    assert reached(node(62, phone="gp0", device="hd1", sim="gp1"), leads) == first


def test_the_live_graph_answers_the_ring_of_the_last_run_and_to_nobody_before_it(graph):
    nodes = [keyed(node(i, phone="p")) for i in range(4)]
    rings = find(nodes, risks(nodes, 0.9))
    newcomer = keyed(node(2 * 24 * 60, phone="p"))
    assert graph.around([newcomer])[0].ring_id is None
    assert graph.last_rings() is None
    graph.set_rings(datetime(2026, 3, 2, tzinfo=UTC), ring_of_token(rings))
    assert graph.last_rings() == datetime(2026, 3, 2, tzinfo=UTC)
    answers = graph.around([newcomer, nodes[0], keyed(node(3_000, phone="q"))])
    assert [c.ring_id for c in answers] == [rings[0].ring_id, None, None]
    graph.set_rings(datetime(2026, 3, 3, tzinfo=UTC), {})
    assert graph.around([newcomer])[0].ring_id is None

"""Rings: who belongs together, who does not, and what a ring is called."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from features.registration import Institution, Kind, RegistrationId
from graph.attributes import Attribute, Node
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


def test_a_value_that_very_many_share_ties_nobody():
    """An office's phone, though something speaks against each of its users."""
    nodes = [node(i, phone="office") for i in range(Rules().most_holders + 1)]
    assert find(nodes, risks(nodes, 0.9)) == []
    assert len(find(nodes[1:], risks(nodes, 0.9))) == 1


@pytest.mark.parametrize("attribute", ["agent", "tablet", "network", "subnet", "document"])
def test_a_public_value_ties_nobody(attribute):
    nodes = [node(i, **{attribute: "same"}) for i in range(9)]
    assert find(nodes, risks(nodes, 0.9)) == []


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
    nodes = [node(i, phone="p") for i in range(4)]
    rings = find(nodes, risks(nodes, 0.9))
    newcomer = node(2 * 24 * 60, phone="p")
    assert graph.around([newcomer])[0].ring_id is None
    assert graph.rings_day() is None
    graph.set_rings(date(2026, 3, 2), ring_of_token(rings))
    assert graph.rings_day() == date(2026, 3, 2)
    answers = graph.around([newcomer, nodes[0], node(3_000, phone="q")])
    assert [c.ring_id for c in answers] == [rings[0].ring_id, None, None]
    graph.set_rings(date(2026, 3, 3), {})
    assert graph.around([newcomer])[0].ring_id is None

"""Laws of lineage: an id goes with its members, and the steps tell all that happened."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.registration import Institution, Kind, RegistrationId
from graph.attributes import Attribute, Node
from graph.lineage import Happening, Known, follow, remembered, survival
from graph.rings import Ring, find

START = datetime(2026, 3, 1, tzinfo=UTC)


def node(i: int, ring: int = 0) -> Node:
    return Node(
        registration_id=RegistrationId(f"r{i:03}"),
        institution=Institution("A"),
        registered_at=START + timedelta(minutes=i),
        kind=Kind.BANK_ACCOUNT,
        holder=f"holder {i}",
        family="f",
        verified=True,
        tokens={Attribute.PHONE: f"phone of {ring}"},
    )


def found(*groups: str | frozenset[int]) -> list[Ring]:
    """What `find` finds where each group shares a phone; a group may be written `abc`."""
    numbered = [{ord(m) for m in g} if isinstance(g, str) else g for g in groups]
    nodes = [node(i, ring) for ring, group in enumerate(numbered) for i in group]
    rings = find(nodes, {n.key: 0.9 for n in nodes})
    assert len(rings) == len(groups)
    return rings


def members(rings: list[Ring]) -> dict[str, frozenset]:
    return {ring.ring_id: frozenset(n.key for n in ring.members) for ring in rings}


def alive(memory) -> dict[str, frozenset]:
    return {ring_id: known.members for ring_id, known in memory.items() if known.alive}


def through(runs):
    """Each run's rings under their lasting ids, the steps, and the memory after it."""
    memory, history = {}, []
    for groups in runs:
        rings, steps = follow(memory, found(*groups))
        memory = remembered(memory, steps)
        history.append((rings, steps, memory))
    return history


@st.composite
def partitions(draw):
    """Up to twenty-four registrations, each in one of four rings or in none; rings of three on."""
    at = draw(st.lists(st.integers(0, 5), min_size=24, max_size=24))
    groups = [frozenset(i for i, ring in enumerate(at) if ring == r) for r in range(4)]
    return [group for group in groups if len(group) >= 3]


books = st.lists(partitions(), min_size=1, max_size=7)


@given(books)
def test_the_steps_alone_rebuild_every_run(runs):
    told = {}
    for rings, steps, memory in through(runs):
        told = remembered(told, steps)
        assert told == memory
        assert alive(told) == members(rings)


@given(books)
def test_the_ancestry_told_is_the_one_that_the_members_show(runs):
    """Whoever shares members with a ring of the run before descends from it; nobody else does."""
    history = [({}, [], {}), *through(runs)]
    for (_, _, before), (_, steps, after) in pairwise(history):
        was, now = alive(before), alive(after)
        seen = {r: tuple(sorted(o for o in was if o != r and was[o] & now[r])) for r in now}
        told = {s.ring_id: s.parents for s in steps if s.happening is not Happening.ENDED}
        assert told == seen
        ended = {s.ring_id for s in steps if s.happening is Happening.ENDED}
        assert ended == was.keys() - now.keys()


@given(books)
def test_no_id_is_carried_twice_or_given_to_strangers(runs):
    """Of one id the memberships of two runs never lie apart, however many runs between."""
    held = {}
    for rings, _, _ in through(runs):
        now = members(rings)
        assert len(now) == len(rings)
        for ring_id, keys in now.items():
            assert keys & held.get(ring_id, keys)
        held |= now


@given(books)
def test_an_id_goes_with_most_of_its_members(runs):
    """Unless the earlier ring's id went to one that holds as many of them or more."""
    history = [([], [], {}), *through(runs)]
    for (_, _, before), (_, _, after) in pairwise(history):
        was, now = alive(before), alive(after)
        for ring_id, keys in now.items():
            shared = {old: len(keys & was[old]) for old in was if keys & was[old]}
            if shared and shared.get(ring_id, 0) < (most := max(shared.values())):
                nearest = [old for old, count in shared.items() if count == most]
                assert all(len(now[o] & was[o]) >= most for o in nearest)


@given(books, st.randoms(use_true_random=False))
def test_the_order_of_what_is_given_changes_nothing(runs, chance):
    memory = {}
    for groups in runs:
        rings = found(*groups)
        named, steps = follow(memory, rings)
        shuffled = chance.sample(rings, len(rings))
        mixed = dict(chance.sample(sorted(memory.items()), len(memory)))
        again, same_steps = follow(mixed, shuffled)
        assert same_steps == steps
        assert members(again) == members(named)
        memory = remembered(memory, steps)


@given(partitions())
def test_where_nothing_changes_all_are_kept(groups):
    *_, (rings, steps, _) = through([groups, groups])
    assert {s.happening for s in steps} <= {Happening.KEPT}
    assert members(rings) == members(through([groups])[0][0])


@pytest.mark.parametrize(
    ("runs", "happenings", "note"),
    [
        ([["abcd"]], {"a": "born"}, "nobody was in a ring"),
        ([["abcd"], ["abcd"]], {"a": "kept"}, ""),
        ([["abcd"], ["abcde"]], {"a": "grew"}, ""),
        ([["bcde"], ["abcde"]], {"b": "grew"}, "an earlier first member changes no id"),
        ([["abcd"], ["bcd"]], {"a": "shrank"}, "nor does the loss of the first"),
        ([["abcd"], ["abce"]], {"a": "changed"}, ""),
        ([["abcd"], []], {"a": "ended"}, ""),
        ([["abcd", "efg"], ["abcdefg"]], {"a": "merged", "e": "ended"}, ""),
        ([["abc", "efgh"], ["abcefgh"]], {"a": "ended", "e": "merged"}, "the larger goes on"),
        (
            [["abc", "efg"], ["abcefg"]],
            {"e": "merged", "a": "ended"},
            "else the smaller id, a hash",
        ),
        ([["abcdefg"], ["abcd", "efg"]], {"a": "shrank", "e": "split"}, ""),
        ([["abcdefg"], ["abc", "defg"]], {"a": "shrank", "a'": "split"}, "the id was another's"),
        ([["abcd"], [], ["abcd"]], {"a": "returned"}, ""),
        ([["abcd"], [], [], ["cde"]], {"a": "returned"}, "half of them is enough"),
        ([["abcd"], [], ["aef"]], {"a'": "born"}, "a quarter is not; and no id is used again"),
        ([["abcd", "fgh"], ["abcd"], ["abc", "dfg"]], {"a": "shrank", "f": "returned"}, ""),
        ([["abcdef"], ["abcd", "efg"]], {"a": "shrank", "e": "split"}, ""),
        ([["abcd", "efgh"], ["abc", "defgh"]], {"a": "shrank", "e": "grew"}, "one changed sides"),
    ],
)
def test_what_happens_to_a_ring_has_a_name(runs, happenings, note):
    """Ids are those of the first members; `a'` is what follows from the id of `a`."""
    first = {m: found(f"{m}yz")[0].ring_id for m in "abcdefgh"}
    (derived,) = (r.ring_id for r in follow({first["a"]: Known(frozenset())}, found("ayz"))[0])
    names = {ring_id: m for m, ring_id in first.items()} | {derived: "a'"}
    assert derived not in first.values()
    *_, (_, steps, _) = through(runs)
    assert {names[s.ring_id]: s.happening.value for s in steps} == happenings


def test_a_merger_names_all_whose_members_it_has():
    *_, (_, steps, _) = through([["abcd", "efg", "hij"], ["abcdefghij"]])
    parents = tuple(sorted(found(g)[0].ring_id for g in ("efg", "hij")))
    assert [s.parents for s in steps if s.happening is Happening.MERGED] == [parents]


def test_who_survives_is_counted_over_all_runs():
    steps = [s for _, s, _ in through([["abcd", "efg"], ["abcd", "efgh"], ["abcdefgh"], []])]
    assert survival(steps) == pytest.approx(3 / 5)
    assert survival(steps[:1]) is None
    assert survival([]) is None


def test_thirty_days_of_a_growing_book_keep_their_ids():
    """Whatever the first member, a ring that grows by one a day is one ring."""
    days = random.Random(7).sample(range(30), 30)
    runs = [[frozenset(days[: n + 3]), frozenset(range(50, 54 + n))] for n in range(27)]
    assert survival(s for _, s, _ in through(runs)) == 1.0

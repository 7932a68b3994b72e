"""Rings: groups of suspicious registrations that private attributes tie together.

A ring is looked for among registrations that something already speaks against, tied by values
that strangers do not share. A value that very many holders share (an office, a promotion) ties
nobody; a group too large for one ring is split into communities.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import networkx as nx
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from features.registration import Kind
from graph.attributes import Attribute, Key, Node

PRIVATE = frozenset(
    {
        Attribute.HOLDER,
        Attribute.PHONE,
        Attribute.SIM,
        Attribute.DEVICE,
        Attribute.EMAIL,
        Attribute.ADDRESS,
        Attribute.FACE,
        Attribute.ORGANISATION,
    }
)
"""Attributes that are one person's or one household's own."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What makes a ring; all measured on simulated worlds and on labels, none on anyone's word.

    `suspicious` is the risk from which a registration may be a member, `risky` the mean risk a
    ring must have, `holders` how many different holders, `most_holders` from how many suspicious
    holders on a value ties nobody, `largest` the size above which a group is split.
    """

    suspicious: float = 0.05
    risky: float = 0.2
    holders: int = 3
    most_holders: int = 60
    largest: int = 80


TIERS = (200, 50, 20, 10)
"""Accounts from which the law is harder: Decree 340/2025 Art. 30 (10), Criminal Code Art. 291."""


@dataclass(frozen=True, slots=True)
class Tie:
    """A value that members share: the evidence that they belong together.

    `members` are keys in the order of the world, at least two.
    """

    attribute: Attribute
    token: str
    members: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Ring:
    """A lasting object: its id comes from its first member's key, never from a token.

    `members` are in the order of the world; `risk` is the mean calibrated risk of the members.
    """

    ring_id: str
    members: tuple[Node, ...]
    ties: tuple[Tie, ...]
    risk: float

    @property
    def glue(self) -> frozenset[str]:
        """The tokens that tie members."""
        return frozenset(tie.token for tie in self.ties)

    @property
    def first_seen(self) -> datetime:
        """When its first member registered."""
        return self.members[0].registered_at

    @property
    def holders(self) -> int:
        """How many different holders its members name."""
        return len({node.holder for node in self.members})

    @property
    def accounts(self) -> int:
        """How many of its members are bank accounts."""
        return sum(node.kind is Kind.BANK_ACCOUNT for node in self.members)

    @property
    def tier(self) -> int:
        """The number of accounts from which the law is harder that it has reached, 0 below all."""
        return next((tier for tier in TIERS if self.accounts >= tier), 0)


def find(
    nodes: Sequence[Node],
    risk: Mapping[Key, float],
    rules: Rules = Rules(),  # frozen
) -> list[Ring]:
    """The rings among `nodes`, strongest first, whatever the order of the nodes.

    Args:
        nodes: everything known at the moment of the ring run.
        risk: calibrated risk by registration key; who has none is no member.
        rules: what makes a ring.
    """
    suspects = sorted(
        (n for n in nodes if risk.get(n.key, 0.0) >= rules.suspicious), key=lambda n: n.order
    )
    groups = _split(suspects, _components(suspects, _ties(suspects, rules)), rules)
    rings = [_ring([suspects[i] for i in g], risk) for g in groups]
    kept = [r for r in rings if r.risk >= rules.risky and r.holders >= rules.holders]
    return sorted(kept, key=lambda r: (-r.risk * len(r.members), r.ring_id))


def ring_of_token(rings: Iterable[Ring]) -> dict[str, str]:
    """The ring that a token leads to; of several the strongest, which `find` puts first."""
    found: dict[str, str] = {}
    for ring in rings:
        for node in ring.members:
            for attribute, token in node.tokens.items():
                if attribute in PRIVATE and token in ring.glue:
                    found.setdefault(token, ring.ring_id)
    return found


def reached(node: Node, ring_of: Mapping[str, str]) -> str | None:
    """The ring that most of a node's private attributes lead to; ties go to the smaller id."""
    votes: dict[str, int] = defaultdict(int)
    for attribute, token in node.tokens.items():
        if attribute in PRIVATE and token in ring_of:
            votes[ring_of[token]] += 1
    return min(votes, key=lambda r: (-votes[r], r), default=None)


def _by_token(nodes: Sequence[Node]) -> dict[str, list[int]]:
    """Which nodes hold each private token, in order."""
    held: dict[str, list[int]] = defaultdict(list)
    for i, node in enumerate(nodes):
        # Once each, and in a steady order: that of a set would change with the tokens' key, and
        # the communities of a large group with it.
        for token in dict.fromkeys(t for a, t in node.tokens.items() if a in PRIVATE):
            held[token].append(i)
    return held


def _ties(nodes: Sequence[Node], rules: Rules) -> list[list[int]]:
    """Groups of nodes that share a private value, public ones left out."""
    return [
        held
        for held in _by_token(nodes).values()
        if len(held) > 1 and len({nodes[i].holder for i in held}) <= rules.most_holders
    ]


def _components(nodes: Sequence[Node], ties: Sequence[Sequence[int]]) -> list[list[int]]:
    """Connected components of at least two nodes, each in order."""
    pairs = np.array([p for held in ties for p in pairwise(held)], dtype=np.int64).reshape(-1, 2)
    size = len(nodes)
    matrix = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(size, size))
    _, label = connected_components(matrix, directed=False)
    groups: dict[int, list[int]] = defaultdict(list)
    for i, component in enumerate(label):
        groups[int(component)].append(i)
    return [g for g in groups.values() if len(g) > 1]


def _split(nodes: Sequence[Node], groups: Sequence[list[int]], rules: Rules) -> list[list[int]]:
    """Groups as they are, or their communities where they are too large for one ring."""
    out: list[list[int]] = []
    for group in groups:
        if len(group) <= rules.largest:
            out.append(group)
            continue
        graph = nx.Graph()
        graph.add_nodes_from(group)
        for held in _ties([nodes[i] for i in group], rules):
            for a, b in pairwise(held):
                x, y = group[a], group[b]
                weight = graph.get_edge_data(x, y, {"weight": 0})["weight"]
                graph.add_edge(x, y, weight=weight + 1)
        communities = nx.community.louvain_communities(graph, seed=0)
        out += [sorted(c) for c in communities if len(c) > 1]
    return out


def _ring(members: Sequence[Node], risk: Mapping[Key, float]) -> Ring:
    held = _by_value(members)
    ties = tuple(
        Tie(attribute, token, tuple(members[i].key for i in places))
        for (attribute, token), places in held.items()
        if len(places) > 1
    )
    mean = sum(risk[n.key] for n in members) / len(members)
    return Ring(_ring_id(members[0].key), tuple(members), ties, mean)


def _by_value(members: Sequence[Node]) -> dict[tuple[Attribute, str], list[int]]:
    """Which members hold each private value; a number's use as SIM and as contact is one value."""
    held: dict[str, list[int]] = {}
    named: dict[str, Attribute] = {}
    for i, node in enumerate(members):
        for attribute, token in node.tokens.items():
            if attribute in PRIVATE:
                named.setdefault(token, attribute)
                places = held.setdefault(token, [])
                if not places or places[-1] != i:
                    places.append(i)
    return {(named[token], token): places for token, places in held.items()}


def _ring_id(first: Key) -> str:
    """From the first member's key, hashed: one institution's keys are no other's business."""
    return "R-" + hashlib.sha256("\x1f".join(first).encode()).hexdigest()[:12]

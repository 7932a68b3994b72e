"""Rings: groups of registrations that shared values tie together, and that risk speaks against.

What ties is measured, not listed. A value ties those who hold it where risk is concentrated among
them: the telephone of ten rented accounts does, a dormitory, a dealer's tablet or a carrier's
address does not, however many suspects are among its customers. On the nights when a dealer's
suspects stand close together his tablet does tie them.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import networkx as nx
import numpy as np
from numpy.typing import NDArray
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

_SECONDS_A_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Bond:
    """When an attribute ties those who hold one value of it.

    `concentrated` is the mean risk that all who hold it must have, from the first suspect to the
    last; `silence` the days without one after which a later use is another; `fewest` how many
    suspects it takes. Suspects alone are tied: an aunt who lent her telephone is no member.
    """

    concentrated: float
    silence: float
    fewest: int = 2


_OWN = Bond(concentrated=0.2, silence=90)
_HOME = Bond(concentrated=0.4, silence=90)
"""Flats, dormitories and offices hold strangers, so an address must speak louder."""
_DESK = Bond(concentrated=0.2, silence=7, fewest=3)
"""Serves everybody: counted are the days on which its suspects stand close together."""
_SELF = Bond(concentrated=0.0, silence=30)
"""One person's suspicious registrations of one time; his honest ones of another year are not."""

BONDS: dict[Attribute, Bond] = {
    Attribute.HOLDER: _SELF,
    Attribute.DOCUMENT: _OWN,
    Attribute.PHONE: _OWN,
    Attribute.SIM: _OWN,
    Attribute.DEVICE: _OWN,
    Attribute.FACE: _OWN,
    Attribute.ORGANISATION: _OWN,
    Attribute.EMAIL: _OWN,
    Attribute.ADDRESS: _HOME,
    Attribute.AGENT: _DESK,
    Attribute.TABLET: _DESK,
    Attribute.NETWORK: _DESK,
}


@dataclass(frozen=True, slots=True)
class Rules:
    """What makes a ring; all measured on simulated worlds, none on anyone's word.

    `suspicious` is the risk from which a registration may be a member, `risky` the mean risk a
    ring must have, `parties` how many different persons and firms it must name. Two are enough
    from `pair_size` members of `pair_risk` on. A group above `largest` is split into communities,
    fewer and larger ones the smaller `resolution`; one that a single value holds together stays whole.
    """

    suspicious: float = 0.05
    risky: float = 0.2
    parties: int = 3
    pair_size: int = 4
    pair_risk: float = 0.4
    largest: int = 40
    resolution: float = 0.05


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

    `members` are in the order of the world; `risk` is the mean of their calibrated risks: the share
    of them that is expected to be fraud, had their ties told nothing that each risk does not hold.
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
    def erased(self) -> frozenset[Key]:
        """Members whose data is erased: without a value to share nobody had become one."""
        return frozenset(node.key for node in self.members if not node.tokens)

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
        risk: calibrated risk by registration key; who has none is left out.
        rules: what makes a ring.
    """
    judged = sorted((n for n in nodes if n.key in risk), key=lambda n: n.order)
    return Finder(judged).rings(np.array([risk[n.key] for n in judged]), rules)


class Finder:
    """Registrations in the order of the world and the values they hold; made once, searched often."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._nodes = nodes
        self._at = np.array([n.registered_at.timestamp() for n in nodes])
        count = [sum(a in _PLACE for a in n.tokens) for n in nodes]
        # A value stands for its token by 64 bits: two of ten million meet once in 10^5 books.
        held = (_value(a, t) for n in nodes for a, t in n.tokens.items() if a in _PLACE)
        kinds = np.dtype([("attribute", np.int8), ("value", np.int64)])
        entries = np.fromiter(held, kinds, sum(count))
        _, group, holders = np.unique(entries["value"], return_inverse=True, return_counts=True)
        shared = np.flatnonzero(holders[group] > 1)
        order = shared[np.argsort(group[shared], kind="stable")]
        self._node = np.repeat(np.arange(len(nodes)), count)[order]
        self._entry = entries[order]
        self._group = group[order]
        self._groups = len(holders)

    def rings(
        self,
        risk: NDArray[np.float64],
        rules: Rules = Rules(),  # frozen
        before: int | None = None,
    ) -> list[Ring]:
        """The rings among the first `before` registrations, strongest first.

        Args:
            risk: calibrated, of shape (number of registrations,).
            rules: what makes a ring.
            before: how many of the book's registrations are known; None for all.
        """
        known = len(self._nodes) if before is None else before
        bound = list(self._bound(risk, rules, known))
        groups = _communities(_components(bound), rules)
        rings = [r for g in groups if (r := self._ring(g, risk, rules)) is not None]
        return sorted(rings, key=lambda r: (-r.risk * len(r.members), r.ring_id))

    def _bound(self, risk: NDArray[np.float64], rules: Rules, known: int) -> Iterator[_Bound]:
        """Who is tied by one value in one time."""
        for attribute, value, held in self._shared(risk[:known] >= rules.suspicious, known):
            bond = BONDS[attribute]
            for part in self._apart(held[risk[held] >= rules.suspicious], bond.silence):
                if len(part) < bond.fewest:
                    continue
                first, last = np.searchsorted(held, part[[0, -1]])
                if risk[held[first : last + 1]].mean() >= bond.concentrated:
                    yield _Bound(attribute, value, part)

    def _shared(
        self, suspect: NDArray[np.bool_], known: int
    ) -> Iterator[tuple[Attribute, int, NDArray[np.int64]]]:
        """Every value that two suspects hold: its attribute, and all who hold it, in order."""
        there = self._node < known
        suspects = self._group[there][suspect[self._node[there]]]
        wanted = np.bincount(suspects, minlength=self._groups) > 1
        chosen = np.flatnonzero(there & wanted[self._group])
        starts = np.flatnonzero(np.diff(self._group[chosen])) + 1
        for part in np.split(chosen, starts) if len(chosen) else ():
            held = np.unique(self._node[part])  # a number may be SIM and contact phone of one
            attribute, value = self._entry[part[0]].tolist()
            yield _ATTRIBUTES[attribute], value, held

    def _apart(self, held: NDArray[np.int64], silence: float) -> list[NDArray[np.int64]]:
        """Cut where nobody came for longer than `silence` days."""
        gaps = np.diff(self._at[held]) > silence * _SECONDS_A_DAY
        return np.split(held, np.flatnonzero(gaps) + 1)

    def _ring(self, group: _Group, risk: NDArray[np.float64], rules: Rules) -> Ring | None:
        """The group as a ring, None where its members are too few or too harmless."""
        members = tuple(self._nodes[i] for i in group.members)
        mean = float(risk[group.members].mean())
        parties = {n.holder for n in members} | {
            n.tokens[Attribute.ORGANISATION] for n in members if Attribute.ORGANISATION in n.tokens
        }
        pair = len(members) >= rules.pair_size and mean >= rules.pair_risk
        if mean < rules.risky or len(parties) < (2 if pair else rules.parties):
            return None
        ties = tuple(self._tie(bound) for bound in group.bound)
        return Ring(_ring_id(members[0].key), members, ties, mean)

    def _tie(self, bound: _Bound) -> Tie:
        tied = [self._nodes[i] for i in bound.nodes]
        token = next(
            t for a, t in tied[0].tokens.items() if a in _PLACE and _value(a, t)[1] == bound.value
        )
        return Tie(bound.attribute, token, tuple(n.key for n in tied))


@dataclass(frozen=True, slots=True)
class _Bound:
    """Nodes, by their place and in order, that one value ties in one time."""

    attribute: Attribute
    value: int
    nodes: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Group:
    """Members by their place and in order, and what ties them."""

    members: list[int]
    bound: list[_Bound]


_ATTRIBUTES = tuple(BONDS)
_PLACE = {attribute: i for i, attribute in enumerate(_ATTRIBUTES)}
_PLACE[Attribute.SIM] = _PLACE[Attribute.PHONE]  # one number, however it is used


def _value(attribute: Attribute, token: str) -> tuple[int, int]:
    """Attribute and value as numbers; a device in its owner's hand is no tablet at a desk."""
    place = _PLACE[attribute]
    return place, hash((place, token))


def _components(bound: Sequence[_Bound]) -> list[_Group]:
    """What is tied together, however long the chain."""
    pairs = [np.column_stack((b.nodes[:-1], b.nodes[1:])) for b in bound]
    tied, ends = np.unique(
        np.concatenate([np.empty((0, 2), np.int64), *pairs]), return_inverse=True
    )
    one, other = ends.reshape(-1, 2).T
    matrix = coo_array((np.ones(len(one)), (one, other)), shape=(len(tied), len(tied)))
    found = connected_components(matrix, directed=False)[1]
    label = dict(zip(tied.tolist(), found.tolist(), strict=True))
    groups: dict[int, _Group] = defaultdict(lambda: _Group([], []))
    for node, group in label.items():
        groups[group].members.append(node)
    for b in bound:
        groups[label[int(b.nodes[0])]].bound.append(b)
    return list(groups.values())


def _communities(groups: Sequence[_Group], rules: Rules) -> list[_Group]:
    """Groups as they are, or their communities where they are too large for one ring."""
    out: list[_Group] = []
    for group in groups:
        out += [group] if len(group.members) <= rules.largest else _split(group, rules)
    return out


def _split(group: _Group, rules: Rules) -> list[_Group]:
    """Communities of members and of the values that tie them, both being vertices."""
    # Vertices are numbered in the order of the world: that of tokens would change with their key.
    bound = sorted(group.bound, key=lambda b: (b.nodes.tolist(), b.attribute))
    graph = nx.Graph()
    graph.add_nodes_from(group.members)
    for i, b in enumerate(bound):
        graph.add_edges_from((-1 - i, node) for node in b.nodes.tolist())
    found = nx.community.louvain_communities(graph, resolution=rules.resolution, seed=0)
    label = {v: i for i, community in enumerate(found) for v in community}
    inside = []
    for b in bound:
        where = np.array([label[v] for v in b.nodes.tolist()])
        parts = (b.nodes[where == i] for i in np.unique(where))
        inside += [replace(b, nodes=part) for part in parts if len(part) > 1]
    # A community may hang together by a value that it does not hold: it falls apart.
    return _components(inside)


def ring_of_token(rings: Iterable[Ring]) -> dict[str, str]:
    """The ring that a private token leads to; of several the strongest, which `find` puts first."""
    found: dict[str, str] = {}
    for ring in rings:
        for tie in ring.ties:
            if tie.attribute in PRIVATE:
                found.setdefault(tie.token, ring.ring_id)
    return found


def reached(node: Node, ring_of: Mapping[str, str]) -> str | None:
    """The ring that most of a node's private attributes lead to; ties go to the smaller id."""
    votes: dict[str, int] = defaultdict(int)
    for attribute, token in node.tokens.items():
        if attribute in PRIVATE and token in ring_of:
            votes[ring_of[token]] += 1
    return min(votes, key=lambda r: (-votes[r], r), default=None)


def _ring_id(first: Key) -> str:
    """From the first member's key, hashed: one institution's keys are no other's business."""
    return "R-" + hashlib.sha256("\x1f".join(first).encode()).hexdigest()[:12]

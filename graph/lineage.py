"""The lineage of rings: which ring of a run is which of the run before, and what became of each.

A ring is looked for anew at every run. It keeps its id for as long as its members do: the id goes
with most of them, and waits for them where the ring is lost from sight. The steps of all runs,
one after the other, rebuild every membership and all of the ancestry.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from graph.attributes import Key
from graph.rings import Ring


class Happening(StrEnum):
    """What became of a ring from one run to the next."""

    BORN = "born"
    """None of its members was in a ring before."""
    SPLIT = "split"
    """New, and members of it come from rings that go on without them."""
    RETURNED = "returned"
    """Lost from sight at the run before, found again with at least half of its members."""
    MERGED = "merged"
    """Another ring ended in it, or several."""
    KEPT = "kept"
    """The very same members."""
    GREW = "grew"
    SHRANK = "shrank"
    CHANGED = "changed"
    """As many members as before, but others."""
    ENDED = "ended"
    """No ring carries its id any more."""


@dataclass(frozen=True, slots=True)
class Known:
    """The members of a ring when a run last found it; `alive` if that was the last run."""

    members: frozenset[Key]
    alive: bool = True


Memory = Mapping[str, Known]
"""Every ring that there ever was, by its id."""


@dataclass(frozen=True, slots=True)
class Step:
    """What became of one ring at one run.

    `parents` are the other rings of the run before that members came from, in order of their ids;
    `joined` and `left` are counted from the last membership that is known.
    """

    ring_id: str
    happening: Happening
    parents: tuple[str, ...] = ()
    joined: frozenset[Key] = frozenset()
    left: frozenset[Key] = frozenset()


def follow(before: Memory, found: Sequence[Ring]) -> tuple[list[Ring], list[Step]]:
    """The rings of a run under their lasting ids, strongest first, and what became of each ring.

    An id goes to the ring that holds most of its members; of equal claims to the one from the
    larger earlier ring, then to the smaller id. Rings of the last run come before those that were
    lost from sight, which have to be back with half of their members. Whoever inherits nothing
    has the id that `rings.find` gave, or one derived from it where that was ever another's.

    Args:
        before: what is remembered; of the rings alive, none shares a member with another.
        found: the rings of this run; none shares a member with another.
    """
    members = [frozenset(node.key for node in ring.members) for ring in found]
    ids = _inherited(before, found, members)
    taken = {*before, *ids.values()}
    for i in sorted(set(range(len(found))) - ids.keys(), key=lambda i: found[i].ring_id):
        ids[i] = _unused(found[i].ring_id, taken)
        taken.add(ids[i])
    named = [replace(ring, ring_id=ids[i]) for i, ring in enumerate(found)]
    steps = _steps(before, {ids[i]: keys for i, keys in enumerate(members)})
    return strongest_first(named), steps


def strongest_first(rings: Iterable[Ring]) -> list[Ring]:
    """In the order of `rings.find`, which decides where a value leads that several rings share."""
    return sorted(rings, key=lambda ring: (-ring.risk * len(ring.members), ring.ring_id))


def remembered(before: Memory, steps: Iterable[Step]) -> dict[str, Known]:
    """The memory after the steps of one run."""
    after = {ring_id: Known(known.members, alive=False) for ring_id, known in before.items()}
    for step in steps:
        if step.happening is not Happening.ENDED:
            held = after[step.ring_id].members if step.ring_id in after else frozenset()
            after[step.ring_id] = Known((held - step.left) | step.joined)
    return after


def survival(history: Iterable[Iterable[Step]]) -> float | None:
    """The share of rings, over all runs, whose id is alive at the run after; None without any."""
    alive, lived, died = 0, 0, 0
    for steps in history:
        told = Counter(step.happening is Happening.ENDED for step in steps)
        lived += alive - told[True]
        died += told[True]
        alive = told[False]
    return lived / (lived + died) if lived + died else None


def _inherited(
    before: Memory, found: Sequence[Ring], members: Sequence[frozenset[Key]]
) -> dict[int, str]:
    """The ids that live on, by the place of the ring in `found`: the strongest claim first."""
    ids: dict[int, str] = {}
    given: set[str] = set()
    in_common = _in_common(before, members)
    claims = [
        (not known.alive, -shared, -len(known.members), ring_id, -len(keys), found[i].ring_id, i)
        for i, (keys, common) in enumerate(zip(members, in_common, strict=True))
        for ring_id, shared in common.items()
        for known in [before[ring_id]]
        if known.alive or 2 * shared >= len(known.members)
    ]
    for *_, ring_id, _, _, i in sorted(claims):
        if i not in ids and ring_id not in given:
            ids[i] = ring_id
            given.add(ring_id)
    return ids


def _in_common(before: Memory, members: Sequence[frozenset[Key]]) -> list[Counter[str]]:
    """How many members each ring of now has of each remembered ring; absent where none."""
    rings_of: dict[Key, list[str]] = defaultdict(list)
    for ring_id, known in before.items():
        for key in known.members:
            rings_of[key].append(ring_id)
    return [Counter(r for key in keys for r in rings_of.get(key, ())) for keys in members]


def _steps(before: Memory, now: Mapping[str, frozenset[Key]]) -> list[Step]:
    """What became of each ring, in order of their ids."""
    alive = {ring_id: known for ring_id, known in before.items() if known.alive}
    common = dict(zip(now, _in_common(alive, list(now.values())), strict=True))
    steps = [Step(ring_id, Happening.ENDED) for ring_id in alive.keys() - now.keys()]
    for ring_id, members in now.items():
        parents = tuple(sorted(common[ring_id].keys() - {ring_id}))
        merged = any(parent not in now for parent in parents)
        held = before.get(ring_id)
        known = frozenset() if held is None else held.members
        happening = _happening(held, members, merged=merged, split=bool(parents))
        steps.append(Step(ring_id, happening, parents, members - known, known - members))
    return sorted(steps, key=lambda step: step.ring_id)


def _happening(
    held: Known | None, members: frozenset[Key], *, merged: bool, split: bool
) -> Happening:
    if held is None:
        return Happening.SPLIT if split else Happening.BORN
    if not held.alive:
        return Happening.RETURNED
    if merged:
        return Happening.MERGED
    if members == held.members:
        return Happening.KEPT
    if len(members) == len(held.members):
        return Happening.CHANGED
    return Happening.GREW if len(members) > len(held.members) else Happening.SHRANK


def _unused(ring_id: str, taken: set[str]) -> str:
    return next(candidate for candidate in _candidates(ring_id) if candidate not in taken)


def _candidates(ring_id: str) -> Iterator[str]:
    """The id itself, then ever further ones that follow from it."""
    while True:
        yield ring_id
        ring_id = "R-" + hashlib.sha256(ring_id.encode()).hexdigest()[:12]

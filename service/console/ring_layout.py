"""Where the points of a ring's drawing stand: the same at every load, and no name over another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np
from numpy.typing import NDArray

FRAME = (580.0, 380.0)
"""Width and height, in pixels, of the room for points in a drawing as wide as a usual screen has."""

_SEED = 1
_PULLS = 80
_PUSHES = 60

_Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Box:
    """What a point takes up with its name, in pixels from its centre: to each side, up and down."""

    side: float
    above: float
    below: float


def arranged(boxes: Sequence[Box], links: Sequence[tuple[int, int]]) -> list[tuple[float, float]]:
    """A place in the frame for each point; linked points stand close, boxes lie apart if they can.

    y grows downwards.
    """
    if not boxes:
        return []
    graph = nx.Graph()
    graph.add_nodes_from(range(len(boxes)))
    graph.add_edges_from(links)
    drawn = nx.spring_layout(graph, iterations=_PULLS, seed=_SEED, method="energy")
    places = _framed(np.array([drawn[i] for i in range(len(boxes))], dtype=float))
    places = _apart(places, boxes)
    return [(round(float(x), 1), round(float(y), 1)) for x, y in places]


def crossing(places: Sequence[tuple[float, float]], boxes: Sequence[Box]) -> set[tuple[int, int]]:
    """The pairs of points, lower number first, whose boxes lie over one another."""
    if not boxes:
        return set()
    over = _overlaps(np.array(places), boxes)[1].min(axis=2) > 1.0
    return {(int(i), int(j)) for i, j in np.argwhere(over) if i < j}


def _framed(places: _Array) -> _Array:
    """Stretched over the whole frame; a direction without extent is put in its middle."""
    low, extent = places.min(axis=0), np.ptp(places, axis=0)
    flat = extent < 1e-9
    share = np.where(flat, 0.5, (places - low) / np.where(flat, 1.0, extent))
    framed: _Array = share * np.array(FRAME)
    return framed


def _apart(places: _Array, boxes: Sequence[Box]) -> _Array:
    """Pushes boxes off one another, each pair along the shorter way, inside the frame."""
    order = np.arange(len(boxes))
    before = np.where(order[:, None] < order[None, :], -1.0, 1.0)  # for those in one place
    for _ in range(_PUSHES):
        distance, overlap = _overlaps(places, boxes)
        over = overlap.min(axis=2) > 0.0
        if not over.any():
            break
        way = np.where(distance == 0.0, before[:, :, None], np.sign(distance))
        shorter = overlap == overlap.min(axis=2, keepdims=True)
        push = np.where(over[:, :, None] & shorter, way * (overlap + 1.0), 0.0)
        places = np.clip(places + 0.25 * push.sum(axis=1), 0.0, FRAME)
    return places


def _overlaps(places: _Array, boxes: Sequence[Box]) -> tuple[_Array, _Array]:
    """Between each two boxes: how far their middles lie apart, how far they overlap, in x and y."""
    half = np.array([(box.side, (box.above + box.below) / 2) for box in boxes])
    middle = places + np.array([(0.0, (box.below - box.above) / 2) for box in boxes])
    distance = middle[:, None, :] - middle[None, :, :]
    overlap = half[:, None, :] + half[None, :, :] - np.abs(distance)
    overlap[np.diag_indices(len(boxes))] = -1.0
    return distance, overlap

"""A ring as a drawing: registrations and what they share, without a single value or token."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graph.attributes import Attribute
from service.console.reading import Member
from service.console.ring_layout import Box, arranged, crossing
from service.console.words import Language

COLOURS = {
    "clear": "#2e8b57",
    "review": "#d98e04",
    "refuse": "#c0392b",
    "other": "#9aa5b1",
    "tie": "#1f5f8b",
}
"""Of a drawn point: a decision, another institution's registration, a shared attribute."""

FEW = 40
"""Up to so many points each has its name beside it; beyond, one has to point at it."""
WIDE = 5
"""A tie of more members than this has its name beside it all the same."""

_ORDER = {attribute.value: place for place, attribute in enumerate(Attribute)}
_LONGEST_LABEL = 18
_MOST_LINES = 3
_LETTER, _LINE = 7.0, 15.0
"""About the width of a letter and the height of a line of a name, in pixels."""


@dataclass(frozen=True, slots=True)
class Tie:
    """What some members share: the kinds of attribute, and the places of those members."""

    kinds: tuple[str, ...]
    members: tuple[int, ...]


def ties_of(members: Sequence[Member]) -> list[Tie]:
    """What holds two of these members or more together, the widest first.

    Attributes shared by exactly the same members become one tie: a device with its address and
    its phone is one knot, not three.
    """
    held: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, member in enumerate(members):
        for tie in member.ties.items():
            held[tie].append(place)
    knots: dict[tuple[int, ...], set[str]] = defaultdict(set)
    for (_, kind), places in held.items():
        if len(places) > 1:
            knots[tuple(places)].add(kind)
    ties = [Tie(tuple(sorted(k, key=_place)), places) for places, k in knots.items()]
    return sorted(ties, key=lambda tie: (-len(tie.members), _place(tie.kinds[0]), tie.members))


def chart(members: Sequence[Member], ties: Sequence[Tie], language: Language) -> dict[str, Any]:
    """The options of an ECharts graph; point i is member i, the ties follow."""
    few = len(members) + len(ties) <= FEW
    named = sum(member.own for member in members) <= FEW
    points = [_registration(i, m, language, few=few, named=named) for i, m in enumerate(members)]
    points += [_shared(i, tie, language, few=few) for i, tie in enumerate(ties)]
    _arrange(points, ties, len(members))
    links = [
        {"source": f"m{place}", "target": f"t{i}", "tooltip": {"show": False}}
        for i, tie in enumerate(ties)
        for place in tie.members
    ]
    return {
        "aria": {"enabled": False},  # the tables beside the drawing say it better
        "tooltip": {"confine": True, "formatter": "{b}"},
        "textStyle": {"fontFamily": "system-ui, sans-serif"},
        "animation": False,
        "series": [
            {
                "type": "graph",
                "layout": "none",
                "roam": True,
                "scaleLimit": {"min": 0.4, "max": 4},
                "draggable": True,
                "data": points,
                "links": links,
                "lineStyle": {"color": "#8b98a5", "width": 1.4},
                "emphasis": {"focus": "adjacency"},
                # No edges are named: ECharts then keeps the proportions, in 80 % of the room.
                "left": "center",
                "top": "center",
            }
        ],
    }


def _arrange(points: list[dict[str, Any]], ties: Sequence[Tie], members: int) -> None:
    """Gives each point its place; of two names over one another, that of a tie gives way."""
    boxes = [box_of(point) for point in points]
    links = [(place, members + i) for i, tie in enumerate(ties) for place in tie.members]
    places = arranged(boxes, links)
    for point, (x, y) in zip(points, places, strict=True):
        point["x"], point["y"] = x, y
    for pair in sorted(crossing(places, boxes)):
        # The wider tie comes first and keeps its name; the list beside the drawing has them all.
        if pair[1] >= members and all(points[i]["label"]["show"] for i in pair):
            points[pair[1]]["label"] = {"show": False}


def box_of(point: Mapping[str, Any]) -> Box:
    """What a point of the drawing takes up with its name."""
    half = point["symbolSize"] / 2
    label = point["label"]
    if not label["show"]:
        return Box(half, half, half)
    lines = label["formatter"].split("\n")
    side = max(half, _LETTER * max(map(len, lines)) / 2)
    room = half + 5 + _LINE * len(lines)
    return Box(side, room, half) if label["position"] == "top" else Box(side, half, room)


def kinds_in_words(kinds: Sequence[str], language: Language) -> str:
    """`Device, Address`."""
    return ", ".join(language.called("attribute", kind) for kind in kinds)


def _place(kind: str) -> int:
    return _ORDER.get(kind, len(_ORDER))


def _registration(
    place: int, member: Member, language: Language, *, few: bool, named: bool
) -> dict[str, Any]:
    colour = COLOURS.get(member.decision or "other", COLOURS["other"])
    name = member.registration_id or language.say("legend.other")
    return {
        "id": f"m{place}",
        "name": name,
        "symbol": "circle",
        "symbolSize": (26 if member.own else 16) * (1 if few else 0.6),
        "itemStyle": {"color": colour, "borderColor": "#ffffff", "borderWidth": 1.5},
        "label": _label(_short(name), "bottom") if member.own and named else {"show": False},
        "cursor": "pointer" if member.screening_id else "default",
    }


def _shared(place: int, tie: Tie, language: Language, *, few: bool) -> dict[str, Any]:
    wide = few or len(tie.members) > WIDE
    name = kinds_in_words(tie.kinds, language)
    lines = [_short(language.called("attribute", kind)) for kind in tie.kinds[:_MOST_LINES]]
    if len(tie.kinds) > _MOST_LINES:
        lines[-1] = "…"
    return {
        "id": f"t{place}",
        "name": name,
        "symbol": "diamond",
        "symbolSize": min(18 + 2 * len(tie.members), 38) * (1 if few else 0.6),
        "itemStyle": {"color": COLOURS["tie"], "borderColor": "#ffffff", "borderWidth": 1.5},
        "label": _label("\n".join(lines), "top") if wide else {"show": False},
        "cursor": "default",
    }


def _label(text: str, position: str) -> dict[str, Any]:
    bold = position == "top"
    return {
        "show": True,
        "formatter": _literal(text),
        "position": position,
        "fontSize": 12,
        "lineHeight": _LINE,
        "color": "#12405f" if bold else "#1a2530",
        "fontWeight": 600 if bold else 400,
    }


def _literal(text: str) -> str:
    """A formatter replaces {b} and the like; what a sender named so stays as it is."""
    return text.replace("{", "(").replace("}", ")")


def _short(text: str, longest: int = _LONGEST_LABEL) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"

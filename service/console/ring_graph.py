"""A ring as a drawing: registrations and what they share, without a single value or token."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from graph.attributes import Attribute
from service.console.reading import Member
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
_LONGEST_LABEL = 16


@dataclass(frozen=True, slots=True)
class Tie:
    """What some members share: the kinds of attribute, and the places of those members."""

    kinds: tuple[str, ...]
    members: tuple[int, ...]


def ties_of(members: Sequence[Member]) -> list[Tie]:
    """Everything that two members or more share, the widest first.

    Attributes shared by exactly the same members become one tie: a device with its address and
    its phone is one knot, not three.
    """
    holders: dict[str, set[int]] = defaultdict(set)
    kinds: dict[str, set[str]] = defaultdict(set)
    for place, member in enumerate(members):
        for kind, token in member.tokens.items():
            holders[token].add(place)
            kinds[token].add(kind)
    knots: dict[tuple[int, ...], set[str]] = defaultdict(set)
    for token, places in holders.items():
        if len(places) > 1:
            knots[tuple(sorted(places))] |= kinds[token]
    ties = [Tie(tuple(sorted(k, key=_place)), places) for places, k in knots.items()]
    return sorted(ties, key=lambda tie: (-len(tie.members), _place(tie.kinds[0]), tie.members))


def chart(members: Sequence[Member], ties: Sequence[Tie], language: Language) -> dict[str, Any]:
    """The options of an ECharts force graph; point i is member i, the ties follow."""
    few = len(members) + len(ties) <= FEW
    points = [_registration(i, member, language, few=few) for i, member in enumerate(members)]
    points += [_shared(i, tie, language, few=few) for i, tie in enumerate(ties)]
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
                "layout": "force",
                "force": {
                    "repulsion": 320 if few else 70,
                    "edgeLength": 75 if few else 25,
                    "gravity": 0.2 if few else 0.25,
                    "layoutAnimation": False,
                },
                "roam": True,
                "scaleLimit": {"min": 0.4, "max": 4},
                "draggable": True,
                "data": points,
                "links": links,
                "lineStyle": {"color": "#8b98a5", "width": 1.4},
                "labelLayout": {"hideOverlap": True},
                "emphasis": {"focus": "adjacency"},
                "left": "8%",
                "right": "8%",
                "top": "8%",
                "bottom": "8%",
            }
        ],
    }


def kinds_in_words(kinds: Sequence[str], language: Language) -> str:
    """`Device, Address`."""
    return ", ".join(language.called("attribute", kind) for kind in kinds)


def _place(kind: str) -> int:
    return _ORDER.get(kind, len(_ORDER))


def _registration(place: int, member: Member, language: Language, *, few: bool) -> dict[str, Any]:
    colour = COLOURS.get(member.decision or "other", COLOURS["other"])
    name = member.registration_id or language.say("legend.other")
    return {
        "id": f"m{place}",
        "name": name,
        "symbol": "circle",
        "symbolSize": (26 if member.own else 16) * (1 if few else 0.6),
        "itemStyle": {"color": colour, "borderColor": "#ffffff", "borderWidth": 1.5},
        "label": _label(_short(name), "bottom") if member.own and few else {"show": False},
        "cursor": "pointer" if member.screening_id else "default",
    }


def _shared(place: int, tie: Tie, language: Language, *, few: bool) -> dict[str, Any]:
    wide = few or len(tie.members) > WIDE
    name = kinds_in_words(tie.kinds, language)
    return {
        "id": f"t{place}",
        "name": name,
        "symbol": "diamond",
        "symbolSize": min(18 + 2 * len(tie.members), 38) * (1 if few else 0.6),
        "itemStyle": {"color": COLOURS["tie"], "borderColor": "#ffffff", "borderWidth": 1.5},
        "label": _label(_short(name, 28), "top") if wide else {"show": False},
        "cursor": "default",
    }


def _label(text: str, position: str) -> dict[str, Any]:
    bold = position == "top"
    return {
        "show": True,
        "formatter": _literal(text),
        "position": position,
        "fontSize": 12,
        "color": "#12405f" if bold else "#1a2530",
        "fontWeight": 600 if bold else 400,
    }


def _literal(text: str) -> str:
    """A formatter replaces {b} and the like; what a sender named so stays as it is."""
    return text.replace("{", "(").replace("}", ")")


def _short(text: str, longest: int = _LONGEST_LABEL) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"

"""What becomes known, and when: complaints, raids on whole rings, and honest rows looked into.

Only about half of the fraud is ever found, weeks to months after it happened; who is looked into
and cleared is no fair sample either.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from training.world.desk import Opening
from training.world.dice import Dice
from training.world.fraud import LABELS

# An investigator leaves the kind open, or chooses another, this often.
_UNNAMED, _OTHER = 0.1, 0.05
_CLEARED = 0.15
# Scenes that look odd draw more questions.
_ODD = {"phone_shop": 1.6, "bargain_hunter": 1.5, "village_helper": 1.5, "virtual_office": 1.8,
        "wrong_status": 2.5, "emigrant": 1.5, "single_phone": 1.3, "market_day": 1.4}  # fmt: skip


def known_labels(
    dice: Dice, rows: Sequence[tuple[str, Opening]], until: datetime
) -> list[dict[str, Any]]:
    """The labels known by `until`, ordered by when they became known."""
    rings: dict[str, list[tuple[str, Opening]]] = defaultdict(list)
    known: list[dict[str, Any]] = []
    for key, opening in rows:
        if opening.ring_id is not None:
            rings[opening.ring_id].append((key, opening))
        elif dice.chance(_CLEARED * _ODD.get(opening.scene, 0.97)):
            days = min(2 + dice.lognormal(27, 0.65), 120)
            known.append(_label(key, None, opening.at + timedelta(days=days)))
    for members in rings.values():
        known += _ring_labels(dice, members)
    known = [label for label in known if label["confirmed_at"] < until]
    return sorted(known, key=lambda label: (label["confirmed_at"], label["registration_id"]))


def _ring_labels(dice: Dice, members: list[tuple[str, Opening]]) -> list[dict[str, Any]]:
    """Single members come to light by complaints; a raid finds most of a ring at once."""
    first = min(opening.at for _, opening in members)
    raid = first + timedelta(days=dice.lognormal(75, 0.5)) if dice.chance(0.5) else None
    found = []
    for key, opening in members:
        moments = []
        if dice.chance(0.33):
            days = 10 + dice.lognormal(34, 0.8)
            moments.append(opening.at + timedelta(days=min(days, 300)))
        if raid and opening.at + timedelta(days=7) < raid and dice.chance(0.7):
            moments.append(raid + timedelta(days=dice.waiting(4)))
        if moments:
            found.append(_label(key, opening.typology, min(moments), dice))
        elif dice.chance(0.03):  # looked into, and wrongly cleared
            found.append(_label(key, None, opening.at + timedelta(days=dice.between(5, 60))))
    return found


def _label(
    key: str, typology: str | None, when: datetime, dice: Dice | None = None
) -> dict[str, Any]:
    name = LABELS[typology] if typology else None
    if dice is not None and name is not None:
        roll = dice.roll()
        name = None if roll < _UNNAMED else "other" if roll < _UNNAMED + _OTHER else name
    return {
        "registration_id": key,
        "is_fraud": typology is not None,
        "typology": name,
        "confirmed_at": when.replace(microsecond=0),
    }

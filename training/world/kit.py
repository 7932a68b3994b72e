"""What a ring of fraudsters works with: its own devices, phones, lines and faces, lent by habit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from training.world.desk import Opening, Papers
from training.world.stage import OWN_DEVICE, Stage


class Kit:
    """The tools of one ring: small pools of values, each used with the ring's own frequency."""

    def __init__(self, stage: Stage, size: int) -> None:
        dice, contacts = stage.dice, stage.contacts
        self._dice = dice
        few = max(1, size // dice.between(4, 14))
        self._pools: dict[str, list[Any]] = {
            "device": [contacts.device() for _ in range(few)],
            "phone": [contacts.phone() for _ in range(max(1, size // dice.between(4, 16)))],
            "ip": [contacts.home_ip() for _ in range(dice.between(1, 3))],
            "face": [contacts.face() for _ in range(max(1, size // dice.between(3, 14)))],
            "home": [stage.places.home(dice, stage.places.commune(dice)) for _ in range(few)],
        }
        # A careful ring shares one kind of value, a careless one shares all.
        self._habit = {name: dice.roll() for name in self._pools}
        self._habit["phone"] **= 0.6
        self._habit["device"] **= 0.7
        self._habit[dice.pick(("device", "phone", "ip"))] = dice.uniform(0.5, 1.0)

    def lend(self, opening: Opening, *names: str) -> Opening:
        """The opening with some of the ring's own values in place of the holder's."""
        dice = self._dice
        changes: dict[str, Any] = {}
        for name in names:
            held = getattr(opening, name) is not None
            if held and self._usable(name, opening) and dice.chance(self._habit[name]):
                changes[name] = dice.pick(self._pools[name])
        if opening.number and dice.chance(0.25):  # its new SIMs serve later openings
            self._pools["phone"].append(opening.number)
        return replace(opening, **changes)

    def posing(self, stage: Stage, opening: Opening, papers: Papers) -> Opening:
        """The opening by one of the ring in the name that `papers` show."""
        dice = self._dice
        mail = stage.contacts.email(papers.full_name, papers.birth_date)
        return replace(
            opening,
            actor=None,
            papers=papers,
            email=mail if opening.email or dice.chance(0.15) else None,
            phone=stage.contacts.phone() if opening.phone else None,
            device=own_device(stage, opening),
            face=dice.pick(self._pools["face"]) if opening.face else None,
        )

    @staticmethod
    def _usable(name: str, opening: Opening) -> bool:
        """An agent's tablet and network are not the ring's."""
        return opening.channel in OWN_DEVICE or name in ("phone", "home")


def own_device(stage: Stage, opening: Opening) -> str | None:
    """A device of the ring's in place of the holder's; an agent's tablet stays."""
    own = opening.channel in OWN_DEVICE and opening.device is not None
    return stage.contacts.device() if own else opening.device

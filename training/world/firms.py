"""Honest organisations: small firms with their accounts and SIMs, and virtual offices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from training.world.desk import Firm, Opening
from training.world.market import BANK, SIM
from training.world.people import Human
from training.world.places import FORMS
from training.world.stage import Stage


def new_firm(stage: Stage) -> Firm:
    """A firm with a ten-digit tax code."""
    return Firm(stage.dice.digits(10), stage.names.firm(stage.dice))


def office(stage: Stage) -> str:
    """A floor of an office building, as an address."""
    dice = stage.dice
    floor = f"Tầng {dice.between(2, 20)} tòa nhà {stage.names.firm(dice).split()[-1]} Tower"
    home = replace(stage.places.home(dice, stage.places.magnet(dice)), spot=floor)
    return home.written(dice.pick(FORMS))


def organisation(stage: Stage) -> list[Opening]:
    """A firm opens accounts with its representative's papers; some buy SIMs by the dozen."""
    dice, day = stage.dice, stage.day()
    human, firm = stage.someone(day), new_firm(stage)
    site = office(stage) if dice.chance(0.5) else None
    made = accounts(stage, human, firm, day, "organisation")
    if dice.chance(0.12):
        sims = stage.opening(human, SIM, day, "organisation", channel="branch", firm=firm)
        for _ in range(dice.between(5, 22)):
            number = stage.contacts.phone(sims.institution)
            made.append(replace(sims, number=number, phone=None))
    return [replace(opening, home=site) for opening in made] if site else made


def accounts(stage: Stage, human: Human, firm: Firm, day: int, scene: str) -> list[Opening]:
    """One to three accounts of a firm in some weeks."""
    dice, made = stage.dice, []
    for _ in range(dice.pick((1, 1, 2, 3))):
        channel = dice.pick(("branch", "branch", "branch", "online", "ekyc"))
        made.append(stage.opening(human, BANK, day, scene, channel=channel, firm=firm))
        day += int(dice.waiting(15))
    return made


def virtual_office(stage: Stage) -> list[Opening]:
    """A service firm lends one address, and often its own telephone, to many young companies."""
    dice, site = stage.dice, office(stage)
    desk_phone, device = stage.contacts.phone(), stage.contacts.device()
    made: list[Opening] = []
    for _ in range(dice.between(3, 12)):
        day = stage.day()
        for opening in accounts(stage, stage.someone(day), new_firm(stage), day, "virtual_office"):
            own = opening.agent is None
            made.append(
                replace(
                    opening,
                    home=site,
                    phone=desk_phone if dice.chance(0.3) else opening.phone,
                    device=device if own and dice.chance(0.3) else opening.device,
                )
            )
    return made


SCENES: dict[str, tuple[float, Callable[[Stage], list[Opening]]]] = {
    "organisation": (0.011, organisation),
    "virtual_office": (0.003, virtual_office),
}
"""Share of the book and occasion, by the name of the scene."""

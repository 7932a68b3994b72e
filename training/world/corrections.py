"""Corrections: what the register once held of a person, before an office put it right.

A name is corrected or changed by law, a birth date corrected; a number is cancelled and given anew
where the year of birth changes, or where it never fitted its holder.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from training.world.dice import Dice
from training.world.names import FullName, Names
from training.world.papers import make_day, stem_of

# Share of people, within the year that the register is looked at.
_NAMES, _BIRTH_DATES, _NUMBERS = 0.0034, 0.0024, 0.0001


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """What an office may correct: number, name and birth date as papers show them."""

    id_number: str
    name: FullName
    born: date


@dataclass(frozen=True, slots=True, repr=False)
class Correction:
    """From `day` on the register and the papers no longer say what stood `before`."""

    day: date
    before: Identity


def identity_before(dice: Dice, names: Names, now: Identity, *, male: bool) -> Identity:
    """What may have stood where `now` stands since the last correction; mostly nothing else."""
    before = now
    if dice.chance(_NAMES):
        before = replace(before, name=names.earlier(dice, now.name, male=male))
    if dice.chance(_BIRTH_DATES):
        before = replace(before, born=_date_before(dice, now.born))
    misread = dice.chance(_NUMBERS)  # the cancelled number told the other sex
    if misread or before.born.year != now.born.year:
        stem = stem_of(now.id_number[:3], before.born, male=male != misread)
        before = replace(before, id_number=stem + dice.digits(6))
    return before


def _date_before(dice: Dice, born: date) -> date:
    """Another day or month, seldom a date up to a year and a half off."""
    style = dice.roll()
    if style < 0.2 and born.day <= 12:
        return date(born.year, born.day, born.month)
    if style < 0.4:
        return make_day(born.year, dice.between(1, 12), born.day)
    if style < 0.85:
        return born.replace(day=dice.between(1, 28))
    return born + timedelta(days=dice.pick((-1, 1)) * dice.between(20, 550))

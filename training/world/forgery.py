"""Forged papers: another person's data with one thing changed, or a number that is nobody's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from training.world.desk import Papers, papers_of
from training.world.dice import Wheel
from training.world.people import Human
from training.world.stage import Stage


def forge(stage: Stage, victim: Human, day: date, kind: str) -> Papers:
    """Papers made after a victim's, in one of the `KINDS`."""
    return _MAKERS[kind](stage, papers_of(victim, day), victim)


def copied(stage: Stage, victim: Human, day: date, invented: float = 0.85) -> Papers:
    """A copy of someone's papers; the copier seldom knows when the card was issued."""
    papers = papers_of(victim, day)
    if not stage.dice.chance(invented):
        return papers
    made_up = day - timedelta(days=stage.dice.between(100, 1600))
    if made_up == papers.issued:
        return papers
    return replace(papers, issued=made_up, forged={"document_issued_on": "forged_date"})


def _lookalike(_stage: Stage, papers: Papers, _victim: Human) -> Papers:
    """The genuine card in the hands of someone who looks like its owner: nothing is changed."""
    return papers


def _changed_name(stage: Stage, papers: Papers, victim: Human) -> Papers:
    code = victim.home.commune.birth_code
    name = stage.names.person(stage.dice, code, victim.born.year, male=victim.male).text
    if name == papers.full_name:
        return papers
    return replace(papers, full_name=name, forged={"full_name": "changed_name"})


def _forged_date(stage: Stage, papers: Papers, victim: Human) -> Papers:
    """Another birth date, or a date of issue that no card of the victim's has."""
    dice = stage.dice
    if papers.issued is not None and dice.chance(0.4):
        made_up = papers.issued + timedelta(days=dice.pick((-1, 1)) * dice.between(40, 700))
        return replace(papers, issued=made_up, forged={"document_issued_on": "forged_date"})
    older = victim.born.year > 1995 or dice.chance(0.5)
    moved = victim.born + timedelta(days=(-1 if older else 1) * dice.between(400, 4000))
    return replace(papers, birth_date=moved, forged={"birth_date": "forged_date"})


def _unknown_number(stage: Stage, papers: Papers, _victim: Human) -> Papers:
    """A well-formed number that was never given out, with an invented name."""
    number = papers.number[:6] + stage.dice.digits(6)
    code = number[:3]
    name = stage.names.person(stage.dice, code, papers.birth_date.year, male=papers.male).text
    return replace(
        papers,
        person=None,
        number=number,
        full_name=name,
        forged={"document_number": "unknown_number"},
    )


def _contradictory_number(stage: Stage, papers: Papers, victim: Human) -> Papers:
    """A number whose sex digit or year speaks against the card it is printed on."""
    dice, number = stage.dice, papers.number
    if dice.chance(0.5):
        wrong = number[:3] + str((int(number[3]) + 1) % 4) + number[4:6] + dice.digits(6)
    else:
        year = (int(number[4:6]) + dice.between(2, 30)) % 100
        wrong = f"{number[:4]}{year:02d}{dice.digits(6)}"
    made = _unknown_number(stage, papers, victim)
    return replace(made, number=wrong, forged={"document_number": "contradictory_number"})


_MAKERS: dict[str, Callable[[Stage, Papers, Human], Papers]] = {
    "lookalike": _lookalike,
    "changed_name": _changed_name,
    "forged_date": _forged_date,
    "unknown_number": _unknown_number,
    "contradictory_number": _contradictory_number,
}
KINDS = Wheel(
    (("unknown_number", 5), ("changed_name", 2.8), ("contradictory_number", 1.2),
     ("forged_date", 0.7), ("lookalike", 0.3))
)  # fmt: skip
"""What a forger changes, by how often."""

"""Weights of evidence: how far each difference speaks for the holder, and what all say together.

Fellegi and Sunter's model (A Theory for Record Linkage, JASA 64, 1969) with two alternatives in the
place of one. A registration that led to a person was made by the *holder*, with or without slips;
by a *stranger*, whom chance or a slip led to this record; or by an *impostor*, who knows a part of
it. `weights.toml` says how probable each difference is under each; a weight is the binary logarithm
of a ratio of two, in bits. Agreement on a common name weighs less against a stranger than agreement
on a rare one.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Any

from features import name
from features.difference import outcome
from features.evidence import FIELDS, Alternative, Balance, FieldEvidence, FoundBy, Outcome

AS_OF = date(2026, 11, 22)
"""The day on which the packaged weights were last estimated or set."""

LEARNT = FIELDS[1:]
"""Fields whose rows are distributions; a number's agreement is what found the person."""

Three = tuple[float, float, float]
_FILE = "weights.toml"
_RAREST = 2.0**-30
_NOTHING = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way to the balance; `part` is a field, or `start` or `rarity`."""

    part: str
    code: str
    bits: float


@dataclass(frozen=True, slots=True)
class Names:
    """Shares of people who bear a word as family, middle or given name, stripped and upper case."""

    most_bits: float
    typical: float
    rare: float
    family: Mapping[str, float]
    middle: Mapping[str, float]
    given: Mapping[str, float]

    def share(self, full_name: str) -> float:
        """About the share of people who bear the whole name; middle and given taken as independent."""
        # Word by word: the forms of few words are kept, those of many names are not.
        words = [plain for word in full_name.split() for plain in name.forms(word).plain]
        if not words:
            return 1.0
        share = self.given.get(words[-1], self.rare)
        if len(words) > 1:
            share *= self.family.get(words[0], self.rare)
        for word in words[1:-1]:
            share *= self.middle.get(word, self.rare)
        return max(share, _RAREST)


class Weights:
    """The parameter file, read: weights in bits, thresholds, shares of names."""

    def __init__(self, form: Mapping[str, Any]) -> None:
        self.version: str = form["version"]
        self.verified_bits: float = form["verified_bits"]
        self.distinct_bits: float = form["distinct_bits"]
        self.odds = {FoundBy(by): tuple(odds) for by, odds in form["found_by"].items()}
        self.fields: dict[str, dict[str, tuple[float, ...]]] = {
            field: {code: tuple(row) for code, row in form[field].items()} for field in FIELDS
        }
        self.knows: dict[str, float] = dict(form["impostor_knows"])
        self.names = Names(**form["names"])
        self._start = {by: _against(odds) for by, odds in self.odds.items()}
        self._bits = {
            field: {
                code: _against(row)
                for code, row in with_impostor(self.fields[field], self.knows[field]).items()
            }
            for field in FIELDS
        }
        for field in LEARNT:
            self._bits[field] |= self._yes_and_no(field)

    def _yes_and_no(self, field: str) -> dict[str, tuple[float, float]]:
        """The weights of a register's bare yes, and of its bare no.

        A yes is as much as all agreeing differences together. A no is taken for the worst that it
        can mean: who sees no data cannot tell a slip.
        """
        rows = with_impostor(self.fields[field], self.knows[field])
        yes = [row for code, row in rows.items() if outcome(code) is Outcome.MATCH]
        holder, stranger, impostor = (math.fsum(column) for column in zip(*yes, strict=True))
        against_stranger, against_impostor = zip(*self._bits[field].values(), strict=True)
        return {
            "register_agrees": _against((holder, stranger, impostor)),
            "register_differs": (min(against_stranger), min(against_impostor)),
        }

    def weigh(self, codes: Mapping[str, str], by: FoundBy, typed: str, registered: str) -> Balance:
        """The balance of the difference codes of all fields, and of how rare the name is.

        Of two names that agree in part, the shorter is what agrees.
        """
        stranger, impostor = self._start[by]
        for field, code in codes.items():
            weight = self._bits[field].get(code, _NOTHING)
            stranger += weight[0]
            impostor += weight[1]
        rarity, code = 0.0, codes["full_name"]
        if code in _PARTS and len(typed) < len(registered):
            rarity = self._rarity(name.repaired(typed))
        elif _same_name(code):
            rarity = self._rarity(registered)
        return Balance(stranger + rarity, impostor, rarity)

    def _rarity(self, full_name: str) -> float:
        names = self.names
        return min(math.log2(names.typical / names.share(full_name)), names.most_bits)

    def steps(
        self, fields: Mapping[str, FieldEvidence], by: FoundBy, balance: Balance
    ) -> list[Step]:
        """The waterfall: from what the way of finding says, field by field; adds up to the bits."""
        column = list(Alternative).index(balance.likelier)
        steps = [Step("start", by.value, self._start[by][column])]
        for field in FIELDS:
            code = fields[field].difference
            steps.append(Step(field, code, self._bits[field].get(code, _NOTHING)[column]))
        if balance.likelier is Alternative.STRANGER:
            steps.append(Step("rarity", "", balance.rarity))
        return steps


def with_impostor(rows: Mapping[str, tuple[float, ...]], knows: float) -> dict[str, Three]:
    """Code -> probability under holder, stranger and impostor, from the rows of the file.

    Whoever knows a field writes it as the holder would, slips included; who does not writes what
    the last figure of the row says.
    """
    return {
        code: (row[0], row[1], knows * row[0] + (1 - knows) * row[-1]) for code, row in rows.items()
    }


def _against(row: tuple[float, ...]) -> tuple[float, float]:
    holder, stranger, impostor = row
    return math.log2(holder / stranger), math.log2(holder / impostor)


def _same_name(code: str) -> bool:
    """Whether the code says that the registered name, all of it, is what was meant."""
    return code not in OTHER_NAMES and outcome(code) in (Outcome.MATCH, Outcome.PARTIAL)


OTHER_NAMES = frozenset(["one_word", "similar_word", "other_parts"])
"""Another name in part: corrected since, or a twin's; not what was registered, slips aside."""

_PARTS = frozenset(["missing_middle", "part_of_name", "initials"])


@lru_cache(maxsize=1)
def default() -> Weights:
    """The weights of the package."""
    return Weights(tomllib.loads(resources.files("features").joinpath(_FILE).read_text("utf-8")))

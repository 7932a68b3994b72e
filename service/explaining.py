"""Explains stored decisions, by the models and policies that took them, off the way of the calls."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import psycopg

from features.vector import NAMES
from graph.attributes import Key
from models import use_by
from models.counterfactual import Case
from models.errors import JudgementError
from models.explanation import Explanation, explain
from models.hard_facts import CODES
from models.wording import Words, figure_of, otherwise_of, title_of, words_of
from service.archive import Archive
from service.errors import ErasedError, UnexplainableError
from service.ledger.erasing import Erasures
from service.ledger.records import vector_of
from service.words import said

READ_AS = "explanation"
"""What a reading of one is called in the record of readings."""


class Decided(Protocol):
    """What is kept of a decision and explains it."""

    @property
    def institution(self) -> str:
        """Whose registration it is."""
        ...

    @property
    def reasons(self) -> Sequence[str]:
        """The codes; those of the hard facts that held are all among them."""
        ...

    @property
    def vector(self) -> bytes:
        """As it is stored."""
        ...

    @property
    def model_version(self) -> str:
        """What judged."""
        ...

    @property
    def policy_version(self) -> str:
        """What decided."""
        ...


class Explainer:
    """Explains by what is kept in a data folder; any thread may ask."""

    def __init__(self, home: Path) -> None:
        self._archive = Archive(home)

    def explain(self, decided: Decided) -> Explanation:
        """Takes a decision apart as it was taken.

        Raises:
            UnexplainableError: its model knew other features than this program, or is not kept.
        """
        vector = vector_of(decided.vector)
        try:
            names = self._archive.names(decided.model_version)
            model = self._archive.model(decided.model_version)
            rules = self._archive.policy(decided.policy_version)
        except JudgementError:
            raise UnexplainableError(said(*OTHER_FEATURES)) from None
        if names != NAMES or len(vector) != len(NAMES):
            raise UnexplainableError(said(*OTHER_FEATURES))
        held = tuple(c for c in decided.reasons if c in CODES or c in use_by.CODES)
        return explain(Case(vector, frozenset(held), decided.institution), held, model, rules)


def refuse_erased(door: psycopg.Connection, key: Key) -> None:
    """Refuses to explain what was decided about somebody whose erasure is asked or carried out.

    The vector stays, for replay; told in words with figures it would tell of the person.

    Raises:
        ErasedError: the registration is such a one.
    """
    if any(Erasures(door).asked([key])):
        raise ErasedError(said(*ERASED))


ERASED: Words = (
    "dữ liệu cá nhân của đăng ký này đã được xóa: không giải thích",
    "the personal data of this registration was erased: there is no explanation",
)
OTHER_FEATURES: Words = (
    "mô hình khi ấy dùng đặc trưng khác hoặc không còn lưu: không giải thích được",
    "its model used other features or is not kept: it cannot be explained",
)
START: Words = (
    "Điểm xuất phát của mô hình, khi chưa biết gì.",
    "Where the model starts, before anything is known.",
)
CLEARED: Words = (
    "Đã thông qua: không cần gì khác đi.",
    "It was cleared: nothing has to be different.",
)
NO_WAY: Words = (
    "Không có tối đa ba dữ kiện nào mà khi khác đi thì quyết định khác đi.",
    "There are no three facts or fewer that would change the decision by being different.",
)


def groups_in_words(explanation: Explanation, decided: Decided) -> list[tuple[str, float, Words]]:
    """Code, push in log-odds and words of each group, the furthest first.

    The sentence with its figure where there is one, else what the group is about: which way it
    points is told by the push alone.
    """
    vector = vector_of(decided.vector)
    return [
        (code, push, figure_of(code, vector) or title_of(code)) for code, push in explanation.groups
    ]


def facts_in_words(explanation: Explanation, decided: Decided) -> list[tuple[str, Words]]:
    """What led to the decision beside the score: the hard facts that held, and what was stale."""
    vector = vector_of(decided.vector)
    return [(code, words_of(code, vector)) for code in explanation.held]


def ways_in_words(explanation: Explanation) -> list[tuple[str, float, list[tuple[str, Words]]]]:
    """Decision, risk and facts of each set of facts that would change the decision."""
    return [
        (way.decision.code, way.risk, [(code, otherwise_of(code)) for code in way.codes])
        for way in explanation.ways
    ]


def why_no_ways(explanation: Explanation) -> Words | None:
    """What to say where no set of facts is told."""
    if explanation.ways:
        return None
    return CLEARED if explanation.after.decision.code == "clear" else NO_WAY

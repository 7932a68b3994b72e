"""Judges a whole book offline: the one road, from what was known at each registration's moment."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from graph.attributes import Tokens
from graph.history import History
from models import bundle, policy
from models.decision import Screening
from models.policy import Policy
from models.risk import RiskModel
from models.screening import Facts, gather, screen
from service.progress import Progress, WatchedRegister
from training.book import Book

_ROWS_A_PART = 5_000


@dataclass(frozen=True, slots=True)
class Judge:
    """What judges, and where progress goes."""

    model: RiskModel
    policy: Policy
    progress: Progress

    @classmethod
    def of(cls, model_folder: Path, rules: Path, progress: Progress) -> Judge:
        """The model of a bundle folder with the policy of a file.

        Raises:
            JudgementError: the bundle or the policy cannot be used.
        """
        return cls(bundle.load(model_folder).model(), policy.load(rules), progress)


def facts_of(book: Book, progress: Progress) -> list[Facts]:
    """The facts of the whole book, each as of its own moment, under a key of this run alone."""
    progress.stage(
        "gather",
        "Đối chiếu với cơ sở dữ liệu dân cư và đếm các liên hệ…",
        "Cross-checking with the population register and counting company…",
    )
    register = WatchedRegister(book.register, progress)
    tokens = Tokens(secrets.token_bytes(32))
    return gather(book.registrations, register, History(book.outcomes), tokens)


def screenings_of(facts: Sequence[Facts], judge: Judge) -> Iterator[list[Screening]]:
    """Screenings in parts, so that a book's vectors never lie in memory together."""
    judge.progress.stage("judge", "Đánh giá rủi ro…", "Judging…")
    for i in range(0, len(facts), _ROWS_A_PART):
        part = screen(facts[i : i + _ROWS_A_PART], judge.model, judge.policy)
        judge.progress.rows(i + len(part), len(facts))
        yield part

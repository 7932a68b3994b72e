"""The remote register: a national service over HTTP that says yes, no or unknown of each field.

It may be slow, metered, wrong or down, and none of that is an error here: what could not be asked
is `Unavailable`. Clock, sleep and chance come from outside.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from features.evidence import NotCovered, RegisterAnswer, Unavailable
from features.register.remote.cache import Cache
from features.register.remote.caution import Breaker, Budget
from features.register.remote.exchange import Exchange, RefusedError, UnansweredError
from features.register.remote.form import (
    MOST_QUESTIONS,
    PATH,
    MalformedError,
    Question,
    body_of,
    question_of,
    reply_of,
)
from features.registration import Registration

_LONGEST_PAUSE = 2.0
_MOST_REFUSED = 12
"""Calls in a row; a single odd question among a hundred is found after seven."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Terms:
    """Where a register is asked and what was agreed with it; times in seconds.

    `url` is that of the service, without the path of a question. `deadline` bounds one `ask`, whatever its size;
    `failures` in a row open the breaker for `pause`.
    """

    url: str
    token: str | None = field(default=None, repr=False)
    deadline: float = 3.0
    per_minute: int = 600
    max_age: float = 86_400.0
    attempts: int = 3
    backoff: float = 0.1
    failures: int = 5
    pause: float = 10.0

    @property
    def call_timeout(self) -> float:
        """A call that hangs leaves time for another one."""
        return self.deadline * 2 / 3


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The outside: a monotonic clock in seconds, sleep, and chance from 0 to below 1."""

    clock: Callable[[], float]
    sleep: Callable[[float], None]
    chance: Callable[[], float]


@dataclass(slots=True)
class Counts:
    """What happened to the questions so far; `calls` and `failures` are those over the network."""

    calls: int = 0
    failures: int = 0
    from_cache: int = 0
    over_budget: int = 0


class RemoteRegister:
    """A `PopulationRegister` that asks a national service; for one thread at a time."""

    def __init__(self, terms: Terms, around: Surroundings) -> None:
        self.counts = Counts()
        self._terms = terms
        self._around = around
        self._exchange = Exchange(terms.url.rstrip("/") + PATH, terms.token)
        self._breaker = Breaker(terms.failures, terms.pause, around.clock)
        self._budget = Budget(terms.per_minute, around.clock)
        self._cache = Cache(terms.max_age)

    @property
    def answers(self) -> bool:
        """Whether it answered when it was last called, or was not called yet."""
        return self._breaker.healthy

    @property
    def spare(self) -> bool:
        """Whether more than half of the questions of this minute are left, for what can wait."""
        return self._budget.left * 2 > self._terms.per_minute

    def ask(self, registrations: Sequence[Registration]) -> list[RegisterAnswer]:
        """One answer a registration, in order, by the deadline; never raises for the register."""
        until = self._around.clock() + self._terms.deadline
        questions = [question_of(registration) for registration in registrations]
        asked = {question.key: question for question in questions if question is not None}
        answers = self._remembered(asked)
        wanted = [question for key, question in asked.items() if key not in answers]
        for start in range(0, len(wanted), MOST_QUESTIONS):
            answers |= self._asked(wanted[start : start + MOST_QUESTIONS], until)
        for key in asked.keys() - answers.keys():
            answers[key] = self._cache.get_in_outage(key, self._around.clock()) or Unavailable()
        return [NotCovered() if q is None else q.own(answers[q.key]) for q in questions]

    def close(self) -> None:
        """Lets go of the connections."""
        self._exchange.close()

    def _remembered(self, asked: dict[bytes, Question]) -> dict[bytes, RegisterAnswer]:
        now = self._around.clock()
        found = {key: self._cache.get(key, now) for key in asked}
        known = {key: answer for key, answer in found.items() if answer is not None}
        self.counts.from_cache += len(known)
        return known

    def _asked(self, questions: list[Question], until: float) -> dict[bytes, RegisterAnswer]:
        """Answers by key; what is refused is halved, so that an odd question spoils no other.

        A register that refuses one part after the other is left alone: it takes none of them.
        """
        answers: dict[bytes, RegisterAnswer] = {}
        parts, refused = [questions], 0
        while parts and refused < _MOST_REFUSED:
            part = parts.pop()
            try:
                given = self._attempted(part, until)
            except RefusedError:
                refused += 1
                half = len(part) // 2
                parts += [part[half:], part[:half]] if half else []
                continue
            answers |= given
            refused = 0 if given else refused
        if refused and not answers:
            self._breaker.refuse()
        return answers

    def _attempted(self, questions: list[Question], until: float) -> dict[bytes, RegisterAnswer]:
        """Answers by key, none where the register gave none; calls again while it makes sense.

        Raises:
            RefusedError: it does not take them together.
        """
        for attempt in range(self._terms.attempts):
            within = min(self._terms.call_timeout, until - self._around.clock())
            if within <= 0 or not self._breaker.may_call():
                break
            granted = self._budget.grant(len(questions))
            self.counts.over_budget += len(questions) - granted
            questions = questions[:granted]
            if not questions:
                break
            try:
                return self._called(questions, within)
            except UnansweredError as error:
                if not error.again or not self._waited(error.after, attempt, until):
                    break
        return {}

    def _called(self, questions: list[Question], within: float) -> dict[bytes, RegisterAnswer]:
        """One call; what it answered is remembered.

        Raises:
            UnansweredError: there was no usable answer.
            RefusedError: it does not take them together.
        """
        self.counts.calls += 1
        try:
            reply = reply_of(self._exchange.post(body_of(questions), within), len(questions))
        except UnansweredError:
            self._note_failure()
            raise
        except MalformedError:
            self._note_failure()
            raise UnansweredError(again=False) from None
        self._breaker.succeed()
        now = self._around.clock()
        answers = {q.key: a for q, a in zip(questions, reply.answers, strict=True)}
        for key, answer in answers.items():
            self._cache.put(key, answer, reply.as_of, now)
        return answers

    def _note_failure(self) -> None:
        self.counts.failures += 1
        self._breaker.fail()
        if not self._breaker.may_call():
            _logger.warning(
                "the register does not answer; asked again in %.0f s", self._terms.pause
            )

    def _waited(self, asked_for: float | None, attempt: int, until: float) -> bool:
        """Waits before another attempt; False where none is worth making before the deadline.

        As long as the register asked for, else up to twice as long each time, by chance.
        """
        pause = asked_for
        if pause is None:
            longest = min(_LONGEST_PAUSE, self._terms.backoff * 2**attempt)
            pause = longest * self._around.chance()
        if not self._breaker.may_call() or self._around.clock() + pause >= until:
            return False
        self._around.sleep(pause)
        return True

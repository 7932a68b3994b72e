"""The circuit breaker: a policy or a model that suddenly stops other people is taken back.

While judges are new, the lane counts what they do to each institution. Where the share that is
reviewed or refused leaves what the institution's own last weeks make likely, and what the judges
before would have said of the same people does not explain it, the one before judges again: first
the policy, then the model. Looked at after every few decisions, so that a bad rule meets few people.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from features.errors import ChinhchuError
from models import bundle, journal, policy, registry, use_by
from models.decision import Decision, Screening
from models.errors import JudgementError
from models.hard_facts import CODES
from models.screening import Facts, screen
from service.freshness import Freshness
from service.in_force import InForce, Judges, adopted, journal_of
from service.ledger import Ledger
from service.ledger.decisions import Tally, tallies
from service.mixes import Mix, has_changed
from service.policies import adoptions, rollback
from service.policy_trial import share
from service.words import said

WHO = journal.BREAKER
LOOKED_AT_ONCE = 25
"""A bad rule meets at most so many people after it could be known for one."""
PAST = timedelta(days=28)
_PATIENCE = 1.0
"""Seconds that the lane waits for a switch of somebody else to end."""
_TRIES_AGAIN = timedelta(seconds=5)
ALL = ""
"""No institution's code: an institution has one."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Watch:
    """What new judges do, institution by institution.

    `before` are those who judged last, None where they cannot any more. `likely` are the bounds of
    each institution's share in the past, and under `ALL` those of all of them together: for one that
    is new, and because many small ones tell it together first. `over` are those that have been
    watched long enough.
    """

    judges: Judges
    before: Judges | None
    likely: Mapping[str, tuple[float, float]]
    over: frozenset[str] = frozenset()
    seen: dict[str, Mix] = field(default_factory=dict)

    def changed(self, screenings: Sequence[Screening]) -> str | None:
        """Counts; gives an institution whose mix has changed, `ALL` where only the whole has."""
        before = self._stopped_before(screenings)
        touched = set()
        for screening, stopped_before in zip(screenings, before, strict=True):
            stopped = screening.decision is not Decision.CLEAR
            for name in (screening.registration.institution, ALL):
                if self._is_watched(name):
                    self.seen[name].add(stopped=stopped, stopped_before=stopped_before)
                    touched.add(name)
        return next(filter(self._has_changed, sorted(touched, reverse=True)), None)

    def _is_watched(self, name: str) -> bool:
        mix = self.seen.setdefault(name, Mix())
        return name not in self.over and mix.decisions < self.judges.policy.breaker.window

    def _has_changed(self, institution: str) -> bool:
        likely = self.likely.get(institution, self.likely[ALL])
        rules, mixes = self.judges.policy.breaker, len(self.likely)
        return has_changed(self.seen[institution], likely, rules, mixes)

    def _stopped_before(self, screenings: Sequence[Screening]) -> list[bool]:
        if self.before is None:
            return [False] * len(screenings)
        risks = [s.risk for s in screenings]
        if self.before.model is not self.judges.model:
            vectors = np.array([s.vector for s in screenings])
            risks = self.before.model.risk(vectors).tolist()
        return [
            self.before.policy.decide(
                r,
                CODES.intersection(s.reasons),
                s.registration.institution,
                frozenset(use_by.CODES).intersection(s.reasons),
            )
            is not Decision.CLEAR
            for r, s in zip(risks, screenings, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class _Owed:
    """What could not be taken back: tried again from `at` on, while `meanwhile` judge."""

    watch: Watch
    why: str
    meanwhile: Judges
    at: datetime


class CircuitBreaker:
    """Judges for the lane, and watches what new judges do; its counts may be read by any thread.

    `held` counts what was taken back, `calm` is false from then on until a person switches again.
    """

    def __init__(
        self,
        in_force: InForce,
        freshness: Freshness,
        ledger: Ledger,
        home: Path,
        clock: Callable[[], datetime],
    ) -> None:
        self._in_force = in_force
        self._freshness = freshness
        self._ledger = ledger
        self._home = home
        self._clock = clock
        self._holding = False
        self._owed: _Owed | None = None
        self.held = 0
        self.calm = not _held_last(home)
        self._watch = self._watch_of(in_force.judges)
        in_force.announce = self.take_over

    def take_over(self, new: Judges) -> None:
        """Is told of new judges before they judge."""
        self.calm = self._holding is False
        self._watch = self._watch_of(new)

    def screen(self, facts: Sequence[Facts]) -> list[Screening]:
        """Judges by what is in force, a few at a time while that is new."""
        self._try_again()
        done: list[Screening] = []
        while len(done) < len(facts):
            judges, watch = self._in_force.judges, self._watch
            watched = watch is not None and watch.judges is judges
            some = facts[len(done) :][: LOOKED_AT_ONCE if watched else None]
            stale = self._freshness.watched(judges, self._clock())
            screenings = screen(some, judges.model, judges.policy, stale)
            done += screenings
            if watch is not None and watched:
                institution = watch.changed(screenings)
                if institution is not None:
                    self._hold(watch, institution)
        return done

    def _watch_of(self, judges: Judges) -> Watch | None:
        """The watch over new judges; None where there is nothing to compare them with."""
        try:
            with self._ledger.connection() as door:
                rows = tallies(door, self._clock() - PAST)
            return _watch(judges, rows, self._home)
        except (ChinhchuError, OSError) as error:
            unwatched = said("cầu dao không canh được", "the circuit breaker cannot watch")
            _logger.error("%s: %s", unwatched, " ".join(str(error).split()))  # noqa: TRY400
            return None

    def _hold(self, watch: Watch, institution: str) -> None:
        """Takes the new one back, on the lane's own thread: nobody more is to meet it."""
        mix = watch.seen[institution]
        why = (
            f"{institution or 'all institutions'}: {mix.stopped} of {mix.decisions} decisions were a review or a refusal; "
            f"{mix.stopped_before} would have been before"
        )
        self._watch, self.calm = None, False
        self._open(watch, why, _PATIENCE)

    def _try_again(self) -> None:
        owed = self._owed
        if owed is None or self._clock() < owed.at:
            return
        self._owed = None
        if self._in_force.judges is owed.meanwhile:  # nobody switched since
            self._open(owed.watch, owed.why, 0.1, told_before=True)

    def _open(self, watch: Watch, why: str, patience: float, *, told_before: bool = False) -> None:
        self._holding = True
        try:
            told = self._take_back(watch, why, patience)
        except (ChinhchuError, OSError) as error:
            told = self._owe(watch, why, error)
            if told_before:
                return
        finally:
            self._holding = False
        opens = said("cầu dao ngắt", "the circuit breaker opens")
        _logger.error("%s: %s (%s)", opens, told, why)

    def _owe(self, watch: Watch, why: str, error: Exception) -> str:
        """Lets those before judge although no file says so yet; what that is, in words."""
        meanwhile = watch.before or watch.judges
        self._in_force.lend(meanwhile)
        self._owed = _Owed(watch, why, meanwhile, self._clock() + _TRIES_AGAIN)
        model, rules = meanwhile.model.version, meanwhile.policy.version
        return said(
            f"chưa ghi được ({' '.join(str(error).split())}), sẽ thử lại; trong lúc chờ theo {model}, {rules}",
            f"cannot be recorded yet ({' '.join(str(error).split())}), tried again; {model} with {rules} judge meanwhile",
        )

    def _take_back(self, watch: Watch, why: str, patience: float) -> str:
        """What became of it, in words."""
        model, rules = watch.judges.model.version, watch.judges.policy.version
        at, before = self._clock(), watch.before
        if (before is None or before.policy.version != rules) and _former_policy(self._home):
            rollback(self._home, by=WHO, why=why, at=at, instead_of=rules, patience=patience)
        elif (before is None or before.model.version != model) and (
            former := _former_model(self._home, model)
        ):
            registry.switch(former, self._home, registry.Order(WHO, why, at, patience))
        self._in_force.look()
        now = self._in_force.judges
        if now is watch.judges:
            return said(
                f"không có gì để quay lại, vẫn theo mô hình {model}, chính sách {rules}",
                f"nothing to go back to, model {model} and policy {rules} go on",
            )
        self.held += 1
        return said(
            f"giữ lại mô hình {model}, chính sách {rules}; quay lại {now.model.version}, {now.policy.version}",
            f"model {model} with policy {rules} is held; back to {now.model.version}, {now.policy.version}",
        )


def _former_policy(home: Path) -> bool:
    """Whether there is a policy to go back to that was not held itself."""
    file = adopted("previous", home)
    return file is not None and file.stem not in journal.held(journal_of(home))


def _former_model(home: Path, champion: str) -> str | None:
    """The champion before this one, None where it was held itself."""
    now, former = (registry.aliased(alias, home) for alias in ("champion", "previous"))
    if now is None or former is None or now.name != champion:
        return None
    return None if former.name in journal.held(registry.journal_of(home)) else former.name


def _held_last(home: Path) -> bool:
    """Whether the last switch, of the policy or of the model, was the breaker's."""
    made = [(a.at, a.by) for a in adoptions(home)[-1:]]
    made += [(datetime.fromisoformat(e["at"]), e["by"]) for e in registry.switches(home)[-1:]]
    return bool(made) and max(made, key=lambda switch: switch[0].timestamp())[1] == WHO


def _watch(judges: Judges, counted: Sequence[Tally], home: Path) -> Watch | None:
    """The watch over judges, by what others decided before them; None where nobody did."""
    ours = judges.model.version, judges.policy.version
    models, policies = (
        journal.held(file) for file in (registry.journal_of(home), journal_of(home))
    )
    others = [
        t
        for t in counted
        if (t.model_version, t.policy_version) != ours
        and t.model_version not in models
        and t.policy_version not in policies
    ]
    if not others:
        return None
    last = max(others, key=lambda tally: tally.last_position)
    own = {
        t.institution: t.decisions for t in counted if (t.model_version, t.policy_version) == ours
    }
    window = judges.policy.breaker.window
    over = frozenset(institution for institution, n in own.items() if n >= window)
    return Watch(judges, _before(last, judges, home), _likely(others), over)


def _likely(others: Sequence[Tally]) -> dict[str, tuple[float, float]]:
    decisions, stopped = Counter[str](), Counter[str]()
    for tally in others:
        for name in (ALL, tally.institution):
            decisions[name] += tally.decisions
            stopped[name] += tally.stopped
    shares = {name: share(stopped[name], n) for name, n in decisions.items()}
    return {name: (found.low, found.high) for name, found in shares.items()}


def _before(last: Tally, judges: Judges, home: Path) -> Judges | None:
    """Those who judged last, None where they no longer can."""
    model, rules, learned_until = judges.model, judges.policy, judges.learned_until
    try:
        if last.model_version != model.version:
            chosen = bundle.load(home / "models" / last.model_version)
            model, learned_until = chosen.model(), chosen.learned_until
        if last.policy_version != rules.version:
            rules = policy.load(home / "policies" / f"{last.policy_version}.toml")
    except JudgementError:
        return None
    return Judges(model, rules, learned_until)

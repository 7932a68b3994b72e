"""Decisions of past days as columns: what a policy is tried on and fitted to.

They come from the ledger, or from the folder of a backtest or a campaign. Risk and hard facts are
those of then, so that nothing but the policy is another.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from features import address, commune
from features.errors import InputError
from features.evidence import Evidence, Identity
from features.reading import read_labels, read_registrations
from features.registration import VIETNAM, Registration
from graph.attributes import Key
from models import use_by
from models.decision import Decision
from models.hard_facts import CODES
from models.policy import Policy
from service.ledger import Ledger
from service.ledger.decisions import Decided, decided, latest
from service.words import said
from training.book import registrations_meant
from training.groups import groups_of

FRAUD, CLEARED, UNKNOWN = 1, 0, -1
GROUPS = ("institution", "kind", "channel", "age_group", "sex", "name_group", "province_group")
STALE = frozenset(use_by.CODES)
_TOLD = CODES | STALE
_COLUMNS = ("registration_id", "risk", "reasons")


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `since` on and before `before`; what is not said is the last `days` there are."""

    since: date | None = None
    before: date | None = None
    days: int = 30


@dataclass(frozen=True, slots=True)
class Period:
    """Days of Vietnam from `since` on and before `before`."""

    since: date
    before: date

    @classmethod
    def ending(cls, last: datetime, asked: Span) -> Self:
        """The days that were asked for, where `last` is the moment of the last decision."""
        end = asked.before or _day(last) + timedelta(days=1)
        return cls(asked.since or date.fromordinal(max(end.toordinal() - asked.days, 1)), end)

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """Where it begins and ends."""
        since, before = (datetime.combine(d, time(), VIETNAM) for d in (self.since, self.before))
        return since, before

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.before - self.since).days


@dataclass(frozen=True, slots=True)
class Row:
    """One past decision: its key and id, when, what was held, what became known, and of whom.

    `groups` are those of `GROUPS`, empty where nothing tells.
    """

    key: Key
    screening_id: str
    day: date
    risk: float
    facts: frozenset[str]
    outcome: int
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Past:
    """Past decisions with their columns. `outcome` is 1, 0, or -1 where nothing is known.

    `kinds` are the different sets of hard facts and of what was stale, and `facts` says by number
    which one a row has; so do `institution` and `institutions`. `day` counts from the first day of the period.
    """

    rows: list[Row]
    period: Period
    risk: NDArray[np.float64]
    outcome: NDArray[np.int8]
    day: NDArray[np.int64]
    kinds: list[frozenset[str]]
    facts: NDArray[np.int64]
    institutions: list[str]
    institution: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rows)

    def decide(self, policy: Policy) -> NDArray[np.int8]:
        """The decision of each row under a policy, as `Policy.decide` gives it."""
        bounds = np.array([policy.threshold(institution) for institution in self.institutions])
        risky = self.risk >= bounds[self.institution]
        low, high = (
            np.array([_decision(policy, kind, risk) for kind in self.kinds], dtype=np.int8)
            for risk in (-math.inf, math.inf)
        )
        return np.where(risky, high[self.facts], low[self.facts])

    def group(self, name: str) -> NDArray[np.str_]:
        """The column of a group."""
        place = GROUPS.index(name)
        return np.array([row.groups[place] for row in self.rows])


def past_of(rows: Iterable[Row], period: Period) -> Past:
    """The columns of rows.

    Raises:
        InputError: there are none.
    """
    held = sorted(rows, key=lambda row: (row.day, row.key))
    if not held:
        none = "không có quyết định nào trong những ngày ấy", "no decision lies in those days"
        raise InputError(said(*none))
    kinds, facts = np.unique([" ".join(sorted(r.facts)) for r in held], return_inverse=True)
    institutions, institution = np.unique([r.key[0] for r in held], return_inverse=True)
    return Past(
        held,
        period,
        risk=np.array([row.risk for row in held]),
        outcome=np.array([row.outcome for row in held], dtype=np.int8),
        day=np.array([(row.day - period.since).days for row in held]),
        kinds=[frozenset(kind.split()) for kind in kinds.tolist()],
        facts=facts,
        institutions=institutions.tolist(),
        institution=institution,
    )


def of_ledger(ledger: Ledger, span: Span) -> Past:
    """What the ledger decided on those days.

    Raises:
        InputError: it decided nothing then.
        UnavailableError: it is away.
    """
    with ledger.connection() as door:
        last = latest(door)
        period = Period.ending(last or datetime.now(VIETNAM), span)
        return past_of(map(_of_decided, decided(door, ledger.keys, *period.moments)), period)


def of_files(folder: Path, files: tuple[Path, Path | None], span: Span) -> Past:
    """What a backtest or a campaign decided on those days.

    Args:
        folder: that of the run, with `decisions.parquet`.
        files: its registrations, and its labels if there are any.
        span: the days.

    Raises:
        InputError: a file cannot be read, or nothing was decided then.
    """
    registrations = read_registrations(files[0]).items
    labels = read_labels(files[1]).items if files[1] else []
    outcomes = {key: label.is_fraud for label, key in registrations_meant(labels, registrations)}
    last = max((r.registered_at for r in registrations), default=datetime.now(VIETNAM))
    period = Period.ending(last, span)
    made = {r.registration_id: r for r in registrations if _within(r, period)}
    several = Counter(r.registration_id for r in registrations)
    rows = (
        _row(made[decision["registration_id"]], decision, outcomes)
        for decision in _decisions(folder)
        if several[decision["registration_id"]] == 1 and decision["registration_id"] in made
    )
    return past_of(rows, period)


def _decisions(folder: Path) -> list[dict[str, Any]]:
    file = folder / "decisions.parquet"
    try:
        rows: list[dict[str, Any]] = pq.read_table(file, columns=list(_COLUMNS)).to_pylist()
    except (OSError, pa.ArrowException, KeyError) as error:
        raise InputError(
            said(
                f"{file}: không đọc được kết quả của backtest hay campaign",
                f"{file}: cannot be read as what a backtest or campaign wrote",
            )
        ) from error
    return rows


def _row(
    registration: Registration, decision: Mapping[str, Any], outcomes: Mapping[Key, bool]
) -> Row:
    home = None if registration.address is None else address.province(registration.address)
    province = commune.PROVINCE_CODES[home] if home else ""
    return Row(
        registration.key,
        "",
        _day(registration.registered_at),
        decision["risk"],
        _TOLD.intersection(decision["reasons"]),
        _outcome(outcomes.get(registration.key)),
        _groups(registration, Evidence(Identity.UNVERIFIABLE), province),
    )


def _of_decided(found: Decided) -> Row:
    groups = (found.key[0], *("" for _ in GROUPS[1:]))
    if found.examined is not None:
        groups = _groups(*found.examined, found.province)
    return Row(
        found.key,
        str(found.screening_id),
        _day(found.at),
        found.risk,
        _TOLD.intersection(found.reasons),
        _outcome(found.is_fraud),
        groups,
    )


def _groups(registration: Registration, evidence: Evidence, province: str) -> tuple[str, ...]:
    channel = "" if registration.channel is None else registration.channel.value
    told = groups_of(registration, evidence, province)
    return (
        registration.institution,
        registration.kind.value,
        channel,
        *(group or "" for group in told),
    )


def _decision(policy: Policy, held: frozenset[str], risk: float) -> Decision:
    """Below every threshold, or above each: it is the same at all institutions."""
    return policy.decide(risk, held & CODES, "", held & STALE)


def _outcome(is_fraud: bool | None) -> int:  # noqa: FBT001  # as the ledger has it
    return UNKNOWN if is_fraud is None else FRAUD if is_fraud else CLEARED


def _within(registration: Registration, period: Period) -> bool:
    return period.since <= _day(registration.registered_at) < period.before


def _day(moment: datetime) -> date:
    return moment.astimezone(VIETNAM).date()

"""The two offline runs: a backtest replays a book in order, a campaign reviews it as a whole."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from graph.attributes import Key, Node
from graph.lineage import Known, Step, follow, remembered, survival
from graph.rings import Finder, Ring, find, reached, ring_of_token
from models.decision import Screening
from service.campaign import output
from service.campaign.judging import Judge, facts_of, screenings_of
from service.campaign.stories import write_stories
from service.results import results
from service.ring_export import draw_campaign
from training.book import Book, BookFiles, open_book

_IN_RING = "IN_RING"
_NO_VECTOR = np.empty(0)


@dataclass(frozen=True, slots=True)
class Moments:
    """What a run may know: registrations before `as_of`, labels before `labels_until`."""

    as_of: datetime | None = None
    labels_until: datetime | None = None


def backtest(files: BookFiles, judge: Judge, out: Path, *, rings_every: int) -> dict[str, Any]:
    """Writes the decisions that the live service would have given, and gives the report.

    Args:
        files: the book.
        judge: model, policy and progress.
        out: folder of the results.
        rings_every: days between two ring runs, each at 00:00 UTC from what was then known.
    """
    with results(out) as aside, open_book(files) as book:
        screenings, nodes, risk = _judged(book, judge)
        judge.progress.stage("rings", "Tìm nhóm theo từng kỳ…", "Running the rings…")
        calendar = ring_calendar(nodes, risk, timedelta(days=rings_every))
        rows = [replace(s, ring_id=r) for s, r in zip(screenings, calendar.reached, strict=True)]
        asked = {"command": "backtest", "rings_every": rings_every}
        report = _report(book, rows, judge, asked) | {
            "ring_runs": len(calendar.history),
            "ring_ids_that_survive_a_run": survival(calendar.history),
        }
        return _finish(aside, book, rows, calendar.rings, judge, report)


def campaign(files: BookFiles, judge: Judge, out: Path, moments: Moments) -> dict[str, Any]:
    """Screens the whole book, finds its rings, and raises their members' risk."""
    known = {"until": moments.as_of, "labels_until": moments.labels_until}
    with results(out) as aside, open_book(files, **known) as book:
        screenings, nodes, risk = _judged(book, judge)
        judge.progress.stage("rings", "Tìm nhóm trong cả sổ…", "Finding rings in the whole book…")
        rings = find(nodes, risk)
        ring_of = {n.key: r for r in rings for n in r.members}
        rows = [
            raised(s, ring_of.get(n.key), judge) for s, n in zip(screenings, nodes, strict=True)
        ]
        report = _report(book, rows, judge, {"command": "campaign", **_moments(moments)})
        return _finish(aside, book, rows, rings, judge, report)


@dataclass(frozen=True, slots=True)
class Calendar:
    """What ring runs one after the other found in a book.

    `reached` is the ring that each registration reached at the last run before it, `rings` those
    of the last run, `history` what became of each ring at every run.
    """

    reached: list[str | None]
    rings: list[Ring]
    history: list[list[Step]]


def ring_calendar(nodes: Sequence[Node], risk: Mapping[Key, float], every: timedelta) -> Calendar:
    """Ring runs over a book, each at 00:00 UTC from what was then known.

    Args:
        nodes: in the order of the world.
        risk: by key, as judged at each registration's own moment, without outcomes.
        every: time between two runs, the first at the first 00:00 UTC before all.
    """
    calendar = Calendar([None] * len(nodes), [], [])
    if not nodes:
        return calendar
    finder, risks = Finder(nodes), np.array([risk[n.key] for n in nodes])
    first = datetime.combine(nodes[0].registered_at.date(), time(), UTC)
    ages = [n.registered_at - first for n in nodes]
    memory: dict[str, Known] = {}
    start = 0
    while start < len(nodes):
        # From run to run that somebody comes after: a far-off date costs no empty periods.
        end = bisect_left(ages, every * (ages[start] // every + 1), start)
        calendar.rings[:], steps = follow(memory, finder.rings(risks, before=start))
        memory = remembered(memory, steps)
        calendar.history.append(steps)
        leads = ring_of_token(calendar.rings)
        calendar.reached[start:end] = [reached(n, leads) for n in nodes[start:end]]
        start = end
    return calendar


def raised(screening: Screening, ring: Ring | None, judge: Judge) -> Screening:
    """The screening of a ring's member, half-way to the ring's risk where that is higher."""
    if ring is None:
        return screening
    risk = max(screening.risk, (screening.risk + ring.risk) / 2)
    return replace(
        screening,
        ring_id=ring.ring_id,
        risk=risk,
        risk_band=judge.policy.band(risk),
        decision=max(
            screening.decision, judge.policy.by_risk(risk, screening.registration.institution)
        ),
        reasons=(*screening.reasons, _IN_RING),
    )


def _judged(book: Book, judge: Judge) -> tuple[list[Screening], list[Node], dict[Key, float]]:
    """All screenings and nodes, and the risks that rings are found by.

    Vectors are dropped as soon as they are judged.
    """
    facts = facts_of(book, judge.progress)
    rows: list[Screening] = []
    risk: dict[Key, float] = {}
    for part in screenings_of(facts, judge):
        risk.update((s.registration.key, s.risk_without_outcomes) for s in part)
        rows += [replace(s, vector=_NO_VECTOR) for s in part]
    return rows, [f.node for f in facts], risk


def _moments(moments: Moments) -> dict[str, str]:
    pairs = (("as_of", moments.as_of), ("labels_until", moments.labels_until))
    return {k: v.isoformat() for k, v in pairs if v is not None}


def _report(
    book: Book, rows: Sequence[Screening], judge: Judge, asked: dict[str, Any]
) -> dict[str, Any]:
    return {
        **asked,
        "counts": book.counts,
        "decisions": dict(Counter(s.decision.code for s in rows)),
        "identities": dict(Counter(s.evidence.identity.value for s in rows)),
        "risk_bands": dict(Counter(s.risk_band.value for s in rows)),
        "model_version": judge.model.version,
        "policy_version": judge.policy.version,
        "snapshot_date": None if book.snapshot is None else book.snapshot.isoformat(),
        "register": "The snapshot's date is that of its latest dated fact; undated columns are "
        "taken as the snapshot has them.",
    }


def _finish(
    folder: Path,
    book: Book,
    rows: Sequence[Screening],
    rings: Sequence[Ring],
    judge: Judge,
    report: dict[str, Any],
) -> dict[str, Any]:
    judge.progress.stage("write", "Ghi kết quả…", "Writing…")
    table = pa.Table.from_pylist([s.row() for s in rows], output.DECISIONS)
    judge.progress.done()
    report = {
        **report,
        "rings": len(rings),
        "ring_members": sum(len(r.members) for r in rings),
        "seconds": judge.progress.seconds,
    }
    confirmed = {key for key, (_, is_fraud) in book.outcomes.items() if is_fraud}
    write_stories(folder, rings, confirmed)
    # As of the book's last moment, not of the clock: the same book gives the same file.
    last = max(
        (s.registration.registered_at for s in rows), default=datetime.min.replace(tzinfo=UTC)
    )
    draw_campaign(rings, last, folder)
    output.write(folder, table, rings, book.rejected, report)
    return report

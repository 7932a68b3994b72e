"""What the lane does with one batch: gather, judge, commit, project, and only then answer.

No answer waits for the live graph: without it a registration is judged as though it were alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from features.registration import Registration
from graph.attributes import Key, Mark, Node
from models.decision import Screening
from models.hard_facts import UNSEEN
from service.calls import Answered, OutcomeCall, ScreeningCall
from service.errors import (
    ConflictError,
    ErasedError,
    NotFoundError,
    OtherOutcomeError,
    RefusedError,
)
from service.keys import Keys
from service.ledger.reading import Known, WholeLedger
from service.ledger.records import Asked, Judged, NewOutcome, StoredOutcome, content
from service.ledger.writing import Writer
from service.livegraph import FollowedGraph
from service.telemetry import Telemetry

_OTHER_CONTENT = "this registration_id was sent before with different content"
_ERASED = "the personal data of this registration was erased before it was screened"
_OTHER_OUTCOME = "this registration has another outcome already"


@dataclass(frozen=True, slots=True)
class Road:
    """The one road, with everything it needs already in its hands.

    `judge` gives for each registration, in order, its screening and its node in the graph.
    """

    judge: Callable[[Sequence[Registration]], list[tuple[Screening, Node]]]


class Batches:
    """Answers batches of calls; one thread at a time."""

    def __init__(
        self,
        road: Road,
        graph: FollowedGraph,
        keys: Keys,
        before: Callable[[Writer, datetime], bool],
        telemetry: Telemetry | None = None,
    ) -> None:
        """`before` does what is due ahead of each batch (the day's ring run); False if it cannot.

        `road` goes by `graph`.
        """
        self._road = road
        self._graph = graph
        self._keys = keys
        self._before = before
        self._telemetry = telemetry or Telemetry()

    def screen(self, writer: Writer, calls: Sequence[ScreeningCall], now: datetime) -> None:
        """Screens what is new, answers the rest from the ledger."""
        position = self.make_ready(writer, now)
        ledger = WholeLedger(writer.door, self._keys)
        known = ledger.known(list({call.key for call in calls}))
        fresh = sorted(self._sort_out(calls, known), key=lambda same: same[0].registration.order)
        if not fresh:
            return
        firsts = [same[0] for same in fresh]
        road = self._road.judge([call.registration for call in firsts])
        judged = [
            Judged(
                screening=screening,
                node=node,
                asked=Asked(call.asked_by, call.purpose, now),
                graph_position=0 if UNSEEN in screening.reasons else position or 0,
                in_ledger=call.key in known,
            )
            for call, (screening, node) in zip(firsts, road, strict=True)
        ]
        stored = writer.record_screenings(judged)
        self._telemetry.screened(judged)
        nodes = [j.node for j in judged if not j.in_ledger]
        self._graph.project(nodes, [], ledger.last_position())
        for same, answer in zip(fresh, stored, strict=True):
            for i, call in enumerate(same):
                call.future.set_result(Answered(answer, repeated=i > 0))

    def make_ready(self, writer: Writer, now: datetime) -> int | None:
        """Brings the graph along with the ledger, and does what is due; gives its position then.

        None where it cannot be asked: what is screened now is screened without company.
        """
        ledger = WholeLedger(writer.door, self._keys)
        return self._graph.bring(ledger, lambda: self._before(writer, now))

    def learn(self, writer: Writer, calls: Sequence[OutcomeCall], now: datetime) -> None:
        """Records what is new of registrations that the ledger holds."""
        ledger = WholeLedger(writer.door, self._keys)
        self._graph.bring(ledger)
        keys = list({call.key for call in calls})
        nodes = {(n.institution, n.registration_id): n for n in ledger.nodes(keys)}
        calls = _after_registration(calls, nodes)
        held = {k: s.outcome for k, s in ledger.known_outcomes(keys).items()}
        fresh: dict[Key, NewOutcome] = {}
        for call in calls:
            if call.key in nodes and call.key not in held:
                fresh.setdefault(call.key, call.outcome)
        new = writer.record_outcomes(list(fresh.values()), now) if fresh else []
        self._telemetry.learned(new)
        marks = [
            Mark(nodes[s.outcome.key], s.outcome.confirmed_at, s.outcome.is_fraud) for s in new
        ]
        if marks:
            self._graph.project([], marks, ledger.last_position())
        _answer(calls, ledger.known_outcomes(keys))

    def _sort_out(
        self, calls: Sequence[ScreeningCall], known: dict[Key, Known]
    ) -> list[list[ScreeningCall]]:
        """Answers what needs no screening; groups the rest by key, equal content together."""
        groups: dict[Key, list[ScreeningCall]] = {}
        for call in calls:
            held = known.get(call.key)
            plain = content(call.registration)
            first = groups.get(call.key)
            if held is not None and not self._keys.is_digest_of(held.digest, plain):
                call.future.set_exception(ConflictError(_OTHER_CONTENT))
            elif held is not None and held.screening is not None:
                call.future.set_result(Answered(held.screening, repeated=True))
            elif held is not None and held.erased:
                call.future.set_exception(ErasedError(_ERASED))
            elif first is not None and content(first[0].registration) != plain:
                call.future.set_exception(ConflictError(_OTHER_CONTENT))
            else:
                groups.setdefault(call.key, []).append(call)
        return list(groups.values())


def _after_registration(
    calls: Sequence[OutcomeCall], nodes: Mapping[Key, Node]
) -> list[OutcomeCall]:
    """Refuses what is said to have been known before there was anything to know of."""
    good = []
    for call in calls:
        node = nodes.get(call.key)
        if node is not None and call.outcome.confirmed_at <= node.registered_at:
            call.future.set_exception(RefusedError("confirmed_at", "before_registration"))
        else:
            good.append(call)
    return good


def _answer(calls: Sequence[OutcomeCall], held: dict[Key, StoredOutcome]) -> None:
    for call in calls:
        stored = held.get(call.key)
        if stored is None:
            call.future.set_exception(NotFoundError("no such registration"))
        elif stored.outcome != call.outcome:
            call.future.set_exception(OtherOutcomeError(_OTHER_OUTCOME))
        else:
            call.future.set_result(stored)

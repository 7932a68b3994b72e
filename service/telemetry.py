"""What the service counts of itself, in the form that Prometheus reads.

Labels are kinds, decisions and parts alone: no institution, for codes of institutions are business data
and anybody who reaches the port may read; no id and nothing of a person.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.ledger.records import Judged, StoredOutcome

_DAY = 86_400.0
_SECONDS = (0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
_ROWS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
_ROUTES = {
    "/v1/screenings": "screenings",
    "/v1/outcomes": "outcomes",
    "/health/live": "health",
    "/health/ready": "health",
    "/metrics": "metrics",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How the service stands now; None where a thing is not there."""

    waiting: int
    model: str
    policy: str
    trained_until: datetime | None
    snapshot: date | None
    watched: tuple[datetime, int] | None
    """When the ledger was watched last, and the alerts there were."""
    shadow: tuple[int, int]
    """Rows that a challenger judged too, and those that it would decide otherwise."""
    held: int
    """How often the circuit breaker took back what judged."""
    mode: str
    """`normal`, `stand_in`, or what is past its use-by date."""


class Telemetry:
    """Counters of one process; every method may be called by any thread."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._screenings = self._counter(
            "screenings", "Registrations screened and committed", "kind", "channel", "decision"
        )
        self._identities = self._counter("identities", "Identities found", "identity")
        self._outcomes = self._counter("outcomes", "Outcomes recorded", "is_fraud")
        self._batch = self._histogram("batch_rows", "Registrations screened together", _ROWS)
        self._last = Gauge(
            "chinhchu_last_batch_timestamp_seconds",
            "When the last batch was committed, 0 before the first",
            registry=self.registry,
        )
        self._requests = Histogram(
            "chinhchu_request_seconds",
            "Time to answer a request, until its last byte is handed over",
            ["route", "status"],
            buckets=_SECONDS,
            registry=self.registry,
        )

    def screened(self, judged: Sequence[Judged]) -> None:
        """Counts a batch that was committed just now."""
        for one in judged:
            screening = one.screening
            registration = screening.registration
            channel = "none" if registration.channel is None else registration.channel.value
            labels = (registration.kind.value, channel, screening.decision.code)
            self._screenings.labels(*labels).inc()
            self._identities.labels(screening.evidence.identity.value).inc()
        if judged:
            self._batch.observe(len(judged))
            self._last.set(judged[-1].asked.at.timestamp())

    def learned(self, outcomes: Sequence[StoredOutcome]) -> None:
        """Counts outcomes that were committed just now."""
        for stored in outcomes:
            self._outcomes.labels(str(stored.outcome.is_fraud).lower()).inc()

    def requested(self, path: str, status: int, seconds: float) -> None:
        """Counts a request by its route, never by what its path names."""
        route = _ROUTES.get(path) or ("screenings" if path.startswith("/v1/s") else "other")
        self._requests.labels(route, f"{status // 100}xx").observe(seconds)

    def follow(self, standings: Standings) -> None:
        """Tells these gauges too, from now on."""
        self.registry.register(standings)

    def text(self) -> bytes:
        """All of it, in Prometheus's text format."""
        return generate_latest(self.registry)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"chinhchu_{name}", text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str, buckets: Sequence[float]) -> Histogram:
        return Histogram(f"chinhchu_{name}", text, buckets=buckets, registry=self.registry)


class Standings(Collector):
    """Asks, whenever somebody reads, how lane, parts, model and register stand."""

    def __init__(
        self,
        standing: Callable[[], Standing],
        checks: Mapping[str, Callable[[], bool]],
        clock: Callable[[], datetime],
    ) -> None:
        self._standing = standing
        self._checks = checks
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        """The gauges of now."""
        now, standing = self._clock(), self._standing()
        yield _gauge("lane_waiting", "Calls that wait for the lane", standing.waiting)
        up = GaugeMetricFamily("chinhchu_up", "Whether a part answers", labels=["part"])
        for part, answers in self._checks.items():
            up.add_metric([part], float(answers()))
        yield up
        for name, version in (("model", standing.model), ("policy", standing.policy)):
            text = f"The version of the {name} in force"
            told = GaugeMetricFamily(f"chinhchu_{name}_info", text, labels=["version"])
            told.add_metric([version], 1.0)
            yield told
        text = "What is past its use-by date, if anything"
        mode = GaugeMetricFamily("chinhchu_mode_info", text, labels=["mode"])
        mode.add_metric([standing.mode], 1.0)
        yield mode
        yield from _ages(standing, now)
        judged, changed = standing.shadow
        yield _gauge("shadow_judged", "Rows that a challenger judged too", judged)
        yield _gauge("shadow_changed", "Those that it would decide otherwise", changed)
        yield _gauge("breaker_held", "How often new judges were taken back", standing.held)
        if standing.watched is not None:
            yield _gauge("watch_alerts", "Alerts of the last `watch`", standing.watched[1])


def _ages(standing: Standing, now: datetime) -> Iterator[Metric]:
    if standing.trained_until is not None:
        days = (now - standing.trained_until).total_seconds() / _DAY
        yield _gauge("model_age_days", "Since the last day that the model learned from", days)
    if standing.snapshot is not None:
        days = float((now.date() - standing.snapshot).days)
        yield _gauge("register_age_days", "Since the snapshot of the replica", days)
    if standing.watched is not None:
        days = (now - standing.watched[0]).total_seconds() / _DAY
        yield _gauge("watch_age_days", "Since the ledger was watched last", days)


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"chinhchu_{name}", text, value=value)


class Timed:
    """Times every request; an answer goes through untouched."""

    def __init__(self, app: ASGIApp, telemetry: Telemetry) -> None:
        self.app = app
        self._telemetry = telemetry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Counts what the wrapped application answered; one that it did not is a 500."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            self._telemetry.requested(scope["path"], status, time.perf_counter() - began)

"""Puts the house together; the only file that names concrete adapters."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.util import find_spec
from pathlib import Path

import psycopg
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from features.errors import DataFolderError
from features.evidence import PopulationRegister
from features.register.remote import RemoteRegister, Surroundings, Terms
from features.register.replica import Replica
from features.registration import Registration
from graph.attributes import Node, Tokens
from graph.company import Graph
from graph.live import LiveGraph
from models import policy
from models.decision import Screening
from models.screening import Examined, accompany, gather, screen
from service import embedded
from service.batches import Batches, Road
from service.breaker import CircuitBreaker
from service.callers import Callers
from service.datafolder import DataFolder, check_made, open_folder, owned
from service.embedded import Parts, graph_url_of_running, url_of_running
from service.errors import StartError, UnavailableError
from service.explaining import Explainer
from service.forgetting import Forgetting
from service.freshness import Ageing, Freshness
from service.in_force import InForce, policy_file
from service.keys import Keys, for_settings
from service.lane import Lane
from service.ledger import Ledger
from service.ledger.writing import Writer
from service.livegraph import FollowedGraph
from service.lookagain import LookAgain
from service.rebuilding import Tidying
from service.rescreening import OneByOne, RegisterState, Rescreening
from service.ringruns import RingRuns
from service.routes.door import Doors
from service.settings import Settings
from service.shadow import Shadow
from service.standing import last_watch
from service.telemetry import Standing, Standings, Telemetry
from service.words import said

ROOMS = ("features", "graph", "models", "training", "service")
_ANSWER_WITHIN = 5.0
_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Store:
    """The data folder with its parts running: ledger and live graph, and the keys of both."""

    folder: DataFolder
    parts: Parts
    keys: Keys
    ledger: Ledger
    graph: LiveGraph
    valkey: redis.Redis


@dataclass(frozen=True, slots=True)
class RegisterInUse:
    """The register that is asked here, and how it is.

    `remote`: its outages are its own, and no reason to call this service away. `snapshot` gives
    the day of what it holds, where that is known.
    """

    asked: PopulationRegister
    state: RegisterState
    remote: bool
    snapshot: Callable[[], date | None] = lambda: None


@dataclass(frozen=True, slots=True)
class House:
    """The whole house: what stores, what judges, and the lane that does both in order."""

    store: Store
    register_in_use: RegisterInUse
    in_force: InForce
    freshness: Freshness
    breaker: CircuitBreaker
    shadow: Shadow
    tokens: Tokens
    followed: FollowedGraph
    lane: Lane
    callers: Callers
    clock: Callable[[], datetime]
    telemetry: Telemetry

    @property
    def ledger(self) -> Ledger:
        """The ledger."""
        return self.store.ledger

    @property
    def graph(self) -> LiveGraph:
        """The live graph."""
        return self.store.graph

    @property
    def register(self) -> PopulationRegister:
        """The register that is asked."""
        return self.register_in_use.asked

    @property
    def checks(self) -> dict[str, Callable[[], bool]]:
        """Whether each part answers, to be asked now."""
        return {
            "lane": lambda: self.lane.ready,
            "ledger": self._ledger_answers,
            "graph": self._graph_answers,
            "register": self.register_in_use.state.answers,
            "breaker": lambda: self.breaker.calm,
        }

    def mode(self) -> str:
        """What is past its use-by date now, if anything."""
        return self.freshness.mode(self.in_force.judges, self.clock())

    def standing(self) -> Standing:
        """How it stands, for the metrics."""
        judges, register = self.in_force.judges, self.register_in_use
        return Standing(
            waiting=self.lane.waiting,
            model=judges.model.version,
            policy=judges.policy.version,
            trained_until=judges.learned_until,
            snapshot=register.snapshot(),
            watched=last_watch(self.store.folder),
            shadow=(self.shadow.judged, self.shadow.changed),
            held=self.breaker.held,
            mode=self.mode(),
        )

    def doors(self) -> Doors:
        """What the routes of the API reach."""
        return Doors(
            lane=self.lane,
            ledger=self.ledger,
            callers=self.callers,
            clock=self.clock,
            explainer=Explainer(self.store.folder.home),
            mode=self.mode,
            checks=self.checks,
            telemetry=self.telemetry,
            dispensable=frozenset(
                {"graph", "breaker"} | ({"register"} if self.register_in_use.remote else set())
            ),
        )

    def _ledger_answers(self) -> bool:
        try:
            with self.ledger.connection() as door:
                door.execute("SELECT 1")
        except (UnavailableError, psycopg.Error):
            return False
        return True

    def _graph_answers(self) -> bool:
        """Whether the lane can tell a company now: a server that is empty answers too."""
        try:
            return bool(self.store.valkey.ping()) and self.followed.tells
        except redis.RedisError:
            return False


def now() -> datetime:
    """The service's clock."""
    return datetime.now(UTC)


@contextmanager
def opened(
    settings: Settings, *, announce: Callable[[str], None] = embedded.say
) -> Iterator[Store]:
    """The data folder, owned, with its parts running: for commands that do not screen.

    `announce` takes a line for each part that starts.

    Raises:
        ChinhchuError: the folder is in use or newer, a part does not start, keys are missing.
    """
    check_rooms()
    with ExitStack() as stack:
        folder = stack.enter_context(owned(settings.home))
        keys = for_settings(settings, folder.keys, may_make=not folder.postgres.exists())
        parts = stack.enter_context(
            embedded.parts(
                folder,
                database_url=settings.database_url,
                valkey_url=settings.valkey_url,
                announce=announce,
            )
        )
        ledger = stack.enter_context(Ledger(parts.database_url, keys))
        valkey = stack.enter_context(_valkey(parts.valkey_url))
        yield Store(folder, parts, keys, ledger, LiveGraph(valkey), valkey)


def _valkey(url: str) -> redis.Redis:
    return redis.Redis.from_url(
        url,
        socket_timeout=_ANSWER_WITHIN,
        socket_connect_timeout=_ANSWER_WITHIN,
        # Once more at once, for a connection that a restart has cut; a caller that meets
        # a real outage is told so rather than kept waiting.
        retry=Retry(NoBackoff(), 1),
    )


def check_there(settings: Settings) -> None:
    """Refuses to read where there is nothing yet.

    Raises:
        InputError: the data folder holds no ledger, and none of one's own is named.
    """
    if settings.database_url is None:
        check_made(settings.home)


@contextmanager
def visited(settings: Settings) -> Iterator[Ledger]:
    """The ledger alone, whether its service runs or not: for the console, and to make keys.

    Raises:
        ChinhchuError: it does not answer, or there are no keys.
    """
    url = settings.database_url or url_of_running(open_folder(settings.home))
    if url is None:
        with opened(settings) as store:
            yield store.ledger
        return
    keys = for_settings(settings, settings.home / "keys.json", may_make=False)
    with Ledger(url, keys) as ledger:
        yield ledger


@contextmanager
def visited_graph(settings: Settings) -> Iterator[tuple[Ledger, LiveGraph]]:
    """Ledger and live graph of a service that runs.

    Raises:
        ChinhchuError: as `visited`; or the graph does not answer.
    """
    url = settings.valkey_url or graph_url_of_running(open_folder(settings.home))
    if url is None:
        raise UnavailableError(said("đồ thị không trả lời", "the live graph does not answer"))
    with visited(settings) as ledger, _valkey(url) as valkey:
        yield ledger, LiveGraph(valkey)


@contextmanager
def wire(settings: Settings, clock: Callable[[], datetime] = now) -> Iterator[House]:
    """The whole house, its lane taking calls, until the end of the block.

    `clock` is the service's; only who replays a past brings another one.

    Raises:
        ChinhchuError: as `opened`; or another process holds the lane, or there is no model.
    """
    policy.load(policy_file(settings.policy, settings.home))  # before anything is started for it
    with opened(settings) as store, ExitStack() as stack:
        in_use = stack.enter_context(register_in_use(settings, store.folder.population))
        in_force = InForce(store.folder.home, settings.policy)
        tokens, graph = Tokens(store.keys.token), store.graph
        followed = FollowedGraph(graph)
        freshness = Freshness(Ageing(in_use.snapshot, lambda: followed.silent_for))
        breaker = CircuitBreaker(in_force, freshness, store.ledger, store.folder.home, clock)
        stack.enter_context(in_force.followed())

        def road(around: Graph) -> Road:
            return _road(in_use.asked, around, tokens, breaker)

        def judge(examined: Sequence[Examined]) -> list[Screening]:
            judges = in_force.judges
            stale = freshness.watched(judges, clock())
            facts = accompany(examined, OneByOne(graph))
            return screen(facts, judges.model, judges.policy, stale)

        rings = RingRuns(graph, store.keys)
        look = LookAgain(judge, followed, rings, store.keys)
        telemetry = Telemetry()
        work = Batches(road(followed), followed, store.keys, look.rings_are_there, telemetry)
        again = Rescreening(road(OneByOne(graph)), in_use.state, store.keys, work.make_ready)

        upkeep = _upkeep(followed, graph, settings.retention_days)
        duties = (look.round, *upkeep, again.round, rings.round)
        lane = Lane(store.ledger, work, clock, *duties)
        lane.start()
        stack.callback(lane.stop)
        shadow = Shadow(store.ledger, store.folder.home, clock)
        stack.enter_context(shadow.followed())
        callers = Callers(store.ledger)
        house = House(
            store,
            in_use,
            in_force,
            freshness,
            breaker,
            shadow,
            tokens,
            followed,
            lane,
            callers,
            clock,
            telemetry,
        )
        telemetry.follow(Standings(house.standing, house.checks, clock))
        yield house


def _upkeep(
    followed: FollowedGraph, graph: LiveGraph, retention_days: int | None
) -> tuple[Callable[[Writer, datetime], bool], ...]:
    """What keeps the live graph tidy, and forgets; neither without the graph."""
    tidying, forgetting = Tidying(graph), Forgetting(graph, retention_days)

    def tidy(*_: object) -> bool:
        return not followed.away and tidying.round()

    def forget(writer: Writer, at: datetime) -> bool:
        return not followed.away and forgetting.round(writer, at)

    return tidy, forget


def _road(
    register: PopulationRegister, graph: Graph, tokens: Tokens, breaker: CircuitBreaker
) -> Road:
    def judge(registrations: Sequence[Registration]) -> list[tuple[Screening, Node]]:
        facts = gather(registrations, register, graph, tokens)
        nodes = [fact.node for fact in facts]
        return list(zip(breaker.screen(facts), nodes, strict=True))

    return Road(judge)


@contextmanager
def register_in_use(settings: Settings, population: Path) -> Iterator[RegisterInUse]:
    """The remote register where the settings name one, else the replica in `population`."""
    if settings.register_url is None:
        with closing(Replica(population)) as replica:
            state = RegisterState(lambda: _holds_persons(replica), lambda: True)
            yield RegisterInUse(replica, state, remote=False, snapshot=lambda: _as_of(replica))
        return
    terms = Terms(
        url=settings.register_url,
        token=settings.register_token,
        deadline=settings.register_deadline,
        per_minute=settings.register_per_minute,
        max_age=settings.register_cache_days * _DAY,
    )
    around = Surroundings(time.monotonic, time.sleep, random.random)
    with closing(RemoteRegister(terms, around)) as remote:
        state = RegisterState(lambda: remote.answers, lambda: remote.spare)
        yield RegisterInUse(remote, state, remote=True)


def _holds_persons(replica: Replica) -> bool:
    return _as_of(replica) is not None


def _as_of(replica: Replica) -> date | None:
    try:
        snapshot = replica.snapshot()
    except DataFolderError:
        return None
    return None if snapshot is None else snapshot.as_of


def check_rooms() -> None:
    """Refuses to run where a stranger's package owns the name of a room.

    Raises:
        StartError: a room was found somewhere else than beside this one.
    """
    here = Path(__file__).resolve().parent.parent
    for room in ROOMS:
        spec = find_spec(room)
        places = [] if spec is None else list(spec.submodule_search_locations or ())
        if [Path(place).resolve() for place in places] != [here / room]:
            raise StartError(f"the package `{room}` is not the one that belongs to {here}")

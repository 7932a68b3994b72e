"""The service's tests run on real parts: one PostgreSQL and one Valkey a test worker."""

from __future__ import annotations

import itertools
import json
import shutil
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import lightgbm
import numpy as np
import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from starlette.testclient import TestClient

from features.cross_check import cross_check
from features.evidence import NotFound
from features.parsing import parse_registration
from features.registration import Registration
from features.vector import NAMES, vector
from graph.attributes import Tokens, node_of
from graph.live import LiveGraph
from models.bundle import Bundle, Golden, golden_facts, golden_row, save
from models.calibration import Calibration
from models.decision import Decision, RiskBand, Screening
from models.risk import RiskModel
from service import embedded
from service.app import create_app
from service.batches import Batches, Road
from service.callers import Callers, create_key
from service.datafolder import owned
from service.embedded import Parts
from service.explaining import Explainer
from service.keys import Keys
from service.lane import Lane
from service.ledger import Ledger
from service.ledger.records import Asked, Judged, content
from service.livegraph import FollowedGraph
from service.routes.door import Doors
from tests.service.doors import NOW


@pytest.fixture(scope="session")
def parts() -> Iterator[Parts]:
    """Running parts in a folder of their own; `tmp_path` would be too deep to be read in a log."""
    home = Path(tempfile.mkdtemp(prefix="chinhchu-test-"))
    try:
        with owned(home) as folder, embedded.parts(folder, announce=lambda _: None) as running:
            yield running
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def database_url(parts: Parts) -> Iterator[str]:
    """An empty database, dropped afterwards."""
    with psycopg.connect(parts.database_url, autocommit=True) as door:
        row = door.execute("SELECT 'test_' || replace(gen_random_uuid()::text, '-', '')").fetchone()
        name = row[0]
        door.execute(f"CREATE DATABASE {name}")
        yield parts.database_url.replace("/chinhchu?", f"/{name}?")
        door.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def keys() -> Keys:
    return Keys.new()


@pytest.fixture
def ledger(database_url: str, keys: Keys) -> Iterator[Ledger]:
    """An empty ledger."""
    with Ledger(database_url, keys) as opened:
        yield opened


@pytest.fixture
def registration():
    """Makes registrations: valid ones, unlike in key and time, changed as the test says."""
    numbers = itertools.count(1)

    def make(**changes):
        n = next(numbers)
        row = {
            "registration_id": f"R{n:06}",
            "kind": "bank_account",
            "institution": "BANK-A",
            "registered_at": (NOW - timedelta(days=1) + timedelta(seconds=n)).isoformat(),
            "channel": "ekyc",
            "document_type": "cccd",
            "document_number": f"0010900{n:05}",
            "full_name": "Nguyễn Văn An",
            "birth_date": "1990-02-03",
            "contact_phone": "0912345678",
            "device_id": "device-1",
        }
        made = parse_registration(row | changes)
        assert isinstance(made, Registration), made
        return made

    return make


@pytest.fixture
def judge(keys):
    """Judges without a register or a model, for laws of the lane alone."""
    tokens = Tokens(keys.token)

    def judge(registrations):
        return [
            (
                Screening(
                    registration=r,
                    evidence=(evidence := cross_check(r, NotFound())),
                    vector=np.array([0.5, np.nan, 1.0]),
                    decision=Decision.REVIEW,
                    risk=0.25,
                    risk_without_outcomes=0.25,
                    risk_band=RiskBand.MEDIUM,
                    reasons=("IDENTITY_NOT_FOUND",),
                    ring_id=None,
                    model_version="model-1",
                    policy_version="policy-1",
                ),
                node_of(r, evidence, tokens),
            )
            for r in registrations
        ]

    return judge


@pytest.fixture
def judged(judge):
    """Makes what the lane records, of registrations."""

    def make(*registrations, in_ledger=False):
        return [
            Judged(screening, node, Asked("BANK-A:test", "test", NOW), 0, in_ledger)
            for screening, node in judge(registrations)
        ]

    return make


@pytest.fixture
def valkey(parts: Parts) -> Iterator[redis.Redis]:
    """An empty Valkey."""
    with redis.Redis.from_url(parts.valkey_url, retry=Retry(NoBackoff(), 1)) as client:
        client.flushdb()
        yield client


@pytest.fixture
def graph(valkey) -> LiveGraph:
    """An empty live graph."""
    return LiveGraph(valkey)


@pytest.fixture
def make_lane(ledger, graph, keys, judge):
    """Starts lanes; each is stopped at the end of the test."""
    lanes = []

    def make(**changes):
        parts = {"road": Road(judge), "graph": graph, "keys": keys, "before": lambda *_: True}
        parts |= changes
        parts["graph"] = FollowedGraph(parts["graph"])
        lane = Lane(ledger, Batches(**parts), lambda: NOW)
        lane.start()
        lanes.append(lane)
        return lane

    yield make
    for lane in lanes:
        lane.stop()


@pytest.fixture(scope="session")
def small_model(tmp_path_factory) -> Path:
    """The folder of a small model that was fitted to nothing in particular."""
    random = np.random.default_rng(0)
    rows = random.normal(size=(400, len(NAMES)))
    parameters = {"objective": "binary", "num_leaves": 7, "num_threads": 1, "verbosity": -1}
    known = lightgbm.Dataset(rows, label=rows[:, 0] + rows[:, 1] > 1)
    text = lightgbm.train(parameters, known, 10).model_to_string()
    calibration = Calibration(raw=(-5.0, 5.0), probability=(0.01, 0.99))
    made = parse_registration(
        {
            "registration_id": "golden",
            "kind": "sim",
            "institution": "A",
            "registered_at": "2026-01-01T00:00:00Z",
            "document_type": "cccd",
            "full_name": "A",
        }
    )
    row = golden_row(made, None, {})
    values = vector(golden_facts(row))
    (risk,) = RiskModel("small", text, calibration).risk(np.array([values]))
    card = {"version": "small"}
    folder = tmp_path_factory.mktemp("models") / "small"
    save(Bundle(text, calibration, (Golden(row, tuple(values), float(risk)),), card), folder)
    return folder


@pytest.fixture
def client_of(ledger, make_lane, tmp_path):
    """Makes clients of one app, each with the key of an institution (or none)."""
    clients = []

    def make(institution="BANK-A", **changes):
        lane = make_lane(**changes) if changes or not clients else clients[0].lane
        explainer = Explainer(tmp_path / "home")
        checks = {"lane": lambda: lane.ready}
        doors = Doors(lane, ledger, Callers(ledger), lambda: NOW, explainer, checks)
        headers = {}
        if institution:
            headers["Authorization"] = f"Bearer {create_key(ledger, institution)}"
        client = TestClient(create_app(doors), headers=headers)
        client.lane = lane
        clients.append(client)
        return client

    return make


@pytest.fixture
def client(client_of):
    return client_of()


@pytest.fixture
def body(registration):
    """Makes bodies as an institution sends them."""
    return lambda **changes: json.loads(content(registration())) | changes

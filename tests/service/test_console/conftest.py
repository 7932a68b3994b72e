"""A real console: its process, its ledger with a small world of two banks, and a real Chromium."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote
from zlib import crc32

import numpy as np
import psycopg
import pytest

from features.difference import evidence as told
from features.evidence import Evidence, Identity
from features.registration import Channel, DocumentType, Kind, Registration
from features.vector import NAMES
from graph.attributes import Tokens, node_of
from graph.lineage import follow
from graph.rings import find
from models import policy, registry
from models.decision import Decision, RiskBand, Screening
from service.callers import create_key
from service.keys import Keys
from service.ledger import Ledger
from service.ledger.records import Asked, Judged, NewOutcome
from service.ledger.rings import RingLedger

ROOT = Path(__file__).resolve().parents[3]
OWN, OTHER = "NHA", "NHB"
RING = "R-NHA-số 1/2?3"
RING_PATH = f"/rings/{quote(RING, safe='')}"
NASTY = "<img src=x onerror=document.title='hit'>{b}"
SECRETS = ("TRẦN THỊ BÍ MẬT", "001190012345", "0912345678", "bi.mat@example.vn", "thiet-bi-9")
"""What was typed, and may stand nowhere on a page."""

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class World:
    """What was put into the ledger: a key of each bank, and the screenings by registration."""

    ledger: Ledger
    key: str
    other_key: str
    screenings: dict[str, str]


def registration(name, institution, at, **more):
    return Registration(
        registration_id=name,
        kind=more.pop("kind", Kind.BANK_ACCOUNT),
        institution=institution,
        registered_at=at,
        document_type=DocumentType.CCCD,
        full_name=SECRETS[0],
        document_number=more.pop("document_number", f"0{crc32(name.encode()):011}"),
        channel=Channel.EKYC,
        **more,
    )


def explainable(judgement):
    """The judgement as one of the small model, of which seven others used the device."""
    vector = np.zeros(len(NAMES))
    for window in ("30d", "90d", "all"):
        vector[NAMES.index(f"device.holders.{window}")] = 7.0
    versions = {"model_version": "small", "policy_version": policy.load().version}
    return replace(judgement, screening=replace(judgement.screening, vector=vector, **versions))


def judged(registration, tokens, at, decision=Decision.CLEAR, ring=None, reasons=()):
    """A judgement as the lane hands it to the ledger; the facts in it are made up."""
    good = decision is Decision.CLEAR
    fields = {
        "document_number": told("same"),
        "full_name": told("telex"),
        "birth_date": told("day_month_swapped" if good else "different_date"),
        "sex": told("same"),
        "address": told("register_silent"),
        "document_issued_on": told("same"),
    }
    evidence = Evidence(Identity.VERIFIED if good else Identity.MISMATCH, fields)
    screening = Screening(
        registration=registration,
        evidence=evidence,
        vector=np.zeros(3),
        decision=decision,
        risk=0.012 if good else 0.834,
        risk_without_outcomes=0.012 if good else 0.834,
        risk_band=RiskBand.LOW if good else RiskBand.VERY_HIGH,
        reasons=reasons,
        ring_id=ring,
        model_version="2026.11-1",
        policy_version="1",
    )
    node = node_of(registration, evidence, tokens)
    return Judged(
        screening, node, Asked(f"{registration.institution}:ab12", "onboarding", at), 7, False
    )


def fill(ledger):
    """Thirty quiet screenings, a ring over two banks, two that reach it later."""
    tokens, now = Tokens(os.urandom(16)), datetime.now(UTC)
    day = now - timedelta(days=2)
    shared = {"device_id": SECRETS[4], "email": SECRETS[3]}
    ring = [
        registration("A-ring-1", OWN, day, contact_phone=SECRETS[2], **shared),
        registration(
            "A-ring-2",
            OWN,
            day,
            contact_phone=SECRETS[2],
            document_number=SECRETS[1],
            ip_address="113.160.1.2",
        ),
        registration("B-hidden-1", OTHER, day, **shared),
        registration("B-hidden-2", OTHER, day, kind=Kind.SIM, msisdn=SECRETS[2]),
    ]
    late = registration("A-late", OWN, now, ip_address="113.160.1.2", **shared)
    reasons = ("SHARED_DEVICE", "DIFFERENT_BIRTH_DATE")
    batch = [judged(r, tokens, day, Decision.REFUSE, RING, reasons) for r in ring]
    batch += [
        judged(registration(f"A-{i:02}", OWN, now), tokens, now - timedelta(minutes=60 - i))
        for i in range(30)
    ]
    nasty = registration(NASTY, OWN, now, **shared)
    batch.append(judged(nasty, tokens, now, Decision.REVIEW, RING))
    batch.append(explainable(judged(late, tokens, now, Decision.REVIEW, RING, reasons)))
    batch.append(judged(registration("B-alone", OTHER, now), tokens, now))
    writer = ledger.open_lease()
    try:
        stored = writer.record_screenings(batch)
        record_ring(writer, [j.node for j in batch[: len(ring)]], day + timedelta(hours=1))
        writer.record_outcomes([NewOutcome(OWN, "A-ring-1", True, "rented_account", now)], now)
    finally:
        writer.door.close()
    return {s.registration_id: str(s.screening_id) for s in stored}


def record_ring(writer, nodes, at):
    """One run that found these in one ring, under the name of the tests."""
    (found,) = find(nodes, {n.key: 0.71 for n in nodes})
    named, steps = follow({}, [replace(found, ring_id=RING)])
    RingLedger(writer.door).record(at, named, steps, 0)


@pytest.fixture(scope="session")
def console_database(parts):
    """A database of the console's tests alone."""
    with psycopg.connect(parts.database_url, autocommit=True) as door:
        name = f"console_{os.getpid()}"
        door.execute(f"CREATE DATABASE {name}")
        yield parts.database_url.replace("/chinhchu?", f"/{name}?")
        door.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def world(console_database):
    with Ledger(console_database, Keys.new()) as ledger:
        screenings = fill(ledger)
        yield World(ledger, create_key(ledger, OWN), create_key(ledger, OTHER), screenings)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def start(environment, log, folder):
    return subprocess.Popen(
        [sys.executable, "-m", "service.console"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=log,
        stderr=log,
    )


def wait_for(address, process):
    deadline = time.monotonic() + 60
    while True:
        assert process.poll() is None, "the console ended"
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 our own
                return answer.status
        except OSError:
            assert time.monotonic() < deadline, "the console does not answer"
            time.sleep(0.1)


@dataclass(frozen=True)
class Running:
    """A console that answers, and where its log and its working folder are."""

    url: str
    process: subprocess.Popen
    log: Path
    folder: Path


@contextmanager
def serving(database_url, folder, model=None):
    """A console of that ledger, as a process of its own; it ends with code 0 when asked to."""
    log, port = folder / "console.log", free_port()
    at_work, home = folder / "at work", folder / "home"
    at_work.mkdir()
    if model is not None:
        registry.keep(model, "small", home)
        policy.keep(policy.load(), home)
    environment = {
        "CHINHCHU_DATABASE_URL": database_url,
        "CHINHCHU_CONSOLE_PORT": str(port),
        "CHINHCHU_HOME": str(home),
    }
    with log.open("wb") as out:
        process = start(environment, out, at_work)
    try:
        wait_for(f"http://127.0.0.1:{port}/sign-in", process)
        yield Running(f"http://127.0.0.1:{port}", process, log, at_work)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0, log.read_text()


@pytest.fixture(scope="session")
def console(world, console_database, tmp_path_factory, small_model):
    """The console of the small world."""
    with serving(console_database, tmp_path_factory.mktemp("console"), small_model) as running:
        yield running


@pytest.fixture
def doomed(parts, keys, tmp_path):
    """A console with a key of its own, and a call that takes its ledger away."""
    name = f"doomed_{os.getpid()}"
    url = parts.database_url.replace("/chinhchu?", f"/{name}?")
    with psycopg.connect(parts.database_url, autocommit=True) as door:
        door.execute(f"CREATE DATABASE {name}")
        with Ledger(url, keys) as ledger:
            key = create_key(ledger, OWN)
        with serving(url, tmp_path) as running:
            yield running, key, lambda: door.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def chromium():
    """A headless Chromium of the system."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 slow, and not always there

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium, console):
    """A fresh browser; every request and every complaint of its pages is kept on `page.seen`."""
    context = chromium.new_context(base_url=console.url, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.seen, page.complaints = [], []
    page.on("request", lambda request: page.seen.append(request.url))
    page.on("console", lambda m: page.complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    yield page
    context.close()


@pytest.fixture
def analyst(page, world):
    """The page of an analyst of the first bank, signed in."""
    sign_in(page, world.key)
    return page


def sign_in(page, key):
    page.goto("/sign-in")
    page.fill("#key", key)
    page.press("#key", "Enter")
    page.wait_for_selector("h1")


@pytest.fixture(scope="session")
def names():
    """The constants of this file, for the tests."""
    return {
        "own": OWN,
        "other": OTHER,
        "ring": RING,
        "ring_path": RING_PATH,
        "nasty": NASTY,
        "secrets": SECRETS,
    }

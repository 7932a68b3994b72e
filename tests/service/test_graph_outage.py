"""Laws of a lost graph: every call is answered, and in the end nothing differs from a whole run."""

from __future__ import annotations

import os
import signal
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest

from features.parsing import parse_label, parse_person, parse_registration
from features.register.replica import Replica
from service.cli import main
from service.datafolder import open_folder
from service.keys import Keys
from service.ledger.records import NewOutcome
from service.ledger.rings import RingLedger
from service.settings import Settings
from service.wiring import wire
from training.world import simulate

START = datetime(2026, 6, 1, tzinfo=UTC)
_FASTER = 20
"""A year of the world takes eighteen days, so that a short stream has midnights and company."""


@pytest.fixture(scope="module")
def world():
    return simulate(1200, 3)


@pytest.fixture(scope="module")
def stream(world):
    """Registrations and outcomes by their moments: all members of rings, and as many others."""
    tied = {t["registration_id"] for t in world.truth.to_pylist() if t["ring_id"] is not None}
    rows = sorted(world.registrations.to_pylist(), key=lambda row: row["registered_at"])
    first = rows[0]["registered_at"]

    def moved(at):
        return (START + (at - first) / _FASTER).isoformat()

    kept = [r for i, r in enumerate(rows) if r["registration_id"] in tied or i % 12 == 0]
    made = [parse_registration(r | {"registered_at": moved(r["registered_at"])}) for r in kept]
    institution = {r.registration_id: r.institution for r in made}
    known = [
        parse_label(x | {"confirmed_at": moved(x["confirmed_at"])})
        for x in world.labels.to_pylist()
        if x["registration_id"] in institution
    ]
    outcomes = [
        NewOutcome(institution[x.registration_id], x.registration_id, x.is_fraud, None, at)
        for x in known
        if (at := x.confirmed_at)
    ]
    steps = [(r.registered_at, r) for r in made] + [(o.confirmed_at, o) for o in outcomes]
    return sorted(steps, key=lambda step: step[0])


@dataclass
class Run:
    """One service on a data folder of its own, and the clock that it goes by."""

    house: object
    home: Path
    now: datetime = START
    unseen: list = field(default_factory=list)
    screened: list = field(default_factory=list)

    def live(self, steps):
        for at, what in steps:
            self.now = at + timedelta(seconds=1)
            if isinstance(what, NewOutcome):
                self.house.lane.learn(what).result(60)
                continue
            answer = self.house.lane.screen(what, "test", "test").result(60).stored
            self.screened.append(what.key)
            if "GRAPH_UNAVAILABLE" in answer.reasons:
                self.unseen.append(answer)

    def lose_the_disk(self):
        """Its files are gone, and no new ones can be made."""
        disk = self.home / "valkey"
        disk.rename(self.home / "lost")
        disk.write_text("")
        os.kill(self.house.store.parts.keeper.pids()["Valkey"], signal.SIGKILL)

    def mend_the_disk(self):
        (self.home / "valkey").unlink()

    def all_seen(self):
        with self.house.ledger.whole() as whole:
            return not whole.unseen(0, 1)

    def last_decisions(self):
        with self.house.ledger.whole() as whole:
            return {key: whole.screenings_of(*key)[-1].row() for key in self.screened}

    def rings(self):
        with self.house.ledger.connection() as door:
            book = RingLedger(door)
            return {at: book.rings(at) for at in book.runs_of_days(99)}


@contextmanager
def running(home, world, keys):
    persons = [parse_person(row) for row in world.population.to_pylist()]
    replica = Replica(open_folder(home).population)
    replica.load(persons, date(2026, 7, 1))
    replica.close()
    settings = Settings(home, token_key=keys.token, encryption_key=keys.encryption)
    run = Run(None, home)
    with wire(settings, lambda: run.now) as run.house:
        yield run


def wait_for(done):
    until = time.monotonic() + 60
    while not done():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_after_an_outage_no_decision_and_no_ring_differs_from_those_of_an_unbroken_run(
    tmp_path, world, stream, caplog
):
    keys, cuts = Keys.new(), (len(stream) // 3, 2 * len(stream) // 3)
    with running(tmp_path / "whole", world, keys) as whole:
        whole.live(stream)
        right, rings, graph = whole.last_decisions(), whole.rings(), whole.house.graph.dump()
    assert whole.unseen == []
    assert any(rings.values())
    assert {row["ring_id"] for row in right.values()} > {None}

    with running(tmp_path / "broken", world, keys) as broken:
        broken.live(stream[: cuts[0]])
        broken.lose_the_disk()
        broken.live(stream[cuts[0] : cuts[1]])
        lost = len(broken.unseen)
        assert lost == sum(not isinstance(what, NewOutcome) for _, what in stream[slice(*cuts)])
        assert len({s.screened_at.date() for s in broken.unseen}) > 2
        blind = broken.last_decisions()
        assert any(blind[key] != right[key] for key in blind)
        tells = broken.house.doors().checks["graph"]
        assert not tells()
        broken.mend_the_disk()
        broken.live(stream[cuts[1] :])
        wait_for(broken.all_seen)
        wait_for(tells)
        wait_for(lambda: "screened again, having been" in caplog.text)
        assert broken.last_decisions() == right
        assert broken.rings() == rings
        assert broken.house.graph.dump() == graph


@pytest.fixture
def chinhchu(monkeypatch, capsys, tmp_path):
    """Runs a command on the data folder; gives its exit code and what it said."""
    keys = Keys.new()
    monkeypatch.setenv("CHINHCHU_HOME", str(tmp_path))
    monkeypatch.setenv("CHINHCHU_TOKEN_KEY", keys.token.hex())
    monkeypatch.setenv("CHINHCHU_ENCRYPTION_KEY", keys.encryption.hex())
    monkeypatch.setenv("CHINHCHU_LANGUAGE", "en")

    def run(*words):
        code = main(words)
        return code, capsys.readouterr().out

    run.keys = keys
    return run


def test_a_rebuilding_changes_no_answer_of_a_service_that_runs(tmp_path, world, stream, chinhchu):
    with running(tmp_path, world, chinhchu.keys) as run:
        screening = Thread(target=run.live, args=[stream[:150]])
        screening.start()
        for _ in range(3):
            code, said = chinhchu("graph", "rebuild")
            assert code == 0
            assert "The graph was rebuilt up to position" in said
        screening.join()
        assert run.unseen == []
        live = run.house.graph.dump()
        assert chinhchu("graph", "rebuild")[0] == 0
        assert run.house.graph.dump() == live
        with run.house.ledger.whole() as whole:
            assert run.house.graph.position() == whole.last_position()
    assert chinhchu("graph", "rebuild")[0] == 0
    with wire(Settings.from_environment(os.environ)) as house:
        assert house.graph.dump() == live


def test_a_service_that_runs_forgets_whom_it_is_told_to(tmp_path, world, stream, chinhchu):
    with running(tmp_path, world, chinhchu.keys) as run:
        run.live(stream[:40])
        one = next(what for _, what in stream if not isinstance(what, NewOutcome))
        code, said = chinhchu("forget", *one.key, "--reason", "asked by the person")
        assert (code, "shortly" in said) == (0, True)

        def forgotten():
            with run.house.ledger.whole() as whole:
                return whole.registration(*one.key) is None

        wait_for(forgotten)
        after = run.house.graph.dump()
        assert chinhchu("graph", "rebuild")[0] == 0
        assert run.house.graph.dump() == after
    code, said = chinhchu("forget", *stream[1][1].key, "--reason", "asked by the person")
    assert (code, "Registrations erased: 1" in said) == (0, True)

"""The circuit breaker: what is new and stops too many is taken back before it meets many."""

from __future__ import annotations

import fcntl
import math
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx2
import numpy as np
import pytest

from models import bundle, journal, registry
from models.calibration import Calibration
from models.policy import DEFAULT, load
from models.risk import RiskModel
from service import breaker
from service.breaker import ALL, LOOKED_AT_ONCE, WHO, Watch
from service.callers import create_key
from service.in_force import InForce, journal_of
from service.mixes import Mix, surprise
from service.policies import adopt, adoptions
from service.serving import running
from service.settings import Settings
from tests.service.doors import NOW
from tests.service.switches import BANK, bodies_of, peopled
from training.world import simulate

LIKELY = (0.02, 0.05)
TIMES = 3.0


def first_alarm(random, share, bound, most, before=0.0):
    """After how many decisions a share is told to be another one, None if never."""
    mix = Mix()
    for stopped, stopped_before in zip(
        random.random(most) < share, random.random(most) < before, strict=True
    ):
        mix.add(stopped=stopped, stopped_before=stopped_before)
        if surprise(mix, LIKELY, TIMES) > math.log(1 / bound):
            return mix.decisions
    return None


@pytest.mark.parametrize("share", [0.01, 0.04, 0.12])
def test_however_often_one_looks_an_unchanged_mix_is_seldom_taken_for_a_changed_one(share):
    """The odds may change by a factor of three; the bound is 10 % for this law, over 300 looks."""
    random = np.random.default_rng(0)
    alarms = sum(first_alarm(random, share, 0.1, 300) is not None for _ in range(150))
    assert alarms / 150 <= 0.1


def test_the_more_a_mix_changes_the_sooner_it_is_told():
    random = np.random.default_rng(1)
    after = {
        share: max(first_alarm(random, share, 1e-4, 2_000) or math.inf for _ in range(20))
        for share in (0.4, 0.6, 1.0)
    }
    assert after[1.0] <= 8
    assert after[1.0] < after[0.6] <= 60
    assert after[0.6] < after[0.4] <= 200


def test_a_mix_that_stops_nobody_any_more_is_told_too():
    assert surprise(Mix(3_000, 0, 90), LIKELY, TIMES) > math.log(1e4)


def test_a_bad_day_that_those_before_would_have_seen_too_is_no_fault_of_the_new():
    """A wave of fraud, or an outage of the register, stops more people whoever judges."""
    assert surprise(Mix(50, 40, 0), LIKELY, TIMES) > math.log(1e4)
    assert surprise(Mix(50, 40, 38), LIKELY, TIMES) < 0


@pytest.fixture(scope="module")
def world():
    return simulate(300, 7)


def model_of(small: Path, folder: Path, risk: tuple[float, float]) -> Path:
    """A model like `small` that gives risks between two bounds."""
    made = bundle.load(small)
    calibration = Calibration(raw=(-5.0, 5.0), probability=risk)
    (golden,) = made.golden
    judges = RiskModel(folder.name, made.model_text, calibration)
    (known,) = judges.risk(np.array([golden.vector]))
    golden = replace(golden, risk=float(known))
    bundle.save(
        bundle.Bundle(made.model_text, calibration, (golden,), {"version": folder.name}), folder
    )
    return folder


@pytest.fixture
def home(tmp_path, world, small_model):
    """A data folder whose champion finds hardly any risk; one that finds it everywhere is kept."""
    home = peopled(tmp_path / "home", world)
    for name, risk in (("good", (0.01, 0.02)), ("bad", (0.97, 0.98))):
        registry.keep(model_of(small_model, tmp_path / name, risk), name, home)
    registry.promote("good", home)
    return home


@pytest.fixture
def everybody(tmp_path):
    """A policy by which everybody is reviewed."""
    file = tmp_path / "everybody.toml"
    text = DEFAULT.read_text(encoding="utf-8").replace("review_risk = 0.20", "review_risk = 0.001")
    file.write_text(text.replace(load().version, "everybody"), encoding="utf-8")
    return file


def test_many_small_institutions_tell_together_what_none_could_alone(home, judge, registration):
    """One decision each, all of them a review, where 2 to 5 % were one."""
    watch = Watch(InForce(home).judges, None, {ALL: LIKELY})
    bodies = [registration(institution=f"BANK-{n}") for n in range(12)]
    told = [watch.changed([screening]) for screening, _ in judge(bodies)]
    assert told[0] is None
    assert ALL in told[:12]


@pytest.fixture
def service(home):
    with running(Settings(home, port=0), announce=lambda _: None, console=False) as serving:
        yield serving


@pytest.fixture
def sent(service, world):
    """Sends so many further registrations in one call; gives the answers."""
    bodies = iter(bodies_of(world, 500))
    key = create_key(service.house.ledger, BANK)
    with httpx2.Client(base_url=service.api_url, headers={"X-API-Key": key}, timeout=60) as client:

        def send(number):
            response = client.post("/v1/screenings", json=[next(bodies) for _ in range(number)])
            answers = response.json()
            assert all("decision" in answer for answer in answers), answers
            return answers

        send.ready = lambda: client.get("/health/ready").json()
        yield send


def test_a_bad_rule_meets_few_people_before_the_one_before_judges_again(
    service, sent, home, everybody, caplog
):
    house, good = service.house, load().version
    assert {a["policy_version"] for a in sent(150)} == {good}

    adopt(home, everybody, by="a test", why="a drill", at=NOW)
    house.in_force.look()
    met = Counter(a["policy_version"] for a in sent(150))
    assert 0 < met["everybody"] <= LOOKED_AT_ONCE
    assert met[good] == 150 - met["everybody"]
    assert adoptions(home)[-1].by == WHO
    assert (adoptions(home)[-1].before, adoptions(home)[-1].after) == ("everybody", good)
    assert sent.ready() == {
        "status": "ready",
        "checks": dict.fromkeys(("lane", "ledger", "graph", "register"), True) | {"breaker": False},
        "mode": "stand_in",
    }

    registry.switch("bad", home, registry.Order("a test", "a drill", NOW))
    house.in_force.look()
    assert sent.ready()["checks"]["breaker"] is True
    met = Counter(a["model_version"] for a in sent(100))
    assert 0 < met["bad"] <= LOOKED_AT_ONCE
    assert registry.switches(home)[-1]["by"] == WHO
    assert registry.aliased("champion", home).name == "good"
    assert house.breaker.held == 2
    opened = [r.message for r in caplog.records if "circuit breaker opens" in r.message]
    assert len(opened) == 2
    assert not any("\n" in line for line in opened)


def test_while_the_journal_is_held_those_before_judge_and_it_is_taken_back_later(
    service, sent, home, everybody, caplog, monkeypatch
):
    monkeypatch.setattr(breaker, "_TRIES_AGAIN", timedelta(0))
    sent(60)
    adopt(home, everybody, by="a test", why="a drill", at=NOW)
    service.house.in_force.look()
    with journal_of(home).open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        met = Counter(a["policy_version"] for a in sent(80))
        assert 0 < met["everybody"] <= LOOKED_AT_ONCE
        service.house.in_force.look()
        assert {a["policy_version"] for a in sent(5)} == {load().version}
        assert adoptions(home)[-1].by == "a test"
    assert {a["policy_version"] for a in sent(5)} == {load().version}
    assert (adoptions(home)[-1].by, service.house.breaker.held) == (WHO, 1)
    opened = [r.message for r in caplog.records if "circuit breaker opens" in r.message]
    assert ["tried again" in line for line in opened] == [True, False]


@pytest.mark.parametrize(
    ("model", "rules", "held"),
    [(1, 2, False), (2, 1, True), (0, 1, False), (1, 0, True), (0, 0, False)],
)
def test_after_a_restart_it_is_calm_as_before(tmp_path, model, rules, held):
    """Who switched the model (the breaker) and the policy (a person), and when."""
    journals = (registry.journal_of(tmp_path), WHO, model), (journal_of(tmp_path), "Lan", rules)
    for file, by, day in journals:
        if day:
            at = f"2026-11-0{day}T00:00:00+00:00"
            with journal.writing(file) as add:
                add({"at": at, "by": by, "why": "", "from": "A", "to": "B"})
    assert breaker._held_last(tmp_path) is held


def test_where_nothing_can_be_taken_back_it_is_told_once_and_the_new_goes_on(
    service, sent, home, caplog
):
    sent(60)
    (home / "models" / "previous").unlink()
    (home / "models" / "champion").write_text(
        "bad\n"
    )  # as somebody's hand would: nothing before it
    service.house.in_force.look()
    assert {a["model_version"] for a in sent(80)} == {"bad"}
    assert sum("nothing to go back to" in r.message for r in caplog.records) == 1

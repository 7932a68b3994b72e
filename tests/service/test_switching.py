"""Laws of a service whose judges are switched under load: every call answered once, by one of them."""

from __future__ import annotations

import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import httpx2
import pytest

from models import bundle, registry
from models.registry import Order
from service.callers import create_key
from service.serving import running
from service.settings import Settings
from service.shadow_desk import compare
from tests.service.switches import BANK, DEFAULT, adopt, bodies_of, kept, peopled, refitted
from training.promote import promote, roll_back
from training.world import simulate

CALLERS = 4


@pytest.fixture(scope="module")
def world():
    return simulate(300, 7)


@pytest.fixture
def home(tmp_path, world, small_model):
    home = peopled(tmp_path / "home", world)
    registry.keep(small_model, "small", home)
    kept(home, small_model, "other")
    registry.promote("small", home)
    bundle.save(refitted(small_model, "challenger-1", seed=1), home / "models" / "challenger-1")
    registry.challenge("challenger-1", home)
    return home


def called(url, key, bodies):
    """The answers to bodies sent one by one; anything but an answer at the first try fails."""
    with httpx2.Client(base_url=url, headers={"X-API-Key": key}, timeout=60) as client:
        answers = []
        for body in bodies:
            response = client.post("/v1/screenings", json=body)
            assert response.status_code == 200, response.text
            answers.append(response.json())
        return answers


def test_calls_are_answered_once_each_while_judges_are_switched_and_a_challenger_follows(
    home, world
):
    bodies = bodies_of(world, 120)
    policies = itertools.count(1)
    order = Order("a test", "a drill", datetime.now(UTC))
    promote("other", home, order, force=True)
    settings = Settings(home, port=0)
    with running(settings, announce=lambda _: None, console=False) as serving:
        key = create_key(serving.house.ledger, BANK)
        done = threading.Event()

        def switch():
            turns = 0
            while not done.wait(0.02):
                roll_back(home, order)
                adopt(home, f"ours-{next(policies) % 3}")
                serving.house.in_force.look()
                turns += 1
            return turns

        with ThreadPoolExecutor(CALLERS + 1) as pool:
            switching = pool.submit(switch)
            calls = [
                pool.submit(called, serving.api_url, key, bodies[i::CALLERS])
                for i in range(CALLERS)
            ]
            try:
                answers = [answer for call in calls for answer in call.result(120)]
            finally:
                done.set()
            turns = switching.result(30)
        assert turns > 2
        assert len(registry.switches(home)) == turns + 1
        with serving.house.ledger.whole() as whole:
            rows = whole.latest(BANK, 2 * len(bodies))
        until = time.monotonic() + 60
        while serving.house.shadow.judged < len(rows):
            assert time.monotonic() < until
            time.sleep(0.05)
        made = compare(settings, 1, datetime.now(UTC))
    assert len({a["screening_id"] for a in answers}) == len(answers) == len(rows) == len(bodies)
    kept_rows = {str(row.screening_id): row.row() for row in rows}
    for answer in answers:
        row = kept_rows[answer["screening_id"]]
        assert {column: answer[column] for column in row} == row
    assert (made.version, made.decisions, made.left_out) == ("challenger-1", len(bodies), 0)
    assert made.total("stricter") + made.total("milder") == serving.house.shadow.changed
    named = {a["policy_version"] for a in answers}
    assert named <= {"ours-0", "ours-1", "ours-2", DEFAULT.version}
    assert {a["model_version"] for a in answers} == {"small", "other"}

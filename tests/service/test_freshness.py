"""Laws of freshness in the running service: the answer says in which mode it was given."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import httpx2
import pytest

from models import policy, registry
from service.callers import create_key
from service.freshness import STAND_IN, Ageing, Freshness
from service.in_force import Judges
from service.replay import run
from service.serving import running
from service.settings import Settings
from tests.service.switches import BANK, DEFAULT, bodies_of, kept, peopled, point
from training.world import simulate

START = datetime(2026, 11, 25, 8, tzinfo=UTC)
LEARNED = datetime(2026, 10, 1, tzinfo=UTC)
SNAPSHOT = date(2026, 7, 1)


def freshness(*, snapshot=SNAPSHOT, silent=timedelta()):
    return Freshness(Ageing(lambda: snapshot, lambda: silent))


def judges(learned=LEARNED):
    return Judges(None, DEFAULT, learned)


@pytest.mark.parametrize(
    ("changes", "learned", "now", "found"),
    [
        ({}, LEARNED, START, "normal"),
        ({}, LEARNED, LEARNED + timedelta(days=365), "REGISTER_STALE"),
        ({"snapshot": None}, LEARNED, LEARNED + timedelta(days=365), "normal"),
        ({"snapshot": None}, LEARNED, LEARNED + timedelta(days=366), "MODEL_STALE"),
        ({"silent": timedelta(hours=24, seconds=1)}, LEARNED, START, "GRAPH_STALE"),
        ({"snapshot": None}, None, START + timedelta(days=900), STAND_IN),
        ({"snapshot": None}, None, START + timedelta(days=1200), "LISTS_STALE"),
        ({}, LEARNED, START + timedelta(days=1200), "MODEL_STALE+REGISTER_STALE+LISTS_STALE"),
    ],
)
def test_each_part_ages_by_itself_and_a_model_that_stands_in_does_not(changes, learned, now, found):
    assert freshness(**changes).mode(judges(learned), now) == found


def test_a_change_is_told_once(caplog):
    fresh, late = freshness(), START + timedelta(days=300)
    for now in (START, START, late, late, late, START):
        fresh.watched(judges(), now)
    assert [record.args[0] for record in caplog.records] == ["REGISTER_STALE", "–"]


class Clock:
    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now


@pytest.fixture
def home(tmp_path, small_model):
    home = peopled(tmp_path / "home", simulate(300, 7))
    registry.keep(small_model, "small", home)
    kept(home, small_model, "dated", until=LEARNED.isoformat())
    registry.promote("dated", home)
    return home


def write_policy(home, version, then):
    """Adopts a policy that reviews nobody for his risk, with something done of a stale register."""
    text = policy.DEFAULT.read_text(encoding="utf-8").replace(DEFAULT.version, version)
    text = text.replace("review_risk = 0.20", "review_risk = 1.0")
    head, _, rest = text.partition("[use_by.register]")
    text = f"{head}[use_by.register]{rest.replace('go_on', then, 1)}"
    (home / "policies").mkdir(exist_ok=True)
    (home / "policies" / f"{version}.toml").write_text(text, encoding="utf-8")
    point(home / "policies" / "in_force", version)


def test_answers_name_what_was_stale_and_are_found_again(home):
    clock, settings = Clock(), Settings(home, port=0)
    write_policy(home, "lenient", "go_on")
    bodies = bodies_of(simulate(300, 7), 30)
    for body in bodies:
        body["registered_at"] = (START - timedelta(hours=1)).isoformat()
    with running(settings, announce=lambda _: None, console=False, clock=clock) as serving:
        headers = {"X-API-Key": create_key(serving.house.ledger, BANK)}
        with httpx2.Client(base_url=serving.api_url, headers=headers, timeout=60) as client:

            def screened(part):
                answers = client.post("/v1/screenings", json=part).json()
                return {(a["mode"], a["decision"]) for a in answers}, answers

            fresh, first = screened(bodies[:10])
            assert {mode for mode, _ in fresh} == {"normal"}
            assert "clear" in {decision for _, decision in fresh}
            assert client.get("/health/ready").json()["mode"] == "normal"
            clock.now = datetime(2027, 7, 3, tzinfo=UTC)
            went_on, answers = screened(bodies[10:20])
            assert ("REGISTER_STALE", "clear") in went_on
            assert all("REGISTER_STALE" in a["reasons"] for a in answers)
            assert all("register's snapshot" in a["reason_texts"][-1]["en"] for a in answers)
            ready = client.get("/health/ready")
            assert (ready.status_code, ready.json()["mode"]) == (200, "REGISTER_STALE")
            write_policy(home, "strict", "review")
            serving.house.in_force.look()
            looked_at, _ = screened(bodies[20:])
            assert not {d for _, d in looked_at} & {"clear"}
            again, _ = screened(bodies[:10])
            assert again == fresh  # a repeated call gets the stored answer, its mode too
            assert client.get(f"/v1/screenings/{first[0]['screening_id']}").json() == first[0]
    made = run(settings, None, 100)
    assert (made.rows, made.differences) == (30, [])

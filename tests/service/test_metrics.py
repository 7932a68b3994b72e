"""Laws of the metrics: they count what the ledger holds, and tell nobody's key, institution or name."""

from __future__ import annotations

from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from service.app import create_app
from service.callers import Callers, create_key
from service.datafolder import DataFolder
from service.explaining import Explainer
from service.routes.door import Doors
from service.standing import last_watch
from service.telemetry import Standing, Standings, Telemetry
from tests.service.doors import NOW


@pytest.fixture
def telemetry():
    return Telemetry()


@pytest.fixture
def client(ledger, make_lane, telemetry, tmp_path):
    """A client of an app whose lane tells the same telemetry."""
    lane = make_lane(telemetry=telemetry)
    explainer = Explainer(tmp_path)
    doors = Doors(lane, ledger, Callers(ledger), lambda: NOW, explainer, {}, telemetry=telemetry)
    key = create_key(ledger, "BANK-A")
    return TestClient(create_app(doors), headers={"Authorization": f"Bearer {key}"})


@pytest.fixture
def told(client):
    """The samples now, by name and labels."""

    def told():
        answer = client.get("/metrics", headers={"Authorization": ""})
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        return {
            (sample.name, *sorted(sample.labels.values())): sample.value
            for family in text_string_to_metric_families(answer.text)
            for sample in family.samples
        }

    return told


def test_counts_are_those_of_the_ledger(client, body, told, ledger):
    rows = [body(), body(kind="sim", channel="agent"), body(channel=None)]
    repeated = rows[0]
    for row in (*rows, repeated):
        assert client.post("/v1/screenings", json=row).status_code == 200
    assert client.post("/v1/screenings", json=[body() for _ in range(4)]).status_code == 200
    outcome = {
        "registration_id": rows[0]["registration_id"],
        "is_fraud": True,
        "confirmed_at": NOW.isoformat(),
    }
    for _ in range(2):
        assert client.post("/v1/outcomes", json=outcome).status_code == 200
    samples = told()
    with ledger.connection() as door:
        held = door.execute(
            "SELECT r.node->>'kind', decision, count(*) FROM screenings "
            "JOIN registrations r USING (institution, registration_id) GROUP BY 1, 2"
        ).fetchall()
    for kind, decision, count in held:
        counted = sum(
            value
            for (name, *labels), value in samples.items()
            if name == "chinhchu_screenings_total" and {kind, decision} <= set(labels)
        )
        assert counted == count
    assert sum(count for *_, count in held) == samples["chinhchu_batch_rows_sum",] == 7
    assert samples["chinhchu_identities_total", "not_found"] == 7
    assert samples["chinhchu_outcomes_total", "true"] == 1
    assert samples["chinhchu_last_batch_timestamp_seconds",] == NOW.timestamp()


def test_requests_are_told_by_route_and_status_alone(client, body, told):
    client.post("/v1/screenings", json=body())
    client.get("/v1/screenings/0b7c9a9e-2b52-4d3c-9c3e-0d1f2a3b4c5d")
    client.get("/v1/screenings", headers={"Authorization": "Bearer wrong"})
    client.get("/nguyen-van-an/0912345678")
    samples = told()
    assert samples["chinhchu_request_seconds_count", "2xx", "screenings"] == 1
    assert samples["chinhchu_request_seconds_count", "4xx", "screenings"] == 2
    assert samples["chinhchu_request_seconds_count", "4xx", "other"] == 1


def test_no_key_institution_or_name_is_told(client, body):
    row = body(agent_id="BANK-A-079-12-T01")
    client.post("/v1/screenings", json=row)
    client.get(f"/v1/screenings?registration_id={row['registration_id']}")
    text = client.get("/metrics").text
    secrets = {str(v) for k, v in row.items() if k not in {"kind", "channel"}}
    assert not [value for value in secrets if value in text]


def test_gauges_tell_how_the_service_stands_when_they_are_read(telemetry, told):
    standing = Standing(
        waiting=3,
        model="20260701-abc",
        policy="policy-1",
        trained_until=NOW - timedelta(days=12),
        snapshot=NOW.date() - timedelta(days=5),
        watched=(NOW - timedelta(days=1), 2),
        shadow=(40, 4),
        held=1,
        mode="REGISTER_STALE",
    )
    parts = {"graph": True}
    checks = {"graph": lambda: parts["graph"]}
    telemetry.follow(Standings(lambda: standing, checks, lambda: NOW))
    samples = told()
    assert samples["chinhchu_lane_waiting",] == 3
    assert samples["chinhchu_up", "graph"] == 1
    assert samples["chinhchu_model_info", "20260701-abc"] == 1
    assert samples["chinhchu_model_age_days",] == 12
    assert samples["chinhchu_register_age_days",] == 5
    assert (samples["chinhchu_watch_age_days",], samples["chinhchu_watch_alerts",]) == (1, 2)
    assert (samples["chinhchu_shadow_judged",], samples["chinhchu_shadow_changed",]) == (40, 4)
    assert samples["chinhchu_breaker_held",] == 1
    assert samples["chinhchu_mode_info", "REGISTER_STALE"] == 1
    parts["graph"] = False
    assert told()["chinhchu_up", "graph"] == 0


def test_what_the_folder_does_not_tell_is_none(tmp_path):
    folder = DataFolder(tmp_path)
    assert last_watch(folder) is None
    folder.watched.write_text("[]")
    assert last_watch(folder) is None
    folder.watched.write_text(f'{{"at": "{NOW.isoformat()}", "alerts": 7}}')
    assert last_watch(folder) == (NOW, 7)

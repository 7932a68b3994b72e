"""Laws of the service with a remote register: its outage is an answer, and its return is used."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import partial
from random import Random

import httpx2
import pytest

from features.parsing import parse_person
from features.register.remote import Terms
from features.register.replica import Replica
from models import registry
from service import wiring
from service.callers import create_key
from service.nationalregister.app import StandIn, Switches
from service.serving import running
from service.settings import Settings
from service.webserver import address, answering, listening

PERSON = {
    "id_number": "079090123456",
    "full_name": "Nguyễn Thị Thúy Hoà",
    "birth_date": "1990-03-21",
    "residence": "12/3 đường Lê Lợi, Phường Bến Nghé, Quận 1, Thành phố Hồ Chí Minh",
    "document_issued_on": "2021-05-11",
}
BODY = {
    "kind": "sim",
    "institution": "VCB",
    "registered_at": "2026-03-01T02:00:00Z",
    "document_type": "cccd",
    "document_number": "079090123456",
    "full_name": "NGUYEN THI THUY HOA",
    "birth_date": "21/03/1990",
}
KNOWN = "known-to-both"
NEXT_DAY = {"registered_at": "2026-03-02T02:00:00Z"}


@dataclass
class Town:
    """A service, its caller, and the register that it asks."""

    register: str
    client: httpx2.Client

    def turn(self, **switches):
        httpx2.put(f"{self.register}/switches", json=switches).raise_for_status()

    def screen(self, key, **changes):
        body = BODY | {"registration_id": key} | changes
        response = self.client.post("/v1/screenings", json=body)
        assert response.status_code == 200, response.text
        return response.json()

    def history(self, key):
        return self.client.get("/v1/screenings", params={"registration_id": key}).json()

    def ready(self):
        return self.client.get("/health/ready")


@pytest.fixture
def town(tmp_path, small_model, monkeypatch):
    monkeypatch.setattr(wiring, "Terms", partial(Terms, pause=0.2))  # nobody waits ten seconds here
    home = tmp_path / "home"
    registry.keep(small_model, small_model.name, home)
    registry.promote(small_model.name, home)
    with (
        closing(Replica(tmp_path / "population")) as replica,
        listening("127.0.0.1", 0, "a port") as listener,
    ):
        replica.load([parse_person(PERSON)], date(2026, 7, 1))
        stand_in = StandIn(replica, Switches(), Random(1), KNOWN)
        url = address("127.0.0.1", listener.getsockname()[1])
        settings = Settings(
            home,
            port=0,
            register_url=url,
            register_token=KNOWN,
            register_deadline=2.0,
        )
        with (
            answering(stand_in.app(), listener),
            running(settings, announce=lambda _: None, console=False) as serving,
        ):
            key = {"X-API-Key": create_key(serving.house.ledger, "VCB")}
            with httpx2.Client(base_url=serving.api_url, headers=key, timeout=30) as client:
                yield Town(url, client)


def test_an_outage_is_an_answer_and_is_looked_at_again(town):
    well = town.screen("before")
    assert (well["identity"], well["matched_id_number"]) == ("verified", PERSON["id_number"])
    assert well["evidence"]["address"]["outcome"] == "unavailable"
    assert town.ready().json() == {
        "status": "ready",
        "checks": dict.fromkeys(("lane", "ledger", "graph", "register", "breaker"), True),
        "mode": "stand_in",
    }

    town.turn(down=1)
    assert town.screen("another account")["identity"] == "verified"  # the answer is still kept
    away = town.screen("during", **NEXT_DAY)
    assert (away["identity"], away["decision"]) == ("unverifiable", "review")
    assert "REGISTER_UNAVAILABLE" in away["reasons"]
    assert town.ready().status_code == 200
    assert town.ready().json()["checks"]["register"] is False
    assert town.screen("before") == well

    town.turn(down=0)
    until = time.monotonic() + 20
    while len(town.history("during")) < 2:
        assert time.monotonic() < until
        time.sleep(0.1)
    first, second = town.history("during")
    assert first == away
    assert second["rescreens"] == away["screening_id"]
    assert (second["identity"], second["matched_id_number"]) == ("verified", PERSON["id_number"])
    assert "REGISTER_UNAVAILABLE" not in second["reasons"]
    assert town.screen("during", **NEXT_DAY) == away
    assert town.ready().json()["checks"]["register"] is True
    assert len(town.history("before")) == 1

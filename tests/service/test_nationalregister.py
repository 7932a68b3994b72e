"""Laws of the stand-in for a national register: yes and no and never how, and bad days on demand."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random

import httpx2
import pytest
from starlette.testclient import TestClient

from features.cross_check import cross_check
from features.evidence import FIELDS, Found, Outcome
from features.parsing import parse_person, parse_registration
from features.register.remote.form import PATH
from features.register.replica import Replica
from service.errors import SettingsError, StartError
from service.nationalregister.app import StandIn, Switches
from service.nationalregister.serving import Trial, running
from service.settings import Settings

PERSON = {
    "id_number": "079090123456",
    "full_name": "Nguyễn Thị Thúy Hoà",
    "birth_date": "1990-03-21",
    "former_id_numbers": ["273270505"],
    "sex": "female",
    "residence": "12/3 đường Lê Lợi, Phường Bến Nghé, Quận 1, Thành phố Hồ Chí Minh",
    "document_issued_on": "2021-05-11",
}
QUESTION = {
    "document_type": "cccd",
    "document_number": "079090123456",
    "full_name": "Nguyễn Thị Thúy Hoà",
    "birth_date": "1990-03-21",
    "sex": "female",
    "address": PERSON["residence"],
    "document_issued_on": "2021-05-11",
    "asked_at": "2026-03-01",
}
CALM = Switches()


@pytest.fixture
def replica(tmp_path):
    with closing(Replica(tmp_path / "population")) as replica:
        replica.load([parse_person(PERSON)], date(2026, 7, 1))
        yield replica


@pytest.fixture
def client_of(replica):
    """Clients on this machine of a stand-in; `host` names another one."""

    def client_of(switches=CALM, token=None, host="127.0.0.1", seed=1):
        app = StandIn(replica, switches, Random(seed), token).app()
        return TestClient(app, client=(host, 50_000), raise_server_exceptions=False)

    return client_of


@pytest.fixture
def ask(client_of):
    """Asks one question; gives its answer."""

    def ask(**changes):
        response = client_of().post(PATH, json={"questions": [QUESTION | changes]})
        assert response.status_code == 200, response.text
        assert response.json()["as_of"] == "2026-07-01"
        (answer,) = response.json()["answers"]
        return answer

    return ask


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({}, "verdicts"),
        ({"document_number": "079190654321"}, "not_found"),
        ({"document_type": "passport", "document_number": "C0123456"}, "not_covered"),
        ({"document_number": None, "birth_date": None}, "not_covered"),
    ],
)
def test_each_question_has_its_answer(ask, changes, answer):
    assert ask(**changes)["answer"] == answer


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"full_name": "NGUYEN THI THUY HOA"},
        {"full_name": "Nguyễn Thị Thúy"},
        {"full_name": "Phạm Quốc Bảo"},
        {"birth_date": "1990-03-12"},
        {"birth_date": "1990"},
        {"birth_date": None},
        {"sex": "male"},
        {"sex": None},
        {"address": "Phường Bến Nghé, Quận 1, TP.HCM"},
        {"address": "Hà Nội"},
        {"document_issued_on": "2015-01-01"},
        {"document_type": "cmnd", "document_number": "273270505"},
        {"asked_at": "2020-01-01"},
    ],
)
def test_yes_is_a_match_no_is_any_difference_and_silence_is_neither(ask, replica, changes):
    form = QUESTION | changes
    asked = parse_registration(
        {"registration_id": "1", "kind": "sim", "institution": "A", **form}
        | {"registered_at": form["asked_at"]}
    )
    (found,) = replica.ask([asked])
    assert isinstance(found, Found)
    fields = cross_check(asked, found).fields
    answer = ask(**changes)
    assert answer["found_by"] == found.by.value
    assert list(answer["fields"]) == list(FIELDS)
    for name, verdict in answer["fields"].items():
        outcome = fields[name].outcome
        assert verdict is (None if outcome is Outcome.UNAVAILABLE else outcome is Outcome.MATCH)


def test_nothing_of_the_person_is_told(ask):
    told = json.dumps(ask(full_name="Nguyen Thi Thuy", document_number="273270505"))
    assert not [v for v in PERSON.values() if isinstance(v, str) and len(v) > 6 and v in told]


@pytest.mark.parametrize(
    ("body", "status", "why"),
    [
        (b"", 400, "nothing"),
        (b"{", 400, "cut short"),
        (b"[" * 100_000, 400, "deeper than anybody reads"),
        (b"null", 422, "null"),
        (b"[]", 422, "a list"),
        (b"{}", 422, "no questions"),
        (b'{"questions": {}}', 422, "questions as an object"),
        (b'{"questions": ["Nguyen"]}', 422, "a question that is a word"),
        ({"questions": [QUESTION | {"full_name": None}]}, 422, "no name"),
        ({"questions": [QUESTION | {"asked_at": None}]}, 422, "no day"),
        ({"questions": [QUESTION | {"asked_at": "tomorrow"}]}, 422, "a day of no calendar"),
        ({"questions": [QUESTION, QUESTION | {"document_type": "visa"}]}, 422, "another paper"),
        ({"questions": [QUESTION] * 101}, 413, "too many questions"),
        (b" " * (2 << 20), 413, "two megabytes"),
    ],
)
def test_a_wrong_call_is_refused_and_nothing_of_it_repeated(client_of, body, status, why):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    response = client_of().post(PATH, content=content)
    assert response.status_code == status, why
    for typed in ("Nguy", "0790", "tomorrow", "visa", "1990"):
        assert typed not in response.text, why


def test_a_token_is_asked_for_where_there_is_one(client_of):
    known = "known-to-both"
    for given, status in ((known, 200), ("another", 401), ("", 401)):
        headers = {"Authorization": f"Bearer {given}"}
        response = client_of(token=known).post(PATH, json={"questions": []}, headers=headers)
        assert response.status_code == status
    assert client_of(token=known).post(PATH, json={"questions": []}).status_code == 401


def test_switches_are_turned_one_by_one_while_it_runs(client_of):
    client = client_of()
    assert client.put("/switches", json={"down": 1}).json() == {"slow": 0, "wrong": 0, "down": 1}
    assert client.post(PATH, json={"questions": [QUESTION]}).status_code == 503
    assert client.get("/health").json()["switches"]["down"] == 1
    assert client.put("/switches", json={"down": 0, "wrong": 1}).status_code == 200
    answer = client.post(PATH, json={"questions": [QUESTION]}).json()["answers"][0]
    assert set(answer["fields"].values()) == {False}


@pytest.mark.parametrize(
    "form", [[], 1, "down", {"up": 1}, {"down": 2}, {"down": "1"}, {"slow": -1}, {"wrong": True}]
)
def test_a_switch_takes_no_other_value(client_of, form):
    client = client_of()
    assert client.put("/switches", json=form).status_code == 422
    assert client.put("/switches", content=b'{"down": NaN}').status_code == 422
    assert client.get("/health").json()["switches"] == {"slow": 0, "wrong": 0, "down": 0}


def test_switches_are_turned_on_the_machine_itself(client_of):
    response = client_of(host="192.0.2.1").put("/switches", json={"down": 1})
    assert response.status_code == 403


def test_equal_seeds_give_equal_bad_days(client_of):
    def days(seed):
        client = client_of(Switches(wrong=0.5, down=0.3), seed=seed)
        return [client.post(PATH, json={"questions": [QUESTION] * 3}).text for _ in range(30)]

    assert days(7) == days(7) != days(8)


def test_health_tells_what_it_is(client_of):
    form = client_of().get("/health").json()
    assert (form["stand_in"], form["as_of"], form["persons"]) == (True, "2026-07-01", 1)


def test_without_a_population_it_answers_nobody(tmp_path):
    with closing(Replica(tmp_path / "empty")) as empty:
        client = TestClient(StandIn(empty, CALM, Random(1)).app())
        assert client.get("/health").status_code == 503
        assert client.post(PATH, json={"questions": [QUESTION]}).status_code == 503


def trial(population: Path | None) -> Trial:
    return Trial(population, 0, CALM, 0)


def test_a_file_is_served_from_a_folder_of_its_own_that_goes(tmp_path, monkeypatch):
    file, scratch, said = tmp_path / "population.csv", tmp_path / "scratch", []
    file.write_text("id_number,full_name,birth_date\n079090123456,Nguyễn Thị Thúy Hoà,1990-03-21\n")
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    monkeypatch.setenv("CHINHCHU_LANGUAGE", "en")
    with running(Settings(tmp_path / "home"), trial(file), said.append) as url:
        assert httpx2.get(f"{url}/health").json()["persons"] == 1
        assert any(url in line for line in said)
        assert any("For trials only" in line for line in said)
    assert list(scratch.iterdir()) == []
    assert not (tmp_path / "home").exists()


def test_beyond_this_machine_it_asks_for_a_token(tmp_path):
    open_to_all = replace(Settings(tmp_path), host="0.0.0.0")  # noqa: S104 what is refused here
    with (
        pytest.raises(SettingsError, match="CHINHCHU_REGISTER_TOKEN"),
        running(open_to_all, trial(None)),
    ):
        pass


def test_a_port_in_use_is_one_clear_line(tmp_path):
    file = tmp_path / "population.csv"
    file.write_text("id_number,full_name,birth_date\n079090123456,Nguyễn Thị Thúy Hoà,1990-03-21\n")
    settings = Settings(tmp_path / "home")
    with running(settings, trial(file), lambda _: None) as url:
        taken = replace(trial(file), port=int(url.rpartition(":")[2]))
        with pytest.raises(StartError, match="--port"), running(settings, taken):
            pass

"""Laws of the API: every answer or one problem document, and nobody reads another's rows."""

from __future__ import annotations

import json
import re

import pytest

from features.difference import SENTENCES
from features.parsing import Label, parse_label, parse_registration
from features.registration import Registration
from service.batches import Road
from service.callers import create_key
from service.ledger.reading import Reader
from tests.service.doors import problem

COLUMNS = [
    "registration_id",
    "decision",
    "risk",
    "risk_band",
    "identity",
    "matched_id_number",
    "match_document_number",
    "match_full_name",
    "match_birth_date",
    "match_sex",
    "match_address",
    "match_document_issued_on",
    "reasons",
    "ring_id",
    "model_version",
    "policy_version",
]


def test_one_registration_is_answered_with_the_published_columns(client, body):
    sent = body()
    answer = client.post("/v1/screenings", json=sent).json()
    assert set(COLUMNS) <= set(answer)
    assert answer["registration_id"] == sent["registration_id"]
    assert answer["screened_at"] == "2026-06-01T12:00:00Z"
    assert [text["code"] for text in answer["reason_texts"]] == answer["reasons"]
    assert all(text["vi"] and text["en"] for text in answer["reason_texts"])
    for field, found in answer["evidence"].items():
        assert found["outcome"] == answer[f"match_{field}"]
        assert (found["vi"], found["en"]) == SENTENCES[found["difference"]]


def test_a_repeated_call_gets_the_same_answer_byte_for_byte(client, body):
    sent = body()
    first = client.post("/v1/screenings", json=sent)
    again = client.post("/v1/screenings", json=dict(reversed(sent.items())))
    assert again.content == first.content
    found = client.get(f"/v1/screenings/{first.json()['screening_id']}")
    assert found.content == first.content
    listed = client.get("/v1/screenings", params={"registration_id": sent["registration_id"]})
    assert listed.json() == [first.json()]


def test_a_list_is_answered_item_by_item_in_its_order(client, body):
    one, two = body(), body()
    items = [two, one, {"kind": "sim"}, one | {"full_name": "Other"}, 7, body(institution="B")]
    answers = client.post("/v1/screenings", json=items).json()
    keys = [two["registration_id"], one["registration_id"]]
    assert [a["registration_id"] for a in answers[:2]] == keys
    assert [a["status"] for a in answers[2:]] == [422, 409, 422, 403]
    assert answers[0]["position"] > answers[1]["position"], "in the order of the world"


def test_an_empty_list_has_an_empty_answer(client):
    assert client.post("/v1/screenings", json=[]).json() == []
    assert client.post("/v1/outcomes", json=[]).json() == []


def test_a_key_may_come_in_either_header_and_says_who_asked(client_of, ledger, body):
    key = create_key(ledger, "BANK-A")
    stranger = client_of(None)
    headers = {"X-API-Key": key, "X-Purpose": "audit-2026"}
    answer = stranger.post("/v1/screenings", json=body(), headers=headers).json()
    with ledger.whole() as whole:
        kept = whole.latest("BANK-A", 1)[0]
    assert str(kept.screening_id) == answer["screening_id"]
    assert kept.purpose == "audit-2026"
    assert kept.asked_by.startswith("BANK-A:")
    assert key not in kept.asked_by


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "no-key"),
        ({"Authorization": "Bearer "}, "no-key"),
        ({"Authorization": "Basic abc"}, "no-key"),
        ({"Authorization": "Bearer wrong"}, "bad-key"),
        ({"X-API-Key": "chinhchu_wrong"}, "bad-key"),
        ({"X-API-Key": b"\xff\xfe"}, "bad-key"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/screenings", "/v1/outcomes"])
def test_without_a_valid_key_nothing_is_said(client_of, headers, code, path):
    response = client_of(None).post(path, json={}, headers=headers)
    problem(response, 401, code)
    assert response.headers["www-authenticate"] == "Bearer"


def test_another_institution_reads_and_names_nothing_here(client_of, body):
    ours, theirs = client_of("BANK-A"), client_of("BANK-B")
    sent = body()
    answer = ours.post("/v1/screenings", json=sent).json()
    problem(theirs.get(f"/v1/screenings/{answer['screening_id']}"), 404, "not-found")
    where = {"registration_id": sent["registration_id"]}
    assert theirs.get("/v1/screenings", params=where).json() == []
    problem(theirs.post("/v1/screenings", json=sent), 403, "other-institution")
    known = {
        "registration_id": sent["registration_id"],
        "is_fraud": True,
        "confirmed_at": "2026-06-01T11:00:00Z",
    }
    problem(theirs.post("/v1/outcomes", json=known), 404, "not-found")
    naming = known | {"institution": "BANK-A"}
    problem(theirs.post("/v1/outcomes", json=naming), 403, "other-institution")


BAD_BODIES = [
    (b"", 400, "empty-body", "nothing at all"),
    (b" \n", 400, "empty-body", "blank"),
    (b'{"full_name": "\xff\xfe"}', 400, "not-utf8", "Latin-1 or worse"),
    (b"{", 400, "not-json", "cut short"),
    (b'{"a": NaN}', 400, "not-json", "what only Python takes for JSON"),
    (b'{"a": Infinity}', 400, "not-json", "the same"),
    (b"[" * 100_000, 400, "not-json", "nested beyond reason"),
    (b"1" * 10_000, 400, "not-json", "a number beyond reason"),
    (b"7", 422, "invalid", "a number"),
    (b"null", 422, "invalid", "null"),
    (b'"text"', 422, "invalid", "text"),
    (b"{}", 422, "invalid", "an object without anything"),
    (b"[" + b"{}," * 1000 + b"{}]", 413, "too-large", "1001 items"),
    (b'{"a": "' + b"x" * 10_000_000 + b'"}', 413, "too-large", "10 MB"),
]


@pytest.mark.parametrize("path", ["/v1/screenings", "/v1/outcomes"])
@pytest.mark.parametrize(
    ("sent", "status", "code"), [b[:3] for b in BAD_BODIES], ids=[b[3] for b in BAD_BODIES]
)
def test_a_bad_body_is_one_problem_document(client, path, sent, status, code):
    response = client.post(path, content=sent, headers={"Content-Type": "application/json"})
    problem(response, status, code)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16"]
)
def test_another_content_type_is_refused(client, kind):
    response = client.post("/v1/screenings", content=b"{}", headers={"Content-Type": kind})
    problem(response, 415, "not-json-type")


@pytest.mark.parametrize(
    "kind", ["application/json; charset=UTF-8", 'APPLICATION/JSON;charset="utf-8"']
)
def test_json_in_utf8_is_taken_however_it_is_announced(client, body, kind):
    sent = json.dumps(body(), ensure_ascii=False).encode()
    response = client.post("/v1/screenings", content=sent, headers={"Content-Type": kind})
    assert response.status_code == 200


BAD_VALUES = [
    ({"registration_id": None}, "registration_id", "missing", "no key"),
    ({"registration_id": "a\x00b"}, "registration_id", "unreadable", "a control character"),
    ({"registration_id": ["a"]}, "registration_id", "unreadable", "a list for a key"),
    ({"kind": "loan"}, "kind", "unknown_value", "an unknown enumeration"),
    ({"kind": 1}, "kind", "unknown_value", "a number for an enumeration"),
    ({"channel": "drone"}, "channel", "unknown_value", "an unknown optional enumeration"),
    ({"document_type": ""}, "document_type", "missing", "empty is absent"),
    ({"full_name": "  "}, "full_name", "missing", "blank is absent"),
    ({"full_name": {"a": 1}}, "full_name", "unreadable", "an object for a name"),
    ({"registered_at": "2026-02-30T00:00:00"}, "registered_at", "unreadable", "no such day"),
    ({"registered_at": 20260101}, "registered_at", "unreadable", "a number for a moment"),
    ({"registration_id": "R" * 201}, "registration_id", "too_long", "a key beyond an index"),
    ({"full_name": "x" * 1_001}, "full_name", "too_long", "what nobody types"),
    ({"registered_at": "2026-06-01T12:05:01Z"}, "registered_at", "ahead", "5 min 1 s ahead"),
    ({"registered_at": "2199-12-31T23:59:59Z"}, "registered_at", "ahead", "a slip in the year"),
    ({"registered_at": "9999-12-31T23:59:59Z"}, "registered_at", "unreadable", "the end of time"),
    ({"registered_at": "0001-01-01T00:00:00Z"}, "registered_at", "unreadable", "its beginning"),
]


@pytest.mark.parametrize(
    ("change", "column", "code"), [b[:3] for b in BAD_VALUES], ids=[b[3] for b in BAD_VALUES]
)
def test_a_bad_value_is_named_with_its_column(client, body, change, column, code):
    form = problem(client.post("/v1/screenings", json=body() | change), 422, "invalid")
    (error,) = form["errors"]
    assert (error["column"], error["code"]) == (column, code)
    assert error["reason"]
    assert error["reason_vi"]


def test_a_missing_column_is_named(client, body):
    sent = body()
    del sent["registered_at"]
    form = problem(client.post("/v1/screenings", json=sent), 422, "invalid")
    assert [error["column"] for error in form["errors"]] == ["registered_at"]


ODD_VALUES = [
    ({"birth_date": "31/02/1990"}, "an impossible date, typed freely"),
    ({"document_issued_on": "soon"}, "an optional date that nobody can read"),
    ({"document_number": 1090012345}, "a number for a text"),
    ({"address": "\ud800"}, "half a surrogate pair"),
    ({"email": "a\x00b@c"}, "a control character, typed freely"),
    ({"ip_address": "999.1.1.1"}, "no address"),
    ({"document_number": "9" * 1_000}, "a long number"),
    ({"unknown": {"deep": [1, 2]}}, "a column of tomorrow"),
    ({"registered_at": "2026-06-01T12:04:59Z"}, "just within five minutes"),
    ({"registered_at": "1900-01-02T00:00:00Z"}, "as far back as people live"),
]


@pytest.mark.parametrize("change", [o[0] for o in ODD_VALUES], ids=[o[1] for o in ODD_VALUES])
def test_what_people_typed_freely_never_rejects(client, body, change):
    sent = json.dumps(body() | change).encode()
    headers = {"Content-Type": "application/json"}
    response = client.post("/v1/screenings", content=sent, headers=headers)
    assert response.status_code == 200, response.text


@pytest.mark.parametrize("purpose", ["", "two words", "x" * 65, "a/b"])
def test_a_purpose_is_a_short_code(client, body, purpose):
    response = client.post("/v1/screenings", json=body(), headers={"X-Purpose": purpose})
    problem(response, 422, "invalid")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not-found"),
        ("GET", "/v1/screenings/", 404, "not-found"),
        ("GET", "/v1/screenings/not-a-uuid", 404, "not-found"),
        ("GET", "/v1/screenings/6f1c1d52-3a0a-4c3e-9a52-000000000000", 404, "not-found"),
        ("DELETE", "/v1/screenings", 405, "method-not-allowed"),
        ("PUT", "/v1/outcomes", 405, "method-not-allowed"),
        ("GET", "/v1/screenings", 422, "invalid"),
        ("GET", "/v1/screenings?registration_id=", 422, "invalid"),
    ],
)
def test_a_wrong_address_or_method_is_one_problem_document(client, method, path, status, code):
    problem(client.request(method, path), status, code)


def test_a_defect_is_a_problem_document_and_quotes_nobody(client_of, body, caplog):
    def broken(registrations):
        raise ValueError(registrations[0].full_name)

    sent = body(full_name="Bí Mật")
    client = client_of(road=Road(broken))
    response = client.post("/v1/screenings", json=sent)
    problem(response, 500, "defect")
    assert "Bí Mật" not in response.text + caplog.text


def test_while_the_lane_is_away_calls_are_told_to_come_again(client_of, body):
    client = client_of()
    client.lane.stop()
    response = client.post("/v1/screenings", json=body())
    problem(response, 503, "unavailable")
    assert response.headers["retry-after"] == "1"
    problem(client.post("/v1/screenings", json=[body()]), 503, "unavailable")
    assert client.get("/health/ready").status_code == 503
    assert client.get("/health/live").json() == {"status": "live"}


def test_a_ready_service_says_what_it_asked(client_of):
    response = client_of(None).get("/health/ready")
    assert response.json() == {"status": "ready", "checks": {"lane": True}, "mode": "normal"}


def test_the_page_of_the_api_needs_no_other_server(client_of):
    client = client_of(None)
    page = client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "http://" not in page.text
    assert "https://" not in page.text
    document = client.get("/openapi.json").json()
    for path in document["paths"]:
        assert path in page.text
    for shape in document["components"]["schemas"]:
        assert f'id="{shape}"' in page.text
    assert {"/v1/screenings", "/v1/outcomes", "/health/ready"} <= set(document["paths"])
    assert client.get("/", follow_redirects=False).headers["location"] == "docs"
    assert client.get("/").text == page.text


def test_the_page_of_the_api_names_keys_purpose_and_examples_that_are_taken(client_of):
    document = client_of(None).get("/openapi.json").json()
    schemes = document["components"]["securitySchemes"]
    assert {(s["type"], s.get("name")) for s in schemes.values()} == {
        ("http", None),
        ("apiKey", "X-API-Key"),
    }
    for path, verbs in document["paths"].items():
        for operation in verbs.values():
            keys = [{name: []} for name in schemes] if path.startswith("/v1/") else []
            assert operation.get("security", []) == keys
            assert operation["responses"]["200"]["content"]["application/json"]["schema"]
    purposes = document["paths"]["/v1/screenings"]["post"]["parameters"]
    assert [(p["in"], p["name"], p["required"]) for p in purposes] == [
        ("header", "X-Purpose", False)
    ]
    for path, parse, kind in (
        ("/v1/screenings", parse_registration, Registration),
        ("/v1/outcomes", parse_label, Label),
    ):
        content = document["paths"][path]["post"]["requestBody"]["content"]
        example = content["application/json"]["example"]
        assert isinstance(parse(example), kind)


def test_every_shape_that_the_document_of_the_api_names_is_in_it(client_of):
    document = client_of(None).get("/openapi.json").json()
    text = json.dumps(document)
    named = re.findall(r'"\$ref": "([^"]+)"', text)
    assert named
    for name in named:
        place = document
        for step in name.removeprefix("#/").split("/"):
            place = place[step]


def test_a_defect_in_a_route_is_a_problem_document_too(client_of, monkeypatch, caplog):
    typed = "Nguyễn Văn An"  # not in the line that raises it: a log quotes lines of code

    def broken(*_):
        raise RuntimeError(typed)

    monkeypatch.setattr(Reader, "screenings_of", broken)
    problem(client_of().get("/v1/screenings?registration_id=R"), 500, "defect")
    assert typed not in caplog.text


def test_an_id_that_nobody_could_have_sent_is_found_nowhere(client):
    assert client.get("/v1/screenings?registration_id=a%00b").json() == []

"""Laws of outcomes over the API: recorded once, after their registration, or one problem document."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.service.doors import NOW, problem


def test_an_outcome_is_recorded_once(client, body):
    sent = body()
    client.post("/v1/screenings", json=sent)
    known = {
        "registration_id": sent["registration_id"],
        "is_fraud": True,
        "typology": "rented_account",
        "confirmed_at": "2026-06-01T18:00:00+07:00",
    }
    first = client.post("/v1/outcomes", json=known)
    assert first.json()["confirmed_at"] == "2026-06-01T11:00:00Z"
    assert client.post("/v1/outcomes", json=known).content == first.content
    problem(client.post("/v1/outcomes", json=known | {"is_fraud": False}), 409, "other-outcome")
    listed = client.post("/v1/outcomes", json=[known, {"is_fraud": True}]).json()
    assert listed[0] == first.json()
    assert listed[1]["status"] == 422


def test_an_outcome_lies_after_its_registration_and_a_wrong_one_bars_no_right_one(client, body):
    sent = body(registered_at="2026-06-01T10:00:00Z")
    client.post("/v1/screenings", json=sent)
    known = {"registration_id": sent["registration_id"], "is_fraud": True}
    early = known | {"confirmed_at": "2026-06-01T10:00:00Z"}
    right = known | {"confirmed_at": "2026-06-01T10:00:01Z"}
    form = problem(client.post("/v1/outcomes", json=early), 422, "invalid")
    (error,) = form["errors"]
    assert (error["column"], error["code"]) == ("confirmed_at", "before_registration")
    answers = client.post("/v1/outcomes", json=[early, right]).json()
    assert answers[0] == form
    assert answers[1]["confirmed_at"] == right["confirmed_at"]


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"is_fraud": None}, "is_fraud"),
        ({"is_fraud": "perhaps"}, "is_fraud"),
        ({"is_fraud": [True]}, "is_fraud"),
        ({"confirmed_at": "yesterday"}, "confirmed_at"),
        ({"confirmed_at": (NOW + timedelta(hours=1)).isoformat()}, "confirmed_at"),
        ({"typology": "a\x00b"}, "typology"),
        ({"typology": "x" * 101}, "typology"),
        ({"registration_id": ""}, "registration_id"),
    ],
)
def test_a_bad_outcome_is_named_with_its_column(client, change, column):
    known = {"registration_id": "R", "is_fraud": True, "confirmed_at": "2026-06-01T11:00:00Z"}
    form = problem(client.post("/v1/outcomes", json=known | change), 422, "invalid")
    assert [error["column"] for error in form["errors"]] == [column]

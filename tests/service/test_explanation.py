"""Explanations: they add up, are of one institution alone, and whoever reads one is recorded."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from features.vector import NAMES
from models import bundle, policy, registry
from service.batches import Road
from service.errors import UnexplainableError
from service.explaining import CLEARED, Explainer
from service.ledger.erasing import Erasures
from tests.service.doors import NOW, problem

FIGURES = {"device.holders.30d": 7.0, "device.holders.all": 7.0, "identity": 2.0, "is_sim": 1.0}

WHY = {"X-Purpose": "complaint-7"}


def where(answer):
    return f"/v1/screenings/{answer['screening_id']}/explanation"


@pytest.fixture
def home(tmp_path, small_model):
    """A data folder that keeps what judged."""
    home = tmp_path / "home"
    registry.keep(small_model, "small", home)
    file = tmp_path / "lenient.toml"
    text = re.sub(
        "^version = .*$", 'version = "lenient"', policy.DEFAULT.read_text(), flags=re.MULTILINE
    )
    file.write_text(re.sub("^review_risk = .*$", "review_risk = 0.95", text, flags=re.MULTILINE))
    policy.keep(policy.load(file), home, file)
    return home


@pytest.fixture
def road(home, judge, small_model):
    """Judges whole vectors: a device that seven others used, and a register that knows nobody."""
    model, rules = bundle.load(small_model).model(), policy.load(home / "policies" / "lenient.toml")
    vector = np.zeros(len(NAMES))
    for name, value in FIGURES.items():
        vector[NAMES.index(name)] = value
    held = ("IDENTITY_NOT_FOUND",)

    def judged(screening):
        facts = held if screening.registration.contact_phone else ()
        risk = float(model.risk(vector[np.newaxis])[0])
        return replace(
            screening,
            vector=vector,
            risk=risk,
            decision=rules.decide(risk, frozenset(facts), "BANK-A"),
            reasons=(*facts, "SHARED_DEVICE") if facts else (),
            model_version="small",
            policy_version=rules.version,
        )

    return Road(lambda rs: [(judged(s), node) for s, node in judge(rs)])


@pytest.fixture
def asked(client_of, road, body):
    """A client and the answer to one call."""
    client = client_of(road=road)
    return client, client.post("/v1/screenings", json=body()).json()


def test_a_reason_tells_the_figure_that_was_stored(asked):
    client, answer = asked
    texts = {text["code"]: text["en"] for text in answer["reason_texts"]}
    assert texts["SHARED_DEVICE"] == "This device was used for 7 other people in the last 30 days."
    again = client.get(f"/v1/screenings/{answer['screening_id']}").json()
    assert again == answer


def test_an_explanation_adds_up_and_names_what_would_lead_elsewhere(asked):
    client, answer = asked
    told = client.get(where(answer), headers=WHY).json()
    total = told["base"]["push"] + sum(group["push"] for group in told["groups"])
    assert total == pytest.approx(told["score"], abs=1e-6)
    assert told["decision"] == answer["decision"] == "review"
    assert [fact["code"] for fact in told["hard_facts"]] == ["IDENTITY_NOT_FOUND"]
    assert all(text["vi"] and text["en"] for text in (*told["groups"], told["base"]))
    codes = [fact["code"] for way in told["otherwise"] for fact in way["facts"]]
    assert codes == ["IDENTITY"]
    assert told["otherwise"][0]["decision"] == "clear"
    assert told["otherwise_none"] is None


def test_a_cleared_row_is_explained_on_demand_and_has_nothing_to_be_different(
    client_of, road, body
):
    client = client_of(road=road)
    answer = client.post("/v1/screenings", json=body(contact_phone=None)).json()
    told = client.get(where(answer), headers=WHY).json()
    assert answer["decision"] == told["decision"] == "clear"
    assert (told["otherwise"], told["otherwise_none"]["en"]) == ([], CLEARED[1])
    assert told["groups"]


def test_whoever_reads_an_explanation_is_recorded_and_why(asked, ledger):
    client, answer = asked
    problem(client.get(where(answer)), 400, "no-purpose")
    assert client.get(where(answer), headers=WHY).status_code == 200
    with ledger.connection() as door:
        rows = door.execute("SELECT purpose, what, registration_id FROM readings").fetchall()
    assert rows == [("complaint-7", "explanation", answer["registration_id"])]


def test_of_whoever_was_erased_nothing_is_told_in_words(asked, ledger):
    client, answer = asked
    key = "BANK-A", answer["registration_id"]
    with ledger.connection() as door:
        Erasures(door).ask([key], "asked by the person", NOW)
    problem(client.get(where(answer), headers=WHY), 410, "erased")
    with ledger.connection() as door:
        assert door.execute("SELECT count(*) FROM readings").fetchone() == (0,)


def test_another_institutions_decision_is_not_found(asked, client_of, ledger):
    _, answer = asked
    stranger = client_of("BANK-B")
    found = stranger.get(where(answer), headers=WHY)
    problem(found, 404, "not-found")
    with ledger.connection() as door:
        assert door.execute("SELECT count(*) FROM readings").fetchone() == (0,)


def test_a_decision_of_other_features_is_said_to_be_unexplainable(client, body):
    """The lane of this test judges with three features."""
    answer = client.post("/v1/screenings", json=body()).json()
    found = client.get(where(answer), headers=WHY)
    problem(found, 410, "not-explainable")


def test_what_is_not_kept_is_said_to_be_unexplainable(asked, home, ledger):
    _, answer = asked
    with ledger.reader() as reader:
        (stored,) = reader.screenings_of("BANK-A", answer["registration_id"])
    with pytest.raises(UnexplainableError):
        Explainer(home).explain(replace(stored, model_version="gone"))
    with pytest.raises(UnexplainableError):
        Explainer(home).explain(replace(stored, policy_version="gone"))

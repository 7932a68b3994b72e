"""Laws of watching the ledger: every first answer with its outcome, and nothing of whom was erased."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.vector import NAMES
from models import registry
from service.ledger.erasing import Erasures
from service.ledger.records import NewOutcome
from service.ledger.writing import lease
from service.progress import Progress
from service.watching import past_of_ledger
from tests.service.doors import NOW


@pytest.fixture
def writer(ledger):
    with lease(ledger.database_url, ledger.keys) as opened:
        yield opened


@pytest.fixture
def past(ledger, tmp_path):
    return lambda: past_of_ledger(ledger, tmp_path, Progress())


def test_every_answer_is_there_with_what_became_known(past, writer, judged, registration):
    one = registration(agent_id="BANK-A-079-12-T01", email="an@x.vn")
    two = registration(institution="BANK-B")
    writer.record_screenings(judged(one, two))
    writer.record_outcomes([NewOutcome(*one.key, True, None, NOW)], NOW)
    found = past()
    assert found.rows.column("institution").to_pylist() == ["BANK-A", "BANK-B"]
    assert found.rows.column("branch").to_pylist() == ["BANK-A-079-12", None]
    assert found.rows.column("decision").to_pylist() == ["review", "review"]
    assert found.rows.column("email").to_pylist() == ["an@x.vn", None]
    assert found.rows.column("check_birth_date").to_pylist() == ["no_person"] * 2
    assert found.label.tolist() == [1, -1]
    assert found.confirmed[0] == NOW.timestamp()
    assert found.at.tolist() == [one.registered_at.timestamp(), two.registered_at.timestamp()]
    assert found.typed.all()


def test_of_an_erased_row_only_the_answer_is_left(past, writer, judged, registration):
    one, two = registration(email="an@x.vn"), registration(email="an@x.vn")
    writer.record_screenings(judged(one, two))
    Erasures(writer.door).ask([one.key], "asked", NOW)
    Erasures(writer.door).carry_out([one.key], NOW)
    found = past()
    assert found.typed.tolist() == [False, True]
    assert found.rows.column("email").to_pylist() == [None, "an@x.vn"]
    assert found.rows.column("decision").to_pylist() == ["review", "review"]


def test_vectors_are_read_by_the_features_of_the_models_that_judged(
    past, writer, judged, registration, small_model, tmp_path
):
    registry.keep(small_model, "small", tmp_path)
    made = judged(registration(), registration())
    rows = [
        replace(
            j,
            screening=replace(j.screening, vector=np.arange(len(NAMES)) + i, model_version="small"),
        )
        for i, j in enumerate(made)
    ]
    writer.record_screenings(rows)
    names, values = past().features
    assert names == NAMES
    assert values[:, 3].tolist() == [3.0, 4.0]
    writer.record_screenings(judged(registration()))  # of a model that is kept no longer
    assert past().features[0] == ()

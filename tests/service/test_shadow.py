"""Laws of the shadow: a challenger judges every committed row once, from what was stored, and decides nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import psycopg
import pytest

from models import bundle, policy, registry
from models.decision import Decision
from models.errors import UnknownModelError
from service.archive import Archive
from service.batches import Road
from service.ledger.judged import JudgedRows
from service.ledger.shadows import Shadows
from service.settings import Settings
from service.shadow import Shadow
from service.shadow_desk import compare
from tests.service.doors import NOW
from tests.service.switches import narrow_bundle


@pytest.fixture
def home(tmp_path, small_model):
    """Keeps what the rows of these tests name, and two challengers of the same three features."""
    for version, seed in (("model-1", 1), ("new-1", 2), ("new-2", 3)):
        bundle.save(narrow_bundle(small_model, version, seed=seed), tmp_path / "models" / version)
    (tmp_path / "policies").mkdir()
    text = policy.DEFAULT.read_text(encoding="utf-8").replace(policy.load().version, "policy-1")
    (tmp_path / "policies" / "policy-1.toml").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def screened(make_lane, registration):
    lane = make_lane()

    def screened(count, **changes):
        calls = [lane.screen(registration(**changes), "test", "test") for _ in range(count)]
        return [call.result(30).stored for call in calls]

    return screened


@pytest.fixture
def shadow(ledger, home):
    return Shadow(ledger, home, lambda: NOW)


def recorded(ledger, version, stored):
    with ledger.connection() as door:
        return Shadows(door, version).at([s.position for s in stored])


def settings_of(ledger, home):
    made = Settings(
        home,
        database_url=ledger.database_url,
        token_key=ledger.keys.token,
        encryption_key=ledger.keys.encryption,
    )
    (home / "version").write_text("1\n")
    return made


def test_it_judges_each_committed_row_once_from_the_stored_vector(ledger, home, shadow, screened):
    assert not shadow.round()  # nobody challenges
    registry.challenge("new-1", home)
    stored = screened(30)
    assert shadow.round() is False
    found = recorded(ledger, "new-1", stored)
    model = Archive(home).model("new-1")
    with ledger.connection() as door:
        rows = JudgedRows(door).after(0, 100)
    assert [row.position for row in rows] == sorted(found)
    for row in rows:
        assert found[row.position].risk == model.risk(np.array([row.vector]))[0]
        assert found[row.position].decision == "review"  # the hard fact that held, holds
    shadow.round()
    assert shadow.judged == 30
    more = screened(3)
    shadow.round()
    assert shadow.judged == 33
    assert recorded(ledger, "new-1", more).keys() == {s.position for s in more}


def test_another_service_goes_on_where_the_last_one_stopped(ledger, home, shadow, screened):
    registry.challenge("new-1", home)
    screened(5)
    shadow.round()
    screened(2)
    again = Shadow(ledger, home, lambda: NOW)
    again.round()
    assert (shadow.judged, again.judged) == (5, 2)


def test_a_new_challenger_begins_anew_and_a_broken_one_is_told_once(
    ledger, home, shadow, screened, caplog
):
    stored = screened(4)
    registry.challenge("new-1", home)
    shadow.round()
    registry.challenge("new-2", home)
    shadow.round()
    assert len(recorded(ledger, "new-2", stored)) == 4
    (home / "models" / "model-1" / "card.json").write_text("{}")
    registry.challenge("model-1", home)
    for _ in range(3):
        assert not shadow.round()
    assert len(caplog.records) == 1
    assert "model-1" in caplog.text


def test_what_is_shadowed_is_only_ever_added(ledger, home, shadow, screened):
    registry.challenge("new-1", home)
    screened(1)
    shadow.round()
    with ledger.connection() as door:
        for statement in ("UPDATE shadows SET risk = 0", "DELETE FROM shadows"):
            with pytest.raises(psycopg.errors.RestrictViolation):
                door.execute(statement)


def test_the_desk_tells_the_same_whether_a_service_judged_before_or_not(
    ledger, home, shadow, screened
):
    with pytest.raises(UnknownModelError):
        compare(settings_of(ledger, home), 30, NOW)
    screened(6)
    screened(3, institution="BANK-B")
    registry.challenge("new-1", home)
    alone = compare(settings_of(ledger, home), 30, NOW)
    shadow.round()
    after = compare(settings_of(ledger, home), 30, NOW)
    assert alone == after
    assert (alone.decisions, alone.left_out) == (9, 0)
    counts = {code: counts["decisions"] for code, counts in alone.by_institution.items()}
    assert counts == {"BANK-A": 6, "BANK-B": 3}


def test_rows_of_other_features_are_left_out_and_counted(ledger, home, screened, small_model):
    screened(4)
    registry.keep(small_model, "small", home)
    registry.challenge("small", home)
    made = compare(settings_of(ledger, home), 30, NOW)
    assert (made.decisions, made.left_out) == (4, 4)


def test_a_change_names_codes_and_is_counted_by_its_direction(
    ledger, home, make_lane, judge, registration
):
    """A row that no fact holds is cleared or reviewed by the challenger's risk alone."""

    def clearing(registrations):
        return [
            (replace(s, decision=Decision.CLEAR, reasons=("AGE",)), n)
            for s, n in judge(registrations)
        ]

    lane = make_lane(road=Road(clearing))
    one = lane.screen(registration(), "test", "test").result(30).stored
    registry.challenge("new-1", home)
    made = compare(settings_of(ledger, home), 30, NOW)
    vector = np.array([[0.5, np.nan, 1.0]])
    risk = Archive(home).model("new-1").risk(vector)[0]
    would = policy.load().decide(risk, frozenset(), "BANK-A").code
    changes = [(c.screening_id, c.decision, c.would, c.reasons) for c in made.largest]
    expected = [(one.screening_id, "clear", "review", ("AGE",))] if would == "review" else []
    assert changes == expected
    assert made.total("stricter") == len(expected)
    assert made.total("milder") == 0

"""Laws of replay: a decision is found again bit for bit, whatever judges now."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from uuid import uuid4

import httpx2
import numpy as np
import pytest

from models import bundle, policy, registry
from models.errors import BundleError
from models.registry import Order
from service import cli
from service.archive import Archive
from service.callers import create_key
from service.ledger.judged import JudgedRow
from service.replay import Replayed, replay, run
from service.serving import running
from service.settings import Settings
from service.words import percent
from tests.service.switches import BANK, adopt, bodies_of, narrow_bundle, peopled, refitted
from training.promote import promote
from training.world import simulate

DECISIONS = 1_000


@pytest.fixture(scope="module")
def decided(tmp_path_factory, small_model):
    """A data folder in which two models and two policies judged, one after the other."""
    folder = tmp_path_factory.mktemp("replay")
    world = simulate(800, 7)
    home = peopled(folder / "home", world)
    registry.keep(small_model, "small", home)
    registry.promote("small", home)
    settings = Settings(home, port=0)
    later = folder / "later"
    bundle.save(refitted(small_model, "later", seed=1), later)
    bodies = bodies_of(world, DECISIONS + 40)
    assert len(bodies) == DECISIONS + 40
    with running(settings, announce=lambda _: None, console=False) as serving:
        headers = {"X-API-Key": create_key(serving.house.ledger, BANK)}
        with httpx2.Client(base_url=serving.api_url, headers=headers, timeout=120) as client:
            client.post("/v1/screenings", json=bodies[:DECISIONS]).raise_for_status()
            order = Order("a test", "another", datetime.now(UTC))
            promote(str(later), home, order, force=True)
            adopt(home, "ours-1")
            serving.house.in_force.look()
            (one, *_) = client.post("/v1/screenings", json=bodies[DECISIONS:]).json()
        while_it_runs = run(settings, None, 2 * DECISIONS)
    return home, one, while_it_runs


@pytest.fixture
def language(monkeypatch, decided):
    monkeypatch.setenv("CHINHCHU_HOME", str(decided[0]))
    monkeypatch.setenv("CHINHCHU_LANGUAGE", "en")


def test_a_thousand_old_decisions_are_found_again_after_another_model_took_over(decided):
    _, one, made = decided
    assert made.differences == []
    assert made.rows == DECISIONS + 40
    assert dict(made.by) == {
        ("small", policy.load().version): DECISIONS,
        ("later", "ours-1"): 40,
    }
    assert (one["model_version"], one["policy_version"]) == ("later", "ours-1")


def test_the_command_tells_what_differs_and_nobodys_name(decided, language, capsys):
    home, one, _ = decided
    assert cli.main(["replay", one["screening_id"]]) == 0
    assert "identical" in capsys.readouterr().out
    file = home / "policies" / "ours-1.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("very_high = 0.60", "very_high = 0.21"), encoding="utf-8")
    names = home / "models" / "small" / "features.json"
    before = names.read_text()
    names.write_text(json.dumps(["of older days", *json.loads(before)[1:]]))
    try:
        with pytest.raises(BundleError, match="other features"):
            bundle.load(home / "models" / "small")
        assert cli.main(["replay"]) == 1
    finally:
        file.write_text(text, encoding="utf-8")
        names.write_text(before)
    out = capsys.readouterr().out
    assert "risk_band: high → very_high" in out
    different = int(out.rsplit(": ", 1)[1])
    assert 0 < different <= 40  # those of the old model are identical, though its features are old


def test_a_screening_that_is_none_is_one_line(decided, language, capsys):
    assert cli.main(["replay", str(uuid4())]) == 2
    assert "chinhchu: there is no screening" in capsys.readouterr().err


def test_the_desk_prints_what_a_challenger_would_have_changed_and_nobodys_name(
    decided, language, capsys
):
    home = decided[0]
    registry.challenge("later", home)
    assert cli.main(["model", "shadow", "--last", "2"]) == 0
    out = capsys.readouterr().out
    assert re.match(r"later: would have changed [\d,]+ of 1,040 decisions ", out)
    assert BANK in out
    for body in bodies_of(simulate(800, 7), 20):
        assert body["full_name"] not in out
        assert body["registration_id"] not in out


def test_the_command_takes_a_decision_apart_in_parts_that_add_up(decided, language, capsys):
    _, one, _ = decided
    words = ["explain", one["screening_id"], "--purpose", "audit"]
    assert cli.main(words) == 0
    told = capsys.readouterr().out
    assert told.startswith(one["decision"])
    section = told.partition("The score in log-odds, part by part\n")[2].partition("\n\n")[0]
    *bars, calibrated = section.splitlines()
    *parts, total = [float(line.split()[0]) for line in bars]
    assert len(parts) <= 12
    assert calibrated == f"Calibrated, this score is a risk of {percent(one['risk'])}."
    assert one["registration_id"] in told.splitlines()[1]
    assert sum(parts) == pytest.approx(total, abs=0.005 * len(parts))
    assert cli.main([*words, "--json"]) == 0
    form = json.loads(capsys.readouterr().out)
    assert (form["screening_id"], form["decision"]) == (one["screening_id"], one["decision"])
    assert form["score"] == pytest.approx(total, abs=0.005)


def row_of(seen, risk, **changes):
    held = {
        "position": 1,
        "screening_id": uuid4(),
        "institution": "A",
        "vector": np.array(seen),
        "risk": risk,
        "risk_band": policy.load().band(risk).value,
        "decision": "review",
        "reasons": ("IDENTITY_MISMATCH",),
        "model_version": "narrow",
        "policy_version": policy.load().version,
    }
    return JudgedRow(**held | changes)


@pytest.fixture
def narrow(tmp_path, small_model):
    """A home that keeps a model of three features; its risk of a vector."""
    made = narrow_bundle(small_model, "narrow", seed=2)
    bundle.save(made, tmp_path / "models" / "narrow")
    policy.keep(policy.load(), tmp_path)
    return tmp_path, made.golden[0].vector, made.golden[0].risk


def differences(home, *rows):
    made = Replayed()
    replay(rows, Archive(home), made)
    return [(d.what, d.found) for d in made.differences]


def test_a_model_of_fewer_features_still_judges_what_it_judged(narrow):
    home, vector, risk = narrow
    with pytest.raises(BundleError, match="other features"):
        bundle.load(home / "models" / "narrow")
    assert differences(home, row_of(vector, risk)) == []
    assert differences(home, row_of(vector, np.nextafter(risk, 1))) == [("risk", repr(risk))]
    assert differences(home, row_of(vector, risk, decision="clear")) == [("decision", "review")]


@pytest.mark.parametrize(
    "change",
    [
        {"vector": np.array([0.5])},
        {"model_version": "gone"},
        {"policy_version": "gone"},
    ],
)
def test_what_cannot_be_judged_again_is_told_and_hides_no_other_row(narrow, change):
    home, vector, risk = narrow
    found = differences(home, row_of(vector, risk), row_of(vector, risk, **change))
    assert [what for what, _ in found] == ["versions"]

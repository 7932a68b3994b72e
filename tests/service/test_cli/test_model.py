"""Laws of `chinhchu model`: one command promotes, one rolls back, each with who and why."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from models import bundle, registry
from service.breaker import WHO as BREAKER
from tests.service.switches import kept

WHO = ("--by", "Lan", "--why", "better on the last month")


@pytest.fixture
def models(home, small_model):
    """Two kept versions; none of them judges yet."""
    for version in ("first", "second"):
        kept(home, small_model, version)
        held_to(home, version, ("golden_facts", True))


def champion(home):
    return registry.resolve(None, home).name


def test_promotion_and_rollback_are_one_command_each_and_are_recorded(run, home, models):
    assert run("model", "promote", "first", *WHO).code == 0
    assert run("model", "promote", "second", *WHO).code == 0
    assert champion(home) == "second"
    back = run("model", "rollback", "--by", "Minh", "--why", "complaints")
    assert (back.code, champion(home)) == (0, "first")
    assert run("model", "rollback", *WHO).code == 0
    assert champion(home) == "second"
    log = run("model", "log").out.splitlines()
    told = [line.split("Z  ")[1] for line in log]
    assert told == [
        "default → first  Lan: better on the last month",
        "first → second  Lan: better on the last month",
        "second → first  Minh: complaints",
        "first → second  Lan: better on the last month",
    ]
    assert back.out.strip() in log


def test_what_the_circuit_breaker_held_comes_back_by_no_rollback(run, home, models):
    for version, by in (("first", "Lan"), ("second", "Lan"), ("first", BREAKER)):
        registry.switch(version, home, registry.Order(by, "a drill", datetime.now(UTC)))
    refused = run("model", "rollback", *WHO)
    assert (refused.code, champion(home)) == (2, "first")
    assert "circuit breaker held model second" in refused.line


def test_a_version_kept_with_other_content_is_not_promoted(
    run, home, models, small_model, tmp_path
):
    other = bundle.load(small_model)
    bundle.save(
        replace(other, card=other.card | {"version": "first", "note": "other"}), tmp_path / "b"
    )
    refused = run("model", "promote", tmp_path / "b", *WHO, "--force")
    assert refused.code == 2
    assert "first: kept before with other content" in refused.line
    assert registry.switches(home) == []


def test_the_packaged_model_can_be_promoted_too(run, home, models):
    run("model", "promote", "first", *WHO)
    assert run("model", "promote", "default", *WHO).code == 0
    assert champion(home) == json.loads((registry.DEFAULT / "card.json").read_text())["version"]
    assert run("model", "rollback", *WHO).code == 0
    assert champion(home) == "first"


def test_the_packaged_model_that_judged_before_the_first_can_be_gone_back_to(run, home, models):
    run("model", "promote", "first", *WHO)
    assert run("model", "rollback", *WHO).code == 0
    assert champion(home) == registry.default_version()
    assert run("model", "rollback", *WHO).code == 0
    assert champion(home) == "first"


def test_a_promoted_challenger_challenges_nobody_any_more(run, home, models):
    run("model", "promote", "first", *WHO)
    registry.challenge("second", home)
    run("model", "promote", "challenger", *WHO)
    assert champion(home) == "second"
    assert registry.aliased("challenger", home) is None


def test_the_list_tells_versions_and_what_they_are_called(run, home, models):
    fresh = run("model", "list").out
    assert "first" in fresh
    run("model", "promote", "first", *WHO)
    run("model", "promote", "second", *WHO)
    lines = run("model", "list").out.splitlines()[2:]  # the packaged one has no name any more
    assert [line.split()[:2] for line in lines] == [["previous", "first"], ["champion", "second"]]


def test_a_fresh_folder_lists_the_packaged_model_and_is_not_made_for_it(run, home):
    said = run("model", "list")
    assert (said.code, "default" in said.out) == (0, True)
    assert not home.exists()


def test_where_nothing_happened_yet_that_is_said(run, home, models):
    assert run("model", "log").out == "no model was switched yet\n"
    assert run("policy", "log").out == "no policy was switched yet\n"
    assert run("model", "shadow").line.endswith("there is no challenger")


def test_a_log_tells_a_long_reason_whole(run, home, models):
    why = "complaints of branches " * 20 + "ended"
    run("model", "promote", "first", "--by", "Lan", "--why", why)
    assert run("model", "log").out.rstrip().endswith("ended")


def another_name(folder):
    file = folder / "features.json"
    names = json.loads(file.read_text())
    file.write_text(json.dumps([*names[1:], "another name"]))


def another_order(folder):
    file = folder / "features.json"
    file.write_text(json.dumps(json.loads(file.read_text())[::-1]))


def another_golden_fact(folder):
    file = folder / "golden.json"
    first, *rest = json.loads(file.read_text())
    file.write_text(json.dumps([{**first, "risk": first["risk"] / 2}, *rest]))


@pytest.mark.parametrize(
    "words", [("model", "promote", "first"), ("policy", "adopt", "x.toml"), ("policy", "rollback")]
)
@pytest.mark.parametrize(("by", "why", "named"), [("", "x", "--by"), ("Lan", " \t", "--why")])
def test_nobody_answers_for_a_switch_with_a_blank(run, home, words, by, why, named):
    refused = run(*words, "--by", by, "--why", why)
    assert refused.code == 2
    assert f"{named}: that is blank" in refused.line


@pytest.mark.parametrize("harm", [another_name, another_order, another_golden_fact])
def test_a_bundle_that_does_not_fit_is_neither_promoted_nor_rolled_back_to(run, home, models, harm):
    run("model", "promote", "first", *WHO)
    run("model", "promote", "second", *WHO)
    harm(home / "models" / "first")
    for words in (("promote", "first"), ("rollback",)):
        said = run("model", *words, *WHO)
        assert said.code == 2
        assert "first" in said.line
    assert champion(home) == "second"
    assert len(registry.switches(home)) == 2


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("promote", "nowhere", *WHO), "nowhere"),
        (("promote", "second", *WHO), "already"),
        (("rollback", *WHO), "no champion before"),
        (("promote", "first", "--by", "Lan"), "--why"),
        (("rollback", "--why", "so"), "--by"),
    ],
)
def test_what_cannot_be_done_is_one_line(run, home, models, words, named):
    registry.promote("second", home)
    (home / "models" / "previous").unlink()
    said = run("model", *words)
    assert said.code == 2
    assert named in said.line
    assert champion(home) == "second"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # between libraries of MLflow
def test_a_book_of_models_that_refuses_holds_no_rollback_back(run, home, models):
    run("model", "promote", "first", *WHO)
    run("model", "promote", "second", *WHO)
    (home / "mlflow").mkdir()
    (home / "mlflow" / "mlflow.db").write_bytes(b"no database" * 1000)
    said = run("model", "rollback", *WHO)
    assert (said.code, champion(home)) == (0, "first")
    assert "MLflow" in said.out


def held_to(home, version, *gates):
    form = {
        "against": "the champion first",
        "gates": [
            {"name": name, "passed": passed, "vi": f"vi {name}", "en": f"en {name}", "figures": {}}
            for name, passed in gates
        ],
    }
    told = home / "models" / f"{version}.told"
    told.mkdir(exist_ok=True)
    (told / "gates.json").write_text(json.dumps(form))


def test_a_model_that_failed_a_gate_is_promoted_only_by_force_and_that_is_recorded(
    run, home, models
):
    run("model", "promote", "first", *WHO)
    gates = ("average_precision", True), ("groups.recall", False), ("calibration", None)
    held_to(home, "second", *gates)
    refused = run("model", "promote", "second", *WHO)
    assert (refused.code, champion(home)) == (1, "first")
    assert "groups.recall" in refused.line
    assert len(registry.switches(home)) == 1
    assert "1/3, 1 not told" in run("model", "list").out
    assert run("model", "promote", "second", *WHO, "--force").code == 0
    assert champion(home) == "second"
    last = registry.switches(home)[-1]
    assert (last["forced"], [g["passed"] for g in last["gates"]]) == (True, [True, False, None])
    assert "(forced)" in run("model", "log").out


def test_a_model_without_gates_on_record_is_promoted_only_by_force(run, home, models):
    held_to(home, "first")
    refused = run("model", "promote", "first", *WHO)
    assert (refused.code, registry.aliased("champion", home)) == (1, None)
    assert "no gates on record" in refused.line
    assert run("model", "promote", "first", *WHO, "--force").code == 0
    assert registry.switches(home)[-1]["forced"]


def test_force_that_was_not_needed_is_no_force(run, home, models):
    held_to(home, "first", ("average_precision", True))
    assert run("model", "promote", "first", *WHO, "--force").code == 0
    assert not registry.switches(home)[-1]["forced"]


def test_gates_that_cannot_be_read_promote_nobody(run, home, models):
    held_to(home, "first")
    (home / "models" / "first.told" / "gates.json").write_text("{")
    said = run("model", "promote", "first", *WHO)
    assert said.code == 2
    assert "gates.json" in said.line
    assert run("model", "list").code == 0


@pytest.mark.parametrize("until", ["yesterday", 7])
def test_a_card_whose_day_cannot_be_read_is_refused(run, home, small_model, until):
    kept(home, small_model, "undated", until=until)
    said = run("model", "promote", "undated", *WHO)
    assert said.code == 2
    assert "undated" in said.line

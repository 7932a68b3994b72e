"""Laws of what judges now: what was switched is taken over, what cannot be used changes nothing."""

from __future__ import annotations

import json
import logging
import shutil
import time
from datetime import UTC, datetime

import pytest

from models import journal, policy, registry
from models.errors import JudgementError
from models.registry import Order
from service import policies
from service.in_force import InForce, cut_short
from tests.service.switches import DEFAULT, adopt, kept

ORDER = Order("a test", "a drill", datetime(2026, 11, 22, tzinfo=UTC))


def adopted(home, scratch, version):
    file = scratch / f"{version}.toml"
    file.write_text(policy.DEFAULT.read_text("utf-8").replace(DEFAULT.version, version), "utf-8")
    return policies.adopt(home, file, by=ORDER.by, why=ORDER.why, at=ORDER.at)


@pytest.fixture
def home(tmp_path, small_model):
    """A data folder whose champion is `small`, with `other` kept beside it."""
    home = tmp_path / "home"
    registry.keep(small_model, "small", home)
    kept(home, small_model, "other")
    registry.promote("small", home)
    return home


def versions(in_force):
    return in_force.judges.model.version, in_force.judges.policy.version


def test_what_is_promoted_or_adopted_is_taken_over(home, caplog):
    in_force = InForce(home)
    assert versions(in_force) == ("small", DEFAULT.version)
    before = in_force.judges
    in_force.look()
    assert in_force.judges is before
    registry.promote("other", home)
    in_force.look()
    assert versions(in_force) == ("other", DEFAULT.version)
    adopt(home, "ours-1")
    in_force.look()
    assert versions(in_force) == ("other", "ours-1")
    assert [r.levelno for r in caplog.records] == [logging.WARNING] * 2
    assert versions(InForce(home)) == ("other", "ours-1")


def test_one_look_is_enough_for_both(home):
    in_force = InForce(home)
    registry.promote("other", home)
    adopt(home, "ours-1")
    in_force.look()
    assert versions(in_force) == ("other", "ours-1")


def test_who_follows_takes_it_over_by_itself(home):
    in_force = InForce(home)
    with in_force.followed():
        registry.promote("other", home)
        until = time.monotonic() + 30
        while versions(in_force)[0] != "other":
            assert time.monotonic() < until
            time.sleep(0.05)


def broken_trees(home):
    (home / "models" / "other" / "model.txt").write_text("no trees\n")


def renamed_feature(home):
    file = home / "models" / "other" / "features.json"
    names = json.loads(file.read_text())
    file.write_text(json.dumps(["another name", *names[1:]]))


def nobody_there(home):
    shutil.rmtree(home / "models" / "other")


@pytest.mark.parametrize("harm", [broken_trees, renamed_feature, nobody_there])
def test_a_champion_that_cannot_be_used_is_one_line_and_the_old_one_goes_on(home, harm, caplog):
    in_force = InForce(home)
    harm(home)
    registry.promote("other", home)
    for _ in range(3):
        in_force.look()
    assert versions(in_force) == ("small", DEFAULT.version)
    (record,) = caplog.records
    assert "other" in record.message
    assert "\n" not in record.message
    registry.promote("small", home)
    in_force.look()
    assert versions(in_force) == ("small", DEFAULT.version)


def test_a_champion_that_was_mended_is_taken_over_once_it_is_promoted_again(
    home, small_model, caplog
):
    in_force = InForce(home)
    nobody_there(home)
    registry.promote("other", home)
    in_force.look()
    kept(home, small_model, "other")
    registry.promote("other", home)
    in_force.look()
    assert versions(in_force)[0] == "other"


def test_a_policy_that_cannot_be_used_is_one_line_and_the_old_one_goes_on(home, caplog):
    in_force = InForce(home)
    adopt(home, "ours-1")
    (home / "policies" / "ours-1.toml").write_text("version = 'ours-1'\n")
    in_force.look()
    adopt(home, "ours-2", file_of="ours-3")
    text = (home / "policies" / "ours-2.toml").read_text()
    (home / "policies" / "ours-3.toml").write_text(
        text.replace("review_risk = 0.20", "review_risk = 0.21")
    )
    in_force.look()
    assert versions(in_force) == ("small", DEFAULT.version)
    assert len(caplog.records) == 2
    assert all("\n" not in record.message for record in caplog.records)


def test_a_named_policy_wins_over_the_adopted_one(home, tmp_path):
    named = tmp_path / "named.toml"
    named.write_text(policy.DEFAULT.read_text(encoding="utf-8").replace(DEFAULT.version, "named-1"))
    adopt(home, "ours-1")
    in_force = InForce(home, named)
    adopt(home, "ours-2")
    in_force.look()
    assert versions(in_force) == ("small", "named-1")
    assert (home / "policies" / "named-1.toml").read_bytes() == named.read_bytes()


class Cut(BaseException):
    """The power is cut."""


@pytest.mark.parametrize("steps", [0, 1])
def test_a_cut_switch_is_told_and_never_loses_the_way_back(home, tmp_path, steps, monkeypatch):
    for version in ("A", "B"):
        adopted(home, tmp_path, version)
        registry.switch({"A": "small", "B": "other"}[version], home, ORDER)
    assert cut_short(home, "model", "policy") == []
    point, left = journal.point, iter([True] * steps)

    def cut(alias, version):
        if not next(left, False):
            raise Cut
        point(alias, version)

    monkeypatch.setattr(journal, "point", cut)
    with pytest.raises(Cut):
        adopted(home, tmp_path, "C")
    left = iter([True] * steps)
    with pytest.raises(Cut):
        registry.switch("third", home, ORDER)
    monkeypatch.undo()
    told = cut_short(home, "model", "policy")
    assert ["third" in told[0], "C" in told[1]] == [True, True]
    assert (registry.aliased("champion", home).name, registry.aliased("previous", home).name) == (
        "other",
        "small",
    )
    back = policies.rollback(home, by="x", why="y", at=ORDER.at)
    assert (back.before, back.after) == ("B", "A")


def test_a_policy_in_force_that_was_changed_by_hand_starts_nothing(home, tmp_path):
    adopted(home, tmp_path, "A")
    with (home / "policies" / "A.toml").open("a") as kept:
        kept.write("# so much the better\n")
    with pytest.raises(JudgementError, match="without a new version.*`chinhchu policy rollback`"):
        InForce(home)


@pytest.mark.parametrize("odd", [b"\xff\xfe\n", b"", b"../x\n"])
def test_a_spoilt_name_switches_nothing_is_told_and_a_command_mends_it(home, tmp_path, odd, caplog):
    adopted(home, tmp_path, "A")
    in_force = InForce(home)
    champion, rules = home / "models" / "champion", home / "policies" / "in_force"
    for alias in (champion, rules):
        alias.write_bytes(odd)
    in_force.look()
    assert versions(in_force) == ("small", "A")
    assert [len(r.message.splitlines()) for r in caplog.records] == [1, 1]
    with pytest.raises(JudgementError, match="model promote default"):
        InForce(home)
    registry.switch("small", home, ORDER)
    with pytest.raises(JudgementError, match="policy rollback"):
        InForce(home)
    adopted(home, tmp_path, "B")
    assert versions(InForce(home)) == ("small", "B")

"""Laws of `rings.json`: every ring whole, and nothing that the key of a run could change."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from features.errors import DataFolderError
from features.registration import Institution, Kind, RegistrationId
from graph.attributes import Attribute, Node
from graph.rings import find
from service.campaign.stories import write_stories

START = datetime(2026, 3, 1, tzinfo=UTC)


def gang(key="", size=5):
    """All share a phone, each two neighbours a device; tokens as a key makes them."""
    return [
        Node(
            registration_id=RegistrationId(f"r{i}"),
            institution=Institution(f"B{i % 2}"),
            registered_at=START + timedelta(hours=i),
            kind=Kind.BANK_ACCOUNT,
            holder=f"{key} holder {i}",
            family="f",
            verified=True,
            tokens={Attribute.PHONE: f"{key} p", Attribute.DEVICE: f"{key[::-1]} d{i // 2}"},
        )
        for i in range(size)
    ]


def rings(nodes):
    return find(nodes, {n.key: 0.75 for n in nodes})


def test_every_ring_is_told_whole(tmp_path):
    write_stories(tmp_path, rings(gang()), {("B1", "r1"), ("B0", "r1")})
    (told,) = json.loads((tmp_path / "rings.json").read_text("utf-8"))
    assert told.pop("ring_id").startswith("R-")
    assert told.pop("story")["en"].startswith("5 accounts of 5 holders at 2 institutions")
    assert told == {
        "ring_risk": 0.75,
        "first_seen": "2026-03-01T00:00:00Z",
        "holders": 5,
        "accounts": 5,
        "confirmed": 1,
        "legal_tier": 0,
        "members": [{"institution": f"B{i % 2}", "registration_id": f"r{i}"} for i in range(5)],
        "ties": [
            {"attribute": "device", "members": [0, 1]},
            {"attribute": "device", "members": [2, 3]},
            {"attribute": "phone", "members": [0, 1, 2, 3, 4]},
        ],
    }


def test_the_key_of_a_run_changes_nothing(tmp_path):
    written = set()
    for key in ("one", "another", "a third"):
        write_stories(tmp_path, rings(gang(key)), set())
        written.add((tmp_path / "rings.json").read_bytes())
    assert len(written) == 1


def test_a_run_without_rings_has_an_empty_list(tmp_path):
    write_stories(tmp_path, [], set())
    assert json.loads((tmp_path / "rings.json").read_text()) == []


def test_where_nothing_can_be_written_is_told(tmp_path):
    with pytest.raises(DataFolderError):
        write_stories(tmp_path / "nowhere", [], set())

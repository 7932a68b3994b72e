"""Laws of the ledger's sealed forms: what is written is read back."""

from __future__ import annotations

from contextlib import closing
from datetime import date

import pytest

from features.cross_check import cross_check
from features.evidence import Unavailable
from features.parsing import parse_person, parse_registration
from features.register.replica import Replica
from graph.attributes import Tokens
from models.screening import examine
from service.ledger.records import evidence_bytes, evidence_of
from training.world import simulate


@pytest.fixture(scope="module")
def examined(tmp_path_factory):
    world = simulate(400, 2)
    with closing(Replica(tmp_path_factory.mktemp("population"))) as replica:
        replica.load([parse_person(p) for p in world.population.to_pylist()], date(2026, 7, 1))
        rows = [parse_registration(r) for r in world.registrations.to_pylist()]
        return examine(rows, replica, Tokens(b"k" * 32))


def test_evidence_is_read_back_as_it_was_written(examined):
    assert len({evidence.identity for _, evidence, _ in examined}) > 1
    for registration, evidence, _ in examined:
        assert evidence_of(evidence_bytes(evidence)) == evidence
        away = cross_check(registration, Unavailable())
        assert evidence_of(evidence_bytes(away)) == away

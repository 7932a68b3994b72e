"""Laws of who is judged as though alone: as in an empty graph, and said to be unknown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from features.registration import Institution, Kind, RegistrationId
from graph.alone import alone
from graph.attributes import Attribute, Node

FIRST = Node(
    RegistrationId("1"),
    Institution("A"),
    datetime(2026, 5, 2, tzinfo=UTC),
    Kind.BANK_ACCOUNT,
    holder="aa" * 8,
    family="fa" * 8,
    verified=True,
    tokens={Attribute.HOLDER: "aa" * 16, Attribute.DEVICE: "d0" * 16},
)
SECOND = replace(
    FIRST,
    registration_id=RegistrationId("2"),
    registered_at=FIRST.registered_at + timedelta(hours=1),
)


def test_everybody_is_alone_whoever_else_is_in_the_batch(graph):
    both = alone([FIRST, SECOND])
    for node, company in zip((FIRST, SECOND), both, strict=True):
        (expected,) = graph.around([node])
        np.testing.assert_array_equal(company.values, expected.values)
        assert expected.known
        assert not company.known
        assert company.ring_id is None


def test_what_a_registration_has_counts_zero_and_what_it_lacks_is_absent():
    (company,) = alone([FIRST])
    assert company["device.registrations.all"] == 0
    assert np.isnan(company["email.registrations.all"])

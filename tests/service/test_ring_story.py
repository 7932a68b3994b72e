"""A ring in a sentence: measured facts, in both languages, and never a name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from features.registration import Institution, Kind, RegistrationId
from graph.attributes import Attribute, Node
from graph.lineage import Happening
from graph.rings import PRIVATE, TIERS, Ring, Tie
from service.cli.rings import _ties
from service.ledger.rings import Told
from service.ring_story import NOUNS, by_holders, happened, knots, story, tier

START = datetime(2026, 1, 31, 20, tzinfo=UTC)  # 1 February in Vietnam


def ring(accounts=0, sims=0, *, holders=3, banks=1, days=0.0, ties=()):
    """Of so many registrations; `ties` are the kinds of shared values, one each."""
    size = accounts + sims
    members = tuple(
        Node(
            registration_id=RegistrationId(f"r{i:03}"),
            institution=Institution(f"B{i % banks}"),
            registered_at=START + timedelta(days=days) * i / max(size - 1, 1),
            kind=Kind.BANK_ACCOUNT if i < accounts else Kind.SIM,
            holder=f"secret holder {i % holders}",
            family="f",
            verified=True,
            tokens={},
        )
        for i in range(size)
    )
    keys = tuple(n.key for n in members)
    made = [Tie(Attribute(kind), f"secret token {i}", keys) for i, kind in enumerate(ties)]
    return Ring("R-1", members, tuple(made), 0.5)


CASES = [
    (
        ring(11, 3, holders=9, banks=5, days=18, ties=("phone", "device", "device")),
        4,
        (
            "11 accounts and 3 SIMs of 9 holders at 5 institutions, opened from 2026-02-01 to "
            "2026-02-19, tied by 2 devices and 1 contact phone; 4 confirmed as fraud; "
            "from 10 accounts the fine is higher (Decree 340/2025, Art. 30)."
        ),
        (
            "11 tài khoản và 3 SIM của 9 người đứng tên tại 5 tổ chức, mở từ 2026-02-01 đến "
            "2026-02-19, nối với nhau qua 2 thiết bị và 1 điện thoại liên hệ; "
            "4 đã xác nhận gian lận; từ 10 tài khoản mức phạt cao hơn (Nghị định 340/2025, Điều 30)."
        ),
        "all that there is to tell",
    ),
    (
        ring(1, 1, holders=1, ties=("holder", "face", "address")),
        0,
        (
            "1 account and 1 SIM of 1 holder at 1 institution, opened on 2026-02-01, "
            "tied by 1 face, 1 address and 1 holder; none confirmed as fraud yet."
        ),
        (
            "1 tài khoản và 1 SIM của 1 người đứng tên tại 1 tổ chức, mở ngày 2026-02-01, "
            "nối với nhau qua 1 khuôn mặt, 1 địa chỉ và 1 người đứng tên; chưa có xác nhận gian lận."
        ),
        "one of each, one day, no tier",
    ),
    (
        ring(0, 4, ties=("email",)),
        1,
        (
            "4 SIMs of 3 holders at 1 institution, opened on 2026-02-01, tied by 1 e-mail address; "
            "1 confirmed as fraud."
        ),
        (
            "4 SIM của 3 người đứng tên tại 1 tổ chức, mở ngày 2026-02-01, "
            "nối với nhau qua 1 thư điện tử; 1 đã xác nhận gian lận."
        ),
        "SIMs alone",
    ),
    (
        ring(3),
        0,
        (
            "3 accounts of 3 holders at 1 institution, opened on 2026-02-01; "
            "none confirmed as fraud yet."
        ),
        (
            "3 tài khoản của 3 người đứng tên tại 1 tổ chức, mở ngày 2026-02-01; "
            "chưa có xác nhận gian lận."
        ),
        "a run of before, whose ties were not kept",
    ),
]


@pytest.mark.parametrize(("made", "confirmed", "english", "vietnamese", "note"), CASES)
def test_a_ring_in_a_sentence(made, confirmed, english, vietnamese, note):
    assert story(made, confirmed) == (vietnamese, english)


@pytest.mark.parametrize(
    ("accounts", "law"),
    [(9, None), (10, "340/2025"), (19, "340/2025"), (20, "20 "), (50, "50 "), (200, "200 ")],
)
def test_the_law_is_told_from_the_number_that_it_names(accounts, law):
    made = ring(accounts)
    words = tier(made)
    assert (words is None) == (law is None)
    if law is not None:
        assert all(law in sentence for sentence in words)
        assert all(words[i] in story(made, 0)[i] for i in (0, 1))


def test_thousands_are_written_as_the_reader_writes_them():
    vietnamese, english = story(ring(1200, holders=1200), 0)
    assert english.startswith("1,200 accounts of 1,200 holders")
    assert vietnamese.startswith("1.200 tài khoản của 1.200 người đứng tên")


def test_what_one_person_shares_with_himself_ties_nobody_to_another():
    made = ring(6, holders=3, ties=("phone",))
    one_person = tuple(made.members[i].key for i in (0, 3))
    face = Tie(Attribute.FACE, "token", one_person)
    told = story(replace(made, ties=(*made.ties, face)), 0)
    assert "tied by 1 contact phone;" in told[1]
    assert "qua 1 điện thoại liên hệ;" in told[0]


def test_values_shared_by_exactly_the_same_are_one_knot():
    a, b, c = (("A", f"r{i}") for i in range(3))
    ties = [
        Tie(Attribute.FACE, "1", (a, b)),
        Tie(Attribute.DEVICE, "2", (a, b)),
        Tie(Attribute.DEVICE, "3", (a, b)),
        Tie(Attribute.ADDRESS, "4", (a, b, c)),
    ]
    expected = [
        (("địa chỉ", "address"), (a, b, c)),
        (("thiết bị và khuôn mặt", "device and face"), (a, b)),
    ]
    assert knots(ties) == knots(ties[::-1]) == expected


def test_whatever_may_tie_and_every_tier_has_its_words():
    assert set(NOUNS) == set(Attribute) >= PRIVATE
    assert all(tier(ring(size)) for size in TIERS)
    assert {happened(told(h)) for h in Happening}


def told(happening, parents=(), children=(), *, joined=0, left=0, members=5):
    return Told(START, Happening(happening), parents, joined, left, members, children)


@pytest.mark.parametrize(
    ("step", "english", "vietnamese"),
    [
        (told("born", joined=5), "first found, +5: 5 members", "mới phát hiện, +5: 5 thành viên"),
        (
            told("merged", ("R-2", "R-3"), joined=3),
            "merged with R-2, R-3, +3: 5 members",
            "nhập với R-2, R-3, +3: 5 thành viên",
        ),
        (
            told("split", ("R-2",), joined=5),
            "split from R-2, +5: 5 members",
            "tách từ R-2, +5: 5 thành viên",
        ),
        (
            told("grew", ("R-2",), joined=2, left=1),
            "grew, in part from R-2, +2, −1: 5 members",
            "lớn thêm, một phần từ R-2, +2, −1: 5 thành viên",
        ),
        (told("shrank", left=2, members=1), "shrank, −2: 1 member", "nhỏ đi, −2: 1 thành viên"),
        (told("ended"), "not found any more", "không còn thấy"),
        (
            told("ended", children=("R-9",)),
            "not found any more; members went to R-9",
            "không còn thấy; thành viên nay thuộc R-9",
        ),
    ],
)
def test_what_became_of_a_ring_in_words(step, english, vietnamese):
    assert happened(step) == (vietnamese, english)


def test_what_different_holders_share_is_told_apart_from_one_holders_own(monkeypatch, capsys):
    made = ring(4, holders=3, ties=())
    a, b, c, again = (node.key for node in made.members)  # the last is of the first one's holder
    phones = [Tie(Attribute.PHONE, "1", (a, b)), Tie(Attribute.PHONE, "2", (b, c))]
    face = Tie(Attribute.FACE, "3", (a, again))
    found = replace(made, ties=(phones[0], face, phones[1]))
    assert by_holders(found) == (phones, [face])

    monkeypatch.setenv("CHINHCHU_LANGUAGE", "en")
    _ties(SimpleNamespace(ring=found))
    assert capsys.readouterr().out.splitlines() == [
        "",
        "What different holders share",
        "  contact phone 1: B0 r000, B0 r001",
        "  contact phone 2: B0 r001, B0 r002",
        "",
        "Shared by one holder's own registrations",
        "  face: B0 r000, B0 r003",
    ]

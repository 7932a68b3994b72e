"""A token links what people share, never what a form holds where they said nothing."""

from __future__ import annotations

import ipaddress
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.cross_check import cross_check
from features.evidence import Found, FoundBy, NotCovered, NotFound, RegisterAnswer, Several
from features.evidence import Unavailable as Silent
from features.registration import (
    Channel,
    DocumentType,
    IdNumber,
    Institution,
    Kind,
    Person,
    Registration,
    RegistrationId,
)
from graph.attributes import Attribute, Node, Tokens, node_of

TOKENS = Tokens(b"the key of the tests")
PERSON = Person(IdNumber("079090123456"), "Trần Văn Bình", "1990-03-21")
TYPED = Registration(
    registration_id=RegistrationId("A-1"),
    kind=Kind.SIM,
    institution=Institution("VIETTEL"),
    registered_at=datetime(2026, 3, 1, tzinfo=UTC),
    document_type=DocumentType.CCCD,
    full_name=PERSON.full_name,
    document_number=PERSON.id_number,
    birth_date=PERSON.birth_date,
    channel=Channel.EKYC,
)
SILENT = Silent()


def node(answer: RegisterAnswer = SILENT, **changes: object) -> Node:
    typed = replace(TYPED, **changes)  # type: ignore[arg-type]
    return node_of(typed, cross_check(typed, answer), TOKENS)


PRIVATE = {
    "document_number": Attribute.DOCUMENT,
    "contact_phone": Attribute.PHONE,
    "msisdn": Attribute.SIM,
    "device_id": Attribute.DEVICE,
    "email": Attribute.EMAIL,
    "address": Attribute.ADDRESS,
    "face_template": Attribute.FACE,
    "agent_id": Attribute.AGENT,
    "ip_address": Attribute.NETWORK,
    "organisation_tax_code": Attribute.ORGANISATION,
}
FILLERS = [
    *("unknown", "N/A", "none", "NULL", "nil", "không có", "KHÔNG", "khong co", "Chưa có", "trống"),
    *("không", "-", "--", "?", ".", "@", "n.a.", "undefined", "không rõ"),
]


@pytest.mark.parametrize("column", sorted(PRIVATE))
@pytest.mark.parametrize("filler", FILLERS)
def test_a_filler_ties_nobody_to_anybody(column: str, filler: str) -> None:
    assert PRIVATE[column] not in node(**{column: filler}).tokens


@pytest.mark.parametrize(
    ("column", "value", "why"),
    [
        ("device_id", "0", "a zero"),
        ("device_id", "00000000-0000-0000-0000-000000000000", "one sign all over"),
        ("device_id", "02:00:00:00:00:00", "what a phone says that may not tell"),
        ("face_template", "abc", "too short to be a key"),
        ("document_number", "000000000000", "one digit all over"),
        ("contact_phone", "0999999999", "nine equal digits"),
        ("email", "@gmail.com", "no user"),
        ("email", "binh.tran@", "no domain"),
        ("email", "khongco@gmail.com", "a user that is none"),
        ("email", "x@gmail.com", "one letter"),
        ("address", "Tỉnh Lâm Đồng", "a province"),
        ("address", "Phường Bến Nghé, Quận 1, Thành phố Hồ Chí Minh", "a commune"),
        ("address", "Phường Sài Gòn, TP.HCM", "a commune of today"),
        ("address", "Xã Không Tên, Tỉnh Lâm Đồng", "a commune that nobody knows"),
        ("address", "Không rõ, Phường Bến Nghé, Quận 1, Thành phố Hồ Chí Minh", "a filler"),
    ],
)
def test_a_value_without_content_has_no_token(column: str, value: str, why: str) -> None:
    assert PRIVATE[column] not in node(**{column: value}).tokens, why


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("device_id", "a1b2c3d4"),
        ("email", "binh.tran@gmail.com"),
        ("contact_phone", "0912345678"),
        ("address", "12/3 Lê Lợi, Phường Bến Nghé, Quận 1, Thành phố Hồ Chí Minh"),
        ("address", "Thôn 5, Xã Ea Na, Tỉnh Đắk Lắk"),
        ("address", "Số 6 ngõ 140 Lạc Long Quân, Phường Giáp Bát, Quận Hoàng Mai"),
        ("agent_id", "7"),  # agents' codes may be short
        ("document_number", "B1234567"),
    ],
)
def test_a_value_with_content_has_a_token(column: str, value: str) -> None:
    assert PRIVATE[column] in node(**{column: value}).tokens


@pytest.mark.parametrize(
    "ip", ["10.0.0.1", "192.168.1.7", "127.0.0.1", "100.64.3.4", "::1", "fe80::1%2"]
)
def test_an_address_of_no_public_network_has_no_token(ip: str) -> None:
    assert not {Attribute.NETWORK, Attribute.SUBNET} & set(node(ip_address=ip).tokens)


def public(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return ip.is_global and not ip.is_multicast and mapped is None


public_ips = st.ip_addresses().filter(public)


@given(public_ips, public_ips)
def test_two_public_addresses_never_share_a_network_token(
    one: ipaddress.IPv4Address, other: ipaddress.IPv4Address
) -> None:
    ours, theirs = (node(ip_address=str(ip)).tokens[Attribute.NETWORK] for ip in (one, other))
    assert (ours == theirs) == (one == other)


@given(st.ip_addresses(v=4).filter(public))
def test_an_ipv4_address_within_ipv6_is_the_same_address(ip: ipaddress.IPv4Address) -> None:
    assert node(ip_address=f"::ffff:{ip}").tokens == node(ip_address=str(ip)).tokens


ANSWERS = [
    Found(PERSON, FoundBy.NUMBER),
    NotFound(),
    SILENT,
]


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("typed", ["079090123456", "079 090 123 456", "79090123456"])
@pytest.mark.parametrize("kind", [DocumentType.CCCD, DocumentType.CMND])
def test_a_holder_is_the_same_whether_the_register_answered_or_not(
    answer: RegisterAnswer, typed: str, kind: DocumentType
) -> None:
    found = node(answer, document_number=typed, document_type=kind)
    assert found.holder == node(Found(PERSON, FoundBy.NUMBER)).holder
    assert found.tokens[Attribute.HOLDER] == node().tokens[Attribute.HOLDER]


def test_another_name_under_a_number_is_another_holder() -> None:
    stranger = node(Found(PERSON, FoundBy.NUMBER), full_name="Lê Thị Mơ")
    assert stranger.holder != node().holder


@pytest.mark.parametrize(
    ("answer", "changes"),
    [
        (Several((PERSON, PERSON)), {"document_number": None}),
        (Several((PERSON, PERSON)), {"document_number": "273270505"}),
        (NotCovered(), {"document_number": None, "birth_date": None}),
        (NotCovered(), {"document_number": "không có", "birth_date": "không rõ"}),
    ],
)
def test_papers_that_identify_nobody_make_no_two_rows_one_holder(
    answer: RegisterAnswer, changes: dict[str, object]
) -> None:
    one = node(answer, **changes)
    other = node(answer, registration_id=RegistrationId("A-2"), **changes)
    assert one.holder != other.holder
    assert Attribute.HOLDER not in one.tokens


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("tuanphat20@gmail.com", "tuanphat7@gmail.com", "another number"),
        ("Tuan.Phat20@gmail.com", "tuanphat33@gmail.com", "written otherwise"),
        ("vip01shop@yahoo.com", "vip02shop@yahoo.com", "the number stands within"),
    ],
)
def test_mailboxes_that_differ_in_their_number_are_of_one_row(
    one: str, other: str, why: str
) -> None:
    rows = {node(email=email).tokens[Attribute.MAILBOX] for email in (one, other)}
    assert len(rows) == 1, why


@pytest.mark.parametrize(
    ("email", "why"),
    [
        ("binhtran93@gmail.com", "the holder's own name: namesakes number theirs too"),
        ("tuanphat@gmail.com", "no number"),
        ("vip01@gmail.com", "too few letters to be particular"),
        ("0912345678@gmail.com", "a number alone"),
    ],
)
def test_an_ordinary_mailbox_is_of_no_row(email: str, why: str) -> None:
    assert Attribute.MAILBOX not in node(email=email).tokens, why


def test_rows_of_mailboxes_of_two_domains_are_two() -> None:
    rows = {
        node(email=f"tuanphat1@{domain}").tokens[Attribute.MAILBOX]
        for domain in ("gmail.com", "yahoo.com")
    }
    assert len(rows) == 2


@pytest.mark.parametrize(
    ("one", "other", "same", "why"),
    [
        ("VIETTEL-079-559-T09", "VIETTEL-079-559-T10", True, "two seats of one branch"),
        ("VIETTEL-079-559-T09", "VIETTEL-079-560-T09", False, "two branches"),
        ("079-559-t09", "079-559-T10", True, "without the institution"),
    ],
)
def test_the_seats_of_a_branch_share_it(one: str, other: str, same: bool, why: str) -> None:
    branches = {node(agent_id=code).tokens[Attribute.BRANCH] for code in (one, other)}
    assert (len(branches) == 1) == same, why


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("T09", "one part"),
        ("VIETTEL-T09", "the institution alone is no branch"),
        ("HCM-T09", "a word without a number may be half a country"),
        ("VIETTEL-079-", "no seat"),
    ],
)
def test_a_code_that_names_no_branch_has_none(code: str, why: str) -> None:
    assert Attribute.BRANCH not in node(agent_id=code).tokens, why


def test_peers_are_the_desks_of_one_institution_and_channel() -> None:
    def peers(**changes: object) -> str | None:
        return node(agent_id="D1", **changes).tokens.get(Attribute.PEERS)

    assert peers() == node(agent_id="D2").tokens[Attribute.PEERS]
    others = [peers(channel=Channel.BRANCH), peers(institution=Institution("VNPT"))]
    assert len({peers(), *others}) == 3
    assert Attribute.PEERS not in node().tokens, "nobody entered it"


@pytest.mark.parametrize(
    ("answer", "address", "province", "why"),
    [
        (Found(replace(PERSON, province_code="68"), FoundBy.NUMBER), None, "68", "the register's"),
        (Found(PERSON, FoundBy.NUMBER), "5 Lê Lợi, Tỉnh Đắk Lắk", "66", "the address's"),
        (SILENT, "5 Lê Lợi, Tỉnh Đắk Nông", "68", "that of today"),
        (SILENT, "5 Lê Lợi", "", "none is named"),
        (SILENT, None, "", "nothing is"),
        (Found(replace(PERSON, province_code="HN"), FoundBy.NUMBER), None, "", "no code"),
    ],
)
def test_a_home_lies_in_a_province_of_today(
    answer: RegisterAnswer, address: str | None, province: str, why: str
) -> None:
    assert node(answer, address=address).province == province, why


def test_a_node_is_read_as_it_was_written_and_as_it_was_before_provinces() -> None:
    made = node(address="5 Lê Lợi, Tỉnh Đắk Lắk")
    form = made.to_json()
    assert Node.from_json(form) == made
    del form["province"]
    assert Node.from_json(form) == replace(made, province="")

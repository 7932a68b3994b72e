"""What links registrations: attributes, and the keyed token that stands for each value.

A graph never holds a plain value. A token is the first 64 or 128 bits of an HMAC of kind and
normalised value; two keys give two graphs of one shape, and no count depends on the key.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Self

from features import address, birth_date, commune, filler, identity_number, name, phone
from features.evidence import Evidence, Identity
from features.registration import (
    Channel,
    DocumentType,
    Institution,
    Kind,
    Registration,
    RegistrationId,
)

Key = tuple[Institution, RegistrationId]
"""What makes a registration unique."""

_FEWEST_SIGNS = 4
"""A key of a device, a face, a mailbox or a person is longer; anything shorter says nothing."""
_FEWEST_LETTERS = 5
"""Fewer letters of a mailbox are no particular word."""
_DIGITS = re.compile("[0-9]+")
_PROVINCE = re.compile("(?!00)[0-9]{2}")


class Attribute(StrEnum):
    """A kind of value that two registrations may share."""

    HOLDER = "holder"
    DOCUMENT = "document"
    PHONE = "phone"
    """The contact phone."""
    SIM = "sim"
    """The number being registered; one number has one token, as SIM and as contact phone."""
    DEVICE = "device"
    """The holder's own device."""
    TABLET = "tablet"
    """The device of an agent or a branch."""
    EMAIL = "email"
    MAILBOX = "mailbox"
    """A numbered mailbox without its number: who keeps many has them in a row."""
    ADDRESS = "address"
    FACE = "face"
    AGENT = "agent"
    BRANCH = "branch"
    """The shop or branch that an agent's code names before the seat."""
    PEERS = "peers"
    """All desks of one institution and channel."""
    NETWORK = "network"
    """The IP address."""
    SUBNET = "subnet"
    """The /24 of an IPv4 address, the /48 of an IPv6 one."""
    ORGANISATION = "organisation"


class Tokens:
    """Turns values into tokens under one key (at least 16 bytes)."""

    def __init__(self, key: bytes) -> None:
        if len(key) < 16:
            raise ValueError("a token key has at least 16 bytes")
        self._key = key

    def token(self, kind: str, value: str, size: int = 16) -> str:
        """The token of one value, `size` bytes of the HMAC as hexadecimal digits."""
        digest = _kept_digest if kind in _COMMON else _digest
        return digest(self._key, kind, value)[: 2 * size]


_COMMON = frozenset(["family", "agent", "branch", "peers", "network", "organisation"])
"""Kinds whose values come again and again. No other is kept in memory: they are somebody's own."""


def _digest(key: bytes, kind: str, value: str) -> str:
    return hmac.digest(key, f"{kind}\x1f{value}".encode(), hashlib.sha256).hex()


_kept_digest = lru_cache(maxsize=65536)(_digest)


@dataclass(frozen=True, slots=True)
class Node:
    """One registration as the graph knows it: its place in the world, its holder, its tokens.

    `holder` and `family` are tokens too (of the person, of the family name); `province` is the code
    of the home's province since July 2025, empty where nothing tells it.
    """

    registration_id: RegistrationId
    institution: Institution
    registered_at: datetime
    kind: Kind
    holder: str
    family: str
    verified: bool
    tokens: Mapping[Attribute, str]
    province: str = ""

    @property
    def key(self) -> Key:
        """What makes a registration unique."""
        return self.institution, self.registration_id

    @property
    def order(self) -> tuple[datetime, RegistrationId, Institution]:
        """Its place in the order of the world."""
        return self.registered_at, self.registration_id, self.institution

    def to_json(self) -> dict[str, Any]:
        """A plain form that `from_json` reads back to an equal node."""
        return {
            "registration_id": self.registration_id,
            "institution": self.institution,
            "registered_at": self.registered_at.isoformat(),
            "kind": self.kind.value,
            "holder": self.holder,
            "family": self.family,
            "verified": self.verified,
            "tokens": {a.value: t for a, t in self.tokens.items()},
            "province": self.province,
        }

    @classmethod
    def from_json(cls, form: Mapping[str, Any]) -> Self:
        """The node that `to_json` wrote, now or before it wrote a province."""
        return cls(
            registration_id=RegistrationId(form["registration_id"]),
            institution=Institution(form["institution"]),
            registered_at=datetime.fromisoformat(form["registered_at"]),
            kind=Kind(form["kind"]),
            holder=form["holder"],
            family=form["family"],
            verified=form["verified"],
            # In the order of the attributes, as `node_of` gives them: a database keeps none.
            tokens={a: form["tokens"][a] for a in Attribute if a in form["tokens"]},
            province=form.get("province", ""),
        )


@dataclass(frozen=True, slots=True)
class Mark:
    """What became known of one registration, and when."""

    node: Node
    confirmed_at: datetime
    is_fraud: bool


def node_of(registration: Registration, evidence: Evidence, tokens: Tokens) -> Node:
    """The registration as the graph will know it."""
    holder = _holder(registration, evidence)
    return Node(
        registration_id=registration.registration_id,
        institution=registration.institution,
        registered_at=registration.registered_at,
        kind=registration.kind,
        holder=tokens.token(*_holder_or_row(registration, holder), 8),
        family=tokens.token("family", name.family(registration.full_name), 8),
        verified=evidence.identity is Identity.VERIFIED,
        tokens={a: tokens.token(kind, v) for a, kind, v in _values(registration, holder)},
        province=_province(registration, evidence),
    )


def _province(registration: Registration, evidence: Evidence) -> str:
    """That of the person's home in the register, else that of the address as typed."""
    code = None if evidence.person is None else evidence.person.province_code
    if code is not None and _PROVINCE.fullmatch(code):
        return code
    named = None if registration.address is None else address.province(registration.address)
    return commune.PROVINCE_CODES[named] if named else ""


def _holder_or_row(registration: Registration, holder: str | None) -> tuple[str, str]:
    """Kind and value of the holder; a row that names nobody is its own holder."""
    if holder is not None:
        return "holder", holder
    return "row", f"{registration.institution}\x1f{registration.registration_id}"


def _holder(registration: Registration, evidence: Evidence) -> str | None:
    """Whom the graph takes for the holder: the register's person, else the papers as given.

    A number of 12 digits is alike whether the register answered or not. None where the papers
    identify nobody, so that strangers of one name are not taken for one person.
    """
    if evidence.matched_id_number is not None:
        return evidence.matched_id_number
    if evidence.several:
        return None
    number = _document(registration)
    if number is not None:
        kind = registration.document_type
        another = evidence.identity is Identity.MISMATCH  # the number's owner is somebody else
        personal = len(number) == 12 and number.isdigit() and kind is not DocumentType.PASSPORT
        return number if personal and not another else f"{kind.value}:{number}"
    born = None if registration.birth_date is None else birth_date.normal(registration.birth_date)
    return None if born is None else f"{name.stripped(registration.full_name)}:{born}"


def _document(registration: Registration) -> str | None:
    """The document number, alike however it was typed."""
    if registration.document_number is None:
        return None
    typed = filler.signs(registration.document_number)
    return _telling(identity_number.normal(registration.document_number) or typed)


def _values(registration: Registration, holder: str | None) -> Iterator[tuple[Attribute, str, str]]:
    """(attribute, kind of its token, normalised value) of everything that may be shared."""
    email, agent = _email(registration.email), _agent_code(registration.agent_id)
    network, subnet = _networks(registration.ip_address)
    given = (
        (Attribute.HOLDER, "holder", holder),
        (Attribute.DOCUMENT, "document", _document(registration)),
        (Attribute.PHONE, "number", _number(registration.contact_phone)),
        (Attribute.SIM, "number", _number(registration.msisdn)),
        (_device_attribute(registration), "device", _plain(registration.device_id)),
        (Attribute.EMAIL, "email", email),
        (Attribute.MAILBOX, "mailbox", _mailbox(registration, email)),
        (Attribute.ADDRESS, "address", _address(registration.address)),
        (Attribute.FACE, "face", _plain(registration.face_template)),
        (Attribute.AGENT, "agent", _agent(registration, agent)),
        (Attribute.BRANCH, "branch", branch(registration)),
        (Attribute.PEERS, "peers", _peers(registration, agent)),
        (Attribute.NETWORK, "network", network),
        (Attribute.SUBNET, "network", subnet),
        (Attribute.ORGANISATION, "organisation", _plain(registration.organisation_tax_code)),
    )
    for attribute, kind, value in given:
        if value:
            yield attribute, kind, value


def _device_attribute(registration: Registration) -> Attribute:
    """On eKYC and online the device is the holder's own; elsewhere it serves many holders."""
    own = registration.channel in {Channel.EKYC, Channel.ONLINE}
    return Attribute.DEVICE if own else Attribute.TABLET


def _telling(value: str | None, fewest: int = _FEWEST_SIGNS) -> str | None:
    """The value, None where it only fills a field: two strangers would share it."""
    if not value:
        return None
    signs = filler.signs(value)
    one_sign = fewest > 1 and len(set(signs)) < 2
    return None if one_sign or len(signs) < fewest or filler.is_filler(signs) else value


def _plain(value: str | None) -> str | None:
    return None if value is None else _telling(value.strip().upper())


def _number(value: str | None) -> str | None:
    """A telephone number; nine equal digits after the zero are a filler."""
    number = None if value is None else phone.normal(value)
    return number if number is not None and _telling(number[1:]) else None


def _address(value: str | None) -> str | None:
    """An address that tells house, street or hamlet: a commune has thousands of households."""
    if value is None or not address.locates(value):
        return None
    return address.normal(value) if _telling(address.read(value).place, 1) else None


@lru_cache(maxsize=8192)
def _agent_code(agent_id: str | None) -> str | None:
    """May be short."""
    return _telling((agent_id or "").strip().upper(), 1)


def _agent(registration: Registration, code: str | None) -> str | None:
    """Two institutions may use one code for two agents."""
    return f"{registration.institution}:{code}" if code else None


def branch(registration: Registration) -> str | None:
    """An agent's code without its last part, where what is left has a number of its own.

    A registration has no column for a branch; `VCB-079-559-T09` is seat T09 of branch 079-559 of
    VCB, but `VCB-T09` names no branch.
    """
    return _branch(registration.institution, registration.agent_id)


@lru_cache(maxsize=8192)
def _branch(institution: Institution, agent_id: str | None) -> str | None:
    head, _, seat = (_agent_code(agent_id) or "").rpartition("-")
    own = head.removeprefix(institution.upper())
    numbered = any(sign.isdigit() for sign in own)
    return f"{institution}:{head}" if seat and numbered else None


def _peers(registration: Registration, code: str | None) -> str | None:
    """The desks that an agent is compared with."""
    if not code or registration.channel is None:
        return None
    return f"{registration.institution}:{registration.channel.value}"


def _email(value: str | None) -> str | None:
    """Lower case; Gmail ignores dots and what follows a plus sign."""
    user, _, domain = (value or "").strip().lower().rpartition("@")
    if domain in {"gmail.com", "googlemail.com"}:
        user, domain = user.split("+", 1)[0].replace(".", ""), "gmail.com"
    if not _telling(user, 1) or not filler.signs(domain) or len(set(user)) < 2:
        return None
    return _telling(f"{user}@{domain}")


def _mailbox(registration: Registration, email: str | None) -> str | None:
    """A mailbox with `#` for each run of digits, unless it is the holder's own name that is numbered.

    Namesakes number their names too: only words that are not the holder's are particular.
    """
    user, _, domain = (email or "").rpartition("@")
    letters = "".join(sign for sign in user if sign.isalpha())
    given = name.stripped(registration.full_name).lower().rpartition(" ")[2]
    if len(letters) < _FEWEST_LETTERS or not given or given in letters:
        return None
    numbered = _DIGITS.sub("#", user)
    return f"{numbered}@{domain}" if "#" in numbered else None


@lru_cache(maxsize=65536)
def _networks(value: str | None) -> tuple[str | None, str | None]:
    """An IP address and its neighbourhood; None for what is no public address."""
    try:
        ip = ipaddress.ip_address((value or "").strip())
    except ValueError:
        return None, None
    if isinstance(ip, ipaddress.IPv6Address):
        ip = ip.ipv4_mapped or ipaddress.IPv6Address(int(ip))  # without a zone
    if not ip.is_global or ip.is_multicast:
        return None, None
    near = ipaddress.ip_network((ip, 24 if ip.version == 4 else 48), strict=False)
    return str(ip), str(near)

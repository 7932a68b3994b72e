"""What links registrations: attributes, and the keyed token that stands for each value.

A graph never holds a plain value. A token is the first 128 bits of an HMAC of attribute and
normalised value; two keys give two graphs of one shape, and no count depends on the key.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from features.registration import Institution, Kind, RegistrationId


class Attribute(StrEnum):
    """A kind of value that two registrations may share."""

    HOLDER = "holder"
    DOCUMENT = "document"
    PHONE = "phone"
    SIM = "sim"
    DEVICE = "device"
    EMAIL = "email"
    ADDRESS = "address"
    FACE = "face"
    AGENT = "agent"
    NETWORK = "network"
    SUBNET = "subnet"
    ORGANISATION = "organisation"


class Tokens:
    """Turns values into tokens under one key (at least 16 bytes)."""

    def __init__(self, key: bytes) -> None:
        if len(key) < 16:
            raise ValueError("a token key has at least 16 bytes")
        self._key = key

    def token(self, attribute: str, value: str) -> str:
        """The token of one value: 32 hexadecimal digits."""
        message = f"{attribute}\x1f{value}".encode()
        return hmac.digest(self._key, message, hashlib.sha256)[:16].hex()


@dataclass(frozen=True, slots=True)
class Node:
    """One registration as the graph knows it: its place in the world, its holder, its tokens.

    `holder` and `family` are tokens too (of the person, of the family name).
    """

    registration_id: RegistrationId
    institution: Institution
    registered_at: datetime
    kind: Kind
    holder: str
    family: str
    verified: bool
    tokens: Mapping[Attribute, str]

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
        }

    @classmethod
    def from_json(cls, form: Mapping[str, Any]) -> Self:
        """The node that `to_json` wrote."""
        return cls(
            registration_id=RegistrationId(form["registration_id"]),
            institution=Institution(form["institution"]),
            registered_at=datetime.fromisoformat(form["registered_at"]),
            kind=Kind(form["kind"]),
            holder=form["holder"],
            family=form["family"],
            verified=form["verified"],
            tokens={Attribute(a): t for a, t in form["tokens"].items()},
        )


@dataclass(frozen=True, slots=True)
class Mark:
    """What became known of one registration, and when."""

    node: Node
    confirmed_at: datetime
    is_fraud: bool

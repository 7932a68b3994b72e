"""Rings as points and links: people, what they opened, and the values that this shares.

The words are those of POLE (person, object, location, event), which police tools speak. An id is
a hash of what a point stands for, so that what is imported twice merges.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from features import birth_date
from features.registration import DocumentType, Kind, Registration
from graph.attributes import Attribute, Key, Node
from graph.rings import Ring, Tie

Fact = str | float | bool | datetime | tuple[str, ...]
"""What is told of a point or a link; several texts where a value was given in several ways."""

KINDS = {
    Attribute.DOCUMENT: ("Object", "Document"),
    Attribute.PHONE: ("Object", "Phone"),
    Attribute.SIM: ("Object", "Phone"),
    Attribute.DEVICE: ("Object", "Device"),
    Attribute.TABLET: ("Object", "Device"),
    Attribute.EMAIL: ("Object", "Email"),
    Attribute.ADDRESS: ("Location", "Address"),
    Attribute.FACE: ("Object", "Face"),
    Attribute.AGENT: ("Location", "PointOfSale"),
    Attribute.NETWORK: ("Location", "Network"),
    Attribute.SUBNET: ("Location", "Network"),
    Attribute.ORGANISATION: ("Object", "Organisation"),
}
"""Attribute -> class of POLE and kind of point; a holder is the person, and has no other point."""

OPENED = "OPENED"
"""The kind of the link from a person to what was opened; all others lead from there to a value."""

_COLUMNS = {
    Attribute.DOCUMENT: "document_number",
    Attribute.PHONE: "contact_phone",
    Attribute.SIM: "msisdn",
    Attribute.DEVICE: "device_id",
    Attribute.TABLET: "device_id",
    Attribute.EMAIL: "email",
    Attribute.ADDRESS: "address",
    Attribute.AGENT: "agent_id",
    Attribute.NETWORK: "ip_address",
    Attribute.SUBNET: "ip_address",
    Attribute.ORGANISATION: "organisation_tax_code",
}
"""The column that names a value in plain words; a face has none that a person could read."""

_UNPRINTABLE = re.compile("[\x00-\x20\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]+")
"""What breaks a line, or may not stand in XML."""


@dataclass(frozen=True, slots=True, repr=False)
class Point:
    """A person, an account, a SIM or a shared value; `label` is what a drawing shows."""

    id: str
    pole: str
    kind: str
    label: str
    facts: Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Link:
    """From a person to what was opened, or from there to a value that others share."""

    source: str
    target: str
    kind: str
    at: datetime


@dataclass(frozen=True, slots=True, repr=False)
class Picture:
    """Points by id and links by their two ends, each once, in a steady order."""

    points: Mapping[str, Point]
    links: Mapping[tuple[str, str], Link]


@dataclass(frozen=True, slots=True)
class Header:
    """What a reader of an export has to know: when it was made, of what, and how secret it is."""

    exported_at: datetime
    query: str
    classification: str


@dataclass(frozen=True, slots=True)
class Labels:
    """What the caller brings beside the rings, by registration.

    `plain` are registrations as typed: with them personal data is exported. `outcomes` tells
    whether a registration was found to be fraud.
    """

    plain: Mapping[Key, Registration] = field(default_factory=dict)
    outcomes: Mapping[Key, bool] = field(default_factory=dict)


NOTHING = Labels()


def picture(rings: Iterable[Ring], labels: Labels = NOTHING) -> Picture:
    """The rings as points and links; a registration in two rings is told of the first one."""
    points: dict[str, Point] = {}
    links: dict[tuple[str, str], Link] = {}
    for ring in rings:
        opened = {node.key: _opened(node, ring, labels) for node in ring.members}
        for node in ring.members:
            registration = labels.plain.get(node.key)
            person = _person(node, registration, points.get(stable_id("Person", node.holder)))
            points[person.id] = person
            points.setdefault(opened[node.key].id, opened[node.key])
            _add(links, Link(person.id, opened[node.key].id, OPENED, node.registered_at))
        nodes = {node.key: node for node in ring.members}
        for tie in ring.ties:
            if tie.attribute is Attribute.HOLDER:
                continue
            value = _value(tie, nodes, labels)
            points.setdefault(value.id, value)
            for key in tie.members:
                kind = f"HAS_{_carried_as(nodes[key], tie).name}"
                _add(links, Link(opened[key].id, value.id, kind, nodes[key].registered_at))
    return Picture(points, links)


def named_by_members(rings: Iterable[Ring]) -> list[Ring]:
    """The same rings, every token named after the registration that first carries it.

    For tokens under a key of one run alone: what is exported then depends on no key.
    """
    rings = list(rings)
    names: dict[str, str] = {}
    for node in sorted((n for ring in rings for n in ring.members), key=lambda n: n.order):
        names.setdefault(node.holder, stable_id("who", *node.key))
        names.setdefault(node.family, stable_id("family", *node.key))
        for attribute, token in node.tokens.items():
            names.setdefault(token, stable_id(attribute, *node.key))

    def renamed(node: Node) -> Node:
        tokens = {attribute: names[token] for attribute, token in node.tokens.items()}
        holder, family = names[node.holder], names[node.family]
        return replace(node, holder=holder, family=family, tokens=tokens)

    def tied(ring: Ring) -> tuple[Tie, ...]:
        ties = (replace(tie, token=names[tie.token]) for tie in ring.ties)
        return tuple(sorted(ties, key=lambda tie: (tie.attribute, tie.token)))

    return [replace(r, members=tuple(map(renamed, r.members)), ties=tied(r)) for r in rings]


def one_line(text: str) -> str:
    """The text on one line, without what no file of text may hold; letters stay as they are."""
    return _UNPRINTABLE.sub(" ", text).strip(" ")


def _add(links: dict[tuple[str, str], Link], link: Link) -> None:
    links.setdefault((link.source, link.target), link)


def stable_id(*parts: str) -> str:
    """A hash of what a point or a link stands for."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:40]


def _unnamed(kind: str, point: str) -> str:
    """What a point is called where nobody may know its name."""
    return f"{kind} {point[:8]}"


def _person(node: Node, registration: Registration | None, before: Point | None) -> Point:
    """The holder, with every name and number under which he or she was registered."""
    point = stable_id("Person", node.holder)
    facts = {} if before is None else dict(before.facts)
    for name, value in ({} if registration is None else _papers(registration)).items():
        told = facts.get(name, ())
        given = one_line(value)
        if given and isinstance(told, tuple) and given not in told:
            facts[name] = (*told, given)
    names = facts.get("name")
    label = " / ".join(names) if isinstance(names, tuple) else _unnamed("Person", point)
    return Point(point, "Person", "Person", label, facts)


def _papers(registration: Registration) -> dict[str, str]:
    born = registration.birth_date and birth_date.normal(registration.birth_date)
    passport = registration.document_type is DocumentType.PASSPORT
    told = {
        "name": registration.full_name,
        "passport_number" if passport else "id_number": registration.document_number,
        "birth_date": born or registration.birth_date,
        "sex": registration.sex and registration.sex.value,
        "address": registration.address,
        "phone": registration.contact_phone,
        "email": registration.email,
    }
    return {name: value for name, value in told.items() if value}


def _opened(node: Node, ring: Ring, labels: Labels) -> Point:
    """The account or the SIM that a registration opened."""
    registration = labels.plain.get(node.key)
    account = node.kind is Kind.BANK_ACCOUNT
    typed = registration and (registration.account_number if account else registration.msisdn)
    number = one_line(typed or "")
    facts: dict[str, Fact | None] = {
        "registration_id": one_line(node.registration_id),
        "institution": one_line(node.institution),
        "registered_at": node.registered_at,
        "verified": node.verified,
        "ring_id": one_line(ring.ring_id),
        "ring_risk": ring.risk,
        "fraud": labels.outcomes.get(node.key),
        "erased": True if node.key in ring.erased else None,
        "number": number or None,
    }
    return Point(
        stable_id("registration", *node.key),
        "Object",
        "BankAccount" if account else "Sim",
        number or one_line(node.registration_id),
        {name: fact for name, fact in facts.items() if fact is not None},
    )


def _value(tie: Tie, nodes: Mapping[Key, Node], labels: Labels) -> Point:
    """A value that members share, named as the first member typed it who may be named."""
    pole, kind = KINDS.get(tie.attribute, ("Object", tie.attribute.value.title()))
    point = stable_id("value", tie.token)
    typed = (
        getattr(labels.plain[key], column)
        for key in tie.members
        if key in labels.plain
        and (column := _COLUMNS.get(_carried_as(nodes[key], tie))) is not None
    )
    plain = next((one_line(text) for text in typed if text), None)
    facts: dict[str, Fact] = {} if not plain else {"value": plain}
    return Point(point, pole, kind, plain or _unnamed(kind, point), facts)


def _carried_as(node: Node, tie: Tie) -> Attribute:
    """As what a member has the value: of one number, one has the SIM and others name it."""
    as_what = (attribute for attribute, token in node.tokens.items() if token == tie.token)
    return next(as_what, tie.attribute)

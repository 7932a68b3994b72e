"""How the live graph writes its keys, events and marks: short bytes in the order of the world.

A sorted set stays a listpack, a third of the memory, while its members have at most 64 bytes. An
event takes 21 bytes and its identifiers, so a UUID of 36 signs fits.

To remember one more field of `Event`: give it a place in `_EVENT`, in `pack_event` and in
`unpack_event`. A graph that an older program left is then known by its format, and built anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from struct import Struct

from graph.aggregates import KEPT, KEPT_MARKS, LINKS
from graph.attributes import Attribute, Key
from graph.halves import HALVES
from graph.measures import Event, MarkEvent
from graph.sight import Place

OURS = HALVES[0]

_TOKEN_BYTES = 11
"""Of a place's token: two of a billion values meet with odds of one in 10^8, and no key is longer
than 21 bytes, beyond which it would take 16 bytes more."""
_ATTRIBUTES = tuple(Attribute)
_TAG = {attribute: i for i, attribute in enumerate(_ATTRIBUTES)}
VALUES = b"\xff"
"""How the keys of registrations' values go on; no place's do."""
_VALUE = Struct(">B16s")
_MARKS = 128
"""What the tag of a place has beyond that of its attribute where marks are kept."""

_END = b"\0"
"""Ends an identifier: no identifier holds it, and no sign comes before it."""
_EVENT = Struct(">8s8s??B")
_MARK = Struct(">8s?")
_TIME = Struct(">Q")
_TIME_ZERO = 1 << 63
"""Added to a time, so that times before 1970 come before the others as bytes too."""

_PLACES = {link.theirs.value: (_TAG[link.theirs], KEPT[link.theirs]) for link in LINKS}
_LAYOUT = (3, _EVENT.format, _MARK.format, sorted(_PLACES.items()), KEPT_MARKS)
FORMAT = hashlib.sha256(repr(_LAYOUT).encode()).hexdigest()[:16]
"""What graph this program reads; raise the first number of `_LAYOUT` where nothing else tells."""


def events_key(place: Place, ours: bytes = OURS) -> bytes:
    """Where the events of a place are; `ours` is what every key begins with."""
    return ours + _key(_TAG[place[0]], place[1])


def marks_key(place: Place, ours: bytes = OURS) -> bytes:
    """Where the marks of a place are."""
    return ours + _key(_MARKS + _TAG[place[0]], place[1])


def values_key(registration: Key, ours: bytes = OURS) -> bytes:
    """Where the personal values of a registration are."""
    digest = hashlib.sha256("\x1f".join(registration).encode()).digest()
    return ours + VALUES + digest[:_TOKEN_BYTES]


def pack_values(values: Iterable[Place]) -> bytes:
    """Personal values, each as the tag of its attribute and its whole token."""
    return b"".join(_VALUE.pack(_TAG[a], _long(token)) for a, token in values)


def unpack_values(packed: bytes) -> list[Place]:
    """What `pack_values` packed."""
    return [(_ATTRIBUTES[tag], token.hex()) for tag, token in _VALUE.iter_unpack(packed)]


def pack_event(event: Event) -> bytes:
    """The member of an event; its time is the score. Events of one time sort by identifiers."""
    tail = _EVENT.pack(
        _short(event.holder),
        _short(event.family),
        event.is_sim,
        event.verified,
        int(event.province or 0),
    )
    return _identifiers(event) + tail


def unpack_event(member: bytes, at: bytes) -> Event:
    """The event of a member and its score."""
    identifier, institution, tail = member.split(_END, 2)
    holder, family, is_sim, verified, province = _EVENT.unpack(tail)
    return Event(
        at=int(at),
        registration_id=identifier.decode(),
        institution=institution.decode(),
        holder=holder.hex(),
        family=family.hex(),
        is_sim=is_sim,
        verified=verified,
        province=f"{province:02}" if province else "",
    )


def pack_mark(mark: MarkEvent) -> bytes:
    """The member of a mark; the moment of confirmation is the score, the next key its time."""
    tail = _MARK.pack(_short(mark.holder), mark.is_fraud)
    return _TIME.pack(mark.at + _TIME_ZERO) + _identifiers(mark) + tail


def unpack_mark(member: bytes, confirmed: bytes) -> MarkEvent:
    """The mark of a member and its score."""
    identifier, institution, tail = member[_TIME.size :].split(_END, 2)
    holder, is_fraud = _MARK.unpack(tail)
    return MarkEvent(
        confirmed=int(confirmed),
        at=_TIME.unpack_from(member)[0] - _TIME_ZERO,
        registration_id=identifier.decode(),
        institution=institution.decode(),
        holder=holder.hex(),
        is_fraud=is_fraud,
    )


def _key(tag: int, token: str) -> bytes:
    return bytes((tag,)) + bytes.fromhex(token)[:_TOKEN_BYTES]


def _identifiers(of: Event | MarkEvent) -> bytes:
    return of.registration_id.encode() + _END + of.institution.encode() + _END


def _long(token: str) -> bytes:
    """A token of 16 bytes; another length would be cut or filled without a word."""
    long = bytes.fromhex(token)
    if len(long) != 16:
        raise ValueError(f"a personal value has a token of 16 bytes, not of {len(long)}")
    return long


def _short(token: str) -> bytes:
    """A token of 8 bytes; another length would be cut or filled without a word."""
    short = bytes.fromhex(token)
    if len(short) != 8:
        raise ValueError(f"a holder or a family is a token of 8 bytes, not of {len(short)}")
    return short

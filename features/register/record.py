"""One person as bytes: a fixed head of codes and days, then the texts, and the keys that lead to it.

A nation has a hundred million of them, so a record is little more than its texts.
"""

from __future__ import annotations

import hashlib
import struct
from datetime import date

from features import birth_date, name
from features.registration import IdNumber, Person, Sex, Status

_HEAD = struct.Struct("<IBBIII")
_SEPARATOR = "\x1f"
_SEXES: tuple[Sex | None, ...] = (None, Sex.MALE, Sex.FEMALE)
_STATUSES = (Status.LIVING, Status.DECEASED, Status.MISSING, Status.EMIGRATED, Status.DETAINED)
# The order of the two lists is stored: append, never reorder.


def pack(person: Person, load: int) -> bytes:
    """The record of a person, stamped with the serial number of the load that wrote it."""
    head = _HEAD.pack(
        load,
        _SEXES.index(person.sex),
        _STATUSES.index(person.status),
        _day(person.status_since),
        _day(person.document_issued_on),
        _day(person.document_expires_on),
    )
    texts = (
        person.full_name,
        person.birth_date or "",
        person.nationality or "",
        person.residence or "",
        person.province_code or "",
        " ".join(person.former_id_numbers),
    )
    body = _SEPARATOR.join(text.replace(_SEPARATOR, " ") for text in texts)
    return head + body.encode("utf-8", "replace")


def unpack(number: IdNumber, record: bytes) -> Person:
    """The person of a record."""
    _, sex, status, since, issued, expires = _HEAD.unpack_from(record)
    texts = record[_HEAD.size :].decode().split(_SEPARATOR)
    full_name, born, nationality, residence, province, former = texts
    return Person(
        id_number=number,
        full_name=full_name,
        birth_date=born or None,
        former_id_numbers=tuple(former.split(" ")) if former else (),
        sex=_SEXES[sex],
        nationality=nationality or None,
        residence=residence or None,
        province_code=province or None,
        status=_STATUSES[status],
        status_since=_date(since),
        document_issued_on=_date(issued),
        document_expires_on=_date(expires),
    )


def load_of(record: bytes) -> int:
    """The serial number of the load that wrote a record."""
    return int.from_bytes(record[:4], "little")


def same_content(one: bytes, other: bytes) -> bool:
    """Whether two records say the same, whichever load wrote them."""
    return one[4:] == other[4:]


def number_key(number: str) -> bytes:
    """The key of a 12-digit number: five bytes, in the order of the numbers."""
    return int(number).to_bytes(5, "big")


def number_of(key: bytes) -> IdNumber:
    """The 12-digit number of a key."""
    return IdNumber(f"{int.from_bytes(key, 'big'):012}")


def former_key(number: str) -> bytes | None:
    """The key of a former number, None where it has no digits or too many."""
    digits = "".join(c for c in number if c in "0123456789")
    return digits.encode() if 0 < len(digits) <= 20 else None


def name_key(full_name: str, born: str) -> bytes:
    """Eight bytes of a name, whatever the order of its parts, with a birth date in register form."""
    words = " ".join(sorted(name.stripped(full_name).replace("Y", "I").split()))
    return hashlib.blake2b(f"{words}\x1f{born}".encode(), digest_size=8).digest()


def name_keys(person: Person) -> list[bytes]:
    """The keys under which a person is found by name and birth date."""
    born = birth_date.normal(person.birth_date) if person.birth_date else None
    return [name_key(person.full_name, born)] if born else []


def former_keys(person: Person) -> list[bytes]:
    """The keys under which a person is found by former numbers."""
    keys = (former_key(number) for number in person.former_id_numbers)
    return [key for key in keys if key is not None]


def _day(day: date | None) -> int:
    return 0 if day is None else day.toordinal()


def _date(ordinal: int) -> date | None:
    return date.fromordinal(ordinal) if ordinal else None

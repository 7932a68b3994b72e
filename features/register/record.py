"""One person as bytes: a fixed head of codes and days, then the texts, and the keys that lead to it.

A nation has a hundred million of them, so a record is little more than its texts, and they are
written by whole columns (those of `person_columns.SCHEMA`). A key of letters is a sum over the
letters of a name, so that their order, spaces and hyphens do not matter, and the key without one
of the words is a subtraction.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features import birth_date, name
from features.registration import IdNumber, Person, Sex, Status

KEY, ENTRY = 8, 17
"""Bytes of a name's key, and of an entry in the index of names: key, 4 of birth date, 5 of number."""

_MOST_WORDS = 12
"""Of a name that is also filed without one of its words; longer ones are no typing of a short."""
_EIGHT_BYTES = (1 << 64) - 1
_MOST_DIGITS = 20

Array = np.ndarray[Any, np.dtype[Any]]

_HEAD = struct.Struct("<IBBIII")
_HEADS = np.dtype("<u4, u1, u1, <u4, <u4, <u4")
_SEPARATOR = "\x1f"
_SEXES: tuple[Sex | None, ...] = (None, Sex.MALE, Sex.FEMALE)
_STATUSES = (Status.LIVING, Status.DECEASED, Status.MISSING, Status.EMIGRATED, Status.DETAINED)
# The order of the two lists is stored: append, never reorder.
_TEXTS = ("full_name", "birth_date", "nationality", "residence", "province_code")
_DATES = ("status_since", "document_issued_on", "document_expires_on")
_BEFORE_1970 = date(1970, 1, 1).toordinal()


def pack(persons: pa.RecordBatch, load: int) -> list[bytes]:
    """The records of persons, stamped with a load's number."""
    heads = np.zeros(persons.num_rows, _HEADS)
    heads["f0"] = load
    heads["f1"] = _codes(persons.column("sex"), _SEXES)
    heads["f2"] = _codes(persons.column("status"), _STATUSES)
    for field, column in zip(("f3", "f4", "f5"), _DATES, strict=True):
        day = pc.fill_null(persons.column(column).cast(pa.int32()), -_BEFORE_1970)
        heads[field] = day.to_numpy() + _BEFORE_1970
    texts = [persons.column(n) for n in _TEXTS]
    texts.append(pc.binary_join(persons.column("former_id_numbers"), " "))
    clean = [pc.replace_substring(text, _SEPARATOR, " ") for text in texts]
    bodies = pc.binary_join_element_wise(
        *clean, _SEPARATOR, null_handling="replace", null_replacement=""
    )
    head, wide = heads.tobytes(), _HEAD.size
    return [
        head[i : i + wide] + body
        for i, body in zip(
            range(0, len(head), wide), bodies.cast(pa.binary()).to_pylist(), strict=True
        )
    ]


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


def load_stamp(load: int) -> bytes:
    """What the records that a load wrote begin with."""
    return load.to_bytes(4, "little")


def same_content(one: bytes, other: bytes) -> bool:
    """Whether two records say the same, whichever load wrote them."""
    return one[4:] == other[4:]


def number_key(number: str) -> bytes:
    """The key of a 12-digit number: five bytes, in the order of the numbers."""
    return int(number).to_bytes(5, "big")


def number_of(key: bytes) -> IdNumber:
    """The 12-digit number of a key."""
    return IdNumber(f"{int.from_bytes(key, 'big'):012}")


def name_keys(full_name: str) -> tuple[bytes, ...]:
    """The key of a name as it stands, then those of the name less one word; none without letters.

    Plain letters count, and Y as I. Raw typing is not repaired here: who asks for a typed name
    asks for `name.repaired` of it.
    """
    sums = [one for word in full_name.split(" ") for one in _word_sums(word)]
    if not sums:
        return ()
    whole = sum(sums)
    less = [whole - one for one in sums] if 2 <= len(sums) <= _MOST_WORDS else []
    return tuple(dict.fromkeys((k & _EIGHT_BYTES).to_bytes(KEY, "big") for k in (whole, *less)))


@lru_cache(maxsize=1 << 16)
def born(text: str | None) -> int:
    """A birth date as the number YYYYMMDD, zeros for what is unknown; 0 where unreadable."""
    read = birth_date.read(text) if text else None
    return 0 if read is None else int(read.digits)


def born_key(day: int) -> bytes:
    """A birth date of `born` as stored: in the order of the days."""
    return day.to_bytes(4, "big")


def former_key(number: str) -> bytes | None:
    """The key of a former number, None where it has no digits or too many."""
    digits = "".join(c for c in number if c in "0123456789")
    return digits.encode() if 0 < len(digits) <= _MOST_DIGITS else None


def number_keys(persons: pa.RecordBatch) -> Array:
    """The keys of the numbers, one row of 5 bytes a person."""
    numbers = persons.column("id_number").cast(pa.uint64()).to_numpy()
    return _bytes_of(numbers, ">u8")[:, 3:]


def name_entries(persons: pa.RecordBatch) -> Array:
    """Every entry of the index of names that these persons (at least one) need, a row each.

    They are exactly those of `name_keys`, with `born` and the number; some may appear twice.
    """
    words = pc.split_pattern(persons.column("full_name"), " ")
    counts = pc.list_value_length(words).to_numpy().astype(np.int64)
    starts = np.cumsum(counts) - counts
    sums, one = _sums_of_words(words.flatten().dictionary_encode())
    whole = np.add.reduceat(sums, starts)
    regular = np.logical_and.reduceat(one, starts) & (counts <= _MOST_WORDS)
    of_row = np.repeat(np.arange(len(counts)), counts)
    lessened = regular[of_row] & (counts[of_row] > 1)
    rest = [
        (int.from_bytes(key, "big"), row)
        for row in np.flatnonzero(~regular).tolist()
        for key in name_keys(persons.column("full_name")[row].as_py())
    ]
    rest_keys = np.array([key for key, _ in rest], np.uint64)
    rest_rows = np.array([row for _, row in rest], np.int64)
    keys = np.concatenate([whole[regular], (whole[of_row] - sums)[lessened], rest_keys])
    row = np.concatenate([np.flatnonzero(regular), of_row[lessened], rest_rows])
    entries = np.empty((len(row), ENTRY), np.uint8)
    entries[:, :KEY] = _bytes_of(keys, ">u8")
    entries[:, KEY:-5] = _bytes_of(_born_days(persons.column("birth_date"))[row], ">u4")
    entries[:, -5:] = number_keys(persons)[row]
    return entries


def former_entries(persons: pa.RecordBatch) -> list[tuple[bytes, bytes]]:
    """Key and number of every former number of these persons, in the order of the keys."""
    column = persons.column("former_id_numbers")
    digits = pc.replace_substring_regex(column.flatten(), "[^0-9]", "").to_pylist()
    numbers = number_keys(persons)[pc.list_parent_indices(column).to_numpy()].tobytes()
    return sorted(
        (digit.encode(), numbers[5 * i : 5 * i + 5])
        for i, digit in enumerate(digits)
        if 0 < len(digit) <= _MOST_DIGITS
    )


def _codes(column: pa.Array, values: tuple[object, ...]) -> np.ndarray:
    known = pa.array(values, pa.string())
    codes: np.ndarray = pc.index_in(column, known).to_numpy()
    return codes


def _date(ordinal: int) -> date | None:
    return date.fromordinal(ordinal) if ordinal else None


@lru_cache(maxsize=1 << 16)
def _word_sums(word: str) -> tuple[int, ...]:
    """The sum of the letters of every plain word that a written one stands for; usually of one."""
    plain = (part.replace("Y", "I") for part in name.forms(word).plain)
    return tuple(sum(map(_letter, part)) & _EIGHT_BYTES for part in plain)


@lru_cache(maxsize=4096)
def _letter(char: str) -> int:
    digest = hashlib.blake2b(char.encode("utf-8", "surrogatepass"), digest_size=KEY).digest()
    return int.from_bytes(digest, "big")


def _sums_of_words(words: pa.DictionaryArray) -> tuple[Array, Array]:
    """The sum of each word, and whether it stands for exactly one plain word."""
    of_each = [_word_sums(word) for word in words.dictionary.to_pylist()]
    sums = np.array([each[0] if each else 0 for each in of_each], np.uint64)
    one = np.array([len(each) == 1 for each in of_each])
    at = words.indices.to_numpy()
    return sums[at], one[at]


def _born_days(column: pa.Array) -> Array:
    dates = column.dictionary_encode(null_encoding="encode")
    days = np.array([born(text) for text in dates.dictionary.to_pylist()], np.uint32)
    of_each: Array = days[dates.indices.to_numpy()]
    return of_each


def _bytes_of(numbers: Array | Sequence[int], kind: str) -> Array:
    """Big-endian bytes, one row a number."""
    wide = np.ascontiguousarray(numbers, kind)
    return wide.view(np.uint8).reshape(len(wide), wide.itemsize)

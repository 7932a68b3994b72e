"""Persons as columns: Arrow batches in the published columns, so that a nation is handled at once.

A batch is made of persons, or of a file's rows. Of a file's rows only those that are plainly clean
are taken over as they stand; what the others mean is for `parsing.parse_person` to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import date
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.registration import Person, Sex, Status

_TYPES = {
    "former_id_numbers": pa.list_(pa.string()),
    "status_since": pa.date32(),
    "document_issued_on": pa.date32(),
    "document_expires_on": pa.date32(),
}
SCHEMA = pa.schema([(f.name, _TYPES.get(f.name, pa.string())) for f in fields(Person)])
"""The columns of `Person` in its order; null where it says None, `status` is never null."""

ROWS = 1 << 15
"""Of one batch: some 15 MB while it is stored."""

Rows = np.ndarray[Any, np.dtype[np.bool_]]

_SAYS_SOMETHING = "[0-9A-Za-z]"
_TWELVE_DIGITS = r"\A[0-9]{12}\z"
_NUMBER = r"\A[0-9A-Za-z]+\z"
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)
_FREE = ("birth_date", "nationality", "residence", "province_code")
_CHOICES = {"sex": [s.value for s in Sex], "status": [s.value for s in Status]}


def of_persons(persons: Sequence[Person]) -> pa.RecordBatch:
    """A batch of these persons, in their order."""
    columns = [pa.array([getattr(p, f.name) for p in persons], f.type) for f in SCHEMA]
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def batches(persons: Iterable[Person]) -> Iterator[pa.RecordBatch]:
    """Batches of these persons, within small memory."""
    rest = iter(persons)
    while some := list(islice(rest, ROWS)):
        yield of_persons(some)


def plain(batch: pa.RecordBatch) -> tuple[pa.RecordBatch, Rows]:
    """A file's rows in `SCHEMA`, and which of them are plainly clean; the others mean nothing yet.

    A clean row is the very person that `parsing.parse_person` reads. A file with a column of
    another type, or of bytes that are no text, has no clean rows.
    """
    taken = _taken(batch)
    if taken is None:
        empty = [pa.nulls(batch.num_rows, f.type) for f in SCHEMA]
        rows = pa.RecordBatch.from_arrays(empty, schema=SCHEMA)
        return rows, np.zeros(batch.num_rows, bool)
    clean = _matches(taken["id_number"], _TWELVE_DIGITS)
    clean &= _matches(taken["full_name"], _SAYS_SOMETHING)
    for name in _FREE:
        clean &= _matches(taken[name], _SAYS_SOMETHING, absent=True)
    for name, choices in _CHOICES.items():
        known = pc.is_in(taken[name], pa.array([*choices, None], pa.string()))
        clean &= known.to_numpy(zero_copy_only=False)
    clean &= _former_clean(taken["former_id_numbers"])
    for name in ("status_since", "document_issued_on", "document_expires_on"):
        taken[name] = _real_days(taken[name])
    taken["status"] = pc.fill_null(taken["status"], Status.LIVING.value)
    return pa.RecordBatch.from_arrays([taken[f.name] for f in SCHEMA], schema=SCHEMA), clean


def _taken(batch: pa.RecordBatch) -> dict[str, pa.Array] | None:
    """The columns in the types of `SCHEMA`; None where one is of a type that has to be read."""
    try:
        batch.validate(full=True)
        present = dict(zip(batch.schema.names, batch.columns, strict=True))
        taken = {f.name: present.get(f.name, pa.nulls(batch.num_rows, f.type)) for f in SCHEMA}
        if not all(_alike(taken[f.name].type, f.type) for f in SCHEMA):
            return None
        return {f.name: taken[f.name].cast(f.type) for f in SCHEMA}
    except pa.ArrowException:
        return None


def _alike(found: pa.DataType, wanted: pa.DataType) -> bool:
    """The type itself, or another way to store the same."""
    if pa.types.is_dictionary(found):
        return _alike(found.value_type, wanted)
    large_text = pa.types.is_large_string(found) and pa.types.is_string(wanted)
    large_list = pa.types.is_large_list(found) and pa.types.is_list(wanted)
    if large_list or (pa.types.is_list(found) and pa.types.is_list(wanted)):
        return _alike(found.value_type, wanted.value_type)
    return bool(found == wanted or large_text or pa.types.is_null(found))


def _matches(column: pa.Array, pattern: str, *, absent: bool = False) -> Rows:
    """Which texts match; `absent` for null."""
    found = pc.fill_null(pc.match_substring_regex(column, pattern), absent)
    matching: Rows = found.to_numpy(zero_copy_only=False)
    return matching


def _former_clean(column: pa.Array) -> Rows:
    """Rows whose former numbers are letters and digits alone."""
    clean = np.ones(len(column), bool)
    of_row = pc.list_parent_indices(column).to_numpy()
    clean[of_row[~_matches(column.flatten(), _NUMBER)]] = False
    return clean


def _real_days(column: pa.Array) -> pa.Array:
    """Days of 1900 to 2200; others are nobody's."""
    real = pc.and_(pc.greater_equal(column, _FIRST_DAY), pc.less_equal(column, _LAST_DAY))
    return pc.if_else(pc.fill_null(real, False), column, None)  # noqa: FBT003  Arrow's own form

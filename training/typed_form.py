"""The form as it is typed, without what is typed: what is missing, shapes, and values that repeat.

A shape keeps how many digits stand together and which signs lie between; letters are one `A`, `a` or,
with diacritics, `Ă`, `ă`, however many there are. So a bank that turns its dates round, drops its
zeros or fills in one value everywhere is seen, and nobody's name or number is.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from training.columns import UNSEEN, Kinds, kinds

SHAPED = (
    *("document_number", "document_issued_on", "birth_date"),
    *("contact_phone", "account_number", "msisdn", "nationality"),
)
PROSE = ("full_name", "address", "email", "organisation_name")
"""Of these no more is told than which kinds of letters there are."""
CODES = ("document_type", "sex", "holder_type", "channel")
"""Words of an enumeration, which stand for themselves."""
KEYS = ("device_id", "ip_address", "face_template", "agent_id")
"""Made by machines: whether they are there, and repeat."""
COLUMNS = (*SHAPED, *PROSE, *CODES, *KEYS)
"""The columns of a registration that are watched."""

_LONGEST = 24
_SIGNS = (
    ("[0-9]", "9"),
    ("[A-Z]", "\x01"),
    ("[a-z]", "\x02"),
    (r"\p{Lu}", "Ă"),
    (r"[\p{L}\p{M}]+", "ă"),
    ("\x01+", "A"),
    ("\x02+", "a"),
    (r"[^9AaĂă./+@() -]+", "?"),
)
_NO_MONTH = r"^[0-9]{4}[-/.](1[3-9]|[2-9][0-9])[-/.]|[-/. ](1[3-9]|[2-9][0-9])[-/. ][0-9]{4}$"
"""A date whose day stands in the place of the month."""
_LETTERS = (
    ("upper", r"\p{Lu}"),
    ("lower", r"\p{Ll}"),
    ("marks", r"[^\x00-\x7f]"),
    ("digits", "[0-9]"),
)


def form_columns(rows: pa.Table, desk: NDArray[np.integer]) -> list[Kinds]:
    """What is watched of the columns that a table of registrations has.

    Args:
        rows: typed values as text in the order of the world, one row a registration; null where
            nothing was typed.
        desk: where each was entered, shape (n,): values repeat from one row to the next of a desk.
    """
    by_desk = np.argsort(desk, kind="stable")
    same_desk = np.diff(desk[by_desk]) == 0
    columns: list[Kinds] = []
    for name in (n for n in COLUMNS if n in rows.column_names):
        texts = pc.dictionary_encode(rows.column(name).combine_chunks())
        place = pc.fill_null(texts.indices, -1).to_numpy(zero_copy_only=False)
        shapes = _shapes(name, texts.dictionary)
        columns.append(kinds(f"form.{name}", shapes.take(texts.indices)))
        if name not in {*CODES, "nationality"}:
            columns.append(_repeats(f"form.{name}.repeats", place, by_desk, same_desk))
    return columns


def _shapes(name: str, values: pa.Array) -> pa.Array:
    """What is told of each value."""
    if name in CODES:
        return values
    if name in KEYS:
        return pa.repeat("given", len(values))
    if name in PROSE:
        flags = [
            pc.if_else(pc.match_substring_regex(values, pattern), f" {called}", "")
            for called, pattern in _LETTERS
        ]
        return pc.utf8_ltrim_whitespace(pc.binary_join_element_wise(*flags, ""))
    shapes = values
    for pattern, sign in _SIGNS:
        shapes = pc.replace_substring_regex(shapes, pattern, sign)
    shapes = pc.utf8_slice_codeunits(shapes, 0, _LONGEST)
    if name != "birth_date":
        return shapes
    turned = pc.if_else(pc.match_substring_regex(values, _NO_MONTH), " (month over 12)", "")
    return pc.binary_join_element_wise(shapes, turned, "")


def _repeats(
    name: str,
    place: NDArray[np.integer],
    by_desk: NDArray[np.integer],
    same_desk: NDArray[np.bool_],
) -> Kinds:
    """Whether a value is that of the row before at the same desk."""
    sorted_place = place[by_desk]
    again = np.append(False, same_desk & (np.diff(sorted_place) == 0))
    codes = np.empty(len(place), dtype=np.uint8)
    codes[by_desk] = np.where(sorted_place < 0, UNSEEN, 1 + again)
    return Kinds(name, codes, ("missing", "another value", "the value of the row before"))

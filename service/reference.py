"""Writes service/reference.md, the page of every code and feature, from the tables in the code.

`make reference` runs it; a test of the house compares the page with the tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from features.difference import DIFFERENCES
from features.identity_number import CONTRADICTIONS, SIMO_DOCUMENT_TYPES
from features.parsing import REASONS as COLUMN_PROBLEMS
from features.vector import FEATURES
from models.hard_facts import CODES
from models.wording import REASONS
from service.markdown import table
from service.problems import PROBLEMS

PAGE = Path(__file__).with_name("reference.md")
_DIRECTIONS = {-1: "falls", 0: "free", 1: "rises"}


def render() -> str:
    """The whole page."""
    parts = (
        *(_TOP, _reasons(), _differences(), _contradictions(), _documents()),
        *(_columns(), _problems(), _features()),
    )
    return "\n".join(parts)


_TOP = """# Reference: every code, and every feature

Made by `make reference` from the tables in the code; change those, not this page.
"""


def _reasons() -> str:
    rows = (
        (f"`{code}`", "yes" if code in CODES else "", vi, en) for code, (vi, en) in REASONS.items()
    )
    return _section(
        "Reason codes",
        "Of a decision, strongest first. A *hard fact* holds without any model; the others name a "
        "group of features that pushed the risk up, or a field that contradicts the register.",
        ("code", "hard fact", "tiếng Việt", "English"),
        rows,
    )


def _differences() -> str:
    rows = ((f"`{code}`", d.outcome.value, d.vi, d.en) for code, d in DIFFERENCES.items())
    return _section(
        "Differences",
        "How one field differs from the register, and how it weighs.",
        ("code", "outcome", "tiếng Việt", "English"),
        rows,
    )


def _contradictions() -> str:
    rows = ((f"`{code}`", vi, en) for code, (vi, en) in CONTRADICTIONS.items())
    return _section(
        "What a number says of itself",
        "Where the structure of a 12-digit number contradicts the form: a reason to verify, never "
        "one to refuse. `chinhchu check` tells it.",
        ("code", "tiếng Việt", "English"),
        rows,
    )


def _documents() -> str:
    rows = ((code, f"`{kind.value}`" if kind else "") for code, kind in SIMO_DOCUMENT_TYPES.items())
    return _section(
        "Document types",
        "`LoaiID` of the State Bank's SIMO reports, and the `document_type` to hand in for it; "
        "for two there is none.",
        ("LoaiID", "document_type"),
        rows,
    )


def _columns() -> str:
    rows = ((f"`{code}`", vi, en) for code, (en, vi) in COLUMN_PROBLEMS.items())
    return _section(
        "Rejected values",
        "Why a row is rejected, in `rejected.parquet` and in the `errors` of a problem document.",
        ("code", "tiếng Việt", "English"),
        rows,
    )


def _problems() -> str:
    rows = ((f"`{code}`", str(status), vi, en) for code, (status, en, vi) in PROBLEMS.items())
    return _section(
        "Problem documents",
        "What the API answers where it cannot do what was asked (RFC 9457).",
        ("type", "status", "tiếng Việt", "English"),
        rows,
    )


def _features() -> str:
    rows = (
        (f"`{f.name}`", f.doc, f.unit, _DIRECTIONS[f.direction], f"`{f.reason}`") for f in FEATURES
    )
    return _section(
        "Features",
        "The vector, in its order. *Direction*: how the risk may move where the value rises.",
        ("feature", "what it asserts", "unit", "direction", "reason"),
        rows,
    )


def _section(title: str, about: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join([f"## {title}", "", about, "", table(heads, rows), ""])


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")

"""The answer of the API: the published decision row, its identity in the ledger, and its words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from features.difference import SENTENCES
from features.evidence import FIELDS
from models import use_by
from models.explanation import Explanation
from models.wording import Words, words_of
from service.explaining import (
    START,
    facts_in_words,
    groups_in_words,
    ways_in_words,
    why_no_ways,
)
from service.ledger.records import StoredOutcome, StoredScreening, vector_of
from service.ledger.rings import Standing


def screening_form(stored: StoredScreening, ring: Standing | None = None) -> dict[str, Any]:
    """One screening as its caller reads it; a repeated call gets the same, byte for byte.

    Args:
        stored: what was committed.
        ring: how the ring stood that it reached.
    """
    return {
        "screening_id": str(stored.screening_id),
        "position": stored.position,
        "screened_at": moment(stored.screened_at),
        **stored.row(),
        "mode": use_by.mode(stored.reasons),
        "reason_texts": reason_forms(stored.reasons, stored.vector),
        "evidence": {
            name: {
                "outcome": stored.fields[name]["outcome"],
                "difference": stored.fields[name]["difference"],
                **_words(SENTENCES, stored.fields[name]["difference"]),
            }
            for name in FIELDS
        },
        "ring": None if ring is None else ring_form(ring),
        "rescreens": None if stored.rescreens is None else str(stored.rescreens),
    }


def ring_form(ring: Standing) -> dict[str, Any]:
    """A ring in counts alone: whose registrations they are is no business of who asks."""
    return {
        "as_of": moment(ring.run_at),
        "members": ring.members,
        "holders": ring.holders,
        "members_of_last_7_days": ring.recent,
        "age_days": (ring.run_at - ring.first_seen).days,
        "confirmed_share": ring.confirmed / ring.members,
    }


def outcome_form(stored: StoredOutcome) -> dict[str, Any]:
    """One outcome as it was recorded."""
    outcome = stored.outcome
    return {
        "registration_id": outcome.registration_id,
        "is_fraud": outcome.is_fraud,
        "typology": outcome.typology,
        "confirmed_at": moment(outcome.confirmed_at),
        "position": stored.position,
        "received_at": moment(stored.received_at),
    }


def reason_forms(codes: Sequence[str], stored_vector: bytes) -> list[dict[str, str]]:
    """Reason codes with their sentences, in which the figures of the stored vector stand."""
    vector = vector_of(stored_vector)
    told = [(code, *words_of(code, vector)) for code in codes]
    return [{"code": code, "vi": vi, "en": en} for code, vi, en in told]


def explanation_form(explanation: Explanation, stored: StoredScreening) -> dict[str, Any]:
    """A decision taken apart; `base` and the pushes of the groups add up to `score`."""
    vi, en = START
    nothing = why_no_ways(explanation)
    return {
        "screening_id": str(stored.screening_id),
        "decision": stored.decision,
        "risk": stored.risk,
        "model_version": stored.model_version,
        "policy_version": stored.policy_version,
        "hard_facts": [
            {"code": code, **_both(words)} for code, words in facts_in_words(explanation, stored)
        ],
        "base": {"push": explanation.base, "vi": vi, "en": en},
        "groups": [
            {"code": code, "push": push, **_both(words)}
            for code, push, words in groups_in_words(explanation, stored)
        ],
        "score": explanation.score,
        "otherwise": [
            {
                "decision": decision,
                "risk": risk,
                "facts": [{"code": code, **_both(words)} for code, words in facts],
            }
            for decision, risk, facts in ways_in_words(explanation)
        ],
        "otherwise_none": None if nothing is None else _both(nothing),
    }


def _both(words: Words) -> dict[str, str]:
    return {"vi": words[0], "en": words[1]}


def moment(at: datetime) -> str:
    """A moment as the API writes it: ISO 8601 in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _words(table: dict[str, tuple[str, str]], code: str) -> dict[str, str]:
    """A row may be older than the tables: a code that left them still shows itself."""
    vietnamese, english = table.get(code, (code, code))
    return {"vi": vietnamese, "en": english}

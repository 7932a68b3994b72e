"""The shapes of the API, for its OpenAPI page; the parsers of `features` judge what comes in."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from features.evidence import FIELDS
from features.registration import Channel, DocumentType, HolderType, Kind, Sex
from service.bodies import LONGEST_LIST

_Match = Literal["match", "partial", "mismatch", "unavailable"]


REGISTRATION: dict[str, Any] = {
    "registration_id": "VCB-000001",
    "kind": "bank_account",
    "institution": "VCB",
    "registered_at": "2026-07-01T09:30:00+07:00",
    "channel": "ekyc",
    "document_type": "cccd",
    "document_number": "001 085 012345",
    "full_name": "NGUYEN VAN AN",
    "birth_date": "02/09/1985",
    "contact_phone": "0912 345 678",
    "device_id": "d-7f31",
}
"""An example of a body, of nobody."""

OUTCOME: dict[str, Any] = {
    "registration_id": "VCB-000001",
    "is_fraud": True,
    "typology": "rented_account",
    "confirmed_at": "2026-07-15T16:00:00+07:00",
}
"""An example of a body, of nobody."""


class RegistrationBody(BaseModel):
    """One registration as its institution sends it; unknown members are left alone."""

    model_config = ConfigDict(extra="allow", title="Registration")

    registration_id: str = Field(description="The sender's key, unique within its institution")
    kind: Kind
    institution: str = Field(description="Code of the bank or the operator")
    registered_at: datetime = Field(description="UTC unless an offset is given")
    document_type: DocumentType
    full_name: str = Field(description="As typed")
    document_number: str | None = Field(None, description="As typed")
    channel: Channel | None = None
    agent_id: str | None = None
    holder_type: HolderType | None = None
    organisation_tax_code: str | None = None
    organisation_name: str | None = None
    document_issued_on: str | None = Field(None, description="YYYY-MM-DD")
    birth_date: str | None = Field(None, description="As typed")
    sex: Sex | None = None
    nationality: str | None = None
    address: str | None = None
    contact_phone: str | None = None
    email: str | None = None
    account_number: str | None = None
    msisdn: str | None = None
    device_id: str | None = None
    ip_address: str | None = None
    face_template: str | None = None


class OutcomeBody(BaseModel):
    """What became known of a registration."""

    model_config = ConfigDict(extra="allow", title="Outcome")

    registration_id: str
    is_fraud: bool
    typology: str | None = None
    confirmed_at: datetime = Field(description="After the registration; UTC unless an offset")


class FieldAnswer(BaseModel):
    """How one field compares, and the difference in words."""

    outcome: _Match
    difference: str
    vi: str
    en: str


class ReasonText(BaseModel):
    """A reason code in words, with the figure behind it where there is one."""

    code: str
    vi: str
    en: str


class Push(BaseModel):
    """What something added to the score, in log-odds, in words."""

    push: float
    vi: str
    en: str


class GroupPush(Push):
    """What a group of features added; negative where it spoke for the holder."""

    code: str


class Words(BaseModel):
    """A sentence in both languages."""

    vi: str
    en: str


class Otherwise(BaseModel):
    """Facts that, all otherwise at once, lead to a milder decision."""

    decision: Literal["clear", "review"]
    risk: float
    facts: list[ReasonText]


class ExplanationAnswer(BaseModel):
    """A decision taken apart, by the model and the policy that took it.

    For the clerk who examines it, whose reading is recorded; not for the applicant.
    """

    screening_id: str
    decision: Literal["clear", "review", "refuse"]
    risk: float
    model_version: str
    policy_version: str
    hard_facts: list[ReasonText] = Field(description="They led to the decision beside the score")
    base: Push
    groups: list[GroupPush] = Field(description="With `base` they add up to `score`")
    score: float = Field(description="Log-odds, before calibration")
    otherwise: list[Otherwise] = Field(
        description="The smallest sets of up to three facts that would change the decision"
    )
    otherwise_none: Words | None = Field(description="Why there is no such set")


class RingAnswer(BaseModel):
    """The ring that a registration reached, in counts, as the last ring run before it found it."""

    as_of: datetime
    members: int
    holders: int
    members_of_last_7_days: int
    age_days: int
    confirmed_share: float


class ScreeningAnswer(BaseModel):
    """A committed decision with everything that led to it."""

    screening_id: str
    position: int
    screened_at: datetime
    registration_id: str
    decision: Literal["clear", "review", "refuse"]
    risk: float
    risk_band: Literal["low", "medium", "high", "very_high"]
    identity: Literal["verified", "mismatch", "not_found", "unverifiable"]
    matched_id_number: str | None
    match_document_number: _Match
    match_full_name: _Match
    match_birth_date: _Match
    match_sex: _Match
    match_address: _Match
    match_document_issued_on: _Match
    reasons: list[str]
    mode: str = Field(description="normal, or the codes of what was past its use-by date")
    ring_id: str | None
    model_version: str
    policy_version: str
    reason_texts: list[ReasonText]
    evidence: dict[str, FieldAnswer] = Field(description=f"By field: {', '.join(FIELDS)}")
    ring: RingAnswer | None
    rescreens: str | None


class OutcomeAnswer(BaseModel):
    """A recorded outcome."""

    registration_id: str
    is_fraud: bool
    typology: str | None
    confirmed_at: datetime
    position: int
    received_at: datetime


class LiveAnswer(BaseModel):
    """The process lives."""

    status: Literal["live"]


class ReadyAnswer(BaseModel):
    """Whether calls are answered."""

    status: Literal["ready", "not ready"]
    checks: dict[str, bool] = Field(
        description="By part: whether it answers; `breaker`: nothing new was held"
    )
    mode: str = Field(description="normal, stand_in, or the codes of what is past its use-by date")


class ColumnError(BaseModel):
    """What is wrong with one column."""

    column: str
    code: str
    reason: str
    reason_vi: str


class ProblemDocument(BaseModel):
    """RFC 9457, in English and Vietnamese."""

    type: str
    title: str
    title_vi: str
    status: int
    errors: list[ColumnError] | None = None


def body_of(item: type[BaseModel], example: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI request body of a route that takes one item or a list of them."""
    one = item.model_json_schema(ref_template="#/components/schemas/{model}")
    # Enumerations are written where they are used: the page stands without a components part.
    definitions = one.pop("$defs", {})
    schema = _inlined(one, definitions)
    either = {"oneOf": [schema, {"type": "array", "items": schema, "maxItems": LONGEST_LIST}]}
    content = {"application/json": {"schema": either, "example": example}}
    return {"requestBody": {"required": True, "content": content}}


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:  # noqa: ANN401 any JSON
    if isinstance(schema, dict):
        name = str(schema.get("$ref", "")).rpartition("/")[2]
        if name in definitions:
            return definitions[name]
        return {key: _inlined(value, definitions) for key, value in schema.items()}
    if isinstance(schema, list):
        return [_inlined(value, definitions) for value in schema]
    return schema

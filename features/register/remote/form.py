"""What is asked of a national register and what it answers: the form of the wire, read strictly.

    POST /v1/verifications
         {"questions": [{"document_type", "document_number", "full_name", "birth_date", "sex",
                         "address", "document_issued_on", "asked_at"}]}
    200  {"as_of": day, "answers": [{"answer": "verdicts" | "not_found" | "several" | "not_covered",
                                     "found_by": ..., "fields": {field: true | false | null}}]}

Nothing but the fields that are compared leaves the house, and the day as of which they are asked.
A cell that people write anything into tells no more than can be compared: a number that cannot be
read is a number of nobody's, a telephone or identity number in a name or an address is zeros.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import blake2b

from features import birth_date, identity_number, name
from features.evidence import (
    FIELDS,
    FoundBy,
    NotCovered,
    NotFound,
    RegisterAnswer,
    Several,
    Verdicts,
)
from features.registration import VIETNAM, DocumentType, IdNumber, Registration

PATH = "/v1/verifications"
MOST_QUESTIONS = 100
"""In one call."""

_WITHOUT_VERDICTS: Mapping[str, RegisterAnswer] = {
    "not_found": NotFound(),
    "several": Several(()),
    "not_covered": NotCovered(),
}


class MalformedError(Exception):
    """A reply that is not of this form."""


@dataclass(frozen=True, slots=True, repr=False)
class Question:
    """One registration as a question.

    `number` is the 12-digit number that is asked for, and `by` says whether it was typed so or
    repaired here; neither leaves the house beside the form.
    """

    form: Mapping[str, str | None]
    number: IdNumber | None
    by: FoundBy

    @property
    def key(self) -> bytes:
        """Equal questions have equal keys."""
        return blake2b(json.dumps(self.form).encode(), digest_size=16).digest()

    def own(self, answer: RegisterAnswer) -> RegisterAnswer:
        """The answer with what only the asker knows: the number, and that it was repaired."""
        if not isinstance(answer, Verdicts) or answer.by is not FoundBy.NUMBER:
            return answer
        if self.number is None or not answer.fields["document_number"]:
            return answer
        return replace(answer, number=self.number, by=self.by)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a register answered, in the order of the questions, and the day its data is of."""

    as_of: date
    answers: Sequence[RegisterAnswer]


def question_of(registration: Registration) -> Question | None:
    """The question, None of a passport and where nothing is there to ask by."""
    if registration.document_type is DocumentType.PASSPORT:
        return None
    typed = identity_number.given(registration.document_number)
    born = birth_date.normal(registration.birth_date) if registration.birth_date else None
    if typed is None and born is None:
        return None
    candidates = () if typed is None else identity_number.read(typed).candidates
    number, repair = candidates[0] if candidates else (None, "same")
    issued = registration.document_issued_on
    form = {
        "document_type": registration.document_type.value,
        "document_number": None if typed is None else _number(typed),
        "full_name": _text(name.repaired(registration.full_name)),
        "birth_date": born,
        "sex": None if registration.sex is None else registration.sex.value,
        "address": None if registration.address is None else _text(registration.address),
        "document_issued_on": None if issued is None else issued.isoformat(),
        "asked_at": registration.registered_at.astimezone(VIETNAM).date().isoformat(),
    }
    return Question(form, number, FoundBy.NUMBER if repair == "same" else FoundBy.REPAIRED_NUMBER)


_DIGITS_COMPARED = range(7, 15)
_OF_ANOTHER_PAPER, _OF_NOBODY = "A0000000", "00001"
_LONGEST_TEXT = 300
_LONG_NUMBER = re.compile(r"\d(?:[ .-]?\d){7,}")
_DIGIT = re.compile(r"\d")


def _number(typed: str) -> str:
    """The digits of a number that the register could hold, or one that it answers alike."""
    digits = identity_number.normal(typed) or ""
    if len(digits) in _DIGITS_COMPARED:
        return digits
    return _OF_ANOTHER_PAPER if identity_number.is_passport(typed) else _OF_NOBODY


def _text(typed: str) -> str:
    """A name or an address as far as it is compared; no house has a number of eight digits."""
    text = unicodedata.normalize("NFC", typed[:_LONGEST_TEXT])
    return _LONG_NUMBER.sub(lambda match: _DIGIT.sub("0", match.group()), text)


def body_of(questions: Sequence[Question]) -> bytes:
    """The body of one call."""
    return json.dumps({"questions": [question.form for question in questions]}).encode()


def reply_of(content: bytes, count: int) -> Reply:
    """Reads the reply to `count` questions.

    Raises:
        MalformedError: anything is missing, too much, or of another type.
    """
    try:
        form = json.loads(content)
        as_of = date.fromisoformat(form["as_of"])
        answers = form["answers"]
        if not isinstance(answers, list) or len(answers) != count:
            raise MalformedError("another number of answers than of questions")
        return Reply(as_of, [_answer(answer) for answer in answers])
    except (ValueError, TypeError, KeyError, RecursionError):
        raise MalformedError("a reply of another form") from None


def _answer(form: Mapping[str, object]) -> RegisterAnswer:
    kind = form["answer"]
    if kind == "verdicts":
        return Verdicts(None, FoundBy(str(form["found_by"])), _fields(form["fields"]))
    if not isinstance(kind, str) or form.get("found_by") or form.get("fields"):
        raise MalformedError("verdicts without a person")
    return _WITHOUT_VERDICTS[kind]


def _fields(form: object) -> dict[str, bool | None]:
    if not isinstance(form, dict) or form.keys() != set(FIELDS):
        raise MalformedError("other fields than those asked for")
    if any(not (verdict is None or isinstance(verdict, bool)) for verdict in form.values()):
        raise MalformedError("a verdict that is neither yes nor no nor unknown")
    return {field: form[field] for field in FIELDS}

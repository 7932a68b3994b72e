"""A check as a page of text that a clerk can read: the verdict, each field, the weight of evidence.

It shows what was typed and never the register's own values unless asked to: who types a number is
not thereby entitled to the record behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from features import weights
from features.difference import SENTENCES
from features.evidence import Alternative, Balance, Identity, Outcome
from features.identity_number import CONTRADICTIONS
from features.registration import Person, Registration, Sex, Status
from service.checking import advice, waterfall
from service.checking.answer import Check, Source
from service.evidence_words import (
    ALTERNATIVES,
    FIELD_NAMES,
    FOUND_BY,
    IDENTITIES,
    OUTCOMES,
    PARTS,
    SEXES,
    WHO,
    Language,
    Words,
    bits,
    likelihood,
    pick,
)

_LONGEST = 200
_COLOURS: dict[object, str] = {
    Outcome.MATCH: "green",
    Outcome.PARTIAL: "yellow",
    Outcome.MISMATCH: "red",
    Outcome.UNAVAILABLE: "dim",
    Identity.VERIFIED: "bold green",
    Identity.MISMATCH: "bold red",
    Identity.NOT_FOUND: "bold yellow",
    Identity.UNVERIFIABLE: "bold yellow",
}
_NAMES_OF_PERSON = {"document_number": "id_number", "address": "residence"}


def show(made: Check, language: Language, *, with_register: bool) -> None:
    """Prints the page; in colour on a terminal alone."""
    console = Console(highlight=False, markup=False, emoji=False)
    console.print(Group(*_parts(made, language, with_register=with_register)))


def _parts(made: Check, language: Language, *, with_register: bool) -> Iterator[RenderableType]:
    found = made.evidence
    yield Text(_source(made.source, language), "dim")
    yield Text()
    yield Text(pick(IDENTITIES[found.identity], language).upper(), _COLOURS[found.identity])
    notes = [*(CONTRADICTIONS[code] for code in made.doubts), *_of_status(found.person)]
    verified = found.identity is Identity.VERIFIED
    yield Text(pick(_SEE_BELOW if notes and verified else advice.situation(found), language))
    if with_register and found.person is None:
        yield Text(pick(_NOTHING_TO_SHOW, language))
    yield _fields(made, language, with_register=with_register)
    yield from (Text(f"• {pick(note, language)}") for note in notes)
    yield from _hints(made, language)
    if found.balance is not None:
        yield from _evidence(made, found.balance, language)


_SEE_BELOW = (
    "Giấy tờ là của một người trong cơ sở dữ liệu; còn điều phải xem xét riêng, nêu dưới đây.",
    "The papers are those of a person in the register; something else has to be looked at, see below.",
)
_NOT_LIVING = (
    "Cơ sở dữ liệu ghi người này đã mất, mất tích, xuất cảnh hoặc đang bị giam giữ; có khi ghi sai.",
    "The register holds this person for deceased, missing, emigrated or detained; sometimes wrongly.",
)


def _of_status(person: Person | None) -> list[Words]:
    return [] if person is None or person.status is Status.LIVING else [_NOT_LIVING]


_NOTHING_TO_SHOW = (
    "Cơ sở dữ liệu không có gì để hiện: không xác định được người, hoặc không cho xem.",
    "The register has no values to show: nobody is named, or it shows no data.",
)


def _source(source: Source, language: Language) -> str:
    kinds: dict[str, Words] = {
        "replica": ("bản sao cục bộ", "the local replica"),
        "remote": ("cơ sở dữ liệu từ xa", "the remote register"),
        "file": ("tệp dân cư", "a population file"),
    }
    asked = ("Đã đối chiếu với ", "Checked against ")
    unasked = ("Chưa đối chiếu được với ", "Could not be checked against ")
    text = pick(asked if source.failure is None else unasked, language)
    text += pick(kinds[source.kind], language)
    if source.as_of is not None:
        day = source.as_of.strftime(pick(("%d/%m/%Y", "%Y-%m-%d"), language))
        text += pick((f", dữ liệu ngày {day}", f", as of {day}"), language)
    if rows := source.rejected_rows:
        text += pick((f", số dòng không đọc được: {rows}", f", rows rejected: {rows}"), language)
    if source.failure is not None:
        text += f": {pick(source.failure, language)}"
    return text


def _fields(made: Check, language: Language, *, with_register: bool) -> RenderableType:
    compared = {n: f for n, f in made.evidence.fields.items() if f.difference != "no_person"}
    if not compared:
        return Text()
    person = made.evidence.person if with_register else None
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    heads: list[Words] = [("Trường", "Field"), ("Đã nhập", "Typed"), ("Kết quả", "Verdict")]
    heads += [("Cơ sở dữ liệu", "Register")] if person else []
    for head in [*heads, ("Khác biệt", "Difference")]:
        table.add_column(pick(head, language), overflow="fold")
    for name, one in compared.items():
        outcome = Text(pick(OUTCOMES[one.outcome], language), _COLOURS[one.outcome])
        cells: list[str | Text] = [pick(FIELD_NAMES[name], language)]
        cells += [_value(made.registration, name, language), outcome]
        cells += [_value(person, _NAMES_OF_PERSON.get(name, name), language)] if person else []
        table.add_row(*cells, pick(SENTENCES[one.difference], language))
    return table


def _value(noun: Registration | Person, name: str, language: Language) -> str:
    value = getattr(noun, name)
    if isinstance(value, Sex):
        return pick(SEXES[value], language)
    if isinstance(value, date):
        return value.isoformat()
    return "–" if value is None else printable(value)


def printable(text: str) -> str:
    """The text without what would move a terminal's cursor or hide what stands there; not too long."""
    return harmless(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")


def harmless(text: str) -> str:
    """The whole text without what would move a terminal's cursor or hide what stands there."""
    return "".join(
        " " if char.isspace() else char if char.isprintable() else "\ufffd" for char in text
    )


def _hints(made: Check, language: Language) -> Iterator[RenderableType]:
    told = advice.hints(made.evidence)
    if not told:
        return
    verified = made.evidence.identity is Identity.VERIFIED
    head = ("Nên sửa trong hồ sơ", "Worth mending in the file")
    yield Text(pick(head if verified else ("Cần làm rõ", "What would clear it"), language), "bold")
    grid = Table.grid(padding=(0, 1))
    for hint in told:
        grid.add_row("•", pick(FIELD_NAMES[hint.field], language) + ":", pick(hint.words, language))
    yield grid
    yield Text()


def _evidence(made: Check, balance: Balance, language: Language) -> Iterator[RenderableType]:
    threshold = weights.default().verified_bits
    yield Text(pick(("Trọng số của bằng chứng", "The weight of the evidence"), language), "bold")
    who = (
        f"{pick(ALTERNATIVES[balance.likelier], language)}, {pick(WHO[balance.likelier], language)}"
    )
    yield Text(pick(_QUESTION, language).format(who))
    yield _steps(made, balance, threshold, language)
    yield from (Text(line) for line in _conclusion(made, balance, threshold, language))


_QUESTION = (
    "Chính chủ, hay {}? Mỗi bit làm khả năng là chính chủ tăng gấp đôi; bit âm làm giảm một nửa.",
    "The holder, or {}? Each bit doubles the odds for the holder; a bit below zero halves them.",
)


def _steps(made: Check, balance: Balance, threshold: float, language: Language) -> Table:
    by = made.evidence.found_by
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(overflow="fold")
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    for row in waterfall.rows(made.steps, threshold):
        name = pick(PARTS[row.part], language)
        if row.part == "start" and by is not None:
            name = f"{name} {pick(FOUND_BY[by], language)}"
        bar = Text(row.bar, "red" if row.bits < 0 else "green" if row.bits > 0 else "dim")
        table.add_row(name, bits(row.bits, language), bar)
    total = pick(("Tổng", "Sum"), language)
    table.add_row(Text(total, "bold"), Text(bits(balance.bits, language), "bold"), "")
    table.add_row(pick(("Ngưỡng (┊)", "Threshold (┊)"), language), bits(threshold, language), "")
    return table


def _conclusion(
    made: Check, balance: Balance, threshold: float, language: Language
) -> Iterator[str]:
    yield likelihood(balance, language)
    left = next(one for one in Alternative if one is not balance.likelier)
    other = bits(max(balance.against_stranger, balance.against_impostor), language)
    against = pick(ALTERNATIVES[left], language)
    yield pick((f"So với {against}: {other} bit.", f"Against {against}: {other} bits."), language)
    if balance.bits >= threshold and made.evidence.identity is not Identity.VERIFIED:
        yield pick(_NEVER, language)


_NEVER = (
    "Tuy đạt ngưỡng, số, họ tên hay ngày sinh khác hẳn thì không bao giờ được coi là đã xác minh.",
    "The threshold is reached, yet another number, name or birth date is never called verified.",
)

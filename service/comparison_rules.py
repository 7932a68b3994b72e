"""Writes service/comparison_rules.md, the published rules of the cross-check, from the code itself.

`make reference` runs it; a test of the house compares the page with the code. Each rule is told
twice, in Vietnamese and in English; sentences, weights and both examples are those in force.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from features import name as names
from features import weights
from features.cross_check import cross_check
from features.difference import SENTENCES, outcome
from features.evidence import FIELDS, Balance, Evidence, Found, FoundBy
from features.registration import (
    DocumentType,
    IdNumber,
    Institution,
    Kind,
    Person,
    Registration,
    RegistrationId,
    Sex,
)
from service import comparison_rules_text as text
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
from service.markdown import table

PAGE = Path(__file__).with_name("comparison_rules.md")

_NAME = "Trần Thị Mỹ Duyên"
_NAMES = ("Nguyễn Thị Hương", _NAME, "Giàng A Páo")
_BY_REGISTER = ("register_agrees", "register_differs")

_NAME_LEVELS: tuple[tuple[Words, tuple[str, ...]], ...] = (
    (("giống hệt", "letter by letter"), ("same",)),
    (
        ("không kể chữ hoa, dấu cách, dấu câu", "regardless of capitals, spaces and punctuation"),
        ("case_or_spacing",),
    ),
    (("không kể chỗ đặt dấu thanh", "wherever the tone mark stands"), ("tone_placement",)),
    (("không kể dấu", "without marks"), ("diacritics_missing",)),
    (
        ("sau khi sửa kiểu gõ, bảng mã cũ", "raw keystrokes and old encodings repaired"),
        ("telex", "vni_keys", "legacy_encoding"),
    ),
)
_WORD_BY_WORD = ("từng tiếng, từ gần đến xa", "word by word, the smaller slips first")
_NOTHING_AGREES = ("không mức nào ở trên", "at none of these levels")


def render() -> str:
    """The whole page, Vietnamese first."""
    return "\n".join(line for language in _LANGUAGES for line in [*_page(language), ""])


_LANGUAGES: tuple[Language, ...] = ("vi", "en")


def name_order() -> list[tuple[Words, list[str]]]:
    """The levels at which names are compared, strict to loose, with the differences each names."""
    levels = [(words, list(codes)) for words, codes in _NAME_LEVELS]
    known = {code for _, codes in levels for code in codes} | {"different_name"}
    levels.append((_WORD_BY_WORD, [code for code in names.LEVELS if code not in known]))
    return [*levels, (_NOTHING_AGREES, ["different_name"])]


def weight(field: str, code: str) -> Balance:
    """What one difference adds against either alternative; the rareness of a name left aside."""
    rules = weights.default()
    nothing = dict.fromkeys(FIELDS, "not_given")
    start = rules.weigh(nothing, FoundBy.NUMBER, _NAME, _NAME)
    with_it = rules.weigh({**nothing, field: code}, FoundBy.NUMBER, _NAME, _NAME)
    return Balance(
        with_it.against_stranger - with_it.rarity - start.against_stranger,
        with_it.against_impostor - start.against_impostor,
        0.0,
    )


def _page(language: Language) -> Iterator[str]:
    rules = weights.default()
    for part in (text.TOP, text.FIELDS, text.FOUND):
        yield pick(part, language).format(version=rules.version)
    yield from (_starts(language), pick(text.IMPOSTOR_KNOWS, language), _knows(language), "")
    yield pick(text.NAME_ORDER, language)
    yield from (_level(number, *level, language) for number, level in enumerate(name_order(), 1))
    yield from ("", pick(text.RARITY, language), _rarities(language), "")
    yield pick(text.DIFFERENCES, language)
    for field in FIELDS:
        yield f"\n### {pick(FIELD_NAMES[field], language)}\n\n{_differences(field, language)}"
    limits = {
        "verified": bits(rules.verified_bits, language).lstrip("+"),
        "distinct": bits(rules.distinct_bits, language).lstrip("+"),
    }
    yield pick(text.VERDICT, language).format(**limits).rstrip("\n")
    for story, made in ((text.SLIP, slip()), (text.IMPOSTOR, impostor())):
        yield pick(story, language) + "\n" + _example(*made, language)


def _against(language: Language) -> list[str]:
    return [
        pick(("so với ", "against "), language) + pick(one, language)
        for one in ALTERNATIVES.values()
    ]


def _starts(language: Language) -> str:
    """Where the sum begins, by what led to the person."""
    rules, nothing = weights.default(), dict.fromkeys(FIELDS, "not_given")
    balances = ((by, rules.weigh(nothing, by, _NAME, _NAME)) for by in FoundBy)
    return table(
        [pick(("Tìm thấy theo", "Found by"), language), *_against(language)],
        ([pick(FOUND_BY[by], language), *_both(balance, language)] for by, balance in balances),
    )


def _knows(language: Language) -> str:
    """How many impostors are taken to know each field."""
    heads = (("Trường", "Field"), ("kẻ mạo danh biết", "impostors who know it"))
    known = weights.default().knows
    return table(
        [pick(head, language) for head in heads],
        ([pick(FIELD_NAMES[field], language), f"{known[field]:.0%}"] for field in FIELDS[1:]),
    )


def _both(balance: Balance, language: Language) -> list[str]:
    both = (balance.against_stranger, balance.against_impostor)
    return [bits(value, language) for value in both]


def _level(number: int, words: Words, codes: list[str], language: Language) -> str:
    told = " ".join(pick(SENTENCES[code], language) for code in codes)
    return f"{number}. {pick(words, language)}: *{told}*"


def _rarities(language: Language) -> str:
    rules, nothing = weights.default(), dict.fromkeys(FIELDS, "not_given")
    agreeing = {**nothing, "full_name": "same"}
    shown = ((name, rules.weigh(agreeing, FoundBy.NUMBER, name, name).rarity) for name in _NAMES)
    heads = (("Họ tên", "Name"), ("cộng thêm, so với người lạ", "adds, against a stranger"))
    return table(
        [pick(head, language) for head in heads],
        ([name, bits(rarity, language)] for name, rarity in shown),
    )


def _differences(field: str, language: Language) -> str:
    """Every difference that weighs anything in a field."""
    codes = [*weights.default().fields[field]]
    codes += _BY_REGISTER if field != "document_number" else ()
    heads = (("khác biệt", "difference"), ("mã", "code"), ("kết quả", "outcome"))
    rows = (
        [
            pick(SENTENCES[code], language),
            f"`{code}`",
            pick(OUTCOMES[outcome(code)], language),
            *_both(weight(field, code), language),
        ]
        for code in codes
    )
    return table([*(pick(head, language) for head in heads), *_against(language)], rows)


_REGISTERED = Person(
    id_number=IdNumber("079190000111"),
    full_name=_NAME,
    birth_date="1990-02-03",
    sex=Sex.FEMALE,
    residence="5 Lê Lợi, Phường Sài Gòn, Thành phố Hồ Chí Minh",
    document_issued_on=date(2022, 1, 2),
)
"""Nobody: a made-up person for the examples."""


def slip() -> tuple[Registration, Evidence]:
    """The holder with three slips: raw Telex, day and month swapped, an old district."""
    return _checked("Traanf Thij Myx Duyeen", "02/03/1990", "5 Lê Lợi, P. Bến Nghé, Q.1, TP.HCM")


def impostor() -> tuple[Registration, Evidence]:
    """Somebody who knows number, name and province of the person, and not the rest."""
    return _checked(_NAME, "20/11/1989", "17 Nguyễn Trãi, Quận 5, TP.HCM")


def _checked(name: str, born: str, address: str) -> tuple[Registration, Evidence]:
    typed = Registration(
        registration_id=RegistrationId("example"),
        kind=Kind.BANK_ACCOUNT,
        institution=Institution("example"),
        registered_at=datetime(2026, 7, 1, tzinfo=UTC),
        document_type=DocumentType.CCCD,
        document_number=_REGISTERED.id_number,
        full_name=name,
        birth_date=born,
        sex=Sex.FEMALE,
        address=address,
    )
    return typed, cross_check(typed, Found(_REGISTERED, FoundBy.NUMBER))


def _example(typed: Registration, found: Evidence, language: Language) -> str:
    balance, by = found.balance, found.found_by
    if balance is None or by is None:
        raise ValueError("an example has somebody to compare with")
    alternative = (
        f"{pick(ALTERNATIVES[balance.likelier], language)}, {pick(WHO[balance.likelier], language)}"
    )
    heads = (("bước", "step"), ("đã nhập", "typed"), ("khác biệt", "difference"), ("bit", "bits"))
    rows = [
        [
            pick(PARTS[step.part], language),
            _typed(typed, step.part, language),
            pick(FOUND_BY[by] if step.part == "start" else SENTENCES[step.code], language),
            bits(step.bits, language),
        ]
        for step in weights.default().steps(found.fields, by, balance)
    ]
    rows.append([pick(("**Tổng**", "**Sum**"), language), "", "", bits(balance.bits, language)])
    against = pick(("Khả năng đáng ngờ nhất", "The likeliest alternative"), language)
    verdict = f"{likelihood(balance, language)} **{pick(IDENTITIES[found.identity], language)}.**"
    told = table([pick(head, language) for head in heads], rows)
    return f"{against}: {alternative}.\n\n{told}\n\n{verdict}"


def _typed(registration: Registration, part: str, language: Language) -> str:
    value = getattr(registration, part, None)
    return pick(SEXES[value], language) if isinstance(value, Sex) else value or ""


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")

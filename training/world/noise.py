"""Typing noise: how names, numbers, dates and addresses differ on a form from what was meant.

Each function takes the clean value and returns the typed one with the kind of noise, or None where
that kind does not fit the value.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta

from training.world import legacy
from training.world.contacts import plain
from training.world.dice import Dice, Wheel
from training.world.papers import make_day

_SOUNDS = (("s", "x"), ("x", "s"), ("tr", "ch"), ("ch", "tr"), ("n", "l"), ("l", "n"), ("ng", "n"))
_TONE_PLACES = (("òa", "oà"), ("óa", "oá"), ("ủy", "uỷ"), ("úy", "uý"), ("ùy", "uỳ"), ("ụy", "uỵ"),
                ("ỏe", "oẻ"), ("ọa", "oạ"), ("ỏa", "oả"))  # fmt: skip
_I_Y = (("Lý", "Lí"), ("Mỹ", "Mĩ"), ("Kỳ", "Kì"), ("Quý", "Quí"), ("Sỹ", "Sĩ"), ("Vỹ", "Vĩ"))
_REGIONAL = (("Hoàng", "Huỳnh"), ("Huỳnh", "Hoàng"), ("Vũ", "Võ"), ("Võ", "Vũ"))
_LOOKALIKES = {"0": "O", "1": "l", "5": "S", "8": "B"}


def _replaced(pairs: tuple[tuple[str, str], ...]) -> Callable[[Dice, str], str]:
    def change(dice: Dice, name: str) -> str:
        fitting = [(a, b) for a, b in pairs if a in name]
        return name.replace(*dice.pick(fitting), 1) if fitting else name

    return change


def _typo(dice: Dice, name: str) -> str:
    """A letter dropped, doubled or exchanged with its neighbour."""
    place = dice.between(1, max(1, len(name) - 2))
    how = dice.below(3)
    if how == 0:
        return name[:place] + name[place + 1 :]
    if how == 1:
        return name[:place] + name[place] + name[place:]
    return name[:place] + name[place + 1 : place + 2] + name[place] + name[place + 2 :]


def _heard(dice: Dice, name: str) -> str:
    """A consonant written by ear."""
    words = name.split()
    place = dice.below(len(words))
    fitting = [(a, b) for a, b in _SOUNDS if words[place].lower().startswith(a)]
    if fitting:
        old, new = dice.pick(fitting)
        words[place] = new.capitalize() + words[place][len(old) :]
    return " ".join(words)


def _bare_letter(dice: Dice, name: str) -> str:
    """One word loses its marks."""
    words = name.split()
    place = dice.below(len(words))
    words[place] = plain(words[place])
    return " ".join(words)


def _middle_lost(dice: Dice, name: str) -> str:
    words = name.split()
    if len(words) < 3:
        return name
    del words[dice.between(1, len(words) - 2)]
    return " ".join(words)


def _order(dice: Dice, name: str) -> str:
    words = name.split()
    if dice.chance(0.5):
        return " ".join((words[-1], *words[:-1]))
    return " ".join((words[-1], *words[1:-1], words[0]))


def _abbreviated(_dice: Dice, name: str) -> str:
    words = name.split()
    return " ".join((*(f"{word[0]}." for word in words[:-1]), words[-1]))


_NAME_NOISE: Wheel[tuple[str, Callable[[Dice, str], str]]] = Wheel(
    (
        (("upper_case", lambda _d, n: n.upper()), 13),
        (("no_marks", lambda _d, n: plain(n)), 12),
        (("upper_no_marks", lambda _d, n: plain(n).upper()), 17),
        (("lower_no_marks", lambda _d, n: plain(n).lower()), 9),
        (("telex", lambda _d, n: legacy.telex(n)), 4),
        (("vni_keys", lambda _d, n: legacy.vni_keys(n)), 2),
        (("tcvn3", lambda _d, n: legacy.tcvn3(n)), 4),
        (("vni_windows", lambda _d, n: legacy.vni_windows(n)), 3),
        (("mojibake", lambda _d, n: legacy.mojibake(n)), 2),
        (("decomposed", lambda _d, n: unicodedata.normalize("NFD", n)), 6),
        (("spaces", lambda _d, n: n.replace(" ", "  ", 1)), 3),
        (("question_marks", lambda _d, n: "".join(c if ord(c) < 256 else "?" for c in n)), 1),
        (("tone_place", _replaced(_TONE_PLACES)), 4),
        (("i_y", _replaced(_I_Y)), 1),
        (("d_stroke", lambda _d, n: n.replace("Đ", "D").replace("đ", "d")), 2),
        (("regional", _replaced(_REGIONAL)), 0.5),
        (("typo", _typo), 6),
        (("heard", _heard), 2),
        (("word_no_marks", _bare_letter), 4),
        (("missing_middle", _middle_lost), 6),
        (("word_order", _order), 4),
        (("abbreviated", _abbreviated), 0.7),
    )
)


def name(dice: Dice, clean: str) -> tuple[str, str] | None:
    """A name as mistyped, and the kind of noise."""
    kind, change = dice.spin(_NAME_NOISE)
    typed = change(dice, clean)
    return None if typed == clean or not typed.strip() else (typed, kind)


def _grouped(dice: Dice, number: str) -> str:
    style = dice.roll()
    if style < 0.5 or len(number) != 12:
        return " ".join(number[i : i + 3] for i in range(0, len(number), 3))
    mark = "-" if style < 0.7 else "."
    if style < 0.9:
        return mark.join(number[i : i + 3] for i in range(0, 12, 3))
    cut = 4
    return number[:cut] + dice.pick((" ", ".", "-")) + number[cut:]


def _transposed(dice: Dice, number: str) -> str:
    place = dice.between(6, len(number) - 2)
    return number[:place] + number[place + 1] + number[place] + number[place + 2 :]


def _wrong_digit(dice: Dice, number: str) -> str:
    place = dice.between(3, len(number) - 1)
    return (
        number[:place] + str((int(number[place]) + dice.between(1, 9)) % 10) + number[place + 1 :]
    )


def _letter(dice: Dice, number: str) -> str:
    places = [i for i, digit in enumerate(number) if digit in _LOOKALIKES]
    if not places:
        return number
    place = dice.pick(places)
    return number[:place] + _LOOKALIKES[number[place]] + number[place + 1 :]


_NUMBER_NOISE: Wheel[tuple[str, Callable[[Dice, str], str]]] = Wheel(
    (
        (("grouped", _grouped), 46),
        (("lost_zero", lambda _d, n: n.lstrip("0")), 22),
        (("transposed", _transposed), 9),
        (("wrong_digit", _wrong_digit), 9),
        (("letter", _letter), 4),
        (("missing_digit", lambda d, n: n[: (p := d.between(3, 11))] + n[p + 1 :]), 3),
    )
)


def number(dice: Dice, clean: str) -> tuple[str, str] | None:
    """A 12-digit number as mistyped, and the kind of noise."""
    kind, change = dice.spin(_NUMBER_NOISE)
    typed = change(dice, clean)
    return None if typed == clean else (typed, kind)


def birth_date(dice: Dice, clean: date) -> tuple[str, str] | None:
    """A birth date written another way, or wrongly."""
    style = dice.roll()
    if style < 0.42:
        return f"{clean:%d/%m/%Y}", "day_first"
    if style < 0.55:
        if clean.day > 12 or clean.day == clean.month:
            return None
        return date(clean.year, clean.day, clean.month).isoformat(), "day_month_swapped"
    if style < 0.8:
        return _wrong_date(dice, clean)
    if style < 0.92:
        return str(clean.year), "year_only"
    return f"{clean.year}-01-01", "first_of_january"


def _wrong_date(dice: Dice, clean: date) -> tuple[str, str] | None:
    if dice.chance(0.3):
        wrong = make_day(clean.year + dice.pick((-10, -1, 1, 10)), clean.month, clean.day)
        return wrong.isoformat(), "wrong_year"
    wrong = make_day(clean.year, clean.month, dice.between(1, 28))
    return (wrong.isoformat(), "wrong_day") if wrong != clean else None


def shifted(dice: Dice, clean: date) -> date:
    """A date of issue mistyped: a swapped day and month, or a month or so off."""
    if clean.day <= 12 and dice.chance(0.5):
        return date(clean.year, clean.day, clean.month)
    return clean + timedelta(days=dice.pick((-31, -30, -10, -1, 1, 10, 30, 31)))


_SHORTENED = (("Phường ", "P. "), ("Xã ", "X. "), ("Thị trấn ", "TT. "), ("Quận ", "Q. "),
              ("Huyện ", "H. "), ("Thị xã ", "TX. "), ("Thành phố ", "TP. "), ("Tỉnh ", "T. "),
              ("đường ", "đ. "), ("Hồ Chí Minh", "HCM"), ("Hà Nội", "HN"))  # fmt: skip


def address(dice: Dice, clean: str) -> tuple[str, str] | None:
    """An address typed carelessly."""
    style = dice.roll()
    if style < 0.3:
        typed, kind = _abbreviate(dice, clean), "abbreviated"
    elif style < 0.45:
        typed, kind = plain(clean).upper(), "upper_no_marks"
    elif style < 0.6:
        typed, kind = plain(clean), "no_marks"
    elif style < 0.75:
        typed, kind = clean.replace(", ", ","), "no_spaces"
    elif style < 0.85:
        typed, kind = clean.partition(", ")[2], "spot_left_out"
    else:
        typed, kind = re.sub(r"\s*,\s*", " - ", clean), "dashes"
    return None if typed in ("", clean) else (typed, kind)


def _abbreviate(dice: Dice, clean: str) -> str:
    for full, brief in _SHORTENED:
        if full in clean and dice.chance(0.6):
            clean = clean.replace(full, brief, 1)
    return clean

"""Strings for fuzzing: what people really type, cut, joined, repeated and salted with odd signs."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator
from itertools import islice

NAMES = [
    "Nguyễn Thị Thúy Hoà", "NGUYEN VAN AN", "nguyeenx thij huowng", "Nguyeãn Vaên An", "Trần Đức",
    "NguyÔn ThÞ H\xb6i", "Nguyá»…n VÄƒn", "H'Hen Niê", "Y Moan Êñuôl", "N.V. An", "Nguye64n Va8n",
    "NGUYEN<<VAN<AN", "Ng~ V?n An", "Hoàng", "Lý Lỳ Xeo",
]  # fmt: skip
NUMBERS = [
    "079090123456", "O79 090 l23 456", "273270505", "B1234567", "001085012345 (cấp lại)", "12/2019",
    "=\"79090123456\"", "CCCD: 079.090.123-456", "không có", "0790901234567",
]  # fmt: skip
DATES = [
    "1990-03-21", "02/09/1985", "ngày 2 tháng 9 năm 1985", "31292", "Sep 2, 1985", "1985", "020985",
    "1990-03-21T00:00:00", "2/9/85", "03/1990", "19900321", "sinh năm 1985",
]  # fmt: skip
PHONES = [
    "+84 (0)912 345 678", "0912345678/0987654321", "01681234567", "024 3825 1234 ext 12", "912345678",
    "SĐT: 0912.345.678", "0084912345678",
]  # fmt: skip
ADDRESSES = [
    "12/3 đường Lê Lợi, Phường Bến Nghé, Quận 1, TP.HCM", "P.15, Q.Gò Vấp, HCM", "Ba Đình, Hà Nội",
    "Thôn 3, Xã Hải Hậu, Tỉnh Ninh Bình", "KP3, TT. Cần Thạnh, H. Cần Giờ, BR-VT", "Q1 - P5 - HCM",
    "Th«n 3, X· H¶i HËu, TØnh Ninh B×nh", "Thoon 3, Xax Hair Haauj, Tinhr Ninh Binhf",
    "So 94 Buon Kmrong Ea Na Krong A Na Dak Lak", "Xã Tân Long",
]  # fmt: skip
OTHERS = ["2026-03-01T02:00:00+07:00", "cccd", "male", "10.0.0.1", "an@x.vn", ""]
ALL = NAMES + NUMBERS + DATES + PHONES + ADDRESSES + OTHERS

_SIGNS = [
    "\x00", "\ud800", "\udfff", "😀", "👩‍👩‍👧", "\u202e", "\u200f", "\u0301", "\u0323\u0306", "\ufeff", "\u00ad",
    "ﷺ", "İ", "ß", "ŉ", "Ⅷ", "٣", "۹", "²", "一", "Đ", "đ", "ð", "ơ", "Ự", "\n", "\t", "\r\n", "\u2028", "\xa0",
    ",", ".", "-", "/", "(", "[", "{", "'", '"', "|", "?", "%", "\\", "+", "0", "9", "TP", "Q.", "xã ", "thij",
]  # fmt: skip


def mutated(seeds: list[str], count: int) -> Iterator[str]:
    """So many strings, the same each time; one in four grows from a seed of another kind."""
    return islice(_endless(seeds, random.Random(seeds[0])), count)


def _endless(seeds: list[str], dice: random.Random) -> Iterator[str]:
    draw = dice.random
    while True:
        pool = seeds if draw() < 0.75 else ALL
        text = pool[int(draw() * len(pool))]
        kind, at = draw(), int(draw() * len(text))
        if kind < 0.4:
            text = text[:at] + _SIGNS[int(draw() * len(_SIGNS))] + text[at + int(draw() * 3) :]
        elif kind < 0.6:
            text = text[:at] + chr(32 + int(draw() * 0x1F00)) + text[at + 1 :]
        elif kind < 0.7:
            text = text[at:] + ALL[int(draw() * len(ALL))][:at]
        elif kind < 0.8:
            text = unicodedata.normalize("NFD", text)[at:]
        elif kind < 0.9:
            text = text[:at] + text[at : at + 1] * int(draw() * 40) + text[at:]
        else:
            text = "".join([chr(int(draw() ** 4 * 0x11000)) for _ in range(int(draw() * 12))])
        yield text


def huge() -> Iterator[str]:
    """A few strings of a hundred thousand signs."""
    for piece in [
        "a",
        "9",
        "á",
        "ạ̈",
        " ",
        ",",
        "(",
        "Nguyễn ",
        "12/3, ",
        "\u0301",
        "\ud800",
        "Q.",
        "0-",
        "xã ",
    ]:
        yield (piece * 100_000)[:100_000]

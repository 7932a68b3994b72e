"""The communes of Viet Nam before and after July 2025, and which of today's an old one went into.

The table lies beside this file as text and is read on first use. Names are compared in plain
capitals without spaces. An old commune that was divided stands for all that took a part of it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from importlib import resources

AS_OF = date(2026, 11, 21)
"""The day on which the table of communes was last brought up to date."""

Codes = frozenset[str]
"""Codes of communes of today."""

OldDistrict = tuple[str, str]
"""A province before 2025, and the name of a district in it."""

NONE: Codes = frozenset()

_MERGED_WRITTEN = """
    HA NOI:HA NOI|HA GIANG:TUYEN QUANG|CAO BANG:CAO BANG|BAC KAN:THAI NGUYEN
    TUYEN QUANG:TUYEN QUANG|LAO CAI:LAO CAI|DIEN BIEN:DIEN BIEN|LAI CHAU:LAI CHAU|SON LA:SON LA
    YEN BAI:LAO CAI|HOA BINH:PHU THO|THAI NGUYEN:THAI NGUYEN|LANG SON:LANG SON
    QUANG NINH:QUANG NINH|BAC GIANG:BAC NINH|PHU THO:PHU THO|VINH PHUC:PHU THO|BAC NINH:BAC NINH
    HAI DUONG:HAI PHONG|HAI PHONG:HAI PHONG|HUNG YEN:HUNG YEN|THAI BINH:HUNG YEN
    HA NAM:NINH BINH|NAM DINH:NINH BINH|NINH BINH:NINH BINH|THANH HOA:THANH HOA|NGHE AN:NGHE AN
    HA TINH:HA TINH|QUANG BINH:QUANG TRI|QUANG TRI:QUANG TRI|HUE:HUE
    DA NANG:DA NANG|QUANG NAM:DA NANG|QUANG NGAI:QUANG NGAI|BINH DINH:GIA LAI|PHU YEN:DAK LAK
    KHANH HOA:KHANH HOA|NINH THUAN:KHANH HOA|BINH THUAN:LAM DONG|KON TUM:QUANG NGAI
    GIA LAI:GIA LAI|DAK LAK:DAK LAK|DAK NONG:LAM DONG|LAM DONG:LAM DONG|BINH PHUOC:DONG NAI
    TAY NINH:TAY NINH|BINH DUONG:HO CHI MINH|DONG NAI:DONG NAI|BA RIA VUNG TAU:HO CHI MINH
    HO CHI MINH:HO CHI MINH|LONG AN:TAY NINH|TIEN GIANG:DONG THAP|BEN TRE:VINH LONG
    TRA VINH:VINH LONG|VINH LONG:VINH LONG|DONG THAP:DONG THAP|AN GIANG:AN GIANG
    KIEN GIANG:AN GIANG|CAN THO:CAN THO|HAU GIANG:CAN THO|SOC TRANG:CAN THO|BAC LIEU:CA MAU
    CA MAU:CA MAU
    """
"""Province before July 2025: province since (National Assembly resolution of 12 June 2025)."""

_SHORT_FORMS_WRITTEN = """
    THUA THIEN HUE:HUE|TT HUE:HUE|TTH:HUE|HCM:HO CHI MINH|TP HCM:HO CHI MINH
    TP HO CHI MINH:HO CHI MINH|HCMC:HO CHI MINH|HO CHI MINH CITY:HO CHI MINH|SAI GON:HO CHI MINH
    SG:HO CHI MINH|HN:HA NOI|TP HN:HA NOI|TP HA NOI:HA NOI|HA TAY:HA NOI|DN:DA NANG|HP:HAI PHONG
    BRVT:BA RIA VUNG TAU|VUNG TAU:BA RIA VUNG TAU|DAC LAC:DAK LAK|DAC LAK:DAK LAK|DAK LAC:DAK LAK
    DARLAC:DAK LAK|DAC NONG:DAK NONG|BAC CAN:BAC KAN|KONTUM:KON TUM|GIALAI:GIA LAI
    """
"""Other writings of provinces; Hà Tây went into Hà Nội in 2008."""


def _pairs(written: str) -> dict[str, str]:
    entries = written.replace("\n", "|").split("|")
    return dict(entry.strip().split(":") for entry in entries if ":" in entry)


TODAY: dict[str, str] = _pairs(_MERGED_WRITTEN)
"""Province before July 2025: province since; names that stayed stand for both."""

_CODES_WRITTEN = """
    HA NOI:01|CAO BANG:04|TUYEN QUANG:08|DIEN BIEN:11|LAI CHAU:12|SON LA:14|LAO CAI:15
    THAI NGUYEN:19|LANG SON:20|QUANG NINH:22|BAC NINH:24|PHU THO:25|HAI PHONG:31|HUNG YEN:33
    NINH BINH:37|THANH HOA:38|NGHE AN:40|HA TINH:42|QUANG TRI:44|HUE:46|DA NANG:48|QUANG NGAI:51
    GIA LAI:52|KHANH HOA:56|DAK LAK:66|LAM DONG:68|DONG NAI:75|HO CHI MINH:79|TAY NINH:80
    DONG THAP:82|VINH LONG:86|AN GIANG:91|CAN THO:92|CA MAU:96
    """

PROVINCE_CODES: dict[str, str] = _pairs(_CODES_WRITTEN)
"""Province since July 2025: its code of two digits (Prime Minister's Decision 19/2025/QD-TTg)."""

PROVINCES: dict[str, str] = {name.replace(" ", ""): name for name in TODAY} | {
    short.replace(" ", ""): name for short, name in _pairs(_SHORT_FORMS_WRITTEN).items()
}
"""Every writing of a province, squashed: its name."""

SOURCES: dict[str, tuple[str, ...]] = {
    name: tuple(dict.fromkeys([name, *(old for old, new in TODAY.items() if new == name)]))
    for name in TODAY
}
"""A province: itself, and those before 2025 that went into it."""

_AFTER_LEVEL = re.compile("(?:THI TRAN|THI XA|THANH PHO|PHUONG|XA|QUAN|HUYEN|TINH) (.+)")
_EARLIER = {"THUDUC": ("2", "9")}
"""Districts that were gone before 2025, whose wards kept their names, under what they went into."""


@dataclass(frozen=True, slots=True)
class District:
    """A district before 2025: its old communes by squashed name, and all that took a part of it."""

    old: frozenset[OldDistrict]
    province: str
    communes: dict[str, Codes] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Table:
    """What became of communes and districts; provinces by name, all others by squashed name.

    `today` and `undistricted` hold the communes of a province today, and before; `districts` those
    of a province before; `anywhere` all communes and `holding` all districts of the country, the
    latter with the provinces that hold one of that name.
    """

    today: dict[str, dict[str, Codes]] = field(default_factory=lambda: defaultdict(dict))
    undistricted: dict[str, dict[str, Codes]] = field(default_factory=lambda: defaultdict(dict))
    districts: dict[str, dict[str, District]] = field(default_factory=lambda: defaultdict(dict))
    anywhere: dict[str, Codes] = field(default_factory=dict)
    holding: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    taken_from: dict[str, set[OldDistrict]] = field(default_factory=lambda: defaultdict(set))
    province_of: dict[str, str] = field(default_factory=dict)

    def add_district(self, province: str, written: str) -> list[District]:
        """Opens a district under each of its names."""
        keys = _names(written)
        old = frozenset([(province, keys[-1])])
        for key in (*keys, *_EARLIER.get(keys[0], ())):
            self.holding[key].append(province)
            self.districts[province].setdefault(key, District(old, TODAY[province]))
        return [self.districts[province][key] for key in (*keys, *_EARLIER.get(keys[0], ()))]

    def add_before(self, province: str, held: list[District], name: str, codes: Codes) -> None:
        """One commune before 2025, and the codes of those that took it over."""
        for key in _names(name):
            _add(self.undistricted[province], key, codes)
            _add(self.anywhere, key, codes)
            for district in held:
                _add(district.communes, key, codes)
        for district in held:
            district.codes.update(codes)
            for code in codes:
                self.taken_from[code] |= district.old

    def add_today(self, province: str, name: str, code: str) -> None:
        """One commune of today."""
        self.province_of[code] = province
        for key in _names(name):
            _add(self.today[province], key, frozenset([code]))
            _add(self.anywhere, key, frozenset([code]))


def _names(written: str) -> tuple[str, ...]:
    """The keys of a name: as it stands, and without a word that is, or looks like, its level."""
    match = _AFTER_LEVEL.fullmatch(written)
    return (squashed(written), squashed(match[1])) if match else (squashed(written),)


def _add(held: dict[str, Codes], name: str, codes: Codes) -> None:
    held[name] = held.get(name, NONE) | codes


@lru_cache(maxsize=1)
def table() -> Table:
    """The table, read once."""
    table = Table()
    province, held = "", list[District]()
    text = resources.files("features").joinpath("communes.txt").read_text("utf-8")
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        if line.startswith(("> ", "< ")):
            province = line[2:]
        elif line.startswith("- "):
            held = table.add_district(province, line[2:])
        elif ": " in line:
            name, codes = line.split(": ")
            table.add_before(province, held, name, frozenset(codes.split()))
        else:
            code, name = line.split(" ", 1)
            table.add_today(province, name, code)
    return table


def squashed(text: str) -> str:
    """A name without spaces, leading zeros of a numbered ward dropped."""
    return text.replace(" ", "").lstrip("0")


def old_districts(codes: Codes) -> frozenset[OldDistrict]:
    """The old districts of which these communes of today took a part."""
    taken_from = table().taken_from
    return frozenset(district for code in codes for district in taken_from.get(code, ()))

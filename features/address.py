"""An address as free text: one comparable form, its province before and after 2025, and what differs.

Districts were abolished and provinces merged in July 2025, so the same place is written in two
ways for years; an address therefore supports an identity and never breaks one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA, Indel

from features.legacy_text import repair
from features.syllable import without_marks

_MERGED_WRITTEN = """
    HA NOI:HA NOI|HA GIANG:TUYEN QUANG|CAO BANG:CAO BANG|BAC KAN:THAI NGUYEN
    TUYEN QUANG:TUYEN QUANG|LAO CAI:LAO CAI|DIEN BIEN:DIEN BIEN|LAI CHAU:LAI CHAU|SON LA:SON LA
    YEN BAI:LAO CAI|HOA BINH:PHU THO|THAI NGUYEN:THAI NGUYEN|LANG SON:LANG SON
    QUANG NINH:QUANG NINH|BAC GIANG:BAC NINH|PHU THO:PHU THO|VINH PHUC:PHU THO|BAC NINH:BAC NINH
    HAI DUONG:HAI PHONG|HAI PHONG:HAI PHONG|HUNG YEN:HUNG YEN|THAI BINH:HUNG YEN
    HA NAM:NINH BINH|NAM DINH:NINH BINH|NINH BINH:NINH BINH|THANH HOA:THANH HOA|NGHE AN:NGHE AN
    HA TINH:HA TINH|QUANG BINH:QUANG TRI|QUANG TRI:QUANG TRI|THUA THIEN HUE:HUE|HUE:HUE
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

_MERGED: dict[str, str] = dict(
    entry.strip().split(":")
    for entry in _MERGED_WRITTEN.replace("\n", "|").split("|")
    if ":" in entry
)
_SHORT_FORMS = {
    "HCM": "HO CHI MINH",
    "HCMC": "HO CHI MINH",
    "SAI GON": "HO CHI MINH",
    "SG": "HO CHI MINH",
    "HN": "HA NOI",
    "BRVT": "BA RIA VUNG TAU",
    "VUNG TAU": "BA RIA VUNG TAU",
    "DAC LAC": "DAK LAK",
    "DAC LAK": "DAK LAK",
    "DAC NONG": "DAK NONG",
    "BAC CAN": "BAC KAN",
}
_LEVEL_WORDS = re.compile(
    r"\b(?:THANH PHO|TINH|QUAN|HUYEN|THI XA|THI TRAN|PHUONG|XA|DAC KHU|TP|TX|TT|SO|DUONG|PHO)\b"
)
_SHORT_LEVEL = re.compile(r"\b(?:P|Q|H|X|TP|TX|TT|T)(?=[. ]|\d)[. ]*")
_NOISE = re.compile(r"[^A-Z0-9/ ]+")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, repr=False)
class Address:
    """An address in comparable form; personal, so without a telling `repr`.

    `words` are all words without those of administrative level; `place` is the first part (house,
    street, hamlet); `province` is the one since July 2025, None where not recognised.
    """

    words: tuple[str, ...]
    place: str
    province: str | None

    @property
    def joined(self) -> str:
        """All words with single spaces."""
        return " ".join(self.words)


def normal(text: str) -> str:
    """One stable string of an address: stripped, level words left out, the province of today."""
    address = read(text)
    words = list(address.words)
    for length in range(min(4, len(words)), 0, -1):
        if " ".join(words[-length:]) in _MERGED:
            words[-length:] = [_MERGED[" ".join(words[-length:])]]
            break
    return " ".join(words)


def province(text: str) -> str | None:
    """The province since July 2025 that the end of an address names, stripped; None if none."""
    return read(text).province


@lru_cache(maxsize=65536)
def read(text: str) -> Address:
    """The comparable form of an address."""
    plain = without_marks(repair(text).text).upper()
    parts = [words for part in plain.split(",") if (words := _words(part))]
    if parts:
        parts[-1] = _SHORT_FORMS.get(parts[-1], parts[-1])
    every = tuple(" ".join(parts).split())
    return Address(words=every, place=parts[0] if parts else "", province=_province(every))


def _words(part: str) -> str:
    part = _SHORT_LEVEL.sub(" ", part)
    part = _SPACES.sub(" ", _NOISE.sub(" ", part))
    return _SPACES.sub(" ", _LEVEL_WORDS.sub(" ", part)).strip()


def _province(words: tuple[str, ...]) -> str | None:
    for length in (4, 3, 2, 1):
        end = " ".join(words[-length:])
        found = _MERGED.get(end) or _MERGED.get(_SHORT_FORMS.get(end, ""))
        if found is not None:
            return found
    return None


def compare(typed: str, registered: str) -> str:
    """The code of the difference between an address as typed and as registered."""
    if typed == registered:
        return "same"
    return _compare(typed, registered)


@lru_cache(maxsize=16384)
def _compare(typed: str, registered: str) -> str:
    ours, theirs = read(typed), read(registered)
    if not ours.words:
        return "unreadable"
    if ours.words == theirs.words:
        return "written_differently"
    if _within(ours.words, theirs.words) or _within(theirs.words, ours.words):
        return "part_missing"
    if OSA.distance(ours.joined, theirs.joined, score_cutoff=2) <= 2:
        return "spelling"
    same_province = ours.province is not None and ours.province == theirs.province
    if same_province and _same_place(ours, theirs):
        return "administrative_unit"
    return "same_province" if same_province else "other_address"


def _within(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """Whether the shorter address keeps at least two words in three of the longer, in order."""
    if not len(short) < len(long) <= len(short) * 1.5 + 1:
        return False
    rest = iter(long)
    return all(word in rest for word in short)


def _same_place(ours: Address, theirs: Address) -> bool:
    return bool(ours.place) and Indel.normalized_similarity(ours.place, theirs.place) >= 0.9

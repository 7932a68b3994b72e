"""An address as free text: one comparable form, its province before and after 2025, and what differs.

Districts were abolished and provinces merged in July 2025, so the same place is written in two
ways for years; an address therefore supports an identity and never breaks one.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA, Indel

from features import commune
from features.legacy_text import repair
from features.syllable import without_marks

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

_MERGED: dict[str, str] = dict(
    entry.strip().split(":")
    for entry in _MERGED_WRITTEN.replace("\n", "|").split("|")
    if ":" in entry
)
_CAME_FROM: dict[str, list[str]] = {}
for _old, _new in _MERGED.items():
    _CAME_FROM.setdefault(_new, []).append(_old)
_SHORT_FORMS = {
    "THUA THIEN HUE": "HUE",
    "HCM": "HO CHI MINH",
    "TPHCM": "HO CHI MINH",
    "HCMC": "HO CHI MINH",
    "SAI GON": "HO CHI MINH",
    "SG": "HO CHI MINH",
    "HN": "HA NOI",
    "VUNG TAU": "BA RIA VUNG TAU",
    "DAC LAC": "DAK LAK",
    "DAC LAK": "DAK LAK",
    "DAC NONG": "DAK NONG",
    "BAC CAN": "BAC KAN",
}
_FULL_LEVELS = "THÀNH PHỐ|TỈNH|QUẬN|HUYỆN|THỊ XÃ|THỊ TRẤN|PHƯỜNG|XÃ|ĐẶC KHU"
_SHORT_LEVELS = "TP|TX|TT|P|Q|H|X|T"


def _leading(levels: str) -> re.Pattern[str]:
    return re.compile(rf"^(?:(?:{levels}|{_SHORT_LEVELS})(?:[. ]+|(?=\d)))+(?=\S)")


_LEVEL = _leading(_FULL_LEVELS)
_PLAIN_LEVELS = without_marks(_FULL_LEVELS)
# Without marks, the districts Tịnh Biên, Tĩnh Gia, Quan Hóa, Quan Sơn begin like a level word.
_PLAIN_LEVEL = _leading(rf"(?!TINH BIEN|TINH GIA|QUAN HOA|QUAN SON)(?:{_PLAIN_LEVELS})")
_LEVEL_INSIDE = re.compile(rf"[ ,]+(?=(?:{_FULL_LEVELS}|{_PLAIN_LEVELS}|TP)[. ])")
_STREET = re.compile(r"^(?:SO )|(?<=\d )(?:DUONG|PHO|D)\b[. ]*")
_HAMLETS = ((re.compile(r"^KP\b"), "KHU PHO"), (re.compile(r"^TDP\b"), "TO DAN PHO"))
_BA_RIA = re.compile("B[ÀA] R[ỊI]A *- *V[ŨU]NG T[ÀA]U|BR *- *VT")
_NOISE = re.compile(r"[^A-Z0-9/ ]+")
_SPACES = re.compile(r"\s+")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, repr=False)
class Address:
    """An address in comparable form; personal, so without a telling `repr`.

    `words` are all words without those of administrative level; `place` is what stands before
    the commune (house, street, hamlet); `communes` are codes of today's communes it can lie in;
    `province` is that of today, None where not recognised; `unit_first` says that the text begins
    with an administrative unit.
    """

    words: tuple[str, ...]
    place: str
    communes: frozenset[str]
    province: str | None
    unit_first: bool = False

    @property
    def joined(self) -> str:
        """All words with single spaces."""
        return " ".join(self.words)

    @property
    def numbers(self) -> list[str]:
        """House, hamlet and ward numbers, in order."""
        return _DIGITS.findall(self.place)


def normal(text: str) -> str:
    """One stable string of an address, equal for one place under old and new units where known.

    Place and code of the commune; where the commune is not recognised, all words, with the
    province of today.
    """
    address = read(text)
    if address.communes:
        return f"{address.place}, {'/'.join(sorted(address.communes))}"
    return f"{address.joined}, {address.province or ''}"


def province(text: str) -> str | None:
    """The province since July 2025 that the end of an address names, stripped; None if none."""
    return read(text).province


def locates(text: str) -> bool:
    """Whether it tells house, street or hamlet and where that is, not a bare unit.

    Where the commune is not recognised, the first of three parts is taken for a place, and the
    first of two if it has a number.
    """
    address = read(text)
    if address.unit_first or not address.place:
        return False
    if address.communes or text.count(",") > 1:
        return True
    return address.province is not None and bool(address.numbers)


@lru_cache(maxsize=65536)
def read(text: str) -> Address:
    """The comparable form of an address."""
    upper = unicodedata.normalize("NFC", repair(text).text).upper()
    upper = _BA_RIA.sub("BA RIA VUNG TAU", upper)
    if "," not in upper:
        upper = upper.replace("-", ", ") if upper.count("-") > 1 else _LEVEL_INSIDE.sub(", ", upper)
    parts = [words for part in upper.split(",") if (words := _words(part))]
    if not parts:
        return Address((), "", commune.NONE, None)
    named, rest = _split_province(parts)
    communes, place = _commune(named, rest)
    every = tuple(" ".join([*rest, named]).split())
    unit_first = _begins_with_unit(upper)
    return Address(every, " ".join(place), communes, _MERGED.get(named), unit_first)


def _begins_with_unit(upper: str) -> bool:
    return (_PLAIN_LEVEL if upper.isascii() else _LEVEL).match(upper.strip()) is not None


def _words(part: str) -> str:
    part = _SPACES.sub(" ", part).strip()
    part = without_marks((_PLAIN_LEVEL if part.isascii() else _LEVEL).sub("", part))
    part = _SPACES.sub(" ", _NOISE.sub(" ", part)).strip()
    for pattern, full in _HAMLETS:
        part = pattern.sub(full, part)
    return _STREET.sub("", part).strip()


def _split_province(parts: list[str]) -> tuple[str, list[str]]:
    """The province as named, of its own part or at the end of the last, and the parts before."""
    last = parts[-1].split()
    for length in (4, 3, 2, 1):
        end = " ".join(last[-length:])
        end = _SHORT_FORMS.get(end, end)
        if length <= len(last) and end in _MERGED:
            before = " ".join(last[:-length])
            return end, [*parts[:-1], before] if before else parts[:-1]
    return "", parts


def _commune(named: str, parts: list[str]) -> tuple[frozenset[str], list[str]]:
    """The communes of today that the parts before the province name, and the parts before those."""
    olds = [named, *_CAME_FROM.get(named, ())]
    if len(parts) > 1:
        for old in olds:
            if found := commune.before(old, parts[-1], parts[-2]):
                return found, parts[:-2]
    if parts and named:
        found = commune.today(_MERGED[named], parts[-1])
        for old in olds:
            found = found or commune.before_in_any_district(old, parts[-1])
        if found:
            return found, parts[:-1]
    return commune.NONE, parts[:1]


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
    if _misspelt(ours, theirs):
        return "spelling"
    if ours.communes and theirs.communes:
        return _by_commune(ours, theirs)
    return _by_province(ours, theirs)


def _by_commune(ours: Address, theirs: Address) -> str:
    if not ours.communes & theirs.communes:
        return _by_province(ours, theirs, near="same_province")
    if _same_place(ours, theirs):
        return "administrative_unit"
    return "same_commune" if ours.place and theirs.place else "part_missing"


def _by_province(ours: Address, theirs: Address, near: str = "administrative_unit") -> str:
    if ours.province is None or ours.province != theirs.province:
        return "other_address"
    return near if _same_place(ours, theirs) else "same_province"


def _within(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """Whether the shorter address is the end of the longer, or keeps two of its words in three."""
    if len(short) >= len(long):
        return False
    if len(short) >= 4 and long[-len(short) :] == short:
        return True
    rest = iter(long)
    return len(long) <= len(short) * 1.5 + 1 and all(word in rest for word in short)


def _misspelt(ours: Address, theirs: Address) -> bool:
    """A letter or two; another house number is another house, not a slip."""
    return (
        ours.numbers == theirs.numbers
        and OSA.distance(ours.joined, theirs.joined, score_cutoff=2) <= 2
    )


def _same_place(ours: Address, theirs: Address) -> bool:
    return (
        bool(ours.place)
        and ours.numbers == theirs.numbers
        and Indel.normalized_similarity(ours.place, theirs.place) >= 0.9
    )

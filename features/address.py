"""An address as free text: one comparable form, the communes it can lie in, and what differs.

Districts were abolished and provinces merged in July 2025, so the same place is written in two
ways for years; an address therefore supports an identity and never breaks one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA, Indel

from features import locating
from features.commune import NONE, Codes, OldDistrict, old_districts
from features.legacy_text import repair
from features.locating import Found, Part

_LONGEST = 300
_MARKED = "ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĐĨŨƠƯ" + "".join(map(chr, range(0x1EA0, 0x1EFA)))
_HEALTHY = re.compile(f"[ -~{_MARKED}]*")
_FOREIGN = re.compile(f"[^ -~{_MARKED}]+")

_LEVELS = {
    **dict.fromkeys(["PHUONG", "XA", "THI TRAN", "DAC KHU", "TT", "P", "X", "F"], locating.COMMUNE),
    **dict.fromkeys(["QUAN", "HUYEN", "THI XA", "TX", "Q", "H"], locating.DISTRICT),
    **dict.fromkeys(["THANH PHO", "TP"], locating.CITY),
    **dict.fromkeys(["TINH", "T"], locating.PROVINCE),
}
_FULL = "THANH PHO|TINH|QUAN|HUYEN|THI XA|THI TRAN|PHUONG|XA|DAC KHU|TP|TX|TT"
_LEVEL = re.compile(
    rf"(?:({_FULL})(?:[. ]+|(?=\d))|([PQ])(?:[. ]+|(?=\d))|(F)[. ]*(?=\d)"
    r"|([HXT])(?:\.[. ]*| +)(?=[A-Z]))(?=\S)"
)
_LEVEL_INSIDE = re.compile(rf"(?<!THI)[ .]+(?=(?:{_FULL})[. ]|[PQF]\.? ?\d|[PQHX]\. ?[A-Z])")
_GLUED = re.compile(r"\b([PQF])\.?(?=\d)")
_CITY_SPLIT = re.compile(r"\bT\. *P\b")
_BA_RIA = re.compile("BA RIA *- *VUNG TAU|BR *- *VT")
_PIECE = re.compile(r"(?!(?:TP|TX|TT|[PQHXT])\b)[^\s\d,.;:/()-][^\d,.;:/()-]*")
_COUNTRY = frozenset(["VIET NAM", "VIETNAM", "VN"])
_NOISE = re.compile("[^A-Z0-9/]+")
_STREET = re.compile(r"^(?:SO NHA|SO|SN) (?=[0-9])|(?:^|(?<=\d ))(?:DUONG|PHO|D) (?=\S)")
_HAMLET = re.compile(r"\b(?:(TO DAN PHO|TO DP|TDP)|KHU PHO|KP)(?: SO)?(?: |(?=\d)|$)")
_DIGITS = re.compile("[0-9]+")


@dataclass(frozen=True, slots=True, repr=False)
class Address:
    """An address in comparable form; personal, so without a telling `repr`.

    `words` are all words without those of administrative level; `place` is what stands before
    the commune (house, street, hamlet); `communes` are codes of today's communes it can lie in,
    `likely` those of the commune it names (empty where it names a district alone); `districts` the
    old districts it names; `province` is that of today, None where not recognised; `unit_first`
    says that the text begins with an administrative unit.
    """

    words: tuple[str, ...]
    place: str
    communes: Codes
    province: str | None
    unit_first: bool = False
    likely: Codes = NONE
    districts: frozenset[OldDistrict] = frozenset()

    @property
    def joined(self) -> str:
        """All words with single spaces."""
        return " ".join(self.words)


_UNREADABLE = Address((), "", NONE, None)


def normal(text: str) -> str:
    """One stable string of an address, equal for one place under old and new units where known.

    Place and code of the commune; where the commune is not recognised, all words, with the
    province of today.
    """
    address = read(text)
    if codes := address.likely or address.communes:
        return f"{address.place}, {'/'.join(sorted(codes))}"
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
    if address.likely or text.count(",") > 1:
        return True
    return address.province is not None and _DIGITS.search(address.place) is not None


@lru_cache(maxsize=65536)
def read(text: str) -> Address:
    """The comparable form of an address."""
    text = unicodedata.normalize("NFC", text[:_LONGEST])
    upper = text.upper()
    if not _HEALTHY.fullmatch(upper):
        upper = unicodedata.normalize("NFKC", _repaired(text)).upper()
        return _read(_plain(_FOREIGN.sub(" ", upper)))
    address = _read(_plain(upper))
    if address.likely or (fixed := _repaired(text)) == text:
        return address
    repaired = _read(_plain(fixed.upper()))
    return repaired if repaired.likely else address


def _repaired(text: str) -> str:
    """The text as it was meant, where a keyboard or an old font left it raw, whole or in pieces."""
    whole = repair(text).text
    if whole != text:
        return whole
    return _PIECE.sub(lambda match: repair(match.group()).text, text)


def _plain(upper: str) -> str:
    """Capitals without marks."""
    if upper.isascii():
        return upper
    decomposed = unicodedata.normalize("NFD", upper.replace("Đ", "D"))
    return decomposed.encode("ascii", "ignore").decode()


def _read(plain: str) -> Address:
    if "V" in plain:
        plain = _BA_RIA.sub("BA RIA VUNG TAU", plain)
    parts = list(_parts(plain))
    if not parts:
        return _UNREADABLE
    found = _locate(parts, plain)
    place = " ".join(_place(part) for part in found.place)
    words = tuple(f"{place} {' '.join(found.units)}".split())
    return Address(
        words,
        place,
        found.communes,
        found.province,
        parts[0].level != locating.NO_LEVEL,
        found.likely,
        found.districts,
    )


def _parts(plain: str) -> Iterator[Part]:
    """The parts between commas; without commas between dashes, or before the words of levels."""
    if "," not in plain:
        plain = _CITY_SPLIT.sub("TP", plain.replace(";", ","))
        if plain.count("-") > 1:
            plain = plain.replace("-", ",")
        elif "," not in plain:
            plain = _LEVEL_INSIDE.sub(",", plain)
    elif "T." in plain:
        plain = _CITY_SPLIT.sub("TP", plain)
    for written in plain.split(","):
        part = _part(written.strip())
        if part.raw and part.raw not in _COUNTRY:
            yield part


@lru_cache(maxsize=65536)
def _part(written: str) -> Part:
    match = _LEVEL.match(written)
    if match is None:
        name = _NOISE.sub(" ", written).strip()
        return locating.part(name, name)
    level = _LEVELS[match[match.lastindex or 1]]
    rest = written
    while match is not None:
        rest = rest[match.end() :]
        match = _LEVEL.match(rest)
    raw = _NOISE.sub(" ", written).strip()
    return locating.part(raw, _NOISE.sub(" ", rest).strip() or raw, level)


def _place(name: str) -> str:
    """House, street and hamlet without the words that come and go before them."""
    name = _HAMLET.sub(lambda match: "TO " if match[1] else "KP ", name)
    return _STREET.sub("", name).strip()


def _locate(parts: list[Part], plain: str) -> Found:
    """What the parts name: as they stand, in another order, without commas, misspelt."""
    parts = _in_order(parts)
    found = locating.locate(parts)
    if found.likely:
        return found
    other = _otherwise(parts) if len(parts) > 1 else found
    if other.likely:
        return other
    by_words = locating.locate_words(_NOISE.sub(" ", _GLUED.sub(r"\1 ", plain)).split())
    if by_words is not None and (by_words.districts or not found.communes):
        return by_words
    return found if found.province else other


def _otherwise(parts: list[Part]) -> Found:
    """What they name if misspelt, or in another order."""
    near = locating.locate(parts, near=True)
    if near.likely:
        return near
    for order in (sorted(parts, key=lambda part: part.level), parts[::-1]):
        turned = locating.locate(order) if order != parts else near
        if turned.likely:
            return turned
    return near


def _in_order(parts: list[Part]) -> list[Part]:
    """Smallest first, where the words of levels or a province in front say that it is otherwise."""
    levels = [part.level for part in parts if part.level]
    if levels == sorted(levels):
        return parts
    if levels[::-1] == sorted(levels):
        return parts[::-1]
    return sorted(parts, key=lambda part: part.level)


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
    if ours.communes and theirs.communes:
        if ours.communes.isdisjoint(theirs.communes):
            return _apart(ours, theirs)
        return _by_words(ours, theirs) or _by_commune(ours, theirs)
    return _by_words(ours, theirs) or _by_province(ours, theirs)


def _by_words(ours: Address, theirs: Address) -> str | None:
    """The words are the same but for some, or for a letter or two."""
    if _within(ours.words, theirs.words) or _within(theirs.words, ours.words):
        return "part_missing"
    return "spelling" if _misspelt(ours, theirs) else None


def _by_province(ours: Address, theirs: Address) -> str:
    if ours.province is None or ours.province != theirs.province:
        return "other_address"
    return "administrative_unit" if _same_place(ours, theirs) else "same_province"


def _by_commune(ours: Address, theirs: Address) -> str:
    """The communes can be one."""
    if _same_place(ours, theirs):
        return "administrative_unit"
    if not (ours.place and theirs.place):
        return "part_missing"
    return "same_district" if ours.likely.isdisjoint(theirs.likely) else "same_commune"


def _apart(ours: Address, theirs: Address) -> str:
    """The communes cannot be one."""
    if ours.province is None or ours.province != theirs.province:
        return "other_address"
    near = _all_districts(ours).isdisjoint(_all_districts(theirs))
    return "same_province" if near else "same_district"


def _all_districts(address: Address) -> frozenset[OldDistrict]:
    return address.districts or old_districts(address.likely or address.communes)


def _within(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """Whether the shorter address is the end of the longer, or keeps two of its words in three."""
    if len(short) >= len(long):
        return False
    if len(short) >= 4 and long[-len(short) :] == short:
        return True
    rest = iter(long)
    return len(long) <= len(short) * 1.5 + 1 and all(word in rest for word in short)


def _misspelt(ours: Address, theirs: Address) -> bool:
    """A letter or two; another number is another house or ward, not a slip."""
    one, other = ours.joined, theirs.joined
    return OSA.distance(one, other, score_cutoff=2) <= 2 and _DIGITS.findall(
        one
    ) == _DIGITS.findall(other)


def _same_place(ours: Address, theirs: Address) -> bool:
    return (
        bool(ours.place)
        and _DIGITS.findall(ours.place) == _DIGITS.findall(theirs.place)
        and Indel.normalized_similarity(ours.place, theirs.place) >= 0.9
    )

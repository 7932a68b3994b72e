"""Places of the simulated people: communes before and after July 2025, streets, hamlets, addresses.

The units come from `units.tsv` (its head names the sources). One home can be written with the
units of either time, in full or short.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from importlib.resources import files

from training.world.dice import Dice, Wheel

_OLD_WARD = {"P": "Phường", "X": "Xã", "T": "Thị trấn"}
_NEW_WARD = {"P": "Phường", "X": "Xã", "D": "Đặc khu"}
_DISTRICT = {"Q": "Quận", "H": "Huyện", "X": "Thị xã", "T": "Thành phố"}
_PROVINCE = {"T": "Thành phố", "I": "Tỉnh"}

_STREETS = [
    "Lê Lợi",
    "Nguyễn Trãi",
    "Trần Hưng Đạo",
    "Lý Thường Kiệt",
    "Hai Bà Trưng",
    "Nguyễn Huệ",
    "Quang Trung",
    "Phan Đình Phùng",
    "Lê Duẩn",
    "Trường Chinh",
    "Nguyễn Văn Cừ",
    "Hoàng Hoa Thám",
    "Võ Thị Sáu",
    "Bạch Đằng",
    "Nguyễn Thị Minh Khai",
    "Cách Mạng Tháng 8",
    "Điện Biên Phủ",
    "3 Tháng 2",
    "Lạc Long Quân",
    "Âu Cơ",
    "Hùng Vương",
    "Nguyễn Du",
    "Phan Chu Trinh",
    "Lê Hồng Phong",
    "Ngô Quyền",
    "Đinh Tiên Hoàng",
    "Kim Mã",
    "Tôn Đức Thắng",
    "Phạm Văn Đồng",
    "Võ Văn Kiệt",
    "Xô Viết Nghệ Tĩnh",
    "Lê Văn Sỹ",
    "Hồng Hà",
    "Cầu Giấy",
]
_HAMLETS = [
    "Đông",
    "Đoài",
    "Trung",
    "Thượng",
    "Nội",
    "Mới",
    "Yên",
    "Cầu",
    "Chùa",
    "Đình",
    "Phú Lộc",
    "Tân Tiến",
    "Hòa Bình",
]
_SOUTH_HAMLETS = [
    "Bình Hòa",
    "Thới Bình",
    "Tân Thạnh",
    "Hòa Phú",
    "An Hòa",
    "Mỹ Lợi",
    "Phước Lâm",
    "Giồng Chùa",
    "Suối Sâu",
]
_UPLANDS = frozenset(["002", "004", "006", "010", "011", "012", "014", "015", "017", "020"])
_HIGHLANDS = frozenset(["062", "064", "066", "067", "068"])

FORMS = ("old_long", "old_short", "new_long", "new_short")


@dataclass(frozen=True, slots=True)
class Commune:
    """One commune with its old and its new superiors; `birth_code` is the old province's code."""

    ward: str
    district: str
    province: str
    new_ward: str
    new_province: str
    birth_code: str
    new_code: str
    urban: bool


@dataclass(frozen=True, slots=True)
class Home:
    """A spot (house, street, hamlet) in a commune."""

    commune: Commune
    spot: str

    def written(self, form: str) -> str:
        """The address in one of `FORMS`."""
        time, length = form.split("_")
        c = self.commune
        units = [c.ward, c.district, c.province] if time == "old" else [c.new_ward, c.new_province]
        if length == "short":
            units = [short(unit) for unit in units]
        return ", ".join((self.spot, *units))


def short(unit: str) -> str:
    """A unit without its level word; numbered wards and districts keep it."""
    for level in ("Phường ", "Xã ", "Thị trấn ", "Đặc khu ", "Quận ", "Huyện ", "Thị xã ",
                  "Thành phố ", "Tỉnh "):  # fmt: skip
        if unit.startswith(level):
            rest = unit[len(level) :]
            return unit if rest.isdigit() else rest
    return unit


class Places:
    """The communes of one world, drawn by population, at least one of every old province.

    A small world has few communes, so that neighbours and namesakes occur in it as in a large one.
    """

    def __init__(self, dice: Dice, communes: int) -> None:
        weighted = _some(dice, _read_units(), communes)
        self._everywhere = Wheel(weighted)
        self._hamlets: dict[Commune, list[str]] = defaultdict(list)
        by_province: dict[str, list[tuple[Commune, float]]] = defaultdict(list)
        for commune, weight in weighted:
            by_province[commune.birth_code].append((commune, weight))
        self._within = {code: Wheel(pairs) for code, pairs in by_province.items()}
        # Where people move to: the cities and the provinces of the factories.
        magnets = {"079": 5.0, "001": 3.0, "074": 4.0, "075": 2.0, "027": 2.0, "048": 1.5}
        self._magnets = Wheel((c, w * magnets.get(c.birth_code, 0.2)) for c, w in weighted)

    def commune(self, dice: Dice) -> Commune:
        """Any commune, by population."""
        return dice.spin(self._everywhere)

    def commune_within(self, dice: Dice, birth_code: str) -> Commune:
        """A commune of one old province."""
        return dice.spin(self._within[birth_code])

    def magnet(self, dice: Dice) -> Commune:
        """A commune that people move to."""
        return dice.spin(self._magnets)

    def home(self, dice: Dice, commune: Commune) -> Home:
        """A new spot in a commune."""
        return Home(commune, _street(dice) if commune.urban else self._hamlet(dice, commune))

    def _hamlet(self, dice: Dice, commune: Commune) -> str:
        """One of a commune's few hamlets, with a house number or, mostly, without."""
        known = self._hamlets[commune]
        if len(known) < 4:
            known.append(_hamlet(dice, commune.birth_code))
        hamlet = dice.pick(known)
        return f"Số {dice.between(1, 180)} {hamlet}" if dice.chance(0.2) else hamlet


def _some(
    dice: Dice, weighted: list[tuple[Commune, float]], count: int
) -> list[tuple[Commune, float]]:
    """`count` draws by population, each adding to its commune's weight, and every province."""
    wheel = Wheel((place, weight) for place, (_, weight) in enumerate(weighted))
    drawn = Counter(dice.spin(wheel) for _ in range(count))
    seen = {weighted[place][0].birth_code for place in drawn}
    for place, (commune, _) in enumerate(weighted):
        if commune.birth_code not in seen:
            seen.add(commune.birth_code)
            drawn[place] = 1
    return [(weighted[place][0], float(times)) for place, times in sorted(drawn.items())]


def _street(dice: Dice) -> str:
    style = dice.roll()
    if style < 0.28:
        return f"Tổ dân phố số {dice.between(1, 30)}"
    if style < 0.36:
        return f"Khu phố {dice.between(1, 9)}"
    number, street = dice.between(1, 900), dice.pick(_STREETS)
    if style < 0.45:
        return f"{number}/{dice.between(1, 90)} {street}"
    if style < 0.6:
        return f"Số {number % 200 + 1} ngõ {dice.between(1, 350)} {street}"
    return f"{number} đường {street}" if style < 0.8 else f"{number} {street}"


def _hamlet(dice: Dice, province: str) -> str:
    if province in _UPLANDS:
        hamlet = f"Bản {dice.pick(_HAMLETS) if dice.chance(0.6) else dice.between(1, 9)}"
    elif province in _HIGHLANDS:
        hamlet = f"{dice.pick(('Buôn', 'Thôn', 'Làng'))} {dice.between(1, 12)}"
    elif province >= "070":
        level = dice.pick(("Ấp", "Khóm", "Khu phố"))
        hamlet = f"{level} {dice.pick(_SOUTH_HAMLETS) if dice.chance(0.5) else dice.between(1, 9)}"
    else:
        level = dice.pick(("Thôn", "Xóm", "Thôn"))
        hamlet = f"{level} {dice.pick(_HAMLETS) if dice.chance(0.6) else dice.between(1, 7)}"
    return hamlet


def _read_units() -> list[tuple[Commune, float]]:
    text = files("training.world").joinpath("units.tsv").read_text(encoding="utf-8")
    found: list[tuple[Commune, float]] = []
    province: list[str] = []
    district: list[str] = []
    members: list[tuple[str, str]] = []
    for line in [*text.splitlines(), "+"]:
        if line[0] in "=+":
            found += _communes(province, district, members)
            members = []
        if line[0] == "=":
            province, district = line[1:].split("|"), []
        elif line[0] == "+":
            district = line[1:].split("|")
        elif line[0] != "#":
            old, new = line.split("|")
            members.append((old, new))
    return found


def _communes(
    province: list[str], district: list[str], members: list[tuple[str, str]]
) -> list[tuple[Commune, float]]:
    """The communes of one district; its townspeople live in wards and townships."""
    found = []
    wards = sum(old[0] != "X" for old, _ in members)
    for old, new in members:
        urban = old[0] != "X"
        townspeople = int(district[3]) / 100
        same = wards if urban else len(members) - wards
        part = (townspeople if urban else 1 - townspeople) if same < len(members) else 1.0
        commune = Commune(
            ward=f"{_OLD_WARD[old[0]]} {old[1:]}",
            district=f"{_DISTRICT[district[0]]} {district[1]}",
            province=f"{_PROVINCE[province[1][0]]} {province[1][1:]}",
            new_ward=f"{_NEW_WARD[new[0]]} {new[1:]}",
            new_province=f"{_PROVINCE[province[3][0]]} {province[3][1:]}",
            birth_code=province[0],
            new_code=province[2],
            urban=urban,
        )
        found.append((commune, int(district[2]) * part / same + 0.01))
    return found

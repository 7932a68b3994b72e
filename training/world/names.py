"""Names of the simulated people: family, middle and given parts by frequency, region, age, people.

Counts of name parts come from `name_parts.tsv` (its head names the source); names of the ethnic
minorities follow each people's own order of parts, in the provinces where it lives.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

from training.world.contacts import plain
from training.world.dice import Dice, Wheel

KINH, MINORITY, FOREIGN = "kinh", "minority", "foreign"


@dataclass(frozen=True, slots=True)
class _People:
    """One people of the uplands or the delta: its provinces, share of them, and name parts."""

    provinces: str
    share: float
    families: str
    male: str
    female: str


# Family and given names as commonly met; the shares of provinces are rounded from the 2019 census.
_PEOPLES = (
    _People(
        "002 010 011 012 014 015",
        0.24,
        "Giàng Vàng Sùng Thào Lầu Má Mùa Hạng Cứ Ly Lý Vừ Hờ Chang",
        "A_Páo A_Dình A_Sử A_Chứ A_Tính A_Lử A_Phình Seo_Pao Mí_Sính A_Tủa",
        "Thị_Mỷ Thị_Súa Thị_Dợ Thị_Máy Thị_Sông Thị_Chở Thị_Ganh Thị_Và",
    ),
    _People(
        "011 012 014 015 040 038",
        0.18,
        "Lò Quàng Cà Tòng Lường Vi Lô Hà Cầm Lữ Ngân Bạc",
        "Văn_Ín Văn_Pâng Văn_Hặc Văn_Ánh Văn_Phóng Văn_Thoan Văn_Xôm",
        "Thị_Nọi Thị_Ín Thị_Pâng Thị_Chiên Thị_Ánh Thị_Hặc Thị_Lả",
    ),
    _People(
        "002 004 006 008 019 020",
        0.45,
        "Nông Hoàng Lý Đàm Sầm Lục Triệu Bế Ma Hứa Vi Lương Mông",
        "Văn_Thụ Văn_Slính Quốc_Khánh Văn_Tài Văn_Páo Thanh_Nghị Văn_Coóng",
        "Thị_Pảo Thị_Nhình Thị_Slao Thị_Bích Thị_Noọng Thị_Chanh Thị_Lả",
    ),
    _People(
        "017 025 038",
        0.3,
        "Bùi Quách Đinh Hà Phạm Cao Xa",
        "Văn_Ỏm Văn_Lực Văn_Nhưng Văn_Chủng Văn_Tươi Văn_Ẻn",
        "Thị_Ẻm Thị_Nhưn Thị_Dựng Thị_Thoả Thị_Ưởng",
    ),
    _People(
        "084 089 091 094 095 086",
        0.2,
        "Thạch Sơn Kim Danh Châu Lâm Chau Kiên Lý",
        "Sa_Rây Phép Ra Ninh Thia Sô_Phép Rít Đa_Ra Hoàng",
        "Thị_Sa_Rây Thị_Sô_Phép Sa_Lim Thị_Phay Chanh_Đa Thị_Hên Sóc_Kha",
    ),
    _People("066 067", 0.22, "Niê Êban Mlô Byă Ayŭn Kbuôr Êñuôl Knul", "Y", "H'"),
    _People("064 062", 0.3, "Siu Ksor Rơ_Châm Rcom Kpuih Rmah Kpă Nay", "&", "H'"),
    _People("068 067", 0.18, "Kơ_Sơ Păng_Ting Lơ_Mu Cil Ra_Ông", "K'", "Ka"),
)

_HIGHLAND_MALE = [
    "Blơng",
    "Hen",
    "Moan",
    "Thuân",
    "Klơng",
    "Bhem",
    "Djoang",
    "Lốp",
    "Phin",
    "Tuân",
    "Wâng",
    "Brêo",
    "Dũng",
    "Kim",
]
_HIGHLAND_FEMALE = [
    "Hen",
    "Blơng",
    "Pel",
    "Bích",
    "Ngơi",
    "Djuyên",
    "Lan",
    "Mơ",
    "Nhi",
    "Yen",
    "Rim",
    "Luyn",
    "Uyên",
    "Juen",
]

_FOREIGN = {
    "KOR": (0.29, "KIM_MIN_JUN PARK_JI_HOON LEE_SEO_YEON JUNG_HYUN_WOO CHOI_EUN_JI HAN_SO_RA"),
    "CHN": (0.21, "WANG_WEI LI_NA ZHANG_LEI SUN_LI LIU_YANG CHEN_JING HUANG_MIN ZHAO_QIANG"),
    "USA": (0.13, "JAMES_ROBERT_BROWN SARAH_ANN_MILLER DAVID_LEE_CLARK EMILY_ROSE_DAVIS"),
    "JPN": (0.1, "TANAKA_HIROSHI SATO_YUKI SUZUKI_KENJI TAKAHASHI_AIKO ITO_NAOKI"),
    "TWN": (0.08, "CHEN_YI_JUN LIN_CHIA_HAO HUANG_PEI_SHAN WU_TSUNG_HAN"),
    "LAO": (0.07, "SOMCHAI_PHOMMACHANH KHAMLA_VONGSA BOUNMY_SISOULATH NOY_KEOMANY"),
    "KHM": (0.04, "SOK_DARA HENG_VANNAK CHEA_SOPHEAP KEO_PISETH"),
    "FRA": (0.03, "PIERRE_DUBOIS MARIE_CLAIRE_LEROY LUC_MOREAU"),
    "IND": (0.03, "RAJESH_KUMAR PRIYA_SHARMA AMIT_PATEL"),
    "RUS": (0.02, "SMIRNOV_DMITRII IVANOVA_ELENA PETROV_SERGEI"),
}

_CHANGES = Wheel((("given", 50), ("middle", 27), ("middle added", 16), ("both", 7)))

_FIRM_KINDS = ("Công ty TNHH", "Công ty Cổ phần", "Công ty TNHH MTV", "Hộ kinh doanh")
_FIRM_TRADES = [
    "Thương mại",
    "Dịch vụ",
    "Xây dựng",
    "Vận tải",
    "Nông sản",
    "May mặc",
    "Du lịch",
    "Cơ khí",
    "Thực phẩm",
    "Nội thất",
    "Xuất nhập khẩu",
    "Đầu tư",
    "Công nghệ",
    "Giáo dục",
    "Sản xuất",
]
_FIRM_WORDS = [
    "An",
    "Á",
    "Bảo",
    "Đại",
    "Đông",
    "Gia",
    "Hoàng",
    "Hưng",
    "Kim",
    "Lộc",
    "Long",
    "Minh",
    "Nam",
    "Phát",
    "Phúc",
    "Sao",
    "Tân",
    "Thành",
    "Thịnh",
    "Việt",
]


@dataclass(frozen=True, slots=True)
class FullName:
    """A name as registered, and its group for measuring fairness."""

    text: str
    group: str


class Names:
    """Draws names; reads its table once."""

    def __init__(self) -> None:
        parts = _read_parts()
        self._families = {
            south: Wheel(
                (value, _regional(value, count, south=south)) for value, count, _ in parts["f"]
            )
            for south in (True, False)
        }
        self._middle = {male: _by_sex(parts["m"], male=male) for male in (True, False)}
        self._given = {male: _by_sex(parts["g"], male=male) for male in (True, False)}
        self._foreign = Wheel((land, share) for land, (share, _) in _FOREIGN.items())

    def person(self, dice: Dice, province: str, born: int, *, male: bool) -> FullName:
        """A citizen's name; `province` is the three-digit code of the birth place."""
        for people in _PEOPLES:
            if province in people.provinces and dice.chance(people.share):
                return FullName(_minority(dice, people, male=male), MINORITY)
        family = dice.spin(self._families[province >= "044"])
        given = dice.spin(self._given[male])
        return FullName(" ".join((family, *self._middles(dice, born, male=male), given)), KINH)

    def _middles(self, dice: Dice, born: int, *, male: bool) -> tuple[str, ...]:
        # Thị and Văn fell out of fashion for those born after about 1995.
        plain = 0.42 if born < 1980 else 0.28 if born < 1997 else 0.1
        if dice.chance(0.02):
            return ()
        if dice.chance(plain if male else plain + 0.15):
            classic = "Văn" if male else "Thị"
            return (classic, dice.spin(self._middle[male])) if dice.chance(0.2) else (classic,)
        first = dice.spin(self._middle[male])
        return (first, dice.spin(self._given[male])) if dice.chance(0.15) else (first,)

    def earlier(self, dice: Dice, name: FullName, *, male: bool) -> FullName:
        """A citizen's name before it was corrected or changed by law; may be the same."""
        family, *middles, given = name.text.split()
        if name.group == MINORITY:  # offices left out the marks of an unfamiliar name
            return FullName(" ".join((family, *middles, plain(given))), name.group)
        if dice.chance(0.2):
            return FullName(misspelt(dice, name.text), name.group)
        change = dice.spin(_CHANGES)
        if change == "middle added" and middles:
            del middles[dice.below(len(middles))]
        if change in ("middle", "both") and middles:
            other = dice.spin(self._middle[male]).split()[-1]
            middles[-1] = middles[-1] if other in middles else other
        if change in ("given", "both"):
            given = dice.spin(self._given[male])
        return FullName(" ".join((family, *middles, given)), name.group)

    def foreigner(self, dice: Dice) -> tuple[str, str]:
        """Name as in the passport, and nationality."""
        land = dice.spin(self._foreign)
        return dice.pick(_FOREIGN[land][1].split()).replace("_", " "), land

    def firm(self, dice: Dice) -> str:
        """The name of an organisation."""
        words = dice.sample(_FIRM_WORDS, dice.between(2, 3))
        trades = dice.sample(_FIRM_TRADES, dice.below(3))
        return " ".join((dice.pick(_FIRM_KINDS), " và ".join(trades), *words)).replace("  ", " ")


def misspelt(dice: Dice, text: str) -> str:
    """A misheard tone or an ending left out, as registers hold it; may be the same."""
    swaps = [("ễ", "ể"), ("ỹ", "ỷ"), ("ũ", "ủ"), ("ình", "ìn"), ("ang", "an"), ("ị", "i")]
    fitting = [(a, b) for a, b in swaps if a in text]
    return text.replace(*dice.pick(fitting), 1) if fitting else text


def _read_parts() -> dict[str, list[tuple[str, float, float]]]:
    text = files("training.world").joinpath("name_parts.tsv").read_text(encoding="utf-8")
    parts: dict[str, list[tuple[str, float, float]]] = {"f": [], "m": [], "g": []}
    for line in text.splitlines():
        if not line.startswith("#"):
            part, value, count, male = line.split("\t")
            parts[part].append((value, float(count), float(male) / 100))
    return parts


def _by_sex(parts: list[tuple[str, float, float]], *, male: bool) -> Wheel[str]:
    return Wheel((value, n * (share if male else 1 - share)) for value, n, share in parts)


def _regional(family: str, count: float, *, south: bool) -> float:
    """Hoàng and Vũ are the northern forms of Huỳnh and Võ."""
    northern, southern = ("Hoàng", "Vũ"), ("Huỳnh", "Võ")
    rare = northern if south else southern
    common = southern if south else northern
    return count * (0.15 if family in rare else 1.8 if family in common else 1.0)


def _minority(dice: Dice, people: _People, *, male: bool) -> str:
    family = dice.pick(people.families.split()).replace("_", " ")
    mark = people.male if male else people.female
    if mark in ("Y", "H'", "K'", "Ka", "&"):
        given = dice.pick(_HIGHLAND_MALE if male else _HIGHLAND_FEMALE)
        return _highland(mark, given, family)
    return f"{family} {dice.pick(mark.split()).replace('_', ' ')}"


def _highland(mark: str, given: str, family: str) -> str:
    """Ê Đê put the clan last (Y Moan Êñuôl, H'Hen Niê); Gia Rai put it first (Siu Blơng)."""
    if mark == "&":
        return f"{family} {given}"
    if mark == "H'" and family[0] in "SKRN" and family != "Niê" and not family.startswith("Kn"):
        return f"{family} H'{given}"
    return f"{mark}{given} {family}" if mark.endswith("'") else f"{mark} {given} {family}"

"""The groups by which fairness is measured: age, sex, form of the name, region of the home.

They are read from what the register holds, else from what was typed; null where neither tells. No
feature is made of the form of a name or of a region, and no threshold goes by any group.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from features import birth_date, name
from features.evidence import Evidence
from features.registration import VIETNAM, Registration
from features.syllable import is_syllable

AGES = ("under_25", "25_59", "60_up")
KINH, MINORITY = "kinh", "minority"

_REGIONS = {
    "northern_uplands": "04 08 11 12 14 15 19 20 25",
    "red_river_delta": "01 22 24 31 33 37",
    "north_central": "38 40 42 44 46",
    "south_central_and_highlands": "48 51 52 56 66 68",
    "south_east": "75 79 80",
    "mekong_delta": "82 86 91 92 96",
}
REGION_OF: dict[str, str] = {
    code: region for region, codes in _REGIONS.items() for code in codes.split()
}
"""Province since July 2025, by its code: the socio-economic region of the national master plan."""

_MINORITY_WRITTEN = """
    giàng vàng sùng thào lầu má mùa hạng cứ vừ hờ chang chảo phàn tẩn
    lò quàng cà tòng lường vi lô cầm lữ ngân bạc điêu đèo
    nông sầm lục bế ma hứa mông xa
    thạch danh chau kiên
    siu nay rah kơ rơ lơ păng ra ka y k h
    """
_MINORITY_FIRST = frozenset(_MINORITY_WRITTEN.split())
"""First words of names that Hmông, Dao, Thái, Tày, Nùng, Mường, Khmer and the peoples of the
highlands bear and few Kinh do; those that both bear (Hoàng, Bùi, Hà, Lâm) tell nothing."""


class Groups(NamedTuple):
    """Of one holder; None where nothing tells."""

    age_group: str | None
    sex: str | None
    name_group: str | None
    province_group: str | None


def groups_of(registration: Registration, evidence: Evidence, province: str) -> Groups:
    """The groups of a holder; `province` is the code of the home, empty where unknown."""
    person = evidence.person
    born = (person and person.birth_date) or registration.birth_date
    sex = (person and person.sex) or registration.sex
    return Groups(
        None if born is None else _age_group(born, registration),
        None if sex is None else sex.value,
        None if person is None else _name_group(person.full_name),
        REGION_OF.get(province),
    )


def _age_group(born: str, registration: Registration) -> str | None:
    read = birth_date.read(born)
    if read is None:
        return None
    day: date = registration.registered_at.astimezone(VIETNAM).date()
    years = day.year - read.year - ((day.month, day.day) < (read.month or 0, read.day or 0))
    return AGES[(years >= 25) + (years >= 60)]


def _name_group(registered: str) -> str:
    """By the form of the registered name alone: a word that is not Vietnamese, or a first word.

    Of simulated people this names 65 % of the minorities, and 70 % of those that it names are; it
    is no statement on a person. A typed name tells nothing, for a slip is no other language.
    """
    words = name.forms(registered).folded.split()
    foreign = not all(is_syllable(word) for word in words)
    return MINORITY if foreign or words[0] in _MINORITY_FIRST else KINH

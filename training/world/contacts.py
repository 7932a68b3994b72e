"""Phones, devices, e-mails, addresses on the network: what a person is reached by.

Every value is given out once; who shares it with whom is decided by the scenes of life and fraud.
"""

from __future__ import annotations

import unicodedata
from datetime import date

from training.world.dice import Dice, Wheel

# Ranges by operator (plan of the Ministry of Information and Communications, 2018).
_RANGES = {
    "VIETTEL": "032 033 034 035 036 037 038 039 086 096 097 098",
    "VINAPHONE": "081 082 083 084 085 088 091 094",
    "MOBIFONE": "070 076 077 078 079 089 090 093",
    "ITEL": "087",
    "WINTEL": "055",
    "VIETNAMOBILE": "052 056 058 092",
}
_MAIL = Wheel(
    (("gmail.com", 86), ("icloud.com", 4), ("yahoo.com", 2.7), ("outlook.com", 2.6),
     ("yahoo.com.vn", 1.8), ("hotmail.com", 1.6), ("outlook.com.vn", 0.8), ("live.com", 0.4))
)  # fmt: skip
# Blocks of the large access networks, by their first two numbers.
_BLOCKS = ("14.232", "14.241", "27.66", "27.72", "27.76", "42.112", "58.187", "59.153", "113.161",
           "113.178", "113.185", "115.75", "116.97", "116.110", "117.5", "118.69", "125.235",
           "171.224", "171.234", "171.247", "171.252", "171.255", "203.210", "222.252")  # fmt: skip


def plain(text: str) -> str:
    """Without diacritics; đ becomes d."""
    marks = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in marks if not unicodedata.combining(letter))


class Contacts:
    """Gives out contact values; a value handed out twice is meant to be shared."""

    def __init__(self, dice: Dice, persons: int) -> None:
        self._dice = dice
        self._taken: set[str] = set()
        operators = (("VIETTEL", 50), ("VINAPHONE", 21), ("MOBIFONE", 19), ("ITEL", 3),
                     ("WINTEL", 2), ("VIETNAMOBILE", 5))  # fmt: skip
        self._operators = Wheel(operators)
        # A carrier puts thousands of phones behind one address: few addresses, most of the use.
        hot = max(8, min(32, persons // 1000))
        self._carrier = Wheel((self._address(), 1 / (place + 2)) for place in range(hot))
        lines = max(20, min(1600, persons // 40))
        self._subnets = [self._address().rsplit(".", 1)[0] for _ in range(lines)]

    def phone(self, operator: str | None = None) -> str:
        """A free number, ten digits with the leading zero."""
        ranges = _RANGES[operator or self._dice.spin(self._operators)].split()
        if operator is not None and self._dice.chance(0.02):  # carried over from another operator
            ranges = _RANGES[self._dice.spin(self._operators)].split()
        while True:
            number = self._dice.pick(ranges) + self._dice.digits(7)
            if number not in self._taken:
                self._taken.add(number)
                return number

    def device(self) -> str:
        """A device key: 16 hexadecimal digits (Android) or an upper-case UUID (iOS)."""
        text = self._dice.hexes(32)
        if self._dice.chance(0.6):
            return text[:16]
        text = f"{text[:12]}4{text[13:16]}{'89ab'[int(text[16], 16) % 4]}{text[17:]}".upper()
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def face(self) -> str:
        """A face's cluster key."""
        return f"ft-{self._dice.hexes(14)}"

    def email(self, full_name: str, born: date) -> str:
        """An address made from the name, as people make them; sometimes they collide."""
        dice = self._dice
        words = [w for w in (_letters(part) for part in full_name.split()) if w] or ["khach"]
        stems = (
            "".join(words),
            words[-1] + words[0],
            f"{words[-1]}.{words[0]}",
            words[-1] + "".join(word[0] for word in words[:-1]),
            "".join(words[-2:]),
        )
        tails = (str(born.year), f"{born.year % 100:02d}", dice.digits(4), dice.digits(3), "",
                 f"{born.day:02d}{born.month:02d}")  # fmt: skip
        return f"{dice.pick(stems)}{dice.pick(tails)}@{dice.spin(_MAIL)}"

    def carrier_ip(self) -> str:
        """An address that thousands of mobile phones share."""
        return self._dice.spin(self._carrier)

    def home_ip(self) -> str:
        """The address of one household's line; neighbours share its /24."""
        if self._dice.chance(0.04):
            groups = (self._dice.hexes(4) for _ in range(6))
            return "2402:800:" + ":".join(f"{int(group, 16):x}" for group in groups)
        return f"{self._dice.pick(self._subnets)}.{self._dice.between(1, 254)}"

    def renewed(self, ip: str) -> str:
        """A household's address after the line was set up anew, which happens most nights."""
        if ":" in ip or self._dice.chance(0.2):
            return ip
        return f"{ip.rsplit('.', 1)[0]}.{self._dice.between(1, 254)}"

    def _address(self) -> str:
        dice = self._dice
        return f"{dice.pick(_BLOCKS)}.{dice.below(256)}.{dice.between(1, 254)}"


def _letters(word: str) -> str:
    return "".join(
        letter for letter in plain(word).lower() if letter.isascii() and letter.isalpha()
    )

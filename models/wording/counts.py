"""Reasons that are a count over a link: how many people, registrations, confirmed frauds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graph.aggregates import KEPT, KEPT_MARKS
from graph.attributes import Attribute
from models.wording.sentences import THINGS, Words
from models.wording.values import PLACE, WHEN, Teller, Values, sentence


@dataclass(frozen=True, slots=True)
class Count:
    """Tells how many: over the shortest window that holds more than half of what the widest does.

    `{n}` stands for the number, `{when}` for the window; `one` and `many` are English. `widest` is
    the widest window that is looked at.
    """

    what: str
    vi: str
    one: str
    many: str
    widest: str = "all"

    def __call__(self, values: Values) -> Words | None:
        """The sentence; None where nothing is counted."""
        up_to = list(WHEN).index(self.widest) + 1
        windows = [w for w in list(WHEN)[:up_to] if f"{self.what}.{w}" in PLACE]
        counts = {w: values[f"{self.what}.{w}"] for w in windows}
        widest = counts[windows[-1]]
        if not widest >= 1:
            return None
        window = next(w for w in windows if counts[w] * 2 > widest)
        number = round(counts[window])
        vi, en = WHEN[window]
        least = _saturated(self.what, window, values)
        shown = ("ít nhất ", "at least ") if least else ("", "")
        english = self.one if number == 1 else self.many
        return (
            sentence(self.vi.format(n=f"{shown[0]}{number}", when=vi)),
            sentence(english.format(n=f"{shown[1]}{number}", when=en)),
        )


def _saturated(what: str, window: str, values: Values) -> bool:
    """Whether more was there than an attribute remembers, so that the count is a least one."""
    link, measure = what.split(".")
    if measure in {"frauds", "cleared"}:
        return values[f"{what}.{window}"] >= KEPT_MARKS
    if link not in _ATTRIBUTES:
        return link == "beyond"  # the second step looks at some of them alone
    name = f"{link}.registrations.{window}"
    seen = values[name if name in PLACE else f"{link}.registrations.all"]
    return seen >= KEPT[_ATTRIBUTES[link]]


_ATTRIBUTES = {a.value: a for a in Attribute} | {
    "phone_as_sim": Attribute.SIM,
    "sim_as_phone": Attribute.PHONE,
}

_USED: dict[str, Words] = {
    "ADDRESS": ("đã khai cho", "was given for"),
    "EMAIL": ("đã khai cho", "was given for"),
    "FACE": ("đã đăng ký cho", "was registered for"),
    "ORGANISATION": ("đã đăng ký qua", "was registered by"),
}
_PRIVATE = ("DOCUMENT", "PHONE", "DEVICE", "EMAIL", "MAILBOX", "ADDRESS", "FACE", "ORGANISATION")


def _people(thing: str) -> Count:
    """For how many others a personal value was used."""
    vi, en = THINGS[thing]
    used_vi, used_en = _USED.get(thing, ("đã dùng cho", "was used for"))
    return Count(
        f"{thing.lower()}.holders",
        f"{vi} {used_vi} {{n}} người khác{{when}}",
        f"{en} {used_en} {{n}} other person{{when}}",
        f"{en} {used_en} {{n}} other people{{when}}",
    )


def _own(thing: str) -> Count:
    """In how many registrations it is where nobody else used it: all are the holder's."""
    vi, en = THINGS[thing]
    return Count(
        f"{thing.lower()}.registrations",
        f"{vi} có trong {{n}} đăng ký khác của chính người này{{when}}",
        f"{en} is in {{n}} other registration of the same holder{{when}}",
        f"{en} is in {{n}} other registrations of the same holder{{when}}",
    )


def _frauds(thing: str) -> Count:
    vi, en = THINGS[thing]
    return Count(
        f"{thing.lower()}.frauds",
        f"{{n}} đăng ký liên quan đến {vi} đã được xác nhận gian lận{{when}}",
        f"{{n}} registration connected with {en} was confirmed as fraud{{when}}",
        f"{{n}} registrations connected with {en} were confirmed as fraud{{when}}",
    )


_BEYOND_FRAUDS = Count(
    "beyond.frauds",
    "{n} đăng ký liên quan qua một bước trung gian đã được xác nhận gian lận",
    "{n} registration one step further was confirmed as fraud",
    "{n} registrations one step further were confirmed as fraud",
)
_STRANGERS = (
    Count(
        "phone_as_sim.strangers",
        "SIM của số điện thoại liên hệ đã đứng tên {n} người khác họ",
        "the SIM of the contact phone was in the name of {n} person of another family name",
        "the SIM of the contact phone was in the names of {n} people of other family names",
    ),
    Count(
        "sim_as_phone.strangers",
        "{n} người khác họ đã khai số này làm điện thoại liên hệ{when}",
        "{n} person of another family name gave this number as contact phone{when}",
        "{n} people of other family names gave this number as contact phone{when}",
    ),
)
_HOLDER = Count(
    "holder.registrations",
    "người đứng tên này có {n} đăng ký khác{when}",
    "this holder made {n} other registration{when}",
    "this holder made {n} other registrations{when}",
)
_TWICE = Count(
    "twice.holders",
    "{n} người khác có chung từ hai thông tin riêng trở lên",
    "{n} other person shares two or more personal values with this one",
    "{n} other people share two or more personal values with this one",
)
_BEYOND = Count(
    "beyond.holders",
    "những đăng ký có chung thông tin dẫn đến {n} người nữa{when}",
    "registrations that share a value lead on to {n} more person{when}",
    "registrations that share a value lead on to {n} more people{when}",
)
_SIMS = (
    Count(
        "phone_as_sim.holders",
        "SIM của số điện thoại liên hệ đã đứng tên {n} người khác",
        "the SIM of the contact phone was in the name of {n} other person",
        "the SIM of the contact phone was in the names of {n} other people",
    ),
    Count(
        "sim_as_phone.registrations",
        "{n} đăng ký đã khai số này làm điện thoại liên hệ{when}",
        "{n} registration gave this number as contact phone{when}",
        "{n} registrations gave this number as contact phone{when}",
    ),
    Count(
        "sim.registrations",
        "số thuê bao này đã được đăng ký {n} lần trước đó",
        "this SIM number was registered {n} time before",
        "this SIM number was registered {n} times before",
    ),
)
_FACES = Count(
    "face.holders",
    "khuôn mặt này đã được đăng ký dưới {n} tên khác{when}",
    "this face was registered under {n} other name{when}",
    "this face was registered under {n} other names{when}",
)
_RECENT_PHONE = Count(
    "phone.frauds",
    "{n} đăng ký dùng số điện thoại này đã được xác nhận gian lận{when}",
    "{n} registration with this phone was confirmed as fraud{when}",
    "{n} registrations with this phone were confirmed as fraud{when}",
    widest="90d",
)

COUNTS: dict[str, Sequence[Teller]] = {
    **{f"SHARED_{thing}": (_people(thing), _own(thing)) for thing in _PRIVATE},
    **{f"FRAUD_NEARBY_{t}": (_frauds(t),) for t in THINGS if f"{t.lower()}.frauds.all" in PLACE},
    "FRAUD_NEARBY_BEYOND": (_BEYOND_FRAUDS,),
    "NUMBER_OF_ANOTHER": _STRANGERS,
    "MANY_REGISTRATIONS": (_HOLDER,),
    "SHARED_TWICE": (_TWICE,),
    "SHARED_BEYOND": (_BEYOND,),
    "SHARED_PHONE_AS_SIM": _SIMS[:1],
    "SHARED_SIM_AS_PHONE": _SIMS[1:2],
    "SHARED_SIM": _SIMS[2:],
    "FACE_UNDER_OTHER_NAMES": (_FACES,),
    "FACE_OF_FRAUD": (_frauds("FACE"),),
    "DEVICE_OF_FRAUD": (_frauds("DEVICE"),),
    "PHONE_OF_FRAUD": (_RECENT_PHONE,),
    "HOLDER_OF_FRAUD": (_frauds("HOLDER"),),
}
"""What tells a code, in the order in which it is tried."""

"""What a ring is, in a sentence, and what became of it, in Vietnamese and English.

Measured facts alone, and counts alone: no sentence here names a registration or a person.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from features.registration import VIETNAM, Kind
from graph.attributes import Attribute, Key
from graph.lineage import Happening
from graph.rings import Ring, Tie
from service.ledger.rings import Told

Words = tuple[str, str]
"""Vietnamese, English."""

NO_RUN: Words = (
    "chưa có đợt dò nào (chinhchu rings run)",
    "there was no run yet (chinhchu rings run)",
)
"""What is said where rings are asked for before the first run."""

NOUNS: dict[Attribute, tuple[str, str, str]] = {
    Attribute.DEVICE: ("thiết bị", "device", "devices"),
    Attribute.FACE: ("khuôn mặt", "face", "faces"),
    Attribute.PHONE: ("điện thoại liên hệ", "contact phone", "contact phones"),
    Attribute.SIM: ("số thuê bao", "SIM number", "SIM numbers"),
    Attribute.EMAIL: ("thư điện tử", "e-mail address", "e-mail addresses"),
    Attribute.MAILBOX: (
        "dãy thư đánh số",
        "row of numbered mailboxes",
        "rows of numbered mailboxes",
    ),
    Attribute.ADDRESS: ("địa chỉ", "address", "addresses"),
    Attribute.ORGANISATION: ("doanh nghiệp", "organisation", "organisations"),
    Attribute.HOLDER: ("người đứng tên", "holder", "holders"),
    Attribute.DOCUMENT: ("giấy tờ", "document", "documents"),
    Attribute.TABLET: ("máy của điểm đăng ký", "agent's tablet", "agents' tablets"),
    Attribute.AGENT: ("điểm đăng ký", "agent", "agents"),
    Attribute.BRANCH: ("chi nhánh", "branch", "branches"),
    Attribute.PEERS: ("kênh của tổ chức", "channel of an institution", "channels of institutions"),
    Attribute.NETWORK: ("địa chỉ IP", "IP address", "IP addresses"),
    Attribute.SUBNET: ("dải mạng", "network neighbourhood", "network neighbourhoods"),
}
"""What ties, in the order of the sentence: Vietnamese, one in English, several."""

_TIERS: dict[int, Words] = {
    10: (
        "từ 10 tài khoản mức phạt cao hơn (Nghị định 340/2025, Điều 30)",
        "from 10 accounts the fine is higher (Decree 340/2025, Art. 30)",
    ),
    20: (
        "mua bán từ 20 tài khoản là tội phạm (Bộ luật Hình sự, Điều 291)",
        "dealing in 20 accounts or more is a crime (Criminal Code, Art. 291)",
    ),
    50: (
        "mua bán từ 50 tài khoản bị phạt nặng hơn (Bộ luật Hình sự, Điều 291)",
        "dealing in 50 accounts or more is punished harder (Criminal Code, Art. 291)",
    ),
    200: (
        "mua bán từ 200 tài khoản thuộc khung phạt cao nhất (Bộ luật Hình sự, Điều 291)",
        "dealing in 200 accounts or more is punished hardest (Criminal Code, Art. 291)",
    ),
}

_HAPPENED: dict[Happening, Words] = {
    Happening.BORN: ("mới phát hiện", "first found"),
    Happening.SPLIT: ("tách từ {rings}", "split from {rings}"),
    Happening.RETURNED: ("phát hiện lại", "found again"),
    Happening.MERGED: ("nhập với {rings}", "merged with {rings}"),
    Happening.KEPT: ("không đổi", "unchanged"),
    Happening.GREW: ("lớn thêm", "grew"),
    Happening.SHRANK: ("nhỏ đi", "shrank"),
    Happening.CHANGED: ("đổi thành viên", "members changed"),
    Happening.ENDED: ("không còn thấy", "not found any more"),
}


def story(ring: Ring, confirmed: int) -> Words:
    """A ring in one sentence; `confirmed` is how many of its members are known to be fraud."""
    parts = [
        _who(ring),
        _when(ring),
        *([_by(ring)] if ring.ties else []),
    ]
    vietnamese, english = (", ".join(words) for words in zip(*parts, strict=True))
    known = (
        (f"{confirmed} đã xác nhận gian lận", f"{confirmed} confirmed as fraud")
        if confirmed
        else ("chưa có xác nhận gian lận", "none confirmed as fraud yet")
    )
    more = [known, *([_TIERS[ring.tier]] if ring.tier else [])]
    return (
        "; ".join((vietnamese, *(vi for vi, _ in more))) + ".",
        "; ".join((english, *(en for _, en in more))) + ".",
    )


def tier(ring: Ring) -> Words | None:
    """From how many accounts on the law is harder, where the ring has reached that."""
    return _TIERS.get(ring.tier)


def happened(told: Told) -> Words:
    """What became of a ring at one run."""
    vietnamese, english = _HAPPENED[told.happening]
    rings = ", ".join(told.parents)
    if told.happening is Happening.ENDED:
        into = ", ".join(told.children)
        return (
            vietnamese + (f"; thành viên nay thuộc {into}" if into else ""),
            english + (f"; members went to {into}" if into else ""),
        )
    change = "".join((f", +{told.joined}" * bool(told.joined), f", −{told.left}" * bool(told.left)))
    size = _counted(told.members, ("thành viên", "member", "members"))
    from_others = rings and "{rings}" not in english
    return (
        vietnamese.format(rings=rings)
        + (f", một phần từ {rings}" if from_others else "")
        + f"{change}: {size[0]}",
        english.format(rings=rings)
        + (f", in part from {rings}" if from_others else "")
        + f"{change}: {size[1]}",
    )


def listed(parts: Sequence[Words]) -> Words:
    """`a, b and c`, in both languages."""
    return _joined([vi for vi, _ in parts], "và"), _joined([en for _, en in parts], "and")


def knots(ties: Iterable[Tie]) -> list[tuple[Words, tuple[Key, ...]]]:
    """What ties and whom, the widest first; values shared by exactly the same are one knot."""
    kinds: dict[tuple[Key, ...], set[Attribute]] = defaultdict(set)
    for tie in ties:
        kinds[tie.members].add(tie.attribute)
    told = [(listed([NOUNS[a][:2] for a in NOUNS if a in k]), keys) for keys, k in kinds.items()]
    return sorted(told, key=lambda knot: (-len(knot[1]), knot))


def tied_by(ties: Sequence[Tie]) -> list[Words]:
    """How many values of each kind tie, in the order of `NOUNS`."""
    counts = Counter(tie.attribute for tie in ties)
    return [_counted(counts[a], noun) for a, noun in NOUNS.items() if counts[a]]


def by_holders(ring: Ring) -> tuple[list[Tie], list[Tie]]:
    """What different holders share, and what one holder's own registrations alone do."""
    holder = {node.key: node.holder for node in ring.members}
    across: list[Tie] = []
    own: list[Tie] = []
    for tie in ring.ties:
        several = len({holder[key] for key in tie.members}) > 1
        (across if several else own).append(tie)
    return across, own


def _who(ring: Ring) -> Words:
    sims = sum(node.kind is Kind.SIM for node in ring.members)
    what = [
        _counted(ring.accounts, ("tài khoản", "account", "accounts")),
        _counted(sims, ("SIM", "SIM", "SIMs")),
    ]
    things = listed(
        [words for words, count in zip(what, (ring.accounts, sims), strict=True) if count]
    )
    holders = _counted(ring.holders, ("người đứng tên", "holder", "holders"))
    at = len({node.institution for node in ring.members})
    where = _counted(at, ("tổ chức", "institution", "institutions"))
    return (
        f"{things[0]} của {holders[0]} tại {where[0]}",
        f"{things[1]} of {holders[1]} at {where[1]}",
    )


def _when(ring: Ring) -> Words:
    """On Vietnam's calendar."""
    first, last = (
        ring.members[i].registered_at.astimezone(VIETNAM).date().isoformat() for i in (0, -1)
    )
    if first == last:
        return f"mở ngày {first}", f"opened on {first}"
    return f"mở từ {first} đến {last}", f"opened from {first} to {last}"


def _by(ring: Ring) -> Words:
    """What different holders share; one person's own values only where there is nothing else."""
    across, _ = by_holders(ring)
    vietnamese, english = listed(tied_by(across or ring.ties))
    return f"nối với nhau qua {vietnamese}", f"tied by {english}"


def _counted(number: int, noun: tuple[str, str, str]) -> Words:
    vietnamese, one, several = noun
    figure = f"{number:,}"
    return (
        f"{figure.replace(',', '.')} {vietnamese}",
        f"{figure} {one if number == 1 else several}",
    )


def _joined(parts: Sequence[str], last: str) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"

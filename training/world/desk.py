"""The desk where an opening is written down: one row of registrations and the truth about it.

An `Opening` is what happens; a clerk or an app leaves fields out, writes them another way, or
mistypes them. The truth names, field by field, why what is written differs from the register.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from training.world import noise
from training.world.dice import Dice
from training.world.market import BANK, SIM, Agent, account_number
from training.world.people import Human
from training.world.places import FORMS, Home

FIELDS = ("document_number", "full_name", "birth_date", "sex", "address", "document_issued_on")
_CAUSES = ("none", "register_error", "clerical", "stale", "forged")  # the last one is named


@dataclass(frozen=True, slots=True)
class Papers:
    """What the papers shown say. `person` is whose record they point to, None for nobody's.

    `forged` maps a field to the kind of forgery.
    """

    person: Human | None
    document_type: str
    number: str
    full_name: str
    birth_date: date
    male: bool
    issued: date | None
    nationality: str = "VNM"
    forged: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Firm:
    """An organisation that opens; its papers are those of the legal representative."""

    tax_code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """One account or SIM as it is opened. `home` is a place or a literal address."""

    actor: Human | None
    papers: Papers
    kind: str
    institution: str
    at: datetime
    channel: str
    scene: str
    home: Home | str | None
    agent: Agent | None = None
    firm: Firm | None = None
    phone: str | None = None
    email: str | None = None
    number: str | None = None
    device: str | None = None
    ip: str | None = None
    face: str | None = None
    typology: str | None = None
    ring_id: str | None = None


def papers_of(human: Human, day: date) -> Papers:
    """A person's own papers as shown on a day; before a correction they say what stood then."""
    shown, card = human.identity_on(day), human.card_on(day)
    child = human.age_on(day) < 14
    return Papers(
        person=human,
        document_type="birth_certificate" if child else "cccd",
        number=shown.id_number,
        full_name=shown.name.text,
        birth_date=shown.born,
        male=human.male,
        issued=card.issued if card and not child else None,
    )


# Share of fields left empty, by (kind, channel): issue date, sex, nationality, address, phone.
_LEFT_OUT = {
    (BANK, "agent"): (0.10, 0.11, 0.33, 0.09, 0.04),
    (BANK, "branch"): (0.04, 0.04, 0.14, 0.02, 0.025),
    (BANK, "ekyc"): (0.02, 0.04, 0.10, 0.03, 0.01),
    (BANK, "online"): (0.125, 0.11, 0.27, 0.10, 0.014),
    (BANK, "payroll"): (0.14, 0.07, 0.26, 0.02, 0.085),
    (SIM, "agent"): (0.46, 0.32, 0.30, 0.09, 0.0),
    (SIM, "branch"): (0.42, 0.26, 0.10, 0.02, 0.0),
    (SIM, "ekyc"): (0.40, 0.24, 0.06, 0.03, 0.0),
    (SIM, "online"): (0.47, 0.29, 0.24, 0.10, 0.0),
}
# How carelessly a channel types: a factor on every slip.
_CARE = {"agent": 1.25, "branch": 0.9, "ekyc": 0.75, "online": 1.35, "payroll": 1.2}


class Desk:
    """Writes openings down; the same opening may be written differently each time."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._ids: set[str] = set()

    def write(self, opening: Opening) -> tuple[dict[str, Any], dict[str, Any]]:
        """The row of registrations and the row of truth."""
        sheet = _Sheet(self._dice, opening)
        row = {
            "registration_id": self._key(opening.institution),
            "kind": opening.kind,
            "institution": opening.institution,
            "registered_at": opening.at,
            "channel": opening.channel,
            "agent_id": opening.agent.agent_id if opening.agent else None,
            "holder_type": "organisation" if opening.firm else "individual",
            "organisation_tax_code": opening.firm.tax_code if opening.firm else None,
            "organisation_name": opening.firm.name if opening.firm else None,
            **sheet.fields(),
            **self._contacts(opening),
        }
        return row, sheet.truth(row["registration_id"])

    def _key(self, institution: str) -> str:
        while True:
            key = f"{institution}-{self._dice.digits(9)}"
            if key not in self._ids:
                self._ids.add(key)
                return key

    def _contacts(self, opening: Opening) -> dict[str, Any]:
        dice, bank = self._dice, opening.kind == BANK
        phone_left_out = _LEFT_OUT[opening.kind, opening.channel][4]
        phone = None if dice.chance(phone_left_out) else opening.phone
        number = opening.number
        if bank and number is None:
            vanity = opening.phone is not None and dice.chance(0.035)
            number = opening.phone if vanity else account_number(dice, opening.institution)
        return {
            "contact_phone": _written_phone(dice, phone) if phone else None,
            "email": opening.email,
            "account_number": number if bank else None,
            "msisdn": None if bank else _international(dice, number or ""),
            "device_id": opening.device,
            "ip_address": opening.ip,
            "face_template": opening.face,
        }


def _written_phone(dice: Dice, phone: str) -> str:
    style = dice.roll()
    if style < 0.8:
        return phone
    if style < 0.95:
        return f"+84{phone[1:]}" if style < 0.89 else f"84{phone[1:]}"
    mark = " " if style < 0.975 else "."
    return mark.join((phone[:4], phone[4:7], phone[7:]))


def _international(dice: Dice, phone: str) -> str:
    return f"84{phone[1:]}" if dice.chance(0.24) else phone


class _Sheet:
    """One form being filled in: typed values beside why each differs from the register."""

    def __init__(self, dice: Dice, opening: Opening) -> None:
        self._dice, self._opening, self._papers = dice, opening, opening.papers
        self._care = _CARE[opening.channel]
        self._why = dict.fromkeys(FIELDS, "none")
        self._kinds: list[str] = []
        self._start_from_papers()

    def _start_from_papers(self) -> None:
        """Register errors, corrections and forgeries differ before anybody types."""
        person = self._papers.person
        for name in person.record.errors if person else ():
            self._mark(name, "register_error", "register_error")
        for name in _corrected_since(self._papers):
            self._mark(name, "stale", "before_correction")
        for name, kind in self._papers.forged.items():
            self._mark(name, "forged", kind)

    def _mark(self, name: str, why: str, kind: str) -> None:
        self._why[name] = max(self._why[name], why, key=_CAUSES.index)
        self._kinds.append(f"{name}:{kind}")

    def _unmark(self, name: str) -> None:
        """A field left empty differs from nothing."""
        self._why[name] = "none"
        self._kinds = [kind for kind in self._kinds if not kind.startswith(f"{name}:")]

    def fields(self) -> dict[str, Any]:
        """The identity part of the row."""
        papers, opening = self._papers, self._opening
        no_issue, no_sex, no_nation, no_address, _ = _LEFT_OUT[opening.kind, opening.channel]
        document_type, number = self._number()
        return {
            "document_type": document_type,
            "document_number": number,
            "document_issued_on": self._issued(document_type, no_issue),
            "full_name": self._name(),
            "birth_date": self._birth_date(),
            "sex": self._sex(no_sex),
            "nationality": None if self._dice.chance(no_nation) else papers.nationality,
            "address": self._address(no_address),
        }

    def _number(self) -> tuple[str, str]:
        dice, papers = self._dice, self._papers
        old = [n for n in papers.person.former if len(n) == 9] if papers.person else []
        if papers.document_type == "cccd" and old and not papers.forged and dice.chance(0.011):
            self._mark("document_number", "stale", "old_card")
            return "cmnd", dice.pick(old)
        if papers.document_type == "birth_certificate" and dice.chance(0.3):
            self._mark("document_number", "clerical", "certificate_number")
            return papers.document_type, f"{dice.between(1, 400)}/{papers.birth_date.year}"
        if papers.document_type != "passport" and dice.chance(0.02 * self._care):
            noisy = noise.number(dice, papers.number)
            if noisy is not None:
                self._mark("document_number", "clerical", noisy[1])
                return papers.document_type, noisy[0]
        return papers.document_type, papers.number

    def _name(self) -> str:
        if self._papers.document_type != "passport" and self._dice.chance(0.125 * self._care):
            noisy = noise.name(self._dice, self._papers.full_name)
            if noisy is not None:
                self._mark("full_name", "clerical", noisy[1])
                return noisy[0]
        return self._papers.full_name

    def _birth_date(self) -> str | None:
        clean = self._papers.birth_date
        if self._dice.chance(0.003):
            self._unmark("birth_date")
            return None
        if self._dice.chance(0.035 * self._care):
            noisy = noise.birth_date(self._dice, clean)
            if noisy is not None:
                self._mark("birth_date", "clerical", noisy[1])
                return noisy[0]
        return self._known_day(clean)

    def _known_day(self, clean: date) -> str:
        """Where the register knows a year alone, so does the card; forms then say 1 January."""
        person = self._papers.person
        known = person.record.birth_date if person and not self._papers.forged else ""
        if len(known) not in (4, 7):
            return clean.isoformat()
        if len(known) == 4 and self._dice.chance(0.4):
            return known
        self._mark("birth_date", "clerical", "first_of_month")
        return f"{known}-01" if len(known) == 7 else f"{known}-01-01"

    def _sex(self, left_out: float) -> str | None:
        if self._dice.chance(left_out):
            self._unmark("sex")
            return None
        male = self._papers.male
        if self._dice.chance(0.003 * self._care):
            self._mark("sex", "clerical", "wrong_box")
            male = not male
        return "male" if male else "female"

    def _issued(self, document_type: str, left_out: float) -> date | None:
        """The card shown may be an older one; the bank may have copied an older date."""
        dice, issued, person = self._dice, self._papers.issued, self._papers.person
        if issued is None or dice.chance(left_out):
            self._unmark("document_issued_on")
            return None
        if document_type == "cmnd" and person is not None:
            self._mark("document_issued_on", "stale", "old_card")
            return date(min(person.born.year + 16 + dice.below(12), 2015), 1 + dice.below(12), 5)
        if person is not None and self._papers.forged.get("document_issued_on") is None:
            newest = person.cards[-1].issued if person.cards else None
            if issued != newest:
                self._mark("document_issued_on", "stale", "earlier_card")
        if dice.chance(0.006 * self._care):
            self._mark("document_issued_on", "clerical", "wrong_date")
            return noise.shifted(dice, issued)
        return issued

    def _address(self, left_out: float) -> str | None:
        dice, home = self._dice, self._opening.home
        if home is None or dice.chance(left_out):
            return None
        person = self._papers.person
        if isinstance(home, Home) and person is not None and home is person.home:
            text = self._registered_address(person)
        else:
            text = home if isinstance(home, str) else home.written(dice.pick(FORMS))
            self._mark("address", "stale", "lives_elsewhere")
        noisy = noise.address(dice, text) if dice.chance(0.09 * self._care) else None
        if noisy is None:
            return text
        if self._why["address"] == "none":
            self._mark("address", "clerical", noisy[1])
        return noisy[0]

    def _registered_address(self, person: Human) -> str:
        style = self._dice.roll()
        if style < 0.68:
            return person.record.residence
        form = self._dice.pick(FORMS)
        text = person.home.written(form)
        if text != person.record.residence:
            self._mark("address", "stale", form)
        return text

    def truth(self, registration_id: str) -> dict[str, Any]:
        """The row of truth; call it after `fields`."""
        opening, papers = self._opening, self._papers
        actor, day = opening.actor or papers.person, opening.at.date()
        return {
            "registration_id": registration_id,
            "person_id": f"P{actor.index:07d}" if actor else None,
            "is_fraud": opening.typology is not None,
            "typology": opening.typology,
            "ring_id": opening.ring_id,
            "matched_id_number": papers.person.id_number if papers.person else None,
            "scene": opening.scene,
            "foreigner": papers.document_type == "passport",
            **{f"why_{name}": why for name, why in self._why.items()},
            "noise_kinds": " ".join(self._kinds),
            **_holder(papers, day),
        }


def _corrected_since(papers: Papers) -> list[str]:
    """Fields in which genuine papers say what the register has corrected since."""
    person = papers.person
    if person is None or person.correction is None:
        return []
    shown = {
        "document_number": papers.number != person.id_number,
        "full_name": papers.full_name != person.name.text,
        "birth_date": papers.birth_date != person.born,
    }
    return [name for name, differs in shown.items() if differs and name not in papers.forged]


def _holder(papers: Papers, day: date) -> dict[str, Any]:
    """The group of the person whose papers were used."""
    person = papers.person
    born = person.born if person else papers.birth_date
    return {
        "holder_age": (day - born).days * 4 // 1461,
        "holder_sex": "male" if papers.male else "female",
        "holder_name_group": person.name.group if person else "foreign",
        "holder_province_group": _region(person) if person else "abroad",
        "holder_status": person.status if person and person.gone_on(day) else "living",
    }


def _region(person: Human) -> str:
    code = person.home.commune.birth_code
    if code in ("001", "079", "031", "048", "092"):
        return "large_city"
    return "north" if code < "038" else "centre" if code < "070" else "south"

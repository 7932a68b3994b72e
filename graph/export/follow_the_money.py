"""Entities of FollowTheMoney 4, one JSON object a line, for Aleph, OpenSanctions tools and the like.

Schemata and properties are those of https://followthemoney.tech/explorer/ (4.11). A SIM, which
has no schema of its own, is a UserAccount at its operator; a value that strangers share is a link
from the first who had it to each of the others.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from features import phone
from graph.export.picture import OPENED, Picture, Point, stable_id

FILE = "rings.ftm.json"

_LONGEST = {
    **dict.fromkeys(("address", "full"), 250),
    "name": 384,
    **dict.fromkeys(("bankName", "keywords", "service", "username"), 1024),
    **dict.fromkeys(("description", "notes"), 65_000),
}
"""Longer texts are cut, for FollowTheMoney refuses them."""
_LONGEST_NUMBER = 64
"""A longer value of any other property is no number that anybody was given, and left out."""

_EMAIL = re.compile(r"[a-z0-9_.+-]+@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}", re.IGNORECASE)

_MOBILE = re.compile("0(?!52[0145679]|55|57|89[0-5]|992)[35789][0-9]{8}")
"""The younger prefixes of the numbering plan are not valid to the library that it checks with."""

Entity = dict[str, Any]
_Properties = dict[str, Iterable[object]]


def write(drawn: Picture, folder: Path) -> None:
    """Writes `rings.ftm.json` into `folder`.

    Raises:
        OSError: it cannot be written.
    """
    with (folder / FILE).open("w", encoding="utf-8", newline="\n") as file:
        for entity in entities(drawn):
            file.write(json.dumps(entity, ensure_ascii=False) + "\n")


@dataclass(frozen=True, slots=True)
class _Ties:
    """The links of a picture by their ends: ids of points."""

    holder: Mapping[str, str]
    opened: Mapping[str, Sequence[str]]
    sharing: Mapping[str, Sequence[str]]
    """Value -> the persons who share it, in the order of the links."""

    @classmethod
    def of(cls, drawn: Picture) -> _Ties:
        opening = [link for link in drawn.links.values() if link.kind == OPENED]
        holder = {link.target: link.source for link in opening}
        opened: dict[str, list[str]] = defaultdict(list)
        for link in opening:
            opened[link.source].append(link.target)
        sharing: dict[str, dict[str, None]] = defaultdict(dict)
        for link in drawn.links.values():
            if link.kind != OPENED:
                sharing[link.target][holder[link.source]] = None
        return cls(holder, opened, {value: list(people) for value, people in sharing.items()})


def entities(drawn: Picture) -> Iterator[Entity]:
    """Every entity with `id`, `schema` and `properties`, each property a list of texts."""
    ties = _Ties.of(drawn)
    addresses: dict[str, list[str]] = defaultdict(list)
    for value, persons in ties.sharing.items():
        for person in persons if drawn.points[value].kind == "Address" else ():
            addresses[person].append(value)
    for point in drawn.points.values():
        if point.kind == "Person":
            opened = [drawn.points[account] for account in ties.opened[point.id]]
            yield from _person(point, opened, addresses[point.id])
        elif point.id in ties.holder:
            yield from _opened(point, ties.holder[point.id])
        else:
            yield from _value(point, ties.sharing[point.id])


def _person(point: Point, opened: Sequence[Point], addresses: Sequence[str]) -> Iterator[Entity]:
    texts = {name: fact for name, fact in point.facts.items() if isinstance(fact, tuple)}
    read: dict[str, list[str]] = {}
    notes: list[str] = []
    for name, fitting in _READ.items():
        found = {text: fitting(text) for text in texts.get(name, ())}
        read[name] = [form for form in found.values() if form]
        notes += [f"{name}: {text}" for text, form in found.items() if not form]
    person: _Properties = {
        "name": texts.get("name") or [point.label],
        "birthDate": read["birth_date"],
        "gender": texts.get("sex", ()),
        "idNumber": texts.get("id_number", ()),
        "passportNumber": texts.get("passport_number", ()),
        "phone": read["phone"],
        "email": read["email"],
        "address": texts.get("address", ()),
        "addressEntity": addresses,
        "notes": notes,
        "keywords": [ring for account in opened for ring in _rings(account)],
        "topics": [topic for account in opened for topic in _topics(account)],
    }
    yield _entity("Person", point.id, person)
    for kind, name in (("id_number", "national identity"), ("passport_number", "passport")):
        for number in texts.get(kind, ()):
            paper: _Properties = {"holder": [point.id], "number": [number], "type": [name]}
            if len(number) <= _LONGEST_NUMBER:
                yield _entity("Identification", stable_id(kind, point.id, number), paper)


def _opened(point: Point, holder: str) -> Iterator[Entity]:
    facts = point.facts
    number = [facts["number"]] if "number" in facts else []
    at = [_day(facts["registered_at"])]
    common: _Properties = {
        "name": [point.label],
        "keywords": _rings(point),
        "topics": _topics(point),
        "notes": ["personal data erased"] if "erased" in facts else [],
    }
    if point.kind == "Sim":
        account: _Properties = {
            "username": [point.label],
            "phone": [_mobile(point.label) or ""],
            "service": [facts["institution"]],
            "owner": [holder],
        }
        yield _entity("UserAccount", point.id, common | account)
        return
    account = {"bankName": [facts["institution"]], "accountNumber": number, "openingDate": at}
    yield _entity("BankAccount", point.id, common | account)
    owned: _Properties = {"owner": [holder], "asset": [point.id], "startDate": at}
    yield _entity("Ownership", stable_id("Ownership", holder, point.id), owned)


def _value(point: Point, persons: Sequence[str]) -> Iterator[Entity]:
    told: list[object] = [point.facts["value"]] if "value" in point.facts else []
    if point.kind == "Address":
        yield _entity("Address", point.id, {"name": [point.label], "full": told})
        return
    if point.kind == "Organisation":
        yield _entity("Organization", point.id, {"name": [point.label], "taxNumber": told})
        for person in persons:
            ends = {"agent": [person], "client": [point.id], "role": ["legal representative"]}
            yield _entity("Representation", stable_id("agent", person, point.id), ends)
        return
    for person in persons[1:]:
        tied = stable_id("tie", point.id, persons[0], person)
        if point.kind == "Face":
            pair: _Properties = {"candidate": persons[:1], "match": [person]}
            why: _Properties = {"criteria": ["face"], "matcher": ["chinhchu"]}
            yield _entity("Similar", tied, pair | why)
        else:
            pair = {"subject": persons[:1], "object": [person]}
            why = {"role": [f"shares {point.kind}"], "description": told}
            yield _entity("UnknownLink", tied, pair | why)


def _entity(schema: str, identity: str, properties: Mapping[str, Iterable[object]]) -> Entity:
    """An entity without empty, repeated or overlong values."""
    kept = {
        name: list(dict.fromkeys(text for value in values if (text := _fitting(name, value))))
        for name, values in properties.items()
    }
    return {
        "id": identity,
        "schema": schema,
        "properties": {name: values for name, values in kept.items() if values},
    }


def _fitting(name: str, value: object) -> str:
    text = str(value)
    if name in _LONGEST:
        return text[: _LONGEST[name]].strip()
    return text if len(text) <= _LONGEST_NUMBER else ""


def _rings(opened: Point) -> list[object]:
    return [opened.facts["ring_id"]] if opened.facts.get("ring_id") else []


def _topics(opened: Point) -> list[str]:
    """A member of a ring is a person of interest, until it is known to be fraud, or not."""
    fraud = opened.facts.get("fraud")
    if fraud is None:
        return ["poi"] if opened.facts.get("ring_id") else []
    return ["crime.fraud"] if fraud else []


def _mobile(text: str) -> str | None:
    """A mobile number in the international form, the only one that FollowTheMoney takes."""
    number = phone.normal(text)
    return f"+84{number[1:]}" if number and _MOBILE.fullmatch(number) else None


def _email(text: str) -> str | None:
    return text if _EMAIL.fullmatch(text) else None


def _date(text: str) -> str | None:
    """A day, a month or a year that exists."""
    try:
        date.fromisoformat(f"{text}-01-01"[:10])
    except ValueError:
        return None
    return text


_READ: Mapping[str, Callable[[str], str | None]] = {
    "birth_date": _date,
    "phone": _mobile,
    "email": _email,
}
"""What FollowTheMoney takes in one form alone; other text goes into the notes as it is."""


def _day(moment: object) -> str:
    return moment.date().isoformat() if isinstance(moment, datetime) else ""

"""Exports: what is written comes back whole in the readers of others, and tells nothing unasked."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.cross_check import cross_check
from features.evidence import NotFound
from features.registration import (
    Channel,
    DocumentType,
    Institution,
    Kind,
    Registration,
    RegistrationId,
    Sex,
)
from graph.attributes import Tokens, node_of
from graph.export import follow_the_money, graphml, tables
from graph.export.picture import Header, Labels, Picture, named_by_members, one_line, picture
from graph.rings import Ring, find

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
HEADER = Header(START, "mọi nhóm", "dữ liệu cá nhân")
NASTY = (
    "Nguyễn Thị Bích Ngọc",
    "Lê\x00Văn\x0bĐức",
    '=HYPERLINK("http://x","Ồ")',
    "+84 912",
    "@SUM(1)",
    "-2",
    "＝1",
    'O\'Đào "Bé", Hồ; Ơ',
    "dòng 1\ndòng 2\r\ndòng 3\u2028\x85",
    "👨‍👩‍👧 Ẩn \ufffe <b>&amp;",
    "Ắ" * 900,
)
TEXTS = st.one_of(st.sampled_from(NASTY), st.text(min_size=1))


def registration(i: int, **changes: object) -> Registration:
    """One of a gang: all on one phone, neighbours on one device; every third is a SIM."""
    sim = i % 3 == 2
    made = Registration(
        registration_id=RegistrationId(f"VCB-{i:03}"),
        kind=Kind.SIM if sim else Kind.BANK_ACCOUNT,
        institution=Institution("VCB"),
        registered_at=START + timedelta(hours=i),
        document_type=DocumentType.CCCD,
        channel=Channel.EKYC,
        full_name=f"Nguyễn Văn Ơn {i}",
        document_number=f"0010850{i:05}",
        birth_date="02/09/1985",
        sex=Sex.MALE,
        address="Thôn Đoài, xã Yên Thường, Hà Nội",
        contact_phone="0912 345 678",
        email=f"on.{i}@example.vn",
        account_number=None if sim else f"00{i:08}",
        msisdn=f"09870000{i:02}" if sim else None,
        device_id=f"máy-{i // 2}",
        face_template=f"face-{i // 4}",
        organisation_tax_code="0101234567",
    )
    return replace(made, **changes)


def rings_of(registrations: list[Registration], key: bytes = b"the key of the tests") -> list[Ring]:
    tokens = Tokens(key)
    nodes = [node_of(r, cross_check(r, NotFound()), tokens) for r in registrations]
    return find(nodes, {n.key: 0.75 for n in nodes})


def labels_of(registrations: list[Registration], **outcomes: bool) -> Labels:
    fraud = {(Institution("VCB"), RegistrationId(r)): is_fraud for r, is_fraud in outcomes.items()}
    return Labels({r.key: r for r in registrations}, fraud)


GANG = [registration(i) for i in range(7)]
BARE = picture(rings_of(GANG))
NAMED = picture(rings_of(GANG), labels_of(GANG))


def written(drawn: Picture) -> dict[str, str]:
    """The text of every file of every format."""
    with TemporaryDirectory() as folder:
        graphml.write(drawn, HEADER, Path(folder))
        tables.write(drawn, Path(folder))
        follow_the_money.write(drawn, Path(folder))
        return {file.name: file.read_bytes().decode() for file in Path(folder).iterdir()}


def in_table(text: str) -> list[list[str]]:
    """The rows of a table without its header, as Python's reader sees them."""
    return list(csv.reader(io.StringIO(text, newline="")))[1:]


@pytest.mark.parametrize("drawn", [BARE, NAMED])
def test_networkx_reads_the_graphml_with_every_point_link_and_fact(drawn, tmp_path):
    graphml.write(drawn, HEADER, tmp_path)
    read = nx.read_graphml(tmp_path / graphml.FILE)
    assert read.graph["exported_at"] == "2026-03-01T08:00:00+00:00"
    assert (read.graph["query"], read.graph["classification"]) == ("mọi nhóm", "dữ liệu cá nhân")
    assert read.graph["count"] == len(drawn.points) == len(read)
    for point in drawn.points.values():
        told = {"label": point.label, "pole": point.pole, "kind": point.kind}
        assert read.nodes[point.id] == told | graphml.flat(point.facts)
    assert set(read.edges) == set(drawn.links)
    assert {kind for _, _, kind in read.edges(data="kind")} > {"OPENED", "HAS_PHONE", "HAS_DEVICE"}


@pytest.mark.parametrize("drawn", [BARE, NAMED])
def test_duckdb_reads_the_tables_with_their_types_and_every_edge_has_its_ends(drawn, tmp_path):
    tables.write(drawn, tmp_path)
    with duckdb.connect() as door:
        for name in ("nodes", "edges"):
            path = str(tmp_path / f"{name}.csv")
            door.execute(f"CREATE TABLE {name} AS FROM read_csv(?, header = true)", [path])
        types = {name: kind for name, kind, *_ in door.execute("DESCRIBE nodes").fetchall()}
        ends = door.execute(
            'SELECT count(*) FROM edges JOIN nodes a ON a."id:ID" = ":START_ID" '
            'JOIN nodes b ON b."id:ID" = ":END_ID"'
        ).fetchone()
        labels = dict(door.execute('SELECT "id:ID", label FROM nodes').fetchall())
    assert types["ring_risk:double"] == "DOUBLE"
    assert types["verified:boolean"] == "BOOLEAN"
    assert types["registered_at:datetime"].startswith("TIMESTAMP")
    assert ends == (len(drawn.links),)
    assert labels == {point.id: point.label for point in drawn.points.values()}


def test_the_tables_begin_with_the_byte_order_mark_and_the_headers_that_neo4j_knows(tmp_path):
    tables.write(BARE, tmp_path)
    nodes, edges = ((tmp_path / f"{name}.csv").read_bytes() for name in ("nodes", "edges"))
    assert nodes.startswith("\ufeffid:ID,:LABEL,label,".encode())
    assert edges.startswith("\ufeff:START_ID,:END_ID,:TYPE,".encode())
    assert b"Object;BankAccount" in nodes


def test_networkx_makes_of_the_tables_the_graph_of_the_graphml():
    files = written(NAMED)
    nodes, edges = in_table(files[tables.NODES]), in_table(files[tables.EDGES])
    read = nx.parse_graphml(files[graphml.FILE])
    made = nx.DiGraph([(source, target) for source, target, *_ in edges])
    assert set(made.edges) == set(read.edges)
    assert {row[0]: row[2] for row in nodes} == dict(read.nodes(data="label"))


@given(TEXTS, TEXTS)
def test_no_text_breaks_a_format_and_its_letters_stay(name, address):
    numbers = {"account_number": name, "msisdn": name, "document_number": name}
    gang = [replace(r, full_name=name, address=address, **numbers) for r in GANG[:4]]
    drawn = picture(rings_of(gang), labels_of(gang))
    people = [p for p in drawn.points.values() if p.kind == "Person"]
    assert all(p.label == one_line(name) or not one_line(name) for p in people)
    files = written(drawn)
    read = nx.parse_graphml(files[graphml.FILE])
    assert dict(read.nodes(data="label")) == {p.id: p.label for p in drawn.points.values()}
    labels = {row[0]: row[2] for row in in_table(files[tables.NODES])}
    assert all(labels[p.id].removeprefix("'") == p.label.removeprefix("'") for p in people)
    for line in files[follow_the_money.FILE].splitlines():
        assert_of_the_schema(json.loads(line))


@given(st.text())
def test_one_line_keeps_what_vietnamese_and_emoji_are_written_with(text):
    made = one_line(text)
    assert one_line(made) == made
    assert len(made.splitlines()) <= 1
    assert [c for c in made if c != " "] == [c for c in text if one_line(c)]


@given(TEXTS)
def test_no_cell_is_run_by_a_spreadsheet(text):
    gang = [replace(r, full_name=text, account_number=text, email=text) for r in GANG[:4]]
    files = written(picture(rings_of(gang), labels_of(gang)))
    for name in (tables.NODES, tables.EDGES):
        for cell in (cell for row in in_table(files[name]) for cell in row):
            assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))


def test_without_plain_values_nothing_but_keys_and_moments_is_told():
    typed = [
        value
        for r in GANG
        for name in ("full_name", "document_number", "birth_date", "address", "contact_phone",
                     "email", "account_number", "msisdn", "device_id", "face_template")
        if (value := getattr(r, name)) is not None
    ]  # fmt: skip
    files = written(BARE)
    assert len(files) == 4
    assert not [value for value in typed for text in files.values() if value in text]
    assert "VCB-003" in files[tables.NODES]
    assert "Ơn" not in repr(NAMED) + repr(list(NAMED.points.values()))


def test_no_face_is_exported_even_with_plain_values():
    assert not [p for p in NAMED.points.values() if "face-" in p.label]
    assert [p for p in NAMED.points.values() if p.kind == "Face"]


def test_ids_are_alike_in_every_format_and_every_export():
    assert list(NAMED.points) == list(BARE.points)
    larger = picture(rings_of([registration(i) for i in range(12)]))
    assert set(BARE.points) < set(larger.points)
    ids = {entity["id"] for entity in follow_the_money.entities(BARE)}
    assert {p.id for p in BARE.points.values() if p.facts or p.kind == "Person"} <= ids
    assert ids <= {entity["id"] for entity in follow_the_money.entities(larger)}


def test_named_by_members_an_export_depends_on_no_key():
    one, other = (named_by_members(rings_of(GANG, key)) for key in (b"k" * 16, b"l" * 16))
    assert one == other
    drawn = picture(one)
    assert len(drawn.points) == len(BARE.points)
    assert len(drawn.links) == len(BARE.links)


def test_a_number_that_one_registered_and_others_name_is_one_point():
    """The gang's contact phone is the SIM of one of them."""
    gang = [*GANG[:4], registration(20, kind=Kind.SIM, msisdn="0912345678", contact_phone=None)]
    drawn = picture(rings_of(gang), labels_of(gang))
    (number,) = [p for p in drawn.points.values() if p.facts.get("value") == "0912 345 678"]
    kinds = [link.kind for link in drawn.links.values() if link.target == number.id]
    assert sorted(kinds) == ["HAS_PHONE"] * 4 + ["HAS_SIM"]


def test_a_holder_of_several_accounts_is_one_person_with_all_names():
    gang = [*GANG, registration(9, document_number=GANG[0].document_number, full_name="An Ơn")]
    drawn = picture(rings_of(gang), labels_of(gang))
    person = next(p for p in drawn.points.values() if "An Ơn" in p.facts.get("name", ()))
    assert person.facts["name"] == ("Nguyễn Văn Ơn 0", "An Ơn")
    opened = [link for link in drawn.links.values() if link.source == person.id]
    assert [link.kind for link in opened] == ["OPENED", "OPENED"]


# ── FollowTheMoney ───────────────────────────────────────────────────

_THING = {"name": "name", "keywords": "string", "topics": "topic"}
_LEGAL = {
    **_THING,
    "notes": "text",
    "idNumber": "identifier",
    "passportNumber": "identifier",
    "taxNumber": "identifier",
    "phone": "phone",
    "email": "email",
    "address": "address",
    "addressEntity": "Address",
}
SCHEMATA = {
    "Person": _LEGAL | {"birthDate": "date", "gender": "gender"},
    "Organization": _LEGAL,
    "BankAccount": _THING
    | {"bankName": "string", "accountNumber": "identifier", "openingDate": "date"},
    "UserAccount": _THING
    | {"username": "string", "service": "string", "phone": "phone", "owner": "Person"},
    "Address": _THING | {"full": "address"},
    "Ownership": {"owner": "Person", "asset": "BankAccount", "startDate": "date"},
    "Identification": {"holder": "Person", "number": "identifier", "type": "string"},
    "Representation": {"agent": "Person", "client": "Organization", "role": "string"},
    "UnknownLink": {
        "subject": "Person",
        "object": "Person",
        "role": "string",
        "description": "text",
    },
    "Similar": {
        "candidate": "Person",
        "match": "Person",
        "criteria": "string",
        "matcher": "string",
    },
}
"""Schema -> property -> type, or the schema that it leads to (followthemoney 4.11.2)."""

REQUIRED = {
    "Person": {"name"},
    "Organization": {"name"},
    "UserAccount": {"username"},
    "Ownership": {"owner", "asset"},
    "Identification": {"holder", "number"},
    "Representation": {"agent", "client"},
    "UnknownLink": {"subject", "object"},
}
LONGEST = {"name": 384, "address": 250, "identifier": 64, "phone": 64, "string": 1024}


def assert_of_the_schema(entity) -> None:
    properties = entity["properties"]
    assert REQUIRED.get(entity["schema"], set()) <= set(properties)
    for name, values in properties.items():
        kind = SCHEMATA[entity["schema"]][name]
        assert values
        for value in values:
            assert value == value.strip()
            assert 0 < len(value) <= LONGEST.get(kind, 65_000)
            if kind == "topic":
                assert value in {"poi", "crime.fraud"}
            if kind == "gender":
                assert value in {"male", "female"}
            if kind == "phone":
                assert re.fullmatch(r"\+84[35789][0-9]{8}", value)
            if kind == "date":
                assert date.fromisoformat(f"{value}-01-01"[:10])


def test_every_entity_is_of_its_schema_and_leads_to_one_that_is_there():
    made = list(follow_the_money.entities(NAMED))
    schema_of = {entity["id"]: entity["schema"] for entity in made}
    assert len(schema_of) == len(made)
    assert set(schema_of.values()) == set(SCHEMATA)
    for entity in made:
        assert_of_the_schema(entity)
        for name, values in entity["properties"].items():
            leads_to = SCHEMATA[entity["schema"]][name]
            if leads_to in SCHEMATA:
                assert {schema_of[value] for value in values} == {leads_to}


def test_who_is_fraud_who_is_honest_and_who_is_looked_at_is_told_by_topic():
    labels = labels_of([], **{"VCB-000": True, "VCB-001": False})
    made = follow_the_money.entities(picture(rings_of(GANG), labels))
    topics = {
        entity["properties"]["name"][0]: entity["properties"].get("topics")
        for entity in made
        if entity["schema"] in {"BankAccount", "UserAccount"}
    }
    assert (topics["VCB-000"], topics["VCB-001"]) == (["crime.fraud"], None)
    assert topics["VCB-002"] == topics["VCB-003"] == ["poi"]


_PEER = Path(__file__).parents[2] / ".venv-peers/bin/python"
_READER = """
import json, sys
from followthemoney import model
for line in sys.stdin.buffer.read().decode().split("\\n")[:-1]:
    form = json.loads(line)
    proxy = model.get_proxy(form)
    assert proxy.schema.validate(form) is None, form
    assert set(proxy.schema.required) <= set(proxy.properties), form
    for prop, value in proxy.itervalues():
        assert prop.type.validate(value) and prop.type.clean(value), (prop.name, value)
    assert proxy.to_dict()["properties"].keys() == form["properties"].keys(), form
    print(proxy.schema.name)
"""


@pytest.mark.skipif(not _PEER.exists(), reason="no FollowTheMoney here: make peers")
def test_followthemoney_itself_takes_every_entity(tmp_path):
    odd = [
        registration(
            30 + i,
            full_name=name,
            address=f"Thôn {name}",
            account_number=name,
            msisdn="0521234567",
            document_number=name,
            document_type=DocumentType.PASSPORT,
            birth_date="31/31/1990",
            email=f"{name}@example.vn",
        )
        for i, name in enumerate(NASTY)
    ]
    follow_the_money.write(
        picture(rings_of([*GANG, *odd]), labels_of([*GANG, *odd], **{"VCB-000": True})), tmp_path
    )
    with (tmp_path / follow_the_money.FILE).open("rb") as lines:
        done = subprocess.run(
            [_PEER, "-c", _READER], stdin=lines, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stderr[-800:]
    assert set(done.stdout.split()) == set(SCHEMATA)

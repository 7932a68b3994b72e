"""The OpenAPI page: plain HTML made from the document itself, so that it works without a network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h2 code { font-size: 1.1rem; } .verb { text-transform: uppercase; font-weight: 700; }
section { border-top: 1px solid #8886; padding: .5rem 0 1rem; }
pre { overflow: auto; background: #8881; padding: .75rem; border-radius: .4rem; }
h3 { font-size: 1rem; margin: 1rem 0 .25rem; } summary { cursor: pointer; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
td, th { padding: .2rem 1rem .2rem 0; vertical-align: top; text-align: left; }
tr { border-bottom: 1px solid #8883; } .needed { font-weight: 700; }
"""
_SPOKEN = {"anyOf": " or ", "oneOf": " or ", "allOf": " and "}


def page(document: Mapping[str, Any]) -> str:
    """The whole page for an OpenAPI document."""
    info = document["info"]
    routes = "".join(
        _operation(path, verb, operation)
        for path, verbs in document["paths"].items()
        for verb, operation in verbs.items()
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(info['title'])}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(info['title'])} {escape(info['version'])}</h1>"
        f"<p>{escape(info.get('description', ''))}</p>"
        '<p><a href="openapi.json">openapi.json</a></p>'
        f"{routes}{_shapes(document)}</body></html>"
    )


def _operation(path: str, verb: str, operation: Mapping[str, Any]) -> str:
    return (
        f'<section><h2><span class="verb">{escape(verb)}</span> <code>{escape(path)}</code></h2>'
        f"<p>{escape(operation.get('summary', ''))}</p>"
        f"<p>{escape(operation.get('description', ''))}</p>"
        f"{_keys(operation)}{_parameters(operation)}{_body(operation)}{_answers(operation)}"
        "</section>"
    )


def _keys(operation: Mapping[str, Any]) -> str:
    names = [
        f"<code>{escape(name)}</code>" for one in operation.get("security", []) for name in one
    ]
    return f"<p>API key: {' or '.join(names)}</p>" if names else ""


def _parameters(operation: Mapping[str, Any]) -> str:
    rows = [
        [
            _name(p["name"], needed=p.get("required", False)),
            escape(p["in"]),
            _kind(p["schema"]),
            escape(p.get("description", "")),
        ]
        for p in operation.get("parameters", [])
    ]
    return _table(rows)


def _body(operation: Mapping[str, Any]) -> str:
    parts = []
    for kind, form in operation.get("requestBody", {}).get("content", {}).items():
        schema = form["schema"]
        one = schema.get("oneOf", [schema])[0]  # the others are lists of the same
        example = json.dumps(form.get("example"), ensure_ascii=False, indent=2)
        parts.append(
            f"<h3>Body: {escape(kind)}: {_kind(schema)}</h3><pre>{escape(example)}</pre>"
            f"<details><summary>{escape(one.get('title', 'Members'))}</summary>"
            f"{_members(one)}</details>"
        )
    return "".join(parts)


def _answers(operation: Mapping[str, Any]) -> str:
    rows = []
    for status, answer in operation["responses"].items():
        kinds = [_kind(form["schema"]) for form in answer.get("content", {}).values()]
        rows.append([escape(status), escape(answer["description"]), "; ".join(kinds)])
    return f"<h3>Answers</h3>{_table(rows)}"


def _shapes(document: Mapping[str, Any]) -> str:
    schemas = document.get("components", {}).get("schemas", {})
    return "".join(
        f'<section id="{escape(name)}"><h2>{escape(name)}</h2>'
        f"<p>{escape(schema.get('description', ''))}</p>{_members(schema)}</section>"
        for name, schema in schemas.items()
    )


def _members(schema: Mapping[str, Any]) -> str:
    needed = schema.get("required", ())
    rows = [
        [_name(name, needed=name in needed), _kind(member), escape(member.get("description", ""))]
        for name, member in schema.get("properties", {}).items()
    ]
    return _table(rows)


def _kind(schema: Mapping[str, Any]) -> str:
    """A shape in a few words, a named one as a link to where it is told."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    for key, word in _SPOKEN.items():
        if key in schema:
            kinds = [_kind(one) for one in schema[key]]
            return word.join(dict.fromkeys(kinds))
    if "enum" in schema or "const" in schema:
        values = schema.get("enum") or [schema["const"]]
        return " | ".join(f"<code>{escape(str(value))}</code>" for value in values)
    return _plain_kind(schema)


def _plain_kind(schema: Mapping[str, Any]) -> str:
    if schema.get("type") == "array":
        return f"list of ({_kind(schema.get('items', {}))})"
    if isinstance(schema.get("additionalProperties"), Mapping):
        return f"object of {_kind(schema['additionalProperties'])}"
    if "properties" in schema:
        return escape(schema.get("title", "object"))
    return escape(schema.get("format") or schema.get("type") or "anything")


def _name(name: str, *, needed: bool) -> str:
    how = ' <span class="needed" title="required">*</span>' if needed else ""
    return f"<code>{escape(name)}</code>{how}"


def _table(rows: list[list[str]]) -> str:
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table>{lines}</table>" if rows else ""

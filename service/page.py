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
summary { cursor: pointer; } table { border-collapse: collapse; }
td { padding: .1rem 1rem .1rem 0; vertical-align: top; }
"""


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
        f"<title>{escape(info['title'])}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(info['title'])} {escape(info['version'])}</h1>"
        f"<p>{escape(info.get('description', ''))}</p>"
        '<p><a href="openapi.json">openapi.json</a></p>'
        f"{routes}{_schemas(document)}</body></html>"
    )


def _operation(path: str, verb: str, operation: Mapping[str, Any]) -> str:
    parts = [
        f'<section><h2><span class="verb">{escape(verb)}</span> <code>{escape(path)}</code></h2>',
        f"<p>{escape(operation.get('summary', ''))}</p>",
        f"<p>{escape(operation.get('description', ''))}</p>",
    ]
    parts += [
        f"<p><code>{escape(p['name'])}</code> ({escape(p['in'])})</p>"
        for p in operation.get("parameters", [])
    ]
    body = operation.get("requestBody", {}).get("content", {})
    parts += [_folded(f"Body: {kind}", form["schema"]) for kind, form in body.items()]
    rows = "".join(
        f"<tr><td>{escape(status)}</td><td>{escape(answer['description'])}</td></tr>"
        for status, answer in operation["responses"].items()
    )
    return "".join(parts) + f"<table>{rows}</table></section>"


def _schemas(document: Mapping[str, Any]) -> str:
    schemas = document.get("components", {}).get("schemas", {})
    return "".join(_folded(name, schema) for name, schema in schemas.items())


def _folded(title: str, schema: object) -> str:
    text = json.dumps(schema, ensure_ascii=False, indent=2)
    return f"<details><summary>{escape(title)}</summary><pre>{escape(text)}</pre></details>"

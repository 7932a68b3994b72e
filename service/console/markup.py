"""HTML made of escaped parts, so that nothing a sender typed can become markup."""

from __future__ import annotations

from html import escape

_EMPTY = frozenset({"br", "hr", "input", "link", "meta"})


class Html(str):
    """Finished markup; any other string is text and is escaped where it is put in."""

    __slots__ = ()


def tag(name: str, /, *children: str | None, **attributes: str | bool | None) -> Html:
    """One element.

    Args:
        name: its tag.
        children: `Html` as it is, other strings escaped, None left out.
        attributes: `class_` becomes class, `aria_label` aria-label; None and False are left out,
            True stands without a value.
    """
    opening = f"<{name}{''.join(_attribute(k, v) for k, v in attributes.items())}>"
    if name in _EMPTY:
        return Html(opening)
    return Html(f"{opening}{join(*children)}</{name}>")


def join(*parts: str | None) -> Html:
    """Parts one after the other."""
    return Html("".join(part if isinstance(part, Html) else escape(part) for part in parts if part))


def _attribute(name: str, value: str | bool | None) -> str:  # noqa: FBT001 a value, no switch
    if value is None or value is False:
        return ""
    shown = name.rstrip("_").replace("_", "-")
    return f" {shown}" if value is True else f' {shown}="{escape(value)}"'

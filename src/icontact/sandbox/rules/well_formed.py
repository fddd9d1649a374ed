"""Whether an ``htmlBody`` is the well-formed XML that the server asks for (API 12.1)."""

from __future__ import annotations

import html
import re
from html.entities import html5
from xml.parsers import expat

_PROLOG = re.compile(r"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!DOCTYPE[^>\[]*>)?", re.IGNORECASE)
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*;)")
_XML_ENTITIES = frozenset({"amp;", "lt;", "gt;", "quot;", "apos;"})
_LINK = re.compile(r"""<a\s[^>]*?href\s*=\s*["'](https?://[^"'\s]+)["']""", re.IGNORECASE)


def is_well_formed(text: str, *, html_entities: bool) -> bool:
    """Say whether a body is well-formed.

    Args:
        text: The body; a fragment may have several elements side by side.
        html_entities: Whether ``&nbsp;`` and its like are known.
    """
    body = text[_PROLOG.match(text).end() :]  # type: ignore[union-attr]  # matches anything
    if html_entities:
        body = _ENTITY.sub(_replacement, body)
    # Nothing can declare entities here: inside an element a DOCTYPE is a mistake of its own.
    try:
        expat.ParserCreate().Parse(f"<body>{body}</body>", True)
    except (expat.ExpatError, ValueError):
        return False
    return True


def links(text: str) -> list[str]:
    """Return the links of a body whose clicks can be counted, each once."""
    return list(dict.fromkeys(html.unescape(link) for link in _LINK.findall(text)))


def _replacement(entity: re.Match[str]) -> str:
    name = entity[1]
    return "x" if name in html5 and name not in _XML_ENTITIES else entity[0]

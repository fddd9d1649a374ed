"""What is in a message: its spam score, its links, and whether it is well-formed (API 12.1)."""

from __future__ import annotations

import html as html_module
import re
from collections.abc import Callable
from html.entities import html5
from xml.parsers import expat

import attrs

LIMIT = 5.0
"""Messages that score this much, or more, cannot be sent (API 12.4)."""

_PROLOG = re.compile(r"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!DOCTYPE[^>\[]*>)?", re.IGNORECASE)
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*;)")
_XML_ENTITIES = frozenset({"amp;", "lt;", "gt;", "quot;", "apos;"})
_LINK = re.compile(r"""<a\s[^>]*?href\s*=\s*["'](https?://[^"'\s]+)["']""", re.IGNORECASE)


@attrs.frozen
class SpamRule:
    """A rule of the spam check, and the function that says whether it applies."""

    name: str
    description: str
    score: float
    applies: Callable[[str, str, str], bool]


def _mentions(pattern: str) -> Callable[[str, str, str], bool]:
    found = re.compile(pattern, re.IGNORECASE)
    return lambda subject, html, text: any(map(found.search, (subject, html, text)))


_GTUBE = re.escape("XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X")

RULES = (
    SpamRule("GTUBE", "Generic Test for Unsolicited Bulk Email", 1000.0, _mentions(_GTUBE)),
    SpamRule(
        "DRUGS_ERECTILE",
        "Refers to an erectile drug",
        2.5,
        _mentions(r"\bv[i1]agra\b"),
    ),
    SpamRule(
        "SUBJ_ALL_CAPS",
        "Subject is all capitals",
        1.6,
        lambda subject, html, text: len(subject) >= 10 and subject.isupper(),
    ),
    SpamRule(
        "PLING_PLING",
        "Subject has lots of exclamation marks",
        1.5,
        lambda subject, html, text: "!!" in subject,
    ),
    SpamRule("MILLION_USD", "Talks about millions of dollars", 1.5, _mentions(r"million dollars")),
    SpamRule("FREE_OFFER", "Offers something for free", 1.0, _mentions(r"\b100% free\b")),
    SpamRule("CLICK_BELOW", "Asks you to click below", 0.8, _mentions(r"click below")),
    SpamRule(
        "MIME_HTML_ONLY",
        "Message only has text/html MIME parts",
        0.5,
        lambda subject, html, text: bool(html) and not text,
    ),
    SpamRule(
        "EMPTY_MESSAGE",
        "Message appears to have no textual parts",
        0.7,
        lambda subject, html, text: not html and not text,
    ),
)
"""The rules, in the manner of SpamAssassin: viagra, capitals and ``!!`` together score 5.6."""


def rules_met(subject: str, html: str, text: str) -> list[SpamRule]:
    """Return the rules that apply to a message."""
    return [rule for rule in RULES if rule.applies(subject, html, text)]


def score(rules: list[SpamRule]) -> float:
    """Return the sum of some rules, to one decimal."""
    return round(sum(rule.score for rule in rules), 1)


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
    return list(dict.fromkeys(html_module.unescape(link) for link in _LINK.findall(text)))


def _replacement(entity: re.Match[str]) -> str:
    name = entity[1]
    return "x" if name in html5 and name not in _XML_ENTITIES else entity[0]

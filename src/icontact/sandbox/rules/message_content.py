"""What is in a message: its spam score, its links, and whether it is well-formed (API 12.1)."""

from __future__ import annotations

import html as html_module
import re
from collections.abc import Callable
from html.entities import html5
from xml.parsers import expat

import attrs

from icontact.sandbox.store import Row

LIMIT = 5.0
"""Messages that score this much, or more, cannot be sent (API 12.4)."""

_PROLOG = re.compile(r"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!DOCTYPE[^>\[]*>)?", re.IGNORECASE)
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*;)")
_HTML_ENTITIES = html5.keys() - {"amp;", "lt;", "gt;", "quot;", "apos;"}
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


def _is_shouted(subject: str, html: str, text: str) -> bool:
    return len(subject) >= 10 and subject.isupper()


def _is_exclaimed(subject: str, html: str, text: str) -> bool:
    return "!!" in subject


def _is_html_alone(subject: str, html: str, text: str) -> bool:
    return bool(html) and not text


def _is_empty(subject: str, html: str, text: str) -> bool:
    return not html and not text


_GTUBE = re.escape("XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X")

_RULES = (
    SpamRule("GTUBE", "Generic Test for Unsolicited Bulk Email", 1000.0, _mentions(_GTUBE)),
    SpamRule("DRUGS_ERECTILE", "Refers to an erectile drug", 2.5, _mentions(r"\bv[i1]agra\b")),
    SpamRule("SUBJ_ALL_CAPS", "Subject is all capitals", 1.6, _is_shouted),
    SpamRule("PLING_PLING", "Subject has lots of exclamation marks", 1.5, _is_exclaimed),
    SpamRule("MILLION_USD", "Talks about millions of dollars", 1.5, _mentions("million dollars")),
    SpamRule("FREE_OFFER", "Offers something for free", 1.0, _mentions(r"\b100% free\b")),
    SpamRule("CLICK_BELOW", "Asks you to click below", 0.8, _mentions("click below")),
    SpamRule("MIME_HTML_ONLY", "Message only has text/html MIME parts", 0.5, _is_html_alone),
    SpamRule("EMPTY_MESSAGE", "Message appears to have no textual parts", 0.7, _is_empty),
)
"""The rules, in the manner of SpamAssassin: viagra, capitals and ``!!`` together score 5.6."""


def rules_met(message: Row) -> list[SpamRule]:
    """Return the rules that apply to a message."""
    parts = message["subject"], message["htmlBody"], message["textBody"]
    return [rule for rule in _RULES if rule.applies(*parts)]


def is_well_formed(text: str, *, html_entities: bool) -> bool:
    """Say whether a body is well-formed, with ``&nbsp;`` and its like or without.

    A fragment may have several elements side by side.
    """
    body = _PROLOG.sub("", text, count=1)
    if html_entities:
        body = _ENTITY.sub(lambda found: "x" if found[1] in _HTML_ENTITIES else found[0], body)
    # Nothing can declare entities here: inside an element a DOCTYPE is a mistake of its own.
    try:
        expat.ParserCreate().Parse(f"<body>{body}</body>", True)
    except (expat.ExpatError, ValueError):
        return False
    return True


def links(text: str) -> list[str]:
    """Return the links of a body whose clicks can be counted, each once."""
    return list(dict.fromkeys(html_module.unescape(link) for link in _LINK.findall(text)))

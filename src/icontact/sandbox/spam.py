"""A spam score for made-up mail: a few rules in the manner of SpamAssassin (API 12.1)."""

from __future__ import annotations

import re
from collections.abc import Callable

import attrs

LIMIT = 5.0
"""Messages that score this much, or more, cannot be sent (API 12.4)."""


@attrs.frozen
class SpamRule:
    """One rule: what it is called, what it says, how much it weighs, and when it applies."""

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
"""The rules, of which tests can make a score: viagra, capitals and ``!!`` together are 5.6."""


def met_by(subject: str, html: str, text: str) -> list[SpamRule]:
    """Return the rules that apply to a message."""
    return [rule for rule in RULES if rule.applies(subject, html, text)]


def score(rules: list[SpamRule]) -> float:
    """Return the sum of some rules, to one decimal."""
    return round(sum(rule.score for rule in rules), 1)

"""Messages: what is sent, what came of it, and how the spam check scores it (API 12)."""

from __future__ import annotations

import html as html_module
import re
from collections.abc import Callable
from html.entities import html5
from xml.parsers import expat

from icontact.sandbox import timestamps
from icontact.sandbox.rules.bodies import FieldReader
from icontact.sandbox.rules.context import Handler, Item, RequestContext, Route, Scope
from icontact.sandbox.rules.endpoint import FOLDER, Endpoint, Terms
from icontact.sandbox.rules.listing import Clause, Listing, plain_terms, search
from icontact.sandbox.store import Row
from icontact.sandbox.store.schema import MESSAGE_TEXTS

SPAM_LIMIT = 5.0
"""Messages that score this much, or more, cannot be sent (API 12.4)."""

_PROLOG = re.compile(r"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!DOCTYPE[^>\[]*>)?", re.IGNORECASE)
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*;)")
_HTML_ENTITIES = html5.keys() - {"amp;", "lt;", "gt;", "quot;", "apos;"}
_LINK = re.compile(r"""<a\s[^>]*?href\s*=\s*["'](https?://[^"'\s]+)["']""", re.IGNORECASE)

_TYPES = ("autoresponder", "confirmation", "normal", "welcome")
_REACTIONS = Listing(table="reactions", key="reactionNumber")
_DATES: dict[str, Callable[[int], str]] = {
    "iso": timestamps.iso_with_offset,
    "compact": timestamps.compact,
    "eastern": timestamps.eastern,
}
_GTUBE = re.escape("XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X")


def _mentions(pattern: str) -> Callable[[Row], bool]:
    found = re.compile(pattern, re.IGNORECASE)
    return lambda row: any(found.search(row[name]) for name in ("subject", "htmlBody", "textBody"))


def _is_shouted(row: Row) -> bool:
    return len(row["subject"]) >= 10 and row["subject"].isupper()


_SPAM_RULES: tuple[tuple[str, str, float, Callable[[Row], bool]], ...] = (
    ("GTUBE", "Generic Test for Unsolicited Bulk Email", 1000.0, _mentions(_GTUBE)),
    ("DRUGS_ERECTILE", "Refers to an erectile drug", 2.5, _mentions(r"\bv[i1]agra\b")),
    ("SUBJ_ALL_CAPS", "Subject is all capitals", 1.6, _is_shouted),
    ("PLING_PLING", "Subject has lots of exclamation marks", 1.5, lambda m: "!!" in m["subject"]),
    ("MILLION_USD", "Talks about millions of dollars", 1.5, _mentions("million dollars")),
    ("FREE_OFFER", "Offers something for free", 1.0, _mentions(r"\b100% free\b")),
    ("CLICK_BELOW", "Asks you to click below", 0.8, _mentions("click below")),
    (
        "MIME_HTML_ONLY",
        "Message only has text/html MIME parts",
        0.5,
        lambda m: bool(m["htmlBody"]) and not m["textBody"],
    ),
    (
        "EMPTY_MESSAGE",
        "Message appears to have no textual parts",
        0.7,
        lambda m: not m["htmlBody"] and not m["textBody"],
    ),
)
"""Name, description, score and condition of each rule, in the manner of SpamAssassin: viagra,
capitals and ``!!`` together score 5.6."""


def spam_score(row: Row) -> float:
    """Return the spam score of a message, as it is now, to one decimal."""
    return round(sum(score for _, _, score, applies in _SPAM_RULES if applies(row)), 1)


def spam_check(context: RequestContext, row: Row) -> Item:
    """Return the spam check of a message, as a part of an answer; nothing before 2.1."""
    if context.version < "2.1":
        return {}

    def shown(score: float) -> str | float:
        return f"{score:.1f}" if context.quirks.spam_scores == "text" else score

    details = [
        {
            "spamDetailScore": shown(score),
            "spamDetailName": name,
            "spamDetailDescription": description,
        }
        for name, description, score, applies in _SPAM_RULES
        if applies(row)
    ]
    return {"spamCheck": {"rawScore": shown(spam_score(row)), "spamDetails": details}}


def _is_well_formed(text: str, *, html_entities: bool) -> bool:
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


class MessageEndpoint(Endpoint):
    """Messages; a POST to the collection updates by ``messageId``, as one client does."""

    name = "messages"
    terms: Terms = plain_terms(
        numbers=("messageId", "campaignId"),
        texts=("subject", "messageName"),
        codes=("messageType",),
        moments=("createDate",),
    )
    # The beginning is as in production (API 12.1).
    shown: tuple[str, ...] = (
        "messageId", "messageName", "messageType", "subject", "htmlBody", "textBody", "createDate",
        "campaignId", "previewText", "replyToCampaignId",
    )  # fmt: skip
    receive_only: tuple[str, ...] = ("createDate", "spamCheck")
    upserts = True
    member_verbs = "GET POST"

    def columns(self, context: RequestContext, reader: FieldReader, row: Row | None) -> Item:
        """Read a message."""
        columns: Item = {} if row is not None else {"createDate": context.epoch}
        for name in reader.wanted(("campaignId", "replyToCampaignId")):
            required = name == "campaignId"
            columns[name] = reader.known_id("campaigns", name, required=required)
        for name in reader.wanted(MESSAGE_TEXTS):
            if name == "messageType":
                columns[name] = reader.choice(name, _TYPES, required=True)
            else:
                columns[name] = reader.text(name, required=name == "subject")
        body, entities = columns.get("htmlBody", ""), context.quirks.html_entities
        if not _is_well_formed(body, html_entities=entities):
            reader.complain_of("htmlBody", "htmlBody has to be well-formed XML")
        return columns

    def wire(self, context: RequestContext, row: Row) -> Item:
        """Return a message, with its spam check."""
        created = _DATES[context.quirks.message_create_date](row["createDate"])
        shown = super().wire(context, row)
        return {**shown, "createDate": created, **spam_check(context, row)}


_MESSAGES = MessageEndpoint()


def _list_reactions(kind: str) -> Handler:
    """Return the rule for ``GET …/messages/{messageId}/opens`` and the like."""

    def wire(row: Row) -> Item:
        time = timestamps.iso_with_offset(row["time"])
        answer = {"contactId": str(row["contactId"]), f"{kind}Time": time}
        return {**answer, "clickLink": row["link"]} if kind == "click" else answer

    def list_all(context: RequestContext) -> Item:
        message_id = _MESSAGES.load(context)["messageId"]
        base = Clause("messageId = ? AND kind = ? AND done = 1", (message_id, kind))
        return search(context, _REACTIONS, base, f"{kind}s", wire)

    return list_all


def statistics(context: RequestContext) -> Item:
    """Answer ``GET …/messages/{messageId}/statistics``; comments and complaints never come."""
    message_id = _MESSAGES.load(context)["messageId"]
    rows = context.store.rows(
        "SELECT kind, COUNT(*) AS total, COUNT(DISTINCT contactId) AS people FROM reactions"
        " WHERE messageId = ? AND done = 1 GROUP BY kind",
        (message_id,),
    )
    total = {row["kind"]: row["total"] for row in rows}
    unique = {row["kind"]: row["people"] for row in rows}
    recipients = context.store.value(
        "SELECT COUNT(*) FROM sends JOIN recipients USING (sendId) WHERE messageId = ?",
        (message_id,),
    )
    return {
        "statistics": {
            "bounces": total.get("bounce", 0),
            "delivered": recipients - total.get("bounce", 0),
            "unsubscribes": total.get("unsubscribe", 0),
            "opens": {"unique": unique.get("open", 0), "total": total.get("open", 0)},
            "clicks": {"unique": unique.get("click", 0), "total": total.get("click", 0)},
            "forwards": total.get("forward", 0),
            "comments": 0,
            "complaints": 0,
        }
    }


_TRACKING = {
    "statistics": statistics,
    **{f"{kind}s": _list_reactions(kind) for kind in ("bounce", "open", "click", "unsubscribe")},
}

ROUTES = _MESSAGES.routes()
TRACKING_ROUTES = tuple(
    Route(f"{FOLDER}/messages/<message_id>/{name}", Scope.FOLDER, {"GET": rule})
    for name, rule in _TRACKING.items()
)

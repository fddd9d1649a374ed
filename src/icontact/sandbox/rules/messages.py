"""Messages: what is sent, and what came of it (API 12)."""

from __future__ import annotations

from collections.abc import Callable

from icontact.sandbox import error_texts, timestamps
from icontact.sandbox.rules import message_content
from icontact.sandbox.rules.bodies import FieldReader
from icontact.sandbox.rules.context import Handler, Item, RequestContext, Route, Scope
from icontact.sandbox.rules.endpoint import FOLDER, Endpoint, Terms
from icontact.sandbox.rules.listing import Clause, Listing, plain_terms, search
from icontact.sandbox.store import Row
from icontact.sandbox.store.schema import MESSAGE_TEXTS

_TYPES = ("autoresponder", "confirmation", "normal", "welcome")
_REACTIONS = Listing(table="reactions", key="reactionNumber")
_DATES: dict[str, Callable[[int], str]] = {
    "iso": timestamps.iso_with_offset,
    "compact": timestamps.compact,
    "eastern": timestamps.eastern,
}


def spam_score(row: Row) -> float:
    """Return the spam score of a message, as it is now, to one decimal."""
    return round(sum(rule.score for rule in message_content.rules_met(row)), 1)


def spam_check(context: RequestContext, row: Row) -> Item:
    """Return the spam check of a message, as a part of an answer; nothing before 2.1."""
    if context.version < "2.1":
        return {}

    def shown(score: float) -> str | float:
        return f"{score:.1f}" if context.quirks.spam_scores == "text" else score

    details = [
        {
            "spamDetailScore": shown(rule.score),
            "spamDetailName": rule.name,
            "spamDetailDescription": rule.description,
        }
        for rule in message_content.rules_met(row)
    ]
    return {"spamCheck": {"rawScore": shown(spam_score(row)), "spamDetails": details}}


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
            columns[name] = reader.known_id("campaigns", name, "campaignId", required=required)
        for name in reader.wanted(MESSAGE_TEXTS):
            if name == "messageType":
                columns[name] = reader.choice(name, _TYPES, required=True)
            else:
                columns[name] = reader.text(name, required=name == "subject")
        entities = context.quirks.html_entities
        if not message_content.is_well_formed(columns.get("htmlBody", ""), html_entities=entities):
            reason = "htmlBody has to be well-formed XML"
            reader.complain(error_texts.not_valid("htmlBody", reason))
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

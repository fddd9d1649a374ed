"""Messages: what is sent, and what came of it (API 12)."""

from __future__ import annotations

from typing import Any

from icontact.sandbox import error_texts, timestamps
from icontact.sandbox.rules import checks, message_content
from icontact.sandbox.rules.bodies import FieldReader
from icontact.sandbox.rules.context import Handler, RequestContext, Route, Scope
from icontact.sandbox.rules.endpoint import FOLDER, Endpoint
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.search_terms import Clause, TermKind, column
from icontact.sandbox.store import Row
from icontact.sandbox.store.schema import MESSAGE_TEXTS

TYPES = frozenset({"normal", "confirmation", "welcome", "autoresponder"})
REACTIONS = ("bounce", "open", "click", "unsubscribe")
_RECEIVE_ONLY = ("createDate", "spamCheck")
_CAMPAIGNS = ("campaignId", "replyToCampaignId")
_SPAM_CHECK_SINCE = "2.1"
_REACTIONS = Listing(table="reactions", key="reactionNumber")


def spam_score(row: Row) -> float:
    """Return the spam score of a message, as it is now."""
    return message_content.score(_rules_met(row))


def spam_check(context: RequestContext, row: Row) -> dict[str, Any]:
    """Return the spam check of a message, as a part of an answer; nothing before 2.1."""
    if context.version < _SPAM_CHECK_SINCE:
        return {}
    rules = _rules_met(row)
    details = [
        {
            "spamDetailScore": _score(context, rule.score),
            "spamDetailName": rule.name,
            "spamDetailDescription": rule.description,
        }
        for rule in rules
    ]
    raw = _score(context, message_content.score(rules))
    return {"spamCheck": {"rawScore": raw, "spamDetails": details}}


def _rules_met(row: Row) -> list[message_content.SpamRule]:
    return message_content.rules_met(row["subject"], row["htmlBody"], row["textBody"])


def _score(context: RequestContext, score: float) -> str | float:
    return f"{score:.1f}" if context.quirks.spam_scores == "text" else score


def _columns(
    context: RequestContext, item: dict[str, Any], row: Row | None, complete: bool
) -> dict[str, Any]:
    reader = FieldReader(item)
    columns: dict[str, Any] = {
        name: _read_field(context, reader, name)
        for name in (*_CAMPAIGNS, *MESSAGE_TEXTS)
        if complete or name in item
    }
    reader.finish()
    checks.receive_only(context, item, _RECEIVE_ONLY)
    return columns if row is not None else {"createDate": context.epoch, **columns}


def _read_field(context: RequestContext, reader: FieldReader, name: str) -> str | int | None:
    if name in _CAMPAIGNS:
        reader.text(name, required=name == "campaignId")
        return checks.known(context, reader, "campaigns", name, "campaignId")
    if name == "messageType":
        return reader.choice(name, TYPES, required=True)
    text = reader.text(name, required=name == "subject")
    entities = context.quirks.html_entities
    if name == "htmlBody" and not message_content.is_well_formed(text, html_entities=entities):
        reader.complain(error_texts.not_valid("htmlBody", error_texts.NOT_WELL_FORMED))
    return text


def _wire(context: RequestContext, row: Row) -> dict[str, Any]:
    """Return a message; the beginning of its keys is as in production (API 12.1)."""
    return {
        "messageId": str(row["messageId"]),
        "messageName": row["messageName"],
        "messageType": row["messageType"],
        "subject": row["subject"],
        "htmlBody": row["htmlBody"],
        "textBody": row["textBody"],
        "createDate": _created(context, row["createDate"]),
        "campaignId": str(row["campaignId"] or ""),
        "previewText": row["previewText"],
        "replyToCampaignId": str(row["replyToCampaignId"] or ""),
        **spam_check(context, row),
    }


def _created(context: RequestContext, epoch: int) -> str:
    form = context.quirks.message_create_date
    if form == "iso":
        return timestamps.iso_with_offset(epoch)
    return timestamps.compact(epoch) if form == "compact" else timestamps.eastern(epoch)


# A POST updates by "messageId", as one client does.
MESSAGES = Endpoint(
    name="messages",
    singular="message",
    key="messageId",
    terms={
        "messageId": column("messageId", TermKind.NUMBER),
        "campaignId": column("campaignId", TermKind.NUMBER),
        "messageType": column("messageType", TermKind.CODE),
        "subject": column("subject"),
        "messageName": column("messageName"),
        "createDate": column("createDate", TermKind.EPOCH),
    },
    wire=_wire,
    columns=_columns,
    upserts=True,
)


def _list_reactions(kind: str) -> Handler:
    """Return the rule for ``GET …/messages/{messageId}/opens`` and the like."""

    def wire(row: Row) -> dict[str, Any]:
        time = timestamps.iso_with_offset(row["time"])
        answer = {"contactId": str(row["contactId"]), f"{kind}Time": time}
        return {**answer, "clickLink": row["link"]} if kind == "click" else answer

    def list_all(context: RequestContext) -> dict[str, Any]:
        message_id = MESSAGES.load(context)["messageId"]
        base = Clause("messageId = ? AND kind = ? AND done = 1", (message_id, kind))
        return search(context, _REACTIONS, base).envelope(context, f"{kind}s", wire)

    return list_all


def statistics(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET …/messages/{messageId}/statistics``; comments and complaints never come."""
    message_id = MESSAGES.load(context)["messageId"]
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


_MESSAGE = f"{FOLDER}/messages/<message_id>"

ROUTES = MESSAGES.routes(member={"POST": MESSAGES.merge})
TRACKING_ROUTES = (
    *(
        Route(f"{_MESSAGE}/{kind}s", Scope.FOLDER, {"GET": _list_reactions(kind)})
        for kind in REACTIONS
    ),
    Route(f"{_MESSAGE}/statistics", Scope.FOLDER, {"GET": statistics}),
)

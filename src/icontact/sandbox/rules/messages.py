"""Messages: what is sent (API 12.1)."""

from __future__ import annotations

from typing import Any

from icontact.sandbox import error_texts, spam, timestamps
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import bodies, checks, well_formed
from icontact.sandbox.rules.context import RequestContext, Route, Scope
from icontact.sandbox.rules.fields import FieldReader
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.search_terms import Clause, TermKind, column
from icontact.sandbox.store import Row
from icontact.sandbox.store.mailing_schema import MESSAGE_TEXTS

TYPES = frozenset({"normal", "confirmation", "welcome", "autoresponder"})
_RECEIVE_ONLY = ("createDate", "spamCheck")
_CAMPAIGNS = ("campaignId", "replyToCampaignId")
_SPAM_CHECK_SINCE = "2.1"

_LISTING = Listing(
    table="messages",
    key="messageId",
    terms={
        "messageId": column("messageId", TermKind.NUMBER),
        "campaignId": column("campaignId", TermKind.NUMBER),
        "messageType": column("messageType", TermKind.CODE),
        "subject": column("subject"),
        "messageName": column("messageName"),
        "createDate": column("createDate", TermKind.EPOCH),
    },
)


def list_all(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET …/messages``."""
    page = search(context, _LISTING, Clause("folderId = ?", (context.folder_id,)))
    return page.envelope(context, "messages", lambda row: checks.blank_as_null(_wire(context, row)))


def save_many(context: RequestContext) -> dict[str, Any]:
    """Answer ``POST …/messages``: create, or update by ``messageId``, as one client does."""
    return {"messages": bodies.save_many(context, "messages", "message", _save) or None}


def read(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET …/messages/{messageId}``."""
    return {"message": checks.blank_as_null(_wire(context, load(context)))}


def merge(context: RequestContext) -> dict[str, Any]:
    """Answer ``POST …/messages/{messageId}``: only what is given changes."""
    row, item = load(context), bodies.member(context, "message")
    if item is not None:
        _change(context, row, item)
    return {"message": _wire(context, load(context))}


def load(context: RequestContext) -> Row:
    """Return the message that the path names."""
    return checks.required(
        checks.find(context, "messages", "messageId", context.path_ids["message_id"])
    )


def spam_score(row: Row) -> float:
    """Return the spam score of a message, as it is now."""
    return spam.score(_rules_met(row))


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
    return {"spamCheck": {"rawScore": _score(context, spam.score(rules)), "spamDetails": details}}


def _rules_met(row: Row) -> list[spam.SpamRule]:
    return spam.met_by(row["subject"], row["htmlBody"], row["textBody"])


def _score(context: RequestContext, score: float) -> str | float:
    return f"{score:.1f}" if context.quirks.spam_scores == "text" else score


def _save(context: RequestContext, item: dict[str, Any]) -> dict[str, Any]:
    if item.get("messageId") in (None, ""):
        columns = _columns(context, item, (*_CAMPAIGNS, *MESSAGE_TEXTS))
        created = {"folderId": context.folder_id, "createDate": context.epoch}
        message_id = context.store.insert("messages", {**created, **columns})
    else:
        row = checks.find(context, "messages", "messageId", item["messageId"])
        if row is None:
            raise Refusal(400, error_texts.not_recognised("messageId"))
        message_id = row["messageId"]
        _change(context, row, item)
    return _wire(
        context, checks.required(checks.find(context, "messages", "messageId", message_id))
    )


def _change(context: RequestContext, row: Row, item: dict[str, Any]) -> None:
    given = [name for name in (*_CAMPAIGNS, *MESSAGE_TEXTS) if name in item]
    context.store.update("messages", _columns(context, item, given), "messageId", row["messageId"])


def _columns(
    context: RequestContext, item: dict[str, Any], names: list[str] | tuple[str, ...]
) -> Any:
    reader = FieldReader(item)
    columns = {name: _read_field(context, reader, name) for name in names}
    reader.finish()
    checks.receive_only(context, item, _RECEIVE_ONLY)
    return columns


def _read_field(context: RequestContext, reader: FieldReader, name: str) -> str | int | None:
    if name in _CAMPAIGNS:
        reader.text(name, required=name == "campaignId")
        return checks.known(context, reader, "campaigns", name, "campaignId")
    if name == "messageType":
        return reader.choice(name, TYPES, required=True)
    text = reader.text(name, required=name == "subject")
    entities = context.quirks.html_entities
    if name == "htmlBody" and not well_formed.is_well_formed(text, html_entities=entities):
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


_COLLECTION = "/a/<account_id>/c/<client_folder_id>/messages"

ROUTES = (
    Route(_COLLECTION, Scope.FOLDER, {"GET": list_all, "POST": save_many}),
    Route(f"{_COLLECTION}/<message_id>", Scope.FOLDER, {"GET": read, "POST": merge}),
)

"""Messages: what is sent (API 12.1)."""

from __future__ import annotations

from typing import Any

from icontact.sandbox import messages, moments, spam
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import bodies, checks, well_formed
from icontact.sandbox.rules.call import Call, Route, Scope
from icontact.sandbox.rules.fields import Reader
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.terms import Clause, Kind, column
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
        "messageId": column("messageId", Kind.NUMBER),
        "campaignId": column("campaignId", Kind.NUMBER),
        "messageType": column("messageType", Kind.CODE),
        "subject": column("subject"),
        "messageName": column("messageName"),
        "createDate": column("createDate", Kind.EPOCH),
    },
)


def list_all(call: Call) -> dict[str, Any]:
    """Answer ``GET …/messages``."""
    page = search(call, _LISTING, Clause("folderId = ?", (call.folder_id,)))
    return page.envelope(call, "messages", lambda row: checks.blank_as_null(_wire(call, row)))


def save_many(call: Call) -> dict[str, Any]:
    """Answer ``POST …/messages``: create, or update by ``messageId``, as one client does."""
    return {"messages": bodies.save_many(call, "messages", "message", _save) or None}


def read(call: Call) -> dict[str, Any]:
    """Answer ``GET …/messages/{messageId}``."""
    return {"message": checks.blank_as_null(_wire(call, load(call)))}


def merge(call: Call) -> dict[str, Any]:
    """Answer ``POST …/messages/{messageId}``: only what is given changes."""
    row, item = load(call), bodies.member(call, "message")
    if item is not None:
        _change(call, row, item)
    return {"message": _wire(call, load(call))}


def load(call: Call) -> Row:
    """Return the message that the path names."""
    return checks.required(checks.find(call, "messages", "messageId", call.path_ids["message_id"]))


def spam_score(row: Row) -> float:
    """Return the spam score of a message, as it is now."""
    return spam.score(_rules_met(row))


def spam_check(call: Call, row: Row) -> dict[str, Any]:
    """Return the spam check of a message, as a part of an answer; nothing before 2.1."""
    if call.version < _SPAM_CHECK_SINCE:
        return {}
    rules = _rules_met(row)
    details = [
        {
            "spamDetailScore": _score(call, rule.score),
            "spamDetailName": rule.name,
            "spamDetailDescription": rule.description,
        }
        for rule in rules
    ]
    return {"spamCheck": {"rawScore": _score(call, spam.score(rules)), "spamDetails": details}}


def _rules_met(row: Row) -> list[spam.SpamRule]:
    return spam.met_by(row["subject"], row["htmlBody"], row["textBody"])


def _score(call: Call, score: float) -> str | float:
    return f"{score:.1f}" if call.quirks.spam_scores == "text" else score


def _save(call: Call, item: dict[str, Any]) -> dict[str, Any]:
    if item.get("messageId") in (None, ""):
        columns = _columns(call, item, (*_CAMPAIGNS, *MESSAGE_TEXTS))
        created = {"folderId": call.folder_id, "createDate": call.epoch}
        message_id = call.store.insert("messages", {**created, **columns})
    else:
        row = checks.find(call, "messages", "messageId", item["messageId"])
        if row is None:
            raise Refusal(400, messages.not_recognised("messageId"))
        message_id = row["messageId"]
        _change(call, row, item)
    return _wire(call, checks.required(checks.find(call, "messages", "messageId", message_id)))


def _change(call: Call, row: Row, item: dict[str, Any]) -> None:
    given = [name for name in (*_CAMPAIGNS, *MESSAGE_TEXTS) if name in item]
    call.store.update("messages", _columns(call, item, given), "messageId", row["messageId"])


def _columns(call: Call, item: dict[str, Any], names: list[str] | tuple[str, ...]) -> Any:
    reader = Reader(item)
    columns = {name: _read_field(call, reader, name) for name in names}
    reader.finish()
    checks.receive_only(call, item, _RECEIVE_ONLY)
    return columns


def _read_field(call: Call, reader: Reader, name: str) -> str | int | None:
    if name in _CAMPAIGNS:
        reader.text(name, required=name == "campaignId")
        return checks.known(call, reader, "campaigns", name, "campaignId")
    if name == "messageType":
        return reader.choice(name, TYPES, required=True)
    text = reader.text(name, required=name == "subject")
    entities = call.quirks.html_entities
    if name == "htmlBody" and not well_formed.is_well_formed(text, html_entities=entities):
        reader.complain(messages.not_valid("htmlBody", messages.NOT_WELL_FORMED))
    return text


def _wire(call: Call, row: Row) -> dict[str, Any]:
    """Return a message; the beginning of its keys is as in production (API 12.1)."""
    return {
        "messageId": str(row["messageId"]),
        "messageName": row["messageName"],
        "messageType": row["messageType"],
        "subject": row["subject"],
        "htmlBody": row["htmlBody"],
        "textBody": row["textBody"],
        "createDate": _created(call, row["createDate"]),
        "campaignId": str(row["campaignId"] or ""),
        "previewText": row["previewText"],
        "replyToCampaignId": str(row["replyToCampaignId"] or ""),
        **spam_check(call, row),
    }


def _created(call: Call, epoch: int) -> str:
    form = call.quirks.message_create_date
    if form == "iso":
        return moments.iso_with_offset(epoch)
    return moments.compact(epoch) if form == "compact" else moments.eastern(epoch)


_COLLECTION = "/a/<account_id>/c/<client_folder_id>/messages"

ROUTES = (
    Route(_COLLECTION, Scope.FOLDER, {"GET": list_all, "POST": save_many}),
    Route(f"{_COLLECTION}/<message_id>", Scope.FOLDER, {"GET": read, "POST": merge}),
)

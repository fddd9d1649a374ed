"""Releasing sends: their recipients, and what these do then (API 12, 13)."""

# ruff: noqa: S608  (conditions are made of constants, values are parameters)

from __future__ import annotations

import json
from datetime import datetime

import attrs

from icontact.sandbox import timestamps
from icontact.sandbox.quirks import Quirks
from icontact.sandbox.rules import checks, criteria_search, history, message_content
from icontact.sandbox.rules.context import RequestContext
from icontact.sandbox.rules.search_terms import Clause
from icontact.sandbox.store import Row

PENDING = "pending"
_SPELLINGS = {"released": "complete", "cancelled": "canceled"}
_ON_LISTS_AT_ALL = (
    "contactId IN (SELECT contactId FROM subscriptions WHERE status <> 'unsubscribed'"
    " AND listId IN (SELECT value FROM json_each(?)))"
)


def spelled(quirks: Quirks, status: str) -> str:
    """Return a status in one of the two spellings of the documentation (API 13)."""
    return status if quirks.send_statuses == "table" else _SPELLINGS[status]


def count(context: RequestContext, send: Row) -> int:
    """Return how many contacts a send would reach now."""
    who = _recipients(context, send)
    counted: int = context.store.value(f"SELECT COUNT(*) FROM contacts WHERE {who.sql}", who.values)
    return counted


def release(context: RequestContext, send_id: int) -> None:
    """Deliver a pending send at the time of the request, and let its recipients react."""
    send = checks.required(checks.find(context, "sends", "sendId", send_id))
    who = _recipients(context, send)
    recipients = context.store.execute(
        "INSERT INTO recipients (sendId, contactId)"
        f" SELECT ?, contactId FROM contacts WHERE {who.sql}",
        (send_id, *who.values),
    )
    released = {
        "status": spelled(context.quirks, "released"),
        "recipientCount": recipients,
        "releasedTime": context.epoch,
    }
    context.store.update("sends", released, "sendId", send_id)
    context.store.execute(
        "INSERT INTO actions (contactId, actionType, actionTime, actor, actorKind, details)"
        " SELECT contactId, 'ReleaseSend', ?, 'system', 'system', ?"
        " FROM recipients WHERE sendId = ?",
        (context.epoch, json.dumps({"messageId": str(send["messageId"])}), send_id),
    )
    _foresee(context, send)
    settle(context)


def settle(context: RequestContext) -> None:
    """Apply all reactions of recipients up to the time of the request."""
    store, epoch = context.store, context.epoch
    store.execute(
        "INSERT INTO actions (contactId, actionType, actionTime, actor, actorKind, details)"
        " SELECT contactId, upper(substr(kind, 1, 1)) || substr(kind, 2), time,"
        " CASE kind WHEN 'bounce' THEN 'system' ELSE 'contact' END,"
        " CASE kind WHEN 'bounce' THEN 'system' ELSE 'contact' END,"
        " CASE kind WHEN 'click'"
        " THEN json_object('messageId', CAST(messageId AS TEXT), 'link', link)"
        " ELSE json_object('messageId', CAST(messageId AS TEXT)) END"
        " FROM reactions WHERE done = 0 AND time <= ? AND kind <> 'unsubscribe'"
        " ORDER BY time, reactionNumber",
        (epoch,),
    )
    rows = store.rows(
        "SELECT reactions.*, sends.folderId FROM reactions JOIN sends USING (sendId)"
        " WHERE done = 0 AND time <= ? AND kind IN ('bounce', 'unsubscribe')"
        " ORDER BY time, reactionNumber",
        (epoch,),
    )
    for row in rows:
        then = at(context, row["time"], row["folderId"])
        if row["kind"] == "bounce":
            _bounce(then, row)
        else:
            _unsubscribe(attrs.evolve(then, actor="contact"), row)
    store.execute("UPDATE reactions SET done = 1 WHERE done = 0 AND time <= ?", (epoch,))


def at(context: RequestContext, epoch: int, folder_id: int) -> RequestContext:
    """Return a context of the server's own, at a time, in a client folder."""
    now = datetime.fromtimestamp(epoch, timestamps.EASTERN)
    return attrs.evolve(context, now=now, folder_id=folder_id, actor="system")


def _recipients(context: RequestContext, send: Row) -> Clause:
    """Return the condition of the contacts that get a send: included, and allowed to be mailed."""
    included = _sources(context, send, "include", criteria_search.ON_LISTS)
    excluded = _sources(context, send, "exclude", _ON_LISTS_AT_ALL)
    return Clause(
        f"folderId = ? AND status = 'normal' AND coalesce({included.sql}, 0)"
        f" AND NOT coalesce({excluded.sql}, 0)",
        (context.folder_id, *included.values, *excluded.values),
    )


def _sources(context: RequestContext, send: Row, way: str, on_lists: str) -> Clause:
    clauses = [Clause(on_lists, (json.dumps(_ids(send[f"{way}ListIds"])),))]
    segment_ids = _ids(send[f"{way}SegmentIds"])
    clauses += [criteria_search.members(context, segment_id) for segment_id in segment_ids]
    return Clause(
        f"({' OR '.join(f'({clause.sql})' for clause in clauses)})",
        tuple(value for clause in clauses for value in clause.values),
    )


def _ids(text: str) -> list[int]:
    return [int(part) for part in text.split(",") if part]


def _foresee(context: RequestContext, send: Row) -> None:
    """Store what the recipients are going to do."""
    message = checks.required(checks.find(context, "messages", "messageId", send["messageId"]))
    tracked = context.store.value(
        "SELECT clickTrackMode FROM campaigns WHERE campaignId = ?", (message["campaignId"],)
    )
    rows = context.store.rows(
        "SELECT contactId FROM recipients WHERE sendId = ? ORDER BY contactId", (send["sendId"],)
    )
    reactions = context.recipients.reactions(
        send["sendId"],
        (row["contactId"] for row in rows),
        can_open=bool(message["htmlBody"]),
        links=message_content.links(message["htmlBody"]) if tracked else [],
    )
    context.store.execute_many(
        "INSERT INTO reactions (sendId, messageId, contactId, kind, time, link, hard)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (
                send["sendId"],
                send["messageId"],
                reaction.contact_id,
                reaction.kind,
                context.epoch + reaction.seconds,
                reaction.link,
                reaction.hard,
            )
            for reaction in reactions
        ),
    )


def _bounce(context: RequestContext, row: Row) -> None:
    context.store.execute(
        "UPDATE contacts SET bounceCount = bounceCount + 1 WHERE contactId = ?",
        (row["contactId"],),
    )
    if row["hard"] and context.store.execute(
        "UPDATE contacts SET status = 'bounced' WHERE contactId = ? AND status = 'normal'",
        (row["contactId"],),
    ):
        history.record(context, row["contactId"], "EditStatus", {"newStatus": "bounced"})


def _unsubscribe(context: RequestContext, row: Row) -> None:
    """End the subscriptions of a contact to the lists of a send, also to those of its segments."""
    send = checks.required(checks.find(context, "sends", "sendId", row["sendId"]))
    left = context.store.rows(
        "SELECT rowNumber, listId FROM subscriptions WHERE contactId = ? AND status = 'normal'"
        " AND (listId IN (SELECT value FROM json_each(?)) OR listId IN (SELECT listId"
        " FROM segments WHERE segmentId IN (SELECT value FROM json_each(?))))",
        (
            row["contactId"],
            json.dumps(_ids(send["includeListIds"])),
            json.dumps(_ids(send["includeSegmentIds"])),
        ),
    )
    for subscription in left:
        gone = {"status": "unsubscribed"}
        context.store.update("subscriptions", gone, "rowNumber", subscription["rowNumber"])
        details = {"listId": str(subscription["listId"]), "newStatus": "unsubscribed"}
        history.record(context, row["contactId"], "EditSubscription", details)

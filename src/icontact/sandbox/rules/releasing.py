"""Releasing sends: who receives them, and what the recipients then do (API 12, 13)."""

# ruff: noqa: S608  (conditions are made of constants, values are parameters)

from __future__ import annotations

import json
from datetime import datetime

import attrs

from icontact.sandbox import moments
from icontact.sandbox.quirks import Quirks
from icontact.sandbox.rules import checks, criteria_search, history, well_formed
from icontact.sandbox.rules.call import Call
from icontact.sandbox.rules.terms import Clause
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


def count(call: Call, send: Row) -> int:
    """Return how many people a send would reach now."""
    who = _recipients(call, send)
    counted: int = call.store.value(f"SELECT COUNT(*) FROM contacts WHERE {who.sql}", who.values)
    return counted


def release(call: Call, send_id: int) -> None:
    """Deliver a pending send at the time of the call, and let its recipients react."""
    send = checks.required(checks.find(call, "sends", "sendId", send_id))
    who = _recipients(call, send)
    recipients = call.store.execute(
        "INSERT INTO recipients (sendId, contactId)"
        f" SELECT ?, contactId FROM contacts WHERE {who.sql}",
        (send_id, *who.values),
    )
    released = {
        "status": spelled(call.quirks, "released"),
        "recipientCount": recipients,
        "releasedTime": call.epoch,
    }
    call.store.update("sends", released, "sendId", send_id)
    call.store.execute(
        "INSERT INTO actions (contactId, actionType, actionTime, actor, actorKind, details)"
        " SELECT contactId, 'ReleaseSend', ?, 'system', 'system', ?"
        " FROM recipients WHERE sendId = ?",
        (call.epoch, json.dumps({"messageId": str(send["messageId"])}), send_id),
    )
    _foresee(call, send)
    settle(call)


def settle(call: Call) -> None:
    """Let everything happen that recipients did up to the time of the call."""
    store, epoch = call.store, call.epoch
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
        then = at(call, row["time"], row["folderId"])
        if row["kind"] == "bounce":
            _bounce(then, row)
        else:
            _unsubscribe(attrs.evolve(then, actor="contact"), row)
    store.execute("UPDATE reactions SET done = 1 WHERE done = 0 AND time <= ?", (epoch,))


def at(call: Call, epoch: int, folder_id: int) -> Call:
    """Return a call of the server's own, at a time, in a client folder."""
    now = datetime.fromtimestamp(epoch, moments.EASTERN)
    return attrs.evolve(call, now=now, folder_id=folder_id, actor="system")


def _recipients(call: Call, send: Row) -> Clause:
    """Return the condition of everybody who gets a send: those meant who may be mailed."""
    included = _sources(call, send, "include", criteria_search.ON_LISTS)
    excluded = _sources(call, send, "exclude", _ON_LISTS_AT_ALL)
    return Clause(
        f"folderId = ? AND status = 'normal' AND coalesce({included.sql}, 0)"
        f" AND NOT coalesce({excluded.sql}, 0)",
        (call.folder_id, *included.values, *excluded.values),
    )


def _sources(call: Call, send: Row, way: str, on_lists: str) -> Clause:
    clauses = [Clause(on_lists, (json.dumps(_ids(send[f"{way}ListIds"])),))]
    segment_ids = _ids(send[f"{way}SegmentIds"])
    clauses += [criteria_search.members(call, segment_id) for segment_id in segment_ids]
    return Clause(
        f"({' OR '.join(f'({clause.sql})' for clause in clauses)})",
        tuple(value for clause in clauses for value in clause.values),
    )


def _ids(text: str) -> list[int]:
    return [int(part) for part in text.split(",") if part]


def _foresee(call: Call, send: Row) -> None:
    """Write down what the recipients are going to do, by the behaviour of the sandbox."""
    message = checks.required(checks.find(call, "messages", "messageId", send["messageId"]))
    tracked = call.store.value(
        "SELECT clickTrackMode FROM campaigns WHERE campaignId = ?", (message["campaignId"],)
    )
    rows = call.store.rows(
        "SELECT contactId FROM recipients WHERE sendId = ? ORDER BY contactId", (send["sendId"],)
    )
    reactions = call.behaviour.reactions(
        send["sendId"],
        (row["contactId"] for row in rows),
        can_open=bool(message["htmlBody"]),
        links=well_formed.links(message["htmlBody"]) if tracked else [],
    )
    call.store.execute_many(
        "INSERT INTO reactions (sendId, messageId, contactId, kind, time, link, hard)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (
                send["sendId"],
                send["messageId"],
                reaction.contact_id,
                reaction.kind,
                call.epoch + reaction.seconds,
                reaction.link,
                reaction.hard,
            )
            for reaction in reactions
        ),
    )


def _bounce(call: Call, row: Row) -> None:
    call.store.execute(
        "UPDATE contacts SET bounceCount = bounceCount + 1 WHERE contactId = ?",
        (row["contactId"],),
    )
    if row["hard"] and call.store.execute(
        "UPDATE contacts SET status = 'bounced' WHERE contactId = ? AND status = 'normal'",
        (row["contactId"],),
    ):
        history.record(call, row["contactId"], "EditStatus", {"newStatus": "bounced"})


def _unsubscribe(call: Call, row: Row) -> None:
    """Take somebody off the lists that were sent to, also by way of a segment."""
    send = checks.required(checks.find(call, "sends", "sendId", row["sendId"]))
    left = call.store.rows(
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
        call.store.update("subscriptions", gone, "rowNumber", subscription["rowNumber"])
        details = {"listId": str(subscription["listId"]), "newStatus": "unsubscribed"}
        history.record(call, row["contactId"], "EditSubscription", details)

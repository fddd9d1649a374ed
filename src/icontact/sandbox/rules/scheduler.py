"""What happens as time passes: sends are released, recipients react, uploads end (API 12 to 14)."""

# ruff: noqa: S608  (conditions are made of constants, values are parameters)

from __future__ import annotations

import json
from datetime import datetime

import attrs

from icontact.sandbox import timestamps
from icontact.sandbox.quirks import Quirks
from icontact.sandbox.rules import history, messages, segments, uploads
from icontact.sandbox.rules.context import RequestContext, number
from icontact.sandbox.rules.listing import Clause, joined
from icontact.sandbox.store import Row, Store

_SPELLINGS = {"released": "complete", "cancelled": "canceled"}
_ON_LISTS_AT_ALL = (
    "contactId IN (SELECT contactId FROM subscriptions WHERE status <> 'unsubscribed'"
    " AND listId IN (SELECT value FROM json_each(?)))"
)
_RECORD = "INSERT INTO actions (contactId, actionType, actionTime, actor, actorKind, details)"


def is_due(store: Store, epoch: int) -> bool:
    """Say whether there is anything to do by now."""
    sql = (
        "SELECT EXISTS (SELECT 1 FROM sends WHERE status = 'pending' AND scheduledTime <= ?)"
        " OR EXISTS (SELECT 1 FROM reactions WHERE done = 0 AND time <= ?)"
        " OR EXISTS (SELECT 1 FROM uploads WHERE due IS NOT NULL AND due <= ?)"
    )
    return bool(store.value(sql, (epoch, epoch, epoch)))


def run(context: RequestContext) -> None:
    """Do everything that is due by the time of the request, in order of time."""
    for row in context.store.rows(
        "SELECT sendId, folderId, scheduledTime FROM sends"
        " WHERE status = 'pending' AND scheduledTime <= ? ORDER BY scheduledTime, sendId",
        (context.epoch,),
    ):
        then = _at(context, row["scheduledTime"], row["folderId"])
        _settle(then)
        release(then, row["sendId"])
    _settle(context)
    for row in context.store.rows(
        "SELECT * FROM uploads WHERE due IS NOT NULL AND due <= ? ORDER BY due, uploadId",
        (context.epoch,),
    ):
        uploads.finish(_at(context, row["due"], row["folderId"]), row)


def spelled(quirks: Quirks, status: str) -> str:
    """Return a status in one of the two spellings of the documentation (API 13)."""
    return status if quirks.send_statuses == "table" else _SPELLINGS[status]


def count_recipients(context: RequestContext, send_id: int) -> int:
    """Return how many contacts a send would reach now."""
    who = _recipients(context, context.load("sends", send_id))
    counted: int = context.store.value(f"SELECT COUNT(*) FROM contacts WHERE {who.sql}", who.values)
    return counted


def release(context: RequestContext, send_id: int) -> None:
    """Deliver a pending send at the time of the request, and let its recipients react."""
    send = context.load("sends", send_id)
    who = _recipients(context, send)
    recipients = context.store.execute(
        "INSERT INTO recipients (sendId, contactId)"
        f" SELECT ?, contactId FROM contacts WHERE {who.sql}",
        (send_id, *who.values),
    )
    context.store.update(
        "sends",
        send_id,
        status=spelled(context.quirks, "released"),
        recipientCount=recipients,
        releasedTime=context.epoch,
    )
    context.store.execute(
        f"{_RECORD} SELECT contactId, 'ReleaseSend', ?, 'system', 'system', ?"
        " FROM recipients WHERE sendId = ?",
        (context.epoch, json.dumps({"messageId": str(send["messageId"])}), send_id),
    )
    _foresee(context, send)
    _settle(context)


def _settle(context: RequestContext) -> None:
    """Apply all reactions of recipients up to the time of the request."""
    store, epoch = context.store, context.epoch
    actor = "CASE kind WHEN 'bounce' THEN 'system' ELSE 'contact' END"
    store.execute(
        f"{_RECORD} SELECT contactId, upper(substr(kind, 1, 1)) || substr(kind, 2), time,"
        f" {actor}, {actor}, CASE kind WHEN 'click'"
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
        then = _at(context, row["time"], row["folderId"])
        if row["kind"] == "bounce":
            _bounce(then, row)
        else:
            _unsubscribe(attrs.evolve(then, actor="contact"), row)
    store.execute("UPDATE reactions SET done = 1 WHERE done = 0 AND time <= ?", (epoch,))


def _at(context: RequestContext, epoch: int, folder_id: int) -> RequestContext:
    """Return a context of the server's own, at a time, in a client folder."""
    now = datetime.fromtimestamp(epoch, timestamps.EASTERN)
    return attrs.evolve(context, now=now, folder_id=folder_id, actor="system")


def _recipients(context: RequestContext, send: Row) -> Clause:
    """Return the condition of the contacts that get a send: included, and allowed to be mailed."""
    included = _sources(context, send, "include", segments.ON_LISTS)
    excluded = _sources(context, send, "exclude", _ON_LISTS_AT_ALL)
    return Clause(
        f"folderId = ? AND status = 'normal' AND coalesce({included.sql}, 0)"
        f" AND NOT coalesce({excluded.sql}, 0)",
        (context.folder_id, *included.values, *excluded.values),
    )


def _sources(context: RequestContext, send: Row, way: str, on_lists: str) -> Clause:
    listed = Clause(on_lists, (json.dumps(_ids(send[f"{way}ListIds"])),))
    ids = _ids(send[f"{way}SegmentIds"])
    return joined("OR", [listed, *(segments.members(context, each) for each in ids)])


def _ids(text: str) -> list[int]:
    """Read ids; a part that is not an id, such as a seed may have, names nothing."""
    return [known for part in text.split(",") if (known := number(part.strip())) is not None]


def _foresee(context: RequestContext, send: Row) -> None:
    """Store what the recipients are going to do."""
    send_id, epoch = send["sendId"], context.epoch
    message = context.find("messages", send["messageId"])
    if message is None:
        # It was seeded without one: there is nothing to react to.
        return
    tracked = context.store.value(
        "SELECT clickTrackMode FROM campaigns WHERE campaignId = ?", (message["campaignId"],)
    )
    rows = context.store.rows(
        "SELECT contactId FROM recipients WHERE sendId = ? ORDER BY contactId", (send_id,)
    )
    reactions = context.recipients.reactions(
        send_id,
        (row["contactId"] for row in rows),
        can_open=bool(message["htmlBody"]),
        links=messages.links(message["htmlBody"]) if tracked else [],
    )
    ids = send_id, send["messageId"]
    context.store.insert_many(
        "reactions",
        ("contactId", "kind", "time", "link", "hard", "sendId", "messageId"),
        [
            (each.contact_id, each.kind, epoch + each.seconds, each.link, each.hard, *ids)
            for each in reactions
        ],
    )


def _bounce(context: RequestContext, row: Row) -> None:
    who = (row["contactId"],)
    bounced = "UPDATE contacts SET bounceCount = bounceCount + 1 WHERE contactId = ?"
    context.store.execute(bounced, who)
    for_good = "UPDATE contacts SET status = 'bounced' WHERE contactId = ? AND status = 'normal'"
    if row["hard"] and context.store.execute(for_good, who):
        history.record(context, row["contactId"], "EditStatus", {"newStatus": "bounced"})


def _unsubscribe(context: RequestContext, row: Row) -> None:
    """End the subscriptions of a contact to the lists of a send, also to those of its segments."""
    send = context.load("sends", row["sendId"])
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
        context.store.update("subscriptions", subscription["rowNumber"], status="unsubscribed")
        list_id, contact_id = subscription["listId"], row["contactId"]
        history.record_subscription(context, list_id, contact_id, "unsubscribed")

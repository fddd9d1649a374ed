"""Sends: handing a message to recipients, now or later (API 13)."""

# ruff: noqa: S608  (conditions are constants, values are parameters)

from __future__ import annotations

import re
from typing import Any

from icontact.sandbox import error_texts, timestamps
from icontact.sandbox.exchange import Refusal, invalid
from icontact.sandbox.rules import messages, scheduler
from icontact.sandbox.rules.bodies import FieldReader
from icontact.sandbox.rules.context import Item, RequestContext
from icontact.sandbox.rules.endpoint import Endpoint, Terms
from icontact.sandbox.rules.listing import plain_terms
from icontact.sandbox.store import Row
from icontact.sandbox.store.schema import SEND_LISTS

_SCHEDULED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(-0[45]:00)", re.ASCII)
_SUMMER_OFFSET = "-04:00"


class SendEndpoint(Endpoint):
    """Sends."""

    name = "sends"
    terms: Terms = plain_terms(
        numbers=("sendId", "messageId"),
        codes=("status",),
        moments=("scheduledTime", "releasedTime"),
    )
    sortable: tuple[str, ...] = ("recipientCount",)
    receive_only: tuple[str, ...] = ("recipientCount", "status", "releasedTime", "spamCheck")
    # An empty array stays one here (API 13).
    null_when_empty = False
    member_verbs = "GET DELETE"

    def columns(self, context: RequestContext, reader: FieldReader, row: Row | None) -> Item:
        """Read a send."""
        columns: Item = {"messageId": reader.known_id("messages", "messageId", required=True)}
        for name in SEND_LISTS:
            table = "lists" if "List" in name else "segments"
            columns[name] = reader.known_ids(table, name)
        if not reader.text("includeListIds") and not reader.text("includeSegmentIds"):
            reader.complain(error_texts.NO_RECIPIENTS)
        columns["scheduledTime"] = _scheduled(context, reader)
        return columns

    def insert(self, context: RequestContext, columns: Item) -> int:
        """Store a send, and release it unless its time is yet to come."""
        _check_sendable(context, context.load("messages", columns["messageId"]))
        when = columns["scheduledTime"]
        send_id = context.store.insert("sends", **columns, status="pending")
        if when is None or when <= context.epoch:
            scheduler.release(context, send_id)
        else:
            counted = scheduler.count_recipients(context, send_id)
            context.store.update("sends", send_id, recipientCount=counted)
        return send_id

    def delete(self, context: RequestContext) -> list[Any]:
        """Answer ``DELETE …/sends/{sendId}``: what is released cannot be cancelled."""
        row = self.load(context)
        if row["status"] != "pending":
            raise Refusal(400, error_texts.ALREADY_RELEASED)
        if context.quirks.cancelling == "ignored":
            return []
        cancelled = scheduler.spelled(context.quirks, "cancelled")
        context.store.update("sends", row["sendId"], status=cancelled)
        return []

    def wire(self, context: RequestContext, row: Row) -> Item:
        """Return a send; times in winter as the quirks say (API 2.8)."""
        message = context.find("messages", row["messageId"])
        released, scheduled = row["releasedTime"], row["scheduledTime"]
        in_summer_time = context.quirks.winter_offset == _SUMMER_OFFSET
        zoned = timestamps.iso_four_hours_behind if in_summer_time else timestamps.iso_with_offset
        return {
            "sendId": str(row["sendId"]),
            "messageId": str(row["messageId"]),
            **{name: row[name] for name in SEND_LISTS},
            "scheduledTime": "" if scheduled is None else zoned(scheduled),
            "recipientCount": str(row["recipientCount"]),
            "status": row["status"],
            "releasedTime": timestamps.iso_with_offset(released) if released else "",
            **(messages.spam_check(context, message) if message else {}),
        }


def _scheduled(context: RequestContext, reader: FieldReader) -> int | None:
    """Read ``YYYY-MM-DDTHH:MM:SS-04:00``, which is taken at its word (API 2.8)."""
    text = reader.text("scheduledTime")
    if not text:
        return None
    shape, moment = _SCHEDULED.fullmatch(text), timestamps.search_moment(text)
    in_winter = moment is not None and not moment.dst()
    expected = context.quirks.winter_offset if in_winter else _SUMMER_OFFSET
    if shape is None or moment is None or expected not in {"either", shape[1]}:
        form = "scheduledTime has to be given as YYYY-MM-DDTHH:MM:SS-04:00"
        reader.complain_of("scheduledTime", form)
        return None
    epoch = int(moment.timestamp())
    if epoch < context.epoch and context.quirks.past_schedule == "refused":
        reader.complain_of("scheduledTime", "scheduledTime can not be in the past")
    return epoch


def _check_sendable(context: RequestContext, message: Row) -> None:
    message_id, message_type = message["messageId"], message["messageType"]
    if message_type != "normal":
        raise invalid("messageId", f"A message of the type {message_type} can not be sent")
    if message["campaignId"] is None:
        raise invalid("messageId", "The message has no campaign")
    score = messages.spam_score(message)
    if score >= messages.SPAM_LIMIT:
        raise Refusal(400, context.quirks.spam_text.format(score=f"{score:.1f}"))
    standing = "status NOT IN ('cancelled', 'canceled')"
    if context.quirks.double_sends == "while_pending":
        standing = "status = 'pending'"
    earlier = context.store.value(
        f"SELECT MAX(sendId) FROM sends WHERE messageId = ? AND {standing}", (message_id,)
    )
    if earlier is not None:
        # Recorded (API 13).
        scheduled = f"Message [messageId={message_id}] already scheduled for send"
        raise Refusal(400, f"{scheduled} [sendId={earlier}]")


ROUTES = SendEndpoint().routes()

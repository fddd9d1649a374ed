"""Sends: handing a message to recipients, now or later (API 13)."""

# ruff: noqa: S608  (conditions are constants, values are parameters)

from __future__ import annotations

import re
from typing import Any

from icontact.sandbox import error_texts, timestamps
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import checks, message_content, messages, releasing
from icontact.sandbox.rules.bodies import FieldReader
from icontact.sandbox.rules.context import RequestContext
from icontact.sandbox.rules.endpoint import Endpoint
from icontact.sandbox.rules.search_terms import TermKind, column
from icontact.sandbox.store import Row
from icontact.sandbox.store.schema import SEND_LISTS

_RECEIVE_ONLY = ("recipientCount", "status", "releasedTime", "spamCheck")
_SCHEDULED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(-0[45]:00)", re.ASCII)
_SUMMER_OFFSET = "-04:00"


def cancel(context: RequestContext) -> list[Any]:
    """Answer ``DELETE …/sends/{sendId}``: what is released cannot be cancelled."""
    row = SENDS.load(context)
    if row["status"] != releasing.PENDING:
        raise Refusal(400, error_texts.ALREADY_RELEASED)
    cancelled = {"status": releasing.spelled(context.quirks, "cancelled")}
    context.store.update("sends", cancelled, "sendId", row["sendId"])
    return []


def _columns(
    context: RequestContext, item: dict[str, Any], row: Row | None, complete: bool
) -> dict[str, Any]:
    reader = FieldReader(item)
    reader.forbid("sendId")
    reader.text("messageId", required=True)
    message_id = checks.known(context, reader, "messages", "messageId")
    columns: dict[str, Any] = {"messageId": message_id, **_addressees(context, reader)}
    columns["scheduledTime"] = _scheduled(context, reader)
    reader.finish()
    checks.receive_only(context, item, _RECEIVE_ONLY)
    message = checks.required(checks.find(context, "messages", "messageId", message_id))
    _check_sendable(context, message)
    return {**columns, "status": releasing.PENDING}


def _dispatch(context: RequestContext, columns: dict[str, Any]) -> int:
    """Store a send, and release it unless its time is yet to come."""
    when = columns["scheduledTime"]
    send_id = context.store.insert("sends", columns)
    if when is None or when <= context.epoch:
        releasing.release(context, send_id)
    else:
        row = checks.required(checks.find(context, "sends", "sendId", send_id))
        counted = {"recipientCount": releasing.count(context, row)}
        context.store.update("sends", counted, "sendId", send_id)
    return send_id


def _addressees(context: RequestContext, reader: FieldReader) -> dict[str, str]:
    columns = {}
    for name in SEND_LISTS:
        table, key = ("lists", "listId") if "List" in name else ("segments", "segmentId")
        columns[name] = ",".join(map(str, checks.id_list(context, reader, table, key, name)))
    if not reader.text("includeListIds") and not reader.text("includeSegmentIds"):
        reader.complain(error_texts.NO_RECIPIENTS)
    return columns


def _scheduled(context: RequestContext, reader: FieldReader) -> int | None:
    """Read ``YYYY-MM-DDTHH:MM:SS-04:00``, which is taken at its word (API 2.8)."""
    text = reader.text("scheduledTime")
    if not text:
        return None
    shape, moment = _SCHEDULED.fullmatch(text), timestamps.search_moment(text)
    if shape is None or moment is None or not _may_have(context, shape[1], bool(moment.dst())):
        form = "scheduledTime has to be given as YYYY-MM-DDTHH:MM:SS-04:00"
        reader.complain(error_texts.not_valid("scheduledTime", form))
        return None
    epoch = int(moment.timestamp())
    if epoch < context.epoch and context.quirks.past_schedule == "refused":
        past = "scheduledTime can not be in the past"
        reader.complain(error_texts.not_valid("scheduledTime", past))
    return epoch


def _may_have(context: RequestContext, offset: str, summer: bool) -> bool:
    expected = _SUMMER_OFFSET if summer else context.quirks.winter_offset
    return expected in {"either", offset}


def _check_sendable(context: RequestContext, message: Row) -> None:
    if message["messageType"] != "normal":
        reason = f"A message of the type {message['messageType']} can not be sent"
        raise Refusal(400, error_texts.not_valid("messageId", reason))
    if message["campaignId"] is None:
        raise Refusal(400, error_texts.not_valid("messageId", "The message has no campaign"))
    score = messages.spam_score(message)
    if score >= message_content.LIMIT:
        raise Refusal(400, context.quirks.spam_text.format(score=f"{score:.1f}"))
    standing = (
        "status = 'pending'"
        if context.quirks.double_sends == "while_pending"
        else "status NOT IN ('cancelled', 'canceled')"
    )
    earlier = context.store.value(
        f"SELECT MAX(sendId) FROM sends WHERE messageId = ? AND {standing}",
        (message["messageId"],),
    )
    if earlier is not None:
        raise Refusal(400, error_texts.already_scheduled(message["messageId"], earlier))


def _wire(context: RequestContext, row: Row) -> dict[str, Any]:
    message = checks.find(context, "messages", "messageId", row["messageId"])
    return {
        "sendId": str(row["sendId"]),
        "messageId": str(row["messageId"]),
        **{name: row[name] for name in SEND_LISTS},
        "scheduledTime": _scheduled_text(context, row["scheduledTime"]),
        "recipientCount": str(row["recipientCount"]),
        "status": row["status"],
        "releasedTime": timestamps.iso_with_offset(row["releasedTime"])
        if row["releasedTime"]
        else "",
        **(messages.spam_check(context, message) if message else {}),
    }


def _scheduled_text(context: RequestContext, epoch: int | None) -> str:
    if epoch is None:
        return ""
    if context.quirks.winter_offset == _SUMMER_OFFSET:
        return timestamps.iso_four_hours_behind(epoch)
    return timestamps.iso_with_offset(epoch)


SENDS = Endpoint(
    name="sends",
    singular="send",
    key="sendId",
    terms={
        "sendId": column("sendId", TermKind.NUMBER),
        "messageId": column("messageId", TermKind.NUMBER),
        "status": column("status", TermKind.CODE),
        "scheduledTime": column("scheduledTime", TermKind.EPOCH),
        "releasedTime": column("releasedTime", TermKind.EPOCH),
    },
    sortable=("recipientCount",),
    wire=_wire,
    columns=_columns,
    insert=_dispatch,
    # An empty array stays one here (API 13).
    null_when_empty=False,
)

ROUTES = SENDS.routes(member={"DELETE": cancel})

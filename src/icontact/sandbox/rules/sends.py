"""Sends: handing a message to recipients, now or later (API 13)."""

# ruff: noqa: S608  (conditions are constants, values are parameters)

from __future__ import annotations

import re
from typing import Any

from icontact.sandbox import messages, moments, spam
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import bodies, checks, mailings, releasing
from icontact.sandbox.rules.call import Call, Route, Scope
from icontact.sandbox.rules.fields import Reader
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.terms import Clause, Kind, column
from icontact.sandbox.store import Row
from icontact.sandbox.store.mailing_schema import SEND_LISTS

_RECEIVE_ONLY = ("recipientCount", "status", "releasedTime", "spamCheck")
_SCHEDULED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(-0[45]:00)", re.ASCII)
_SUMMER_OFFSET = "-04:00"

_LISTING = Listing(
    table="sends",
    key="sendId",
    terms={
        "sendId": column("sendId", Kind.NUMBER),
        "messageId": column("messageId", Kind.NUMBER),
        "status": column("status", Kind.CODE),
        "scheduledTime": column("scheduledTime", Kind.EPOCH),
        "releasedTime": column("releasedTime", Kind.EPOCH),
    },
    sortable=("recipientCount",),
)


def list_all(call: Call) -> dict[str, Any]:
    """Answer ``GET …/sends``."""
    page = search(call, _LISTING, Clause("folderId = ?", (call.folder_id,)))
    return page.envelope(call, "sends", lambda row: checks.blank_as_null(_wire(call, row)))


def create_many(call: Call) -> dict[str, Any]:
    """Answer ``POST …/sends``; an empty array stays one here (API 13)."""
    return {"sends": bodies.save_many(call, "sends", "send", _create)}


def read(call: Call) -> dict[str, Any]:
    """Answer ``GET …/sends/{sendId}``."""
    return {"send": checks.blank_as_null(_wire(call, _load(call)))}


def cancel(call: Call) -> list[Any]:
    """Answer ``DELETE …/sends/{sendId}``: what is released cannot be called back."""
    row = _load(call)
    if row["status"] != releasing.PENDING:
        raise Refusal(400, messages.ALREADY_RELEASED)
    cancelled = {"status": releasing.spelled(call.quirks, "cancelled")}
    call.store.update("sends", cancelled, "sendId", row["sendId"])
    return []


def _load(call: Call) -> Row:
    return checks.required(checks.find(call, "sends", "sendId", call.path_ids["send_id"]))


def _create(call: Call, item: dict[str, Any]) -> dict[str, Any]:
    reader = Reader(item)
    reader.forbid("sendId")
    reader.text("messageId", required=True)
    message_id = checks.known(call, reader, "messages", "messageId")
    columns: dict[str, Any] = {"messageId": message_id, **_addressees(call, reader)}
    columns["scheduledTime"] = _scheduled(call, reader)
    reader.finish()
    checks.receive_only(call, item, _RECEIVE_ONLY)
    _check_sendable(call, checks.required(checks.find(call, "messages", "messageId", message_id)))
    return _wire(call, _dispatch(call, columns))


def _dispatch(call: Call, columns: dict[str, Any]) -> Row:
    """Store a send, and release it unless its time is yet to come."""
    when = columns["scheduledTime"]
    later = when is not None and when > call.epoch
    pending = {"folderId": call.folder_id, **columns, "status": releasing.PENDING}
    send_id = call.store.insert("sends", pending)
    if later:
        row = checks.required(checks.find(call, "sends", "sendId", send_id))
        counted = {"recipientCount": releasing.count(call, row)}
        call.store.update("sends", counted, "sendId", send_id)
    else:
        releasing.release(call, send_id)
    return checks.required(checks.find(call, "sends", "sendId", send_id))


def _addressees(call: Call, reader: Reader) -> dict[str, str]:
    columns = {}
    for name in SEND_LISTS:
        table, key = ("lists", "listId") if "List" in name else ("segments", "segmentId")
        columns[name] = ",".join(map(str, checks.id_list(call, reader, table, key, name)))
    if not reader.text("includeListIds") and not reader.text("includeSegmentIds"):
        reader.complain(messages.NO_RECIPIENTS)
    return columns


def _scheduled(call: Call, reader: Reader) -> int | None:
    """Read ``YYYY-MM-DDTHH:MM:SS-04:00``, which is taken at its word (API 2.8)."""
    text = reader.text("scheduledTime")
    if not text:
        return None
    shape, moment = _SCHEDULED.fullmatch(text), moments.search_moment(text)
    if shape is None or moment is None or not _may_have(call, shape[1], bool(moment.dst())):
        form = "scheduledTime has to be given as YYYY-MM-DDTHH:MM:SS-04:00"
        reader.complain(messages.not_valid("scheduledTime", form))
        return None
    epoch = int(moment.timestamp())
    if epoch < call.epoch and call.quirks.past_schedule == "refused":
        past = "scheduledTime can not be in the past"
        reader.complain(messages.not_valid("scheduledTime", past))
    return epoch


def _may_have(call: Call, offset: str, summer: bool) -> bool:
    expected = _SUMMER_OFFSET if summer else call.quirks.winter_offset
    return expected in {"either", offset}


def _check_sendable(call: Call, message: Row) -> None:
    if message["messageType"] != "normal":
        reason = f"A message of the type {message['messageType']} can not be sent"
        raise Refusal(400, messages.not_valid("messageId", reason))
    if message["campaignId"] is None:
        raise Refusal(400, messages.not_valid("messageId", "The message has no campaign"))
    score = mailings.spam_score(message)
    if score >= spam.LIMIT:
        raise Refusal(400, call.quirks.spam_text.format(score=f"{score:.1f}"))
    standing = (
        "status = 'pending'"
        if call.quirks.double_sends == "while_pending"
        else "status NOT IN ('cancelled', 'canceled')"
    )
    earlier = call.store.value(
        f"SELECT MAX(sendId) FROM sends WHERE messageId = ? AND {standing}",
        (message["messageId"],),
    )
    if earlier is not None:
        raise Refusal(400, messages.already_scheduled(message["messageId"], earlier))


def _wire(call: Call, row: Row) -> dict[str, Any]:
    message = checks.find(call, "messages", "messageId", row["messageId"])
    return {
        "sendId": str(row["sendId"]),
        "messageId": str(row["messageId"]),
        **{name: row[name] for name in SEND_LISTS},
        "scheduledTime": _scheduled_text(call, row["scheduledTime"]),
        "recipientCount": str(row["recipientCount"]),
        "status": row["status"],
        "releasedTime": moments.iso_with_offset(row["releasedTime"]) if row["releasedTime"] else "",
        **(mailings.spam_check(call, message) if message else {}),
    }


def _scheduled_text(call: Call, epoch: int | None) -> str:
    if epoch is None:
        return ""
    if call.quirks.winter_offset == _SUMMER_OFFSET:
        return moments.iso_four_hours_behind(epoch)
    return moments.iso_with_offset(epoch)


_COLLECTION = "/a/<account_id>/c/<client_folder_id>/sends"

ROUTES = (
    Route(_COLLECTION, Scope.FOLDER, {"GET": list_all, "POST": create_many}),
    Route(f"{_COLLECTION}/<send_id>", Scope.FOLDER, {"GET": read, "DELETE": cancel}),
)

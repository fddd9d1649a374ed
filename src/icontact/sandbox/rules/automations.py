"""Automations: the welcome message of a list, which can only be set (API 17.3)."""

from __future__ import annotations

from typing import Any

from icontact.sandbox import messages
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import bodies, checks, releasing
from icontact.sandbox.rules.call import Call, Route, Scope
from icontact.sandbox.rules.fields import Reader


def create(call: Call) -> dict[str, Any]:
    """Answer ``POST …/automations/welcomemessage``: one object, alone or in an array."""
    items = bodies.items(call, "automations", "automation")
    if len(items) != 1 or not isinstance(items[0], dict):
        raise Refusal(400, messages.WRONG_SHAPE)
    reader = Reader(items[0])
    reader.forbid("automationId")
    columns = {
        "messageId": _required_id(call, reader, "messages", "messageId"),
        "listId": _required_id(call, reader, "lists", "listId"),
    }
    reader.finish()
    _check_mode(call, columns["messageId"])
    call.store.update("messages", {"automated": 1}, "messageId", columns["messageId"] or 0)
    automation_id = call.store.insert("automations", {"folderId": call.folder_id, **columns})
    return {"automationId": str(automation_id)}


def _required_id(call: Call, reader: Reader, table: str, name: str) -> int | None:
    reader.text(name, required=True)
    return checks.known(call, reader, table, name)


def _check_mode(call: Call, message_id: int | None) -> None:
    """Refuse a message that waits to be sent: a draft, a sent and an automated one are taken."""
    if call.store.value(
        "SELECT 1 FROM sends WHERE messageId = ? AND status = ?", (message_id, releasing.PENDING)
    ):
        mode = "The message has to be in Draft, Sent or Automation mode"
        raise Refusal(400, messages.not_valid("messageId", mode))


ROUTES = (
    Route(
        "/a/<account_id>/c/<client_folder_id>/automations/welcomemessage",
        Scope.FOLDER,
        {"POST": create},
    ),
)

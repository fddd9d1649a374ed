"""Automations: the welcome message of a list, which can only be set (API 17.3)."""

from __future__ import annotations

from typing import Any

from icontact.sandbox import error_texts
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import bodies, checks, releasing
from icontact.sandbox.rules.bodies import FieldReader
from icontact.sandbox.rules.context import RequestContext, Route, Scope


def create(context: RequestContext) -> dict[str, Any]:
    """Answer ``POST …/automations/welcomemessage``: one object, alone or in an array."""
    items = bodies.items(context, "automations", "automation")
    if len(items) != 1 or not isinstance(items[0], dict):
        raise Refusal(400, error_texts.WRONG_SHAPE)
    reader = FieldReader(items[0])
    reader.forbid("automationId")
    columns = {
        "messageId": _required_id(context, reader, "messages", "messageId"),
        "listId": _required_id(context, reader, "lists", "listId"),
    }
    reader.finish()
    _check_mode(context, columns["messageId"])
    context.store.update("messages", {"automated": 1}, "messageId", columns["messageId"] or 0)
    automation_id = context.store.insert("automations", {"folderId": context.folder_id, **columns})
    return {"automationId": str(automation_id)}


def _required_id(context: RequestContext, reader: FieldReader, table: str, name: str) -> int | None:
    reader.text(name, required=True)
    return checks.known(context, reader, table, name)


def _check_mode(context: RequestContext, message_id: int | None) -> None:
    """Refuse a message that waits to be sent: a draft, a sent and an automated one are taken."""
    if context.store.value(
        "SELECT 1 FROM sends WHERE messageId = ? AND status = ?", (message_id, releasing.PENDING)
    ):
        mode = "The message has to be in Draft, Sent or Automation mode"
        raise Refusal(400, error_texts.not_valid("messageId", mode))


ROUTES = (
    Route(
        "/a/<account_id>/c/<client_folder_id>/automations/welcomemessage",
        Scope.FOLDER,
        {"POST": create},
    ),
)

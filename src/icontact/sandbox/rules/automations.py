"""Automations: the welcome message of a list, which can only be set (API 17.3)."""

from __future__ import annotations

from icontact.sandbox import error_texts
from icontact.sandbox.exchange import Refusal, invalid
from icontact.sandbox.rules import bodies
from icontact.sandbox.rules.bodies import FieldReader
from icontact.sandbox.rules.context import Item, RequestContext, Route, Scope
from icontact.sandbox.rules.endpoint import FOLDER


def create(context: RequestContext) -> Item:
    """Answer ``POST …/automations/welcomemessage``: one object, alone or in an array."""
    items = bodies.items(context, "automations", "automation")
    if len(items) != 1 or not isinstance(items[0], dict):
        raise Refusal(400, error_texts.WRONG_SHAPE)
    reader = FieldReader(context, items[0])
    reader.forbid("automationId")
    columns = {
        "messageId": reader.known_id("messages", "messageId", required=True),
        "listId": reader.known_id("lists", "listId", required=True),
    }
    reader.finish()
    message_id = columns["messageId"] or 0
    waiting = "SELECT 1 FROM sends WHERE messageId = ? AND status = 'pending'"
    if context.store.value(waiting, (message_id,)):
        raise invalid("messageId", "The message has to be in Draft, Sent or Automation mode")
    context.store.update("messages", message_id, automated=1)
    automation_id = context.store.insert("automations", folderId=context.folder_id, **columns)
    return {"automationId": str(automation_id)}


ROUTES = (Route(f"{FOLDER}/automations/welcomemessage", Scope.FOLDER, {"POST": create}),)

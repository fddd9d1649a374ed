"""What is sent of a row that is to be written."""

from __future__ import annotations

import json
from typing import Any

from icontact.models import ContactFields, ContactStatus
from icontact.push.decide import Action, fields_to_write
from icontact.push.journal import ToWrite, body_of, fields_from

__all__ = ["fields_of", "gives_status", "text_of"]

_CREATE = Action.CREATE.name

#: The key, which no value can hold: within one, quotation marks have a backslash before them.
_STATUS = '"status":'


def fields_of(row: ToWrite) -> ContactFields:
    """Return the fields that are written."""
    changes = json.loads(row.changes) if row.changes else ()
    return fields_to_write(Action[row.action], fields_from(json.loads(row.text)), changes)


def text_of(row: ToWrite) -> str:
    """Return what stands in a bulk call, as JSON."""
    if row.action == _CREATE and _STATUS not in row.text:
        return row.text
    body: dict[str, Any] = dict(body_of(fields_of(row)))
    if row.contact_id is not None:
        body = {"contactId": row.contact_id, **body}
    return json.dumps(body)


def gives_status(row: ToWrite) -> bool:
    """Tell whether a new contact is given a status that iContact knows."""
    if row.action != _CREATE or _STATUS not in row.text:
        return False
    return fields_of(row).get("status") in tuple(ContactStatus)

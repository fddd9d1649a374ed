"""The fields that are sent of a row."""

from __future__ import annotations

import json

from icontact.models import ContactFields, ContactStatus
from icontact.push.decisions import Action, fields_to_write
from icontact.push.journal import RowToWrite, fields_from
from icontact.resources import ContactRow

__all__ = ["fields_of", "gives_status", "item_of"]

_CREATE = Action.CREATE.name


def fields_of(row: RowToWrite) -> ContactFields:
    """Return the fields that are written."""
    changes = json.loads(row.changes) if row.changes else ()
    return fields_to_write(Action[row.action], fields_from(json.loads(row.text)), changes)


def item_of(row: RowToWrite) -> ContactRow:
    """Return the row as an item of a bulk call."""
    item: ContactRow = {**fields_of(row)}  # type: ignore[typeddict-item]  # contact_id is optional
    if row.contact_id is not None:
        item["contact_id"] = row.contact_id
    return item


def gives_status(row: RowToWrite) -> bool:
    """Return whether a new contact is given a status that iContact knows."""
    # The key stands in the JSON as it is: in a value the quotation marks would be escaped.
    if row.action != _CREATE or '"status":' not in row.text:
        return False
    return fields_of(row).get("status") in tuple(ContactStatus)

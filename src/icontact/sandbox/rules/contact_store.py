"""Storing the contacts of one request: read, change and write them together."""

# ruff: noqa: S608  (tables and columns are constants, values are parameters)

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Any

from icontact.sandbox import error_texts, timestamps
from icontact.sandbox.exchange import Refusal, invalid
from icontact.sandbox.rules import contact_fields, custom_fields, history
from icontact.sandbox.rules.contact_fields import COLUMNS, ContactPayload
from icontact.sandbox.rules.context import Item, RequestContext, number
from icontact.sandbox.rules.history import HistoryEntry
from icontact.sandbox.store import blocks
from icontact.sandbox.store.schema import CONTACT_TEXTS

_BLANK: dict[str, str] = dict.fromkeys(CONTACT_TEXTS, "")
_CHANGING = ("email", "status", *CONTACT_TEXTS, "custom")
_UPDATE = (
    f"UPDATE contacts SET {', '.join(f'{name} = ?' for name in _CHANGING)} WHERE contactId = ?"
)
_ALWAYS = ("contactId", "folderId", "createDate", "status")
_NO_DETAILS: Mapping[str, str] = {}
_WITH_EMAILS = "email IN (SELECT value FROM json_each(?))"
_ANY_DELETED = "SELECT EXISTS (SELECT 1 FROM contacts WHERE folderId = ? AND status = 'deleted')"


class ContactStore:
    """Saves contacts one by one, each after the changes of those before it.

    A contact is a dict of its columns, with the changes so far. The caller calls :meth:`flush` in
    the end, in the same transaction. ``types`` are the custom fields of the folder.
    """

    def __init__(self, context: RequestContext) -> None:
        self._context = context
        self.types: dict[str, str] = custom_fields.defined(context)
        self._blank_row = {
            **dict.fromkeys(COLUMNS, ""),
            "createDate": timestamps.eastern_stamp(context.now),
            "bounceCount": 0,
            "status": "normal",
            "folderId": context.folder_id,
            "custom": "{}",
        }
        self._by_id: dict[int, Item | None] = {}
        self._by_email: dict[str, Item | None] = {}
        self._deleted: dict[str, Item | None] = {}
        self._created: dict[int, Item] = {}
        self._given: dict[str, str] = {}
        self._revived: list[int] = []
        self._changed: dict[int, Item] = {}
        self._done: list[HistoryEntry] = []
        self._last_id = 0

    def expect(self, items: Iterable[Any]) -> None:
        """Read all contacts that some items may be about."""
        payloads = [item for item in items if isinstance(item, dict)]
        given = (item.get("email") for item in payloads)
        # Only plain letters have a lower case that SQLite and Python agree on, as e-mails must.
        emails = {each.lower() for each in given if isinstance(each, str) and each.isascii()}
        ids = {found for item in payloads if (found := number(item.get("contactId"))) is not None}
        self._look_up_emails(emails)
        self._look_up_ids(ids)

    def save(self, item: Mapping[str, Any]) -> Item:
        """Create or change one contact, as one item of a collection POST (API 6.5).

        Raises:
            Refusal: 400; then nothing was changed.
        """
        quirks = self._context.quirks
        if item.get("contactId") not in (None, ""):
            held = self.by_id(item["contactId"])
            if held is None:
                raise Refusal(400, error_texts.not_recognised("contactId"))
            given = contact_fields.read(self._context, item, self.types)
            return self.change(held, given, blanks=quirks.bulk_update_blanks)
        given = contact_fields.read(self._context, item, self.types)
        contact_fields.require_email(given)
        held = self.by_email(given.texts["email"])
        if held is not None:
            return self.change(held, given, blanks=quirks.upsert_blanks)
        if given.status is not None and given.status not in quirks.creation_statuses:
            if quirks.other_creation_statuses == "refused":
                raise invalid("status")
            given = given._replace(status=None)
        return self._create(given)

    def change(self, held: Item, given: ContactPayload, *, blanks: bool) -> Item:
        """Write fields to a contact, blanking the others or not, and record what changes."""
        given = contact_fields.with_status_change(self._context, held["status"], given)
        other = self.by_email(given.texts["email"]) if "email" in given.texts else None
        if other is not None and other["contactId"] != held["contactId"]:
            raise invalid("email", "email is already used by another contact")
        before = json.loads(held["custom"]) if held["custom"] != "{}" else {}
        custom = {**({} if blanks else before), **given.custom}
        texts = {**(_BLANK if blanks else {}), **given.texts}
        edited = {name: text for name, text in texts.items() if text != held[name]}
        edited_custom = {
            name: custom.get(name, "")
            for name in {**before, **custom}
            if custom.get(name, "") != before.get(name, "")
        }
        if "email" in edited:
            self.flush()
            # The old address is looked up again if it is asked for: a deleted contact may have it.
            del self._by_email[held["email"].lower()]
            self._by_email[edited["email"].lower()] = held
        if edited or edited_custom:
            held.update(edited, custom=json.dumps(custom))
            self._note(held, "EditFields", {**edited, **edited_custom})
        resets = blanks and self._context.quirks.unsent_status == "normal"
        status = given.status or ("normal" if resets else held["status"])
        if status != held["status"]:
            held["status"] = status
            self._note(held, "EditStatus", {"newStatus": status})
        if "email" in edited:
            # Addresses are unique: the old one has to be free for the next item.
            self.flush()
        return held

    def by_id(self, contact_id: object) -> Item | None:
        """Return a contact of the folder, unless it is deleted."""
        known = number(contact_id)
        if known is None:
            return None
        if known not in self._by_id:
            self._look_up_ids({known})
        return self._by_id[known]

    def by_email(self, email: str) -> Item | None:
        """Return the contact of the folder that has an address, unless it is deleted."""
        key = email.lower()
        if key not in self._by_email:
            self._look_up_emails({key})
        return self._by_email[key]

    def flush(self) -> None:
        """Write everything that changed since the last time."""
        store = self._context.store
        store.execute_many(
            _UPDATE, map(itemgetter(*_CHANGING, "contactId"), self._changed.values())
        )
        if self._created:
            # Columns that no item gives have a default in the table, which is faster.
            names = (*_ALWAYS, *self._given)
            store.insert_many("contacts", names, map(itemgetter(*names), self._created.values()))
        blocks.count(store, self._context.folder_id, (*self._created, *self._revived))
        history.record_many(self._context, self._done)
        self._changed, self._created, self._revived, self._done = {}, {}, [], []
        self._given = {}

    def _create(self, given: ContactPayload) -> Item:
        key = given.texts["email"].lower()
        held = self._deleted.pop(key, None)
        if held is None:
            before = self._last_id or blocks.next_contact(self._context.store) - 1
            contact_id = self._last_id = before + 1
            held = self._created[contact_id] = {**self._blank_row}
            held["contactId"] = contact_id
        else:
            contact_id = held["contactId"]
            held.update(_BLANK, status="normal", custom="{}")
            self._revived.append(contact_id)
            self._changed[contact_id] = held
        held.update(given.texts)
        self._given.update(given.texts)
        if given.status is not None:
            held["status"] = given.status
        if given.custom:
            held["custom"] = json.dumps(given.custom)
            self._given["custom"] = ""
        self._by_email[key] = self._by_id[contact_id] = held
        self._done.append(HistoryEntry(contact_id, "AddContact", _NO_DETAILS))
        return held

    def _note(self, held: Item, action_type: str, details: dict[str, str]) -> None:
        contact_id = held["contactId"]
        if contact_id in self._created:
            self._given.update(_BLANK, custom="")
        else:
            self._changed[contact_id] = held
        self._done.append(HistoryEntry(contact_id, action_type, details))

    def _look_up_emails(self, emails: set[str]) -> None:
        self._by_email.update(dict.fromkeys(emails))
        self._hold(f"folderId = ? AND status <> 'deleted' AND {_WITH_EMAILS}", emails)
        folder_id, store = self._context.folder_id, self._context.store
        if self._context.quirks.recreate_deleted == "same_id" and store.value(
            _ANY_DELETED, (folder_id,)
        ):
            condition = f"folderId = ? AND status = 'deleted' AND {_WITH_EMAILS} ORDER BY contactId"
            for row in self._rows(condition, emails):
                self._deleted[row["email"].lower()] = row

    def _look_up_ids(self, ids: set[int]) -> None:
        self._by_id.update(dict.fromkeys(ids - self._by_id.keys()))
        if ids:
            # The sign keeps SQLite from walking through the folder.
            present = "+folderId = ? AND status <> 'deleted'"
            self._hold(f"{present} AND contactId IN (SELECT value FROM json_each(?))", ids)

    def _hold(self, condition: str, wanted: Iterable[str | int]) -> None:
        """Look contacts up, and keep one copy of each, however it was found."""
        for row in self._rows(condition, wanted):
            held = self._by_id.get(row["contactId"]) or row
            self._by_id[row["contactId"]] = self._by_email[held["email"].lower()] = held

    def _rows(self, condition: str, wanted: Iterable[str | int]) -> list[Item]:
        rows = self._context.store.rows(
            f"SELECT {', '.join(COLUMNS)} FROM contacts WHERE {condition}",
            (self._context.folder_id, json.dumps(list(wanted))),
        )
        return [dict(zip(COLUMNS, row, strict=True)) for row in rows]

"""Reading what the sandbox holds, without a request."""

# ruff: noqa: S608  (tables and keys are constants)

from __future__ import annotations

import json
from typing import Any

from icontact.sandbox import timestamps
from icontact.sandbox.store import Store

Rows = list[dict[str, Any]]

_TIMES = ("createDate", "scheduledTime", "releasedTime", "created", "updated", "time", "addDate")
# Columns of the store's own.
_HIDDEN = ("folderId", "rowNumber", "fieldNumber", "nextCriterion")


class State:
    """The things in the sandbox as plain dicts, for comparing end states in tests.

    Keys are those of the API; ids are texts, and a blank value is ``""``. Every listing is in the
    order of creation. Most can be limited to one client folder.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def contacts(self, folder_id: int | None = None) -> Rows:
        """Return all contacts, also deleted ones, with their custom fields beside the others."""
        names: dict[int, list[str]] = {}
        for field in self._store.rows("SELECT * FROM customfields ORDER BY fieldNumber"):
            names.setdefault(field["folderId"], []).append(field["privateName"])
        contacts = []
        for row in self._rows("contacts", "folderId", folder_id, "contactId"):
            custom = json.loads(row.pop("custom"))
            defined = names.get(row.pop("folderId"), ())
            ids = {"contactId": str(row["contactId"]), "bounceCount": str(row["bounceCount"] or "")}
            contacts.append({**row, **ids, **{name: custom.get(name, "") for name in defined}})
        return contacts

    def lists(self, folder_id: int | None = None) -> Rows:
        """Return the lists that are not deleted."""
        rows = self._of_folder("lists", folder_id, "listId")
        return [row for row in rows if not row.pop("deleted")]

    def subscriptions(self, folder_id: int | None = None) -> Rows:
        """Return all subscriptions, also those that ended."""
        rows = self._of_folder("subscriptions", folder_id, "listId", "contactId", order="rowNumber")
        return [{"subscriptionId": f"{row['listId']}_{row['contactId']}", **row} for row in rows]

    def custom_fields(self, folder_id: int | None = None) -> Rows:
        """Return the custom fields."""
        rows = self._of_folder("customfields", folder_id, order="fieldNumber")
        return [{"customFieldId": row["privateName"], **row} for row in rows]

    def actions(self, contact_id: int | None = None) -> Rows:
        """Return the history of one contact, or of all, oldest first."""
        return [
            {
                "contactId": str(row["contactId"]),
                "actionType": row["actionType"],
                "actionTime": timestamps.iso_without_colon(row["actionTime"]),
                "actor": row["actor"],
                "details": json.loads(row["details"]),
            }
            for row in self._rows("actions", "contactId", contact_id, "actionNumber")
        ]

    def accounts(self) -> Rows:
        """Return the accounts."""
        return self._of_folder("accounts", None, "accountId")

    def client_folders(self) -> Rows:
        """Return the client folders of all accounts."""
        return self._of_folder("clientfolders", None, "clientFolderId", "accountId")

    def users(self) -> Rows:
        """Return the users that were added to accounts, without their passwords.

        The owner of an account is not among them, although the API lists the owner.
        """
        rows = self._of_folder("users", None, "userId", "accountId")
        return [{name: row[name] for name in row if name != "password"} for row in rows]

    def permissions(self, user_id: int | str | None = None) -> Rows:
        """Return the permissions of one user in client folders, or of all users."""
        rows = self._rows("permissions", "userId", user_id, "rowid")
        return [_with_texts(row, "userId", "clientFolderId") for row in rows]

    def campaigns(self, folder_id: int | None = None) -> Rows:
        """Return the campaigns."""
        return self._of_folder("campaigns", folder_id, "campaignId")

    def messages(self, folder_id: int | None = None) -> Rows:
        """Return the messages."""
        ids = ("messageId", "campaignId", "replyToCampaignId")
        return self._of_folder("messages", folder_id, *ids)

    def segments(self, folder_id: int | None = None) -> Rows:
        """Return the segments."""
        return self._of_folder("segments", folder_id, "segmentId", "listId")

    def criteria(self, segment_id: int | str | None = None) -> Rows:
        """Return the criteria of one segment, or of all."""
        rows = self._rows("criteria", "segmentId", segment_id, "segmentId, criterionId")
        return [
            {**_with_texts(row, "segmentId"), "values": json.loads(row["values"])} for row in rows
        ]

    def sends(self, folder_id: int | None = None) -> Rows:
        """Return the sends, also cancelled ones."""
        return self._of_folder("sends", folder_id, "sendId", "messageId")

    def recipients(self, send_id: int | str) -> list[str]:
        """Return the ids of the contacts that a send was released to."""
        rows = self._rows("recipients", "sendId", send_id, "contactId")
        return [str(row["contactId"]) for row in rows]

    def reactions(self, message_id: int | str | None = None) -> Rows:
        """Return what recipients of one message did so far, or of all, in order of time."""
        done = (
            "(SELECT sendId, messageId, contactId, kind, time, link, hard,"
            " reactionNumber AS rowNumber FROM reactions WHERE done = 1)"
        )
        rows = self._rows(done, "messageId", message_id, "time, rowNumber")
        return [_with_texts(row, "sendId", "messageId", "contactId") for row in rows]

    def uploads(self, folder_id: int | None = None) -> Rows:
        """Return the uploads, with the warnings about their rows."""
        return [
            {
                "uploadId": str(row["uploadId"]),
                **{name: row[name] for name in ("action", "listIds", "status")},
                "warnings": json.loads(row["problems"]),
            }
            for row in self._rows("uploads", "folderId", folder_id, "uploadId")
        ]

    def signup_forms(self, folder_id: int | None = None) -> Rows:
        """Return the sign-up forms."""
        rows = self._of_folder("forms", folder_id, "formId")
        return [{**row, "lists": json.loads(row["lists"])} for row in rows]

    def webhooks(self, folder_id: int | None = None) -> Rows:
        """Return the web hooks."""
        return self._of_folder("webhooks", folder_id, "webhookId")

    def automations(self, folder_id: int | None = None) -> Rows:
        """Return the welcome messages of lists."""
        return self._of_folder("automations", folder_id, "automationId", "messageId", "listId")

    def _of_folder(self, table: str, folder_id: int | None, *ids: str, order: str = "") -> Rows:
        """Return rows of a table nearly as they are stored, in the order of the first id."""
        rows = self._rows(table, "folderId", folder_id, order or ids[0])
        return [_with_texts(row, *ids) for row in rows]

    def _rows(self, table: str, column: str, wanted: int | str | None, order: str) -> Rows:
        where, values = ("1", ()) if wanted is None else (f"{column} = ?", (wanted,))
        query = f"SELECT * FROM {table} WHERE {where} ORDER BY {order}"
        return [dict(row) for row in self._store.rows(query, values)]


def _with_texts(row: dict[str, Any], *ids: str) -> dict[str, Any]:
    """Return a row with its ids and times as texts, without columns of the store's own."""
    shown = {name: value for name, value in row.items() if name not in _HIDDEN}
    for name in _TIMES:
        if name in shown:
            shown[name] = "" if shown[name] is None else timestamps.iso_with_offset(shown[name])
    return {**shown, **{name: str(shown[name] or "") for name in ids}}

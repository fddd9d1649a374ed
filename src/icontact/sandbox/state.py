"""Reading what the sandbox holds, without asking it over the wire."""

# ruff: noqa: S608  (tables and keys are constants)

from __future__ import annotations

import json
from typing import Any

from icontact.sandbox import timestamps
from icontact.sandbox.store import Store


class State:
    """The things in the sandbox as plain dicts, for comparing end states in tests.

    Keys are those of the wire; ids are texts, and what is blank is ``""``. Every listing is in the
    order of creation, and can be narrowed to one client folder.

    Args:
        store: Where the state is.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def contacts(self, folder_id: int | None = None) -> list[dict[str, Any]]:
        """Return all contacts, the deleted ones too, with their custom fields beside the others."""
        names = self._custom_names()
        return [
            self._contact(row, names.get(row.pop("folderId"), ()))
            for row in self._rows("contacts", "contactId", folder_id)
        ]

    def lists(self, folder_id: int | None = None) -> list[dict[str, Any]]:
        """Return the lists that are not deleted."""
        return [
            {**row, "listId": str(row["listId"])}
            for row in self._rows("lists", "listId", folder_id)
            if not row.pop("deleted") and row.pop("folderId")
        ]

    def subscriptions(self, folder_id: int | None = None) -> list[dict[str, Any]]:
        """Return all subscriptions, those that ended too."""
        return [
            {
                "subscriptionId": f"{row['listId']}_{row['contactId']}",
                "listId": str(row["listId"]),
                "contactId": str(row["contactId"]),
                "status": row["status"],
                "addDate": timestamps.iso_with_offset(row["addDate"]),
                "confirmationMessageId": row["confirmationMessageId"],
            }
            for row in self._rows("subscriptions", "rowNumber", folder_id)
        ]

    def custom_fields(self, folder_id: int | None = None) -> list[dict[str, Any]]:
        """Return the custom fields."""
        return [
            {
                "customFieldId": row["privateName"],
                "privateName": row["privateName"],
                "publicName": row["publicName"],
                "displayToUser": row["displayToUser"],
                "fieldType": row["fieldType"],
            }
            for row in self._rows("customfields", "fieldNumber", folder_id)
        ]

    def actions(self, contact_id: int | None = None) -> list[dict[str, Any]]:
        """Return what was done to contacts, oldest first."""
        rows = self._store.rows(
            "SELECT * FROM actions WHERE contactId = ? OR ? IS NULL ORDER BY actionNumber",
            (contact_id, contact_id),
        )
        return [
            {
                "contactId": str(row["contactId"]),
                "actionType": row["actionType"],
                "actionTime": timestamps.iso_without_colon(row["actionTime"]),
                "actor": row["actor"],
                "details": json.loads(row["details"]),
            }
            for row in rows
        ]

    def accounts(self) -> list[dict[str, Any]]:
        """Return the accounts."""
        rows = self._store.rows("SELECT * FROM accounts ORDER BY accountId")
        return [{**dict(row), "accountId": str(row["accountId"])} for row in rows]

    def client_folders(self) -> list[dict[str, Any]]:
        """Return the client folders of all accounts."""
        rows = self._store.rows("SELECT * FROM clientfolders ORDER BY clientFolderId")
        return [
            {
                **dict(row),
                "clientFolderId": str(row["clientFolderId"]),
                "accountId": str(row["accountId"]),
            }
            for row in rows
        ]

    def users(self) -> list[dict[str, Any]]:
        """Return the users that were added to accounts, without their passwords.

        The owner of an account is not among them, although the listing over the wire has the owner.
        """
        rows = self._store.rows(
            "SELECT userId, accountId, userName, firstName, lastName, email FROM users"
            " ORDER BY userId"
        )
        return [_with_texts(dict(row), ("userId", "accountId")) for row in rows]

    def permissions(self, user_id: int | str | None = None) -> list[dict[str, Any]]:
        """Return what users may do in client folders, where anything was said about it."""
        rows = self._store.rows(
            "SELECT * FROM permissions WHERE userId = ? OR ? IS NULL ORDER BY rowid",
            (user_id, user_id),
        )
        return [_with_texts(dict(row), ("userId", "clientFolderId")) for row in rows]

    def campaigns(self, folder_id: int | None = None) -> list[dict[str, Any]]:
        """Return the campaigns."""
        return self._plain("campaigns", "campaignId", folder_id)

    def messages(self, folder_id: int | None = None) -> list[dict[str, Any]]:
        """Return the messages."""
        ids = ("messageId", "campaignId", "replyToCampaignId")
        rows = self._plain("messages", "messageId", folder_id, ids=ids)
        return [{**row, "createDate": _time(row["createDate"])} for row in rows]

    def segments(self, folder_id: int | None = None) -> list[dict[str, Any]]:
        """Return the segments."""
        return [
            {
                "segmentId": str(row["segmentId"]),
                "listId": str(row["listId"]),
                "name": row["name"],
                "description": row["description"],
            }
            for row in self._rows("segments", "segmentId", folder_id)
        ]

    def criteria(self, segment_id: int | str | None = None) -> list[dict[str, Any]]:
        """Return the criteria of one segment, or of all."""
        rows = self._store.rows(
            'SELECT segmentId, criterionId, fieldName, operator, "values" FROM criteria'
            " WHERE segmentId = ? OR ? IS NULL ORDER BY segmentId, criterionId",
            (segment_id, segment_id),
        )
        return [
            {**dict(row), "segmentId": str(row["segmentId"]), "values": json.loads(row["values"])}
            for row in rows
        ]

    def sends(self, folder_id: int | None = None) -> list[dict[str, Any]]:
        """Return the sends, the cancelled ones too."""
        rows = self._plain("sends", "sendId", folder_id, ids=("sendId", "messageId"))
        return [
            {
                **row,
                "scheduledTime": _time(row["scheduledTime"]),
                "releasedTime": _time(row["releasedTime"]),
            }
            for row in rows
        ]

    def recipients(self, send_id: int | str) -> list[str]:
        """Return the ids of the contacts that a send was released to."""
        sql = "SELECT contactId FROM recipients WHERE sendId = ? ORDER BY contactId"
        return [str(row["contactId"]) for row in self._store.rows(sql, (send_id,))]

    def reactions(self, message_id: int | str | None = None) -> list[dict[str, Any]]:
        """Return what recipients did so far, in the order in which they did it."""
        rows = self._store.rows(
            "SELECT sendId, messageId, contactId, kind, time, link, hard FROM reactions"
            " WHERE done = 1 AND (messageId = ? OR ? IS NULL) ORDER BY time, reactionNumber",
            (message_id, message_id),
        )
        ids = ("sendId", "messageId", "contactId")
        return [{**_with_texts(dict(row), ids), "time": _time(row["time"])} for row in rows]

    def uploads(self, folder_id: int | None = None) -> list[dict[str, Any]]:
        """Return the uploads, with the warnings about their rows."""
        return [
            {
                "uploadId": str(row["uploadId"]),
                "action": row["action"],
                "listIds": row["listIds"],
                "status": row["status"],
                "warnings": json.loads(row["problems"]),
            }
            for row in self._rows("uploads", "uploadId", folder_id)
        ]

    def signup_forms(self, folder_id: int | None = None) -> list[dict[str, Any]]:
        """Return the sign-up forms."""
        return [
            {
                **row,
                "created": _time(row["created"]),
                "updated": _time(row["updated"]),
                "lists": json.loads(row["lists"]),
            }
            for row in self._plain("forms", "formId", folder_id)
        ]

    def webhooks(self, folder_id: int | None = None) -> list[dict[str, Any]]:
        """Return the web hooks."""
        return self._plain("webhooks", "webhookId", folder_id)

    def automations(self, folder_id: int | None = None) -> list[dict[str, Any]]:
        """Return the welcome messages of lists."""
        ids = ("automationId", "messageId", "listId")
        return self._plain("automations", "automationId", folder_id, ids=ids)

    def _plain(
        self, table: str, key: str, folder_id: int | None, ids: tuple[str, ...] = ()
    ) -> list[dict[str, Any]]:
        """Return rows nearly as they are stored, ids as texts."""
        rows = self._rows(table, key, folder_id)
        return [_with_texts(row, ids or (key,)) for row in rows]

    def _rows(self, table: str, key: str, folder_id: int | None) -> list[dict[str, Any]]:
        sql = f"SELECT * FROM {table} WHERE folderId = ? OR ? IS NULL ORDER BY {key}"
        return [dict(row) for row in self._store.rows(sql, (folder_id, folder_id))]

    def _custom_names(self) -> dict[int, list[str]]:
        names: dict[int, list[str]] = {}
        for row in self._store.rows("SELECT * FROM customfields ORDER BY fieldNumber"):
            names.setdefault(row["folderId"], []).append(row["privateName"])
        return names

    @staticmethod
    def _contact(row: dict[str, Any], names: list[str] | tuple[str, ...]) -> dict[str, Any]:
        custom = json.loads(row.pop("custom"))
        row |= {"contactId": str(row["contactId"]), "bounceCount": str(row["bounceCount"] or "")}
        return {**row, **{name: custom.get(name, "") for name in names}}


def _with_texts(row: dict[str, Any], ids: tuple[str, ...]) -> dict[str, Any]:
    """Return a row with its ids as texts, and without the folder that it was looked up by."""
    row.pop("folderId", None)
    return {**row, **{name: str(row[name] or "") for name in ids}}


def _time(epoch: int | None) -> str:
    return "" if epoch is None else timestamps.iso_with_offset(epoch)

"""Reading what the sandbox holds, without asking it over the wire."""

# ruff: noqa: S608  (tables and keys are constants)

from __future__ import annotations

import json
from typing import Any

from icontact.sandbox import moments
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
                "addDate": moments.iso_with_offset(row["addDate"]),
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
                "actionTime": moments.iso_without_colon(row["actionTime"]),
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

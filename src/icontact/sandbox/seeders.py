"""Storing things in the sandbox directly, without its rules."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import attrs

from icontact.sandbox import timestamps
from icontact.sandbox.rules.custom_fields import FORBIDDEN, NAME_RULE
from icontact.sandbox.store import Store, blocks
from icontact.sandbox.store.schema import CONTACT_TEXTS

Items = Iterable[Mapping[str, Any]]

_CONTACT_COLUMNS = ("email", *CONTACT_TEXTS, "status", "createDate", "bounceCount")
_SUBSCRIPTION_COLUMNS = ("folderId", "listId", "contactId", "status", "addDate")
# Columns that only the store writes.
_OWN = frozenset(
    "automated criterionId deleted fieldNumber folderId nextCriterion rowNumber".split()
)
_CAMPAIGN = {
    "name": "Sandbox",
    "fromName": "Sandbox",
    "fromEmail": "sandbox@example.com",
    "clickTrackMode": 1,
    "useAccountAddress": 1,
}
_TIMES = ("createDate", "scheduledTime", "releasedTime", "created", "updated")


@attrs.frozen(kw_only=True)
class Seeded:
    """The ids of what was put into the sandbox, in the order in which it was given."""

    contact_ids: list[int] = attrs.field(factory=list)
    list_ids: list[int] = attrs.field(factory=list)
    custom_field_ids: list[str] = attrs.field(factory=list)
    subscription_ids: list[str] = attrs.field(factory=list)
    campaign_ids: list[int] = attrs.field(factory=list)
    message_ids: list[int] = attrs.field(factory=list)
    segment_ids: list[int] = attrs.field(factory=list)
    criterion_ids: list[int] = attrs.field(factory=list)
    send_ids: list[int] = attrs.field(factory=list)
    signup_form_ids: list[int] = attrs.field(factory=list)
    webhook_ids: list[int] = attrs.field(factory=list)


class Seeder:
    """Stores things in one client folder. The caller holds a transaction.

    What has no time of its own gets ``now``.
    """

    def __init__(self, store: Store, folder_id: int, now: datetime) -> None:
        self._store = store
        self._folder_id = folder_id
        self._now = now

    def add(self, table: str, items: Items, **defaults: Any) -> list[int]:
        """Store lists, campaigns, messages, segments, sends, forms or web hooks as they are.

        Times come as datetimes or as ISO texts, and are stored in seconds.
        """
        if table == "campaigns":
            defaults |= _CAMPAIGN
        ids, known = [], self._keys(table)
        for item in items:
            refuse_unknown(table.rstrip("s"), item, known)
            columns = {"folderId": self._folder_id, **defaults, **item}
            for name in _TIMES:
                given = columns.get(name)
                if given is not None:
                    time = datetime.fromisoformat(given) if isinstance(given, str) else given
                    columns[name] = int(timestamps.aware(time).timestamp())
            if table == "forms":
                columns["lists"] = json.dumps([str(each) for each in columns.get("lists", ())])
            ids.append(self._store.insert(table, **columns))
        return ids

    def custom_fields(self, items: Items) -> list[str]:
        """Define custom fields; those that exist already stay as they are."""
        names, known = [], self._keys("customfields")
        for item in items:
            refuse_unknown("custom field", item, known)
            names.append(str(item["privateName"]))
            if FORBIDDEN.search(names[-1]):
                raise ValueError(f"{NAME_RULE}, as {names[-1]!r} does")
            given = {"publicName": "", "displayToUser": 0, "fieldType": "text", **item}
            exists = "SELECT 1 FROM customfields WHERE folderId = ? AND privateName = ?"
            if not self._store.value(exists, (self._folder_id, names[-1])):
                self._store.insert("customfields", folderId=self._folder_id, **given)
        return names

    def contacts(self, items: Items) -> list[int]:
        """Create contacts of any status."""
        sql = "SELECT privateName FROM customfields WHERE folderId = ?"
        custom_names = frozenset(row[0] for row in self._store.rows(sql, (self._folder_id,)))
        known = {"contactId", *_CONTACT_COLUMNS, *custom_names}
        created = timestamps.eastern_stamp(self._now)
        next_id = blocks.next_contact(self._store)
        ids: list[int] = []
        present: list[int] = []

        def rows() -> Iterator[tuple[Any, ...]]:
            nonlocal next_id
            for item in items:
                refuse_unknown("contact", item, known)
                contact_id = int(item.get("contactId", next_id))
                next_id = max(next_id, contact_id + 1)
                ids.append(contact_id)
                custom = {name: str(item[name]) for name in custom_names.intersection(item)}
                given = {"status": "normal", "createDate": created, "bounceCount": 0, **item}
                if given["status"] != "deleted":
                    present.append(contact_id)
                columns = (given.get(name, "") for name in _CONTACT_COLUMNS)
                yield (contact_id, self._folder_id, json.dumps(custom), *columns)

        columns = ("contactId", "folderId", "custom", *_CONTACT_COLUMNS)
        self._store.insert_many("contacts", columns, rows())
        blocks.count(self._store, self._folder_id, present)
        return ids

    def subscriptions(self, items: Items, default_list: int) -> list[str]:
        """Subscribe contacts, named by ``contactId`` or ``email``, with any status."""
        epoch = int(self._now.timestamp())
        ids: list[str] = []

        def rows() -> Iterator[tuple[Any, ...]]:
            for item in items:
                refuse_unknown("subscription", item, ("contactId", "email", "listId", "status"))
                list_id = int(item.get("listId", default_list))
                contact_id = item.get("contactId") or self._store.value(
                    "SELECT MAX(contactId) FROM contacts WHERE folderId = ? AND email = ?",
                    (self._folder_id, item["email"]),
                )
                if contact_id is None:
                    raise ValueError("A subscription names an e-mail address that no contact has")
                ids.append(f"{list_id}_{contact_id}")
                status = item.get("status", "normal")
                yield self._folder_id, list_id, int(contact_id), status, epoch

        self._store.insert_many("subscriptions", _SUBSCRIPTION_COLUMNS, rows())
        return ids

    def criteria(self, items: Items) -> list[int]:
        """Create criteria without a check; a criterion without sense matches no contact."""
        ids, known = [], self._keys("criteria")
        for item in items:
            refuse_unknown("criterion", item, known)
            criterion_id = self._store.value(
                "SELECT nextCriterion FROM segments WHERE segmentId = ? AND folderId = ?",
                (item["segmentId"], self._folder_id),
            )
            if criterion_id is None:
                raise ValueError("A criterion names a segment that does not exist")
            self._store.update("segments", item["segmentId"], nextCriterion=criterion_id + 1)
            values = json.dumps([str(value) for value in item["values"]])
            columns = {**item, "criterionId": criterion_id, "values": values}
            self._store.insert("criteria", **columns)
            ids.append(criterion_id)
        return ids

    def _keys(self, table: str) -> frozenset[str]:
        """Return what can be given of a thing: the columns of its table."""
        columns = self._store.rows("SELECT name FROM pragma_table_info(?)", (table,))
        return frozenset(row["name"] for row in columns) - _OWN


def refuse_unknown(thing: str, item: Mapping[str, Any], known: Iterable[str]) -> None:
    """Raise ValueError for keys that a thing does not have."""
    if unknown := set(item).difference(known):
        raise ValueError(f"The {thing} to be added has no {', '.join(sorted(unknown))}")

"""Permissions: what a user may do in which client folder, and keeping to it (API 16.2)."""

# ruff: noqa: S608  (the table is a constant)

from __future__ import annotations

from typing import Any

from icontact.sandbox import messages
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import bodies, users
from icontact.sandbox.rules.call import Area, Call, Route, Scope, number
from icontact.sandbox.rules.fields import Reader
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.terms import Clause, Kind, column
from icontact.sandbox.store import Row
from icontact.sandbox.store.mailing_schema import PERMISSIONS

# Every folder has a row, also where nothing was granted. The owner may do everything.
_LISTING = Listing(
    table="(SELECT folders.clientFolderId, accountId, users.userId,"
    " COALESCE(creative, owner) AS creative, COALESCE(subscriber, owner) AS subscriber,"
    " COALESCE(analytic, owner) AS analytic"
    f" FROM clientfolders AS folders JOIN {users.TABLE} AS users USING (accountId)"
    " LEFT JOIN permissions ON permissions.userId = users.userId"
    " AND permissions.clientFolderId = folders.clientFolderId)",
    key="clientFolderId",
    terms={"clientFolderId": column("clientFolderId", Kind.NUMBER)},
)


def check(call: Call, area: Area) -> None:
    """Refuse a user without the permission that an area asks for; the owner may do everything."""
    reads = call.incoming.method == "GET"
    if call.user_id is None or area is Area.EVERYBODY or (area is Area.SETTINGS and reads):
        return
    if area in {Area.SETTINGS, Area.OWNER}:
        raise Refusal(403, messages.FORBIDDEN)
    if reads and area is not Area.ANALYTIC and call.quirks.user_permissions == "writes":
        return
    granted = call.store.row(
        "SELECT creative, subscriber, analytic FROM permissions"
        " WHERE userId = ? AND clientFolderId = ?",
        (call.user_id, call.folder_id),
    )
    if granted is None or not granted[area.value]:
        raise Refusal(403, messages.FORBIDDEN)


def list_all(call: Call) -> dict[str, Any]:
    """Answer ``GET /a/{accountId}/users/{userId}/permissions``: a row for every client folder."""
    where = Clause("userId = ? AND accountId = ?", (users.load(call)["userId"], call.account_id))
    page = search(call, _LISTING, where)
    return page.envelope(call, "permissions", _read_wire)


def save_many(call: Call) -> dict[str, Any]:
    """Answer ``POST /a/{accountId}/users/{userId}/permissions``."""
    users.refuse_owner(users.load(call))
    return {"permissions": bodies.save_many(call, "permissions", "permission", _save) or None}


def _save(call: Call, item: dict[str, Any]) -> dict[str, Any]:
    reader = Reader(item)
    text = reader.text("clientFolderId", required=True)
    flags = {name: reader.flag(name, 0, required=True) for name in PERMISSIONS}
    reader.finish()
    folder_id = call.store.value(
        "SELECT clientFolderId FROM clientfolders WHERE clientFolderId = ? AND accountId = ?",
        (number(text), call.account_id),
    )
    if folder_id is None:
        raise Refusal(400, messages.not_recognised("clientFolderId"))
    call.store.execute(
        "INSERT OR REPLACE INTO permissions"
        " (userId, clientFolderId, creative, subscriber, analytic) VALUES (?, ?, ?, ?, ?)",
        (number(call.path_ids["user_id"]), folder_id, *flags.values()),
    )
    return {"clientFolderId": str(folder_id), **flags}


def _read_wire(row: Row) -> dict[str, Any]:
    flags = {name: str(row[name]) for name in PERMISSIONS}
    return {"clientFolderId": str(row["clientFolderId"]), **flags}


ROUTES = (
    Route(
        "/a/<account_id>/users/<user_id>/permissions",
        Scope.ACCOUNT,
        {"GET": list_all, "POST": save_many},
    ),
)

"""Permissions: what a user may do in which client folder, and keeping to it (API 16.2)."""

# ruff: noqa: S608  (the table is a constant)

from __future__ import annotations

from typing import Any

from icontact.sandbox import error_texts
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import bodies, users
from icontact.sandbox.rules.context import Area, RequestContext, Route, Scope, number
from icontact.sandbox.rules.fields import FieldReader
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.search_terms import Clause, TermKind, column
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
    terms={"clientFolderId": column("clientFolderId", TermKind.NUMBER)},
)


def check(context: RequestContext, area: Area) -> None:
    """Refuse a user without the permission that an area asks for; the owner may do everything."""
    reads = context.incoming.method == "GET"
    if context.user_id is None or area is Area.EVERYBODY or (area is Area.SETTINGS and reads):
        return
    if area in {Area.SETTINGS, Area.OWNER}:
        raise Refusal(403, error_texts.FORBIDDEN)
    if reads and area is not Area.ANALYTIC and context.quirks.user_permissions == "writes":
        return
    granted = context.store.row(
        "SELECT creative, subscriber, analytic FROM permissions"
        " WHERE userId = ? AND clientFolderId = ?",
        (context.user_id, context.folder_id),
    )
    if granted is None or not granted[area.value]:
        raise Refusal(403, error_texts.FORBIDDEN)


def list_all(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /a/{accountId}/users/{userId}/permissions``: a row for every client folder."""
    where = Clause(
        "userId = ? AND accountId = ?", (users.load(context)["userId"], context.account_id)
    )
    page = search(context, _LISTING, where)
    return page.envelope(context, "permissions", _read_wire)


def save_many(context: RequestContext) -> dict[str, Any]:
    """Answer ``POST /a/{accountId}/users/{userId}/permissions``."""
    users.refuse_owner(users.load(context))
    return {"permissions": bodies.save_many(context, "permissions", "permission", _save) or None}


def _save(context: RequestContext, item: dict[str, Any]) -> dict[str, Any]:
    reader = FieldReader(item)
    text = reader.text("clientFolderId", required=True)
    flags = {name: reader.flag(name, 0, required=True) for name in PERMISSIONS}
    reader.finish()
    folder_id = context.store.value(
        "SELECT clientFolderId FROM clientfolders WHERE clientFolderId = ? AND accountId = ?",
        (number(text), context.account_id),
    )
    if folder_id is None:
        raise Refusal(400, error_texts.not_recognised("clientFolderId"))
    context.store.execute(
        "INSERT OR REPLACE INTO permissions"
        " (userId, clientFolderId, creative, subscriber, analytic) VALUES (?, ?, ?, ?, ?)",
        (number(context.path_ids["user_id"]), folder_id, *flags.values()),
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

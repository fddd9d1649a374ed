"""Users of an account, and what they may do in its client folders (API 16)."""

# ruff: noqa: S608  (the table is a constant)

from __future__ import annotations

import re
from typing import Any

from icontact.sandbox import error_texts
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import bodies, checks
from icontact.sandbox.rules.bodies import FieldReader
from icontact.sandbox.rules.context import Area, RequestContext, Route, Scope, number
from icontact.sandbox.rules.endpoint import Endpoint
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.search_terms import Clause, TermKind, column
from icontact.sandbox.store import Row
from icontact.sandbox.store.schema import PERMISSIONS

OPTIONAL = ("firstName", "lastName", "email")
"""The rest of the table is not visible; these are plausible, and observed nowhere."""

_USER_NAME = re.compile(r"[A-Za-z0-9._@-]{4,50}")
_PASSWORD = re.compile(r"(?=.*[A-Za-z]).{6,100}", re.DOTALL)

# Whose account it is, is a user of it as well, under the number of the login.
TABLE = (
    "(SELECT userId, accountId, userName, firstName, lastName, email, 0 AS owner FROM users"
    " UNION ALL SELECT MIN(loginId), accountId, username, firstName, lastName, email, 1"
    " FROM grants JOIN accounts USING (accountId) JOIN logins USING (username)"
    " WHERE userId IS NULL GROUP BY accountId, username)"
)
"""The users of all accounts: those that were added, and the owner of each (API 16.1)."""


def delete(context: RequestContext) -> list[Any]:
    """Answer ``DELETE /a/{accountId}/users/{userId}``; the user is let in no more."""
    row = USERS.load(context)
    refuse_owner(row)
    for statement in (
        "DELETE FROM users WHERE userId = ?",
        "DELETE FROM permissions WHERE userId = ?",
        "DELETE FROM logins WHERE userId = ?",
    ):
        context.store.execute(statement, (row["userId"],))
    context.store.execute("DELETE FROM grants WHERE username = ?", (row["userName"],))
    return []


def refuse_owner(row: Row) -> None:
    """Leave the owner of an account as it is: what a call could change there is unknown."""
    if row["owner"]:
        raise Refusal(403, error_texts.FORBIDDEN)


def _columns(
    context: RequestContext, item: dict[str, Any], row: Row | None, complete: bool
) -> dict[str, Any]:
    reader = FieldReader(item)
    if row is None:
        return _new_columns(context, reader)
    refuse_owner(row)
    checks.unchangeable(reader, item, userName=row["userName"])
    reader.forbid("password")
    changes = _optional(reader)
    reader.finish()
    return changes


def _new_columns(context: RequestContext, reader: FieldReader) -> dict[str, Any]:
    columns = {
        "userName": reader.text("userName", required=True),
        "password": reader.text("password", required=True),
        **_optional(reader),
    }
    name, password = columns["userName"], columns["password"]
    if name and not _USER_NAME.fullmatch(name):
        rule = "userName can have 4 to 50 characters, which are letters, digits and .-_@"
        reader.complain(error_texts.not_valid("userName", rule))
    elif _is_taken(context, name):
        reader.complain(error_texts.not_valid("userName", "userName is already used"))
    if password and not _PASSWORD.fullmatch(password):
        rule = "password can have 6 to 100 characters and needs a letter"
        reader.complain(error_texts.not_valid("password", rule))
    reader.finish()
    return columns


def _optional(reader: FieldReader) -> dict[str, str]:
    return {
        name: reader.email(name) if name == "email" else reader.text(name)
        for name in OPTIONAL
        if reader.given(name)
    }


def _is_taken(context: RequestContext, name: str) -> bool:
    sql = "SELECT EXISTS (SELECT 1 FROM users WHERE userName = ?)"
    sql += " OR EXISTS (SELECT 1 FROM logins WHERE username = ? COLLATE NOCASE)"
    return bool(context.store.value(sql, (name, name)))


def _wire(context: RequestContext, row: Row) -> dict[str, Any]:
    """Return a user; a password is never shown."""
    return {
        "userId": str(row["userId"]),
        "userName": row["userName"],
        **{name: row[name] for name in OPTIONAL},
    }


USERS = Endpoint(
    name="users",
    singular="user",
    key="userId",
    source=TABLE,
    scope=Scope.ACCOUNT,
    terms={
        "userId": column("userId", TermKind.NUMBER),
        "userName": column("userName"),
        **{name: column(name) for name in OPTIONAL},
    },
    wire=_wire,
    columns=_columns,
    upserts=True,
)

# Every folder has a row, also where nothing was granted. The owner may do everything.
_PERMISSIONS = Listing(
    table="(SELECT folders.clientFolderId, accountId, users.userId,"
    " COALESCE(creative, owner) AS creative, COALESCE(subscriber, owner) AS subscriber,"
    " COALESCE(analytic, owner) AS analytic"
    f" FROM clientfolders AS folders JOIN {TABLE} AS users USING (accountId)"
    " LEFT JOIN permissions ON permissions.userId = users.userId"
    " AND permissions.clientFolderId = folders.clientFolderId)",
    key="clientFolderId",
    terms={"clientFolderId": column("clientFolderId", TermKind.NUMBER)},
)


def check_permission(context: RequestContext, area: Area) -> None:
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


def list_permissions(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /a/{accountId}/users/{userId}/permissions``: a row for every client folder."""
    where = Clause(
        "userId = ? AND accountId = ?", (USERS.load(context)["userId"], context.account_id)
    )
    page = search(context, _PERMISSIONS, where)
    return page.envelope(context, "permissions", _permission_wire)


def save_permissions(context: RequestContext) -> dict[str, Any]:
    """Answer ``POST /a/{accountId}/users/{userId}/permissions``."""
    refuse_owner(USERS.load(context))
    return {
        "permissions": bodies.save_many(context, "permissions", "permission", _save_permission)
        or None
    }


def _save_permission(context: RequestContext, item: dict[str, Any]) -> dict[str, Any]:
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


def _permission_wire(row: Row) -> dict[str, Any]:
    flags = {name: str(row[name]) for name in PERMISSIONS}
    return {"clientFolderId": str(row["clientFolderId"]), **flags}


ROUTES = (
    *USERS.routes(member={"POST": USERS.merge, "DELETE": delete}),
    Route(
        "/a/<account_id>/users/<user_id>/permissions",
        Scope.ACCOUNT,
        {"GET": list_permissions, "POST": save_permissions},
    ),
)

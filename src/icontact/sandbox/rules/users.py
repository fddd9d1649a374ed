"""Users of an account, and what they may do in its client folders (API 16)."""

# ruff: noqa: S608  (the table is a constant)

from __future__ import annotations

import re
from typing import Any

from icontact.sandbox import error_texts
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import bodies
from icontact.sandbox.rules.bodies import FieldReader
from icontact.sandbox.rules.context import Area, Item, RequestContext, Route, Scope, number
from icontact.sandbox.rules.endpoint import ACCOUNT, Endpoint, Terms
from icontact.sandbox.rules.listing import Clause, Listing, plain_terms, search
from icontact.sandbox.store import Row
from icontact.sandbox.store.schema import PERMISSIONS

# The rest of the table is not visible; these are plausible, and observed nowhere.
_OPTIONAL = ("firstName", "lastName", "email")
_USER_NAME = re.compile(r"[A-Za-z0-9._@-]{4,50}")
_PASSWORD = re.compile(r"(?=.*[A-Za-z]).{6,100}", re.DOTALL)
_IS_TAKEN = (
    "SELECT EXISTS (SELECT 1 FROM users WHERE userName = ?)"
    " OR EXISTS (SELECT 1 FROM logins WHERE username = ? COLLATE NOCASE)"
)

# The users of all accounts: those that were added, and the owner of each account, whose id is the
# number of the login (API 16.1).
_TABLE = (
    "(SELECT userId, accountId, userName, firstName, lastName, email, 0 AS owner FROM users"
    " UNION ALL SELECT MIN(loginId), accountId, username, firstName, lastName, email, 1"
    " FROM grants JOIN accounts USING (accountId) JOIN logins USING (username)"
    " WHERE userId IS NULL GROUP BY accountId, username)"
)


class UserEndpoint(Endpoint):
    """The users of an account, whose owner is one of them."""

    name = "users"
    table = _TABLE
    scope = Scope.ACCOUNT
    above = ACCOUNT
    terms: Terms = plain_terms(numbers=("userId",), texts=("userName", *_OPTIONAL))
    # A password is never shown.
    shown: tuple[str, ...] = ("userId", "userName", *_OPTIONAL)
    upserts = True
    member_verbs = "GET POST DELETE"

    def columns(self, context: RequestContext, reader: FieldReader, row: Row | None) -> Item:
        """Read a user."""
        if row is not None:
            _refuse_owner(row)
            reader.unchanged(userName=row["userName"])
            reader.forbid("password")
            return {**reader.texts(filter(reader.given, _OPTIONAL))}
        name = reader.text("userName", required=True)
        password = reader.text("password", required=True)
        optional = reader.texts(filter(reader.given, _OPTIONAL))
        if name and not _USER_NAME.fullmatch(name):
            rule = "userName can have 4 to 50 characters, which are letters, digits and .-_@"
            reader.complain_of("userName", rule)
        elif context.store.value(_IS_TAKEN, (name, name)):
            reader.complain_of("userName", "userName is already used")
        if password and not _PASSWORD.fullmatch(password):
            rule = "password can have 6 to 100 characters and needs a letter"
            reader.complain_of("password", rule)
        return {"userName": name, "password": password, **optional}

    def delete(self, context: RequestContext) -> list[Any]:
        """Answer ``DELETE /a/{accountId}/users/{userId}``; the user can no longer log in."""
        row = self.load(context)
        _refuse_owner(row)
        for table in ("users", "permissions", "logins"):
            context.store.execute(f"DELETE FROM {table} WHERE userId = ?", (row["userId"],))
        context.store.execute("DELETE FROM grants WHERE username = ?", (row["userName"],))
        return []


_USERS = UserEndpoint()


def _refuse_owner(row: Row) -> None:
    """Leave the owner of an account as it is: what a call could change there is unknown."""
    if row["owner"]:
        raise Refusal(403, error_texts.FORBIDDEN)


# Every folder has a row, also where nothing was granted. The owner may do everything.
_PERMISSIONS = Listing(
    table="(SELECT folders.clientFolderId, accountId, users.userId,"
    " COALESCE(creative, owner) AS creative, COALESCE(subscriber, owner) AS subscriber,"
    " COALESCE(analytic, owner) AS analytic"
    f" FROM clientfolders AS folders JOIN {_TABLE} AS users USING (accountId)"
    " LEFT JOIN permissions ON permissions.userId = users.userId"
    " AND permissions.clientFolderId = folders.clientFolderId)",
    key="clientFolderId",
    terms=plain_terms(numbers=("clientFolderId",)),
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


def list_permissions(context: RequestContext) -> Item:
    """Answer ``GET /a/{accountId}/users/{userId}/permissions``: a row for every client folder."""
    ids = _USERS.load(context)["userId"], context.account_id
    base = Clause("userId = ? AND accountId = ?", ids)

    def wire(row: Row) -> Item:
        return {name: str(row[name]) for name in ("clientFolderId", *PERMISSIONS)}

    return search(context, _PERMISSIONS, base, "permissions", wire)


def save_permissions(context: RequestContext) -> Item:
    """Answer ``POST /a/{accountId}/users/{userId}/permissions``."""
    _refuse_owner(_USERS.load(context))

    def save(item: Item) -> Item:
        reader = FieldReader(context, item)
        text = reader.text("clientFolderId", required=True)
        flags = {name: reader.flag(name, required=True) for name in PERMISSIONS}
        reader.finish()
        folder_id = context.find_client_folder(text)
        if folder_id is None:
            raise Refusal(400, error_texts.not_recognised("clientFolderId"))
        context.store.execute(
            "INSERT OR REPLACE INTO permissions"
            " (userId, clientFolderId, creative, subscriber, analytic) VALUES (?, ?, ?, ?, ?)",
            (number(context.path_ids["user_id"]), folder_id, *flags.values()),
        )
        return {"clientFolderId": str(folder_id), **flags}

    if context.quirks.permissions_replace:
        user = number(context.path_ids["user_id"])
        context.store.execute("DELETE FROM permissions WHERE userId = ?", (user,))
    items = bodies.items(context, "permissions", "permission")
    return {"permissions": bodies.save_each(context, items, "permission", save) or None}


_PERMISSION_VERBS = {"GET": list_permissions, "POST": save_permissions}

ROUTES = (
    *_USERS.routes(),
    Route(f"{ACCOUNT}/users/<user_id>/permissions", Scope.ACCOUNT, _PERMISSION_VERBS),
)

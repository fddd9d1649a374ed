"""Users of an account (API 16.1)."""

# ruff: noqa: S608  (the table is a constant)

from __future__ import annotations

import re
from typing import Any

from icontact.sandbox import error_texts
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import bodies, checks
from icontact.sandbox.rules.context import RequestContext, Route, Scope, number
from icontact.sandbox.rules.fields import FieldReader
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.search_terms import Clause, TermKind, column
from icontact.sandbox.store import Row

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

_LISTING = Listing(
    table=TABLE,
    key="userId",
    terms={
        "userId": column("userId", TermKind.NUMBER),
        "userName": column("userName"),
        **{name: column(name) for name in OPTIONAL},
    },
)


def list_all(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /a/{accountId}/users``."""
    page = search(context, _LISTING, Clause("accountId = ?", (context.account_id,)))
    return page.envelope(context, "users", lambda row: checks.blank_as_null(_wire(row)))


def save_many(context: RequestContext) -> dict[str, Any]:
    """Answer ``POST /a/{accountId}/users``: create, or update by ``userId``."""
    return {"users": bodies.save_many(context, "users", "user", _save) or None}


def read(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /a/{accountId}/users/{userId}``."""
    return {"user": checks.blank_as_null(_wire(load(context)))}


def merge(context: RequestContext) -> dict[str, Any]:
    """Answer ``POST /a/{accountId}/users/{userId}``: only what is given changes."""
    row, item = load(context), bodies.member(context, "user")
    if item is not None:
        _change(context, row, item)
    return {"user": _wire(load(context))}


def delete(context: RequestContext) -> list[Any]:
    """Answer ``DELETE /a/{accountId}/users/{userId}``; the user is let in no more."""
    row = load(context)
    refuse_owner(row)
    for statement in (
        "DELETE FROM users WHERE userId = ?",
        "DELETE FROM permissions WHERE userId = ?",
        "DELETE FROM logins WHERE userId = ?",
    ):
        context.store.execute(statement, (row["userId"],))
    context.store.execute("DELETE FROM grants WHERE username = ?", (row["userName"],))
    return []


def load(context: RequestContext) -> Row:
    """Return the user that the path names."""
    return checks.required(_by_id(context, context.path_ids["user_id"]))


def refuse_owner(row: Row) -> None:
    """Leave the owner of an account as it is: what a call could change there is unknown."""
    if row["owner"]:
        raise Refusal(403, error_texts.FORBIDDEN)


def _by_id(context: RequestContext, user_id: object) -> Row | None:
    return context.store.row(
        f"SELECT * FROM {TABLE} WHERE userId = ? AND accountId = ?",
        (number(user_id), context.account_id),
    )


def _save(context: RequestContext, item: dict[str, Any]) -> dict[str, Any]:
    if item.get("userId") in (None, ""):
        user_id = context.store.insert("users", _new_columns(context, FieldReader(item)))
        return _wire(checks.required(_by_id(context, user_id)))
    row = _by_id(context, item["userId"])
    if row is None:
        raise Refusal(400, error_texts.not_recognised("userId"))
    _change(context, row, item)
    return _wire(checks.required(_by_id(context, row["userId"])))


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
        rule = "password can have 6 to 100 characters, at least one of which is a letter"
        reader.complain(error_texts.not_valid("password", rule))
    reader.finish()
    return {"accountId": context.account_id, **columns}


def _change(context: RequestContext, row: Row, item: dict[str, Any]) -> None:
    refuse_owner(row)
    reader = FieldReader(item)
    checks.unchangeable(reader, item, userName=row["userName"])
    reader.forbid("password")
    changes = _optional(reader)
    reader.finish()
    context.store.update("users", changes, "userId", row["userId"])


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


def _wire(row: Row) -> dict[str, Any]:
    """Return a user; a password is never shown."""
    return {
        "userId": str(row["userId"]),
        "userName": row["userName"],
        **{name: row[name] for name in OPTIONAL},
    }


ROUTES = (
    Route("/a/<account_id>/users", Scope.ACCOUNT, {"GET": list_all, "POST": save_many}),
    Route(
        "/a/<account_id>/users/<user_id>",
        Scope.ACCOUNT,
        {"GET": read, "POST": merge, "DELETE": delete},
    ),
)

"""Accounts (API 15.1)."""

from __future__ import annotations

from typing import Any

from icontact.sandbox import error_texts
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import bodies
from icontact.sandbox.rules.context import RequestContext, Route, Scope
from icontact.sandbox.rules.fields import FieldReader
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.search_terms import Clause
from icontact.sandbox.store import Row
from icontact.sandbox.store.schema import ACCOUNT_TEXTS

_ORDER = (
    "billingStreet",
    "billingCity",
    "billingState",
    "billingPostalCode",
    "billingCountry",
    "city",
    "accountId",
    "companyName",
    "country",
    "email",
    "enabled",
    "fax",
    "firstName",
    "lastName",
    "multiClientFolder",
    "multiUser",
    "phone",
    "postalCode",
    "state",
    "street",
    "title",
    "accountType",
    "subscriberLimit",
)
"""Recorded: the keys of an account, in their order (API 15.1)."""

_REQUIRED = ("email", "firstName", "lastName")

_LISTING = Listing(table="accounts", key="accountId", sortable=("companyName", "email"))


def list_all(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /a/``; here ``total`` comes before ``limit`` and ``offset`` (API 2.4)."""
    mine = "accountId IN (SELECT accountId FROM grants WHERE username = ?)"
    page = search(context, _LISTING, Clause(mine, (context.username,)))
    return {
        "accounts": page.rendered(context, _wire),
        "total": page.total,
        "limit": page.limit,
        "offset": page.offset,
    }


def create(context: RequestContext) -> dict[str, Any]:
    """Answer ``POST /a/``, which is for partners."""
    raise Refusal(403, error_texts.FORBIDDEN)


def read(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /a/{accountId}``."""
    [row] = context.store.rows("SELECT * FROM accounts WHERE accountId = ?", (context.account_id,))
    return {"account": _wire(row)}


def merge(context: RequestContext) -> dict[str, Any]:
    """Answer ``POST /a/{accountId}``: only what is given changes."""
    item = bodies.member(context, "account") or {}
    reader = FieldReader(item)
    changes = {
        name: (reader.email if name == "email" else reader.text)(name, required=name in _REQUIRED)
        for name in ACCOUNT_TEXTS
        if reader.given(name)
    }
    reader.finish()
    context.store.update("accounts", changes, "accountId", context.account_id)
    return read(context)


def _wire(row: Row) -> dict[str, Any]:
    return {key: str(row[key]) for key in _ORDER}


ROUTES = (
    Route("/a", Scope.LOGIN, {"GET": list_all, "POST": create}),
    Route("/a/<account_id>", Scope.ACCOUNT, {"GET": read, "POST": merge}),
)

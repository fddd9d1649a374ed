"""Accounts and their client folders (API 15)."""

from __future__ import annotations

from typing import Any

from icontact.sandbox import error_texts
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import bodies
from icontact.sandbox.rules.bodies import FieldReader
from icontact.sandbox.rules.context import RequestContext, Route, Scope
from icontact.sandbox.rules.endpoint import Endpoint
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.search_terms import Clause, TermKind, column
from icontact.sandbox.store import Row
from icontact.sandbox.store.schema import ACCOUNT_TEXTS

_ACCOUNT_ORDER = (
    "billingStreet", "billingCity", "billingState", "billingPostalCode", "billingCountry", "city",
    "accountId", "companyName", "country", "email", "enabled", "fax", "firstName", "lastName",
    "multiClientFolder", "multiUser", "phone", "postalCode", "state", "street", "title",
    "accountType", "subscriberLimit",
)  # fmt: skip
"""Recorded: the keys of an account, in their order (API 15.1)."""

_ACCOUNT_REQUIRED = ("email", "firstName", "lastName")

_ACCOUNTS = Listing(table="accounts", key="accountId", sortable=("companyName", "email"))


def list_accounts(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /a/``; here ``total`` comes before ``limit`` and ``offset`` (API 2.4)."""
    mine = "accountId IN (SELECT accountId FROM grants WHERE username = ?)"
    page = search(context, _ACCOUNTS, Clause(mine, (context.username,)))
    return {
        "accounts": page.rendered(context, _account_wire),
        "total": page.total,
        "limit": page.limit,
        "offset": page.offset,
    }


def create_account(context: RequestContext) -> dict[str, Any]:
    """Answer ``POST /a/``, which is for partners."""
    raise Refusal(403, error_texts.FORBIDDEN)


def read_account(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /a/{accountId}``."""
    [row] = context.store.rows("SELECT * FROM accounts WHERE accountId = ?", (context.account_id,))
    return {"account": _account_wire(row)}


def merge_account(context: RequestContext) -> dict[str, Any]:
    """Answer ``POST /a/{accountId}``: only what is given changes."""
    item = bodies.member(context, "account") or {}
    reader = FieldReader(item)
    changes = {
        name: (reader.email if name == "email" else reader.text)(
            name, required=name in _ACCOUNT_REQUIRED
        )
        for name in ACCOUNT_TEXTS
        if reader.given(name)
    }
    reader.finish()
    context.store.update("accounts", changes, "accountId", context.account_id)
    return read_account(context)


def _account_wire(row: Row) -> dict[str, Any]:
    return {key: str(row[key]) for key in _ACCOUNT_ORDER}


_REQUIRED = ("name", "fromName", "fromEmail", "street", "city", "state", "postalCode", "country")
_OPTIONAL = ("fromLastName", "phone", "logoId", "footerLogoUrl", "emailRecipient")
_FLAGS = {"enabled": 1, "useLogoInFooter": 0}
_FOR_EVERYBODY = frozenset({"clientFolderId", "logoId", "emailRecipient"})


def _folder_columns(
    context: RequestContext, item: dict[str, Any], row: Row | None, complete: bool
) -> dict[str, Any]:
    reader = FieldReader(item)
    columns = {
        name: _read_field(reader, name)
        for name in (*_REQUIRED, *_OPTIONAL, *_FLAGS)
        if complete or reader.given(name)
    }
    reader.finish()
    return columns


def _read_field(reader: FieldReader, name: str) -> str | int:
    if name in _FLAGS:
        return reader.flag(name, _FLAGS[name])
    if name in {"fromEmail", "emailRecipient"}:
        return reader.email(name, required=name in _REQUIRED)
    return reader.text(name, required=name in _REQUIRED)


def _is_agency(context: RequestContext) -> bool:
    return bool(
        context.store.value(
            "SELECT multiClientFolder FROM accounts WHERE accountId = ?", (context.account_id,)
        )
    )


def _write_wire(context: RequestContext, row: Row) -> dict[str, Any]:
    """Return a folder; ordinary accounts see three keys of it (recorded)."""
    shown = {
        "clientFolderId": str(row["clientFolderId"]),
        "logoId": row["logoId"],
        "emailRecipient": row["emailRecipient"],
    }
    if _is_agency(context):
        names = (*_REQUIRED, *_OPTIONAL, *_FLAGS)
        shown |= {name: row[name] for name in names if name not in shown}
    return shown


def _read_wire(context: RequestContext, row: Row) -> dict[str, Any]:
    shown = _write_wire(context, row)
    return {name: str(value) if name in _FLAGS else value or None for name, value in shown.items()}


FOLDERS = Endpoint(
    name="clientfolders",
    singular="clientfolder",
    key="clientFolderId",
    scope=Scope.ACCOUNT,
    terms={
        "clientFolderId": column("clientFolderId", TermKind.NUMBER),
        "name": column("name"),
        "enabled": column("enabled", TermKind.NUMBER),
    },
    wire=_write_wire,
    read_wire=_read_wire,
    columns=_folder_columns,
    upserts=True,
    envelope="total",
)


def save_folders(context: RequestContext) -> dict[str, Any]:
    """Answer ``POST /a/{accountId}/c/``, which is for agencies."""
    _refuse_ordinary_account(context)
    return FOLDERS.save_many(context)


def merge_folder(context: RequestContext) -> dict[str, Any]:
    """Answer a POST to a folder; an ordinary account changes what it sees (API 1.1, 15.2)."""
    if not _FOR_EVERYBODY.issuperset(bodies.member(context, "clientfolder") or ()):
        _refuse_ordinary_account(context)
    return FOLDERS.merge(context)


def replace_folder(context: RequestContext) -> dict[str, Any]:
    """Answer a PUT of a folder, which is for agencies."""
    _refuse_ordinary_account(context)
    return FOLDERS.replace(context)


def _refuse_ordinary_account(context: RequestContext) -> None:
    if not _is_agency(context):
        raise Refusal(403, error_texts.FORBIDDEN)


_FOLDER_VERBS = {"GET": FOLDERS.list_all, "POST": save_folders}

ROUTES = (
    Route("/a", Scope.LOGIN, {"GET": list_accounts, "POST": create_account}),
    Route("/a/<account_id>", Scope.ACCOUNT, {"GET": read_account, "POST": merge_account}),
    # Recorded: an empty account id is looked up here, and is not an unknown route (API 2.2).
    Route("/a//c", Scope.ACCOUNT, _FOLDER_VERBS),
    Route("/a/<account_id>/c", Scope.ACCOUNT, _FOLDER_VERBS),
    Route(
        "/a/<account_id>/c/<client_folder_id>",
        Scope.FOLDER,
        {"GET": FOLDERS.read, "POST": merge_folder, "PUT": replace_folder},
    ),
)

"""Accounts and their client folders (API 15)."""

from __future__ import annotations

from typing import Any

from icontact.sandbox import error_texts
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import bodies
from icontact.sandbox.rules.bodies import FieldReader
from icontact.sandbox.rules.context import RequestContext, Route, Scope, number
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

_FOLDERS = Listing(
    table="clientfolders",
    key="clientFolderId",
    terms={
        "clientFolderId": column("clientFolderId", TermKind.NUMBER),
        "name": column("name"),
        "enabled": column("enabled", TermKind.NUMBER),
    },
)


def list_folders(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /a/{accountId}/c/``: an envelope without ``limit`` and ``offset``."""
    page = search(context, _FOLDERS, Clause("accountId = ?", (context.account_id,)))
    agency = _is_agency(context)
    return {
        "clientfolders": page.rendered(context, lambda row: _read_wire(row, agency)),
        "total": page.total,
    }


def save_folders(context: RequestContext) -> dict[str, Any]:
    """Answer ``POST /a/{accountId}/c/``: create, or update by ``clientFolderId``."""
    if not _is_agency(context):
        raise Refusal(403, error_texts.FORBIDDEN)
    return {
        "clientfolders": bodies.save_many(context, "clientfolders", "clientfolder", _save) or None
    }


def read_folder(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /a/{accountId}/c/{clientFolderId}``."""
    return {
        "clientfolder": _read_wire(_load_folder(context, context.folder_id), _is_agency(context))
    }


def merge_folder(context: RequestContext) -> dict[str, Any]:
    """Answer ``POST /a/{accountId}/c/{clientFolderId}``: only what is given changes."""
    item = bodies.member(context, "clientfolder")
    if item is not None:
        _refuse_beyond_everybody(context, item)
        _store_changes(context, context.folder_id, item)
    return {
        "clientfolder": _write_wire(_load_folder(context, context.folder_id), _is_agency(context))
    }


def replace_folder(context: RequestContext) -> dict[str, Any]:
    """Answer ``PUT /a/{accountId}/c/{clientFolderId}``: what is not given is blanked."""
    if not _is_agency(context):
        raise Refusal(403, error_texts.FORBIDDEN)
    item = bodies.member(context, "clientfolder")
    if item is not None:
        context.store.update(
            "clientfolders", _all_columns(item), "clientFolderId", context.folder_id
        )
    return {"clientfolder": _write_wire(_load_folder(context, context.folder_id), agency=True)}


def _save(context: RequestContext, item: dict[str, Any]) -> dict[str, Any]:
    if item.get("clientFolderId") in (None, ""):
        columns = {"accountId": context.account_id, **_all_columns(item)}
        return _write_wire(
            _load_folder(context, context.store.insert("clientfolders", columns)), agency=True
        )
    folder_id = context.store.value(
        "SELECT clientFolderId FROM clientfolders WHERE clientFolderId = ? AND accountId = ?",
        (number(item["clientFolderId"]), context.account_id),
    )
    if folder_id is None:
        raise Refusal(400, error_texts.not_recognised("clientFolderId"))
    _store_changes(context, folder_id, item)
    return _write_wire(_load_folder(context, folder_id), agency=True)


def _refuse_beyond_everybody(context: RequestContext, item: dict[str, Any]) -> None:
    """Let an ordinary account change what it sees, and nothing else (API 1.1, 15.2)."""
    if not _FOR_EVERYBODY.issuperset(item) and not _is_agency(context):
        raise Refusal(403, error_texts.FORBIDDEN)


def _store_changes(context: RequestContext, folder_id: int, item: dict[str, Any]) -> None:
    reader = FieldReader(item)
    given = [name for name in (*_REQUIRED, *_OPTIONAL, *_FLAGS) if reader.given(name)]
    changes = {name: _read_field(reader, name) for name in given}
    reader.finish()
    context.store.update("clientfolders", changes, "clientFolderId", folder_id)


def _all_columns(item: dict[str, Any]) -> dict[str, Any]:
    reader = FieldReader(item)
    columns = {name: _read_field(reader, name) for name in (*_REQUIRED, *_OPTIONAL, *_FLAGS)}
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


def _load_folder(context: RequestContext, folder_id: int) -> Row:
    sql = "SELECT * FROM clientfolders WHERE clientFolderId = ?"
    [row] = context.store.rows(sql, (folder_id,))
    return row


def _write_wire(row: Row, agency: bool) -> dict[str, Any]:
    """Return a folder; ordinary accounts see three keys of it (recorded)."""
    shown = {
        "clientFolderId": str(row["clientFolderId"]),
        "logoId": row["logoId"],
        "emailRecipient": row["emailRecipient"],
    }
    if agency:
        names = (*_REQUIRED, *_OPTIONAL, *_FLAGS)
        shown |= {name: row[name] for name in names if name not in shown}
    return shown


def _read_wire(row: Row, agency: bool) -> dict[str, Any]:
    shown = _write_wire(row, agency)
    return {name: str(value) if name in _FLAGS else value or None for name, value in shown.items()}


ROUTES = (
    Route("/a", Scope.LOGIN, {"GET": list_accounts, "POST": create_account}),
    Route("/a/<account_id>", Scope.ACCOUNT, {"GET": read_account, "POST": merge_account}),
    # Recorded: an empty account id is looked up here, and is not an unknown route (API 2.2).
    Route("/a//c", Scope.ACCOUNT, {"GET": list_folders, "POST": save_folders}),
    Route("/a/<account_id>/c", Scope.ACCOUNT, {"GET": list_folders, "POST": save_folders}),
    Route(
        "/a/<account_id>/c/<client_folder_id>",
        Scope.FOLDER,
        {"GET": read_folder, "POST": merge_folder, "PUT": replace_folder},
    ),
)

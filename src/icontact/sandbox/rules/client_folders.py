"""Client folders (API 15.2)."""

from __future__ import annotations

from typing import Any

from icontact.sandbox import messages
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import bodies
from icontact.sandbox.rules.call import Call, Route, Scope, number
from icontact.sandbox.rules.fields import Reader
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.terms import Clause, Kind, column
from icontact.sandbox.store import Row

_REQUIRED = ("name", "fromName", "fromEmail", "street", "city", "state", "postalCode", "country")
_OPTIONAL = ("fromLastName", "phone", "logoId", "footerLogoUrl", "emailRecipient")
_FLAGS = {"enabled": 1, "useLogoInFooter": 0}
_FOR_EVERYBODY = frozenset({"clientFolderId", "logoId", "emailRecipient"})

_LISTING = Listing(
    table="clientfolders",
    key="clientFolderId",
    terms={
        "clientFolderId": column("clientFolderId", Kind.NUMBER),
        "name": column("name"),
        "enabled": column("enabled", Kind.NUMBER),
    },
)


def list_all(call: Call) -> dict[str, Any]:
    """Answer ``GET /a/{accountId}/c/``: an envelope without ``limit`` and ``offset``."""
    page = search(call, _LISTING, Clause("accountId = ?", (call.account_id,)))
    agency = _is_agency(call)
    return {
        "clientfolders": page.rendered(call, lambda row: _read_wire(row, agency)),
        "total": page.total,
    }


def save_many(call: Call) -> dict[str, Any]:
    """Answer ``POST /a/{accountId}/c/``: create, or update by ``clientFolderId``."""
    if not _is_agency(call):
        raise Refusal(403, messages.FORBIDDEN)
    return {"clientfolders": bodies.save_many(call, "clientfolders", "clientfolder", _save) or None}


def read(call: Call) -> dict[str, Any]:
    """Answer ``GET /a/{accountId}/c/{clientFolderId}``."""
    return {"clientfolder": _read_wire(_load(call, call.folder_id), _is_agency(call))}


def merge(call: Call) -> dict[str, Any]:
    """Answer ``POST /a/{accountId}/c/{clientFolderId}``: only what is given changes."""
    item = bodies.member(call, "clientfolder")
    if item is not None:
        _refuse_beyond_everybody(call, item)
        _store_changes(call, call.folder_id, item)
    return {"clientfolder": _write_wire(_load(call, call.folder_id), _is_agency(call))}


def replace(call: Call) -> dict[str, Any]:
    """Answer ``PUT /a/{accountId}/c/{clientFolderId}``: what is not given is blanked."""
    if not _is_agency(call):
        raise Refusal(403, messages.FORBIDDEN)
    item = bodies.member(call, "clientfolder")
    if item is not None:
        call.store.update("clientfolders", _all_columns(item), "clientFolderId", call.folder_id)
    return {"clientfolder": _write_wire(_load(call, call.folder_id), agency=True)}


def _save(call: Call, item: dict[str, Any]) -> dict[str, Any]:
    if item.get("clientFolderId") in (None, ""):
        columns = {"accountId": call.account_id, **_all_columns(item)}
        return _write_wire(_load(call, call.store.insert("clientfolders", columns)), agency=True)
    folder_id = call.store.value(
        "SELECT clientFolderId FROM clientfolders WHERE clientFolderId = ? AND accountId = ?",
        (number(item["clientFolderId"]), call.account_id),
    )
    if folder_id is None:
        raise Refusal(400, messages.not_recognised("clientFolderId"))
    _store_changes(call, folder_id, item)
    return _write_wire(_load(call, folder_id), agency=True)


def _refuse_beyond_everybody(call: Call, item: dict[str, Any]) -> None:
    """Let an ordinary account change what it sees, and nothing else (API 1.1, 15.2)."""
    if not _FOR_EVERYBODY.issuperset(item) and not _is_agency(call):
        raise Refusal(403, messages.FORBIDDEN)


def _store_changes(call: Call, folder_id: int, item: dict[str, Any]) -> None:
    reader = Reader(item)
    given = [name for name in (*_REQUIRED, *_OPTIONAL, *_FLAGS) if reader.given(name)]
    changes = {name: _read_field(reader, name) for name in given}
    reader.finish()
    call.store.update("clientfolders", changes, "clientFolderId", folder_id)


def _all_columns(item: dict[str, Any]) -> dict[str, Any]:
    reader = Reader(item)
    columns = {name: _read_field(reader, name) for name in (*_REQUIRED, *_OPTIONAL, *_FLAGS)}
    reader.finish()
    return columns


def _read_field(reader: Reader, name: str) -> str | int:
    if name in _FLAGS:
        return reader.flag(name, _FLAGS[name])
    if name in {"fromEmail", "emailRecipient"}:
        return reader.email(name, required=name in _REQUIRED)
    return reader.text(name, required=name in _REQUIRED)


def _is_agency(call: Call) -> bool:
    return bool(
        call.store.value(
            "SELECT multiClientFolder FROM accounts WHERE accountId = ?", (call.account_id,)
        )
    )


def _load(call: Call, folder_id: int) -> Row:
    sql = "SELECT * FROM clientfolders WHERE clientFolderId = ?"
    [row] = call.store.rows(sql, (folder_id,))
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
    # Recorded: an empty account id is looked up here, and is no unknown route (API 2.2).
    Route("/a//c", Scope.ACCOUNT, {"GET": list_all, "POST": save_many}),
    Route("/a/<account_id>/c", Scope.ACCOUNT, {"GET": list_all, "POST": save_many}),
    Route(
        "/a/<account_id>/c/<client_folder_id>",
        Scope.FOLDER,
        {"GET": read, "POST": merge, "PUT": replace},
    ),
)

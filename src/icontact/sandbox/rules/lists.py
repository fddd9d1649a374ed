"""Lists (API 8.1)."""

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

FLAGS = ("emailOwnerOnChange", "welcomeOnManualAdd", "welcomeOnSignupAdd")
FLAG_DEFAULTS = {"emailOwnerOnChange": 1, "welcomeOnManualAdd": 0, "welcomeOnSignupAdd": 0}
_TEXTS = ("publicname", "description", "welcomeMessageId")

_LISTING = Listing(
    table="lists",
    key="listId",
    terms={
        "listId": column("listId", Kind.NUMBER),
        "name": column("name"),
        "publicname": column("publicname"),
        "description": column("description"),
        "welcomeMessageId": column("welcomeMessageId"),
        **{flag: column(flag, Kind.NUMBER) for flag in FLAGS},
    },
)


def list_all(call: Call) -> dict[str, Any]:
    """Answer ``GET …/lists``."""
    base = Clause("folderId = ? AND deleted = 0", (call.folder_id,))
    page = search(call, _LISTING, base)
    return page.envelope(call, "lists", read_wire)


def create_many(call: Call) -> dict[str, Any]:
    """Answer ``POST …/lists``."""
    return {"lists": bodies.save_many(call, "lists", "list", _create) or None}


def read(call: Call) -> dict[str, Any]:
    """Answer ``GET …/lists/{listId}``."""
    return {"list": read_wire(_load(call))}


def merge(call: Call) -> dict[str, Any]:
    """Answer ``POST …/lists/{listId}``: only what is given changes."""
    row, item = _load(call), bodies.member(call, "list")
    if item:
        reader = Reader(item)
        names = [name for name in ("name", *_TEXTS, *FLAGS) if reader.given(name)]
        _store_changes(call, row, reader, names)
    return {"list": _write_wire(_load(call))}


def replace(call: Call) -> dict[str, Any]:
    """Answer ``PUT …/lists/{listId}``: flags that are not given become 0, whatever the default."""
    row, item = _load(call), bodies.member(call, "list")
    if item is not None:
        _store_changes(call, row, Reader(item), ["name", *_TEXTS, *FLAGS])
    return {"list": _write_wire(_load(call))}


def delete(call: Call) -> list[Any]:
    """Answer ``DELETE …/lists/{listId}``; its subscriptions go with it."""
    list_id = _load(call)["listId"]
    call.store.update("lists", {"deleted": 1}, "listId", list_id)
    call.store.execute("DELETE FROM subscriptions WHERE listId = ?", (list_id,))
    return []


def _create(call: Call, item: dict[str, Any]) -> dict[str, Any]:
    reader = Reader(item)
    reader.forbid("listId")
    columns: dict[str, Any] = {"folderId": call.folder_id}
    columns |= {"name": reader.text("name", required=True)}
    columns |= {name: reader.text(name) for name in _TEXTS}
    columns |= {name: reader.flag(name, default) for name, default in FLAG_DEFAULTS.items()}
    _check(call, reader, columns)
    list_id = call.store.insert("lists", columns)
    return _write_wire(_by_id(call, list_id))


def _store_changes(call: Call, row: Row, reader: Reader, names: list[str]) -> None:
    changes: dict[str, Any] = {
        name: reader.flag(name, 0) if name in FLAGS else reader.text(name, required=name == "name")
        for name in names
    }
    _check(call, reader, changes, own_id=row["listId"])
    call.store.update("lists", changes, "listId", row["listId"])


def _check(call: Call, reader: Reader, columns: dict[str, Any], own_id: int = 0) -> None:
    message_id = columns.get("welcomeMessageId")
    if message_id and number(message_id) is None:
        reader.complain(messages.not_valid("welcomeMessageId"))
    if call.quirks.duplicate_list_names == "refused" and call.store.value(
        "SELECT 1 FROM lists WHERE folderId = ? AND name = ? AND deleted = 0 AND listId <> ?",
        (call.folder_id, columns.get("name"), own_id),
    ):
        reader.complain(messages.not_valid("name", "name is already used by another list"))
    reader.finish()


def _load(call: Call) -> Row:
    row: Row | None = _by_id(call, number(call.path_ids["list_id"]))
    if row is None:
        raise Refusal(404, messages.NOT_FOUND)
    if row["deleted"]:
        raise Refusal(500, messages.no_result(row["listId"]))
    return row


def _by_id(call: Call, list_id: int | None) -> Any:
    return call.store.row(
        "SELECT * FROM lists WHERE listId = ? AND folderId = ?", (list_id, call.folder_id)
    )


def _write_wire(row: Row) -> dict[str, Any]:
    """Return a list as the answer to a write has it: recorded order, flags as integers."""
    return {
        "listId": str(row["listId"]),
        "name": row["name"],
        "publicname": row["publicname"],
        "description": row["description"],
        **{flag: row[flag] for flag in FLAGS},
        "welcomeMessageId": row["welcomeMessageId"],
    }


def read_wire(row: Row) -> dict[str, Any]:
    """Return a list as a GET has it: another order, flags as texts, null for blank (API 2.5)."""
    return {
        "listId": str(row["listId"]),
        "name": row["name"],
        **{flag: str(row[flag]) for flag in FLAGS},
        "welcomeMessageId": row["welcomeMessageId"] or None,
        "description": row["description"] or None,
        "publicname": row["publicname"] or None,
    }


ROUTES = (
    Route(
        "/a/<account_id>/c/<client_folder_id>/lists",
        Scope.FOLDER,
        {"GET": list_all, "POST": create_many},
    ),
    Route(
        "/a/<account_id>/c/<client_folder_id>/lists/<list_id>",
        Scope.FOLDER,
        {"GET": read, "POST": merge, "PUT": replace, "DELETE": delete},
    ),
)

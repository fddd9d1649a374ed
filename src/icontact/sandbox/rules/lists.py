"""Lists (API 8.1)."""

from __future__ import annotations

from typing import Any

from icontact.sandbox import error_texts
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import bodies
from icontact.sandbox.rules.context import RequestContext, Route, Scope, number
from icontact.sandbox.rules.fields import FieldReader
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.search_terms import Clause, TermKind, column
from icontact.sandbox.store import Row

FLAGS = ("emailOwnerOnChange", "welcomeOnManualAdd", "welcomeOnSignupAdd")
FLAG_DEFAULTS = {"emailOwnerOnChange": 1, "welcomeOnManualAdd": 0, "welcomeOnSignupAdd": 0}
_TEXTS = ("publicname", "description", "welcomeMessageId")

_LISTING = Listing(
    table="lists",
    key="listId",
    terms={
        "listId": column("listId", TermKind.NUMBER),
        "name": column("name"),
        "publicname": column("publicname"),
        "description": column("description"),
        "welcomeMessageId": column("welcomeMessageId"),
        **{flag: column(flag, TermKind.NUMBER) for flag in FLAGS},
    },
)


def list_all(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET …/lists``."""
    base = Clause("folderId = ? AND deleted = 0", (context.folder_id,))
    page = search(context, _LISTING, base)
    return page.envelope(context, "lists", read_wire)


def create_many(context: RequestContext) -> dict[str, Any]:
    """Answer ``POST …/lists``."""
    return {"lists": bodies.save_many(context, "lists", "list", _create) or None}


def read(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET …/lists/{listId}``."""
    return {"list": read_wire(_load(context))}


def merge(context: RequestContext) -> dict[str, Any]:
    """Answer ``POST …/lists/{listId}``: only what is given changes."""
    row, item = _load(context), bodies.member(context, "list")
    if item:
        reader = FieldReader(item)
        names = [name for name in ("name", *_TEXTS, *FLAGS) if reader.given(name)]
        _store_changes(context, row, reader, names)
    return {"list": _write_wire(_load(context))}


def replace(context: RequestContext) -> dict[str, Any]:
    """Answer ``PUT …/lists/{listId}``: flags that are not given become 0, whatever the default."""
    row, item = _load(context), bodies.member(context, "list")
    if item is not None:
        _store_changes(context, row, FieldReader(item), ["name", *_TEXTS, *FLAGS])
    return {"list": _write_wire(_load(context))}


def delete(context: RequestContext) -> list[Any]:
    """Answer ``DELETE …/lists/{listId}``; its subscriptions go with it."""
    list_id = _load(context)["listId"]
    context.store.update("lists", {"deleted": 1}, "listId", list_id)
    context.store.execute("DELETE FROM subscriptions WHERE listId = ?", (list_id,))
    return []


def _create(context: RequestContext, item: dict[str, Any]) -> dict[str, Any]:
    reader = FieldReader(item)
    reader.forbid("listId")
    columns: dict[str, Any] = {"folderId": context.folder_id}
    columns |= {"name": reader.text("name", required=True)}
    columns |= {name: reader.text(name) for name in _TEXTS}
    columns |= {name: reader.flag(name, default) for name, default in FLAG_DEFAULTS.items()}
    _check(context, reader, columns)
    list_id = context.store.insert("lists", columns)
    return _write_wire(_by_id(context, list_id))


def _store_changes(
    context: RequestContext, row: Row, reader: FieldReader, names: list[str]
) -> None:
    changes: dict[str, Any] = {
        name: reader.flag(name, 0) if name in FLAGS else reader.text(name, required=name == "name")
        for name in names
    }
    _check(context, reader, changes, own_id=row["listId"])
    context.store.update("lists", changes, "listId", row["listId"])


def _check(
    context: RequestContext, reader: FieldReader, columns: dict[str, Any], own_id: int = 0
) -> None:
    message_id = columns.get("welcomeMessageId")
    if message_id and number(message_id) is None:
        reader.complain(error_texts.not_valid("welcomeMessageId"))
    if context.quirks.duplicate_list_names == "refused" and context.store.value(
        "SELECT 1 FROM lists WHERE folderId = ? AND name = ? AND deleted = 0 AND listId <> ?",
        (context.folder_id, columns.get("name"), own_id),
    ):
        reader.complain(error_texts.not_valid("name", "name is already used by another list"))
    reader.finish()


def _load(context: RequestContext) -> Row:
    row: Row | None = _by_id(context, number(context.path_ids["list_id"]))
    if row is None:
        raise Refusal(404, error_texts.NOT_FOUND)
    if row["deleted"]:
        raise Refusal(500, error_texts.no_result(row["listId"]))
    return row


def _by_id(context: RequestContext, list_id: int | None) -> Any:
    return context.store.row(
        "SELECT * FROM lists WHERE listId = ? AND folderId = ?", (list_id, context.folder_id)
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

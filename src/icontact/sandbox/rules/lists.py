"""Lists (API 8.1)."""

from __future__ import annotations

from typing import Any

from icontact.sandbox import error_texts
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules.bodies import FieldReader
from icontact.sandbox.rules.context import RequestContext, number
from icontact.sandbox.rules.endpoint import Endpoint
from icontact.sandbox.rules.search_terms import TermKind, column
from icontact.sandbox.store import Row

FLAG_DEFAULTS = {"emailOwnerOnChange": 1, "welcomeOnManualAdd": 0, "welcomeOnSignupAdd": 0}
_TEXTS = ("publicname", "description", "welcomeMessageId")


def _columns(
    context: RequestContext, item: dict[str, Any], row: Row | None, complete: bool
) -> dict[str, Any]:
    """Read a list; a PUT sets flags that are not given to 0, whatever the default."""
    reader = FieldReader(item)
    if row is None:
        reader.forbid("listId")
    columns: dict[str, Any] = {
        name: reader.flag(name, FLAG_DEFAULTS[name] if row is None else 0)
        if name in FLAG_DEFAULTS
        else reader.text(name, required=name == "name")
        for name in ("name", *_TEXTS, *FLAG_DEFAULTS)
        if complete or reader.given(name)
    }
    message_id = columns.get("welcomeMessageId")
    if message_id and number(message_id) is None:
        reader.complain(error_texts.not_valid("welcomeMessageId"))
    if context.quirks.duplicate_list_names == "refused" and context.store.value(
        "SELECT 1 FROM lists WHERE folderId = ? AND name = ? AND deleted = 0 AND listId <> ?",
        (context.folder_id, columns.get("name"), row["listId"] if row else 0),
    ):
        reader.complain(error_texts.not_valid("name", "name is already used by another list"))
    reader.finish()
    return columns


def _refuse_deleted(row: Row) -> None:
    if row["deleted"]:
        raise Refusal(500, error_texts.no_result(row["listId"]))


def delete(context: RequestContext) -> list[Any]:
    """Answer ``DELETE …/lists/{listId}``; its subscriptions go with it."""
    list_id = LISTS.load(context)["listId"]
    context.store.update("lists", {"deleted": 1}, "listId", list_id)
    context.store.execute("DELETE FROM subscriptions WHERE listId = ?", (list_id,))
    return []


def _write_wire(context: RequestContext, row: Row) -> dict[str, Any]:
    """Return a list as the answer to a write has it: recorded order, flags as integers."""
    return {
        "listId": str(row["listId"]),
        "name": row["name"],
        "publicname": row["publicname"],
        "description": row["description"],
        **{flag: row[flag] for flag in FLAG_DEFAULTS},
        "welcomeMessageId": row["welcomeMessageId"],
    }


def read_wire(context: RequestContext, row: Row) -> dict[str, Any]:
    """Return a list as a GET has it: another order, flags as texts, null for blank (API 2.5)."""
    return {
        "listId": str(row["listId"]),
        "name": row["name"],
        **{flag: str(row[flag]) for flag in FLAG_DEFAULTS},
        "welcomeMessageId": row["welcomeMessageId"] or None,
        "description": row["description"] or None,
        "publicname": row["publicname"] or None,
    }


LISTS = Endpoint(
    name="lists",
    singular="list",
    key="listId",
    terms={
        "listId": column("listId", TermKind.NUMBER),
        "name": column("name"),
        **{name: column(name) for name in _TEXTS},
        **{flag: column(flag, TermKind.NUMBER) for flag in FLAG_DEFAULTS},
    },
    wire=_write_wire,
    read_wire=read_wire,
    columns=_columns,
    listed="deleted = 0",
    check_loaded=_refuse_deleted,
)

ROUTES = LISTS.routes(member={"POST": LISTS.merge, "PUT": LISTS.replace, "DELETE": delete})

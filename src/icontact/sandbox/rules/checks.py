"""What the rules of several resources look at in the same way."""

# ruff: noqa: S608  (tables and columns are constants, values are parameters)

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from icontact.sandbox import error_texts
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules.bodies import FieldReader
from icontact.sandbox.rules.context import RequestContext, number
from icontact.sandbox.store import Row


def find(context: RequestContext, table: str, key: str, identifier: object) -> Row | None:
    """Return the row of the folder that has this id, if there is one."""
    return context.store.row(
        f"SELECT * FROM {table} WHERE {key} = ? AND folderId = ?",
        (number(identifier), context.folder_id),
    )


def required(row: Row | None) -> Row:
    """Return a row, or refuse with the recorded 404."""
    if row is None:
        raise Refusal(404, error_texts.NOT_FOUND)
    return row


def known(
    context: RequestContext, reader: FieldReader, table: str, name: str, key: str = ""
) -> int | None:
    """Read an id that has to name something in the folder; complain if it names nothing.

    Args:
        context: The request.
        reader: The payload.
        table: Where the thing is.
        name: The field with the id.
        key: The column of the id, if it has another name.
    """
    text = reader.text(name)
    if not text:
        return None
    row = find(context, table, key or name, text)
    if row is None or (table == "lists" and row["deleted"]):
        reader.complain(error_texts.not_recognised(name))
        return None
    return int(row[key or name])


def id_list(
    context: RequestContext, reader: FieldReader, table: str, key: str, name: str
) -> list[int]:
    """Read comma-separated ids in one text; each has to name something."""
    ids = []
    for part in filter(None, (part.strip() for part in reader.text(name).split(","))):
        row = find(context, table, key, part)
        if row is None or (table == "lists" and row["deleted"]):
            reader.complain(error_texts.not_recognised(name))
            return []
        ids.append(int(row[key]))
    return ids


def receive_only(context: RequestContext, payload: Mapping[str, Any], names: Iterable[str]) -> None:
    """Mention fields that only the server writes, where the quirks say so (API 2.3)."""
    given = [name for name in names if name in payload]
    if given and context.quirks.receive_only_fields == "warned":
        context.warn(error_texts.unchanged(given))


def unchangeable(reader: FieldReader, payload: Mapping[str, Any], **current: object) -> None:
    """Complain about fields that were fixed on creation, unless they are given unchanged."""
    for name, value in current.items():
        if str(payload.get(name, value)) != str(value):
            reader.forbid(name)


def blank_as_null(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return a payload as a GET has it: ``null`` for what is blank (API 2.5)."""
    return {key: None if value == "" else value for key, value in payload.items()}

"""Custom fields: their definitions, and the values that contacts may have in them (API 9)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from icontact.sandbox import error_texts
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.quirks import Quirks
from icontact.sandbox.rules import bodies
from icontact.sandbox.rules.bodies import FieldReader, as_flag
from icontact.sandbox.rules.context import RequestContext, Route, Scope
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.search_terms import Clause
from icontact.sandbox.store import Row
from icontact.sandbox.store.schema import CONTACT_TEXTS

TYPES = (
    "checkbox", "text", "number", "decimalOne", "decimalTwo", "decimalThree", "decimalFour",
    "date",
)  # fmt: skip
_RESERVED = {*CONTACT_TEXTS, "contactId", "email", "status", "createDate", "bounceCount"}
_FORBIDDEN = re.compile(r"""[\s'"/\\\[\]\x00-\x1f]""")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_DATE_FORMS = {"iso": ("%Y-%m-%d",), "us": ("%m/%d/%Y",), "any": ("%Y-%m-%d", "%m/%d/%Y")}

_LISTING = Listing(
    table="customfields",
    key="fieldNumber",
    sortable=("privateName", "publicName", "fieldType", "displayToUser"),
)


def list_all(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET …/customfields``: an envelope without ``limit`` and ``offset``."""
    page = search(context, _LISTING, Clause("folderId = ?", (context.folder_id,)))
    return {"customfields": page.rendered(context, _read_wire), "total": page.total}


def create_many(context: RequestContext) -> dict[str, Any]:
    """Answer ``POST …/customfields``, which only creates."""
    saved = bodies.save_many(context, "customfields", "customfield", _create)
    return {"customfields": saved or None}


def read(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET …/customfields/{customFieldId}``."""
    return {"customfield": _read_wire(_load(context))}


def merge(context: RequestContext) -> dict[str, Any]:
    """Answer ``POST …/customfields/{customFieldId}``: only what is given changes."""
    row, item = _load(context), bodies.member(context, "customfield")
    if item is None:
        return {"customfield": _write_wire(row)}
    return {"customfield": _write_wire(_change(context, row, {**dict(row), **item}))}


def replace(context: RequestContext) -> dict[str, Any]:
    """Answer ``PUT …/customfields/{customFieldId}``, which needs all required fields."""
    row, item = _load(context), bodies.member(context, "customfield")
    if item is None:
        return {"customfield": _write_wire(row)}
    return {"customfield": _write_wire(_change(context, row, item))}


def delete(context: RequestContext) -> list[Any]:
    """Answer ``DELETE …/customfields/{customFieldId}``; the values of contacts go with it."""
    row = _load(context)
    context.store.execute(
        "DELETE FROM customfields WHERE fieldNumber = ?",
        (row["fieldNumber"],),
    )
    context.store.execute(
        "UPDATE contacts SET custom = json_remove(custom, ?) WHERE folderId = ?",
        (_json_path(row["privateName"]), context.folder_id),
    )
    return []


def defined(context: RequestContext) -> dict[str, str]:
    """Return the custom fields of the folder: private names, and their types."""
    rows = context.store.rows(
        "SELECT privateName, fieldType FROM customfields WHERE folderId = ? ORDER BY fieldNumber",
        (context.folder_id,),
    )
    return {row["privateName"]: row["fieldType"] for row in rows}


def accepts(field_type: str, text: str, quirks: Quirks) -> bool:
    """Say whether a custom field of a type takes a value; a blank one clears any field."""
    if not text or field_type == "text":
        return True
    if field_type == "checkbox":
        return as_flag(text) is not None
    if field_type == "date":
        return any(_is_date(text, form) for form in _DATE_FORMS[quirks.custom_date])
    return _NUMBER.fullmatch(text) is not None


def _create(context: RequestContext, item: dict[str, Any]) -> dict[str, Any]:
    reader = FieldReader(item)
    reader.forbid("customFieldId")
    columns = _columns(context, reader)
    context.store.insert("customfields", {"folderId": context.folder_id, **columns})
    return _write_wire(_by_name(context, columns["privateName"]))


def _change(context: RequestContext, row: Row, payload: dict[str, Any]) -> Row:
    old = row["privateName"]
    columns = _columns(context, FieldReader(payload), old)
    context.store.update("customfields", columns, "fieldNumber", row["fieldNumber"])
    before, after = _json_path(old), _json_path(columns["privateName"])
    if before != after:
        context.store.execute(
            "UPDATE contacts SET custom ="
            " json_set(json_remove(custom, ?), ?, json_extract(custom, ?))"
            " WHERE folderId = ? AND json_type(custom, ?) IS NOT NULL",
            (before, after, before, context.folder_id, before),
        )
    changed: Row = _by_name(context, columns["privateName"])
    return changed


def _columns(context: RequestContext, reader: FieldReader, own_name: str = "") -> dict[str, Any]:
    columns = {
        "privateName": reader.text("privateName", required=True),
        "publicName": reader.text("publicName"),
        "displayToUser": reader.flag("displayToUser", 0, required=True),
        "fieldType": reader.text("fieldType", required=True),
    }
    if context.quirks.lower_private_names:
        columns["privateName"] = str(columns["privateName"]).lower()
    name, field_type = str(columns["privateName"]), columns["fieldType"]
    if field_type and field_type not in TYPES:
        allowed = f"fieldType can be one of {', '.join(TYPES)}"
        reader.complain(error_texts.not_valid("fieldType", allowed))
    if _FORBIDDEN.search(name):
        rule = "privateName can not contain spaces, quotes, slashes or square brackets"
        reader.complain(error_texts.not_valid("privateName", rule))
    elif name != own_name and (name in _RESERVED or _by_name(context, name)):
        reader.complain(error_texts.not_valid("privateName", "privateName is already used"))
    reader.finish()
    return columns


def _load(context: RequestContext) -> Row:
    row: Row | None = _by_name(context, context.path_ids["custom_field_id"])
    if row is None:
        raise Refusal(404, error_texts.NOT_FOUND)
    return row


def _by_name(context: RequestContext, name: str) -> Any:
    return context.store.row(
        "SELECT * FROM customfields WHERE folderId = ? AND privateName = ?",
        (context.folder_id, name),
    )


def _json_path(name: str) -> str:
    return f'$."{name}"'


def _is_date(text: str, form: str) -> bool:
    try:
        parsed = datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        return False
    # strptime also takes single digits and blanks, which no field shows.
    return parsed.strftime(form) == text


def _write_wire(row: Row) -> dict[str, Any]:
    return {
        "privateName": row["privateName"],
        "publicName": row["publicName"],
        "displayToUser": row["displayToUser"],
        "fieldType": row["fieldType"],
        "customFieldId": row["privateName"],
    }


def _read_wire(row: Row) -> dict[str, Any]:
    return {**_write_wire(row), "displayToUser": str(row["displayToUser"])}


_COLLECTION = "/a/<account_id>/c/<client_folder_id>/customfields"

ROUTES = (
    Route(_COLLECTION, Scope.FOLDER, {"GET": list_all, "POST": create_many}),
    Route(
        f"{_COLLECTION}/<custom_field_id>",
        Scope.FOLDER,
        {"GET": read, "POST": merge, "PUT": replace, "DELETE": delete},
    ),
)

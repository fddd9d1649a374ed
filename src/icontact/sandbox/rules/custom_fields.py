"""Custom fields: their definitions, and the values that contacts may have in them (API 9)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from icontact.sandbox import messages
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.quirks import Quirks
from icontact.sandbox.rules import bodies
from icontact.sandbox.rules.call import Call, Route, Scope
from icontact.sandbox.rules.fields import Reader, as_flag
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.terms import Clause
from icontact.sandbox.store import Row
from icontact.sandbox.store.schema import CONTACT_TEXTS

TYPES = (
    "checkbox",
    "text",
    "number",
    "decimalOne",
    "decimalTwo",
    "decimalThree",
    "decimalFour",
    "date",
)
_RESERVED = {*CONTACT_TEXTS, "contactId", "email", "status", "createDate", "bounceCount"}
_FORBIDDEN = re.compile(r"""[\s'"/\\\[\]\x00-\x1f]""")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_DATE_FORMS = {"iso": ("%Y-%m-%d",), "us": ("%m/%d/%Y",), "any": ("%Y-%m-%d", "%m/%d/%Y")}

_LISTING = Listing(
    table="customfields",
    key="fieldNumber",
    sortable=("privateName", "publicName", "fieldType", "displayToUser"),
)


def list_all(call: Call) -> dict[str, Any]:
    """Answer ``GET …/customfields``: an envelope without ``limit`` and ``offset``."""
    page = search(call, _LISTING, Clause("folderId = ?", (call.folder_id,)))
    return {"customfields": page.rendered(call, _read_wire), "total": page.total}


def create_many(call: Call) -> dict[str, Any]:
    """Answer ``POST …/customfields``, which only creates."""
    saved = bodies.save_many(call, "customfields", "customfield", _create)
    return {"customfields": saved or None}


def read(call: Call) -> dict[str, Any]:
    """Answer ``GET …/customfields/{customFieldId}``."""
    return {"customfield": _read_wire(_load(call))}


def merge(call: Call) -> dict[str, Any]:
    """Answer ``POST …/customfields/{customFieldId}``: only what is given changes."""
    row, item = _load(call), bodies.member(call, "customfield")
    if item is None:
        return {"customfield": _write_wire(row)}
    return {"customfield": _write_wire(_change(call, row, {**dict(row), **item}))}


def replace(call: Call) -> dict[str, Any]:
    """Answer ``PUT …/customfields/{customFieldId}``, which needs all required fields."""
    row, item = _load(call), bodies.member(call, "customfield")
    if item is None:
        return {"customfield": _write_wire(row)}
    return {"customfield": _write_wire(_change(call, row, item))}


def delete(call: Call) -> list[Any]:
    """Answer ``DELETE …/customfields/{customFieldId}``; the values of contacts go with it."""
    row = _load(call)
    call.store.execute(
        "DELETE FROM customfields WHERE fieldNumber = ?",
        (row["fieldNumber"],),
    )
    call.store.execute(
        "UPDATE contacts SET custom = json_remove(custom, ?) WHERE folderId = ?",
        (_json_path(row["privateName"]), call.folder_id),
    )
    return []


def defined(call: Call) -> dict[str, str]:
    """Return the custom fields of the folder: private names, and their types."""
    rows = call.store.rows(
        "SELECT privateName, fieldType FROM customfields WHERE folderId = ? ORDER BY fieldNumber",
        (call.folder_id,),
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


def _create(call: Call, item: dict[str, Any]) -> dict[str, Any]:
    reader = Reader(item)
    reader.forbid("customFieldId")
    columns = _columns(call, reader)
    call.store.insert("customfields", {"folderId": call.folder_id, **columns})
    return _write_wire(_by_name(call, columns["privateName"]))


def _change(call: Call, row: Row, payload: dict[str, Any]) -> Row:
    old = row["privateName"]
    columns = _columns(call, Reader(payload), old)
    call.store.update("customfields", columns, "fieldNumber", row["fieldNumber"])
    before, after = _json_path(old), _json_path(columns["privateName"])
    if before != after:
        call.store.execute(
            "UPDATE contacts SET custom ="
            " json_set(json_remove(custom, ?), ?, json_extract(custom, ?))"
            " WHERE folderId = ? AND json_type(custom, ?) IS NOT NULL",
            (before, after, before, call.folder_id, before),
        )
    changed: Row = _by_name(call, columns["privateName"])
    return changed


def _columns(call: Call, reader: Reader, own_name: str = "") -> dict[str, Any]:
    columns = {
        "privateName": reader.text("privateName", required=True),
        "publicName": reader.text("publicName"),
        "displayToUser": reader.flag("displayToUser", 0, required=True),
        "fieldType": reader.text("fieldType", required=True),
    }
    if call.quirks.lower_private_names:
        columns["privateName"] = str(columns["privateName"]).lower()
    name, field_type = str(columns["privateName"]), columns["fieldType"]
    if field_type and field_type not in TYPES:
        allowed = f"fieldType can be one of {', '.join(TYPES)}"
        reader.complain(messages.not_valid("fieldType", allowed))
    if _FORBIDDEN.search(name):
        rule = "privateName can not contain spaces, quotes, slashes or square brackets"
        reader.complain(messages.not_valid("privateName", rule))
    elif name != own_name and (name in _RESERVED or _by_name(call, name)):
        reader.complain(messages.not_valid("privateName", "privateName is already used"))
    reader.finish()
    return columns


def _load(call: Call) -> Row:
    row: Row | None = _by_name(call, call.path_ids["custom_field_id"])
    if row is None:
        raise Refusal(404, messages.NOT_FOUND)
    return row


def _by_name(call: Call, name: str) -> Any:
    return call.store.row(
        "SELECT * FROM customfields WHERE folderId = ? AND privateName = ?", (call.folder_id, name)
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

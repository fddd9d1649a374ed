"""Custom fields: their definitions, and the values that contacts may have in them (API 9)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from icontact.sandbox import error_texts
from icontact.sandbox.quirks import Quirks
from icontact.sandbox.rules.bodies import FieldReader, as_flag
from icontact.sandbox.rules.context import Item, RequestContext
from icontact.sandbox.rules.endpoint import Endpoint, showing
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


def delete(context: RequestContext) -> list[Any]:
    """Answer ``DELETE …/customfields/{customFieldId}``; the values of contacts go with it."""
    row = CUSTOM_FIELDS.load(context)
    context.store.execute(
        "UPDATE contacts SET custom = json_remove(custom, ?) WHERE folderId = ?",
        (f'$."{row["privateName"]}"', context.folder_id),
    )
    return CUSTOM_FIELDS.delete(context)


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


def _is_date(text: str, form: str) -> bool:
    try:
        parsed = datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        return False
    # strptime also takes single digits and blanks, which no field shows.
    return parsed.strftime(form) == text


def _columns(context: RequestContext, reader: FieldReader, row: Row | None) -> Item:
    name = reader.text("privateName", required=True)
    if context.quirks.lower_private_names:
        name = name.lower()
    columns = {
        "privateName": name,
        "publicName": reader.text("publicName"),
        "displayToUser": reader.flag("displayToUser", required=True),
        "fieldType": reader.choice("fieldType", TYPES, required=True),
    }
    if _FORBIDDEN.search(name):
        rule = "privateName can not contain spaces, quotes, slashes or square brackets"
        reader.complain(error_texts.not_valid("privateName", rule))
    elif (row is None or name != row["privateName"]) and (
        name in _RESERVED or CUSTOM_FIELDS.find(context, name)
    ):
        reader.complain(error_texts.not_valid("privateName", "privateName is already used"))
    return columns


def _insert(context: RequestContext, columns: Item) -> str:
    context.store.insert("customfields", columns)
    return str(columns["privateName"])


def _rename_values(context: RequestContext, row: Row, columns: Item) -> None:
    """Keep the values of contacts under the new name of a field."""
    before, after = f'$."{row["privateName"]}"', f'$."{columns["privateName"]}"'
    if before != after:
        context.store.execute(
            "UPDATE contacts SET custom ="
            " json_set(json_remove(custom, ?), ?, json_extract(custom, ?))"
            " WHERE folderId = ? AND json_type(custom, ?) IS NOT NULL",
            (before, after, before, context.folder_id, before),
        )


def _write_wire(context: RequestContext, row: Row) -> Item:
    definition = showing("privateName", "publicName", "displayToUser", "fieldType")(context, row)
    return {**definition, "customFieldId": row["privateName"]}


def _read_wire(context: RequestContext, row: Row) -> Item:
    return {**_write_wire(context, row), "displayToUser": str(row["displayToUser"])}


CUSTOM_FIELDS = Endpoint(
    name="customfields",
    id_name="customFieldId",
    id_column="privateName",
    key="fieldNumber",
    read_id=str,
    sortable=("privateName", "publicName", "fieldType", "displayToUser"),
    wire=_write_wire,
    read_wire=_read_wire,
    null_for_blank=False,
    columns=_columns,
    whole=True,
    insert=_insert,
    after_change=_rename_values,
    envelope="total",
)

ROUTES = CUSTOM_FIELDS.routes(
    member={"POST": CUSTOM_FIELDS.merge, "PUT": CUSTOM_FIELDS.replace, "DELETE": delete}
)

"""Custom fields: their definitions, and the values that contacts may have in them (API 9)."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from icontact.sandbox.quirks import Quirks
from icontact.sandbox.rules.bodies import FieldReader, as_flag
from icontact.sandbox.rules.context import Item, RequestContext
from icontact.sandbox.rules.endpoint import Endpoint, Envelope
from icontact.sandbox.store import Row
from icontact.sandbox.store.schema import CONTACT_TEXTS

TYPES = (
    "checkbox", "text", "number", "decimalOne", "decimalTwo", "decimalThree", "decimalFour",
    "date",
)  # fmt: skip
_RESERVED = {*CONTACT_TEXTS, "contactId", "email", "status", "createDate", "bounceCount"}
FORBIDDEN = re.compile(r"""[\s'"/\\\[\]\x00-\x1f]""")
NAME_RULE = "privateName can not contain spaces, quotes, slashes or square brackets"
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_DATE_FORMS = {"iso": ("%Y-%m-%d",), "us": ("%m/%d/%Y",), "any": ("%Y-%m-%d", "%m/%d/%Y")}


def defined(context: RequestContext) -> dict[str, str]:
    """Return the custom fields of the folder: private names, and their types."""
    rows = context.store.rows(
        "SELECT privateName, fieldType FROM customfields WHERE folderId = ? ORDER BY fieldNumber",
        (context.folder_id,),
    )
    return {row["privateName"]: row["fieldType"] for row in rows}


def column(name: str) -> str:
    """Return the expression in SQL for the values that contacts have in a custom field."""
    # A private name holds neither quotes nor brackets (API 9), so that it may stand in SQL.
    return f"json_extract(custom, '$.\"{name}\"')"


def accepts(field_type: str, text: str, quirks: Quirks) -> bool:
    """Say whether a custom field of a type takes a value; a blank one clears any field."""
    if not text or field_type == "text":
        return True
    if field_type == "checkbox":
        return as_flag(text) is not None
    if field_type != "date":
        return _NUMBER.fullmatch(text) is not None
    for form in _DATE_FORMS[quirks.custom_date]:
        # strptime also takes single digits and blanks, which no field shows.
        with suppress(ValueError):
            if datetime.strptime(text, form).replace(tzinfo=UTC).strftime(form) == text:
                return True
    return False


class CustomFieldEndpoint(Endpoint):
    """Custom fields, whose private name is their id."""

    name = "customfields"
    id_name = "customFieldId"
    id_column = "privateName"
    key = "fieldNumber"
    sortable: tuple[str, ...] = ("privateName", "publicName", "fieldType", "displayToUser")
    shown: tuple[str, ...] = ("privateName", "publicName", "displayToUser", "fieldType")
    text_flags: tuple[str, ...] = ("displayToUser",)
    null_for_blank = False
    envelope: Envelope = "total"
    whole = True
    member_verbs = "GET POST PUT DELETE"

    def read_id(self, item_id: object) -> object:
        """Read an id, which is a text."""
        return str(item_id)

    def columns(self, context: RequestContext, reader: FieldReader, row: Row | None) -> Item:
        """Read a definition."""
        name = reader.text("privateName", required=True)
        if context.quirks.lower_private_names:
            name = name.lower()
        columns = {
            "privateName": name,
            "publicName": reader.text("publicName"),
            "displayToUser": reader.flag("displayToUser", required=True),
            "fieldType": reader.choice("fieldType", TYPES, required=True),
        }
        if FORBIDDEN.search(name):
            reader.complain_of("privateName", NAME_RULE)
        elif (row is None or name != row["privateName"]) and (
            name in _RESERVED or self.find(context, name)
        ):
            reader.complain_of("privateName", "privateName is already used")
        return columns

    def insert(self, context: RequestContext, columns: Item) -> str:
        """Store a definition, and return its private name."""
        super().insert(context, columns)
        return str(columns["privateName"])

    def change(
        self, context: RequestContext, row: Row, item: Item, *, complete: bool = False
    ) -> Row:
        """Change a definition; the values of contacts come under the new name of a field."""
        changed = super().change(context, row, item, complete=complete)
        before, after = _path_to_values(row), _path_to_values(changed)
        if before != after:
            context.store.execute(
                "UPDATE contacts SET custom ="
                " json_set(json_remove(custom, ?), ?, json_extract(custom, ?))"
                " WHERE folderId = ? AND json_type(custom, ?) IS NOT NULL",
                (before, after, before, context.folder_id, before),
            )
        return changed

    def delete(self, context: RequestContext) -> list[Any]:
        """Answer ``DELETE …/customfields/{customFieldId}``; the values of contacts go with it."""
        context.store.execute(
            "UPDATE contacts SET custom = json_remove(custom, ?) WHERE folderId = ?",
            (_path_to_values(self.load(context)), context.folder_id),
        )
        return super().delete(context)

    def wire(self, context: RequestContext, row: Row) -> Item:
        """Return a definition as the answer to a write has it."""
        return {**super().wire(context, row), "customFieldId": row["privateName"]}


def _path_to_values(row: Row) -> str:
    return f'$."{row["privateName"]}"'


ROUTES = CustomFieldEndpoint().routes()

"""Lists, and the sign-up forms that lead to them, which can only be read (API 8.1, 17.1)."""

from __future__ import annotations

import json
from typing import Any

from icontact.sandbox import timestamps
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules.bodies import FieldReader
from icontact.sandbox.rules.context import Item, RequestContext, Route, Scope, number
from icontact.sandbox.rules.endpoint import FOLDER, Endpoint, Terms
from icontact.sandbox.rules.listing import Clause, Listing, plain_terms, search
from icontact.sandbox.store import Row

FLAG_DEFAULTS = {"emailOwnerOnChange": 1, "welcomeOnManualAdd": 0, "welcomeOnSignupAdd": 0}
_TEXTS = ("name", "publicname", "description", "welcomeMessageId")


class ListEndpoint(Endpoint):
    """Lists."""

    name = "lists"
    terms: Terms = plain_terms(numbers=("listId", *FLAG_DEFAULTS), texts=_TEXTS)
    # Recorded order, flags as integers.
    shown: tuple[str, ...] = (
        "listId",
        "name",
        "publicname",
        "description",
        *FLAG_DEFAULTS,
        "welcomeMessageId",
    )
    listed = "deleted = 0"
    member_verbs = "GET POST PUT DELETE"

    def columns(self, context: RequestContext, reader: FieldReader, row: Row | None) -> Item:
        """Read a list; a PUT sets flags that are not given to 0, whatever the default."""
        defaults = FLAG_DEFAULTS if row is None else dict.fromkeys(FLAG_DEFAULTS, 0)
        columns: Item = {**reader.texts(_TEXTS, ("name",)), **reader.flags(defaults)}
        message_id = columns.get("welcomeMessageId")
        if message_id and number(message_id) is None:
            reader.complain_of("welcomeMessageId")
        if context.quirks.duplicate_list_names == "refused" and context.store.value(
            "SELECT 1 FROM lists WHERE folderId = ? AND name = ? AND deleted = 0 AND listId <> ?",
            (context.folder_id, columns.get("name"), row["listId"] if row else 0),
        ):
            reader.complain_of("name", "name is already used by another list")
        return columns

    def read_wire(self, context: RequestContext, row: Row) -> Item:
        """Return a list as a GET has it: another order, and flags as texts (API 2.5)."""
        return list_as_read(row)

    def load(self, context: RequestContext) -> Row:
        """Return the list that the path names; a deleted one is refused as recorded (API 8.1)."""
        row = super().load(context)
        if row["deleted"]:
            raise Refusal(500, f"No result for ({row['listId']}).")
        return row

    def delete(self, context: RequestContext) -> list[Any]:
        """Answer ``DELETE …/lists/{listId}``; its subscriptions go with it."""
        list_id = self.load(context)["listId"]
        context.store.update("lists", list_id, deleted=1)
        context.store.execute("DELETE FROM subscriptions WHERE listId = ?", (list_id,))
        return []


def list_as_read(row: Row) -> Item:
    """Return a list as a GET and a web hook have it: ``null`` for what is blank."""
    return {
        "listId": str(row["listId"]),
        "name": row["name"],
        **{flag: str(row[flag]) for flag in FLAG_DEFAULTS},
        "welcomeMessageId": row["welcomeMessageId"] or None,
        "description": row["description"] or None,
        "publicname": row["publicname"] or None,
    }


_FORMS = Listing(
    table="forms", key="formId", terms=plain_terms(numbers=("formId",), texts=("name",))
)


def list_forms(context: RequestContext) -> Item:
    """Answer ``GET …/signupforms``, under the key ``forms``."""
    base = Clause("folderId = ?", (context.folder_id,))
    answer = search(context, _FORMS, base, "forms", _form_wire)
    if context.quirks.single_form_as_object and len(answer["forms"] or ()) == 1:
        [answer["forms"]] = answer["forms"]
    return answer


def read_form(context: RequestContext) -> Item:
    """Answer ``GET …/signupforms/{formId}``."""
    return {"form": _form_wire(context.load("forms", context.path_ids["form_id"]))}


def _form_wire(row: Row) -> Item:
    return {
        "formId": str(row["formId"]),
        "name": row["name"],
        "created": timestamps.iso_with_offset(row["created"]),
        "updated": timestamps.iso_with_offset(row["updated"]),
        "confirmationMessageId": row["confirmationMessageId"] or None,
        "automaticHTML": row["automaticHTML"],
        "lists": json.loads(row["lists"]),
    }


ROUTES = ListEndpoint().routes()
FORM_ROUTES = (
    Route(f"{FOLDER}/signupforms", Scope.FOLDER, {"GET": list_forms}),
    Route(f"{FOLDER}/signupforms/<form_id>", Scope.FOLDER, {"GET": read_form}),
)

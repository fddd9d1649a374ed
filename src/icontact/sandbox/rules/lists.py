"""Lists, and the sign-up forms that lead to them, which can only be read (API 8.1, 17.1)."""

from __future__ import annotations

import json
from typing import Any

from icontact.sandbox import error_texts, timestamps
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules.bodies import FieldReader
from icontact.sandbox.rules.context import Item, RequestContext, number
from icontact.sandbox.rules.endpoint import Endpoint, showing
from icontact.sandbox.rules.search_terms import terms
from icontact.sandbox.store import Row

FLAG_DEFAULTS = {"emailOwnerOnChange": 1, "welcomeOnManualAdd": 0, "welcomeOnSignupAdd": 0}
_TEXTS = ("name", "publicname", "description", "welcomeMessageId")


def _columns(context: RequestContext, reader: FieldReader, row: Row | None) -> Item:
    """Read a list; a PUT sets flags that are not given to 0, whatever the default."""
    defaults = FLAG_DEFAULTS if row is None else dict.fromkeys(FLAG_DEFAULTS, 0)
    columns: Item = {**reader.texts(_TEXTS, ("name",)), **reader.flags(defaults)}
    message_id = columns.get("welcomeMessageId")
    if message_id and number(message_id) is None:
        reader.complain(error_texts.not_valid("welcomeMessageId"))
    if context.quirks.duplicate_list_names == "refused" and context.store.value(
        "SELECT 1 FROM lists WHERE folderId = ? AND name = ? AND deleted = 0 AND listId <> ?",
        (context.folder_id, columns.get("name"), row["listId"] if row else 0),
    ):
        reader.complain(error_texts.not_valid("name", "name is already used by another list"))
    return columns


def _refuse_deleted(row: Row) -> None:
    if row["deleted"]:
        # Recorded, with this status (API 8.1).
        raise Refusal(500, f"No result for ({row['listId']}).")


def delete(context: RequestContext) -> list[Any]:
    """Answer ``DELETE …/lists/{listId}``; its subscriptions go with it."""
    list_id = LISTS.load(context)["listId"]
    context.store.update("lists", {"deleted": 1}, "listId", list_id)
    context.store.execute("DELETE FROM subscriptions WHERE listId = ?", (list_id,))
    return []


def read_wire(context: RequestContext, row: Row) -> Item:
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
    terms=terms(numbers=("listId", *FLAG_DEFAULTS), texts=_TEXTS),
    # Recorded order, flags as integers.
    wire=showing("listId", "name", "publicname", "description", *FLAG_DEFAULTS, "welcomeMessageId"),
    read_wire=read_wire,
    columns=_columns,
    listed="deleted = 0",
    check_loaded=_refuse_deleted,
)


def list_forms(context: RequestContext) -> Item:
    """Answer ``GET …/signupforms``, under the key ``forms``."""
    answer = FORMS.list_all(context)
    if context.quirks.single_form_as_object and len(answer["forms"] or ()) == 1:
        [answer["forms"]] = answer["forms"]
    return answer


def _form_wire(context: RequestContext, row: Row) -> Item:
    return {
        "formId": str(row["formId"]),
        "name": row["name"],
        "created": timestamps.iso_with_offset(row["created"]),
        "updated": timestamps.iso_with_offset(row["updated"]),
        "confirmationMessageId": row["confirmationMessageId"] or None,
        "automaticHTML": row["automaticHTML"],
        "lists": json.loads(row["lists"]),
    }


FORMS = Endpoint(
    name="forms",
    path_name="signupforms",
    terms=terms(numbers=("formId",), texts=("name",)),
    wire=_form_wire,
    null_for_blank=False,
)

ROUTES = LISTS.routes(member={"POST": LISTS.merge, "PUT": LISTS.replace, "DELETE": delete})
FORM_ROUTES = FORMS.routes(collection={"GET": list_forms})

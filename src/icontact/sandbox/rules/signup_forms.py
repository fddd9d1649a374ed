"""Sign-up forms, which can only be read (API 17.1)."""

from __future__ import annotations

import json
from typing import Any

from icontact.sandbox import timestamps
from icontact.sandbox.rules import checks
from icontact.sandbox.rules.context import RequestContext, Route, Scope
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.search_terms import Clause, TermKind, column
from icontact.sandbox.store import Row

_LISTING = Listing(
    table="forms",
    key="formId",
    terms={"formId": column("formId", TermKind.NUMBER), "name": column("name")},
)


def list_all(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET …/signupforms``, under the key ``forms``."""
    page = search(context, _LISTING, Clause("folderId = ?", (context.folder_id,)))
    answer = page.envelope(context, "forms", _wire)
    if context.quirks.single_form_as_object and len(page.rows) == 1:
        [answer["forms"]] = answer["forms"]
    return answer


def read(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET …/signupforms/{formId}``."""
    row = checks.find(context, "forms", "formId", context.path_ids["form_id"])
    return {"form": _wire(checks.required(row))}


def _wire(row: Row) -> dict[str, Any]:
    return {
        "formId": str(row["formId"]),
        "name": row["name"],
        "created": timestamps.iso_with_offset(row["created"]),
        "updated": timestamps.iso_with_offset(row["updated"]),
        "confirmationMessageId": row["confirmationMessageId"] or None,
        "automaticHTML": row["automaticHTML"],
        "lists": json.loads(row["lists"]),
    }


_COLLECTION = "/a/<account_id>/c/<client_folder_id>/signupforms"

ROUTES = (
    Route(_COLLECTION, Scope.FOLDER, {"GET": list_all}),
    Route(f"{_COLLECTION}/<form_id>", Scope.FOLDER, {"GET": read}),
)

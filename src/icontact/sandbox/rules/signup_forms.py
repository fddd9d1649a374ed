"""Sign-up forms, which can only be read (API 17.1)."""

from __future__ import annotations

import json
from typing import Any

from icontact.sandbox import moments
from icontact.sandbox.rules import checks
from icontact.sandbox.rules.call import Call, Route, Scope
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.terms import Clause, Kind, column
from icontact.sandbox.store import Row

_LISTING = Listing(
    table="forms",
    key="formId",
    terms={"formId": column("formId", Kind.NUMBER), "name": column("name")},
)


def list_all(call: Call) -> dict[str, Any]:
    """Answer ``GET …/signupforms``, under the key ``forms``."""
    page = search(call, _LISTING, Clause("folderId = ?", (call.folder_id,)))
    answer = page.envelope(call, "forms", _wire)
    if call.quirks.single_form_as_object and len(page.rows) == 1:
        [answer["forms"]] = answer["forms"]
    return answer


def read(call: Call) -> dict[str, Any]:
    """Answer ``GET …/signupforms/{formId}``."""
    row = checks.find(call, "forms", "formId", call.path_ids["form_id"])
    return {"form": _wire(checks.required(row))}


def _wire(row: Row) -> dict[str, Any]:
    return {
        "formId": str(row["formId"]),
        "name": row["name"],
        "created": moments.iso_with_offset(row["created"]),
        "updated": moments.iso_with_offset(row["updated"]),
        "confirmationMessageId": row["confirmationMessageId"] or None,
        "automaticHTML": row["automaticHTML"],
        "lists": json.loads(row["lists"]),
    }


_COLLECTION = "/a/<account_id>/c/<client_folder_id>/signupforms"

ROUTES = (
    Route(_COLLECTION, Scope.FOLDER, {"GET": list_all}),
    Route(f"{_COLLECTION}/<form_id>", Scope.FOLDER, {"GET": read}),
)

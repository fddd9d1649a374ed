"""Sign-up forms, which can only be read (API 17.1)."""

from __future__ import annotations

import json
from typing import Any

import attrs

from icontact.sandbox import timestamps
from icontact.sandbox.rules.context import RequestContext
from icontact.sandbox.rules.endpoint import Endpoint
from icontact.sandbox.rules.search_terms import TermKind, column
from icontact.sandbox.store import Row


def list_all(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET …/signupforms``, under the key ``forms``."""
    answer = FORMS.list_all(context)
    if context.quirks.single_form_as_object and len(answer["forms"] or ()) == 1:
        [answer["forms"]] = answer["forms"]
    return answer


def _wire(context: RequestContext, row: Row) -> dict[str, Any]:
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
    singular="form",
    key="formId",
    terms={"formId": column("formId", TermKind.NUMBER), "name": column("name")},
    wire=_wire,
    read_wire=_wire,
)

ROUTES = attrs.evolve(FORMS, name="signupforms", table="forms").routes(collection={"GET": list_all})

"""The fields of a contact: reading them from a payload, writing them into an answer (API 6)."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from icontact.sandbox import error_texts
from icontact.sandbox.exchange import Refusal, invalid
from icontact.sandbox.rules import custom_fields
from icontact.sandbox.rules.bodies import as_text, is_email
from icontact.sandbox.rules.context import Item, RequestContext
from icontact.sandbox.store import Row
from icontact.sandbox.store.schema import CONTACT_TEXTS

_LONGEST_STATE = 10
_STICKY_STATUSES = frozenset({"donotcontact", "pending", "invitable"})
_WRITTEN = frozenset({*CONTACT_TEXTS, "email", "status"})
_RECEIVED_ONLY = frozenset({"contactId", "createDate", "bounceCount"})

COLUMNS = (
    "contactId", *CONTACT_TEXTS, "email", "createDate", "bounceCount", "status", "folderId",
    "custom",
)  # fmt: skip
"""The columns of a contact: the keys of an answer to a POST in their recorded order (API 6.2), and
two more."""

_LISTING_ORDER = (
    "email", "firstName", "lastName", "prefix", "suffix", "fax", "phone", "street", "street2",
    "city", "state", "postalCode", "createDate", "status", "bounceCount", "contactId",
)  # fmt: skip
"""Recorded: the keys of a row of a collection GET, in their order; no ``business`` (API 6.2)."""

_IN_LISTINGS = {
    **{name: f"nullif(\"{name}\", '')" for name in CONTACT_TEXTS},
    "contactId": "CAST(contactId AS TEXT)",
    "bounceCount": "CAST(nullif(bounceCount, 0) AS TEXT)",
}
LISTING_COLUMNS = ", ".join(
    [_IN_LISTINGS.get(name, f'"{name}"') for name in _LISTING_ORDER] + ["business", "custom"]
)
"""The columns of a row of a collection GET, as the API has them, and two more."""


class ContactPayload(NamedTuple):
    """What a payload gives of a contact, checked field by field.

    Attributes:
        texts: The plain fields that were given, the e-mail among them.
        custom: The custom fields that were given.
        status: The status, if one was given.
    """

    texts: Mapping[str, str]
    custom: Mapping[str, str]
    status: str | None


def read(
    context: RequestContext, payload: Mapping[str, Any], types: Mapping[str, str]
) -> ContactPayload:
    """Take the fields of a contact from a payload.

    Raises:
        Refusal: 400, with a sentence for every field that is not valid.
    """
    quirks = context.quirks
    texts: dict[str, str] = {}
    custom: dict[str, str] = {}
    problems = []
    for name, value in payload.items():
        is_plain = name in _WRITTEN
        if not is_plain and name not in types:
            continue
        text = as_text(value)
        if text is None or not (is_plain or custom_fields.accepts(types[name], text, quirks)):
            problems.append(error_texts.not_valid(name))
        else:
            (texts if is_plain else custom)[name] = text
    if "email" in texts and not is_email(texts["email"]):
        wrong = error_texts.not_valid if texts["email"] else error_texts.required
        problems.append(wrong("email"))
    if len(texts.get("state", "")) > _LONGEST_STATE:
        texts["state"] = texts["state"][:_LONGEST_STATE]
        if quirks.long_state == "reject":
            limit = f"state can have at most {_LONGEST_STATE} characters"
            problems.append(error_texts.not_valid("state", limit))
    if problems:
        raise Refusal(400, *problems)
    if quirks.longest_text is not None:
        texts, custom = (
            {name: text if name == "email" else text[: quirks.longest_text] for name, text in some}
            for some in (texts.items(), custom.items())
        )
    if quirks.unknown_fields == "warned":
        known = {*_WRITTEN, *_RECEIVED_ONLY, *types}
        if unknown := [name for name in payload if name not in known]:
            context.warn(error_texts.ignored_terms(unknown))
    return ContactPayload(texts, custom, texts.pop("status", None))


def require_email(given: ContactPayload) -> None:
    """Refuse a creation or a PUT without an e-mail, in the recorded words."""
    if not given.texts.get("email"):
        raise Refusal(400, error_texts.required("email"))


def with_status_change(
    context: RequestContext, current: str, given: ContactPayload
) -> ContactPayload:
    """Refuse a status that may not be written to an existing contact, or pass over it (API 6.3)."""
    status, sticky = given.status, context.quirks.sticky_statuses
    if status is None:
        return given
    if status not in {"normal", "donotcontact"}:
        raise Refusal(400, error_texts.UPDATE_STATUS)
    if current not in _STICKY_STATUSES or status == current or sticky == "left":
        return given
    if sticky == "kept":
        raise invalid("status", f"The status of a contact that is {current} can not be changed")
    return given._replace(status=current)


def write_wire(held: Mapping[str, Any], names: Mapping[str, str]) -> Item:
    """Return a contact as the answer to a write has it: ``""`` for what is blank.

    ``held`` has the :data:`COLUMNS` in this order.
    """
    answer = {**held}
    del answer["folderId"]
    custom = answer.pop("custom")
    answer["contactId"] = str(answer["contactId"])
    answer["bounceCount"] = str(answer["bounceCount"] or "")
    if names:
        values = json.loads(custom)
        answer |= {name: values.get(name, "") for name in names}
    return answer


def member_wire(row: Row, names: Mapping[str, str]) -> Item:
    """Return a contact as a GET of one has it: all keys, ``null`` for what is blank."""
    held = {name: row[name] for name in COLUMNS}
    return {key: value or None for key, value in write_wire(held, names).items()}


def listing_wire(context: RequestContext, names: Mapping[str, str]) -> Callable[[Row], Item]:
    """Return what makes of a row a contact as in a collection GET: ``null`` for what is blank."""
    business = context.quirks.business_in_listings
    customs: Collection[str] = names if context.quirks.custom_fields_in_listings else ()

    def wire(row: Row) -> Item:
        # The columns have the order of the keys, and two more that not every answer shows.
        answer: Item = dict(zip(_LISTING_ORDER, row, strict=False))
        if business:
            answer["business"] = row["business"] or None
        if customs:
            values = json.loads(row["custom"])
            answer |= {name: values.get(name) or None for name in customs}
        return answer

    return wire

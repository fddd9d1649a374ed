"""The fields of a contact: reading them from a payload, writing them into an answer (API 6)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from icontact.sandbox import error_texts
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import custom_fields
from icontact.sandbox.rules.bodies import FieldReader, is_email
from icontact.sandbox.rules.context import RequestContext
from icontact.sandbox.store import Row
from icontact.sandbox.store.schema import CONTACT_TEXTS

LONGEST_STATE = 10
STICKY_STATUSES = frozenset({"donotcontact", "pending", "invitable"})
_WRITTEN = frozenset({*CONTACT_TEXTS, "email"})
_RECEIVED_ONLY = frozenset({"contactId", "createDate", "bounceCount"})

_WRITE_ORDER = (
    "contactId",
    *CONTACT_TEXTS,
    "email",
    "createDate",
    "bounceCount",
    "status",
)
"""Recorded: the keys of an answer to a POST, in their order (API 6.2)."""

COLUMNS = (*_WRITE_ORDER, "folderId", "custom")
"""The columns of a contact: those that a write shows, in their order, and two more."""

_LISTING_ORDER = (
    "email", "firstName", "lastName", "prefix", "suffix", "fax", "phone", "street", "street2",
    "city", "state", "postalCode", "createDate", "status", "bounceCount", "contactId",
)  # fmt: skip
"""Recorded: the keys of a row of a collection GET, in their order; no ``business`` (API 6.2)."""

_BLANK_AS_NULL = {name: f"nullif(\"{name}\", '')" for name in CONTACT_TEXTS}
_AS_TEXT = {
    "contactId": "CAST(contactId AS TEXT)",
    "bounceCount": "CAST(nullif(bounceCount, 0) AS TEXT)",
}
LISTING_COLUMNS = ", ".join(
    [{**_BLANK_AS_NULL, **_AS_TEXT}.get(name, f'"{name}"') for name in _LISTING_ORDER]
    + ["business", "custom"]
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

    Args:
        context: The request; it is warned about unknown keys if the quirks say so.
        payload: What was sent.
        types: The custom fields of the folder, with their types.

    Raises:
        Refusal: 400, with a sentence for every field that is not valid.
    """
    return _plain(context, payload, types) or _checked(context, payload, types)


def _plain(
    context: RequestContext, payload: Mapping[str, Any], types: Mapping[str, str]
) -> ContactPayload | None:
    """Read a payload of valid texts, the fast way; return ``None`` for any other payload."""
    texts: dict[str, str] = {}
    custom: dict[str, str] = {}
    status = None
    for name, value in payload.items():
        if name in _WRITTEN:
            texts[name] = value
        elif name == "status":
            status = value
        elif name in types:
            custom[name] = value
            if type(value) is str and not custom_fields.accepts(types[name], value, context.quirks):
                return None
        else:
            continue
        if type(value) is not str:
            return None
    if len(texts.get("state", "")) > LONGEST_STATE:
        return None
    if "email" in texts and not is_email(texts["email"]):
        return None
    _mention_unknown(context, payload, types)
    return ContactPayload(texts, custom, status)


def _checked(
    context: RequestContext, payload: Mapping[str, Any], types: Mapping[str, str]
) -> ContactPayload:
    reader = FieldReader(payload)
    texts = {name: reader.text(name) for name in CONTACT_TEXTS if reader.given(name)}
    if reader.given("email"):
        texts["email"] = reader.email("email", required=True)
    if "state" in texts:
        texts["state"] = _fitting_state(context, reader, texts["state"])
    custom = {name: reader.text(name) for name in types if reader.given(name)}
    for name, text in custom.items():
        if not custom_fields.accepts(types[name], text, context.quirks):
            reader.complain(error_texts.not_valid(name))
    status = reader.text("status") if reader.given("status") else None
    reader.finish()
    _mention_unknown(context, payload, types)
    return ContactPayload(texts, custom, status)


def require_email(given: ContactPayload) -> None:
    """Refuse a creation or a PUT without an e-mail, in the recorded words."""
    if not given.texts.get("email"):
        raise Refusal(400, error_texts.required("email"))


def check_new_status(context: RequestContext, status: str | None) -> None:
    """Refuse a status that a new contact cannot have (API 6.3)."""
    if status is not None and status not in context.quirks.creation_statuses:
        raise Refusal(400, error_texts.not_valid("status"))


def check_status_change(current: str, status: str | None) -> None:
    """Refuse what may not be written to an existing contact (API 6.3)."""
    if status is None:
        return
    if status not in {"normal", "donotcontact"}:
        raise Refusal(400, error_texts.UPDATE_STATUS)
    if current in STICKY_STATUSES and status != current:
        reason = f"The status of a contact that is {current} can not be changed"
        raise Refusal(400, error_texts.not_valid("status", reason))


def write_wire(held: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return a contact as the answer to a write has it: ``""`` for what is blank.

    Args:
        held: The :data:`COLUMNS`, in this order.
        names: The custom fields of the folder.
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


def member_wire(row: Row, names: Mapping[str, str]) -> dict[str, Any]:
    """Return a contact as a GET of one has it: all keys, ``null`` for what is blank."""
    held = {name: row[name] for name in COLUMNS}
    return {key: value or None for key, value in write_wire(held, names).items()}


def listing_wire(
    context: RequestContext, names: Mapping[str, str]
) -> Callable[[Row], dict[str, Any]]:
    """Return what makes of a row a contact as in a collection GET: ``null`` for what is blank."""

    def plain(row: Row) -> dict[str, Any]:
        # The columns have the order of the keys, and two more that not every answer shows.
        return dict(zip(_LISTING_ORDER, row, strict=False))

    def full(row: Row) -> dict[str, Any]:
        answer = plain(row)
        if context.quirks.business_in_listings:
            answer["business"] = row["business"] or None
        if context.quirks.custom_fields_in_listings:
            custom = json.loads(row["custom"])
            answer |= {name: custom.get(name) or None for name in names}
        return answer

    custom_shown = names and context.quirks.custom_fields_in_listings
    return full if custom_shown or context.quirks.business_in_listings else plain


def _fitting_state(context: RequestContext, reader: FieldReader, state: str) -> str:
    if len(state) <= LONGEST_STATE:
        return state
    if context.quirks.long_state == "truncate":
        return state[:LONGEST_STATE]
    limit = f"state can have at most {LONGEST_STATE} characters"
    reader.complain(error_texts.not_valid("state", limit))
    return ""


def _mention_unknown(
    context: RequestContext, payload: Mapping[str, Any], types: Mapping[str, str]
) -> None:
    if context.quirks.unknown_fields == "ignored":
        return
    known = {*CONTACT_TEXTS, *_RECEIVED_ONLY, *types, "email", "status"}
    if unknown := [name for name in payload if name not in known]:
        context.warn(error_texts.ignored_terms(unknown))

"""The fields of a contact: reading them from a payload, writing them into an answer (API 6)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import attrs

from icontact.sandbox import messages
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import custom_fields
from icontact.sandbox.rules.call import Call
from icontact.sandbox.rules.fields import Reader
from icontact.sandbox.store import Row
from icontact.sandbox.store.schema import CONTACT_TEXTS

LONGEST_STATE = 10
STICKY_STATUSES = frozenset({"donotcontact", "pending", "invitable"})
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

_LISTING_ORDER = (
    "email",
    "firstName",
    "lastName",
    "prefix",
    "suffix",
    "fax",
    "phone",
    "street",
    "street2",
    "city",
    "state",
    "postalCode",
    "createDate",
    "status",
    "bounceCount",
    "contactId",
)
"""Recorded: the keys of a row of a collection GET, in their order; no ``business`` (API 6.2)."""


@attrs.frozen(kw_only=True)
class Given:
    """What a payload gives of a contact, checked field by field.

    Attributes:
        texts: The plain fields that were given, the e-mail among them.
        custom: The custom fields that were given.
        status: The status, if one was given.
    """

    texts: Mapping[str, str]
    custom: Mapping[str, str]
    status: str | None


def read(call: Call, payload: dict[str, Any], types: Mapping[str, str]) -> Given:
    """Take the fields of a contact from a payload.

    Args:
        call: The call; it is warned about unknown keys if the quirks say so.
        payload: What was sent.
        types: The custom fields of the folder, with their types.

    Raises:
        Refusal: 400, with a sentence for every field that is not valid.
    """
    reader = Reader(payload)
    texts = {name: reader.text(name) for name in CONTACT_TEXTS if reader.given(name)}
    if reader.given("email"):
        texts["email"] = reader.email("email", required=True)
    if "state" in texts:
        texts["state"] = _fitting_state(call, reader, texts["state"])
    custom = {name: reader.text(name) for name in types if reader.given(name)}
    for name, text in custom.items():
        if not custom_fields.accepts(types[name], text, call.quirks):
            reader.complain(messages.not_valid(name))
    status = reader.text("status") if reader.given("status") else None
    reader.finish()
    _mention_unknown(call, payload, types)
    return Given(texts=texts, custom=custom, status=status)


def require_email(given: Given) -> None:
    """Refuse a creation or a PUT without an e-mail, in the recorded words."""
    if not given.texts.get("email"):
        raise Refusal(400, messages.required("email"))


def check_new_status(call: Call, status: str | None) -> None:
    """Refuse a status that a new contact cannot have (API 6.3)."""
    if status is not None and status not in call.quirks.creation_statuses:
        raise Refusal(400, messages.not_valid("status"))


def check_status_change(current: str, status: str | None) -> None:
    """Refuse what may not be written to an existing contact (API 6.3)."""
    if status is None:
        return
    if status not in {"normal", "donotcontact"}:
        raise Refusal(400, messages.UPDATE_STATUS)
    if current in STICKY_STATUSES and status != current:
        reason = f"The status of a contact that is {current} can not be changed"
        raise Refusal(400, messages.not_valid("status", reason))


def write_wire(row: Row, names: Mapping[str, str]) -> dict[str, Any]:
    """Return a contact as the answer to a write has it: ``""`` for what is blank."""
    values = _values(row)
    custom = json.loads(row["custom"])
    return {
        **{key: values[key] for key in _WRITE_ORDER},
        **{name: custom.get(name, "") for name in names},
    }


def member_wire(row: Row, names: Mapping[str, str]) -> dict[str, Any]:
    """Return a contact as a GET of one has it: all keys, ``null`` for what is blank."""
    return {key: value or None for key, value in write_wire(row, names).items()}


def listing_wire(call: Call, row: Row, names: Mapping[str, str]) -> dict[str, Any]:
    """Return a contact as a row of a collection GET: ``null`` for what is blank."""
    values = _values(row)
    answer = {key: values[key] or None for key in _LISTING_ORDER}
    if call.quirks.business_in_listings:
        answer["business"] = values["business"] or None
    if call.quirks.custom_fields_in_listings:
        custom = json.loads(row["custom"])
        answer |= {name: custom.get(name) or None for name in names}
    return answer


def _values(row: Row) -> dict[str, str]:
    values = dict(row)
    values["contactId"] = str(row["contactId"])
    values["bounceCount"] = str(row["bounceCount"] or "")
    return values


def _fitting_state(call: Call, reader: Reader, state: str) -> str:
    if len(state) <= LONGEST_STATE:
        return state
    if call.quirks.long_state == "truncate":
        return state[:LONGEST_STATE]
    limit = f"state can have at most {LONGEST_STATE} characters"
    reader.complain(messages.not_valid("state", limit))
    return ""


def _mention_unknown(call: Call, payload: dict[str, Any], types: Mapping[str, str]) -> None:
    if call.quirks.unknown_fields == "ignored":
        return
    known = {*CONTACT_TEXTS, *_RECEIVED_ONLY, *types, "email", "status"}
    if unknown := [name for name in payload if name not in known]:
        call.warn(messages.ignored_terms(unknown))

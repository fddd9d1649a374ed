"""Mautic's contact, as its REST API writes it, as one flat row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from icontact.mapping.mautic import CONTACT_ID, DO_NOT_CONTACT

#: Mautic's numbers for why a person must not be mailed; 0 is "may be".
_REASONS = {1: "unsubscribed", 2: "bounced", 3: "manual"}

#: What is beside the fields -> the row's key for it.
_BESIDE = {
    "dateAdded": "date_added",
    "dateModified": "date_modified",
    "dateIdentified": "date_identified",
    "lastActive": "last_active",
}


def contacts_in(found: Any) -> list[Any] | None:
    """Return the contacts of an answer of Mautic's REST API; ``None`` if it is something else.

    An answer holds ``contacts``, an object by id or a list, or one ``contact``; one contact alone
    counts, too.
    """
    if not isinstance(found, Mapping):
        return None
    if _is_contact(found):
        return [found]
    contacts = [found["contact"]] if "contact" in found else _members(found.get("contacts"))
    return contacts if any(map(_is_contact, contacts)) else None


def _is_contact(found: Any) -> bool:
    fields = found.get("fields") if isinstance(found, Mapping) else None
    return isinstance(fields, Mapping) and ("all" in fields or "core" in fields)


def contact_row(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return a contact's fields as alias: value, and what is beside them.

    Beside the fields the row has, unless a field has that alias: ``id``, ``points``, ``stage``,
    ``owner``, ``tags``, the dates, and the pseudo fields of Mautic's plugin that need nothing else:
    ``mauticContactId``, and ``mauticContactIsContactableByEmail``, which in spite of its name is 1
    if the contact must **not** be mailed.
    """
    row: dict[str, Any] = {}
    fields = found["fields"] or {}
    for group, members in fields.items():
        if group == "all":
            continue
        # A group is an object by alias, PHP's ``[]``, or a list.
        listed = [one for one in _members(members) if isinstance(one, Mapping)]
        by_alias = {one["alias"]: one for one in listed if isinstance(one.get("alias"), str)}
        for alias, field in (members if isinstance(members, Mapping) else by_alias).items():
            row[alias] = plain_value(field.get("value") if isinstance(field, Mapping) else field)
    if isinstance(fields.get("all"), Mapping):
        row |= {alias: plain_value(value) for alias, value in fields["all"].items()}
    identifier = whole(found.get("id", row.get("id")))
    points = number(found.get("points"))
    tags = [_name(tag, "tag") for tag in _members(found.get("tags"))]
    beside = {
        **{key: found[name] for name, key in _BESIDE.items() if name in found},
        "id": identifier,
        **({} if points is None else {"points": int(points) if points.is_integer() else points}),
        "stage": _name(found.get("stage"), "name"),
        "owner": _name(found.get("owner"), "username"),
        "tags": "|".join(tag for tag in tags if tag),
    }
    blocked, _ = do_not_contact(found)
    return {
        **row,
        **(beside | row),
        CONTACT_ID: identifier,
        DO_NOT_CONTACT: None if blocked is None else int(blocked),
    }


def do_not_contact(found: Mapping[str, Any]) -> tuple[bool | None, str | None]:
    """Return whether a contact must not be mailed, and why; nothing if it does not say.

    What cannot be read counts as "must not", for the reason ``unreadable``.
    """
    if "doNotContact" not in found:
        return None, None
    said = found["doNotContact"]
    entries = _members(said)
    are_readable = isinstance(said, Mapping | list) and all(
        isinstance(entry, Mapping) and isinstance(entry.get("channel") or "", str)
        for entry in entries
    )
    if not are_readable:
        # It may say that a person must not be mailed: no one is taken to have agreed by mistake.
        return True, "unreadable"
    reasons = [
        whole(entry.get("reason"))
        for entry in entries
        if (entry.get("channel") or "email").strip().lower() == "email"
    ]
    blocking = [reason for reason in reasons if reason != 0]
    if not blocking:
        return False, None
    # The person's own word counts for more than a bounce.
    known = [reason for reason in _REASONS if reason in blocking]
    return True, _REASONS[known[0]] if known else "unknown"


def whole(value: Any) -> int | None:
    """Return an id or a count, which may come as text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 19:
        return int(value)
    return value if isinstance(value, int) else None


def number(value: Any) -> float | None:
    """Return points, which may come as text."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e15 else None  # which NaN is not, either


def _members(value: Any) -> list[Any]:
    """Return what PHP writes as an array or, with gaps between its keys, as an object."""
    if isinstance(value, Mapping):
        return list(value.values())
    return value if isinstance(value, list) else []


def plain_value(value: Any) -> Any:
    """Return a multi-select as the text that Mautic keeps it as."""
    if isinstance(value, list) and all(isinstance(one, str | int | float) for one in value):
        return "|".join(map(str, value))
    return value


def _name(value: Any, key: str) -> str | None:
    """Return what an object is called."""
    name = value.get(key) if isinstance(value, Mapping) else value
    return name if isinstance(name, str) and name else None

"""Mautic's contact, in every shape in which it comes, as one flat row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from icontact.errors import ConfigError, DecodeError
from icontact.integrations.events import Reason, Row
from icontact.mapping.values import is_blank

__all__ = ["contact"]

#: Mautic's numbers for why somebody must not be mailed; 0 is "may be".
_REASONS = {1: Reason.UNSUBSCRIBED, 2: Reason.BOUNCED, 3: Reason.MANUAL}

#: What stands beside the fields -> the row's key for it.
_BESIDE = {
    "dateAdded": "date_added",
    "dateModified": "date_modified",
    "dateIdentified": "date_identified",
    "lastActive": "last_active",
}


def contact(
    payload: Mapping[str, Any], *, site_url: str | None = None, merge_results: bool = False
) -> dict[str, Any]:
    """Return one of Mautic's contacts as alias: value.

    Takes a contact of the REST API, a web hook's contact, and a form submission, bare or inside
    ``contact``, ``lead`` or ``submission``. Values stay as Mautic has them: a multi-select is text
    such as ``"php|js"`` (transform ``joined``), also where it came as a list; HTML entities are the
    mapper's business; a field without a value is ``None``.

    Beside the fields the row has, unless a field has that alias: ``id``, ``points``, ``stage``,
    ``owner`` and ``tags`` (names, ``|`` between them), ``date_added``, ``date_modified``,
    ``date_identified``, ``last_active``, ``do_not_contact`` (``None`` if the payload does not say,
    as form submissions do not) and ``do_not_contact_reason``; and the pseudo fields of Mautic's
    plugin: ``mauticContactId``, ``mauticContactTimelineLink`` (the contact's page, which shows the
    timeline; needs ``site_url``) and ``mauticContactIsContactableByEmail``, which in spite of its
    name is 1 if the contact must **not** be mailed, as with the plugin.

    Args:
        payload: What Mautic sent, decoded from JSON.
        site_url: Mautic's address, such as the header ``X-Origin-Base-URL`` tells.
        merge_results: Whether what a form was filled in with is added, where the contact itself
            has no value. Otherwise it is left out.

    Raises:
        DecodeError: If there is no contact in it. Shows no values.
        ConfigError: If ``site_url`` is no http address.

    >>> contact({"contact": {"id": "7", "fields": {"core": {"city": {"value": "Durham"}}}}})["city"]
    'Durham'
    """
    found, problem = locate(payload)
    del payload  # error trackers print the locals of every frame on the way
    if found is None:
        raise DecodeError([problem])
    row = as_row(found, site_url)
    if merge_results:
        fill_in(row, found.get("results"))
    return dict(row)


def locate(payload: Any) -> tuple[Row | None, str]:
    """Find the contact in a payload; return it with ``results`` of a form, or what is wrong."""
    path, results = "payload", None
    for name in ("submission", "contact", "lead"):
        if isinstance(payload, Mapping) and isinstance(payload.get(name), Mapping):
            if "results" in payload[name]:
                results = payload[name]["results"]
            elif name == "lead":
                results = payload.get("results", results)
            payload, path = payload[name], f"{path}.{name}"
    if not isinstance(payload, Mapping):
        return None, f"{path}: expected an object, not {type(payload).__name__}"
    if "fields" not in payload:
        return None, f"{path}.fields: missing, so that this is no contact of Mautic"
    if not isinstance(payload["fields"], Mapping) and payload["fields"]:
        return None, f"{path}.fields: expected an object"
    return Row({**payload, "results": results}), ""


def as_row(found: Mapping[str, Any], site_url: str | None) -> Row:
    """Return a contact's fields, and what stands beside them."""
    row = _values(found["fields"] or {})
    identifier = whole(found.get("id", row.get("id")))
    for key, value in _beside(found, identifier).items():
        row.setdefault(key, value)
    blocked, reason = do_not_contact(found)
    row.setdefault("do_not_contact", blocked)
    row.setdefault("do_not_contact_reason", reason and reason.value)
    row["mauticContactId"] = identifier
    row["mauticContactTimelineLink"] = _link(site_url, identifier)
    row["mauticContactIsContactableByEmail"] = None if blocked is None else int(blocked)
    return row


def fill_in(row: dict[str, Any], results: Any) -> None:
    """Add a form's answers where the row has no value."""
    for alias, answer in results.items() if isinstance(results, Mapping) else ():
        if is_blank(row.get(alias)):
            row[alias] = _plain(answer)


def do_not_contact(found: Mapping[str, Any]) -> tuple[bool | None, Reason | None]:
    """Return whether a contact must not be mailed, and why; nothing if it does not say.

    What cannot be read counts as "must not", with that as its reason.
    """
    if "doNotContact" not in found:
        return None, None
    told = found["doNotContact"]
    entries = _members(told)
    if not isinstance(told, Mapping | list) or not all(map(_is_entry, entries)):
        # It may say that somebody must not be mailed: nobody is taken to have agreed by mistake.
        return True, Reason.UNREADABLE
    reasons = [
        whole(entry.get("reason"))
        for entry in entries
        if (entry.get("channel") or "email").strip().lower() == "email"
    ]
    blocking = [reason for reason in reasons if reason != 0]
    if not blocking:
        return False, None
    known = [_REASONS[reason] for reason in blocking if reason in _REASONS]
    # The person's own word counts for more than a bounce.
    return True, min(known, key=list(Reason).index, default=Reason.UNKNOWN)


def _is_entry(entry: Any) -> bool:
    return isinstance(entry, Mapping) and isinstance(entry.get("channel") or "", str)


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


def moment(value: Any) -> datetime | None:
    """Return a point in time; Mautic's own are in UTC where no zone stands there."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    if found.year < 1970:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def _values(fields: Mapping[str, Any]) -> Row:
    row = Row()
    for group, members in fields.items():
        if group == "all":
            continue
        for alias, field in _aliased(members):
            row[alias] = _plain(field.get("value") if isinstance(field, Mapping) else field)
    everything = fields.get("all")
    if isinstance(everything, Mapping):
        row.update({alias: _plain(value) for alias, value in everything.items()})
    return row


def _aliased(group: Any) -> Iterator[tuple[str, Any]]:
    """Yield a group's fields: an object by alias, PHP's ``[]``, or a list."""
    if isinstance(group, Mapping):
        yield from group.items()
        return
    for field in _members(group):
        if isinstance(field, Mapping) and isinstance(field.get("alias"), str):
            yield field["alias"], field


def _members(value: Any) -> list[Any]:
    """Return what PHP writes as an array or, with gaps between its keys, as an object."""
    if isinstance(value, Mapping):
        return list(value.values())
    return value if isinstance(value, list) else []


def _plain(value: Any) -> Any:
    """Return a multi-select as the text that Mautic keeps it as."""
    if isinstance(value, list) and all(isinstance(one, str | int | float) for one in value):
        return "|".join(map(str, value))
    return value


def _beside(found: Mapping[str, Any], identifier: int | None) -> Row:
    beside = Row({key: found[name] for name, key in _BESIDE.items() if name in found})
    beside["id"] = identifier
    if (points := number(found.get("points"))) is not None:
        beside["points"] = int(points) if points.is_integer() else points
    beside["stage"] = _name(found.get("stage"), "name")
    beside["owner"] = _name(found.get("owner"), "username")
    tags = [_name(tag, "tag") for tag in _members(found.get("tags"))]
    beside["tags"] = "|".join(tag for tag in tags if tag)
    return beside


def _name(value: Any, key: str) -> str | None:
    """Return what an object is called."""
    name = value.get(key) if isinstance(value, Mapping) else value
    return name if isinstance(name, str) and name else None


def _link(site_url: str | None, identifier: int | None) -> str | None:
    if site_url is None:
        return None
    if not site_url.startswith(("https://", "http://")):
        raise ConfigError("site_url must be Mautic's address, such as https://mautic.example.com")
    return None if identifier is None else f"{site_url.rstrip('/')}/s/contacts/view/{identifier}"

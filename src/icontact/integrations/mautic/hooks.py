"""Reads the events of Mautic's web hooks."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import attrs

from icontact.auth import Private
from icontact.errors import DecodeError
from icontact.integrations.events import ContactEvent, DoNotContactReason, Events, EventType
from icontact.integrations.mautic.bodies import MAX_BYTES, parse, verify
from icontact.integrations.mautic.contacts import (
    as_row,
    do_not_contact,
    locate,
    moment,
)
from icontact.sources.mautic_contacts import number, whole

__all__ = ["events"]

#: Far more than Mautic's ten events in one body.
_MOST_EVENTS = 10_000

_PREFIX = "mautic."

#: Mautic's events, without their prefix. That of a segment says whether it was joined or left.
_TYPES = {
    "lead_post_save_new": EventType.IDENTIFIED,
    "lead_post_save_update": EventType.SAVED,
    "lead_points_change": EventType.POINTS_CHANGED,
    "form_on_submit": EventType.FORM_SUBMITTED,
    "lead_list_change": EventType.SEGMENT_ADDED,
    "lead_channel_subscription_changed": EventType.SUBSCRIPTION_CHANGED,
    "lead_post_delete": EventType.DELETED,
}


def events(
    body: bytes | str,
    *,
    signature: str | None = None,
    secret: str | None = None,
    event_type: str | None = None,
    site_url: str | None = None,
    max_bytes: int = MAX_BYTES,
) -> Events:
    """Read the body of a web hook.

    Args:
        body: The body exactly as it arrived: a body that was decoded and encoded again has another
            signature.
        signature: The header ``Webhook-Signature``.
        secret: The web hook's secret, as Mautic shows it. With ``None`` nothing is verified, which
            is for Mautic 2, that does not sign, and for bodies from elsewhere.
        event_type: The type of events in a body that does not say it, such as
            ``"lead_points_change"``. Only needed for events taken out of a web hook's body.
        site_url: Mautic's address, from the header ``X-Origin-Base-URL``, for links to contacts.
        max_bytes: What is longer is refused.

    Returns:
        The events, in the order of the body. ``.skipped`` counts those of types that say nothing
        about a list's contacts, by type; ``.problems`` has a line for each that cannot be read.

    Raises:
        SignatureError: If there is a secret, and the signature is missing or not made with it.
        DecodeError: If the body is too long or no JSON of a web hook. Shows no values.
        ConfigError: If the secret is empty or not text, or ``site_url`` is not an address.
    """
    raw = body if isinstance(body, bytes) else body.encode()
    secret = None if secret is None else Private(secret)
    verify(raw, signature, secret, max_bytes)
    return _read(parse(raw), event_type, site_url)


@attrs.frozen
class _HookEntry:
    """One entry of a body, its type and its place."""

    name: str
    content: Any = attrs.field(repr=False)
    place: str


def _read(found: Any, event_type: str | None, site_url: str | None) -> Events:
    sent_at = found.get("timestamp") if isinstance(found, dict) else None
    skipped: Counter[str] = Counter()
    read: list[ContactEvent] = []
    problems: list[str] = []
    for count, entry in enumerate(_hook_entries(found, event_type)):
        if count == _MOST_EVENTS:
            raise DecodeError([f"more than {_MOST_EVENTS:,} events in one body"])
        if entry.name not in _TYPES:
            skipped[entry.name] += 1
            continue
        event = _event(entry, sent_at, site_url)
        if isinstance(event, ContactEvent):
            read.append(event)
        else:
            problems.append(f"{entry.place}: {event}")
    return Events(read, skipped=skipped, problems=problems)


def _hook_entries(found: Any, event_type: str | None) -> Iterator[_HookEntry]:
    """Take a body apart: events by type, or events alone as in Mautic's own samples."""
    if isinstance(found, list) or _is_event(found):
        for at, entry in enumerate(found if isinstance(found, list) else [found]):
            kind = event_type or _guessed(entry)
            yield _HookEntry(kind.removeprefix(_PREFIX), entry, f"[{at}]")
        return
    for name, entries in found.items():
        # Mautic's "Send test payload" adds when it was sent.
        if name == "timestamp" and not isinstance(entries, dict | list):
            continue
        kind = name.removeprefix(_PREFIX)[:80]
        for at, entry in enumerate(_of_one_type(entries)):
            yield _HookEntry(kind, entry, f"{kind}[{at}]")


def _of_one_type(entries: Any) -> list[Any]:
    """Return the events of one type: a list, PHP's object of a list with gaps, or one alone."""
    if isinstance(entries, dict) and not _is_event(entries) and "id" not in entries:
        return list(entries.values())
    return entries if isinstance(entries, list) else [entries]


def _is_event(value: Any) -> bool:
    return isinstance(value, dict) and not {"contact", "submission", "lead"}.isdisjoint(value)


def _guessed(entry: Any) -> str:
    """Return the type of a single event, by its shape."""
    shape = entry if isinstance(entry, dict) else {}
    for name, kind in (
        ("submission", "form_on_submit"),
        ("points", "lead_points_change"),
        ("segment", "lead_list_change"),
        ("new_status", "lead_channel_subscription_changed"),
    ):
        if name in shape:
            return kind
    person = shape.get("contact")
    fresh = isinstance(person, dict) and not person.get("dateModified")
    return "lead_post_save_new" if fresh else "lead_post_save_update"


def _event(entry: _HookEntry, sent_at: Any, site_url: str | None) -> ContactEvent | str:
    """Return the event, or what is wrong with it."""
    content, kind = entry.content, _TYPES[entry.name]
    found, problem = locate(content)
    if found is None:
        return problem
    row = as_row(found, site_url)
    identifier = row["mauticContactId"]
    if kind is EventType.DELETED:
        # Mautic forgets the id of what it deleted.
        identifier = whole(content.get("id")) or identifier
        row["id"] = row["mauticContactId"] = identifier
    when, text = _when(content, found, sent_at)
    details = _details(kind, content, found)
    if isinstance(details, str):
        return details
    kind = details.pop("type", kind)
    return ContactEvent(
        type=kind,
        contact=row,
        contact_id=identifier,
        happened_at=when,
        identity=f"{identifier}:{kind}:{text}:{_digest(content)}",
        **details,
    )


def _when(entry: dict[str, Any], found: dict[str, Any], sent_at: Any) -> tuple[datetime, str]:
    """Return when it happened, and the text that says so; now, if nothing says so."""
    submission = entry.get("submission")
    submitted = submission.get("dateSubmitted") if isinstance(submission, dict) else None
    for text in (entry.get("timestamp"), submitted, found.get("dateModified"), sent_at):
        if (when := moment(text)) is not None:
            # Not as it came: Python takes any sign between date and time, even half a letter.
            return when, when.isoformat()
    return datetime.now(UTC), ""


def _digest(entry: dict[str, Any]) -> str:
    text = json.dumps(entry, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _details(kind: EventType, entry: dict[str, Any], found: dict[str, Any]) -> dict[str, Any] | str:
    """Return the details that events of this type have, or what is wrong."""
    blocked, reason = do_not_contact(found)
    details: dict[str, Any] = {"do_not_contact": blocked, "do_not_contact_reason": reason}
    details["new_points"] = number(found.get("points"))
    points, segment = entry.get("points"), entry.get("segment")
    if kind is EventType.POINTS_CHANGED and isinstance(points, Mapping):
        details["old_points"] = number(points.get("old_points"))
        details["new_points"] = number(points.get("new_points"))
    elif kind is EventType.FORM_SUBMITTED:
        details.update(_form(entry, found))
    elif kind is EventType.SEGMENT_ADDED:
        way = {"added": EventType.SEGMENT_ADDED, "removed": EventType.SEGMENT_REMOVED}
        if not isinstance(segment, Mapping) or str(entry.get("action")) not in way:
            return "expected a segment, and an action that is added or removed"
        details["type"] = way[str(entry["action"])]
        details["segment_id"] = whole(segment.get("id"))
        details["segment_alias"] = _text(segment.get("alias"))
    elif (
        kind is EventType.SUBSCRIPTION_CHANGED
        and entry.get("channel") == "email"
        and reason is not DoNotContactReason.ICONTACT
    ):
        details.update(_subscription(_text(entry.get("new_status"))))
    return details


def _form(entry: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    submission = entry.get("submission")
    form = submission.get("form") if isinstance(submission, Mapping) else entry.get("form")
    form = form if isinstance(form, Mapping) else {}
    results = found["results"]
    return {
        "form_id": whole(form.get("id")),
        "form_alias": _text(form.get("alias")),
        "form_results": results if isinstance(results, Mapping) else {},
    }


def _subscription(status: str | None) -> dict[str, Any]:
    if status == "contactable":
        return {"do_not_contact": False, "do_not_contact_reason": None}
    known = status in list(DoNotContactReason)
    reason = DoNotContactReason(str(status)) if known else DoNotContactReason.UNKNOWN
    return {"do_not_contact": True, "do_not_contact_reason": reason}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None

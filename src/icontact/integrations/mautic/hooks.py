"""Reads the events of Mautic's web hooks."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from icontact.errors import DecodeError
from icontact.integrations.events import ContactEvent, DoNotContactReason, Events, EventType
from icontact.integrations.mautic.bodies import MAX_BYTES, checked_secret, parse, verify
from icontact.integrations.mautic.contacts import as_row, do_not_contact, locate
from icontact.sources.mautic_contacts import number, whole

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

#: A key that only events of one type have -> that type.
_TELLING_KEYS = {
    "submission": "form_on_submit",
    "points": "lead_points_change",
    "segment": "lead_list_change",
    "new_status": "lead_channel_subscription_changed",
}

_SEGMENT_ACTIONS = {"added": EventType.SEGMENT_ADDED, "removed": EventType.SEGMENT_REMOVED}


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
        TypeError: If the body was decoded already.
        ConfigError: If the secret is empty or not text, or ``site_url`` is not an address.
    """
    if not isinstance(body, bytes | str):
        raise TypeError(
            f"body must be the body of the request as it arrived, not {type(body).__name__}"
        )
    raw = body if isinstance(body, bytes) else body.encode()
    secret = checked_secret(secret)
    verify(raw, signature, secret, max_bytes)
    content = parse(raw)
    sent_at = content.get("timestamp") if isinstance(content, dict) else None
    skipped: Counter[str] = Counter()
    read: list[ContactEvent] = []
    problems: list[str] = []
    for count, (name, entry, place) in enumerate(_entries(content, event_type)):
        if count == _MOST_EVENTS:
            raise DecodeError([f"more than {_MOST_EVENTS:,} events in one body"])
        if name not in _TYPES:
            skipped[name] += 1
            continue
        try:
            read.append(_event(_TYPES[name], entry, sent_at, site_url))
        except DecodeError as error:
            problems.append(f"{place}: {error}")
    return Events(read, skipped=skipped, problems=problems)


def _entries(content: Any, event_type: str | None) -> Iterator[tuple[str, Any, str]]:
    """Yield type, content and place of each event of a body.

    It holds events by type, or events alone as in Mautic's own samples. The events of one type are
    a list, PHP's object of a list with gaps, or one alone.
    """
    if isinstance(content, list) or _is_event(content):
        for at, entry in enumerate(content if isinstance(content, list) else [content]):
            name = event_type or _guessed_type(entry)
            yield name.removeprefix(_PREFIX), entry, f"[{at}]"
        return
    for key, value in content.items():
        # Mautic's "Send test payload" adds when it was sent.
        if key == "timestamp" and not isinstance(value, dict | list):
            continue
        name, entries = key.removeprefix(_PREFIX)[:80], value
        if isinstance(value, dict) and not _is_event(value) and "id" not in value:
            entries = list(value.values())
        for at, entry in enumerate(entries if isinstance(entries, list) else [entries]):
            yield name, entry, f"{name}[{at}]"


def _is_event(value: Any) -> bool:
    return isinstance(value, dict) and not {"contact", "submission", "lead"}.isdisjoint(value)


def _guessed_type(entry: Any) -> str:
    """Return the type of a single event, by its shape."""
    shape = entry if isinstance(entry, dict) else {}
    for key, name in _TELLING_KEYS.items():
        if key in shape:
            return name
    person = shape.get("contact")
    is_new = isinstance(person, dict) and not person.get("dateModified")
    return "lead_post_save_new" if is_new else "lead_post_save_update"


def _event(kind: EventType, entry: Any, sent_at: Any, site_url: str | None) -> ContactEvent:
    """Return the event of an entry.

    Raises:
        DecodeError: If it cannot be read.
    """
    found = locate(entry, id_is_enough=True)
    row = as_row(found, site_url)
    identifier = row["mauticContactId"]
    if kind is EventType.DELETED:
        # Mautic forgets the id of what it deleted.
        identifier = whole(entry.get("id")) or identifier
        row["id"] = row["mauticContactId"] = identifier
    when = _moment_of(entry, found, sent_at)
    details = {"type": kind, **_details(kind, entry, found)}
    text = json.dumps(entry, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()[:32]
    return ContactEvent(
        contact=row,
        contact_id=identifier,
        happened_at=when or datetime.now(UTC),
        # Not the time as it came: Python takes any sign between date and time, even half a letter.
        identity=f"{identifier}:{details['type']}:{when.isoformat() if when else ''}:{digest}",
        **details,
    )


def _moment_of(entry: dict[str, Any], found: dict[str, Any], sent_at: Any) -> datetime | None:
    """Return when an event happened, if anything says so; in UTC if that has no time zone."""
    submission = entry.get("submission")
    submitted = submission.get("dateSubmitted") if isinstance(submission, dict) else None
    for text in (entry.get("timestamp"), submitted, found.get("dateModified"), sent_at):
        try:
            when = datetime.fromisoformat(text or "")
        except (TypeError, ValueError):
            continue
        if when.year >= 1970:
            return when.replace(tzinfo=UTC) if when.tzinfo is None else when
    return None


def _details(kind: EventType, entry: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """Return the details that events of this type have."""
    blocked, reason = do_not_contact(found)
    details: dict[str, Any] = {"do_not_contact": blocked, "do_not_contact_reason": reason}
    details["new_points"] = number(found.get("points"))
    points, segment = entry.get("points"), entry.get("segment")
    if kind is EventType.POINTS_CHANGED and isinstance(points, Mapping):
        details["old_points"] = number(points.get("old_points"))
        details["new_points"] = number(points.get("new_points"))
    elif kind is EventType.FORM_SUBMITTED:
        submission, results = entry.get("submission"), found["results"]
        form = submission.get("form") if isinstance(submission, Mapping) else entry.get("form")
        if isinstance(form, Mapping):
            details["form_id"] = whole(form.get("id"))
            details["form_alias"] = _text(form.get("alias"))
        details["form_results"] = results if isinstance(results, Mapping) else {}
    elif kind is EventType.SEGMENT_ADDED:
        action = str(entry.get("action"))
        if not isinstance(segment, Mapping) or action not in _SEGMENT_ACTIONS:
            raise DecodeError(["expected a segment, and an action that is added or removed"])
        details["type"] = _SEGMENT_ACTIONS[action]
        details["segment_id"] = whole(segment.get("id"))
        details["segment_alias"] = _text(segment.get("alias"))
    elif (
        kind is EventType.SUBSCRIPTION_CHANGED
        and _is_about_email(entry)
        and reason is not DoNotContactReason.ICONTACT
    ):
        status = entry.get("new_status")
        blocked = status != "contactable"
        known = status if status in list(DoNotContactReason) else DoNotContactReason.UNKNOWN
        details["do_not_contact"] = blocked
        details["do_not_contact_reason"] = known if blocked else None
    return details


def _is_about_email(entry: dict[str, Any]) -> bool:
    """Return whether a change is about e-mail; if the channel is not known, unless it allows it."""
    channel = entry.get("channel")
    if isinstance(channel, str) and channel.strip():
        return channel.strip().lower() == "email"
    return entry.get("new_status") != "contactable"


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None

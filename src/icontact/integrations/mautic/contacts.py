"""Mautic's contact, in every shape in which it comes, as one flat row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from icontact.errors import ConfigError, DecodeError
from icontact.integrations.events import DoNotContactReason
from icontact.integrations.suppression_target import COMMENT_PREFIX
from icontact.mapping.values import is_blank
from icontact.sources import mautic_contacts
from icontact.sources.mautic_contacts import contact_row, plain_value, whole


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
        site_url: Mautic's address, such as the header ``X-Origin-Base-URL``.
        merge_results: Whether what a form was filled in with is added, where the contact itself
            has no value. Otherwise it is left out.

    Raises:
        DecodeError: If the payload has no contact. Shows no values.
        ConfigError: If ``site_url`` is not an http address.

    >>> fields = {"core": {"city": {"value": "Durham"}}}
    >>> contact({"contact": {"id": "7", "fields": fields}})["city"]
    'Durham'
    """
    found = locate(payload)
    row = as_row(found, site_url)
    if merge_results:
        fill_in(row, found["results"])
    return row


def locate(payload: Any, *, id_is_enough: bool = False) -> dict[str, Any]:
    """Return the contact of a payload, with ``results`` of a form.

    Args:
        payload: What Mautic sent.
        id_is_enough: Whether the contact may lack its fields: Mautic 4 sends the id alone where a
            segment was rebuilt.

    Raises:
        DecodeError: If there is none. Shows no values.
    """
    path, results = "payload", None
    for name in ("submission", "contact", "lead"):
        if isinstance(payload, Mapping) and isinstance(payload.get(name), Mapping):
            if "results" in payload[name]:
                results = payload[name]["results"]
            elif name == "lead":
                results = payload.get("results", results)
            payload, path = payload[name], f"{path}.{name}"
    if not isinstance(payload, Mapping):
        raise DecodeError([f"{path}: expected an object, not {type(payload).__name__}"])
    if "fields" not in payload and id_is_enough and whole(payload.get("id")):
        email = payload.get("email")
        payload = {**payload, "fields": {"all": {"email": email}} if email else {}}
    if "fields" not in payload:
        raise DecodeError([f"{path}.fields: missing, so this is not a contact of Mautic"])
    if not isinstance(payload["fields"], Mapping) and payload["fields"]:
        raise DecodeError([f"{path}.fields: expected an object"])
    return {**payload, "results": results}


def as_row(found: Mapping[str, Any], site_url: str | None) -> dict[str, Any]:
    """Return a contact's fields, and the values beside them.

    Raises:
        ConfigError: If ``site_url`` is not an http address.
    """
    row = contact_row(found)
    blocked, reason = do_not_contact(found)
    row.setdefault("do_not_contact", blocked)
    row.setdefault("do_not_contact_reason", reason and reason.value)
    link, identifier = None, row["mauticContactId"]
    if site_url is not None:
        if not site_url.startswith(("https://", "http://")):
            raise ConfigError(
                "site_url must be Mautic's address, such as https://mautic.example.com"
            )
        if identifier is not None:
            link = f"{site_url.rstrip('/')}/s/contacts/view/{identifier}"
    row["mauticContactTimelineLink"] = link
    return row


def fill_in(row: dict[str, Any], results: Any) -> None:
    """Add a form's answers where the row has no value."""
    for alias, answer in results.items() if isinstance(results, Mapping) else ():
        if is_blank(row.get(alias)):
            row[alias] = plain_value(answer)


def do_not_contact(found: Mapping[str, Any]) -> tuple[bool | None, DoNotContactReason | None]:
    """Return whether a contact must not be mailed, and why; nothing if it does not say.

    What cannot be read counts as "must not", with that as its reason.
    """
    blocked, reason = mautic_contacts.do_not_contact(found)
    if blocked:
        said = found["doNotContact"]
        entries = list(said.values()) if isinstance(said, Mapping) else said
        # All of Mautic's entries may have been made for a suppression of iContact.
        if isinstance(entries, list) and all(
            isinstance(one, Mapping) and str(one.get("comments") or "").startswith(COMMENT_PREFIX)
            for one in entries
        ):
            return True, DoNotContactReason.ICONTACT
    return blocked, None if reason is None else DoNotContactReason(reason)

"""``icontact show`` and ``icontact unsubscribe``: one contact, by its address."""

from __future__ import annotations

from typing import Any

import click

from icontact.cli.connection import check_address, connect, list_named
from icontact.cli.exit_codes import SOME_FAILED, CommandError
from icontact.cli.options import client_options, list_option, verbose_option
from icontact.cli.output import (
    echo,
    masked,
    print_json,
    print_note,
    print_records,
    print_result,
    print_text,
)
from icontact.models import SubscriptionStatus
from icontact.push import find_list

_UNKNOWN = "no contact of this client folder has this address"


@click.command(short_help="Show one contact with its subscriptions.")
@click.argument("address")
@verbose_option("Show the contact's history, too.")
@client_options
def show(address: str, verbose: bool, as_json: bool, **place: Any) -> None:
    """Show a contact: its fields, its status, and its subscriptions.

    It prints this person's data, the address included. Exit code 1 if no contact has the address.
    """
    check_address("ADDRESS", address)
    with connect(**place) as client:
        folder = client.folder()
        found = folder.contacts.find(email=address)
        if found is None:
            raise CommandError(_UNKNOWN, SOME_FAILED)
        # Listings leave some fields out.
        contact = folder.contacts.get(found.contact_id)
        names = {one.list_id: one.name for one in folder.lists.list()}
        subscriptions = [
            {
                "list_id": one.list_id,
                "list": names.get(one.list_id, ""),
                "status": str(one.status),
                "since": None if one.add_date is None else one.add_date.isoformat(),
            }
            for one in folder.subscriptions.list(contact_id=contact.contact_id)
        ]
        history = list(folder.contacts.history(contact.contact_id)) if verbose else []
    actions = [
        {
            "time": None if one.action_time is None else one.action_time.isoformat(),
            "action": str(one.action_type),
            "by": one.actor,
        }
        for one in history
    ]
    if as_json:
        document = {"contact": contact.to_dict(), "subscriptions": subscriptions}
        print_json({**document, "history": actions} if verbose else document)
        return
    values: dict[str, Any] = dict(contact.to_dict())
    values |= values.pop("custom_fields")
    shown = {name: value for name, value in values.items() if value not in (None, "")}
    width = max(map(len, shown)) + 2
    for name, value in shown.items():
        print_text(str(value), start=name.ljust(width), indent=" " * width)
    for rows in (subscriptions, actions):
        if rows:
            echo()
            print_records(rows)
        elif rows is subscriptions:
            print_note("on no list")


@click.command(short_help="Unsubscribe one contact from a list.")
@click.argument("address")
@list_option(required=True)
@client_options
def unsubscribe(address: str, list: str, as_json: bool, **place: Any) -> None:
    """Unsubscribe a contact from a list, for good: iContact does not let it be subscribed again.

    Safe to repeat. Exit code 1 if no contact has the address, or it never was on the list.
    """
    check_address("ADDRESS", address)
    wanted = list_named(list)
    with connect(**place) as client:
        folder = client.folder()
        target = find_list(folder, wanted)
        contact = folder.contacts.find(email=address)
        if contact is None:
            raise CommandError(_UNKNOWN, SOME_FAILED)
        contact_id, list_id = contact.contact_id, target.list_id
        before = folder.subscriptions.find(contact_id=contact_id, list_id=list_id)
        if before is None:
            raise CommandError(f"this contact never was on the list {target.name!r}", SOME_FAILED)
        already = before.status == SubscriptionStatus.UNSUBSCRIBED
        if not already:
            folder.subscriptions.unsubscribe(contact_id=contact_id, list_id=list_id)
    verb = "was unsubscribed already from" if already else "is unsubscribed from"
    print_result(
        {
            "contact_id": contact_id,
            "list_id": list_id,
            "list": target.name,
            "status": "unsubscribed",
            "changed": not already,
        },
        f"{masked(address)} {verb} {target.name!r} ({target.list_id})",
        as_json=as_json,
    )

"""``icontact lists``, ``fields`` and ``folders``: what there is, with ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from icontact.cli.connection import connect, json_option, place_options
from icontact.cli.output import print_json, print_note, print_table
from icontact.client import Client

__all__ = ["fields", "folders", "folders_of", "lists"]

Rows = Sequence[Mapping[str, Any]]


def _show(name: str, rows: Rows, *, as_json: bool, nothing: str) -> None:
    if as_json:
        print_json({name: rows})
    elif rows:
        print_table(tuple(rows[0]), [tuple(map(_cell, row.values())) for row in rows])
    else:
        print_note(nothing)


def _cell(value: object) -> object:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


@click.command(short_help="Show the lists, with ids.")
@place_options
@json_option
def lists(account_id: int | None, client_folder_id: int | None, as_json: bool) -> None:
    """Show the lists of the client folder, with their ids."""
    with connect(account_id, client_folder_id) as client:
        rows = [
            {"list_id": one.list_id, "name": one.name, "public_name": one.public_name}
            for one in client.folder().lists.list()
        ]
    _show("lists", rows, as_json=as_json, nothing="this client folder has no lists")


@click.command(short_help="Show the custom fields, with types.")
@place_options
@json_option
def fields(account_id: int | None, client_folder_id: int | None, as_json: bool) -> None:
    """Show the custom fields of the client folder, with their types.

    A mapping names a custom field by its private name: --map PRIVATE_NAME=COLUMN.
    """
    with connect(account_id, client_folder_id) as client:
        rows = [
            {
                "private_name": one.private_name,
                "type": str(one.field_type),
                "public_name": one.public_name,
                "shown_to_contacts": one.display_to_user,
            }
            for one in client.folder().custom_fields.list()
        ]
    _show("fields", rows, as_json=as_json, nothing="this client folder has no custom fields")


@click.command(short_help="Show accounts and client folders.")
@json_option
def folders(as_json: bool) -> None:
    """Show the accounts that the credentials open, and their client folders.

    If there are several, choose with --account-id and --client-folder-id, or with
    ICONTACT_ACCOUNT_ID and ICONTACT_CLIENT_FOLDER_ID.
    """
    with connect() as client:
        rows = folders_of(client)
    _show("folders", rows, as_json=as_json, nothing="these credentials open no account")


def folders_of(client: Client) -> Rows:
    """Return every client folder of every account; one row too for an account without any."""
    rows = []
    for account in client.accounts.list():
        of_account = {"account_id": account.account_id, "company": account.company_name}
        found = client.account(account.account_id).client_folders.list().all()
        rows += [
            {**of_account, "client_folder_id": one.client_folder_id, "name": one.name}
            for one in found
        ] or [{**of_account, "client_folder_id": None, "name": "(no client folder)"}]
    return rows

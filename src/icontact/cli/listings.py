"""``icontact lists``, ``fields`` and ``folders``: what there is, with ids, and new ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from icontact.cli.connection import connect
from icontact.cli.exit_codes import CommandError, CommandGroup
from icontact.cli.options import client_options, json_option
from icontact.cli.output import print_json, print_note, print_records, print_result
from icontact.client import Client
from icontact.models import FieldType

Rows = Sequence[Mapping[str, Any]]

_TYPES = [str(kind.value) for kind in FieldType]


def _show(name: str, rows: Rows, nothing: str, *, as_json: bool) -> None:
    if as_json:
        print_json({name: rows})
    elif rows:
        print_records(rows)
    else:
        print_note(nothing)


def _is_subcommand(ctx: click.Context, *options: object) -> bool:
    """Check whether the command is `create`, whose options go behind the word."""
    if ctx.invoked_subcommand is not None and any(options):
        raise click.UsageError("options of `create` go behind the word create")
    return ctx.invoked_subcommand is not None


@click.group(cls=CommandGroup, invoke_without_command=True, short_help="Show or create lists.")
@client_options
@click.pass_context
def lists(ctx: click.Context, /, as_json: bool, **place: Any) -> None:
    """Show the lists of the client folder, with their ids; or create one.

    `icontact lists create NAME` creates a list.
    """
    if _is_subcommand(ctx, as_json, *place.values()):
        return
    with connect(**place) as client:
        rows = [
            {"list_id": one.list_id, "name": one.name, "public_name": one.public_name}
            for one in client.folder().lists.list()
        ]
    _show("lists", rows, "this client folder has no lists", as_json=as_json)


@lists.command("create", short_help="Create a list.")
@click.argument("name")
@click.option("--public-name", metavar="TEXT", help="The name that subscribers see.")
@click.option("--description", metavar="TEXT", help="A description, for you.")
@client_options
def create_list(
    name: str, public_name: str | None, description: str | None, as_json: bool, **place: Any
) -> None:
    """Create a list, unless one of this name exists."""
    texts = {"public_name": public_name, "description": description}
    with connect(**place) as client:
        folder = client.folder()
        same = [one.list_id for one in folder.lists.list() if one.name == name]
        if same:
            raise CommandError(f"there is a list {name!r} already (id {same[0]})")
        given: Any = {key: text for key, text in texts.items() if text is not None}
        made = folder.lists.create(name=name, **given)
    print_result(
        {"list_id": made.list_id, "name": made.name, "public_name": made.public_name},
        f"created the list {made.name!r} ({made.list_id})",
        as_json=as_json,
    )


@click.group(
    cls=CommandGroup, invoke_without_command=True, short_help="Show or create custom fields."
)
@client_options
@click.pass_context
def fields(ctx: click.Context, /, as_json: bool, **place: Any) -> None:
    """Show the custom fields of the client folder, with their types; or create one.

    A mapping names a custom field by its private name: --map PRIVATE_NAME=COLUMN.
    `icontact fields create NAME --type TYPE` creates a field.
    """
    if _is_subcommand(ctx, as_json, *place.values()):
        return
    with connect(**place) as client:
        rows = [
            {
                "private_name": one.private_name,
                "type": str(one.field_type),
                "public_name": one.public_name,
                "shown_to_contacts": one.display_to_user,
            }
            for one in client.folder().custom_fields.list()
        ]
    _show("fields", rows, "this client folder has no custom fields", as_json=as_json)


@fields.command("create", short_help="Create a custom field.")
@click.argument("name")
@click.option(
    "--type",
    "field_type",
    required=True,
    type=click.Choice(_TYPES),
    metavar="TYPE",
    help=f"What the field holds: {', '.join(_TYPES)}.",
)
@click.option("--public-name", metavar="TEXT", help="The label that contacts see.")
@click.option(
    "--shown-to-contacts",
    "display_to_user",
    is_flag=True,
    help="Let contacts see it on their profile.",
)
@client_options
def create_field(
    *,
    name: str,
    field_type: str,
    public_name: str | None,
    display_to_user: bool,
    as_json: bool,
    **place: Any,
) -> None:
    """Create a custom field, unless one of this name exists.

    NAME is the private name, which mappings use: without spaces, quotes, slashes and brackets.
    """
    with connect(**place) as client:
        custom_fields = client.folder().custom_fields
        if name.casefold() in {one.private_name.casefold() for one in custom_fields.list()}:
            raise CommandError(f"there is a custom field {name!r} already")
        made = custom_fields.create(
            private_name=name,
            public_name=public_name or name,
            field_type=field_type,
            display_to_user=display_to_user,
        )
    print_result(
        {"private_name": made.private_name, "type": str(made.field_type)},
        f"created the custom field {made.private_name!r} ({made.field_type})",
        as_json=as_json,
    )


@click.command(short_help="Show accounts and client folders.")
@json_option
def folders(as_json: bool) -> None:
    """Show the accounts that the credentials open, and their client folders.

    If there are several, choose with --account-id and --client-folder-id, or with
    ICONTACT_ACCOUNT_ID and ICONTACT_CLIENT_FOLDER_ID.
    """
    with connect() as client:
        rows = folders_of(client)
    _show("folders", rows, "these credentials open no account", as_json=as_json)


def folders_of(client: Client) -> Rows:
    """Return every client folder of every account; an account without any is a row, too."""
    rows = []
    for account in client.accounts.list():
        of_account = {"account_id": account.account_id, "company": account.company_name}
        found = client.account(account.account_id).client_folders.list().all()
        rows += [
            {**of_account, "client_folder_id": one.client_folder_id, "name": one.name}
            for one in found
        ] or [{**of_account, "client_folder_id": None, "name": "(no client folder)"}]
    return rows
